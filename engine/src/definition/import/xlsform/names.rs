//! What each question is called and reads as, before any expression is turned.

use std::collections::HashMap;

use indexmap::IndexMap;
use std::sync::Arc;

use super::super::draft::{Kind, type_of};
use super::super::id::Ids;
use super::super::remark::Remark;
use super::super::turn::{Around, Named, Names, Wanted, What, reads, turn};
use super::super::yaml::Out;
use super::kind::Found;
use super::tree::{Node, Question};
use super::{Reading, changed, left};
use crate::definition::Id;
use crate::definition::expression::{RecordType, Scope, Type};
use crate::definition::scope::App;

/// A question with its id.
#[derive(Debug)]
pub(super) struct Item<'b> {
    pub(super) question: Question<'b>,
    pub(super) id: String,
    /// The tables that it is in, by id.
    pub(super) tables: Vec<String>,
    pub(super) is: Is<'b>,
}

#[derive(Debug)]
pub(super) enum Is<'b> {
    Field(Kind, Vec<(String, Out)>),
    Calculation,
    Left(Remark),
    Group(Vec<Item<'b>>),
    Table(Vec<Item<'b>>),
}

/// The text beside a choice of something else.
pub(super) fn other_name(name: &str) -> String {
    format!("{name}_other")
}

/// What the calculations became, by row: their type and expression.
pub(super) type Worked = HashMap<usize, (&'static str, String)>;

impl Reading<'_> {
    /// Gives every question its id. A group is a page at the top and a heading inside of pages, which
    /// needs an id of its own.
    pub(super) fn items<'b>(
        &mut self,
        nodes: Vec<Node<'b>>,
        tables: &[String],
        nested: bool,
        ids: &mut Ids,
        names: &mut Names,
    ) -> Vec<Item<'b>> {
        let mut items = Vec::new();
        for node in nodes {
            let item = match node {
                Node::Group(question, inside) => {
                    let inside = self.items(inside, tables, true, ids, names);
                    let headed = nested && tables.is_empty() && !self.columns.words(question.row, "label").is_empty();
                    let id = if headed { self.id(&question, ids) } else { String::new() };
                    Some(item(question, id, tables, Is::Group(inside)))
                }
                Node::Repeat(question, inside) => self.repeat(question, inside, tables, ids, names),
                Node::Ask(question) => self.ask(question, tables, ids, names),
            };
            items.extend(item);
        }
        items
    }

    fn repeat<'b>(
        &mut self,
        question: Question<'b>,
        inside: Vec<Node<'b>>,
        tables: &[String],
        ids: &mut Ids,
        names: &mut Names,
    ) -> Option<Item<'b>> {
        if tables.len() >= 2 {
            let place = self.place(question.row.number, "type");
            let (zh, en) = (
                "表格里最多再套一层表格，这一层没有导入",
                "a table may hold one inner table: this one is left out",
            );
            let remark = left("import-repeat", place, zh, en);
            return Some(item(question, String::new(), tables, Is::Left(remark)));
        }
        let id = self.id(&question, ids);
        name(names, &question.name, &id, tables, What::Table);
        let within: Vec<String> = tables.iter().cloned().chain([id.clone()]).collect();
        let mut own = Ids::default();
        own.take("index");
        let inside = self.items(inside, &within, true, &mut own, names);
        Some(item(question, id, tables, Is::Table(inside)))
    }

    fn ask<'b>(
        &mut self,
        question: Question<'b>,
        tables: &[String],
        ids: &mut Ids,
        names: &mut Names,
    ) -> Option<Item<'b>> {
        let (what, is) = match self.found(&question) {
            Found::Word(word) => {
                let what = word.map_or(What::Left, |(word, ty)| What::Word(word, ty));
                name(names, &question.name, "", tables, what);
                return None;
            }
            Found::Left(remark) => (What::Left, Is::Left(remark)),
            Found::Calculation => (What::Pending, Is::Calculation),
            Found::Field(kind, words) => (What::Answer(type_of("", &kind, self.lists)), Is::Field(kind, words)),
        };
        let id = match is {
            Is::Left(_) => String::new(),
            _ => self.id(&question, ids),
        };
        name(names, &question.name, &id, tables, what);
        if question.or_other && matches!(is, Is::Field(..)) {
            let other = other_name(&question.name);
            let id = ids.take(&other).0;
            name(names, &other, &id, tables, What::Answer(Type::Text));
        }
        Some(item(question, id, tables, is))
    }

    /// An id out of a question's name; where another question has it, that is told.
    pub(super) fn id(&mut self, question: &Question<'_>, ids: &mut Ids) -> String {
        let (id, collides) = ids.take(&question.name);
        if collides {
            let place = self.place(question.row.number, "name");
            let remark = changed(
                "import-id",
                place,
                format!("「{}」的标识已被占用，改为 {id}", question.name),
                format!("the id of `{}` was taken: it becomes `{id}`", question.name),
            );
            self.remarks.push(remark);
        }
        id
    }

    /// Turns the calculations, each after those that it reads.
    pub(super) fn worked(&mut self, items: &[Item<'_>], names: &mut Names) -> Worked {
        let mut pending: Vec<(&Item<'_>, Vec<String>)> = Vec::new();
        let columns = self.columns;
        each(items, &mut |item| {
            if matches!(item.is, Is::Calculation) {
                let source = columns.cell(item.question.row, "calculation");
                pending.push((item, reads(source, &item.question.name)));
            }
        });
        let mut worked = Worked::new();
        loop {
            let is_pending = |name: &String| names.get(name).is_some_and(|named| matches!(named.what, What::Pending));
            let (ready, later): (Vec<_>, Vec<_>) = pending
                .into_iter()
                .partition(|(_, reads)| !reads.iter().any(is_pending));
            if ready.is_empty() {
                for (item, _) in later {
                    self.turned(item, names, &Scope::default());
                }
                return worked;
            }
            let scope = scope(items, names);
            let found: Vec<_> = ready
                .iter()
                .map(|(item, _)| (*item, self.turned(item, names, &scope)))
                .collect();
            for (item, found) in found {
                let Some(named) = names.get_mut(&item.question.name) else {
                    continue;
                };
                named.what = match (&named.what, &found) {
                    (What::Ambiguous, _) => What::Ambiguous,
                    (_, Some((ty, ..))) => What::Answer(ty.clone()),
                    (_, None) => What::Left,
                };
                if let Some((_, of, compute)) = found {
                    worked.insert(item.question.row.number, (of, compute));
                }
            }
            pending = later;
        }
    }

    /// One calculation: its type, what that is called, and the expression.
    fn turned(&mut self, item: &Item<'_>, names: &Names, scope: &Scope) -> Option<(Type, &'static str, String)> {
        let row = item.question.row;
        let source = self.columns.cell(row, "calculation").to_owned();
        let place = self.place(row.number, "calculation");
        if source.is_empty() {
            let remark = left(
                "import-calculation",
                place,
                format!("{} 没有 calculation，没有导入", item.question.name),
                format!("{} has no `calculation` and is left out", item.question.name),
            );
            self.remarks.push(remark);
            return None;
        }
        let around = Around {
            names,
            tables: &item.tables,
            dot: None,
            day: "today",
            columns: &[],
        };
        let scope = in_row(scope, &item.tables);
        match turn(&source, around, Wanted::Value, &scope) {
            Ok(turned) => {
                let ty = turned.compiled.ty().clone();
                let of = match ty {
                    Type::Int => "integer",
                    Type::Decimal => "decimal",
                    Type::Date => "date",
                    Type::Month => "month",
                    Type::Bool => "yes-no",
                    Type::Text | Type::Code(_) => "text",
                    _ => {
                        let (zh, en) = (
                            "算出来的不是单个值，没有导入",
                            "what it gives is no single value: it is left out",
                        );
                        self.remarks
                            .push(left("import-calculation", place, zh, en).written(&source, 0..source.len()));
                        return None;
                    }
                };
                let ty = if matches!(ty, Type::Code(_)) { Type::Text } else { ty };
                Some((ty, of, turned.text))
            }
            Err(wrong) => {
                let remark = Remark::left("import-expression", place, wrong.message).written(&source, wrong.at);
                self.remarks.push(remark);
                None
            }
        }
    }
}

fn item<'b>(question: Question<'b>, id: String, tables: &[String], is: Is<'b>) -> Item<'b> {
    Item {
        question,
        id,
        tables: tables.to_vec(),
        is,
    }
}

fn name(names: &mut Names, name: &str, id: &str, tables: &[String], what: What) {
    let named = Named {
        id: id.to_owned(),
        tables: tables.to_vec(),
        what,
    };
    if let Some(known) = names.get_mut(name) {
        known.what = What::Ambiguous;
    } else {
        names.insert(name.to_owned(), named);
    }
}

fn each<'i, 'b>(items: &'i [Item<'b>], visit: &mut impl FnMut(&'i Item<'b>)) {
    for item in items {
        visit(item);
        if let Is::Group(inside) | Is::Table(inside) = &item.is {
            each(inside, visit);
        }
    }
}

