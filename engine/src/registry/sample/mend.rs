//! What makes a sample say what came: pieces of its text replaced, everything else as the author wrote
//! it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::findings::Compared;
use super::run::Edit;
use super::walk::Walked;
use crate::definition::load::Expected;
use crate::definition::source::{Node, SourceFile, Value};

/// The list with what came: what did not come is taken out, what came beside it is put behind.
pub(super) fn findings(expected: &Expected, compared: &Compared) -> Vec<Edit> {
    if compared.agrees() {
        return Vec::new();
    }
    let Value::List(items) = &expected.node.value else {
        return Vec::new();
    };
    let (file, range) = (&expected.node.spot.file, &expected.node.spot.range);
    let brackets = file.text[range.clone()].starts_with('[');
    let lines = Lines {
        text: &file.text,
        items,
        compared,
    };
    let pieces = match items.is_empty() {
        false if !brackets => lines.of_dashes(),
        false if lines.are_in_brackets(range) => lines.of_brackets(),
        // A remark between items that share a line would be lost: this is left to the author.
        false if file.text[range.clone()].contains(" #") => Vec::new(),
        _ => vec![(range.clone(), in_brackets(items, compared))],
    };
    edits(file, pieces)
}

/// Every state of a walk that the action led to instead of the written one.
pub(super) fn states(walked: &Walked<'_>) -> Vec<Edit> {
    let mended = walked.steps.iter().filter_map(|(act, came)| {
        let state = came.as_ref().ok().filter(|state| ***state != *act.state)?;
        let spot = &act.state_spot;
        Some(Edit {
            file: Arc::clone(&spot.file),
            range: spot.range.clone(),
            text: state.to_string(),
        })
    });
    mended.collect()
}

/// The files with these edits made, by path.
pub fn mended(edits: &[Edit]) -> BTreeMap<PathBuf, (Arc<SourceFile>, String)> {
    let mut files: BTreeMap<PathBuf, (Arc<SourceFile>, Vec<&Edit>)> = BTreeMap::new();
    for edit in edits {
        let path = edit.file.path.clone();
        let entry = files
            .entry(path)
            .or_insert_with(|| (Arc::clone(&edit.file), Vec::new()));
        entry.1.push(edit);
    }
    let made = files.into_iter().map(|(path, (file, mut edits))| {
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let (mut text, mut at) = (String::new(), 0);
        for edit in edits {
            text += file.text.get(at..edit.range.start).unwrap_or_default();
            text += &edit.text;
            at = edit.range.end.max(at);
        }
        text += file.text.get(at..).unwrap_or_default();
        (path, (file, text))
    });
    made.collect()
}

fn in_brackets(items: &[Node], compared: &Compared) -> String {
    let source = |node: &Node| {
        node.spot
            .file
            .text
            .get(node.spot.range.clone())
            .unwrap_or_default()
            .to_owned()
    };
    let kept = items
        .iter()
        .zip(&compared.expected)
        .filter(|(_, (_, came))| *came)
        .map(|(item, _)| source(item));
    let more = compared.more.iter().map(|extra| extra.written.clone());
    format!("[{}]", kept.chain(more).collect::<Vec<_>>().join(", "))
}

/// A list with at least one item, each on lines of its own: whole lines go and come.
struct Lines<'a> {
    text: &'a str,
    items: &'a [Node],
    compared: &'a Compared,
}

impl Lines<'_> {
    /// Whether the brackets and each item stand on lines of their own.
    fn are_in_brackets(&self, range: &Range<usize>) -> bool {
        let begins = |at: usize| self.text[line_start(self.text, at)..at].trim().is_empty();
        let mut lines: Vec<usize> = self.items.iter().map(|item| self.beginning(item)).collect();
        lines.dedup();
        lines.len() == self.items.len()
            && self.items.iter().all(|item| begins(item.spot.range.start))
            && begins(range.end - 1)
    }

    /// After dashes; where none is left, `[]` stands behind the key.
    fn of_dashes(&self) -> Vec<(Range<usize>, String)> {
        let mut pieces = self.gone();
        if pieces.len() == self.items.len() && self.compared.more.is_empty() {
            let key = self.text[..self.start()].rfind("findings:");
            let at = key.map(|at| at + "findings:".len());
            pieces.extend(at.map(|at| (at..at, " []".to_owned())));
        }
        pieces.extend(self.come("- ", ""));
        pieces
    }

    /// Between brackets, where a comma may stand behind the last item too.
    fn of_brackets(&self) -> Vec<(Range<usize>, String)> {
        let mut pieces = self.gone();
        let last = self.items.last().zip(self.compared.expected.last());
        if let Some((item, (_, true))) = last.filter(|_| !self.compared.more.is_empty()) {
            let end = end_of(item);
            if !self.text[end..].starts_with(',') {
                pieces.push((end..end, ",".to_owned()));
            }
        }
        pieces.extend(self.come("", ","));
        pieces
    }

    /// The lines of what did not come.
    fn gone(&self) -> Vec<(Range<usize>, String)> {
        let items = self.items.iter().zip(&self.compared.expected);
        items
            .filter(|(_, (_, came))| !*came)
            .map(|(item, _)| (self.beginning(item)..line_end(self.text, end_of(item)), String::new()))
            .collect()
    }

    /// The lines of what came beside, behind the last.
    fn come(&self, before: &str, after: &str) -> Option<(Range<usize>, String)> {
        let end = self.items.last().map(|item| line_end(self.text, end_of(item)))?;
        let line = &self.text[self.start()..];
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        let more = self.compared.more.iter();
        let mut lines: String = more
            .map(|extra| format!("{indent}{before}{}{after}\n", extra.written))
            .collect();
        if !lines.is_empty() && !self.text[..end].ends_with('\n') {
            lines.insert(0, '\n');
        }
        (!lines.is_empty()).then_some((end..end, lines))
    }

    fn start(&self) -> usize {
        self.items.first().map_or(0, |item| self.beginning(item))
    }

    fn beginning(&self, item: &Node) -> usize {
        line_start(self.text, item.spot.range.start)
    }
}

fn edits(file: &Arc<SourceFile>, pieces: Vec<(Range<usize>, String)>) -> Vec<Edit> {
    let edit = |(range, text)| Edit {
        file: Arc::clone(file),
        range,
        text,
    };
    pieces.into_iter().map(edit).collect()
}

/// Where the written text of a node ends: a block's own span may reach up to what follows.
fn end_of(node: &Node) -> usize {
    let brackets = node.spot.file.text[node.spot.range.clone()].starts_with(['{', '[']);
    let last = match &node.value {
        Value::Map(entries) => entries.last().map(|entry| &entry.value),
        Value::List(items) => items.last(),
        Value::Scalar { .. } => None,
    };
    match last {
        Some(last) if !brackets => end_of(last),
        _ => node.spot.range.end,
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Behind the newline that ends the line of `at`.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}
