//! XLSForms: a workbook with the sheets `survey`, `choices` and `settings`
//! (<https://xlsform.org/en/ref-table/>).

mod choices;
mod column;
mod field;
mod kind;
mod names;
mod page;
mod tree;

use super::draft::{Compiled, Draft, Words};
use super::remark::{Place, Remark};
use super::{ImportError, Source, form_id};
use crate::definition::sheet::{Book, Row, Sheet};
use crate::definition::{Language, Text};

use choices::Choices;
use column::Columns;

/// The form of a workbook, and what is to be said of it.
pub(super) fn draft(book: &Book, source: &Source<'_>) -> Result<(Draft, Vec<Remark>), ImportError> {
    let no_survey = || ImportError::NoSurvey {
        sheets: book.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
    };
    let survey = sheet(book, "survey").ok_or_else(no_survey)?;
    let mut remarks = Vec::new();
    let settings = Settings::read(sheet(book, "settings"));
    let columns = Columns::survey(survey, &settings.language, &mut remarks).ok_or_else(no_survey)?;
    let form = form_id(source, &settings.id);
    let mut choices = Choices::read(sheet(book, "choices"), &form, &settings, &mut remarks);
    let nodes = tree::read(survey, &columns, &mut remarks)?;
    for list in tree::with_other(&nodes) {
        choices.with_other(list);
    }
    let mut draft = Draft {
        title: settings.title.clone().or(|| Words::of(&form)),
        id: form,
        version: settings.version.clone(),
        ..Draft::default()
    };
    let lists: Compiled = choices.compiled();
    let mut reading = Reading {
        sheet: &survey.name,
        columns: &columns,
        choices: &choices,
        lists: &lists,
        language: source.language,
        remarks,
        filtered: Vec::new(),
        rules: Vec::new(),
    };
    draft.pages = reading.pages(nodes);
    draft.rules = std::mem::take(&mut reading.rules);
    let filtered = std::mem::take(&mut reading.filtered);
    let remarks = reading.remarks;
    draft.lists = choices.into_lists(&filtered);
    let asked = draft.pages.iter().any(|page| !page.fields.is_empty());
    if !asked && remarks.is_empty() {
        return Err(no_survey());
    }
    Ok((draft, remarks))
}

/// What is at hand while the questions become fields.
struct Reading<'a> {
    sheet: &'a str,
    columns: &'a Columns,
    choices: &'a Choices,
    lists: &'a Compiled,
    language: Language,
    remarks: Vec<Remark>,
    /// The lists of which a filter reads further columns.
    filtered: Vec<String>,
    rules: Vec<super::draft::Rule>,
}

impl Reading<'_> {
    /// The cell of a column in a row of the survey.
    fn place(&self, row: usize, key: &str) -> Place {
        Place::Cell {
            sheet: self.sheet.to_owned(),
            row,
            column: self.columns.at(key),
        }
    }

    /// Says a remark and gives the comment for it.
    fn say(&mut self, remark: Remark) -> String {
        let line = remark.line(self.language);
        self.remarks.push(remark);
        line
    }
}

/// The sheet of this name, however it is capitalised.
fn sheet<'b>(book: &'b Book, name: &str) -> Option<&'b Sheet> {
    book.sheets
        .iter()
        .find(|sheet| sheet.name.trim().eq_ignore_ascii_case(name))
}

/// What the sheet `settings` says of the form.
#[derive(Debug, Default)]
struct Settings {
    title: Words,
    id: String,
    version: String,
    language: String,
    allows_duplicates: bool,
}

impl Settings {
    fn read(sheet: Option<&Sheet>) -> Self {
        let mut settings = Self::default();
        let Some([header, values, ..]) = sheet.map(|sheet| sheet.rows.as_slice()) else {
            return settings;
        };
        for (at, key) in header.cells.iter().enumerate() {
            let value = values.cell(at).trim().to_owned();
            match key.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
                "form_title" | "title" | "set_form_title" => settings.title = Words::of(&value),
                "form_id" | "id_string" | "set_form_id" => settings.id = value,
                "version" => settings.version = value,
                "default_language" => settings.language = value,
                "allow_choice_duplicates" => settings.allows_duplicates = is_yes(&value),
                _ => {}
            }
        }
        settings
    }
}

/// Whether a cell says yes.
fn is_yes(cell: &str) -> bool {
    matches!(
        cell.trim().to_lowercase().as_str(),
        "yes" | "true" | "true()" | "1" | "是"
    )
}

/// Whether a cell says no, or nothing.
fn is_no(cell: &str) -> bool {
    matches!(
        cell.trim().to_lowercase().as_str(),
        "" | "no" | "false" | "false()" | "0" | "否"
    )
}

/// A remark that a cell was left out.
fn left(rule: &'static str, place: Place, zh: impl Into<String>, en: impl Into<String>) -> Remark {
    Remark::left(rule, place, Text::both(zh.into(), en.into()))
}

/// A remark that a cell became something else.
fn changed(rule: &'static str, place: Place, zh: impl Into<String>, en: impl Into<String>) -> Remark {
    Remark::changed(rule, place, Text::both(zh.into(), en.into()))
}

/// The text of a column in a row.
fn cell(row: &Row, column: Option<usize>) -> &str {
    column.map_or("", |column| row.cell(column)).trim()
}
