//! Problems as people and editors read them.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::json;

use super::sarif::sarif;
use super::{Place, Problem};
use crate::definition::Language;
use crate::definition::form::Severity;
use crate::definition::sheet::decoded;

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
                texts: HashMap::new(),
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
    texts: HashMap<PathBuf, String>,
}

impl Sources<'_> {
    fn load(&mut self, path: &Path) {
        if !self.texts.contains_key(path) {
            let bytes = std::fs::read(self.root.join(path)).unwrap_or_default();
            // A list may be in GB 18030; of what is no text nothing is shown.
            let text = String::from_utf8(bytes).or_else(|error| decoded(error.as_bytes()).map(|(text, _)| text));
            let text = text.unwrap_or_default();
            // Columns are counted without the byte order mark.
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            self.texts.insert(path.to_path_buf(), text);
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
        let text = sources.texts.get(&place.file).map(String::as_str).unwrap_or_default();
        let mut annotation = kind.span(span(text, place));
        if !note.is_empty() {
            annotation = annotation.label(note.as_str());
        }
        group = group.element(
            Snippet::source(text)
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

/// The bytes of a place, its first line only.
fn span(text: &str, place: &Place) -> Range<usize> {
    let line_start: usize = text
        .split_inclusive('\n')
        .take(place.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text[line_start..].lines().next().unwrap_or_default();
    let byte = |column: usize| {
        line.char_indices()
            .nth(column.saturating_sub(1))
            .map_or(line.len(), |(at, _)| at)
    };
    let start = byte(place.column);
    let end = if place.end_line == place.line {
        byte(place.end_column)
    } else {
        line.len()
    };
    line_start + start..line_start + end.max(start)
}
