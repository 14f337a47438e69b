//! What an author got wrong, told so that it can be mended without asking.

use std::path::PathBuf;

use serde::Serialize;

use super::Text;
use super::form::Severity;

/// One mistake in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The stable rule id, such as `unknown-key`.
    pub rule: &'static str,
    /// Errors keep a region from being served.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub help: Option<Text>,
    /// The other places that it is about, each with what it has to do with it.
    pub related: Vec<(Place, Text)>,
}

/// A piece of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Place {
    /// The file, relative to the folder of all definitions.
    pub file: PathBuf,
    /// From 1; 0 where the whole file is meant.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The line it ends in.
    pub end_line: usize,
    /// The column behind its last character.
    pub end_column: usize,
}

mod print;
mod rules;
mod sarif;

pub use print::{Format, print};
pub use rules::{ProblemRule, RULES};
