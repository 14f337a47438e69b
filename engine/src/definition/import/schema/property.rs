//! One property as a field.

use serde_json::{Map, Value as Json};

use super::super::draft::{Code, Field, Kind, List, Words};
use super::super::id::Ids;
use super::super::yaml::{Line, Out};
use super::seen::{Seen, items};
use super::{Asked, Reading, changed, left, place};
use crate::definition::form_schema::Validator;
use crate::definition::form_schema::words::takes;
use crate::definition::source::{Node, Value};

/// A text that may be longer than this is asked for in a large box.
const LONG: usize = 200;
/// The most codes of an enumeration.
const MOST_CODES: usize = 5_000;

/// Words that are read elsewhere, or that say nothing of an answer.
const SILENT: [&str; 22] = [
    "type",
    "title",
    "description",
    "default",
    "$ref",
    "$id",
    "id",
    "$comment",
    "$schema",
    "$defs",
    "definitions",
    "$anchor",
    "examples",
    "deprecated",
    "writeOnly",
    "readOnly",
    "enumNames",
    "x-enumNames",
    "contentEncoding",
    "contentMediaType",
    "properties",
    "additionalProperties",
];

/// Words that are keys of a field.
const OWN: [&str; 8] = [
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

impl<'r> Reading<'r> {
    /// The field of a property, but for its id; none where nothing can be said of it.
    pub(super) fn property(&mut self, name: &str, path: &str, seen: &Seen<'r>, tables: usize) -> Option<Asked> {
        let mut asked = Asked {
            name: name.to_owned(),
            path: path.to_owned(),
            place: seen.place(),
            field: Field {
                label: seen.words("title").or(|| Words::of(name)),
                help: seen.words("description"),
                ..Field::default()
            },
            columns: Vec::new(),
        };
        let example = seen
            .get("examples")
            .and_then(|(node, _)| items(node).first())
            .and_then(Node::scalar);
        match self.kind(path, seen, &mut asked, tables) {
            Some(kind) => asked.field.kind = kind,
            None => {
                let comment = self.remarks.last().map(|remark| remark.line(self.language));
                asked.field.comments.extend(comment);
                return Some(asked);
            }
        }
        if matches!(asked.field.kind, Kind::Plain("text" | "long-text" | "email" | "url")) {
            asked.field.placeholder = Words::of(example.unwrap_or_default());
        }
        self.constrain(seen, &mut asked.field);
        self.default(seen, &mut asked.field);
        if seen.scalar("readOnly") == Some("true") {
            let remark = changed(
                "import-readonly",
                asked.place.clone(),
                "readOnly 的属性没有算式，按可填导入",
                "a property that is `readOnly` has no calculation here: it can be answered",
            );
            self.once(remark);
        }
        Some(asked)
    }

    /// The type; what cannot be one is told.
    fn kind(&mut self, path: &str, seen: &Seen<'r>, asked: &mut Asked, tables: usize) -> Option<Kind> {
        let name = type_name(seen);
        let of_texts = matches!(name, Some("string") | None);
        if of_texts && let Some(codes) = codes(seen) {
            return self.choice(path, codes, seen, false);
        }
        match name {
            Some("string") => Some(self.text_kind(seen, asked)),
            Some("integer") => Some(Kind::Plain("integer")),
            Some("number") => Some(Kind::Plain("decimal")),
            Some("boolean") => Some(Kind::Plain("yes-no")),
            Some("array") => self.array(path, seen, asked, tables),
            Some("null") => Some(Kind::Plain("note")),
            other => {
                let what = other.unwrap_or("type");
                let remark = left(
                    "import-type",
                    seen.place(),
                    format!("属性「{}」没有对应的字段类型（{what}），没有导入", asked.name),
                    format!(
                        "there is no type of field for the property `{}` ({what}): it is left out",
                        asked.name
                    ),
                );
                self.remarks.push(remark);
                None
            }
        }
    }

    fn choice(&mut self, path: &str, codes: Vec<Code>, seen: &Seen<'_>, many: bool) -> Option<Kind> {
        let id = format!(
            "{}-{}",
            self.form,
            super::super::id::id_of(&path.replace('/', " ")).replace('_', "-")
        );
        let list = List {
            codes,
            ..List::default()
        };
        let Some(compiled) = list.compiled(&id) else {
            let (zh, en) = ("有的值重复，没有导入", "a value stands twice: it is left out");
            self.remarks.push(left("import-choice", seen.place(), zh, en));
            return None;
        };
        self.compiled.insert(id.clone(), compiled);
        self.lists.insert(id.clone(), list);
        Some(Kind::Choice { list: id, many })
    }

    fn text_kind(&mut self, seen: &Seen<'_>, asked: &mut Asked) -> Kind {
        let format = seen.scalar("format").unwrap_or_default();
        let file = seen.get("contentEncoding").is_some() || seen.get("contentMediaType").is_some();
        let most = seen.scalar("maxLength").and_then(|text| text.parse::<usize>().ok());
        let text = if most.is_some_and(|most| most > LONG) {
            "long-text"
        } else {
            "text"
        };
        let mut told = |zh: &str, en: &str| {
            let node = seen.get("format");
            let at = node.map_or_else(|| seen.place(), |(node, pointer)| place(node, &pointer));
            self.remarks.push(changed("import-format", at, zh, en));
        };
        Kind::Plain(match format {
            "date" => "date",
            "month" => "month",
            "email" | "idn-email" => "email",
            "uri" | "url" | "iri" => "url",
            "phone" | "tel" | "cn-phone" => "phone",
            "cn-id-number" => "cn-id-number",
            "cn-credit-code" => "cn-credit-code",
            "cn-org-code" => "cn-org-code",
            "cn-patent-number" => "cn-patent-number",
            "isbn" => "isbn",
            "issn" => "issn",
            "data-url" | "binary" | "byte" => "file",
            _ if file => "file",
            "date-time" => {
                told(
                    "没有日期时间类型，改成日期",
                    "there is no type for a moment: it becomes a date",
                );
                "date"
            }
            "time" => {
                told(
                    "没有时刻类型，改成有格式要求的文本",
                    "there is no type for a time of day: it becomes a text of that shape",
                );
                let pattern = Out::Code("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$".into());
                asked.field.words.push(("pattern".into(), pattern));
                "text"
            }
            "" | "text" | "textarea" => text,
            _ => {
                let (zh, en) = (
                    format!("不检查格式「{format}」"),
                    format!("the format `{format}` is not checked"),
                );
                told(&zh, &en);
                text
            }
        })
    }

    fn array(&mut self, path: &str, seen: &Seen<'r>, asked: &mut Asked, tables: usize) -> Option<Kind> {
        let inner = seen.get("items").filter(|(node, _)| node.entries().is_some());
        let Some((node, pointer)) = inner else {
            let remark = left(
                "import-type",
                seen.place(),
                format!("数组「{}」没有写明各项是什么，没有导入", asked.name),
                format!(
                    "the array `{}` does not say what its items are: it is left out",
                    asked.name
                ),
            );
            self.remarks.push(remark);
            return None;
        };
        let item = self.seen(node, &pointer);
        let count = |word: &str| {
            seen.scalar(word)
                .and_then(|text| text.parse::<u32>().ok())
                .map(|n| Out::Plain(n.to_string()))
        };
        let bounds = |words: [(&str, &str); 2]| {
            let found = words
                .into_iter()
                .filter_map(|(word, ours)| Some((ours.to_owned(), count(word)?)));
            found.collect::<Vec<_>>()
        };
        if item.get("properties").is_some() {
            if tables >= 2 {
                let (zh, en) = (
                    "表格里最多再套一层表格，这一层没有导入",
                    "a table may hold one inner table: this one is left out",
                );
                self.remarks.push(left("import-depth", seen.place(), zh, en));
                return None;
            }
            asked.columns = self.columns(path, &item, tables + 1);
            asked.field.words = bounds([("minItems", "minRows"), ("maxItems", "maxRows")]);
            let kept = asked
                .columns
                .iter()
                .filter(|column| !matches!(column.field.kind, Kind::Left));
            if kept.count() == 0 {
                let (zh, en) = ("表格没有一列可以导入", "no column of the table can be taken over");
                self.remarks.push(left("import-type", seen.place(), zh, en));
                return None;
            }
            // The columns themselves, so that their types are known.
            let columns = asked.columns.iter().map(|column| column.field.clone()).collect();
            return Some(Kind::Table(columns));
        }
        asked.field.words = bounds([("minItems", "minItems"), ("maxItems", "maxItems")]);
        if matches!(type_name(&item), Some("string") | None)
            && let Some(codes) = codes(&item)
        {
            return self.choice(path, codes, seen, true);
        }
        let mut of = Asked {
            name: asked.name.clone(),
            path: path.to_owned(),
            place: item.place(),
            field: Field::default(),
            columns: Vec::new(),
        };
        let kind = match type_name(&item) {
            Some("string") => self.text_kind(&item, &mut of),
            Some("integer") => Kind::Plain("integer"),
            Some("number") => Kind::Plain("decimal"),
            Some("boolean") => Kind::Plain("yes-no"),
            _ => {
                let remark = left(
                    "import-type",
                    item.place(),
                    format!("数组「{}」的各项没有对应的类型，没有导入", asked.name),
                    format!(
                        "there is no type for the items of the array `{}`: it is left out",
                        asked.name
                    ),
                );
                self.remarks.push(remark);
                return None;
            }
        };
        let Kind::Plain(kind) = kind else { return None };
        if kind == "file" {
            return Some(Kind::Plain("file"));
        }
        if seen.scalar("uniqueItems") == Some("true") {
            asked
                .field
                .words
                .push(("uniqueItems".into(), Out::Plain("true".into())));
        }
        self.constrain(&item, &mut of.field);
        let (own, further): (Vec<_>, Vec<_>) = of
            .field
            .words
            .into_iter()
            .partition(|(word, _)| matches!(word.as_str(), "minLength" | "maxLength" | "pattern"));
        asked.field.words.extend(own);
        asked.field.further.extend(further);
        Some(Kind::List(kind))
    }

    fn columns(&mut self, path: &str, item: &Seen<'r>, tables: usize) -> Vec<Asked> {
        let mut ids = Ids::default();
        ids.take("index");
        let mut columns: Vec<Asked> = Vec::new();
        let mut waiting: Vec<(Seen<'r>, String)> = vec![(item.clone(), String::new())];
        while let Some((object, prefix)) = waiting.pop() {
            for (properties, pointer) in object.all("properties") {
                for entry in properties.entries().unwrap_or_default() {
                    if self.count > super::MOST_QUESTIONS {
                        return columns;
                    }
                    let property = self.seen(&entry.value, &super::step(&pointer, &entry.key));
                    let name = super::below(&prefix, &entry.key);
                    // An object in a row gives columns of the row.
                    if property.get("properties").is_some() && prefix.matches('/').count() < 4 {
                        self.count += 1;
                        waiting.push((property, name));
                        continue;
                    }
                    let own = super::below(path, &name);
                    let Some(mut column) = self.asked(&entry.key, &own, &property, &mut Ids::default(), tables) else {
                        continue;
                    };
                    column.field.id = ids.take(&name.replace('/', " ")).0;
                    column.field.required = object.requires(&entry.key) && !matches!(column.field.kind, Kind::Left);
                    columns.push(column);
                }
            }
            for word in [
                "if",
                "dependencies",
                "dependentRequired",
                "dependentSchemas",
                "oneOf",
                "anyOf",
            ] {
                if let Some((node, pointer)) = object.get(word) {
                    let remark = left(
                        "import-condition",
                        place(node, &pointer),
                        format!("表格各行里的「{word}」没有导入"),
                        format!("`{word}` between the columns of a row is left out"),
                    );
                    self.once(remark.help(
                        "写成列的 showWhen 或 rules",
                        "write it as `showWhen` of a column or as a rule",
                    ));
                }
            }
        }
        columns
    }

    /// The words that constrain the answer.
    pub(super) fn constrain(&mut self, seen: &Seen<'_>, field: &mut Field) {
        let chosen = matches!(field.kind, Kind::Choice { .. });
        for (word, node, pointer) in seen.entries() {
            let by_type = match word {
                "enum" | "oneOf" | "anyOf" | "const" => chosen,
                "items" | "minItems" | "maxItems" | "uniqueItems" | "required" => true,
                "format" => true,
                "allOf" => true,
                "maxLength" | "minLength" if matches!(field.kind, Kind::Plain("file") | Kind::Choice { .. }) => true,
                _ => false,
            };
            if by_type || SILENT.contains(&word) || word.starts_with("x-") {
                continue;
            }
            let value = node.to_json();
            if takes(word).is_none() || has_ref(&value, 0) {
                let remark = changed(
                    "import-word",
                    place(node, &pointer),
                    format!("不认识的词「{word}」，没有导入"),
                    format!("the word `{word}` is not known and left out"),
                );
                self.once(remark);
                continue;
            }
            // Draft 4 says `exclusiveMinimum: true` beside `minimum`.
            if let (Json::Bool(exclusive), Some(least)) = (&value, word.strip_prefix("exclusive")) {
                let bound = least.to_lowercase();
                if let Some(at) = field
                    .words
                    .iter()
                    .position(|(known, _)| *known == bound)
                    .filter(|_| *exclusive)
                {
                    field.words[at].0 = word.to_owned();
                }
                continue;
            }
            let alone = Json::Object(Map::from_iter([(word.to_owned(), value.clone())]));
            if Validator::new(&alone).is_err() {
                let remark = left(
                    "import-word",
                    place(node, &pointer),
                    format!("「{word}」的写法这里不能用，没有导入"),
                    format!("`{word}` is written in a way that cannot be used here: it is left out"),
                );
                let remark = match word {
                    "pattern" => remark.help(
                        "正则表达式不能有环视和反向引用",
                        "a pattern has no look-around and no back-reference",
                    ),
                    _ => remark,
                };
                let comment = self.say(remark);
                field.comments.push(comment);
                continue;
            }
            let own = OWN.contains(&word) && takes_word(&field.kind, word);
            let words = if own { &mut field.words } else { &mut field.further };
            if words.iter().all(|(known, _)| known != word) {
                words.push((word.to_owned(), out(&value, word == "pattern")));
            }
        }
    }

    /// A default that is an answer of the type.
    fn default(&mut self, seen: &Seen<'_>, field: &mut Field) {
        let Some((node, pointer)) = seen.get("default") else {
            return;
        };
        let value = node.to_json();
        let code = |list: &str, value: &Json| {
            let list = self.compiled.get(list);
            value
                .as_str()
                .is_some_and(|code| list.is_some_and(|list| list.get(code).is_some()))
        };
        let fits = match (&field.kind, &value) {
            (Kind::Plain("text" | "long-text"), Json::String(_)) => true,
            (Kind::Plain("date"), Json::String(text)) => text.parse::<jiff::civil::Date>().is_ok(),
            (Kind::Plain("integer"), Json::Number(number)) => number.is_i64(),
            (Kind::Plain("decimal"), Json::Number(_)) => true,
            (Kind::Plain("yes-no"), Json::Bool(_)) => true,
            (Kind::Choice { list, many: false }, value) => code(list, value),
            (Kind::Choice { list, many: true }, Json::Array(values)) => values.iter().all(|value| code(list, value)),
            _ => false,
        };
        let empty = matches!(&value, Json::Array(items) if items.is_empty()) || value == "" || value.is_null();
        if fits && !empty {
            let words = field.words.iter().chain(&field.further);
            let schema: Map<String, Json> = words
                .filter_map(|(word, value)| Some((word.clone(), json_of(value)?)))
                .collect();
            let met = Validator::new(&Json::Object(schema)).is_ok_and(|schema| schema.misfits(&value).is_empty());
            if met {
                field.default = Some(out(&value, false));
                return;
            }
        }
        if !empty {
            let remark = left(
                "import-default",
                place(node, &pointer),
                "这个默认值不是本类型的答案，没有导入",
                "this default is no answer of the type: it is left out",
            );
            self.once(remark);
        }
    }
}

/// Whether a type takes a word as its own key.
fn takes_word(kind: &Kind, word: &str) -> bool {
    match kind {
        Kind::Plain("text" | "long-text" | "email" | "phone" | "url") => {
            matches!(word, "minLength" | "maxLength" | "pattern")
        }
        Kind::Plain("integer" | "decimal" | "money" | "year") => !matches!(word, "minLength" | "maxLength" | "pattern"),
        // The words of a list's items are sorted afterwards.
        Kind::Left => true,
        _ => false,
    }
}

fn has_ref(value: &Json, depth: usize) -> bool {
    match value {
        Json::Object(map) => {
            depth > 32 || map.contains_key("$ref") || map.values().any(|value| has_ref(value, depth + 1))
        }
        Json::Array(items) => depth > 32 || items.iter().any(|value| has_ref(value, depth + 1)),
        _ => false,
    }
}

/// JSON as it is written in a definition.
pub(super) fn out(value: &Json, code: bool) -> Out {
    match value {
        Json::String(text) if code => Out::Code(text.clone()),
        Json::String(text) => Out::Text(text.clone()),
        Json::Array(items) => Out::List(items.iter().map(|item| out(item, false)).collect()),
        Json::Object(map) => Out::Map(
            map.iter()
                .map(|(key, value)| Line::new(key, out(value, key == "pattern")))
                .collect(),
        ),
        plain => Out::Plain(plain.to_string()),
    }
}

/// The JSON of what was written.
fn json_of(value: &Out) -> Option<Json> {
    match value {
        Out::Text(text) | Out::Code(text) => Some(Json::String(text.clone())),
        Out::Plain(text) => serde_json::from_str(text).ok(),
        Out::List(items) => items.iter().map(json_of).collect::<Option<Vec<_>>>().map(Json::Array),
        Out::Flow(_) | Out::Map(_) => None,
    }
}

/// The one type that is not null; what the other words tell where none is named.
fn type_name<'r>(seen: &Seen<'r>) -> Option<&'r str> {
    let named = seen.get("type").and_then(|(node, _)| match &node.value {
        Value::Scalar { text, .. } => Some(text.as_str()),
        Value::List(items) => items.iter().filter_map(Node::scalar).find(|name| *name != "null"),
        Value::Map(_) => None,
    });
    let has = |word: &str| seen.get(word).is_some();
    named.or_else(|| match () {
        () if has("properties") => Some("object"),
        () if has("items") => Some("array"),
        () if has("pattern") || has("maxLength") || has("minLength") || has("format") => Some("string"),
        () if has("minimum") || has("maximum") => Some("number"),
        () => None,
    })
}

