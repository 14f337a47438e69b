//! What a server that watches its files says over every page: which version this is, what is wrong.

use serde::Serialize;

use crate::definition::form::Severity;

/// The band of a watching server; without problems it shows nothing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WatchBar {
    /// The version that the page was made from; a script compares it with what is live.
    pub version: String,
    /// How many problems keep something from being live.
    pub errors: usize,
    /// How many do not.
    pub warnings: usize,
    /// The problems, errors first.
    pub problems: Vec<WatchProblem>,
    /// How many further problems are not shown.
    pub more: usize,
}

/// One problem at its place.
#[derive(Clone, Debug, Serialize)]
pub struct WatchProblem {
    /// Whether it keeps something from being live.
    pub severity: Severity,
    /// The rule's id.
    pub rule: String,
    /// `file:line:column`, as far as it is known.
    pub place: String,
    /// Where the file can be read, where it is one of the definitions.
    pub href: Option<String>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The lines around it.
    pub excerpt: Vec<ExcerptLine>,
    /// The other places that it is about: place and note.
    pub related: Vec<(String, String)>,
}

/// One line of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExcerptLine {
    /// From 1.
    pub number: usize,
    /// What stands before the marked piece; all of it where nothing is marked.
    pub before: String,
    /// The piece that is wrong; may be empty.
    pub marked: String,
    /// What stands behind it.
    pub after: String,
    /// Whether the problem is on this line.
    pub here: bool,
}
