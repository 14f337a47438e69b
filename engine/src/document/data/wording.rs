//! How an answer reads on paper.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::definition::form::Table;
use crate::definition::{Field, FieldType, Language};

/// What stands between the values of a list.
const SEPARATOR: &str = "、";

/// Turns answers into what a person reads.
pub(super) struct Wording<'a> {
    /// The language of 是 and 否.
    pub(super) language: Language,
    /// The names of picked records by id.
    pub(super) names: &'a BTreeMap<String, String>,
    /// Whether sensitive answers are printed as they are.
    pub(super) reveal: bool,
}

impl Wording<'_> {
    /// The answer as a person reads it; empty where there is none.
    pub(super) fn text(&self, field: &Field, value: Option<&Json>) -> String {
        let Some(value) = value else { return String::new() };
        if let FieldType::Table(table) = &field.kind {
            return self.table(table, value);
        }
        let text = clean(&self.kind(&field.kind, value));
        if self.masks(field) { masked(&text) } else { text }
    }

    /// The answer as it is stored, masked where it is sensitive; null where there is none.
    pub(super) fn value(&self, field: &Field, value: Option<&Json>) -> Json {
        match value {
            None | Some(Json::Null) => Json::Null,
            Some(_) if self.masks(field) => Json::String(self.text(field, value)),
            Some(value) => value.clone(),
        }
    }

    fn masks(&self, field: &Field) -> bool {
        field.sensitive && !field.print_in_full && !self.reveal
    }

    fn kind(&self, kind: &FieldType, value: &Json) -> String {
        match kind {
            FieldType::YesNo => self.yes_no(value),
            FieldType::Choice(choice) | FieldType::Tree(choice) => {
                choice.list.in_language(self.language).path(&plain(value))
            }
            FieldType::Choices(choice) | FieldType::Trees(choice) => {
                let list = choice.list.in_language(self.language);
                joined(value, |code| list.path(&plain(code)))
            }
            FieldType::Lookup(_) => {
                let id = plain(value);
                self.names.get(&id).cloned().unwrap_or(id)
            }
            FieldType::List(of) => joined(value, |item| self.kind(of, item)),
            FieldType::File(_) => joined(value, |file| file.get("name").map_or_else(String::new, plain)),
            FieldType::Computed(computed) => self.kind(&computed.of, value),
            FieldType::Table(table) => self.table(table, value),
            FieldType::Note => String::new(),
            _ => plain(value),
        }
    }

    fn yes_no(&self, value: &Json) -> String {
        let word = match (value, self.language) {
            (Json::Bool(true), Language::Chinese) => "是",
            (Json::Bool(true), Language::English) => "Yes",
            (Json::Bool(false), Language::Chinese) => "否",
            (Json::Bool(false), Language::English) => "No",
            _ => "",
        };
        word.into()
    }

    /// An inner table in one cell: its rows joined by ；, their answers by spaces.
    fn table(&self, table: &Table, value: &Json) -> String {
        let row = |row: &Json| {
            let cells = table
                .columns
                .values()
                .map(|column| self.text(column, row.get(&*column.id)));
            cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
        };
        value
            .as_array()
            .map_or_else(String::new, |rows| rows.iter().map(row).collect::<Vec<_>>().join("；"))
    }
}

/// A single value as it is; a whole number without its `.0`.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        Json::Array(_) => joined(value, plain),
        _ => String::new(),
    }
}

fn joined(value: &Json, text: impl Fn(&Json) -> String) -> String {
    value.as_array().map_or_else(String::new, |items| {
        items.iter().map(text).collect::<Vec<_>>().join(SEPARATOR)
    })
}

/// `text` without what no font has: control characters go, odd spaces become plain ones; a line end
/// stays.
pub(super) fn clean(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\t'));
    let spaced = |character: char| match character {
        '\n' | '\u{3000}' => character,
        space if space.is_whitespace() => ' ',
        other => other,
    };
    kept.map(spaced).collect()
}

/// The first three and the last four characters; stars alone where that would leave little to hide.
fn masked(text: &str) -> String {
    let length = text.chars().count();
    let hides = length >= 11;
    let star = |(at, character)| {
        if hides && (at < 3 || at + 4 >= length) {
            character
        } else {
            '*'
        }
    };
    text.chars().enumerate().map(star).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_three_and_four() {
        let table = [
            ("620102199001011234", "620***********1234"),
            ("13800001234", "138****1234"),
            ("E12345678", "*********"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn texts_are_cleaned() {
        let table = [
            ("甲\r\n乙\t丙", "甲\n乙 丙"),
            ("a\u{0}b\u{7f}", "ab"),
            ("a\u{a0}b\u{3000}𠮷", "a b\u{3000}𠮷"),
        ];
        for (text, expected) in table {
            assert_eq!(clean(text), expected);
        }
    }
}