/// The codes of an enumeration of texts: `enum` with `enumNames`, or `oneOf` of `{const, title}`.
fn codes(seen: &Seen<'_>) -> Option<Vec<Code>> {
    let text = |node: &Node| match &node.value {
        Value::Scalar { text, plain: false } => Some(text.clone()),
        _ => None,
    };
    let code = |code: String, name: Option<String>| Code {
        name: Words::of(&name.unwrap_or_else(|| code.clone())),
        code,
        cells: Vec::new(),
    };
    if let Some((node, _)) = seen.get("enum") {
        let values: Vec<&Node> = items(node).iter().filter(|item| !item.is_null()).collect();
        let names = seen.get("enumNames").or_else(|| seen.get("x-enumNames"));
        let names: Vec<Option<String>> = names
            .map(|(node, _)| items(node).iter().map(text).collect())
            .unwrap_or_default();
        let codes = values
            .iter()
            .enumerate()
            .map(|(at, value)| Some(code(text(value)?, names.get(at).cloned().flatten())));
        return codes
            .collect::<Option<Vec<_>>>()
            .filter(|codes| (1..=MOST_CODES).contains(&codes.len()));
    }
    let (node, _) = seen.get("oneOf").or_else(|| seen.get("anyOf"))?;
    let value = |item: &Node| {
        let own = item.get("const").or_else(|| items(item.get("enum")?).first())?;
        Some(code(text(own)?, item.get("title").and_then(text)))
    };
    let codes = items(node).iter().map(value).collect::<Option<Vec<_>>>();
    codes.filter(|codes| (1..=MOST_CODES).contains(&codes.len()))
}
