//! `let:` of a form: named expressions, each worked out behind those that it reads (LANGUAGE L5).

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use indexmap::IndexMap;

use super::Loader;
use crate::definition::expression::{Scope, Type};
use crate::definition::form::Let;
use crate::definition::source::{Entry, MapReader, Node, check_id};
use crate::definition::{Id, Text, limits};

impl Loader<'_> {
    /// Compiles the lets, each after those that it reads, and adds them to the scope.
    pub(super) fn lets(&mut self, node: Option<&Node>, scope: &mut Scope) -> IndexMap<Id, Let> {
        let mut done = IndexMap::new();
        let Some(map) = node.and_then(|node| MapReader::open(node, ("let", "`let`"), self.problems)) else {
            return done;
        };
        if let Some(entry) = map.entries().get(limits::FIELDS) {
            let what = ("一份登记表的 let", "the `let`s of one form");
            self.problems.too_large(&entry.key_spot, what, limits::FIELDS);
            return done;
        }
        for entry in map.entries() {
            check_id(entry, false, self.problems);
            if scope.names.contains_key(entry.key.as_str()) {
                let message = Text::both(
                    format!("「{}」已是字段的标识", entry.key),
                    format!("`{}` is a field already", entry.key),
                );
                self.problems.error(
                    "duplicate-id",
                    &entry.key_spot,
                    message,
                    Some(Text::both("字段和 let 不能同名", "fields and lets share their names")),
                );
            }
        }
        let (ready, circle) = in_order(map.entries());
        let entries = map.entries().iter().map(|entry| entry.key.as_str());
        let taken: Vec<&str> = entries.filter(|key| scope.names.contains_key(*key)).collect();
        for entry in &circle {
            if !scope.names.contains_key(entry.key.as_str()) {
                scope.names.insert(entry.key.as_str().into(), Type::Unknown);
            }
        }
        for entry in ready.into_iter().filter(|entry| !taken.contains(&entry.key.as_str())) {
            let id = Id::from(entry.key.as_str());
            if let Some(expression) = self.expression(&entry.value, scope, None) {
                scope.names.insert(id.clone(), expression.ty().clone());
                done.insert(id.clone(), Let { id, expression });
            } else {
                // Its own mistake was told; whoever reads it shall not be blamed too.
                scope.names.insert(id, Type::Unknown);
            }
        }
        for entry in circle {
            let message = Text::both(
                format!("「{}」直接或间接地用到了自己", entry.key),
                format!("`{}` reads itself, directly or by others", entry.key),
            );
            let help = Text::both("改写其中一个，让它不再用到自己", "write one of them without itself");
            self.problems
                .error("computation-cycle", &entry.key_spot, message, Some(help));
        }
        done
    }
}

/// The lets, each behind those that it reads and otherwise as they are written; and those that read
/// themselves, directly or by others.
fn in_order(entries: &[Entry]) -> (Vec<&Entry>, Vec<&Entry>) {
    let places: HashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.as_str(), at))
        .collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); entries.len()];
    let mut waits: Vec<usize> = vec![0; entries.len()];
    for (at, entry) in entries.iter().enumerate() {
        let source = entry.value.scalar().unwrap_or_default();
        let read: BTreeSet<usize> = words(source).filter_map(|word| places.get(word).copied()).collect();
        waits[at] = read.len();
        read.into_iter().for_each(|read| readers[read].push(at));
    }
    let free = waits.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = free.map(|(at, _)| Reverse(at)).collect();
    let mut ordered = Vec::with_capacity(entries.len());
    while let Some(Reverse(at)) = ready.pop() {
        ordered.push(&entries[at]);
        for reader in &readers[at] {
            waits[*reader] -= 1;
            if waits[*reader] == 0 {
                ready.push(Reverse(*reader));
            }
        }
    }
    let circle = entries.iter().zip(&waits).filter(|(_, count)| **count > 0);
    (ordered, circle.map(|(entry, _)| entry).collect())
}

/// The names that stand in a source; not what follows a dot.
fn words(source: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut before = None;
    source.split_inclusive(move |c| !inside(c)).filter_map(move |piece| {
        let word = piece.trim_end_matches(|c| !inside(c));
        let column = before == Some('.');
        before = piece.chars().next_back();
        (!word.is_empty() && !column).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_names_but_for_columns() {
        for (source, expected) in [
            ("a + b", vec!["a", "b"]),
            ("a.b == 中.c", vec!["a"]),
            ("row.a&&b_1.size()", vec!["row", "b_1"]),
            ("", vec![]),
            ("(a)", vec!["a"]),
        ] {
            assert_eq!(words(source).collect::<Vec<_>>(), expected, "{source}");
        }
    }
}
