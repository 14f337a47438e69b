//! The type of a field, and what belongs to that type alone (LANGUAGE L3, L4).

use std::sync::Arc;

use indexmap::IndexMap;

use super::Loader;
use super::constraint::more_than;
use crate::definition::expression::{RecordType, Scope, Type};
use crate::definition::form::{Choice, Computed, FileRules, Lookup, Table};
use crate::definition::shape::Words;
use crate::definition::source::{MapReader, Node, string_of};
use crate::definition::{CodeList, FieldType, Id, Text, limits, scope};

/// The types of a field.
pub(super) static TYPE: Words = Words {
    slips: &[
        (&["string", "str"], "text", "text"),
        (&["textarea"], "long-text", "long-text"),
        (&["int"], "integer", "integer"),
        (
            &["number", "float", "double"],
            "integer（整数）或 decimal（小数）",
            "integer or decimal",
        ),
        (&["bool", "boolean"], "yes-no", "yes-no"),
        (&["datetime"], "date", "date"),
        (&["select", "radio", "enum"], "choice", "choice"),
        (&["multiselect", "checkbox"], "choices", "choices"),
    ],
    ..Words::new("unknown-type", ("字段类型", "field type"), TYPES)
};

pub(crate) const TYPES: &[(&str, &str, &str)] = &[
    ("text", "一行文字", "one line of text"),
    ("long-text", "多行文字", "text of several lines"),
    ("integer", "整数", "a whole number"),
    ("decimal", "小数，精确到写下的位数", "a number, exact as written"),
    ("money", "金额", "an amount of money"),
    ("date", "日期，2026-11-20", "a day, 2026-11-20"),
    ("month", "年月，2026-11", "a month, 2026-11"),
    ("year", "年", "a year"),
    ("yes-no", "是或否", "yes or no"),
    ("choice", "从代码表选一个", "one code of a list"),
    ("choices", "从代码表选几个", "several codes of a list"),
    ("tree", "从分级代码表选一个", "one code of a list with levels"),
    ("trees", "从分级代码表选几个", "several codes of a list with levels"),
    ("lookup", "从单位或登记册选一条", "a unit, or an entry of a register"),
    ("email", "电子邮箱", "a mail address"),
    ("phone", "电话号码", "a phone number"),
    ("url", "网址", "a web address"),
    ("cn-id-number", "居民身份证号码", "a resident's identity number"),
    ("cn-credit-code", "统一社会信用代码", "a unified social credit code"),
    ("cn-org-code", "组织机构代码", "an organisation code"),
    ("cn-patent-number", "专利号", "a patent number"),
    ("isbn", "书号 ISBN", "an ISBN"),
    ("issn", "刊号 ISSN", "an ISSN"),
    ("list", "同类内容的列表，由 of 说明", "a list of what `of` says"),
    ("table", "表格，列写在 columns", "a table of `columns`"),
    ("file", "上传的文件", "uploaded files"),
    ("computed", "由 compute 算出，不用填", "worked out by `compute`"),
    ("note", "只供阅读的说明", "a note to read"),
];

