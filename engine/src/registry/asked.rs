//! What a page asks now, for whoever shows it: from what the engine worked out.

use std::sync::{Arc, OnceLock, PoisonError};

use serde_json::Value as Json;

use super::{Case, Units, picked_names};
use crate::check::{Answers, Evaluated, FieldState};
use crate::definition::{Field, FieldType, Page};
use crate::theme::filling::Asked;

/// A page of an application as it is stored: what is worked out of it once.
#[derive(Debug)]
pub struct PageNow {
    /// What it asks.
    pub asked: Arc<Asked>,
    /// How its fields stand, as its script is told.
    pub seen: OnceLock<String>,
    /// What its fields are, for whoever saves it later ([`super::Registry::stamp`]).
    pub(super) stamp: OnceLock<String>,
}

impl Case {
    /// A page over the stored answers.
    pub fn page_now(&self, page: &Page) -> Arc<PageNow> {
        let known = self.opened.pages.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&page.id) {
            return Arc::clone(known);
        }
        drop(known);
        let mut asked = asked(page, self.evaluated(), self.answers(), self.units());
        asked.names = self.names();
        let now = Arc::new(PageNow {
            asked: Arc::new(asked),
            seen: OnceLock::new(),
            stamp: OnceLock::new(),
        });
        let mut pages = self.opened.pages.write().unwrap_or_else(PoisonError::into_inner);
        pages.insert(page.id.clone(), Arc::clone(&now));
        now
    }
}

/// What a page asks over these answers, and what can be picked in it.
pub fn asked(page: &Page, evaluated: &Evaluated, answers: &Answers, units: &Units) -> Asked {
    let mut asked = states(page.fields.values(), evaluated);
    asked.names = picked_names(evaluated.form(), answers, units);
    asked.offer(evaluated.candidates(&page.fields, units));
    asked
}

/// How these fields of a form stand.
pub fn states<'f>(fields: impl Iterator<Item = &'f Field>, evaluated: &Evaluated) -> Asked {
    let mut asked = Asked::default();
    for field in fields {
        if let Some(state) = evaluated.field(&field.id) {
            take(&mut asked, field, &field.id, state);
        }
    }
    asked
}

fn take(asked: &mut Asked, field: &Field, path: &str, state: &FieldState) {
    if !state.shown {
        asked.hidden.insert(path.to_owned());
        return;
    }
    if state.required && !field.required {
        asked.required.insert(path.to_owned());
    }
    if state.read_only {
        asked.read_only.insert(path.to_owned());
    }
    if let (FieldType::Computed(_), Some(given)) = (&field.kind, &state.given) {
        asked.computed.insert(path.to_owned(), computed_text(given));
    }
    if let FieldType::Table(table) = &field.kind {
        for (at, row) in state.rows.iter().enumerate() {
            for column in table.columns.values() {
                if let Some(state) = row.columns.get(&column.id) {
                    take(asked, column, &format!("{path}[{at}].{}", column.id), state);
                }
            }
        }
    }
}

/// What the engine worked out, as a text.
pub fn computed_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Bool(true) => "是".into(),
        Json::Bool(false) => "否".into(),
        Json::Array(items) => items.iter().map(computed_text).collect::<Vec<_>>().join("、"),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
