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
    let file = &expected.node.spot.file;
    let flow = file.text[expected.node.spot.range.clone()].starts_with('[');
    let pieces = match (flow, items.as_slice()) {
        (false, [first, .., last]) => in_block(&file.text, items, (first, last), compared),
        (false, [only]) => in_block(&file.text, items, (only, only), compared),
        _ => vec![(expected.node.spot.range.clone(), in_brackets(items, compared))],
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

/// Whole lines go and come; where none is left, `[]` stands behind the key.
fn in_block(
    text: &str,
    items: &[Node],
    (first, last): (&Node, &Node),
    compared: &Compared,
) -> Vec<(Range<usize>, String)> {
    let gone = items.iter().zip(&compared.expected).filter(|(_, (_, came))| !*came);
    let mut pieces: Vec<(Range<usize>, String)> = gone
        .map(|(item, _)| {
            (
                line_start(text, item.spot.range.start)..line_end(text, end_of(item)),
                String::new(),
            )
        })
        .collect();
    let beginning = line_start(text, first.spot.range.start);
    let end = line_end(text, end_of(last));
    if pieces.len() == items.len() && compared.more.is_empty() {
        let key = text[..beginning].rfind("findings:").map(|at| at + "findings:".len());
        pieces.extend(key.map(|at| (at..at, " []".to_owned())));
    }
    let dash = text[beginning..].find('-').unwrap_or(0);
    let indent = &text[beginning..beginning + dash];
    let mut lines: String = compared
        .more
        .iter()
        .map(|extra| format!("{indent}- {}\n", extra.written))
        .collect();
    if !lines.is_empty() && !text[..end].ends_with('\n') {
        lines.insert(0, '\n');
    }
    if !lines.is_empty() {
        pieces.push((end..end, lines));
    }
    pieces
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
