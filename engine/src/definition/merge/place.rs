//! `after:` and `before:`: where an entry stands among its neighbours (LANGUAGE L2).
//!
//! Only an entry of a map of the author's own names (a page, a field, a rule, a state, …) that is a map itself has a
//! place of its own; anywhere else the two words are ordinary keys, and a field may be called so.

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
    after: bool,
    target: String,
}

/// The entries that stay where they are, each with those that want to stand next to it, in the order
/// in which they are written.
fn arrange(entries: Vec<Entry>, problems: &mut Problems) -> Vec<Entry> {
    let names: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    let (mut staying, mut moved) = (Vec::new(), Vec::new());
    for mut entry in entries {
        match position(&mut entry, &names, problems) {
            Some((word, after, target)) => moved.push(Moved {
                entry,
                word,
                after,
                target,
            }),
            None => staying.push(entry),
        }
    }
    let mut placed = Vec::with_capacity(names.len());
    for entry in staying {
        put(entry, &mut moved, &mut placed);
    }
    for left in moved {
        let message = Text::both(
            format!("「{}」的位置绕成了圈", left.entry.key),
            format!("the place of `{}` goes round in a circle", left.entry.key),
        );
        problems.error("position-cycle", &left.word, message, None);
        placed.push(left.entry);
    }
    placed
}

fn put(entry: Entry, moved: &mut Vec<Moved>, placed: &mut Vec<Entry>) {
    let next_to = |moved: &mut Vec<Moved>, after: bool| -> Vec<Moved> {
        moved
            .extract_if(.., |other| other.after == after && other.target == entry.key)
            .collect()
    };
    for before in next_to(moved, false) {
        put(before.entry, moved, placed);
    }
    let followers = next_to(moved, true);
    placed.push(entry);
    for after in followers {
        put(after.entry, moved, placed);
    }
}

/// Takes `after` or `before` out of an entry: where the name stands, which of the two, and the name.
fn position(entry: &mut Entry, names: &[String], problems: &mut Problems) -> Option<(Spot, bool, String)> {
    let Value::Map(keys) = &mut entry.value.value else {
        return None;
    };
    let at = keys
        .iter()
        .position(|entry| matches!(entry.key.as_str(), "after" | "before"))?;
    let word = keys.remove(at);
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
        let file = Arc::new(SourceFile {
            path: PathBuf::from("f"),
            text: format!("pages: {{p: {{fields: {{{yaml}}}}}}}"),
        });
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
        ] {
            assert_eq!(order(yaml), (expected.to_owned(), problems), "{yaml}");
        }
    }
}
