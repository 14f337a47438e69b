//! The answers of one application, taken over from one version of a form to another.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::field::choice;
use super::fit::{Fit, convert, fit, is_stored};
use super::{Consequence, origins};
use crate::definition::form_schema::is_answered;
use crate::definition::{Field, FieldType, Form, Id, Text};

/// Answers in their new places, and what has none.
#[derive(Debug, Default)]
pub struct Carried {
    /// The answers to the new form.
    pub answers: Map<String, Json>,
    /// Every answer that was not taken over.
    pub losses: Vec<Loss>,
    /// The old id of each field that has one.
    pub origins: IndexMap<Id, Id>,
    /// The fields whose answers are of another type now.
    pub retyped: Vec<Id>,
    /// The old id of each column, by the path of its table: `people`, `units.staff`.
    columns: HashMap<String, IndexMap<Id, Id>>,
}

/// An answer that was not taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where it stands among the old answers: `field`, `table[0].column`.
    pub at: String,
    /// [`Consequence::LosesAnswer`] or [`Consequence::CannotMove`].
    pub consequence: Consequence,
    /// Which answer, and why. It does not say what the answer is.
    pub message: Text,
}

impl Carried {
    /// A place among the new answers as it was called among the old; itself where it is new.
    pub fn before(&self, at: &str) -> String {
        let (mut told, mut table) = (String::new(), String::new());
        for (depth, step) in at.split('.').enumerate() {
            let (name, row) = step.split_at(step.find('[').unwrap_or(step.len()));
            let names = if depth == 0 {
                Some(&self.origins)
            } else {
                self.columns.get(&table)
            };
            let old = names.and_then(|names| names.get(name)).map_or(name, |old| old);
            let dot = if depth == 0 { "" } else { "." };
            told += &format!("{dot}{old}{row}");
            table += &format!("{dot}{name}");
        }
        told
    }

    /// A place among the old answers as it is called among the new; none where it has no place.
    pub fn after(&self, at: &str) -> Option<String> {
        let (mut told, mut table) = (String::new(), String::new());
        for (depth, step) in at.split('.').enumerate() {
            let (name, row) = step.split_at(step.find('[').unwrap_or(step.len()));
            let now = match depth {
                0 => self.now(name).map(|now| &**now)?,
                _ => match self.columns.get(&table) {
                    Some(columns) => columns.iter().find(|(_, old)| &***old == name).map(|(now, _)| &**now)?,
                    None => name,
                },
            };
            let dot = if depth == 0 { "" } else { "." };
            told += &format!("{dot}{now}{row}");
            table += &format!("{dot}{now}");
        }
        Some(told)
    }

    /// What the field that was called `old` is called now.
    pub fn now(&self, old: &str) -> Option<&Id> {
        self.origins
            .iter()
            .find(|(_, before)| &***before == old)
            .map(|(new, _)| new)
    }
}

/// Takes `answers` from `old` over to `new`. A field that is new gets its default, as in a new application.
pub fn carry(old: &Form, new: &Form, answers: &Map<String, Json>) -> Carried {
    let fields: IndexMap<Id, &Field> = old.fields().map(|(_, field)| (field.id.clone(), field)).collect();
    let now: IndexMap<Id, &Field> = new.fields().map(|(_, field)| (field.id.clone(), field)).collect();
    let mut carrier = Carrier::default();
    let (carried, origins) = carrier.level(&fields, &now, answers, &Above::default());
    let mut answers = carried;
    for (_, field) in new.fields().filter(|(_, field)| !origins.contains_key(&field.id)) {
        if let Some(default) = &field.default {
            answers.insert(field.id.to_string(), default.clone());
        }
    }
    Carried {
        answers,
        losses: carrier.losses,
        origins,
        retyped: carrier.retyped,
        columns: carrier.columns,
    }
}

/// What stands above a level of answers.
#[derive(Clone, Default)]
struct Above {
    /// `people[0].` among the old answers.
    path: String,
    /// `people.` among the new ones.
    table: String,
    /// `完成人员 第 1 行 `, `people, row 1, `.
    label: (String, String),
    root: Option<Id>,
}

#[derive(Default)]
struct Carrier {
    losses: Vec<Loss>,
    retyped: Vec<Id>,
    columns: HashMap<String, IndexMap<Id, Id>>,
}

impl Carrier {
    /// The answers of the form itself, or of one row.
    fn level(
        &mut self,
        old: &IndexMap<Id, &Field>,
        new: &IndexMap<Id, &Field>,
        answers: &Map<String, Json>,
        above: &Above,
    ) -> (Map<String, Json>, IndexMap<Id, Id>) {
        let origins = origins(
            |id| old.contains_key(id),
            new.iter().map(|(id, field)| (id, &*field.renamed_from)),
        );
        let mut carried = Map::new();
        for (id, answer) in answers.iter().filter(|(_, answer)| is_answered(answer)) {
            let Some(was) = old.get(id.as_str()) else {
                self.lose(above, id, None, Why::Unknown);
                continue;
            };
            let found = origins.iter().find(|(_, before)| **before == was.id);
            match found.and_then(|(id, _)| new.get(id)) {
                Some(is) => self.one(was, is, answer, above, &mut carried),
                None if is_stored(&was.kind) => self.lose(above, id, Some(was), Why::Removed),
                None => {}
            }
        }
        (carried, origins)
    }

