//! Names, columns, and what is near a name that does not exist.

use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::{IdedExpr, SelectExpr};

use super::super::mistake::{TYPE, UNKNOWN_NAME, mistake, nearest};
use super::super::node::Node;
use super::super::{Mistake, RecordType, Type};
use super::{Checker, Typed};

/// The most columns that a mistake lists where none is near.
const LISTED: usize = 12;

/// Words that are names in some places only, and where.
const ELSEWHERE: [(&str, &str, &str); 4] = [
    (
        "row",
        "row 只在表格的列里和写了 each 的规则里才有",
        "`row` is there in a table's columns and in a rule with `each`",
    ),
    (
        "outer",
        "outer 只在内层表格的列里和对内层表格写了 each 的规则里才有",
        "`outer` is there in an inner table's columns and in a rule with `each` over one",
    ),
    ("it", "it 只在 where 里才有", "`it` is there in `where`"),
    (
        "input",
        "input 只在操作的条件里才有",
        "`input` is there in the conditions of actions",
    ),
];

/// The most names of a scope that are all told where none is near: a workflow's, not a form's.
const FEW_NAMES: usize = 4;

impl Checker<'_> {
    pub(super) fn name(&mut self, name: &str, span: Range<usize>) -> Typed {
        let local = self
            .locals
            .iter()
            .rev()
            .enumerate()
            .find(|(_, local)| local.name == name);
        if let Some((up, local)) = local {
            let path = local.path.clone();
            return Typed {
                path,
                ..Typed::new(Node::Local { up }, local.ty.clone(), span)
            };
        }
        let Some((at, id, ty)) = self.scope.names.get_full(name) else {
            let found = self.unknown_name(name, span);
            return self.wrong(found);
        };
        self.reads.insert(Arc::clone(id));
        let node = Node::Slot { at, list: ty.is_list() };
        Typed {
            path: Some(name.into()),
            ..Typed::new(node, ty.clone(), span)
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.scope.names.contains_key(name) || self.locals.iter().any(|local| local.name == name)
    }

    pub(super) fn unknown_name(&self, name: &str, span: Range<usize>) -> Mistake {
        let (zh, en) = (format!("没有 {name} 这个名字"), format!("there is no name `{name}`"));
        let found = mistake(UNKNOWN_NAME, span, zh, en);
        let owner = self.records().find(|(_, record)| record.columns.contains_key(name));
        if let Some((owner, _)) = owner {
            return found.help(format!("写 {owner}.{name}"), format!("write {owner}.{name}"));
        }
        if let Some((_, zh, en)) = ELSEWHERE.iter().find(|(word, ..)| *word == name) {
            return found.help((*zh).to_owned(), (*en).to_owned());
        }
        let near = self.near(name);
        let all: Vec<&str> = self.scope.names.keys().map(|id| &**id).collect();
        if near.is_empty() && all.len() <= FEW_NAMES {
            return found.help(
                format!("这里能用的只有：{}", all.join("、")),
                format!("all that can be read here: {}", all.join(", ")),
            );
        }
        found.suggest(&near)
    }

    /// The names in scope that are like `name`.
    pub(super) fn near<'a>(&'a self, name: &str) -> Vec<&'a str> {
        let names = self.scope.names.keys().map(|id| &**id);
        let locals = self.locals.iter().map(|local| local.name.as_str());
        nearest(name, names.chain(locals).chain(["true", "false"]))
    }

    /// The records in scope whose columns are read as `row.x`.
    fn records(&self) -> impl Iterator<Item = (&str, &Arc<RecordType>)> {
        let names = self
            .scope
            .names
            .iter()
            .filter(|(id, _)| matches!(&***id, "row" | "it" | "input" | "outer"));
        let names = names.map(|(id, ty)| (&**id, ty));
        let locals = self.locals.iter().map(|local| (local.name.as_str(), &local.ty));
        locals.chain(names).filter_map(|(name, ty)| match ty {
            Type::Record(record) => Some((name, record)),
            _ => None,
        })
    }

    pub(super) fn column(&mut self, expr: &IdedExpr, select: &SelectExpr) -> Typed {
        let of = self.part(&select.operand);
        let dot = self.tree.token(expr, self.tokens).unwrap_or_default();
        let column = self.tokens.span(dot + 1);
        let span = of.span.start..column.end;
        let Type::Record(record) = &of.ty else {
            self.record(of.path.clone());
            return self.no_columns(&of, &select.field, span);
        };
        let Some((at, _, ty)) = record.columns.get_full(select.field.as_str()) else {
            self.record(of.path.clone());
            let found = unknown_column(record, &select.field, column);
            return self.wrong(found);
        };
        let (ty, path) = (ty.clone(), of.path.map(|path| format!("{path}.{}", select.field)));
        let node = Node::Column {
            of: Box::new(of.node),
            at,
            list: ty.is_list(),
        };
        Typed {
            path,
            ..Typed::new(node, ty, span)
        }
    }

    /// That `of`, which is no record, has no columns.
    fn no_columns(&mut self, of: &Typed, field: &str, span: Range<usize>) -> Typed {
        if of.ty.is_unknown() {
            return Typed::mistaken(span);
        }
        let name = of.ty.name();
        let ((zh, en), part) = (name.in_both(), self.tokens.written(&of.span));
        let mut found = mistake(
            TYPE,
            span,
            format!("{part} 是{zh}，没有 .{field}"),
            format!("`{part}` is {en} and has no .{field}"),
        );
        if let Some(Type::Record(_)) = of.ty.element() {
            found = found.help(
                format!("写 {part}.exists(r, r.{field} …)、{part}.map(r, r.{field}) 或 {part}[0].{field}"),
                format!("write {part}.exists(r, r.{field} …), {part}.map(r, r.{field}) or {part}[0].{field}"),
            );
        }
        self.wrong(found)
    }
}

fn unknown_column(record: &RecordType, field: &str, span: Range<usize>) -> Mistake {
    let (zh, en) = (
        format!("{} 没有 {field} 这一列", record.name),
        format!("{} has no column `{field}`", record.name),
    );
    let found = mistake(UNKNOWN_NAME, span, zh, en);
    if record.columns.is_empty() {
        return found.help(
            format!("{} 这里什么也没有", record.name),
            format!("there is nothing in {} here", record.name),
        );
    }
    let all: Vec<&str> = record.columns.keys().map(|id| &**id).collect();
    let near = nearest(field, all.iter().copied());
    if near.is_empty() && all.len() <= LISTED {
        return found.help(
            format!("它有：{}", all.join("、")),
            format!("it has: {}", all.join(", ")),
        );
    }
    found.suggest(&near)
}
