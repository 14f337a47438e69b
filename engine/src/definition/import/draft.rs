//! A form between what it was and what it is written as. Expressions in it are in this language already.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::id::Ids;
use super::remark::Place;
use super::yaml::Out;
use crate::definition::code_list::Row;
use crate::definition::expression::{RecordType, Scope, Type};
use crate::definition::scope::{App, file_type};
use crate::definition::{CodeList, Id};

/// A text in the languages that were found; either may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) zh: String,
    pub(super) en: String,
}

impl Words {
    pub(super) fn both(zh: &str, en: &str) -> Self {
        Self {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }

    /// A text of which the language is not known.
    pub(super) fn of(text: &str) -> Self {
        Self::both(text, "")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }

    /// The text in Chinese, or the one that there is.
    pub(super) fn first(&self) -> &str {
        if self.zh.is_empty() { &self.en } else { &self.zh }
    }

    pub(super) fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_empty() { other() } else { self }
    }

    /// As a definition writes it.
    pub(super) fn out(&self) -> Out {
        let (zh, en) = (self.zh.trim(), self.en.trim());
        match (zh.is_empty(), en.is_empty() || zh == en) {
            (false, false) => Out::Flow(vec![("zh".into(), zh.into()), ("en".into(), en.into())]),
            (true, _) => en.into(),
            (false, true) => zh.into(),
        }
    }
}

/// The whole form.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) title: Words,
    pub(super) version: String,
    pub(super) pages: Vec<Page>,
    pub(super) rules: Vec<Rule>,
    pub(super) lists: IndexMap<String, List>,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) id: String,
    pub(super) title: Words,
    pub(super) intro: Words,
    pub(super) show_when: Option<String>,
    pub(super) fields: Vec<Field>,
    /// What is said above it.
    pub(super) comments: Vec<String>,
}

impl Page {
    /// A page for what stands in no group.
    pub(super) fn stray(ids: &mut Ids) -> Self {
        let (id, _) = ids.take("general");
        let title = match id.strip_prefix("general_") {
            Some(count) => Words::both(&format!("基本信息（{count}）"), &format!("General ({count})")),
            None => Words::both("基本信息", "General"),
        };
        Self {
            id,
            title,
            ..Self::default()
        }
    }
}

/// A field or a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) label: Words,
    pub(super) help: Words,
    pub(super) placeholder: Words,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) require_when: Option<String>,
    pub(super) show_when: Option<String>,
    pub(super) read_only_when: Option<String>,
    pub(super) default: Option<Out>,
    /// `where` of a choice.
    pub(super) filter: Option<String>,
    /// Constraint words of the field.
    pub(super) words: Vec<(String, Out)>,
    /// Constraint words that stand under `schema`.
    pub(super) further: Vec<(String, Out)>,
    /// What is said above it.
    pub(super) comments: Vec<String>,
    /// Where it comes from.
    pub(super) place: Option<Place>,
}

#[derive(Debug, Clone, Default)]
pub(super) enum Kind {
    /// Nothing came of it but its comments.
    #[default]
    Left,
    /// A type that needs no further key.
    Plain(&'static str),
    /// One or several codes of the list of this id.
    Choice { list: String, many: bool },
    /// A list of a single-valued type.
    List(&'static str),
    /// A table with its columns.
    Table(Vec<Field>),
    /// Worked out, as a value of a single-valued type.
    Computed { of: &'static str, compute: String },
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    /// The table, or table and inner table, whose rows it checks.
    pub(super) each: Vec<String>,
    pub(super) assert: String,
    pub(super) at: String,
    pub(super) message: Words,
    pub(super) comments: Vec<String>,
}

/// A list of codes with further columns, whose names are ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct List {
    pub(super) codes: Vec<Code>,
    pub(super) columns: Vec<String>,
    /// Whether a `where` reads its further columns.
    pub(super) filtered: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Code {
    pub(super) code: String,
    pub(super) name: Words,
    pub(super) cells: Vec<String>,
}

impl List {
    /// The list that the engine reads; none where a code stands twice.
    pub(super) fn compiled(&self, id: &str) -> Option<Arc<CodeList>> {
        let row = |code: &Code| Row {
            code: code.code.clone(),
            name: code.name.first().to_owned(),
            columns: self.columns.iter().cloned().zip(code.cells.iter().cloned()).collect(),
            ..Row::default()
        };
        let rows = self.codes.iter().map(row).collect();
        CodeList::new(Id::from(id), rows).ok().map(Arc::new)
    }
}

/// The lists of a draft, compiled once.
pub(super) type Compiled = HashMap<String, Arc<CodeList>>;

/// What an answer of this kind reads as.
pub(super) fn type_of(id: &str, kind: &Kind, lists: &Compiled) -> Type {
    let plain = |name: &str| match name {
        "integer" | "year" => Type::Int,
        "decimal" | "money" => Type::Decimal,
        "date" => Type::Date,
        "month" => Type::Month,
        "yes-no" => Type::Bool,
        "file" => Type::List(Box::new(file_type())),
        "note" => Type::Unknown,
        _ => Type::Text,
    };
    match kind {
        Kind::Left => Type::Unknown,
        Kind::Plain(name) => plain(name),
        Kind::Choice { list, many } => {
            let code = lists
                .get(list)
                .map_or(Type::Unknown, |list| Type::Code(Arc::clone(list)));
            if *many { Type::List(Box::new(code)) } else { code }
        }
        Kind::List(of) => Type::List(Box::new(plain(of))),
        Kind::Computed { of, .. } => plain(of),
        Kind::Table(columns) => Type::List(Box::new(row_type(id, columns, lists))),
    }
}

/// What a row of a table reads as.
pub(super) fn row_type(id: &str, columns: &[Field], lists: &Compiled) -> Type {
    let kept = columns.iter().filter(|column| !matches!(column.kind, Kind::Left));
    let mut types: IndexMap<Id, Type> = kept
        .map(|column| (Id::from(column.id.as_str()), type_of(&column.id, &column.kind, lists)))
        .collect();
    types.insert("index".into(), Type::Int);
    Type::Record(Arc::new(RecordType {
        name: id.into(),
        columns: types,
    }))
}

/// The names that every expression of the form can read.
pub(super) fn scope_of(draft: &Draft, lists: &Compiled) -> Scope {
    let mut scope = Scope::default();
    for field in draft.pages.iter().flat_map(|page| &page.fields) {
        if !matches!(field.kind, Kind::Left) {
            let ty = type_of(&field.id, &field.kind, lists);
            scope.names.insert(field.id.as_str().into(), ty);
        }
    }
    scope.names.insert("today".into(), Type::Date);
    scope.names.insert("app".into(), App::ty());
    scope
}
