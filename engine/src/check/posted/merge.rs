//! Putting what was posted over what is stored, and doing what a button asks with rows.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::Posted;
use crate::definition::{Field, FieldType, Id};
use crate::theme::input_name::{Command, mask};

/// A row cannot be added: the table has as many as it may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table} has {max} rows already")]
pub struct TableFull {
    /// The path of the table.
    pub table: String,
    /// How many rows it may have.
    pub max: usize,
}

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
        let keeps_blank = self.command == Command::Add(path.to_owned());
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

fn is_mask(text: &str, stored: Option<&Json>) -> bool {
    stored
        .and_then(Json::as_str)
        .is_some_and(|stored| text.contains('*') && mask(stored) == text)
}

impl Command {
    /// Does to `answers` what the button asks, after [`Posted::merge`] and after uploads were put
    /// in. Rows that are not there (any more) are left alone. Gives the path to show then: the
    /// added or moved row, or the table or field from which something was removed.
    pub fn perform(
        &self,
        fields: &IndexMap<Id, Field>,
        answers: &mut Map<String, Json>,
    ) -> Result<Option<String>, TableFull> {
        match self {
            Self::Save | Self::SaveNext | Self::Check => Ok(None),
            Self::Add(table) => add(fields, answers, table),
            Self::Remove(table, at) => Ok(with_rows(fields, answers, table, |rows| {
                if *at < rows.len() {
                    rows.remove(*at);
                }
            })
            .map(|()| table.clone())),
            Self::Up(table, at) => Ok(swap(fields, answers, table, at.checked_sub(1), *at)),
            Self::Down(table, at) => Ok(swap(fields, answers, table, at.checked_add(1), *at)),
            Self::RemoveFile(field, id) => Ok(remove_file(fields, answers, field, id)),
        }
    }
}

fn add(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    table: &str,
) -> Result<Option<String>, TableFull> {
    let Some((field, at)) = place(fields, answers, table, true) else {
        return Ok(None);
    };
    let FieldType::Table(rules) = &field.kind else {
        return Ok(None);
    };
    let rows = at.entry(&*field.id).or_insert_with(|| Json::Array(Vec::new()));
    let Json::Array(rows) = rows else { return Ok(None) };
    if rows.len() >= rules.max_rows {
        return Err(TableFull {
            table: table.to_owned(),
            max: rules.max_rows,
        });
    }
    rows.push(Json::Object(Map::new()));
    Ok(Some(format!("{table}[{}]", rows.len() - 1)))
}

fn swap(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    table: &str,
    to: Option<usize>,
    from: usize,
) -> Option<String> {
    let to = to?;
    let mut moved = false;
    with_rows(fields, answers, table, |rows| {
        moved = to < rows.len() && from < rows.len();
        if moved {
            rows.swap(from, to);
        }
    })?;
    moved.then(|| format!("{table}[{to}]"))
}

/// Changes the rows of a table; a table without rows loses its answer.
fn with_rows(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    table: &str,
    change: impl FnOnce(&mut Vec<Json>),
) -> Option<()> {
    let (field, at) = place(fields, answers, table, false)?;
    let rows = at.get_mut(&*field.id).and_then(Json::as_array_mut)?;
    if !matches!(field.kind, FieldType::Table(_)) {
        return None;
    }
    change(rows);
    if rows.is_empty() {
        at.shift_remove(&*field.id);
    }
    Some(())
}

fn remove_file(fields: &IndexMap<Id, Field>, answers: &mut Map<String, Json>, path: &str, id: &str) -> Option<String> {
    let (field, at) = place(fields, answers, path, false)?;
    let files = at.get_mut(&*field.id).and_then(Json::as_array_mut)?;
    if !matches!(field.kind, FieldType::File(_)) {
        return None;
    }
    files.retain(|file| file.get("id").and_then(Json::as_str) != Some(id));
    if files.is_empty() {
        at.shift_remove(&*field.id);
    }
    Some(path.to_owned())
}

/// The field at `path` and the object in which its answer stands. With `make`, rows that were
/// shown but never stored are made on the way.
fn place<'f, 'a>(
    fields: &'f IndexMap<Id, Field>,
    answers: &'a mut Map<String, Json>,
    path: &str,
    make: bool,
) -> Option<(&'f Field, &'a mut Map<String, Json>)> {
    let Some((head, rest)) = path.split_once('.') else {
        return Some((fields.get(path)?, answers));
    };
    let (table, at) = head.strip_suffix(']')?.split_once('[')?;
    let at: usize = at.parse().ok()?;
    let FieldType::Table(rules) = &fields.get(table)?.kind else {
        return None;
    };
    if make && at < rules.max_rows {
        let rows = answers
            .entry(table)
            .or_insert_with(|| Json::Array(Vec::new()))
            .as_array_mut()?;
        while rows.len() <= at {
            rows.push(Json::Object(Map::new()));
        }
    }
    let row = answers.get_mut(table)?.as_array_mut()?.get_mut(at)?.as_object_mut()?;
    place(&rules.columns, row, rest, make)
}
