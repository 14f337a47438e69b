//! Forms of other systems as definitions of this house: JSON Schema with a UI schema, and XLSForms.
//!
//! What can be said here is taken over; what cannot is left out, told as a [`Remark`] with its cell or
//! its JSON pointer, and stands as a comment at its place. What is written passes the same checks as
//! what an author writes: every expression is compiled before it is taken.

mod draft;
mod emit;
mod id;
mod remark;
mod schema;
mod turn;
mod xlsform;
mod xpath;
mod yaml;

use super::form::Severity;
use super::sheet::{Book, SheetError, read};
use super::{Language, Text};

use draft::Draft;

pub use remark::{Place, Remark, print};

/// What to import.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What the file is called, for messages; its stem becomes the id where nothing else says one.
    pub name: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
    /// The UI schema beside a JSON Schema.
    pub ui: Option<&'a str>,
    /// The id that the form shall have.
    pub id: Option<&'a str>,
    /// The language of the comments.
    pub language: Language,
}

/// A form that was imported.
#[derive(Debug)]
pub struct Imported {
    /// Its id.
    pub id: String,
    /// The form as YAML.
    pub yaml: String,
    /// Code lists: path from the region's folder, and text.
    pub lists: Vec<(String, String)>,
    /// What was left out or changed.
    pub remarks: Vec<Remark>,
}

impl Imported {
    /// Whether something was left out.
    pub fn is_partial(&self) -> bool {
        self.remarks.iter().any(|remark| remark.severity == Severity::Error)
    }
}

/// Nothing can be made of a file.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.told().get(Language::English))]
pub enum ImportError {
    /// The workbook cannot be read.
    Sheet(SheetError),
    /// It is no JSON.
    Json {
        /// Whether it is the UI schema.
        ui: bool,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the reader says, in English.
        why: String,
    },
    /// It has no sheet `survey` with columns `type` and `name`.
    NoSurvey {
        /// The sheets that it has.
        sheets: Vec<String>,
    },
    /// It is no JSON Schema of an object.
    NoSchema,
    /// More questions than [`MOST_QUESTIONS`].
    TooMany,
    /// The id that was asked for is none.
    Id {
        /// What was asked for.
        asked: String,
    },
}

/// The most questions of one form.
pub const MOST_QUESTIONS: usize = 2_000;

impl ImportError {
    /// Why, for people.
    pub fn told(&self) -> Text {
        match self {
            Self::Sheet(error) => error.told(),
            Self::Json { ui, line, column, why } => {
                let (zh, en) = if *ui {
                    ("界面说明", "the UI schema")
                } else {
                    ("这个文件", "the file")
                };
                Text::both(
                    format!("{zh}不是正确的 JSON（第 {line} 行第 {column} 列）：{why}"),
                    format!("{en} is not valid JSON (line {line}, column {column}): {why}"),
                )
            }
            Self::NoSurvey { sheets } => Text::both(
                format!(
                    "没有带 type 和 name 两列的 survey 工作表；这个文件里有：{}",
                    sheets.join("、")
                ),
                format!(
                    "there is no sheet `survey` with the columns `type` and `name`; the file has: {}",
                    sheets.join(", ")
                ),
            ),
            Self::NoSchema => Text::both(
                "这不是带 properties 的 JSON Schema",
                "this is no JSON Schema with `properties`",
            ),
            Self::TooMany => Text::both(
                format!("问题超过 {MOST_QUESTIONS} 个的上限"),
                format!("there are more than {MOST_QUESTIONS} questions, which is the limit"),
            ),
            Self::Id { asked } => Text::both(
                format!("「{asked}」不能作登记表的标识：以小写字母开头，只用小写字母、数字、_ 和 -"),
                format!(
                    "`{asked}` cannot be a form's id: start with a small letter; use small letters, digits, _ and -"
                ),
            ),
        }
    }
}

/// Reads a file: a workbook as an XLSForm, anything else as a JSON Schema.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    if let Some(asked) = source.id.filter(|id| !is_form_id(id)) {
        return Err(ImportError::Id { asked: asked.into() });
    }
    let begins_as_json = source.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let is_json = matches!(begins_as_json, Some(b'{' | b'[' | 0xef)) || source.name.ends_with(".json");
    let (draft, remarks) = if is_json {
        schema::draft(source)?
    } else {
        let book: Book = read(source.bytes, source.name).map_err(ImportError::Sheet)?;
        xlsform::draft(&book, source)?
    };
    Ok(written(&draft, remarks, source))
}

fn written(draft: &Draft, mut remarks: Vec<Remark>, source: &Source<'_>) -> Imported {
    remarks.sort_by(|a, b| a.place.cmp(&b.place));
    let head = match source.language {
        Language::Chinese => format!("由 {} 导入。请逐项核对；没有导入的写在注释里。", source.name),
        Language::English => format!(
            "Imported from {}. Please check it; what was left out stands in comments.",
            source.name
        ),
    };
    Imported {
        id: draft.id.clone(),
        yaml: emit::form(draft, &[head]),
        lists: emit::lists(draft),
        remarks,
    }
}

/// The id of the form: what was asked for, what the file says, or what it is called.
fn form_id(source: &Source<'_>, said: &str) -> String {
    let name = source.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let said = if said.is_empty() { stem } else { said };
    source
        .id
        .map_or_else(|| id::id_of(said).replace('_', "-"), str::to_owned)
}

fn is_form_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
}