/// What all expressions of the form can read.
pub(super) fn scope(items: &[Item<'_>], names: &Names) -> Scope {
    let mut scope = Scope::default();
    let mut read = IndexMap::new();
    columns(items, names, &mut read);
    for (name, ty) in read {
        scope.names.insert(name, ty);
    }
    scope.names.insert("today".into(), Type::Date);
    scope.names.insert("app".into(), App::ty());
    scope
}

/// What the fields of one level read as; groups are no level of their own.
fn columns(items: &[Item<'_>], names: &Names, into: &mut IndexMap<Id, Type>) {
    for item in items {
        let ty = match &item.is {
            Is::Group(inside) => {
                columns(inside, names, into);
                continue;
            }
            Is::Table(inside) => {
                let mut own = IndexMap::new();
                columns(inside, names, &mut own);
                own.insert("index".into(), Type::Int);
                Type::List(Box::new(Type::Record(Arc::new(RecordType {
                    name: item.id.as_str().into(),
                    columns: own,
                }))))
            }
            Is::Left(_) => continue,
            Is::Field(..) | Is::Calculation => match names.get(&item.question.name).map(|named| &named.what) {
                Some(What::Answer(ty)) => ty.clone(),
                _ => Type::Unknown,
            },
        };
        into.insert(item.id.as_str().into(), ty);
        if item.question.or_other
            && let Some(other) = names.get(&other_name(&item.question.name))
        {
            into.insert(other.id.as_str().into(), Type::Text);
        }
    }
}

/// The scope inside the rows of these tables.
pub(super) fn in_row(scope: &Scope, tables: &[String]) -> Scope {
    let row = |of: &Type, name: &str| match of {
        Type::List(row) => Some((**row).clone()),
        Type::Record(record) => match record.columns.get(name) {
            Some(Type::List(row)) => Some((**row).clone()),
            _ => None,
        },
        _ => None,
    };
    let Some(outer) = tables
        .first()
        .and_then(|table| row(scope.names.get(table.as_str())?, table))
    else {
        return scope.clone();
    };
    match tables.get(1).and_then(|inner| row(&outer, inner)) {
        Some(inner) => scope.with("row", inner).with("outer", outer),
        None => scope.with("row", outer),
    }
}
