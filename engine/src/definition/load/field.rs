//! One field: its keys, its conditions, its constraints (LANGUAGE L4). [`super::field_type`] reads its type.

use serde_json::{Map, Value as Json};

use super::Loader;
use super::field_type::TYPES;
use crate::definition::expression::Scope;
use crate::definition::form_schema::{Validator, field_schema};
use crate::definition::source::{Entry, Keys, MapReader, Node, check_id, nearest, string_of, wrong_type};
use crate::definition::{Field, FieldType, Text};

/// The keys of a field. What belongs to some types only is checked against [`allowed`].
pub(super) const FIELD: Keys = Keys {
    what: ("字段", "a field"),
    keys: &[
        ("label", "问题的名称", "the question"),
        ("help", "问题下方的提示", "a hint below the question"),
        ("placeholder", "输入框里的提示", "a hint inside the input"),
        ("type", "字段类型", "the field's type"),
        ("required", "必填", "must be answered"),
        ("requireWhen", "条件成立时必填", "must be answered while this holds"),
        ("showWhen", "条件成立时才显示", "asked only while this holds"),
        ("readOnlyWhen", "条件成立时不能改", "not to be changed while this holds"),
        ("default", "默认值", "the answer before there is one"),
        (
            "sensitive",
            "敏感信息：加密保存、列表中遮盖",
            "sealed at rest and masked in lists",
        ),
        ("public", "核验证书时可以公开", "shown to anybody who verifies"),
        (
            "statistic",
            "统计方式：count、sum 或 year",
            "how statistics count it: count, sum or year",
        ),
        ("codes", "代码表名，或 代码: 名称", "a code list's name, or code: label"),
        (
            "where",
            "只留下符合条件的选项",
            "keeps only the entries for which this holds",
        ),
        ("leafOnly", "只能选最小分支", "only smallest branches may be chosen"),
        (
            "from",
            "从哪里选：units 或登记册",
            "what to pick from: units or a register",
        ),
        (
            "pick",
            "only：只有一个候选时自动选中",
            "only: a sole candidate is picked by itself",
        ),
        (
            "of",
            "列表各项或计算结果的类型",
            "the type of a list's items or of a computed value",
        ),
        ("compute", "计算公式", "how the value is worked out"),
        ("columns", "表格的列", "the columns of a table"),
        ("minRows", "最少行数", "rows at least"),
        ("maxRows", "最多行数", "rows at most"),
        ("unique", "各行不得相同的列", "columns in which no two rows agree"),
        ("ordered", "行的先后有意义", "the order of rows means something"),
        ("accept", "接受的文件种类", "kinds of file that are taken"),
        (
            "maxSize",
            "每个文件的大小上限，如 20 MB",
            "size of one file at most, such as 20 MB",
        ),
        ("minLength", "最少字数", "characters at least"),
        ("maxLength", "最多字数", "characters at most"),
        ("pattern", "须符合的正则表达式", "a regular expression to match"),
        ("format", "JSON Schema 的格式名", "a JSON Schema format"),
        ("minimum", "最小值", "the least value"),
        ("maximum", "最大值", "the greatest value"),
        ("exclusiveMinimum", "须大于", "must be greater than"),
        ("exclusiveMaximum", "须小于", "must be less than"),
        ("multipleOf", "须为其整数倍", "must be a multiple of"),
        ("minItems", "最少项数", "items at least"),
        ("maxItems", "最多项数", "items at most"),
        ("uniqueItems", "各项不得相同", "no two items agree"),
        ("enum", "只能取这些值", "one of these values"),
        ("const", "只能取这个值", "this value"),
        ("schema", "其他 JSON Schema 约束", "any further JSON Schema"),
    ],
};

/// JSON Schema's own words among the keys.
const CONSTRAINTS: [&str; 14] = [
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "enum",
    "const",
];

/// The keys that belong to some types only.
fn allowed(kind: &str, key: &str) -> bool {
    let choosing = matches!(kind, "choice" | "choices" | "tree" | "trees");
    let textual = matches!(kind, "text" | "long-text" | "email" | "phone" | "url" | "list");
    let number = matches!(kind, "integer" | "decimal" | "money" | "year");
    match key {
        "codes" => choosing,
        "where" => choosing || kind == "lookup",
        "leafOnly" => matches!(kind, "tree" | "trees"),
        "from" | "pick" => kind == "lookup",
        "of" => matches!(kind, "list" | "computed"),
        "compute" => kind == "computed",
        "columns" | "minRows" | "maxRows" | "unique" | "ordered" => kind == "table",
        "accept" | "maxSize" => kind == "file",
        "minLength" | "maxLength" | "pattern" | "format" => textual,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => number,
        "minItems" | "maxItems" => matches!(kind, "list" | "file" | "choices" | "trees"),
        "uniqueItems" => matches!(kind, "list" | "choices" | "trees"),
        "required" | "requireWhen" | "default" => !matches!(kind, "computed" | "note"),
        _ => true,
    }
}

