//! Reads a posted page back into answers, typed by the fields it belongs to (LANGUAGE L3).
//!
//! Only what carries a marker was offered for editing; everything else in the post is ignored, and
//! every stored answer without a marker stays as it is. What cannot be read is refused by itself
//! and does not take the good answers with it. [`crate::theme::input_name`] says how inputs are
//! named.

mod cell;
mod fill;
mod merge;
mod pick;
mod rows;
mod scalar;
mod settle;

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::definition::form::{Choice, Table};
use crate::definition::{Field, FieldType, Id};
use crate::theme::input_name::{COMMAND, Command, MARKER, ONCE, PASTE, PICK, REVISION, revision};

pub use cell::{Written, choice_text, written};
pub use fill::{Cells, CellsError, Start, carried, fill, sheet_columns};
pub use pick::Near;
pub use rows::{Removed, TableFull};

/// More inputs than this in one post are refused whole.
pub const MAX_PAIRS: usize = 10_000;

/// What a page posted.
#[derive(Debug, Default, PartialEq)]
pub struct Posted {
    /// The answers of marked fields; null where an answer was cleared. A table is an array of
    /// rows, in which again only marked cells stand. [`Posted::merge`] puts them over what is
    /// stored.
    pub answers: Map<String, Json>,
    /// What could not be read; nothing of it stands in `answers`.
    pub refused: Vec<Refused>,
    /// The paths of file fields that were offered for uploads.
    pub files: Vec<String>,
    /// The revision that the page was rendered from.
    pub revision: Option<u64>,
    /// The button that was pressed; [`Command::Save`] where none is named, or one of a table or
    /// file field that was not offered for editing.
    pub command: Command,
    /// What was pasted out of a spreadsheet for the table that the button belongs to.
    pub pasted: String,
    /// Names and markers that belong to no field of the page, or to one that may not be edited.
    pub unknown: Vec<String>,
}

/// One input that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where.
    pub path: String,
    /// What was typed, to be shown again; empty for a sensitive field.
    pub raw: String,
    /// Why.
    pub reason: Reason,
    /// What may have been meant, where something was to be picked.
    pub near: Vec<Near>,
}

/// Why an input could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Not a whole number of up to 15 digits.
    NotAnInteger,
    /// Not a number.
    NotANumber,
    /// A number with more than 15 significant digits.
    TooManyDigits,
    /// Not a day.
    NotADate,
    /// Not a month of a year.
    NotAMonth,
    /// Not a year of four digits.
    NotAYear,
    /// A code or name that the list does not have.
    UnknownChoice,
    /// No record that may be picked has this name.
    NotListed,
    /// Nothing is wrong: whoever pressed 选择 is to choose.
    Choose,
    /// Several codes that have this name.
    SeveralChoices,
    /// A sensitive text of which only the mask was given.
    Masked,
    /// More rows than the table may have.
    TooManyRows,
    /// Rows behind the last that the table may have; the others were taken.
    RowsLeftOut,
    /// Columns that the table does not have; the others were taken.
    ColumnsLeftOut,
    /// A character that no text may have (U+0000).
    ForbiddenCharacter,
}

impl Reason {
    /// The key of the text that also names what may have been meant; none where nothing could be.
    pub fn near_key(self) -> Option<&'static str> {
        match self {
            Self::UnknownChoice => Some("refused_choice_near"),
            Self::SeveralChoices => Some("refused_several_near"),
            Self::NotListed => Some("refused_lookup_near"),
            Self::Choose => Some("refused_choose_near"),
            _ => None,
        }
    }

    /// The key of the theme's text that says so.
    pub fn text_key(self) -> &'static str {
        match self {
            Self::NotAnInteger => "refused_integer",
            Self::NotANumber => "refused_number",
            Self::TooManyDigits => "refused_digits",
            Self::NotADate => "refused_date",
            Self::NotAMonth => "refused_month",
            Self::NotAYear => "refused_year",
            Self::UnknownChoice => "refused_choice",
            Self::NotListed => "refused_lookup",
            Self::Choose => "refused_choose",
            Self::SeveralChoices => "refused_several",
            Self::Masked => "refused_masked",
            Self::TooManyRows => "refused_rows",
            Self::RowsLeftOut => "refused_rows_left",
            Self::ColumnsLeftOut => "refused_columns_left",
            Self::ForbiddenCharacter => "refused_character",
        }
    }
}

/// The post has more inputs than any page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} inputs were posted; a page may post {MAX_PAIRS}")]
pub struct TooManyPairs(pub usize);