/// The types that hold one value: those of a list's items and of what is computed.
pub(super) static SINGLE: Words = Words::new(
    "unknown-type",
    ("可用的单值类型", "single-valued type"),
    &[
        ("text", "一行文字", "one line of text"),
        ("long-text", "多行文字", "text of several lines"),
        ("integer", "整数", "a whole number"),
        ("decimal", "小数，精确到写下的位数", "a number, exact as written"),
        ("money", "金额", "an amount of money"),
        ("date", "日期，2026-11-20", "a day, 2026-11-20"),
        ("month", "年月，2026-11", "a month, 2026-11"),
        ("year", "年", "a year"),
        ("yes-no", "是或否", "yes or no"),
        ("email", "电子邮箱", "a mail address"),
        ("phone", "电话号码", "a phone number"),
        ("url", "网址", "a web address"),
        ("cn-id-number", "居民身份证号码", "a resident's identity number"),
        ("cn-credit-code", "统一社会信用代码", "a unified social credit code"),
        ("cn-org-code", "组织机构代码", "an organisation code"),
        ("cn-patent-number", "专利号", "a patent number"),
        ("isbn", "书号 ISBN", "an ISBN"),
        ("issn", "刊号 ISSN", "an ISSN"),
    ],
);

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
            "lookup" => self.record_type(node.get("from").and_then(Node::scalar).unwrap_or_default()),
            "file" => Type::List(Box::new(scope::file_type())),
            "table" => Type::List(Box::new(self.row_type(id, node))),
            "note" => Type::Unknown,
            // What it was meant to be is not known, and whoever reads it is not blamed.
            other if !TYPE.has(other) => Type::Unknown,
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

    /// The type called `name`, read from the field's keys.
    pub(super) fn kind(
        &mut self,
        id: &str,
        name: &str,
        map: &MapReader<'_>,
        scope: &Scope,
        depth: usize,
    ) -> Option<FieldType> {
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
        self.kind(id, &name, map, scope, 0)
    }

    fn choice(&mut self, id: &str, map: &MapReader<'_>, scope: &Scope) -> Option<Choice> {
        let codes = map.need("codes", self.problems)?;
        let list: Arc<CodeList> = match codes.scalar() {
            Some(name) => self.list_named(name, codes)?,
            None => self.inline_list(id, codes)?,
        };
        let candidate = scope.with("it", scope::entry_type(&list));
        let filter = self.condition(map.get("where"), &candidate);
        Some(Choice {
            filter,
            leaf_only: map.bool("leafOnly").unwrap_or(false),
            list,
        })
    }

    fn lookup(&mut self, map: &MapReader<'_>, scope: &Scope) -> Option<Lookup> {
        let from = map.need("from", self.problems)?;
        let name = self.register_named(from)?;
        let record = self.record_type(&name);
        let filter = self.condition(map.get("where"), &scope.with("it", record.clone()));
        Some(Lookup {
            from: name,
            record,
            filter,
            pick_only: map.get("pick").is_some(),
        })
    }

    fn table(&mut self, id: &str, map: &MapReader<'_>, scope: &Scope, depth: usize) -> Option<Table> {
        let node = map.need("columns", self.problems)?;
        if depth >= 2 {
            self.problems.at_node(
                "table-depth",
                node,
                Text::both("表格里最多再套一层表格", "a table may hold one inner table"),
                Some(Text::both(
                    "把里面的表格放到表格之外",
                    "put the innermost table beside this one",
                )),
            );
            return None;
        }
        let row_type = self.row_type(id, map.node);
        // The row at hand, and around it the row of the table that holds this one.
        let mut inner = scope.clone();
        let outer = inner.names.take_added("row");
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
        if node.entries().is_some_and(<[_]>::is_empty) {
            let message = Text::both("这个表格没有列", "the table has no column");
            let help = Text::both("写上 列的标识: {label: …, type: …}", "write `id: {label: …, type: …}`");
            self.problems.at_node("empty-value", node, message, Some(help));
        }
        let order = self.column_order(&columns, node);
        let mut unique = Vec::new();
        for (name, node) in map.names("unique", self.problems) {
            let declared = matches!(&row_type, Type::Record(row) if row.columns.contains_key(&name));
            if declared && &*name != "index" {
                unique.push(name);
            } else {
                let known: Vec<&str> = columns.keys().map(|id| &**id).collect();
                self.problems
                    .unknown("unknown-field", node, ("列", "column"), &name, known);
            }
        }
        let min_rows = map.count("minRows").unwrap_or(0);
        if let (true, Some(node)) = (min_rows as u64 > limits::REQUIRED_ITEMS, map.get("minRows")) {
            let message = more_than("minRows", limits::REQUIRED_ITEMS);
            self.problems.at_node("constraint-contradiction", node, message, None);
        }
        let max_rows = map.count("maxRows").unwrap_or(200);
        if let (true, Some(node)) = (min_rows > max_rows, map.get("minRows")) {
            let message = Text::both(
                format!("minRows {min_rows} 大于 maxRows {max_rows}"),
                format!("minRows {min_rows} is more than maxRows {max_rows}"),
            );
            let help = Text::both(
                "改写其中一个；不写 maxRows 时最多 200 行",
                "change one of them; without `maxRows` there are at most 200",
            );
            self.problems
                .at_node("constraint-contradiction", node, message, Some(help));
        }
        Some(Table {
            columns,
            min_rows,
            max_rows,
            unique,
            ordered: map.bool("ordered").unwrap_or(false),
            row_type,
            order,
        })
    }

    fn file_rules(&mut self, map: &MapReader<'_>) -> Option<FileRules> {
        let named = map.names("accept", self.problems);
        let mut accept: Vec<String> = named.into_iter().map(|(kind, _)| kind.to_string()).collect();
        if accept.is_empty() {
            accept.push("pdf".into());
        }
        let max_size = map.get("maxSize").map_or(Some(20 << 20), size)?;
        let min_items = map.count("minItems").unwrap_or(0);
        let max_items = map.count("maxItems").unwrap_or(min_items.max(1));
        Some(FileRules {
            accept,
            max_size,
            min_items,
            max_items,
            template: map.get("template").and_then(|node| self.document_named(node)),
            print_of: map.get("printOf").and_then(|node| self.document_named(node)),
        })
    }

    /// One of the region's documents.
    fn document_named(&mut self, node: &Node) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        if let Some(documents) = &self.documents
            && !documents.contains(name.as_str())
        {
            let known: Vec<Id> = documents.iter().cloned().collect();
            let known = known.iter().map(|id| &**id);
            self.problems
                .unknown("unknown-document", node, ("文书", "document"), &name, known);
            return None;
        }
        Some(name.into())
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
}

/// `20 MB`, `500 KB`, in bytes.
fn size(node: &Node) -> Option<u64> {
    let text = node.scalar()?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = if text.contains("MB") { 1 << 20 } else { 1 << 10 };
    text.get(..digits)?.parse::<u64>().ok()?.checked_mul(unit)
}
