//! One text file of definitions as a tree that never forgets where each piece stands.
//!
//! Scalars stay text: what `no`, `012` or `1.10` mean is decided by whoever expects a value there.

mod id;
mod parse;
mod problems;
mod reader;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value as Json};

use super::problem::Place;

pub(super) use id::{RESERVED, check_id, is_id};
pub use parse::parse;
pub use problems::Problems;
pub use reader::MapReader;
pub(super) use reader::{empty_value, list_of, names_of, nearest, replaced, string_of, text_of, words_of, wrong_type};

/// A file that was read, kept for excerpts.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the folder of all definitions.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
    /// Where its lines begin, once somebody asks.
    lines: OnceLock<Vec<usize>>,
}

impl SourceFile {
    /// A file with this text.
    pub fn new(path: PathBuf, text: String) -> Self {
        let lines = OnceLock::new();
        Self { path, text, lines }
    }

    /// The bytes of a line, counted from 1, without its end; none behind the last one.
    pub fn line(&self, number: usize) -> Range<usize> {
        let starts = self.line_starts();
        let end = self.text.len();
        let start = number
            .checked_sub(1)
            .and_then(|at| starts.get(at))
            .copied()
            .unwrap_or(end);
        let next = starts.get(number).copied().unwrap_or(end);
        let line = self.text.get(start..next).unwrap_or_default();
        start..start + line.trim_end_matches(['\r', '\n']).len()
    }

    /// Line and column of a byte, both from 1.
    fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.line_starts().partition_point(|start| *start <= offset);
        let start = self.line_starts().get(line.wrapping_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    fn line_starts(&self) -> &[usize] {
        let breaks = || self.text.match_indices('\n').map(|(at, _)| at + 1);
        self.lines.get_or_init(|| std::iter::once(0).chain(breaks()).collect())
    }
}

/// A piece of a file.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of its text.
    pub range: Range<usize>,
}

impl Spot {
    /// All of a file, of which nothing is shown.
    pub fn whole(path: &std::path::Path) -> Self {
        Self {
            file: Arc::new(SourceFile::new(path.to_path_buf(), String::new())),
            range: 0..0,
        }
    }

    /// Line and column for people.
    pub fn place(&self) -> Place {
        let (line, column) = self.file.line_and_column(self.range.start);
        let (end_line, end_column) = self.file.line_and_column(self.range.end.max(self.range.start));
        Place {
            file: self.file.path.clone(),
            line,
            column,
            end_line,
            end_column,
        }
    }

    /// The bytes `from..to` of a scalar's value as a spot of their own. Where the value is written
    /// with escapes or over several lines, the same piece of text is looked for, and all of the scalar
    /// is taken where that is not found.
    pub fn within(&self, value: &str, from: usize, to: usize) -> Self {
        let raw = self.file.text.get(self.range.clone()).unwrap_or_default();
        let from = from.min(value.len());
        let to = to.clamp(from, value.len());
        let found = match raw.find(value).filter(|_| !value.is_empty()) {
            Some(start) => Some(start + from..start + to),
            None => same_piece(raw, value, from..to),
        };
        found.map_or_else(
            || self.clone(),
            |piece| Self {
                file: Arc::clone(&self.file),
                range: self.range.start + piece.start..self.range.start + piece.end,
            },
        )
    }
}

/// The piece of `raw` that is as often preceded by its like as `value[piece]` is in `value`.
fn same_piece(raw: &str, value: &str, piece: Range<usize>) -> Option<Range<usize>> {
    let text = value.get(piece.clone()).filter(|text| !text.is_empty())?;
    let earlier = value.get(..piece.start)?.matches(text).count();
    let (start, _) = raw.match_indices(text).nth(earlier)?;
    Some(start..start + text.len())
}

/// A value as it is written.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it is.
    pub spot: Spot,
    /// What it replaced, where it came over a base.
    pub replaced: Option<Spot>,
    /// What it is.
    pub value: Value,
}

/// What can be written.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text, a number, a truth value: decided by the reader.
    Scalar {
        /// The text after YAML's own escapes.
        text: String,
        /// Whether it stands without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map in order.
    Map(Vec<Entry>),
}

/// One key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_spot: Spot,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The entries of a map.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of `key` in a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The text of a scalar.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether this is a written `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "null" | "~" | "Null" | "NULL"))
    }

    /// Whether this is a text in several languages: a map of `zh` and `en` alone.
    pub fn is_text_map(&self) -> bool {
        self.entries().is_some_and(|entries| {
            !entries.is_empty() && entries.iter().all(|entry| matches!(entry.key.as_str(), "zh" | "en"))
        })
    }

    /// A whole number from 0, written without quotes.
    pub fn whole_number(&self) -> Option<u64> {
        let number = self.to_json();
        let whole = number
            .as_f64()
            .filter(|number| number.fract() == 0.0 && *number >= 0.0)?;
        number.as_u64().or_else(|| format!("{whole:.0}").parse().ok())
    }

    /// How many values it holds, itself among them.
    pub fn values(&self) -> usize {
        1 + match &self.value {
            Value::Scalar { .. } => 0,
            Value::List(items) => items.iter().map(Self::values).sum(),
            Value::Map(entries) => entries.iter().map(|entry| entry.value.values()).sum(),
        }
    }

    /// As JSON, for data that only passes through (options, answers, further schema): plain
    /// scalars are numbers, truth values and null by YAML 1.2's core schema.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json()));
                Json::Object(pairs.collect::<Map<_, _>>())
            }
            Value::Scalar { text, plain: false } => Json::String(text.clone()),
            Value::Scalar { text, plain: true } => core_schema(text),
        }
    }
}

fn core_schema(text: &str) -> Json {
    match text {
        "null" | "~" | "" => Json::Null,
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        // A number that JSON itself writes the same way; `012` and `1_000` stay text.
        _ => match serde_json::from_str::<serde_json::Number>(text) {
            Ok(number) => Json::Number(number),
            Err(_) => Json::String(text.into()),
        },
    }
}
