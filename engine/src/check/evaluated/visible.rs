//! The answers that count: what is hidden is left out, what the engine works out is filled in.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{Evaluated, FieldState, RowState};
use crate::check::{Answers, answer};
use crate::definition::{Field, FieldType, Id};

impl Evaluated {
    /// What is submitted and printed: answers to shown questions of the form, with computed values and
    /// sole candidates; nothing that the form does not ask.
    pub fn visible_answers(&self, answers: &Answers) -> Answers {
        let fields = self.form.fields().map(|(_, field)| field);
        visible(fields, &self.fields, answers)
    }
}

fn visible<'a>(
    fields: impl Iterator<Item = &'a Field>,
    states: &IndexMap<Id, FieldState>,
    answers: &Map<String, Json>,
) -> Map<String, Json> {
    let mut kept = Map::new();
    for field in fields {
        let Some(state) = states.get(&field.id).filter(|state| state.shown) else {
            continue;
        };
        let own = answers.get(&*field.id).filter(|_| answer::is_asked(&field.kind));
        let Some(value) = answer::answered(own).or(state.given.as_ref()) else {
            continue;
        };
        kept.insert(field.id.to_string(), visible_value(field, state, value));
    }
    kept
}

fn visible_value(field: &Field, state: &FieldState, value: &Json) -> Json {
    let (FieldType::Table(table), Json::Array(rows)) = (&field.kind, value) else {
        return value.clone();
    };
    let row = |(row, RowState { columns, .. }): (&Json, &RowState)| {
        let empty = Map::new();
        Json::Object(visible(
            table.columns.values(),
            columns,
            row.as_object().unwrap_or(&empty),
        ))
    };
    rows.iter().zip(&state.rows).map(row).collect()
}
