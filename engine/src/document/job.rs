//! What is asked of the renderer, and what it answers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One document to be rendered.
#[derive(Debug, Clone)]
pub struct Job {
    /// The key of the main file in [`Job::files`], for example `region/documents/certificate.typ`.
    pub main: String,
    /// Every file that the template may read, by path from the root it sees.
    pub files: Arc<BTreeMap<String, Arc<[u8]>>>,
    /// What `data.json` says, at the root and beside the main file. Where `application.verify_url`
    /// is a text, `qr.svg` stands in the same two places.
    pub data: Json,
    /// The day of issue: the document's date, and what `datetime.today()` tells.
    pub date: Date,
    /// What to make of it.
    pub output: Output,
}

/// What is made of a document.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// PDF/A-2a: tagged, every character with its font.
    Pdf,
    /// One page as a picture.
    Png {
        /// From 0.
        page: usize,
        /// 1 makes a picture of 72 dots an inch; kept between 0.1 and 10.
        pixel_per_pt: f64,
    },
    /// The text as it stands on the pages, a line for each piece that was set at once.
    Text,
    /// Only the number of pages; no bytes.
    PageCount,
}

/// A finished document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The PDF, PNG or text; empty for [`Output::PageCount`].
    pub bytes: Vec<u8>,
    /// How many pages the document has.
    pub pages: usize,
    /// What Typst found odd, such as a font that the theme does not have.
    pub warnings: Vec<Diagnostic>,
}

/// What Typst says of one place of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The file's key in [`Job::files`]; empty where no file is meant.
    pub file: String,
    /// From 1; 0 where no place is known.
    pub line: usize,
    /// From 1, in characters; 0 where no place is known.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// How it may be mended.
    pub hints: Vec<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        }
        f.write_str(&self.message)
    }
}

/// Why there is no document. Nothing has changed anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The template is wrong, or does not fit the data.
    #[error("{}", list(.diagnostics))]
    Template {
        /// Every mistake that Typst told; never empty.
        diagnostics: Vec<Diagnostic>,
    },
    /// No font of the theme has a character that the document needs.
    #[error("no font has the character {character} (U+{:04X}){}", u32::from(*.character), in_field(.field))]
    MissingGlyph {
        /// The character.
        character: char,
        /// The label of the answer that it stands in; none where the template itself writes it.
        field: Option<String>,
    },
    /// A picture was asked of a page that the document does not have.
    #[error("the document has {pages} pages")]
    NoSuchPage {
        /// How many there are.
        pages: usize,
    },
    /// The job itself cannot be put to Typst.
    #[error("{0}")]
    Job(String),
    /// The template ran longer than it may, and was stopped.
    #[error("the template ran longer than it may")]
    Timeout,
    /// The template needed more memory than it may have, and was stopped.
    #[error("the template needed more memory than it may have")]
    Memory,
    /// The process that renders ended without an answer; how it ended.
    #[error("the rendering process ended: {0}")]
    Crashed(String),
    /// Too many documents wait already.
    #[error("too many documents wait to be rendered")]
    Busy,
    /// No process could be started; why.
    #[error("the rendering process cannot be started: {0}")]
    Start(String),
}

fn list(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

fn in_field(field: &Option<String>) -> String {
    field
        .as_ref()
        .map_or_else(String::new, |label| format!(", which stands in {label}"))
}