    fn one(&mut self, was: &Field, is: &Field, answer: &Json, above: &Above, carried: &mut Map<String, Json>) {
        if !is_stored(&was.kind) {
            return;
        }
        if was.sensitive && !is.sensitive {
            return self.lose(above, &was.id, Some(was), Why::Unsealed);
        }
        if !was.public && is.public {
            return self.lose(above, &was.id, Some(was), Why::Published);
        }
        let root = above.root.as_ref().unwrap_or(&is.id);
        if was.kind.name() != is.kind.name() && !self.retyped.contains(root) {
            self.retyped.push(root.clone());
        }
        let kept = match (&was.kind, &is.kind) {
            (FieldType::Table(old), FieldType::Table(new)) => {
                let (old, new) = (by_id(&old.columns), by_id(&new.columns));
                Some(self.rows(was, is, (&old, &new), answer, above))
            }
            (old, new) if fit(old, new) == Fit::Never => {
                return self.lose(above, &was.id, Some(was), Why::Retyped(was.kind.name(), is.kind.name()));
            }
            (old, new) => convert(answer, old, new),
        };
        match kept {
            Some(kept) => drop(carried.insert(is.id.to_string(), kept)),
            None if choice(&was.kind).is_some() && choice(&is.kind).is_some() => {
                self.lose(above, &was.id, Some(was), Why::CodeGone);
            }
            None => self.lose(above, &was.id, Some(was), Why::Narrowed(is.kind.name())),
        }
    }

    fn rows(
        &mut self,
        was: &Field,
        is: &Field,
        (old, new): (&IndexMap<Id, &Field>, &IndexMap<Id, &Field>),
        answer: &Json,
        above: &Above,
    ) -> Json {
        let mut rows = Vec::new();
        let label = |language| was.label.get(language).to_owned();
        for (at, row) in answer.as_array().into_iter().flatten().enumerate() {
            let (zh, en) = (
                label(crate::definition::Language::Chinese),
                label(crate::definition::Language::English),
            );
            let below = Above {
                path: format!("{}{}[{at}].", above.path, was.id),
                table: format!("{}{}.", above.table, is.id),
                label: (
                    format!("{}{zh} 第 {} 行 ", above.label.0, at + 1),
                    format!("{}{en}, row {}, ", above.label.1, at + 1),
                ),
                root: Some(above.root.clone().unwrap_or_else(|| is.id.clone())),
            };
            let empty = Map::new();
            let (cells, origins) = self.level(old, new, row.as_object().unwrap_or(&empty), &below);
            self.columns.insert(format!("{}{}", above.table, is.id), origins);
            rows.push(Json::Object(cells));
        }
        Json::Array(rows)
    }

    fn lose(&mut self, above: &Above, id: &str, field: Option<&Field>, why: Why) {
        use crate::definition::Language::{Chinese, English};
        let label = |language| field.map_or(id, |field| field.label.get(language));
        let (zh, en) = why.text();
        self.losses.push(Loss {
            at: format!("{}{id}", above.path),
            consequence: why.consequence(),
            message: Text::both(
                format!("{}{} ({id}) {zh}", above.label.0, label(Chinese)),
                format!("{}{} ({id}) {en}", above.label.1, label(English)),
            ),
        });
    }
}

fn by_id(columns: &IndexMap<Id, Field>) -> IndexMap<Id, &Field> {
    columns.iter().map(|(id, column)| (id.clone(), column)).collect()
}

/// Why an answer has no place.
enum Why {
    Unknown,
    Removed,
    CodeGone,
    Narrowed(&'static str),
    Retyped(&'static str, &'static str),
    Unsealed,
    Published,
}

impl Why {
    fn consequence(&self) -> Consequence {
        match self {
            Self::Unknown | Self::Removed | Self::CodeGone | Self::Narrowed(_) => Consequence::LosesAnswer,
            Self::Retyped(..) | Self::Unsealed | Self::Published => Consequence::CannotMove,
        }
    }

    fn text(&self) -> (String, String) {
        match self {
            Self::Unknown => (
                "不是原登记表里的字段".into(),
                "is no field of the form it was filled in".into(),
            ),
            Self::Removed => (
                "已填写，新版没有这个字段（也没有 renamedFrom 说它改了名）".into(),
                "is answered, and the new version has no such field (nor a `renamedFrom` of it)".into(),
            ),
            Self::CodeGone => (
                "所选代码已不在新版的代码表里（也没有 renamed_from 说它改了）".into(),
                "has a code chosen that the new version no longer has (nor a `renamed_from` of it)".into(),
            ),
            Self::Narrowed(to) => (
                format!("的答案放不进新版：类型现为 {to}"),
                format!("has an answer that the new version cannot hold: it is a {to} now"),
            ),
            Self::Retyped(from, to) => (
                format!("由 {from} 改为 {to}，原来的答案没有办法照原意转过去"),
                format!("was a {from} and is a {to}: no conversion keeps what the answer means"),
            ),
            Self::Unsealed => (
                "原为敏感信息、加密保存，新版不再加密，不会自动解封".into(),
                "was sealed and is sensitive no longer; nothing is unsealed by itself".into(),
            ),
            Self::Published => (
                "填写时不公开，新版核验证书时会公开，不会自动公开".into(),
                "was not public when it was given and would be now; nothing is published by itself".into(),
            ),
        }
    }
}
