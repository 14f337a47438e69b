//! What differs between two editions of a list.

use std::collections::HashMap;
use std::fmt::Write;

use super::Code;
use crate::definition::Language;

/// What one list has that another has not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Codes that are new, with their names.
    pub added: Vec<(String, String)>,
    /// Codes that are gone, with their names.
    pub removed: Vec<(String, String)>,
    /// Codes whose name changed: code, before, after.
    pub renamed: Vec<(String, String, String)>,
    /// Codes that stand elsewhere: code, parent before, parent after.
    pub moved: Vec<(String, String, String)>,
}

/// What changed from `old` to `new`. Parents are compared where both lists have any.
pub fn compare(old: &[Code], new: &[Code]) -> Difference {
    let is_tree = |codes: &[Code]| codes.iter().any(|code| !code.parent.is_empty());
    let trees = is_tree(old) && is_tree(new);
    let by_code = |codes: &[Code]| -> HashMap<String, Code> {
        codes.iter().map(|code| (code.code.clone(), code.clone())).collect()
    };
    let (before, after) = (by_code(old), by_code(new));
    let mut difference = Difference::default();
    for code in new {
        let Some(known) = before.get(&code.code) else {
            difference.added.push((code.code.clone(), code.name.clone()));
            continue;
        };
        if known.name != code.name {
            difference
                .renamed
                .push((code.code.clone(), known.name.clone(), code.name.clone()));
        }
        if trees && known.parent != code.parent {
            difference
                .moved
                .push((code.code.clone(), known.parent.clone(), code.parent.clone()));
        }
    }
    let gone = old.iter().filter(|code| !after.contains_key(&code.code));
    difference.removed = gone.map(|code| (code.code.clone(), code.name.clone())).collect();
    difference
}

impl Difference {
    /// Whether the two are the same.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// One line a code, and how many there are of each kind.
    pub fn print(&self, language: Language) -> String {
        let mut out = String::new();
        for (code, name) in &self.added {
            let _ = writeln!(out, "+ {code} {name}");
        }
        for (code, name) in &self.removed {
            let _ = writeln!(out, "- {code} {name}");
        }
        for (code, before, after) in &self.renamed {
            let _ = writeln!(out, "~ {code} {before} → {after}");
        }
        for (code, before, after) in &self.moved {
            let root = |parent: &str| {
                if parent.is_empty() {
                    "·".to_owned()
                } else {
                    parent.to_owned()
                }
            };
            let _ = writeln!(out, "^ {code} {} → {}", root(before), root(after));
        }
        let counts = (
            self.added.len(),
            self.removed.len(),
            self.renamed.len(),
            self.moved.len(),
        );
        let _ = match language {
            Language::Chinese => writeln!(
                out,
                "新增 {}，删去 {}，改名 {}，改上级 {}",
                counts.0, counts.1, counts.2, counts.3
            ),
            Language::English => writeln!(
                out,
                "{} added, {} removed, {} renamed, {} moved",
                counts.0, counts.1, counts.2, counts.3
            ),
        };
        out
    }
}
