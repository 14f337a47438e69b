//! A merged definition as YAML, each line with the file and line that it comes from.

use std::fmt::Write;

use super::source::{Entry, Node, Spot, Value};

/// Where the origins stand, unless a line is longer.
const COLUMN: usize = 72;

/// The whole tree. What is longer than a line in its file is written on one line here.
pub fn show(node: &Node) -> String {
    let mut lines = Vec::new();
    write_node(node, 0, &mut lines);
    let mut out = String::new();
    for (line, spot) in lines {
        let place = spot.place();
        let fill = COLUMN.saturating_sub(width(&line));
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{line}{:fill$}  # {}:{}", "", place.file.display(), place.line);
    }
    out
}

type Lines = Vec<(String, Spot)>;

fn write_node(node: &Node, depth: usize, lines: &mut Lines) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|entry| write_entry(entry, depth, lines)),
        Value::List(items) => items.iter().for_each(|item| write_item(item, depth, lines)),
        Value::Scalar { .. } => lines.push((format!("{}{}", indent(depth), flow(node)), node.spot.clone())),
    }
}

fn write_entry(entry: &Entry, depth: usize, lines: &mut Lines) {
    let key = format!("{}{}:", indent(depth), quoted(&entry.key, true));
    if is_short(&entry.value) {
        let spot = if entry.value.entries().is_some() {
            &entry.key_spot
        } else {
            &entry.value.spot
        };
        lines.push((format!("{key} {}", flow(&entry.value)), spot.clone()));
    } else {
        lines.push((key, entry.key_spot.clone()));
        write_node(&entry.value, depth + 1, lines);
    }
}

fn write_item(item: &Node, depth: usize, lines: &mut Lines) {
    if is_short(item) {
        lines.push((format!("{}- {}", indent(depth), flow(item)), item.spot.clone()));
        return;
    }
    let mut inner = Lines::new();
    write_node(item, depth + 1, &mut inner);
    // The first line of the item stands behind its dash.
    if let Some((first, _)) = inner.first_mut() {
        *first = format!("{}- {}", indent(depth), first.trim_start());
    }
    lines.extend(inner);
}

/// Whether it is written on one line: a scalar, a list of scalars, a text in several languages.
fn is_short(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { .. } => true,
        Value::List(items) => items.iter().all(|item| item.scalar().is_some()),
        Value::Map(entries) => entries.is_empty() || node.is_text_map(),
    }
}

fn flow(node: &Node) -> String {
    match &node.value {
        Value::Scalar { text, plain } => quoted(text, *plain),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let pairs = entries
                .iter()
                .map(|entry| format!("{}: {}", quoted(&entry.key, true), flow(&entry.value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A scalar as YAML reads it back: in quotes where it would otherwise be something else.
fn quoted(text: &str, plain: bool) -> String {
    let special = |c: char| ",[]{}&*!|>'\"%@`#:".contains(c) || c.is_control();
    let looks_plain = !text.is_empty()
        && !text.contains(special)
        && !text.starts_with(['-', '?', ' ', '=', '<'])
        && !text.ends_with(' ');
    let is_text = || {
        let scalar = Value::Scalar {
            text: text.to_owned(),
            plain: true,
        };
        let file = std::sync::Arc::new(super::source::SourceFile::new(Default::default(), String::new()));
        Node {
            spot: Spot { file, range: 0..0 },
            replaced: None,
            value: scalar,
        }
        .to_json()
        .is_string()
    };
    if looks_plain && (plain || is_text()) {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        serde_json::Value::from(text).to_string()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

/// Columns of a terminal: Chinese characters take two.
fn width(line: &str) -> usize {
    line.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::definition::source::{Problems, SourceFile, parse};

    fn tree(text: &str) -> Node {
        let file = Arc::new(SourceFile::new("a/x.yaml".into(), text.into()));
        parse(&file, &mut Problems::default()).unwrap()
    }

    #[test]
    fn what_is_shown_reads_back_as_the_same() {
        for text in [
            "a: 1\nb: '1'\nc: [x, 'y, z', '']\nd: {zh: 甲, en: A}\n",
            "rules:\n  late:\n    assert: 'a == \"b\" && !c'\n    message: 第 {row.index} 行：错\n",
            "to: [{when: 'x', to: unit}, {to: done}]\nempty: {}\ntext: |\n  one\n  two\n",
        ] {
            let node = tree(text);
            assert_eq!(tree(&show(&node)).to_json(), node.to_json(), "{}", show(&node));
        }
    }

    #[test]
    fn every_line_has_its_origin() {
        let shown = show(&tree("a:\n  b: 甲\n"));
        let origins: Vec<&str> = shown.lines().filter_map(|line| line.split("  # ").nth(1)).collect();
        assert_eq!(origins, ["a/x.yaml:1", "a/x.yaml:2"]);
    }
}
