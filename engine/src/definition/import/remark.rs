//! What an import has to say of the file that it read: each remark with its cell or its pointer.

use std::fmt::{self, Write};
use std::ops::Range;

use crate::definition::form::Severity;
use crate::definition::sheet::column_name;
use crate::definition::{Language, Text};

/// A piece of the file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A cell of a workbook.
    Cell {
        /// The sheet.
        sheet: String,
        /// From 1.
        row: usize,
        /// From 0; none where the whole row is meant.
        column: Option<usize>,
    },
    /// A piece of a JSON file.
    Json {
        /// RFC 6901, beginning with `/`; empty for the whole.
        pointer: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// Whether it is the UI schema.
        ui: bool,
    },
}

impl Place {
    /// The order in which people go through the files.
    fn order(&self) -> (bool, &str, usize, usize) {
        match self {
            // `survey` comes after `choices` by its name, but first in a workbook.
            Self::Cell { sheet, row, column } => {
                let survey = sheet.trim().eq_ignore_ascii_case("survey");
                (!survey, sheet, *row, column.map_or(0, |column| column + 1))
            }
            Self::Json { line, column, ui, .. } => (*ui, "", *line, *column),
        }
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell { sheet, row, column } => {
                let column = column.map(column_name).unwrap_or_default();
                write!(f, "{sheet}!{column}{row}")
            }
            Self::Json {
                pointer,
                line,
                column,
                ui,
            } => {
                let file = if *ui { "ui " } else { "" };
                write!(f, "{file}#{pointer} ({line}:{column})")
            }
        }
    }
}

/// Something that could not be taken over as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The stable id, such as `import-expression`.
    pub rule: &'static str,
    /// An error was left out and waits for an author; a warning was taken over in another way.
    pub severity: Severity,
    /// Where it stands.
    pub place: Place,
    /// What is said of it.
    pub message: Text,
    /// What to do.
    pub help: Option<Text>,
    /// What is written there, and which bytes of it are meant.
    pub written: Option<(String, Range<usize>)>,
}

impl Remark {
    /// Something that was left out.
    pub(super) fn left(rule: &'static str, place: Place, message: Text) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            place,
            message,
            help: None,
            written: None,
        }
    }

    /// Something that became something else.
    pub(super) fn changed(rule: &'static str, place: Place, message: Text) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::left(rule, place, message)
        }
    }

    pub(super) fn help(mut self, zh: impl Into<std::sync::Arc<str>>, en: impl Into<std::sync::Arc<str>>) -> Self {
        self.help = Some(Text::both(zh, en));
        self
    }

    pub(super) fn written(mut self, text: &str, at: Range<usize>) -> Self {
        self.written = Some((text.to_owned(), at));
        self
    }

    /// One line: what a comment in the written form says.
    pub(super) fn line(&self, language: Language) -> String {
        let written = self
            .written
            .as_ref()
            .map(|(text, _)| format!("{text} — "))
            .unwrap_or_default();
        format!("{}: {written}{}", self.place, self.message.get(language))
    }
}

/// All remarks as people read them; `file` and `ui` are what the files are called.
pub fn print(remarks: &[Remark], file: &str, ui: &str, language: Language) -> String {
    let mut out = String::new();
    for remark in remarks {
        let word = match remark.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = match &remark.place {
            place @ Place::Cell { .. } => format!("{file} {place}"),
            Place::Json {
                pointer,
                line,
                column,
                ui: in_ui,
            } => {
                let file = if *in_ui { ui } else { file };
                format!("{file}:{line}:{column} #{pointer}")
            }
        };
        let _ = writeln!(out, "{word}[{}]: {}", remark.rule, remark.message.get(language));
        let _ = writeln!(out, " --> {place}");
        if let Some((text, at)) = &remark.written {
            let (line, from, length) = excerpt(text, at);
            let _ = writeln!(out, "  | {line}\n  | {}{}", " ".repeat(from), "^".repeat(length.max(1)));
        }
        if let Some(help) = &remark.help {
            let _ = writeln!(out, "  = help: {}", help.get(language));
        }
        out.push('\n');
    }
    out
}

/// The most characters of a cell that are shown.
const SHOWN: usize = 100;

/// The line of a text that the bytes `at` begin in, how far in it they begin, and how many they are;
/// counted in columns of a terminal, of which a Chinese character takes two.
fn excerpt(text: &str, at: &Range<usize>) -> (String, usize, usize) {
    let start = text.floor_char_boundary(at.start.min(text.len()));
    let end = text.floor_char_boundary(at.end.clamp(start, text.len()));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let width = |text: &str| text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
    let before = text[line_start..start].chars().count();
    let skip = before.saturating_sub(SHOWN / 2);
    let line: String = text[line_start..line_end].chars().skip(skip).take(SHOWN).collect();
    let lead: String = text[line_start..start].chars().skip(skip).collect();
    let meant = &text[start..end.min(line_end).max(start)];
    let meant: String = meant.chars().take(SHOWN.saturating_sub(lead.chars().count())).collect();
    (line, width(&lead), width(&meant))
}
