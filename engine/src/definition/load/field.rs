//! One field: its keys, its type, its constraints (LANGUAGE L3, L4).

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::Loader;
use crate::definition::expression::{RecordType, Scope, Type};
use crate::definition::form::{Choice, Computed, FileRules, Lookup, Table};
use crate::definition::source::{Entry, Keys, MapReader, Node, check_id, nearest, string_of};
use crate::definition::{CodeList, Field, FieldType, Id, Text, scope};

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

const TYPES: [&str; 28] = [
    "text",
    "long-text",
    "integer",
    "decimal",
    "money",
    "date",
    "month",
    "year",
    "yes-no",
    "choice",
    "choices",
    "tree",
    "trees",
    "lookup",
    "email",
    "phone",
    "url",
    "cn-id-number",
    "cn-credit-code",
    "cn-org-code",
    "cn-patent-number",
    "isbn",
    "issn",
    "list",
    "table",
    "file",
    "computed",
    "note",
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
    /// The type that an answer reads as, for the scope; unknown where the field has a mistake
    /// (which [`Loader::field`] tells).
    pub(super) fn read_type(&mut self, id: &str, node: &Node) -> Type {
        let kind = node.get("type").and_then(Node::scalar).unwrap_or_default();
        match kind {
            "list" | "computed" => {
                let of = node.get("of").and_then(Node::scalar).unwrap_or("text");
                let inner = self.type_of_kind(of, id, node);
                if kind == "list" {
                    Type::List(Box::new(inner))
                } else {
                    inner
                }
            }
            _ => self.type_of_kind(kind, id, node),
        }
    }

    fn type_of_kind(&mut self, kind: &str, id: &str, node: &Node) -> Type {
        match kind {
            "integer" | "year" => Type::Int,
            "decimal" | "money" => Type::Decimal,
            "date" => Type::Date,
            "month" => Type::Month,
            "yes-no" => Type::Bool,
            "choice" | "tree" => self.code_type(id, node),
            "choices" | "trees" => Type::List(Box::new(self.code_type(id, node))),
            "lookup" => scope::unit_type(),
            "file" => Type::List(Box::new(scope::file_type())),
            "table" => Type::List(Box::new(self.row_type(id, node))),
            "note" => Type::Unknown,
            _ => Type::Text,
        }
    }

    fn code_type(&mut self, id: &str, node: &Node) -> Type {
        let list = match node.get("codes") {
            Some(codes) if codes.scalar().is_some() => codes.scalar().and_then(|name| self.codes.get(name).cloned()),
            Some(codes) => self.inline_list(id, codes),
            None => None,
        };
        list.map_or(Type::Unknown, Type::Code)
    }

    fn row_type(&mut self, id: &str, node: &Node) -> Type {
        let mut columns: IndexMap<Id, Type> = IndexMap::new();
        for entry in node.get("columns").and_then(Node::entries).unwrap_or_default() {
            let ty = self.read_type(&entry.key, &entry.value);
            columns.insert(entry.key.as_str().into(), ty);
        }
        columns.insert("index".into(), Type::Int);
        Type::Record(Arc::new(RecordType {
            name: id.into(),
            columns,
        }))
    }

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
            self.problems
                .unknown("unknown-type", kind_node, ("字段类型", "field type"), &kind_name, TYPES);
            return None;
        }
        self.keys_fit(&map, &kind_name);
        let kind = self.kind(&entry.key, &kind_name, &map, scope, depth)?;
        let constraints = self.constraints(&map);
        Some(Field {
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
        })
    }

    fn sensitive(&mut self, map: &MapReader<'_>) -> bool {
        let sensitive = map.bool("sensitive", self.problems).unwrap_or(false);
        if let (true, Some(node)) = (
            sensitive && map.bool("public", self.problems) == Some(true),
            map.get("public"),
        ) {
            let message = Text::both("sensitive 的字段不能同时 public", "a sensitive field cannot be public");
            self.problems.at_node("sensitive-public", node, message, None);
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
                self.problems.error("key-not-for-type", &entry.key_spot, message, None);
            }
        }
    }

    fn kind(&mut self, id: &str, name: &str, map: &MapReader<'_>, scope: &Scope, depth: usize) -> Option<FieldType> {
        Some(match name {
            "text" => FieldType::Text,
            "long-text" => FieldType::LongText,
            "integer" => FieldType::Integer,
            "decimal" => FieldType::Decimal,
            "money" => FieldType::Money,
            "date" => FieldType::Date,
            "month" => FieldType::Month,
            "year" => FieldType::Year,
            "yes-no" => FieldType::YesNo,
            "choice" => FieldType::Choice(self.choice(id, map, scope)?),
            "choices" => FieldType::Choices(self.choice(id, map, scope)?),
            "tree" => FieldType::Tree(self.choice(id, map, scope)?),
            "trees" => FieldType::Trees(self.choice(id, map, scope)?),
            "lookup" => FieldType::Lookup(self.lookup(map, scope)?),
            "email" => FieldType::Email,
            "phone" => FieldType::Phone,
            "url" => FieldType::Url,
            "cn-id-number" => FieldType::CnIdNumber,
            "cn-credit-code" => FieldType::CnCreditCode,
            "cn-org-code" => FieldType::CnOrgCode,
            "cn-patent-number" => FieldType::CnPatentNumber,
            "isbn" => FieldType::Isbn,
            "issn" => FieldType::Issn,
            "list" => FieldType::List(Box::new(self.inner(id, map, scope)?)),
            "table" => FieldType::Table(self.table(id, map, scope, depth)?),
            "file" => FieldType::File(self.file_rules(map)?),
            "computed" => FieldType::Computed(self.computed(id, map, scope)?),
            _ => FieldType::Note,
        })
    }

    /// The single-valued type that `of:` names.
    fn inner(&mut self, id: &str, map: &MapReader<'_>, scope: &Scope) -> Option<FieldType> {
        let node = map.need("of", self.problems)?;
        let name = string_of(node, self.problems)?;
        let single: Vec<&str> = TYPES
            .into_iter()
            .filter(|kind| {
                !matches!(
                    *kind,
                    "list"
                        | "table"
                        | "file"
                        | "computed"
                        | "note"
                        | "choices"
                        | "trees"
                        | "choice"
                        | "tree"
                        | "lookup"
                )
            })
            .collect();
        if !single.contains(&name.as_str()) {
            self.problems.unknown(
                "unknown-type",
                node,
                ("可用的单值类型", "single-valued type"),
                &name,
                single,
            );
            return None;
        }
        self.kind(id, &name, map, scope, 0)
    }

    fn choice(&mut self, id: &str, map: &MapReader<'_>, scope: &Scope) -> Option<Choice> {
        let codes = map.need("codes", self.problems)?;
        let list: Arc<CodeList> = match codes.scalar() {
            Some(name) => self.list_named(name, codes)?,
            None if codes.entries().is_some() => self.inline_list(id, codes)?,
            None => {
                crate::definition::source::wrong_type(
                    codes,
                    ("代码表名，或 代码: 名称", "a code list's name or code: label"),
                    None,
                    self.problems,
                );
                return None;
            }
        };
        let candidate = scope.with("it", scope::entry_type(&list));
        let filter = self.condition(map.get("where"), &candidate);
        Some(Choice {
            filter,
            leaf_only: map.bool("leafOnly", self.problems).unwrap_or(false),
            list,
        })
    }

    fn lookup(&mut self, map: &MapReader<'_>, scope: &Scope) -> Option<Lookup> {
        let from = map.need("from", self.problems)?;
        let name = string_of(from, self.problems)?;
        if name != "units" {
            self.problems
                .unknown("unknown-register", from, ("登记册", "register"), &name, ["units"]);
            return None;
        }
        let filter = self.condition(map.get("where"), &scope.with("it", scope::unit_type()));
        let pick_only = match map.get("pick") {
            Some(node) if node.scalar() != Some("only") => {
                self.problems.unknown(
                    "unknown-pick",
                    node,
                    ("选取方式", "way of picking"),
                    node.scalar().unwrap_or_default(),
                    ["only"],
                );
                false
            }
            other => other.is_some(),
        };
        Some(Lookup {
            from: name.into(),
            filter,
            pick_only,
        })
    }

    fn table(&mut self, id: &str, map: &MapReader<'_>, scope: &Scope, depth: usize) -> Option<Table> {
        let node = map.need("columns", self.problems)?;
        if depth >= 2 {
            self.problems.at_node(
                "table-depth",
                node,
                Text::both("表格里最多再套一层表格", "a table may hold one inner table"),
                None,
            );
            return None;
        }
        let row_type = self.row_type(id, map.node);
        // The row at hand, and around it the row of the table that holds this one.
        let mut inner = scope.clone();
        let outer = inner.names.shift_remove("row");
        inner = inner.with("row", row_type.clone());
        if let Some(outer) = outer {
            inner = inner.with("outer", outer);
        }
        let mut columns = IndexMap::new();
        for entry in MapReader::open(node, ("表格的列", "columns"), self.problems)?.entries() {
            if let Some(column) = self.field(entry, &inner, depth + 1) {
                columns.insert(column.id.clone(), column);
            }
        }
        let mut unique = Vec::new();
        for (name, node) in map.names("unique", self.problems) {
            if columns.contains_key(&name) {
                unique.push(name);
            } else {
                let known: Vec<&str> = columns.keys().map(|id| &**id).collect();
                self.problems
                    .unknown("unknown-field", node, ("列", "column"), &name, known);
            }
        }
        let min_rows = map.count("minRows", self.problems).unwrap_or(0);
        let max_rows = map.count("maxRows", self.problems).unwrap_or(200);
        if let (true, Some(node)) = (min_rows > max_rows, map.get("minRows")) {
            let message = Text::both(
                format!("minRows {min_rows} 大于 maxRows {max_rows}"),
                format!("minRows {min_rows} is more than maxRows {max_rows}"),
            );
            self.problems.at_node("constraint-contradiction", node, message, None);
        }
        Some(Table {
            columns,
            min_rows,
            max_rows,
            unique,
            ordered: map.bool("ordered", self.problems).unwrap_or(false),
            row_type,
        })
    }

    fn file_rules(&mut self, map: &MapReader<'_>) -> Option<FileRules> {
        const KINDS: [&str; 8] = ["pdf", "jpg", "png", "docx", "xlsx", "doc", "xls", "zip"];
        let mut accept = Vec::new();
        for (kind, node) in map.names("accept", self.problems) {
            if KINDS.contains(&&*kind) {
                accept.push(kind.to_string());
            } else {
                self.problems
                    .unknown("unknown-file-kind", node, ("文件种类", "kind of file"), &kind, KINDS);
            }
        }
        if accept.is_empty() {
            accept.push("pdf".into());
        }
        let max_size = map.get("maxSize").map_or(Some(20 << 20), |node| self.size(node))?;
        let min_items = map.count("minItems", self.problems).unwrap_or(0);
        let max_items = map.count("maxItems", self.problems).unwrap_or(min_items.max(1));
        Some(FileRules {
            accept,
            max_size,
            min_items,
            max_items,
        })
    }

    /// `20 MB`, `500 KB`.
    fn size(&mut self, node: &Node) -> Option<u64> {
        let text = string_of(node, self.problems)?;
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let unit = match text[digits.len()..].trim() {
            "MB" => Some(1 << 20),
            "KB" => Some(1 << 10),
            _ => None,
        };
        let size = digits
            .parse::<u64>()
            .ok()
            .zip(unit)
            .and_then(|(number, unit)| number.checked_mul(unit));
        if size.is_none() {
            crate::definition::source::wrong_type(
                node,
                ("大小，如 20 MB 或 500 KB", "a size such as 20 MB or 500 KB"),
                None,
                self.problems,
            );
        }
        size
    }

    fn computed(&mut self, id: &str, map: &MapReader<'_>, scope: &Scope) -> Option<Computed> {
        let of = self.inner(id, map, scope)?;
        let expected = self.read_type(id, map.node);
        let node = map.need("compute", self.problems)?;
        let compute = self.expression(node, scope, Some(&expected))?;
        Some(Computed {
            of: Box::new(of),
            compute,
        })
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
                _ => crate::definition::source::wrong_type(
                    node,
                    ("一组 JSON Schema 约束", "a map of JSON Schema words"),
                    None,
                    self.problems,
                ),
            }
        }
        self.contradictions(map, &constraints);
        if let Err(error) = jsonschema::options().build(&Json::Object(constraints.clone())) {
            let node = map.get("pattern").or(map.get("schema")).unwrap_or(map.node);
            let message = Text::both(
                format!("约束写法有误：{error}"),
                format!("the constraint is not valid: {error}"),
            );
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

    /// Says that `name` is no field, naming the nearest.
    pub(super) fn unknown_field<'k>(&mut self, node: &Node, name: &str, known: impl IntoIterator<Item = &'k str>) {
        let message = Text::both(
            format!("没有名为「{name}」的字段"),
            format!("there is no field called `{name}`"),
        );
        self.problems
            .at_node("unknown-field", node, message, nearest(name, known));
    }
}
