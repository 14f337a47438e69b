//! JSON Schema's own words on a field: whether they are right, and whether an answer can meet them.

use serde_json::{Map, Value as Json, json};

use super::Loader;
use super::field_keys::CONSTRAINTS;
use crate::definition::form_schema::words::{self, Takes};
use crate::definition::form_schema::{Validator, field_schema};
use crate::definition::source::{Entry, MapReader, Node, Value, nearest, wrong_type};
use crate::definition::{Field, FieldType, Language, Text, limits};

impl Loader<'_> {
    /// The answer before there is one, read as the field's type says; it must be one that may be given.
    pub(super) fn default_of(&mut self, field: &Field, map: &MapReader<'_>) -> Option<Json> {
        let node = map.get("default")?;
        let default = typed(&field.kind, node);
        if let Some(message) = default_misfit(field, &default) {
            self.problems.at_node("default-misfit", node, message, None);
        }
        Some(default)
    }

    /// The words of a field, each right by itself.
    pub(super) fn constraints(&mut self, map: &MapReader<'_>) -> Map<String, Json> {
        let mut constraints = Map::new();
        for word in CONSTRAINTS {
            if let Some(node) = map.get(word) {
                constraints.insert(word.into(), node.to_json());
            }
        }
        let before = self.problems.len();
        if let Some(node) = map.get("schema") {
            self.schema_words(node);
            match node.to_json() {
                Json::Object(further) => constraints.extend(further),
                _ => wrong_type(
                    node,
                    ("一组 JSON Schema 约束", "a map of JSON Schema words"),
                    None,
                    self.problems,
                ),
            }
        }
        self.contradictions(map, &constraints);
        self.patterns += patterns(&constraints);
        if self.patterns > limits::PATTERNS {
            let what = ("一份登记表的正则表达式", "the patterns of one form");
            self.problems.too_large(&map.node.spot, what, limits::PATTERNS);
            return Map::new();
        }
        if let Err(wrong) = Validator::new(&Json::Object(constraints.clone())) {
            let word = wrong.word.as_str();
            let node = map
                .get(word)
                .or_else(|| map.get("schema")?.get(word))
                .or(map.get("schema"))
                .unwrap_or(map.node);
            let message = match word {
                "pattern" => Text::both("这不是正确的正则表达式", "this is not a regular expression"),
                "" => Text::both(
                    format!("约束写法有误：{wrong}"),
                    format!("the constraint is not valid: {wrong}"),
                ),
                _ => Text::both(format!("「{word}」不能是这个值"), format!("`{word}` cannot be this")),
            };
            if !self.problems.any_since(before, &["unknown-schema-word"]) {
                self.problems.at_node("constraint-invalid", node, message, None);
            }
            constraints.clear();
        }
        constraints
    }

    /// Tells every key of a schema that is no word of JSON Schema.
    fn schema_words(&mut self, node: &Node) {
        for entry in node.entries().unwrap_or_default() {
            let below: Vec<&Node> = match (words::takes(&entry.key), &entry.value.value) {
                (None, _) => {
                    self.unknown_word(entry);
                    continue;
                }
                (Some(Takes::Value), _) => continue,
                (Some(Takes::Schema), _) => vec![&entry.value],
                (Some(Takes::Schemas), Value::List(items)) => items.iter().collect(),
                (Some(_), _) => {
                    let named = entry.value.entries().unwrap_or_default();
                    named.iter().map(|entry| &entry.value).collect()
                }
            };
            for node in below {
                self.schema_words(node);
            }
        }
    }

    fn unknown_word(&mut self, entry: &Entry) {
        let message = Text::both(
            format!("JSON Schema 没有「{}」这个词", entry.key),
            format!("JSON Schema has no word `{}` for a field", entry.key),
        );
        let help = nearest(&entry.key, words::WORDS.iter().map(|(word, _)| *word));
        self.problems
            .error("unknown-schema-word", &entry.key_spot, message, help);
    }

    /// What can be answered at all: an enumeration is not empty, and one of its values meets the
    /// field's other words.
    pub(super) fn can_be_met(&mut self, field: &Field, map: &MapReader<'_>) {
        let (word, values): (&str, Vec<Json>) = match (&field.kind, field.constraints.get("enum")) {
            (_, Some(Json::Array(values))) => ("enum", values.clone()),
            (FieldType::Choice(choice) | FieldType::Tree(choice), None) if !field.constraints.is_empty() => (
                "codes",
                choice.list.entries().iter().map(|entry| json!(&*entry.code)).collect(),
            ),
            _ => return,
        };
        let Some(node) = map.get(word).or_else(|| map.get("schema")?.get(word)) else {
            return;
        };
        if values.is_empty() {
            let message = Text::both("没有可以选的值", "there is no value to choose");
            let help = Text::both("写上可取的值，或删去 enum", "write the values, or delete `enum`");
            self.problems.at_node("empty-enumeration", node, message, Some(help));
            return;
        }
        let Ok(validator) = Validator::new(&field_schema(field)) else {
            return;
        };
        let listed = |value: &Json| match &field.kind {
            FieldType::List(_) | FieldType::Choices(_) | FieldType::Trees(_) => json!([value]),
            _ => value.clone(),
        };
        let list = matches!(
            field.kind,
            FieldType::List(_) | FieldType::Choices(_) | FieldType::Trees(_)
        );
        let unmet = |value: &Json| {
            let misfits = validator.misfits(&listed(value));
            misfits.iter().any(|misfit| !list || misfit.item.is_some())
        };
        if values.iter().all(unmet) {
            let message = Text::both(
                "所列的值没有一个符合本字段的其他约束",
                "none of these values meets the field's other constraints",
            );
            let help = Text::both(
                "改写 pattern 等约束，或改写所列的值",
                "change the constraints such as `pattern`, or the values",
            );
            self.problems
                .at_node("constraint-contradiction", node, message, Some(help));
        }
    }

    fn contradictions(&mut self, map: &MapReader<'_>, constraints: &Map<String, Json>) {
        for (word, most) in [
            ("minItems", limits::REQUIRED_ITEMS),
            ("minLength", limits::REQUIRED_LENGTH),
        ] {
            if let (Some(least), Some(node)) = (constraints.get(word).and_then(Json::as_f64), map.get(word))
                && least > most as f64
            {
                self.problems
                    .at_node("constraint-contradiction", node, more_than(word, most), None);
            }
        }
        for (low, high) in [
            ("minLength", "maxLength"),
            ("minimum", "maximum"),
            ("minItems", "maxItems"),
        ] {
            let number = |word: &str| constraints.get(word).and_then(Json::as_f64);
            if let (Some(least), Some(most), Some(node)) = (number(low), number(high), map.get(low))
                && least > most
            {
                let message = Text::both(
                    format!("{low} {least} 大于 {high} {most}，没有答案能同时满足"),
                    format!("{low} {least} is more than {high} {most}: no answer can meet both"),
                );
                let help = Text::both("改写其中一个", "change one of them");
                self.problems
                    .at_node("constraint-contradiction", node, message, Some(help));
            }
        }
    }
}

