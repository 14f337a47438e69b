//! Putting what was posted over what is stored.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::Posted;
use crate::definition::{Field, FieldType, Id};
use crate::theme::input_name::{Command, mask};

impl Posted {
    /// The stored answers with the posted ones over them: cleared answers are gone, what was not
    /// offered is as it was, and a sensitive answer that came back as its own mask is kept. Rows
    /// at the end of a table that were shown empty and stayed empty are left out, unless one more is
    /// asked for.
    pub fn merge(&self, fields: &IndexMap<Id, Field>, stored: &Map<String, Json>) -> Map<String, Json> {
        let mut merged = stored.clone();
        for (id, posted) in &self.answers {
            if let Some(field) = fields.get(id.as_str()) {
                self.put(&mut merged, field, id, posted);
            }
        }
        merged
    }

    fn put(&self, into: &mut Map<String, Json>, field: &Field, path: &str, posted: &Json) {
        let key = &*field.id;
        match (&field.kind, posted) {
            (_, Json::Null) => {
                into.shift_remove(key);
            }
            (FieldType::Table(table), Json::Array(rows)) => {
                let stored = into.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
                let rows = self.rows(&table.columns, path, rows, stored);
                if rows.is_empty() {
                    into.shift_remove(key);
                } else {
                    into.insert(key.to_owned(), Json::Array(rows));
                }
            }
            // A mask is never an answer, whatever stands there now.
            (_, Json::String(text)) if field.sensitive && is_mask(text, into.get(key)) => {}
            (_, Json::String(text)) if field.sensitive && text.contains("***") => {}
            _ => {
                into.insert(key.to_owned(), posted.clone());
            }
        }
    }

    fn rows(&self, columns: &IndexMap<Id, Field>, path: &str, posted: &[Json], stored: Vec<Json>) -> Vec<Json> {
        let kept = stored.len();
        let mut rows = stored;
        for (at, cells) in posted.iter().enumerate() {
            if at == rows.len() {
                rows.push(Json::Object(Map::new()));
            }
            let (Some(Json::Object(row)), Some(cells)) = (rows.get_mut(at), cells.as_object()) else {
                continue;
            };
            for (id, cell) in cells {
                if let Some(column) = columns.get(id.as_str()) {
                    self.put(row, column, &format!("{path}[{at}].{id}"), cell);
                }
            }
        }
        let adds = matches!(self.command, Command::Add(_) | Command::AddSeveral(..));
        let keeps_blank = adds && self.command.path() == Some(path);
        while !keeps_blank && rows.len() > kept && self.is_blank(&rows[rows.len() - 1], path, rows.len() - 1) {
            rows.pop();
        }
        rows
    }

    /// Nothing stands in the row, and nothing was refused in it or is waiting to be uploaded.
    fn is_blank(&self, row: &Json, path: &str, at: usize) -> bool {
        let inside = format!("{path}[{at}].");
        let refused = self.refused.iter().any(|refused| refused.path.starts_with(&inside));
        row.as_object().is_some_and(Map::is_empty) && !refused
    }
}

pub(super) fn is_mask(text: &str, stored: Option<&Json>) -> bool {
    stored
        .and_then(Json::as_str)
        .is_some_and(|stored| text.contains('*') && mask(stored) == text)
}
