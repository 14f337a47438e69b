//! Official code lists as they are published, in a CSV or a workbook: which column is which, what
//! stands below what, and what is wrong with them.

mod columns;
mod compare;
mod parents;

use std::fmt::Write;

use super::code_list::{CodeList, Row as ListRow, RowProblem};
use super::form::Severity;
use super::sheet::{Book, Encoding, Sheet, SheetError, column_name};
use super::{Id, Language, Text, limits};

pub use columns::Wanted;
pub use compare::{Difference, compare};
pub use parents::Scheme;

/// A code with what stands beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Code {
    /// The code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code above it; empty for a root.
    pub parent: String,
    /// The cells of [`List::columns`].
    pub cells: Vec<String>,
    /// The row that it was read from.
    pub row: usize,
}

/// A list that was read.
#[derive(Debug)]
pub struct List {
    /// The codes in their order.
    pub codes: Vec<Code>,
    /// Further columns that were kept.
    pub columns: Vec<String>,
    /// Which column was read as which, in words.
    pub told: Vec<Text>,
    /// What is wrong with it.
    pub remarks: Vec<Remark>,
}

/// Something that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The stable id, such as `codes-duplicate`.
    pub rule: &'static str,
    /// An error keeps the list from being written.
    pub severity: Severity,
    /// The sheet, the row from 1, and the column from 0.
    pub place: (String, usize, Option<usize>),
    /// What is wrong.
    pub message: Text,
}

/// How a list is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The sheet; the first that has codes where nothing is said.
    pub sheet: Option<String>,
    /// Columns by name or letter.
    pub columns: Wanted,
    /// How parents follow from codes.
    pub scheme: Scheme,
}

