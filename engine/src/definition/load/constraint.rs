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
        self.whole_numbers(map, &constraints);
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
            let help = self.mend_of(word, node);
            let message = match word {
                "pattern" => Text::both("这不是正确的正则表达式", "this is not a regular expression"),
                "" => Text::both(
                    format!("约束写法有误：{wrong}"),
                    format!("the constraint is not valid: {wrong}"),
                ),
                _ => Text::both(format!("「{word}」不能是这个值"), format!("`{word}` cannot be this")),
            };
            if !self.problems.any_since(before, &["unknown-schema-word"]) {
                self.problems.at_node("constraint-invalid", node, message, help);
            }
            constraints.clear();
        }
        constraints
    }

    /// How a word with a faulty value is mended.
    fn mend_of(&self, word: &str, node: &Node) -> Option<Text> {
        let written = node.scalar().unwrap_or_default();
        match word {
            "pattern" => why_no_pattern(written),
            "format" => nearest(written, Validator::formats()),
            "multipleOf" => Some(Text::both("写一个大于 0 的数", "write a number above 0")),
            _ => None,
        }
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
        let help = if entry.key.starts_with('$') {
            Some(Text::both(
                "字段里不能引用别处；整张表用 JSON Schema 文件写时才有 $ref",
                "a field stands for itself; `$ref` and anchors are for a form that is a JSON Schema file",
            ))
        } else {
            nearest(&entry.key, words::WORDS.iter().map(|(word, _)| *word))
        };
        self.problems
            .error("unknown-schema-word", &entry.key_spot, message, help);
    }

    /// What can be answered at all: an enumeration is not empty, and one of its values meets the
    /// field's other words.
    pub(super) fn can_be_met(&mut self, field: &Field, map: &MapReader<'_>) {
        self.type_can_be_met(field, map);
        self.const_can_be_met(field, map);
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
        if values.iter().any(|value| !unmet(value)) && word == "enum" {
            let items = match &node.value {
                Value::List(items) => items.as_slice(),
                _ => &[],
            };
            for (_, item) in values.iter().zip(items).filter(|(value, _)| unmet(value)) {
                let message = Text::both(
                    "这个值不符合本字段的其他约束，永远选不到",
                    "this value does not meet the field's other constraints: it can never be given",
                );
                let help = Text::both("删去它，或放宽那个约束", "delete it, or loosen the constraint");
                self.problems
                    .at_node("constraint-contradiction", item, message, Some(help));
            }
        } else if values.iter().all(unmet) {
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

    /// The one value that is let in meets the field's other words.
    fn const_can_be_met(&mut self, field: &Field, map: &MapReader<'_>) {
        let Some(node) = written(map, "const").filter(|_| !field.constraints.contains_key("enum")) else {
            return;
        };
        let value = typed(&field.kind, node);
        let Ok(validator) = Validator::new(&field_schema(field)) else {
            return;
        };
        if let Some(misfit) = validator.misfits(&value).first() {
            let message = Text::both(
                format!("const 的值自己就不能作答案：{}", misfit.message.get(Language::Chinese)),
                format!(
                    "the value of `const` cannot be an answer: {}",
                    misfit.message.get(Language::English)
                ),
            );
            let help = Text::both(
                "改写这个值，或放宽那个约束",
                "change it, or loosen the other constraint",
            );
            self.problems
                .at_node("constraint-contradiction", node, message, Some(help));
        }
    }

    /// A `type` that answers of this field are never of lets nothing in.
    fn type_can_be_met(&mut self, field: &Field, map: &MapReader<'_>) {
        let Some(node) = map.get("schema").and_then(|schema| schema.get("type")) else {
            return;
        };
        let named: Vec<&str> = match &node.value {
            Value::List(items) => items.iter().filter_map(Node::scalar).collect(),
            _ => node.scalar().into_iter().collect(),
        };
        let stored = stored_as(&field.kind);
        if named.is_empty() || named.iter().any(|name| stored.contains(name)) {
            return;
        }
        let kind = field.kind.name();
        let message = Text::both(
            format!("「{kind}」类型的答案存为 {}，没有答案能符合这个 type", stored[0]),
            format!(
                "answers of type `{kind}` are stored as {}: none can meet this `type`",
                stored[0]
            ),
        );
        let help = Text::both("删去 schema 里的 type", "delete `type` from `schema`");
        self.problems
            .at_node("constraint-contradiction", node, message, Some(help));
    }

    /// Between the bounds of a whole number there is one.
    fn whole_numbers(&mut self, map: &MapReader<'_>, constraints: &Map<String, Json>) {
        if !matches!(map.get("type").and_then(Node::scalar), Some("integer" | "year")) {
            return;
        }
        let number = |word: &str| constraints.get(word).and_then(Json::as_f64);
        let above = number("exclusiveMinimum").map(|bound| bound.floor() + 1.0);
        let below = number("exclusiveMaximum").map(|bound| bound.ceil() - 1.0);
        let least = number("minimum")
            .map(f64::ceil)
            .into_iter()
            .chain(above)
            .reduce(f64::max);
        let most = number("maximum")
            .map(f64::floor)
            .into_iter()
            .chain(below)
            .reduce(f64::min);
        let (Some(least), Some(most)) = (least, most) else {
            return;
        };
        let told = |low: &str, high: &str| number(low).zip(number(high)).is_some_and(|(low, high)| low > high);
        if least <= most || BOUNDS.iter().any(|(low, high, _)| told(low, high)) {
            return;
        }
        let lower = ["minimum", "exclusiveMinimum"];
        if let Some(node) = lower.into_iter().find_map(|word| written(map, word)) {
            let message = Text::both("上下限之间没有整数", "there is no whole number between the bounds");
            let help = Text::both("改写其中一个", "change one of them");
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
        for (low, high, excluded) in BOUNDS {
            let number = |word: &str| constraints.get(word).and_then(Json::as_f64);
            if let (Some(least), Some(most), Some(node)) = (number(low), number(high), written(map, low))
                && (least > most || (excluded && least == most))
            {
                let (zh, en) = match least > most {
                    true => ("大于", "more than"),
                    false => ("等于", "the same as"),
                };
                let message = Text::both(
                    format!("{low} {least} {zh} {high} {most}，没有答案能同时满足"),
                    format!("{low} {least} is {en} {high} {most}: no answer can meet both"),
                );
                let help = Text::both("改写其中一个", "change one of them");
                self.problems
                    .at_node("constraint-contradiction", node, message, Some(help));
            }
        }
    }
}

/// Words of which the first must not be more than the second, nor the same where that is left out.
const BOUNDS: [(&str, &str, bool); 8] = [
    ("minLength", "maxLength", false),
    ("minItems", "maxItems", false),
    ("minContains", "maxContains", false),
    ("minProperties", "maxProperties", false),
    ("minimum", "maximum", false),
    ("minimum", "exclusiveMaximum", true),
    ("exclusiveMinimum", "maximum", true),
    ("exclusiveMinimum", "exclusiveMaximum", true),
];

/// The word of a field, by itself or in `schema`.
fn written<'n>(map: &MapReader<'n>, word: &str) -> Option<&'n Node> {
    map.get(word).or_else(|| map.get("schema")?.get(word))
}

