//! Writes YAML as the definitions of this house are written: block maps, texts in two languages and
//! short lists on one line, expressions in single quotes, and quotes where a text would be read as
//! something else.

use std::fmt::Write;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Out {
    /// A text for people, or a word of the language: quoted where it must be.
    Text(String),
    /// A number or a truth value.
    Plain(String),
    /// An expression or a pattern: always in single quotes.
    Code(String),
    /// A list on one line.
    List(Vec<Out>),
    /// A map on one line.
    Flow(Vec<(String, Out)>),
    /// A map over several lines.
    Map(Vec<Line>),
}

/// An entry of a map with the comments above it; one without a value is its comments alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) comments: Vec<String>,
    pub(super) entry: Option<(String, Out)>,
}

impl Line {
    pub(super) fn new(key: &str, value: Out) -> Self {
        Self {
            comments: Vec::new(),
            entry: Some((key.to_owned(), value)),
        }
    }

    pub(super) fn comment(text: String) -> Self {
        Self {
            comments: vec![text],
            entry: None,
        }
    }
}

impl From<&str> for Out {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The lines of a file.
pub(super) fn write(lines: &[Line]) -> String {
    let mut out = String::new();
    block(lines, 0, &mut out);
    out
}

fn block(lines: &[Line], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for line in lines {
        for comment in &line.comments {
            let words: Vec<&str> = comment.split_whitespace().collect();
            let _ = writeln!(out, "{indent}# {}", words.join(" "));
        }
        let Some((key, value)) = &line.entry else { continue };
        let key = quoted(key, true);
        match value {
            Out::Map(lines) if lines.iter().any(|line| line.entry.is_some()) => {
                let _ = writeln!(out, "{indent}{key}:");
                block(lines, depth + 1, out);
            }
            Out::Map(lines) => {
                let _ = writeln!(out, "{indent}{key}: {{}}");
                block(lines, depth + 1, out);
            }
            value => {
                let _ = writeln!(out, "{indent}{key}: {}", flow(value, false));
            }
        }
    }
}

/// A value on one line; `inside` another one on that line.
fn flow(value: &Out, inside: bool) -> String {
    match value {
        Out::Text(text) => quoted(text, inside),
        Out::Plain(text) => text.clone(),
        Out::Code(text) if is_one_line(text) => single(text),
        Out::Code(text) => double(text),
        Out::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Out::Flow(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key, true), flow(value, true)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Out::Map(lines) => {
            let entries = lines.iter().filter_map(|line| line.entry.clone());
            flow(&Out::Flow(entries.collect()), inside)
        }
    }
}

/// A text, plain where any reader of YAML takes it for the text that it is.
fn quoted(text: &str, inside: bool) -> String {
    if !is_one_line(text) {
        return double(text);
    }
    if is_plain(text, inside) {
        return text.to_owned();
    }
    single(text)
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => {}
            c if is_odd(c) => {
                let _ = match u32::from(c) {
                    code @ 0..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What would not survive, or not be seen, if it were written as it is.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(is_odd)
}

fn is_plain(text: &str, inside: bool) -> bool {
    const WORDS: [&str; 13] = [
        "null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=", ".nan",
    ];
    let Some(first) = text.chars().next() else { return false };
    let like_a_number = || {
        let body = text.trim_start_matches(['+', '-', '.']);
        body.starts_with(|c: char| c.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_hexdigit() || "+-.:_xXoOeETZ".contains(c))
    };
    let marks = if inside { ",[]{}" } else { "" };
    !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && !like_a_number()
        && !".inf".eq_ignore_ascii_case(text.trim_start_matches(['+', '-']))
        && !"-?:,[]{}#&*!|>'\"%@`=<~".contains(first)
        && !text.starts_with("---")
        && !text.starts_with("...")
        && text.trim() == text
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.contains(|c| marks.contains(c))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::definition::source::{Problems, SourceFile, parse};

    const TEXTS: [&str; 46] = [
        "",
        "no",
        "No",
        "yes",
        "on",
        "~",
        "null",
        "true",
        "012",
        "1.10",
        "1e3",
        "0x1f",
        "-1",
        "+1",
        ".5",
        ".inf",
        "-.INF",
        "12:30:45",
        "2026-11-20",
        "a: b",
        "a:b",
        "a #b",
        "#a",
        "- a",
        "-a",
        "? a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "'a'",
        "\"a\"",
        "a, b",
        "[a]",
        "{a}",
        " a ",
        "a:",
        "第一行\n第二行",
        "制\t表",
        "\u{feff}a",
        "是否（必填）：",
        "<<",
        "=",
        "a\u{2028}b",
    ];

    #[test]
    fn every_text_is_read_back_as_it_was() {
        let lines = [
            Line::new(
                "a",
                Out::Map(TEXTS.iter().map(|text| Line::new("k", (*text).into())).collect()),
            ),
            Line::new("b", Out::List(TEXTS.iter().map(|text| (*text).into()).collect())),
            Line::new(
                "c",
                Out::List(TEXTS.iter().map(|text| Out::Code((*text).to_owned())).collect()),
            ),
        ];
        let mut problems = Problems::default();
        let text = write(&lines);
        let file = Arc::new(SourceFile::new("x.yaml".into(), text.replace("  k:", "  - k:")));
        let read = parse(&file, &mut problems).unwrap();
        assert!(problems.is_empty(), "{text}\n{problems:?}");
        let read = read.to_json();
        for (at, expected) in TEXTS.iter().enumerate() {
            assert_eq!(read["a"][at]["k"], *expected, "{text}");
            assert_eq!(read["b"][at], *expected, "{text}");
            assert_eq!(read["c"][at], *expected, "{text}");
        }
        for text in TEXTS {
            let lines = [
                Line::new(text, "v".into()),
                Line::new("flow", Out::Flow(vec![(text.into(), "v".into())])),
            ];
            let text_of = write(&lines);
            let file = Arc::new(SourceFile::new("x.yaml".into(), text_of.clone()));
            let read = parse(&file, &mut problems).unwrap();
            let entries = read.entries().unwrap();
            assert_eq!((entries[0].key.as_str(), problems.len()), (text, 0), "{text_of}");
            assert_eq!(entries[1].value.entries().unwrap()[0].key, text, "{text_of}");
        }
    }

    #[test]
    fn it_reads_as_the_house_writes() {
        let label = Out::Flow(vec![("zh".into(), "名称".into()), ("en".into(), "Name, full".into())]);
        let mut code = Line::new("showWhen", Out::Code("a == 'x'".into()));
        code.comments.push("from\nsurvey!C2".into());
        let lines = [
            Line::new("label", label),
            code,
            Line::new(
                "pages",
                Out::Map(vec![Line::new("a", Out::Map(vec![Line::new("no", "no".into())]))]),
            ),
            Line::new("accept", Out::List(vec!["pdf".into(), Out::Plain("3".into())])),
        ];
        let expected = "label: {zh: 名称, en: 'Name, full'}\n# from survey!C2\nshowWhen: 'a == ''x'''\npages:\n  a:\n    'no': 'no'\naccept: [pdf, 3]\n";
        assert_eq!(write(&lines), expected);
    }
}
