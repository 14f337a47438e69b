//! A form as JSON Schema (draft 2020-12): what `dengji schema` prints and the engine validates with.
//!
//! [`schema`] is the whole document; each of its properties is a [`field_schema`], and checking
//! compiles those one by one into [`Validator`]s, so the two cannot differ.

mod validator;
mod wording;
pub mod words;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::code_list::CodeList;
use super::form::{Choice, Computed, FileRules, Table};
use super::{Field, FieldType, Id, Page, Text};

pub use validator::{BadSchema, Misfit, Validator};

/// Words that constrain a list itself; every other word of a list field constrains its items.
const LIST_WORDS: [&str; 9] = [
    "items",
    "unevaluatedItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "prefixItems",
];

/// A code list up to this size is spelled out in the schema; a longer one is named in a comment.
const ENUM_MAX: usize = 100;

const COMMENT: &str = "Answers of a complete application. Whether a conditional field must be answered, what may be \
                       chosen now, files and rules between fields are decided by the engine.";

/// The schema of complete answers. `required` lists only what every application must answer;
/// presence that depends on other answers is the engine's to decide.
pub fn schema(form_id: &str, title: &Text, pages: &IndexMap<Id, Page>) -> Json {
    let fields = || {
        pages
            .values()
            .flat_map(|page| page.fields.values().map(move |field| (page, field)))
    };
    let required = fields()
        .filter(|(page, field)| page.show_when.is_none() && page.require_when.is_none() && always_required(field))
        .map(|(_, field)| field);
    let mut document = object_schema(fields().map(|(_, field)| field), required);
    let mut head = Map::new();
    head.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    head.insert("$id".into(), json!(format!("urn:dengji:form:{form_id}")));
    head.insert("$comment".into(), json!(COMMENT));
    head.insert("title".into(), json!(title.to_string()));
    head.append(&mut document);
    Json::Object(head)
}

/// The schema of one field's answer, with its constraint words.
pub fn field_schema(field: &Field) -> Json {
    let mut schema = Map::new();
    schema.insert("title".into(), json!(field.label.to_string()));
    if let Some(help) = &field.help {
        schema.insert("description".into(), json!(help.to_string()));
    }
    schema.append(&mut type_schema(&field.kind));
    let apart = items_apart(field);
    if let Some(words) = &apart {
        schema.insert("allOf".into(), json!([words]));
    }
    for (word, value) in &field.constraints {
        if apart.as_ref().is_some_and(|apart| apart.contains_key(word)) {
            continue;
        }
        if matches!(field.kind, FieldType::List(_)) && !LIST_WORDS.contains(&word.as_str()) {
            if let Some(Json::Object(items)) = schema.get_mut("items") {
                constrain(items, word, value);
            }
        } else {
            constrain(&mut schema, word, value);
        }
    }
    Json::Object(schema)
}

/// What an author says of a list's items by place. The type speaks of every item, so that beside it
/// nothing would be left for these words: they stand as a schema of their own.
fn items_apart(field: &Field) -> Option<Map<String, Json>> {
    let by_place = ["items", "prefixItems", "unevaluatedItems"];
    let is_list = matches!(
        field.kind,
        FieldType::List(_) | FieldType::Choices(_) | FieldType::Trees(_)
    );
    if !is_list || !by_place.iter().any(|word| field.constraints.contains_key(*word)) {
        return None;
    }
    let words = field.constraints.iter();
    let words = words.filter(|(word, _)| LIST_WORDS.contains(&word.as_str()));
    Some(words.map(|(word, value)| (word.clone(), value.clone())).collect())
}

/// The author's own words alone, for a type whose answer the engine takes apart itself: a table, a
/// file slot. None where there are none.
pub fn own_schema(field: &Field) -> Option<Json> {
    let told = |word: &str| matches!(field.kind, FieldType::File(_)) && matches!(word, "minItems" | "maxItems");
    let words = field.constraints.iter().filter(|(word, _)| !told(word));
    let words: Map<String, Json> = words.map(|(word, value)| (word.clone(), value.clone())).collect();
    (!words.is_empty()).then_some(Json::Object(words))
}

