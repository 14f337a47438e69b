//! A piece of a schema with everything that it refers to laid under it.

use super::super::draft::Words;
use super::super::remark::Remark;
use super::{Reading, left, place, step};
use crate::definition::source::{Node, Value};

/// How many pieces may lie under one another.
const MOST_LAYERS: usize = 64;

/// A piece: what it says itself, what its `$ref` leads to, and what stands in its `allOf` without a
/// condition. The first that has a word counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen<'r> {
    pub(super) layers: Vec<(&'r Node, String)>,
}

impl<'r> Seen<'r> {
    /// What stands behind a word, and its pointer.
    pub(super) fn get(&self, word: &str) -> Option<(&'r Node, String)> {
        self.layers
            .iter()
            .find_map(|(node, pointer)| Some((node.get(word)?, step(pointer, word))))
    }

    /// The same in every layer.
    pub(super) fn all(&self, word: &str) -> Vec<(&'r Node, String)> {
        let layers = self.layers.iter();
        layers
            .filter_map(|(node, pointer)| Some((node.get(word)?, step(pointer, word))))
            .collect()
    }

    pub(super) fn scalar(&self, word: &str) -> Option<&'r str> {
        self.get(word).and_then(|(node, _)| node.scalar())
    }

    pub(super) fn words(&self, word: &str) -> Words {
        Words::of(self.scalar(word).unwrap_or_default())
    }

    /// Every word, the first of each.
    pub(super) fn entries(&self) -> Vec<(&'r str, &'r Node, String)> {
        let mut found: Vec<(&str, &Node, String)> = Vec::new();
        for (node, pointer) in &self.layers {
            for entry in node.entries().unwrap_or_default() {
                if found.iter().all(|(known, ..)| *known != entry.key) {
                    found.push((&entry.key, &entry.value, step(pointer, &entry.key)));
                }
            }
        }
        found
    }

    /// Where it stands.
    pub(super) fn place(&self) -> super::Place {
        match self.layers.first() {
            Some((node, pointer)) => place(node, pointer),
            None => super::Place::Json {
                pointer: String::new(),
                line: 1,
                column: 1,
                ui: false,
            },
        }
    }

    /// Whether a list names `name`.
    pub(super) fn requires(&self, name: &str) -> bool {
        let lists = self.all("required");
        lists
            .iter()
            .any(|(list, _)| items(list).iter().any(|item| item.scalar() == Some(name)))
    }
}

/// The items of a list; none of anything else.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

impl<'r> Reading<'r> {
    /// A piece with what it refers to.
    pub(super) fn seen(&mut self, node: &'r Node, pointer: &str) -> Seen<'r> {
        let mut seen = Seen::default();
        let mut waiting = vec![(node, pointer.to_owned())];
        while let Some((node, pointer)) = waiting.pop() {
            if seen.layers.len() >= MOST_LAYERS {
                let remark = left(
                    "import-ref",
                    place(node, &pointer),
                    "$ref 绕成了圈，或一层套一层太多",
                    "`$ref` goes round in a circle, or leads too far",
                );
                self.once(remark);
                break;
            }
            // What stands in `allOf` without a condition; conditions are read apart.
            let (parts, at) = (
                node.get("allOf").map(items).unwrap_or_default(),
                step(&pointer, "allOf"),
            );
            for (index, part) in parts.iter().enumerate().rev() {
                if part.get("if").is_none() {
                    waiting.push((part, format!("{at}/{index}")));
                }
            }
            if let Some(reference) = node.get("$ref") {
                let written = reference.scalar().unwrap_or_default();
                match written.strip_prefix('#').and_then(|path| self.referred(path)) {
                    Some(target) => waiting.push((target, written.trim_start_matches('#').to_owned())),
                    None => {
                        let remark = left(
                            "import-ref",
                            place(reference, &step(&pointer, "$ref")),
                            format!("$ref 指向的 {written} 不在这个文件里"),
                            format!("`$ref` leads to {written}, which is not in this file"),
                        );
                        self.once(remark);
                    }
                }
            }
            seen.layers.push((node, pointer));
        }
        seen
    }

    /// What a pointer leads to.
    fn referred(&self, pointer: &str) -> Option<&'r Node> {
        pointer.split('/').skip(1).try_fold(self.root, |node, step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::List(items) => items.get(step.parse::<usize>().ok()?),
                _ => node.get(&step),
            }
        })
    }

    /// Says a remark, unless it was said already.
    pub(super) fn once(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}