/// Reads `pairs` as a post of the page that asks for `fields`.
///
/// `may_edit` says of a field's or a cell's path whether it may be changed now; what may not be
/// is treated as if it had not been posted.
pub fn decode(
    fields: &IndexMap<Id, Field>,
    pairs: &[(String, String)],
    may_edit: &dyn Fn(&str) -> bool,
) -> Result<Posted, TooManyPairs> {
    decode_each(fields.values(), pairs, may_edit)
}

/// The same for fields that are no page's.
pub fn decode_each<'f>(
    fields: impl Iterator<Item = &'f Field>,
    pairs: &[(String, String)],
    may_edit: &dyn Fn(&str) -> bool,
) -> Result<Posted, TooManyPairs> {
    if pairs.len() > MAX_PAIRS {
        return Err(TooManyPairs(pairs.len()));
    }
    let mut reader = Reader::new(pairs, may_edit);
    for field in fields {
        if let Some(answer) = reader.field(field, &field.id) {
            reader.posted.answers.insert(field.id.to_string(), answer);
        }
    }
    Ok(reader.finish())
}

/// A text of several lines as answers are kept: nothing in it controls anything, or cannot be seen.
pub fn cleaned(raw: &str) -> String {
    scalar::cleaned(raw)
}

/// The fields that a reviewer marked with the input `name`, with remarks, in the order posted.
pub fn marks(name: &str, pairs: &[(String, String)]) -> IndexMap<String, String> {
    let marked = pairs
        .iter()
        .filter(|(key, _)| key == name)
        .map(|(_, field)| field.trim().to_owned());
    marked
        .filter(|field| !field.is_empty())
        .map(|field| {
            let key = format!("{name}.{field}");
            let remark = pairs
                .iter()
                .find(|(other, _)| *other == key)
                .map(|(_, remark)| remark.as_str());
            (field, cleaned(remark.unwrap_or_default()))
        })
        .collect()
}

struct Reader<'a> {
    values: IndexMap<&'a str, Vec<&'a str>>,
    /// The markers: path to rows (for tables).
    markers: HashMap<&'a str, Option<usize>>,
    used: Vec<&'a str>,
    /// What was pasted, by table.
    pasted: Vec<(&'a str, &'a str)>,
    may_edit: &'a dyn Fn(&str) -> bool,
    posted: Posted,
}

impl<'a> Reader<'a> {
    fn new(pairs: &'a [(String, String)], may_edit: &'a dyn Fn(&str) -> bool) -> Self {
        let mut reader = Self {
            values: IndexMap::new(),
            markers: HashMap::new(),
            used: Vec::new(),
            pasted: Vec::new(),
            may_edit,
            posted: Posted::default(),
        };
        for (name, value) in pairs {
            reader.take(name, value);
        }
        reader
    }

    fn take(&mut self, name: &'a str, value: &'a str) {
        match name {
            MARKER => {
                let (path, rows) = match value.rsplit_once(':') {
                    Some((path, rows)) => (path, rows.parse().ok()),
                    None => (value, None),
                };
                self.markers.insert(path, rows);
            }
            REVISION => self.posted.revision = revision(value),
            // The handler leads there; the page is saved in any case.
            PICK | ONCE => {}
            COMMAND => match value.parse() {
                Ok(command) => self.posted.command = command,
                Err(_) => self.posted.unknown.push(format!("{COMMAND}={}", shorten(value))),
            },
            _ => match name.strip_prefix(PASTE) {
                Some(table) => self.pasted.push((table, value)),
                None => self.values.entry(name).or_default().push(value),
            },
        }
    }

    /// The names that nothing asked for, put last; a button of what was not offered only saves.
    fn finish(mut self) -> Posted {
        self.used.sort_unstable();
        if self
            .posted
            .command
            .path()
            .is_some_and(|path| self.used.binary_search(&path).is_err())
        {
            let button = std::mem::take(&mut self.posted.command).to_string();
            self.posted.unknown.push(format!("{COMMAND}={}", shorten(&button)));
        }
        if let Command::Fill(table, _) = &self.posted.command {
            // What was pasted into a cell comes behind what stands in the box for it.
            let pasted = self.pasted.iter().rev().find(|(of, _)| of == table);
            self.posted.pasted = pasted.map(|(_, text)| (*text).to_owned()).unwrap_or_default();
        }
        for name in self.values.keys().chain(self.markers.keys()) {
            if self.used.binary_search(name).is_err() {
                self.posted.unknown.push(shorten(name));
            }
        }
        self.posted.unknown.sort();
        self.posted.unknown.dedup();
        self.posted
    }

    /// Whether the field at `path` was offered and may be edited.
    fn is_marked(&mut self, path: &str) -> bool {
        match self.markers.get_key_value(path) {
            Some((marker, _)) if (self.may_edit)(path) => {
                self.used.push(marker);
                true
            }
            _ => false,
        }
    }

