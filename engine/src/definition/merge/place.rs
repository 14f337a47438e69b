//! `after:` and `before:`: where an entry stands among its neighbours (LANGUAGE L2).
//!
//! Only an entry of a map of the author's own names (a page, a field, a rule, a state, …) that is a map itself has a
//! place of its own; anywhere else the two words are ordinary keys, and a field may be called so.

use std::collections::HashMap;

use indexmap::IndexSet;

use crate::definition::Text;
use crate::definition::shape::Shape;
use crate::definition::source::{self, Entry, Node, Problems, Spot, Value};

/// Moves every entry that says `after:` or `before:` to its place, and takes the word away.
pub(super) fn entries(file: Node, shape: &Shape, problems: &mut Problems) -> Node {
    place(file, shape, problems)
}

fn place(node: Node, shape: &Shape, problems: &mut Problems) -> Node {
    let Value::Map(entries) = node.value else { return node };
    let inner = entries.into_iter().map(|entry| match below(shape, &entry) {
        Some(below) => Entry {
            value: place(entry.value, below, problems),
            ..entry
        },
        None => entry,
    });
    let inner: Vec<Entry> = inner.collect();
    let placed = match named(shape) {
        Some(Shape::Map(_) | Shape::Marked { .. }) => arrange(inner, problems),
        _ => inner,
    };
    Node {
        value: Value::Map(placed),
        ..node
    }
}

/// What each entry of a map of the author's own names holds.
fn named(shape: &Shape) -> Option<&'static Shape> {
    match shape {
        Shape::Each(_, inner) => Some(inner),
        Shape::Picked(shape) => named(shape),
        _ => None,
    }
}

/// What the value of an entry is.
fn below(shape: &Shape, entry: &Entry) -> Option<&'static Shape> {
    match shape {
        Shape::Map(keys) | Shape::Marked { otherwise: keys, .. } => keys.key(&entry.key).map(|key| &key.shape),
        _ => named(shape),
    }
}

/// An entry that is to stand next to another.
struct Moved {
    entry: Entry,
    word: Spot,
    /// The how manieth it is as written.
    written: usize,
}

/// Those that are to stand next to an entry: before it, and behind it.
type Beside = HashMap<(String, bool), Vec<Moved>>;

/// The entries that stay where they are, each with those that want to stand next to it, in the order
/// in which they are written.
fn arrange(entries: Vec<Entry>, problems: &mut Problems) -> Vec<Entry> {
    let names: IndexSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    let (mut staying, mut beside) = (Vec::new(), Beside::new());
    for (written, mut entry) in entries.into_iter().enumerate() {
        match position(&mut entry, &names, problems) {
            Some((word, after, target)) => {
                beside
                    .entry((target, after))
                    .or_default()
                    .push(Moved { entry, word, written })
            }
            None => staying.push(entry),
        }
    }
    let mut placed = Vec::with_capacity(names.len());
    for entry in staying {
        put(entry, &mut beside, &mut placed);
    }
    let mut left: Vec<Moved> = beside.into_values().flatten().collect();
    left.sort_by_key(|moved| moved.written);
    for moved in left {
        let message = Text::both(
            format!("「{}」的位置绕成了圈", moved.entry.key),
            format!("the place of `{}` goes round in a circle", moved.entry.key),
        );
        problems.error("position-cycle", &moved.word, message, None);
        placed.push(moved.entry);
    }
    placed
}

/// Places an entry with all that stands beside it, without recursion: a row may be long.
fn put(entry: Entry, beside: &mut Beside, placed: &mut Vec<Entry>) {
    enum Step {
        Open(Entry),
        Place(Entry),
    }
    let mut steps = vec![Step::Open(entry)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Place(entry) => placed.push(entry),
            Step::Open(entry) => {
                let mut next_to = |after: bool| {
                    let moved = beside.remove(&(entry.key.clone(), after)).unwrap_or_default();
                    moved.into_iter().rev().map(|moved| Step::Open(moved.entry))
                };
                let (followers, leaders) = (next_to(true), next_to(false));
                steps.extend(followers);
                steps.push(Step::Place(entry));
                steps.extend(leaders);
            }
        }
    }
}

/// Takes `after` or `before` out of an entry: where the name stands, which of the two, and the name.
fn position(entry: &mut Entry, names: &IndexSet<String>, problems: &mut Problems) -> Option<(Spot, bool, String)> {
    let Value::Map(keys) = &mut entry.value.value else {
        return None;
    };
    let at = keys
        .iter()
        .position(|entry| matches!(entry.key.as_str(), "after" | "before"))?;
    let word = keys.remove(at);
    let other = keys
        .iter()
        .position(|entry| matches!(entry.key.as_str(), "after" | "before"));
    if let Some(other) = other.map(|at| keys.remove(at)) {
        let message = Text::both(
            "after 和 before 只能写一个",
            "only one of `after` and `before` says where it goes",
        );
        let help = Text::both("删去其中一个", "delete one of the two");
        problems.error("unknown-position", &other.key_spot, message, Some(help));
    }
    let name = source::string_of(&word.value, problems)?;
    if name == entry.key || !names.contains(&name) {
        let known = names.iter().filter(|name| **name != entry.key).map(String::as_str);
        problems.unknown("unknown-position", &word.value, ("同级内容", "neighbour"), &name, known);
        return None;
    }
    Some((word.value.spot, word.key == "after", name))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::definition::shape::FileKind;
    use crate::definition::source::{SourceFile, parse};

    fn order(yaml: &str) -> (String, usize) {
        let file = Arc::new(SourceFile::new(
            PathBuf::from("f"),
            format!("pages: {{p: {{fields: {{{yaml}}}}}}}"),
        ));
        let mut problems = Problems::default();
        let form = FileKind::named("form").unwrap();
        let node = entries(parse(&file, &mut problems).unwrap(), &form.shape, &mut problems);
        let fields = node
            .get("pages")
            .and_then(|node| node.get("p"))
            .and_then(|node| node.get("fields"));
        let keys = fields
            .and_then(Node::entries)
            .unwrap()
            .iter()
            .map(|entry| entry.key.as_str());
        (keys.collect::<Vec<_>>().join(" "), problems.len())
    }

    #[test]
    fn entries_stand_where_they_ask_to() {
        for (yaml, expected, problems) in [
            ("a: {}, b: {}, c: {after: a}", "a c b", 0),
            ("a: {before: c}, b: {before: c}, c: {}, d: {}", "a b c d", 0),
            ("a: {after: c}, b: {after: a}, c: {}", "c a b", 0),
            ("a: {after: b}, b: {after: c}, c: {}, d: {}", "c b a d", 0),
            ("a: {}, b: {after: a}, c: {after: a}", "a b c", 0),
            ("a: {before: d}, b: {after: a}, c: {}, d: {}", "c a b d", 0),
            ("after: {}, before: {}, c: {before: after}", "c after before", 0),
            ("a: {codes: {after: x, before: y}}, b: {}", "a b", 0),
            ("pages: {after: b}, b: {}", "b pages", 0),
            ("a: {after: b}, b: {after: a}, c: {}", "c a b", 2),
            ("a: {after: a}, b: {after: x}", "a b", 2),
            ("a: {}, b: {}, c: {after: a, before: b}", "a c b", 1),
        ] {
            assert_eq!(order(yaml), (expected.to_owned(), problems), "{yaml}");
        }
    }
}
