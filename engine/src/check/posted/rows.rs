//! What a button does with the rows of a table.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::definition::form::Table;
use crate::definition::{Field, FieldType, Id};
use crate::theme::input_name::{Command, removed_place, without_rows};

/// A row cannot be added: the table has as many as it may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table} has {max} rows already")]
pub struct TableFull {
    /// The path of the table.
    pub table: String,
    /// How many rows it may have.
    pub max: usize,
}

/// Rows that were removed and can be brought back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removed {
    /// The path of the table.
    pub table: String,
    /// Where the row stood, from 0; none where all rows made room for others.
    pub at: Option<usize>,
    /// The rows, as answers in which nothing else stands: what seals answers seals them too.
    pub answers: Map<String, Json>,
}

impl Removed {
    /// Rows of the table at `path`.
    pub fn new(path: &str, at: Option<usize>, rows: Vec<Json>) -> Self {
        let names = without_rows(path);
        let mut value = Json::Array(rows);
        let mut answers = Map::new();
        for name in names.rsplit('.') {
            answers = Map::from_iter([(name.to_owned(), value)]);
            value = Json::Array(vec![Json::Object(answers.clone())]);
        }
        Self {
            table: path.to_owned(),
            at,
            answers,
        }
    }

    fn rows(&self) -> Option<Vec<Json>> {
        let names = without_rows(&self.table);
        let mut names = names.split('.');
        let first = self.answers.get(names.next()?)?;
        let rows = names.try_fold(first, |value, name| value.get(0)?.get(name))?;
        rows.as_array().cloned()
    }
}

impl Command {
    /// Does to `answers` what the button asks, after [`super::Posted::merge`] and after uploads were
    /// put in. Rows that are not there (any more) are left alone. Gives the path to show then: the
    /// added or moved row, the message that says what was removed, or the field that lost a file.
    ///
    /// `removed` is what can be brought back; it is what was removed last, until somebody goes on to
    /// another page. What is pasted or read from a file is for [`super::fill`].
    pub fn perform(
        &self,
        fields: &IndexMap<Id, Field>,
        answers: &mut Map<String, Json>,
        removed: &mut Option<Removed>,
    ) -> Result<Option<String>, TableFull> {
        if let Self::Up(table, _) | Self::Down(table, _) | Self::Copy(table, _) | Self::Restore(table) = self {
            // The row that an inner table stood in is another now.
            removed.take_if(|kept| kept.table.starts_with(&format!("{table}[")));
        }
        match self {
            Self::SaveNext | Self::Check => {
                *removed = None;
                Ok(None)
            }
            Self::Save | Self::Fill(..) | Self::Append(_) | Self::Replace(_) => Ok(None),
            Self::Add(table) => add(fields, answers, table, 1),
            Self::AddSeveral(table, rows) => add(fields, answers, table, *rows),
            Self::Copy(table, at) => copy(fields, answers, table, *at),
            Self::Remove(table, at) => Ok(remove(fields, answers, table, *at, removed)),
            Self::Restore(table) => restore(fields, answers, table, removed),
            Self::Up(table, at) => Ok(swap(fields, answers, table, at.checked_sub(1), *at)),
            Self::Down(table, at) => Ok(swap(fields, answers, table, at.checked_add(1), *at)),
            Self::RemoveFile(field, id) => Ok(remove_file(fields, answers, field, id)),
        }
    }
}

/// The rules and the rows of the table at `path`; with rows made where there are none yet.
pub(super) fn rows_of<'f, 'a>(
    fields: &'f IndexMap<Id, Field>,
    answers: &'a mut Map<String, Json>,
    path: &str,
) -> Option<(&'f Table, &'a mut Vec<Json>)> {
    let (field, at) = place(fields, answers, path, true)?;
    let FieldType::Table(rules) = &field.kind else {
        return None;
    };
    let rows = at.entry(&*field.id).or_insert_with(|| Json::Array(Vec::new()));
    Some((rules, rows.as_array_mut()?))
}

fn full(table: &str, rules: &Table) -> TableFull {
    TableFull {
        table: table.to_owned(),
        max: rules.max_rows,
    }
}

fn add(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    table: &str,
    wanted: usize,
) -> Result<Option<String>, TableFull> {
    let Some((rules, rows)) = rows_of(fields, answers, table) else {
        return Ok(None);
    };
    let first = rows.len();
    let room = rules.max_rows.saturating_sub(first);
    if room == 0 {
        return Err(full(table, rules));
    }
    rows.resize(first + wanted.clamp(1, room), Json::Object(Map::new()));
    Ok(Some(format!("{table}[{first}]")))
}

fn copy(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    table: &str,
    at: usize,
) -> Result<Option<String>, TableFull> {
    let Some((field, holder)) = place(fields, answers, table, false) else {
        return Ok(None);
    };
    let FieldType::Table(rules) = &field.kind else {
        return Ok(None);
    };
    let rows = holder.get_mut(&*field.id).and_then(Json::as_array_mut);
    let Some((rows, Some(Json::Object(row)))) = rows.map(|rows| {
        let row = rows.get(at).cloned();
        (rows, row)
    }) else {
        return Ok(None);
    };
    if rows.len() >= rules.max_rows {
        return Err(full(table, rules));
    }
    let copied = row.into_iter().filter(|(id, _)| {
        let column = rules.columns.get(id.as_str());
        column.is_some_and(|column| may_stand_twice(rules, column))
    });
    rows.insert(at + 1, Json::Object(copied.collect()));
    Ok(Some(format!("{table}[{}]", at + 1)))
}

/// Whether two rows may have the same in this column: nothing that tells rows apart, no numbers of a
/// person's documents, no files.
fn may_stand_twice(rules: &Table, column: &Field) -> bool {
    !column.has_sensitive() && !rules.unique.contains(&column.id) && !matches!(column.kind, FieldType::File(_))
}

fn remove(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    table: &str,
    at: usize,
    removed: &mut Option<Removed>,
) -> Option<String> {
    let mut gone = None;
    with_rows(fields, answers, table, |rows| {
        if at < rows.len() {
            gone = Some(rows.remove(at));
        }
    })?;
    match gone {
        // An empty row is no loss.
        Some(row) if row.as_object().is_some_and(|row| !row.is_empty()) => {
            *removed = Some(Removed::new(table, Some(at), vec![row]));
            Some(removed_place(table))
        }
        _ => Some(table.to_owned()),
    }
}

fn restore(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    table: &str,
    removed: &mut Option<Removed>,
) -> Result<Option<String>, TableFull> {
    let Some(kept) = removed.take_if(|kept| kept.table == table) else {
        return Ok(None);
    };
    let Some((mut back, (rules, rows))) = kept.rows().zip(rows_of(fields, answers, table)) else {
        return Ok(None);
    };
    let at = match kept.at {
        Some(at) => at.min(rows.len()),
        None => {
            rows.clear();
            0
        }
    };
    if rows.len() + back.len() > rules.max_rows {
        *removed = Some(kept);
        return Err(full(table, rules));
    }
    rows.splice(at..at, back.drain(..));
    Ok(Some(format!("{table}[{at}]")))
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
pub(super) fn place<'f, 'a>(
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
