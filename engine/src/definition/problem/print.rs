//! Problems as people and editors read them.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::json;

use super::sarif::sarif;
use super::{Place, Problem};
use crate::definition::form::Severity;
use crate::definition::sheet::decoded;
use crate::definition::source::SourceFile;
use crate::definition::{Language, folder, limits};

/// How problems are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal, with an excerpt of each file; coloured or not.
    Text {
        /// Whether the terminal shows colours.
        colour: bool,
    },
    /// One JSON array.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}

/// Renders all problems. `root` is the folder of all definitions, from which excerpts are read.
pub fn print(problems: &[Problem], root: &Path, language: Language, format: Format) -> String {
    match format {
        Format::Json => {
            let list: Vec<_> = problems.iter().map(|problem| to_json(problem, language)).collect();
            format!("{:#}\n", json!(list))
        }
        Format::Sarif => format!("{:#}\n", sarif(problems, language)),
        Format::Text { colour } => {
            let mut sources = Sources {
                root,
                files: HashMap::new(),
            };
            problems.iter().fold(String::new(), |mut out, problem| {
                out += &to_text(problem, &mut sources, language, colour);
                out += "\n\n";
                out
            })
        }
    }
}

fn to_json(problem: &Problem, language: Language) -> serde_json::Value {
    json!({
        "rule": problem.rule,
        "severity": problem.severity,
        "place": problem.place,
        "message": problem.message.get(language),
        "help": problem.help.as_ref().map(|help| help.get(language)),
        "related": problem.related.iter().map(|(place, note)| json!({"place": place, "message": note.get(language)})).collect::<Vec<_>>(),
    })
}

struct Sources<'a> {
    root: &'a Path,
    files: HashMap<PathBuf, SourceFile>,
}

impl Sources<'_> {
    fn load(&mut self, path: &Path) {
        if !self.files.contains_key(path) {
            let bytes = folder::read(self.root, path, limits::FILE_BYTES).unwrap_or_default();
            // A list may be in GB 18030; of what is no text nothing is shown.
            let text = String::from_utf8(bytes).or_else(|error| decoded(error.as_bytes()).map(|(text, _)| text));
            let text = text.unwrap_or_default();
            // Columns are counted without the byte order mark.
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            self.files
                .insert(path.to_path_buf(), SourceFile::new(path.to_path_buf(), text));
        }
    }
}

fn to_text(problem: &Problem, sources: &mut Sources<'_>, language: Language, colour: bool) -> String {
    sources.load(&problem.place.file);
    for (place, _) in &problem.related {
        sources.load(&place.file);
    }
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let files: Vec<(String, &Place, String, AnnotationKind)> =
        std::iter::once((&problem.place, String::new(), AnnotationKind::Primary))
            .chain(
                problem
                    .related
                    .iter()
                    .map(|(place, note)| (place, note.get(language).to_owned(), AnnotationKind::Context)),
            )
            .map(|(place, note, kind)| (place.file.display().to_string(), place, note, kind))
            .collect();
    let mut group = Group::with_title(level.primary_title(problem.message.get(language)).id(problem.rule));
    for (path, place, note, kind) in &files {
        let (text, line, span) = sources
            .files
            .get(&place.file)
            .map_or(("", 1, 0..0), |file| excerpt(file, place));
        let mut annotation = kind.span(span);
        if !note.is_empty() {
            annotation = annotation.label(note.as_str());
        }
        group = group.element(
            Snippet::source(text)
                .line_start(line)
                .path(path.as_str())
                .fold(true)
                .annotation(annotation),
        );
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.get(language)));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group]).to_string()
}

/// The line of a place and its neighbours, the number of the first of them, and where in them the place
/// stands, its first line only.
fn excerpt<'f>(file: &'f SourceFile, place: &Place) -> (&'f str, usize, Range<usize>) {
    let first = place.line.saturating_sub(NEIGHBOURS).max(1);
    let start = file.line(first).start;
    let end = file.line(place.line + NEIGHBOURS).end;
    let own = file.line(place.line);
    let line = file.text.get(own.clone()).unwrap_or_default();
    let byte = |column: usize| {
        line.char_indices()
            .nth(column.saturating_sub(1))
            .map_or(line.len(), |(at, _)| at)
    };
    let from = byte(place.column);
    let to = if place.end_line == place.line {
        byte(place.end_column)
    } else {
        line.len()
    };
    let offset = own.start - start;
    let text = file.text.get(start..end).unwrap_or_default();
    (text, first, offset + from..offset + to.max(from))
}

/// The lines before and behind a place that are looked at for its excerpt.
const NEIGHBOURS: usize = 3;