    fn values(&mut self, name: &str) -> Vec<&'a str> {
        match self.values.get_key_value(name) {
            Some((name, values)) => {
                self.used.push(name);
                values.clone()
            }
            None => Vec::new(),
        }
    }

    fn value(&mut self, name: &str) -> &'a str {
        self.values(name).last().copied().unwrap_or_default()
    }

    /// The answer at `path`: none where it was not offered or was refused, null where cleared.
    fn field(&mut self, field: &Field, path: &str) -> Option<Json> {
        if !self.is_marked(path) {
            return None;
        }
        match &field.kind {
            FieldType::Table(table) => self.table(table, path),
            FieldType::File(_) => {
                self.posted.files.push(path.to_owned());
                None
            }
            FieldType::Computed(_) | FieldType::Note => None,
            FieldType::List(item) => match &**item {
                FieldType::Choice(choice) | FieldType::Choices(choice) => self.several(choice, path),
                FieldType::Tree(choice) | FieldType::Trees(choice) => self.several(choice, path),
                item => self.list(item, path),
            },
            FieldType::Choices(choice) | FieldType::Trees(choice) => self.several(choice, path),
            kind => {
                let raw = self.value(path);
                self.read(kind, path, raw, field.sensitive)
            }
        }
    }

    /// A code, by whatever a person may type for it.
    fn code(&mut self, choice: &Choice, path: &str, raw: &str, sensitive: bool) -> Option<Json> {
        match pick::code(choice, raw) {
            Ok(code) => Some(code),
            Err((reason, near)) => {
                self.refuse(path, if sensitive { "" } else { raw }, reason);
                if let Some(refused) = self.posted.refused.last_mut().filter(|_| !sensitive) {
                    refused.near = near;
                }
                None
            }
        }
    }

    fn read(&mut self, kind: &FieldType, path: &str, raw: &str, sensitive: bool) -> Option<Json> {
        if let FieldType::Choice(choice) | FieldType::Tree(choice) = kind {
            return self.code(choice, path, raw, sensitive);
        }
        match scalar::read(kind, raw) {
            Ok(answer) => Some(answer),
            Err(reason) => {
                self.refuse(path, if sensitive { "" } else { raw }, reason);
                None
            }
        }
    }

    fn refuse(&mut self, path: &str, raw: &str, reason: Reason) {
        self.posted.refused.push(Refused {
            path: path.to_owned(),
            raw: raw.replace('\0', ""),
            reason,
            near: Vec::new(),
        });
    }

    fn several(&mut self, choice: &Choice, path: &str) -> Option<Json> {
        let mut codes: Vec<Json> = Vec::new();
        for raw in self.values(path) {
            let code = self.code(choice, path, raw, false)?;
            if !code.is_null() && !codes.contains(&code) {
                codes.push(code);
            }
        }
        Some(if codes.is_empty() {
            Json::Null
        } else {
            Json::Array(codes)
        })
    }

    /// One item an input (`path[0]`), or one a line.
    fn list(&mut self, kind: &FieldType, path: &str) -> Option<Json> {
        let mut inputs: Vec<(String, &str)> = Vec::new();
        for line in self.value(path).lines() {
            inputs.push((path.to_owned(), line));
        }
        for at in 0.. {
            let slot = format!("{path}[{at}]");
            match self.values(&slot).last() {
                Some(raw) => inputs.push((slot, raw)),
                None => break,
            }
        }
        let mut items = Vec::new();
        let mut good = true;
        for (place, raw) in inputs {
            match self.read(kind, &place, raw, false) {
                Some(Json::Null) => {}
                Some(item) => items.push(item),
                None => good = false,
            }
        }
        match (good, items.is_empty()) {
            (false, _) => None,
            (true, true) => Some(Json::Null),
            (true, false) => Some(Json::Array(items)),
        }
    }

    fn table(&mut self, table: &Table, path: &str) -> Option<Json> {
        // A number of rows that nobody can read is none: what is stored stays.
        let rows = self.markers.get(path).copied().flatten();
        let Some(rows) = rows.filter(|rows| *rows <= table.max_rows) else {
            self.refuse(
                path,
                &rows.map_or_else(String::new, |rows| rows.to_string()),
                Reason::TooManyRows,
            );
            return None;
        };
        let mut read = Vec::with_capacity(rows);
        for at in 0..rows {
            let mut row = Map::new();
            for column in table.columns.values() {
                if let Some(answer) = self.field(column, &format!("{path}[{at}].{}", column.id)) {
                    row.insert(column.id.to_string(), answer);
                }
            }
            read.push(Json::Object(row));
        }
        Some(Json::Array(read))
    }
}

/// A name as it may stand in a log.
fn shorten(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests;