/// Whether something was answered: no null, no blank text, no empty list.
pub fn is_answered(answer: &Json) -> bool {
    match answer {
        Json::Null => false,
        Json::String(text) => !text.trim().is_empty(),
        Json::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// Adds a word; where the type says the same word already, both hold.
fn constrain(schema: &mut Map<String, Json>, word: &str, value: &Json) {
    if !schema.contains_key(word) || matches!(word, "title" | "description") {
        schema.insert(word.into(), value.clone());
    } else if let Json::Array(all) = schema.entry("allOf").or_insert_with(|| json!([])) {
        all.push(json!({ word: value }));
    }
}

fn always_required(field: &Field) -> bool {
    field.required && field.show_when.is_none() && !matches!(field.kind, FieldType::Computed(_) | FieldType::Note)
}

fn object_schema<'a>(
    fields: impl Iterator<Item = &'a Field>,
    required: impl Iterator<Item = &'a Field>,
) -> Map<String, Json> {
    let stored = fields.filter(|field| !matches!(field.kind, FieldType::Note));
    let properties: Map<String, Json> = stored
        .map(|field| (field.id.to_string(), field_schema(field)))
        .collect();
    let required: Vec<Json> = required.map(|field| json!(&*field.id)).collect();
    let mut schema = object(json!({ "type": "object", "properties": properties, "additionalProperties": false }));
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema
}

fn type_schema(kind: &FieldType) -> Map<String, Json> {
    use FieldType as T;
    let schema = match kind {
        T::Text | T::LongText | T::Lookup(_) => json!({ "type": "string" }),
        T::Integer => json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }),
        T::Decimal | T::Money => json!({ "type": "number" }),
        T::Date => text("date", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        T::Month => text("month", Some("^[0-9]{4}-(0[1-9]|1[0-2])$")),
        T::Year => json!({ "type": "integer", "minimum": 1000, "maximum": 9999 }),
        T::YesNo => json!({ "type": "boolean" }),
        T::Choice(choice) | T::Tree(choice) => return code_schema(choice),
        T::Choices(choice) | T::Trees(choice) => {
            json!({ "type": "array", "items": code_schema(choice), "uniqueItems": true })
        }
        T::Email => text("email", None),
        T::Phone => text("cn-phone", None),
        T::Url => text("uri", Some("^[Hh][Tt][Tt][Pp][Ss]?://")),
        T::CnIdNumber | T::CnCreditCode | T::CnOrgCode | T::CnPatentNumber | T::Isbn | T::Issn => {
            text(kind.name(), None)
        }
        T::List(of) => json!({ "type": "array", "items": type_schema(of) }),
        T::Table(table) => return table_schema(table),
        T::File(rules) => return file_schema(rules),
        T::Computed(Computed { of, .. }) => return computed_schema(of),
        T::Note => json!(false),
    };
    object(schema)
}

fn text(format: &str, pattern: Option<&str>) -> Json {
    let mut schema = json!({ "type": "string", "format": format });
    if let Some(pattern) = pattern {
        schema["pattern"] = pattern.into();
    }
    schema
}

fn code_schema(choice: &Choice) -> Map<String, Json> {
    let list: &CodeList = &choice.list;
    let allowed = |code: &str| !choice.leaf_only || list.is_leaf(code);
    let codes: Vec<Json> = list
        .entries()
        .iter()
        .filter(|entry| allowed(&entry.code))
        .map(|entry| json!(&*entry.code))
        .collect();
    if codes.is_empty() || codes.len() > ENUM_MAX {
        return object(json!({ "type": "string", "$comment": format!("codes: {}", list.id) }));
    }
    object(json!({ "type": "string", "enum": codes, "$comment": format!("codes: {}", list.id) }))
}

fn table_schema(table: &Table) -> Map<String, Json> {
    let required = table.columns.values().filter(|column| always_required(column));
    let row = object_schema(table.columns.values(), required);
    let mut schema = object(json!({ "type": "array", "items": row, "maxItems": table.max_rows }));
    if table.min_rows > 0 {
        schema.insert("minItems".into(), table.min_rows.into());
    }
    schema
}

fn file_schema(rules: &FileRules) -> Map<String, Json> {
    let reference = json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "name": { "type": "string" },
            "size": { "type": "integer", "minimum": 0, "maximum": rules.max_size },
            "kind": { "type": "string" },
        },
        "required": ["id", "name", "size", "kind"],
    });
    object(json!({ "type": "array", "items": reference, "maxItems": rules.max_items, "minItems": rules.min_items }))
}

fn computed_schema(of: &FieldType) -> Map<String, Json> {
    let mut schema = type_schema(of);
    schema.insert("readOnly".into(), true.into());
    schema
}

fn object(schema: Json) -> Map<String, Json> {
    match schema {
        Json::Object(map) => map,
        other => Map::from_iter([("not".into(), json!({ "$comment": other }))]),
    }
}

#[cfg(test)]
mod tests;