/// Why no list was read.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.told().get(Language::English))]
pub enum OfficialError {
    /// The file cannot be read.
    Sheet(#[from] SheetError),
    /// There is no such sheet.
    NoSheet {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
    /// There is no such column.
    NoColumn {
        /// What was asked for, or what was looked for.
        asked: String,
        /// The header.
        known: Vec<String>,
    },
    /// The header is all there is.
    NoCodes,
}

impl OfficialError {
    /// Why, for people.
    pub fn told(&self) -> Text {
        match self {
            Self::Sheet(error) => error.told(),
            Self::NoSheet { asked, known } => Text::both(
                format!("没有工作表「{asked}」；这个文件里有：{}", known.join("、")),
                format!("there is no sheet `{asked}`; the file has: {}", known.join(", ")),
            ),
            Self::NoColumn { asked, known } => Text::both(
                format!(
                    "找不到「{asked}」这一列；表头是：{}。可以写 --columns code=列名,name=列名,parent=列名（列名也可以是 A、B）",
                    known.join("、")
                ),
                format!(
                    "there is no column for `{asked}`; the header is: {}. Say --columns code=…,name=…,parent=… with names or letters",
                    known.join(", ")
                ),
            ),
            Self::NoCodes => Text::both("表里没有代码", "there are no codes in it"),
        }
    }
}

impl List {
    /// Whether it may be written.
    pub fn is_sound(&self) -> bool {
        self.remarks.iter().all(|remark| remark.severity == Severity::Warning)
    }

    /// As a region's `codes/*.csv`.
    pub fn to_csv(&self) -> String {
        let tree = self.codes.iter().any(|code| !code.parent.is_empty());
        let mut header = vec!["code", "name"];
        header.extend(tree.then_some("parent"));
        header.extend(self.columns.iter().map(String::as_str));
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut written = writer.write_record(&header);
        for code in &self.codes {
            let mut cells = vec![code.code.as_str(), code.name.as_str()];
            cells.extend(tree.then_some(code.parent.as_str()));
            cells.extend((0..self.columns.len()).map(|at| code.cells.get(at).map_or("", String::as_str)));
            written = written.and_then(|()| writer.write_record(&cells));
        }
        // Into memory, rows of one length: nothing can go wrong.
        let bytes = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Reads the codes of a file.
pub fn read(book: &Book, options: &Options) -> Result<List, OfficialError> {
    let sheet = chosen(book, options)?;
    let found = columns::find(sheet, &options.columns)?;
    let mut list = List {
        codes: Vec::new(),
        columns: found.further.iter().map(|(name, _)| name.clone()).collect(),
        told: vec![found.told(sheet)],
        remarks: Vec::new(),
    };
    if let Some(told) = book.encoding.and_then(Encoding::told) {
        list.told.push(told);
    }
    rows(sheet, &found, &mut list);
    if list.codes.is_empty() {
        return Err(OfficialError::NoCodes);
    }
    if found.parent.is_none() {
        list.told.extend(parents::fill(&mut list.codes, &options.scheme));
    }
    sound(sheet, &found, &mut list);
    Ok(list)
}

fn chosen<'b>(book: &'b Book, options: &Options) -> Result<&'b Sheet, OfficialError> {
    let named = |asked: &str| book.sheets.iter().find(|sheet| sheet.name.trim() == asked);
    let found = match &options.sheet {
        Some(asked) => named(asked),
        None => {
            let has_codes = |sheet: &&Sheet| columns::find(sheet, &options.columns).is_ok();
            let first = book.sheets.iter().find(|sheet| !sheet.rows.is_empty());
            book.sheets.iter().find(has_codes).or(first)
        }
    };
    found.ok_or_else(|| OfficialError::NoSheet {
        asked: options.sheet.clone().unwrap_or_default(),
        known: book.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
    })
}

/// Takes the cells; what a spreadsheet did to them is mended and told.
fn rows(sheet: &Sheet, found: &columns::Found, list: &mut List) {
    for row in sheet.rows.iter().skip(found.header + 1) {
        let mut mended = |column: usize, what: &str| {
            let written = row.cell(column);
            let (cell, wide) = half_width(written, what == "name");
            let place = (sheet.name.clone(), row.number, Some(column));
            if wide {
                list.remarks.push(Remark {
                    rule: "codes-full-width",
                    severity: Severity::Warning,
                    place: place.clone(),
                    message: Text::both(
                        format!("{written} 里有全角的字母或数字，已改成 {cell}"),
                        format!("{written} holds full-width letters or digits: it becomes {cell}"),
                    ),
                });
            }
            let trimmed = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
            if trimmed.len() != cell.len() {
                list.remarks.push(Remark {
                    rule: "codes-spaces",
                    severity: Severity::Warning,
                    place,
                    message: Text::both(
                        format!("「{cell}」前后有空格，已去掉"),
                        format!("`{cell}` has spaces around it: they are taken away"),
                    ),
                });
            }
            trimmed.to_owned()
        };
        let code = Code {
            code: mended(found.code, "code"),
            name: mended(found.name, "name"),
            parent: found.parent.map(|parent| mended(parent, "parent")).unwrap_or_default(),
            cells: found
                .further
                .iter()
                .map(|(_, at)| row.cell(*at).trim().to_owned())
                .collect(),
            row: row.number,
        };
        if code.code.is_empty() && code.name.is_empty() {
            continue;
        }
        if code.code.is_empty() || code.name.is_empty() {
            let (column, empty) = if code.code.is_empty() {
                (found.code, "code")
            } else {
                (found.name, "name")
            };
            list.remarks.push(Remark {
                rule: "codes-empty",
                severity: Severity::Error,
                place: (sheet.name.clone(), row.number, Some(column)),
                message: Text::both(format!("{empty} 是空的"), format!("`{empty}` is empty")),
            });
            continue;
        }
        list.codes.push(code);
    }
}

/// The text with full-width letters and digits made half-width, and whether there were any. In names,
/// full-width marks are as they should be.
fn half_width(text: &str, name: bool) -> (String, bool) {
    let mut wide = false;
    let narrow = |c: char| {
        let full = matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ') || (!name && ('！'..='～').contains(&c));
        wide |= full;
        match char::from_u32(u32::from(c).wrapping_sub(0xfee0)) {
            Some(half) if full => half,
            _ => c,
        }
    };
    let text = text.chars().map(narrow).collect();
    (text, wide)
}

/// Tells duplicates, orphans and loops as the loader of regions would.
fn sound(sheet: &Sheet, found: &columns::Found, list: &mut List) {
    let rows = list.codes.iter().map(|code| ListRow {
        code: code.code.clone(),
        name: code.name.clone(),
        parent: code.parent.clone(),
        ..ListRow::default()
    });
    let Err(problems) = CodeList::new(Id::from("list"), rows.collect()) else {
        return;
    };
    for problem in problems {
        let code = &list.codes[problem.row() - 1];
        let (rule, column, message) = match &problem {
            RowProblem::Duplicate { first, code, .. } => {
                let first = list.codes[first - 1].row;
                let message = Text::both(
                    format!("代码 {code} 重复，第一次在第 {first} 行"),
                    format!("the code {code} stands twice, first in row {first}"),
                );
                ("codes-duplicate", Some(found.code), message)
            }
            RowProblem::Orphan { parent, .. } => {
                let message = Text::both(
                    format!("{} 的上级 {parent} 不在表中", code.code),
                    format!("{parent}, the parent of {}, is not in the list", code.code),
                );
                ("codes-orphan", found.parent.or(Some(found.code)), message)
            }
            RowProblem::Deep { .. } => {
                let message = Text::both(
                    format!("{} 的上级超过 {} 级", code.code, limits::LEVELS),
                    format!("{} stands below more than {} levels", code.code, limits::LEVELS),
                );
                ("too-large", found.parent, message)
            }
            RowProblem::Loop { .. } => {
                let message = Text::both(
                    format!("从 {} 沿上级走会绕成圈", code.code),
                    format!("following the parents from {} goes round in a circle", code.code),
                );
                ("codes-loop", found.parent, message)
            }
            RowProblem::Date { column, .. } => {
                let message = Text::both(format!("{column} 应为日期"), format!("`{column}` is a date"));
                ("codes-date", None, message)
            }
        };
        list.remarks.push(Remark {
            rule,
            severity: Severity::Error,
            place: (sheet.name.clone(), code.row, column),
            message,
        });
    }
}

/// The most remarks of one rule that are printed.
const MOST_TOLD: usize = 20;

/// The remarks as people read them, of each rule the first few; `file` is what the file is called.
pub fn print(remarks: &[Remark], file: &str, language: Language) -> String {
    let mut out = String::new();
    let mut told: Vec<(&str, usize)> = Vec::new();
    for remark in remarks {
        let count = match told.iter_mut().find(|(rule, _)| *rule == remark.rule) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                told.push((remark.rule, 1));
                1
            }
        };
        if count > MOST_TOLD {
            continue;
        }
        let word = match remark.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (sheet, row, column) = &remark.place;
        let column = column.map(column_name).unwrap_or_default();
        let _ = writeln!(
            out,
            "{word}[{}] {file} {sheet}!{column}{row}: {}",
            remark.rule,
            remark.message.get(language)
        );
    }
    for (rule, count) in told.iter().filter(|(_, count)| *count > MOST_TOLD) {
        let more = count - MOST_TOLD;
        let _ = match language {
            Language::Chinese => writeln!(out, "[{rule}] 还有 {more} 处，不再一一列出"),
            Language::English => writeln!(out, "[{rule}] {more} more are not listed"),
        };
    }
    out
}

#[cfg(test)]
mod tests;