/// The types of JSON in which an answer may be stored, the usual one first; of a list, its items.
fn stored_as(kind: &FieldType) -> &'static [&'static str] {
    match kind {
        FieldType::Integer | FieldType::Year => &["integer", "number"],
        FieldType::Decimal | FieldType::Money => &["number", "integer"],
        FieldType::YesNo => &["boolean"],
        FieldType::Table(_) | FieldType::File(_) | FieldType::Choices(_) | FieldType::Trees(_) => {
            &["array", "string", "object"]
        }
        FieldType::List(of) => stored_as(of),
        FieldType::Computed(computed) => stored_as(&computed.of),
        _ => &["string"],
    }
}

/// Why a pattern is none.
fn why_no_pattern(pattern: &str) -> Option<Text> {
    let error = regex::RegexBuilder::new(pattern)
        .size_limit(limits::PATTERN_BYTES)
        .build()
        .err()?;
    if matches!(error, regex::Error::CompiledTooBig(_)) {
        return Some(Text::both(
            "它展开后太大：减少 {…} 里的次数",
            "it is too large once unfolded: lessen the numbers in {…}",
        ));
    }
    if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|part| pattern.contains(part)) {
        return Some(Text::both(
            "不能用前后查找 (?=…)：写成 rules 里的一条规则",
            "there is no look-around (?=…): write it as one of `rules`",
        ));
    }
    let reason = error.to_string();
    let reason = reason.lines().last().unwrap_or_default().trim().to_owned();
    let reason = reason.strip_prefix("error: ").unwrap_or(&reason);
    Some(Text::both(format!("原因：{reason}"), reason.to_owned()))
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