/// How many regular expressions a schema has, and those in it.
fn patterns(schema: &Map<String, Json>) -> usize {
    let below = |value: &Json| match value {
        Json::Object(inner) => patterns(inner),
        Json::Array(items) => items.iter().filter_map(Json::as_object).map(patterns).sum(),
        _ => 0,
    };
    let own = |word: &str, value: &Json| match word {
        "pattern" => 1,
        "patternProperties" => value.as_object().map_or(0, Map::len),
        _ => 0,
    };
    schema.iter().map(|(word, value)| own(word, value) + below(value)).sum()
}

/// That nobody can give as much as a constraint requires.
pub(super) fn more_than(word: &str, most: u64) -> Text {
    Text::both(
        format!("{word} 最多为 {most}：答案不会有更多"),
        format!("{word} is at most {most}: no answer holds more"),
    )
}

/// A value as the type stores it: what is plain text to a text field is a number to a number field.
fn typed(kind: &FieldType, node: &Node) -> Json {
    match (kind, &node.value) {
        (FieldType::Integer | FieldType::Decimal | FieldType::Money | FieldType::Year | FieldType::YesNo, _) => {
            node.to_json()
        }
        (FieldType::List(of), Value::List(items)) => items.iter().map(|item| typed(of, item)).collect(),
        (FieldType::Table(table), Value::List(rows)) => rows
            .iter()
            .map(|row| {
                let cells = row.entries().unwrap_or_default().iter().map(|cell| {
                    let kind = table.columns.get(cell.key.as_str()).map(|column| &column.kind);
                    let value = kind.map_or_else(|| cell.value.to_json(), |kind| typed(kind, &cell.value));
                    (cell.key.clone(), value)
                });
                Json::Object(cells.collect())
            })
            .collect(),
        (_, Value::List(items)) => items.iter().map(|item| typed(&FieldType::Text, item)).collect(),
        (_, Value::Scalar { text, .. }) => json!(text),
        (_, Value::Map(_)) => node.to_json(),
    }
}

/// Why a default cannot be an answer.
fn default_misfit(field: &Field, default: &Json) -> Option<Text> {
    let list = match &field.kind {
        FieldType::Choice(choice) | FieldType::Tree(choice) | FieldType::Choices(choice) | FieldType::Trees(choice) => {
            Some(&choice.list)
        }
        _ => None,
    };
    let one = std::slice::from_ref(default);
    let codes = default.as_array().map_or(one, Vec::as_slice);
    let unknown = list.and_then(|list| {
        let mut codes = codes.iter().map(|code| code.as_str().unwrap_or_default());
        codes.find(|code| list.get(code).is_none())
    });
    if let Some(code) = unknown {
        return Some(Text::both(
            format!("默认值「{code}」不是选项的代码"),
            format!("the default `{code}` is no code of the list"),
        ));
    }
    let validator = Validator::new(&field_schema(field)).ok()?;
    let misfit = validator.misfits(default).into_iter().next()?;
    Some(Text::both(
        format!("默认值不能作答案：{}", misfit.message.get(Language::Chinese)),
        format!(
            "the default cannot be an answer: {}",
            misfit.message.get(Language::English)
        ),
    ))
}
