//! The type of a field, and what belongs to that type alone (LANGUAGE L3, L4).

use std::sync::Arc;

use indexmap::IndexMap;

use super::Loader;
use super::constraint::more_than;
use crate::definition::expression::{RecordType, Scope, Type};
use crate::definition::form::{Choice, Computed, FileRules, Lookup, Table};
use crate::definition::source::{MapReader, Node, string_of, wrong_type};
use crate::definition::{CodeList, FieldType, Id, Text, limits, scope};

/// The types of a field.
pub(super) const TYPES: [&str; 28] = [
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
            other if !TYPES.contains(&other) => Type::Unknown,
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
                wrong_type(
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
        let name = self.register_named(from)?;
        let record = self.record_type(&name);
        let filter = self.condition(map.get("where"), &scope.with("it", record.clone()));
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
            from: name,
            record,
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
        let min_rows = map.count("minRows", self.problems).unwrap_or(0);
        if let (true, Some(node)) = (min_rows as u64 > limits::REQUIRED_ITEMS, map.get("minRows")) {
            let message = more_than("minRows", limits::REQUIRED_ITEMS);
            self.problems.at_node("constraint-contradiction", node, message, None);
        }
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
            wrong_type(
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
}