impl Loader<'_> {
    /// Reads one field. `scope` is what its conditions may read.
    pub(super) fn field(&mut self, entry: &Entry, scope: &Scope, depth: usize) -> Option<Field> {
        check_id(entry, false, self.problems);
        let map = MapReader::new(&entry.value, &FIELD, self.problems)?;
        let label = map
            .need("label", self.problems)
            .and_then(|node| crate::definition::source::text_of(node, self.problems));
        let kind_node = map.need("type", self.problems)?;
        let kind_name = string_of(kind_node, self.problems)?;
        if !TYPES.contains(&kind_name.as_str()) {
            let message = Text::both(
                format!("没有名为「{kind_name}」的字段类型"),
                format!("there is no field type called `{kind_name}`"),
            );
            let help = elsewhere(&kind_name).or_else(|| nearest(&kind_name, TYPES));
            self.problems.at_node("unknown-type", kind_node, message, help);
            return None;
        }
        self.keys_fit(&map, &kind_name);
        let kind = self.kind(&entry.key, &kind_name, &map, scope, depth)?;
        let constraints = self.constraints(&map);
        let field = Field {
            id: entry.key.as_str().into(),
            label: label.unwrap_or_default(),
            help: map.text("help", self.problems),
            placeholder: map.text("placeholder", self.problems),
            required: map.bool("required", self.problems).unwrap_or(false),
            require_when: self.condition(map.get("requireWhen"), scope),
            show_when: self.condition(map.get("showWhen"), scope),
            read_only_when: self.condition(map.get("readOnlyWhen"), scope),
            default: map.get("default").map(Node::to_json),
            sensitive: self.sensitive(&map),
            public: map.bool("public", self.problems).unwrap_or(false),
            constraints,
            kind,
        };
        self.default_fits(&field, map.get("default"));
        Some(field)
    }

    /// What stands there before there is an answer must be one that may be given.
    fn default_fits(&mut self, field: &Field, node: Option<&Node>) {
        let Some((node, default)) = node.zip(field.default.as_ref()) else {
            return;
        };
        let message = match &field.kind {
            FieldType::Choice(choice) | FieldType::Tree(choice) => {
                let code = default.as_str().unwrap_or_default();
                choice.list.get(code).is_none().then(|| {
                    Text::both(
                        format!("默认值「{code}」不是选项的代码"),
                        format!("the default `{code}` is no code of the list"),
                    )
                })
            }
            _ => Validator::new(&field_schema(field)).ok().and_then(|validator| {
                let misfit = validator.misfits(default).into_iter().next()?;
                Some(Text::both(
                    format!(
                        "默认值不能作答案：{}",
                        misfit.message.get(crate::definition::Language::Chinese)
                    ),
                    format!(
                        "the default cannot be an answer: {}",
                        misfit.message.get(crate::definition::Language::English)
                    ),
                ))
            }),
        };
        if let Some(message) = message {
            self.problems.at_node("default-misfit", node, message, None);
        }
    }

    fn sensitive(&mut self, map: &MapReader<'_>) -> bool {
        let sensitive = map.bool("sensitive", self.problems).unwrap_or(false);
        if let (true, Some(node)) = (
            sensitive && map.bool("public", self.problems) == Some(true),
            map.get("public"),
        ) {
            let message = Text::both("sensitive 的字段不能同时 public", "a sensitive field cannot be public");
            let help = Text::both("删去其中一个", "delete one of the two");
            self.problems.at_node("sensitive-public", node, message, Some(help));
        }
        sensitive
    }

    fn keys_fit(&mut self, map: &MapReader<'_>, kind: &str) {
        for entry in map.entries() {
            if FIELD.has(&entry.key) && !allowed(kind, &entry.key) {
                let message = Text::both(
                    format!("「{}」类型的字段不用「{}」", kind, entry.key),
                    format!("a field of type `{kind}` takes no `{}`", entry.key),
                );
                let takes: Vec<&str> = TYPES.into_iter().filter(|kind| allowed(kind, &entry.key)).collect();
                let help = Text::both(
                    format!("它用于这些类型：{}", takes.join("、")),
                    format!("these types take it: {}", takes.join(", ")),
                );
                self.problems
                    .error("key-not-for-type", &entry.key_spot, message, Some(help));
            }
        }
    }

    fn constraints(&mut self, map: &MapReader<'_>) -> Map<String, Json> {
        let mut constraints = Map::new();
        for word in CONSTRAINTS {
            if let Some(node) = map.get(word) {
                constraints.insert(word.into(), node.to_json());
            }
        }
        if let Some(node) = map.get("schema") {
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
        if let Err(error) = jsonschema::options().build(&Json::Object(constraints.clone())) {
            let path = error.instance_path().to_string();
            let word = path.split('/').nth(1).unwrap_or_default();
            let node = map.get(word).or(map.get("schema")).unwrap_or(map.node);
            let message = match word {
                "pattern" => Text::both("这不是正确的正则表达式", "this is not a regular expression"),
                "" => Text::both(
                    format!("约束写法有误：{error}"),
                    format!("the constraint is not valid: {error}"),
                ),
                _ => Text::both(format!("「{word}」不能是这个值"), format!("`{word}` cannot be this")),
            };
            self.problems.at_node("constraint-invalid", node, message, None);
        }
        constraints
    }

    fn contradictions(&mut self, map: &MapReader<'_>, constraints: &Map<String, Json>) {
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
                self.problems.at_node("constraint-contradiction", node, message, None);
            }
        }
    }
}

/// What a type is called here that has another name elsewhere.
fn elsewhere(kind: &str) -> Option<Text> {
    let (zh, en) = match kind {
        "string" | "str" => ("text", "text"),
        "textarea" => ("long-text", "long-text"),
        "int" => ("integer", "integer"),
        "number" | "float" | "double" => ("integer（整数）或 decimal（小数）", "integer or decimal"),
        "bool" | "boolean" => ("yes-no", "yes-no"),
        "datetime" => ("date", "date"),
        "select" | "radio" | "enum" => ("choice", "choice"),
        "multiselect" | "checkbox" => ("choices", "choices"),
        _ => return None,
    };
    Some(Text::both(format!("这里写 {zh}"), format!("here it is {en}")))
}
