//! The names of one region put in the place of another's, wherever a text says them.

use super::place::{Place, short};
use crate::definition::source::{Entry, Node, Value};

/// What replaces what.
#[derive(Debug)]
pub(super) struct Renaming<'a> {
    from: String,
    pub(super) to: &'a Place,
    digits: Option<String>,
}

/// A piece of a definition that says something else under the new names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Changed {
    Text(String),
    /// A list, whole, in YAML's flow style.
    List(String),
    Map(Vec<(String, Changed)>),
}

impl<'a> Renaming<'a> {
    /// From a region's own names to those of `to`.
    pub(super) fn new(region: &Node, to: &'a Place) -> Self {
        let plain = |key: &str| region.get(key).and_then(chinese).unwrap_or_default().to_owned();
        Self {
            from: plain("name"),
            to,
            digits: plain("place").get(..2).map(str::to_owned),
        }
    }

    /// A text with the new names in it.
    pub(super) fn text(&self, text: &str) -> String {
        if self.from.is_empty() {
            return text.to_owned();
        }
        let long = text.replace(&self.from, &self.to.name);
        match short(&self.from) {
            few if few.chars().count() < 2 => long,
            few if self.to.name.contains(few) => long,
            few => long.replace(few, self.to.short()),
        }
    }

    /// Whether a text says one of the old names.
    pub(super) fn changes(&self, text: &str) -> bool {
        self.text(text) != text
    }

    /// A number's pattern with the digits of the new place where those of the old one stood.
    pub(super) fn pattern(&self, pattern: &str) -> String {
        let literal = pattern.find('{').unwrap_or(pattern.len());
        let digits = self.digits.as_deref().filter(|digits| !digits.is_empty());
        match digits.and_then(|digits| pattern[..literal].find(digits)) {
            Some(at) => format!("{}{}{}", &pattern[..at], self.to.digits(), &pattern[at + 2..]),
            None => pattern.to_owned(),
        }
    }

    /// A sample with the new names, and with the new digits in the numbers that it expects: there the
    /// pattern's own text is followed by a year.
    pub(super) fn sample(&self, text: &str, numbering: Option<&Node>) -> String {
        let mut text = self.text(text);
        for entry in numbering.and_then(Node::entries).unwrap_or_default() {
            let pattern = entry.value.get("pattern").and_then(Node::scalar).unwrap_or_default();
            let literal = |pattern: &str| pattern.split('{').next().unwrap_or_default().to_owned();
            let (old, new) = (literal(pattern), literal(&self.pattern(pattern)));
            if old != new {
                text = text.replace(&format!("{old}20"), &format!("{new}20"));
            }
        }
        text
    }

    /// What of a tree is otherwise under the new names.
    pub(super) fn changed(&self, node: &Node) -> Option<Changed> {
        match &node.value {
            Value::Scalar { text, .. } => self.changes(text).then(|| Changed::Text(self.text(text))),
            Value::Map(_) if node.is_text_map() => {
                let text = chinese(node)?;
                self.changes(text).then(|| Changed::Text(self.text(text)))
            }
            Value::Map(entries) => {
                let changed: Vec<(String, Changed)> = entries
                    .iter()
                    .filter_map(|entry: &Entry| Some((entry.key.clone(), self.changed(&entry.value)?)))
                    .collect();
                (!changed.is_empty()).then_some(Changed::Map(changed))
            }
            Value::List(_) => {
                let list = node.to_json().to_string();
                self.changes(&list).then(|| Changed::List(self.text(&list)))
            }
        }
    }
}

/// A text's Chinese.
pub(super) fn chinese(node: &Node) -> Option<&str> {
    node.scalar().or_else(|| node.get("zh")?.scalar())
}

impl Changed {
    /// As YAML, in block style, `depth` levels in.
    pub(super) fn yaml(&self, depth: usize) -> String {
        match self {
            Self::Text(text) => format!(" {}\n", quoted(text)),
            Self::List(list) => format!(" {list}\n"),
            Self::Map(entries) => {
                let indent = "  ".repeat(depth);
                let lines = entries
                    .iter()
                    .map(|(key, value)| format!("{indent}{key}:{}", value.yaml(depth + 1)));
                format!("\n{}", lines.collect::<String>())
            }
        }
    }
}

/// A text as a scalar: plain where it is nothing but words, in double quotes else.
pub(super) fn quoted(text: &str) -> String {
    let word = |c: char| c.is_alphabetic() || matches!(c, '，' | '。' | '、' | '（' | '）' | '“' | '”');
    if !text.is_empty() && text.chars().all(word) && !matches!(text, "true" | "false" | "null" | "yes" | "no") {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}
