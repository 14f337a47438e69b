//! Forms: their own keys, pages, fields, lets and rules.

use indexmap::IndexMap;

use super::field::{Written, compare_all};
use super::key::{Turn, Weight, compare as compare_keys};
use super::told::{Places, Subject, Told, entry, place};
use super::{Consequence, Side, What, origins};
use crate::definition::load::Of;
use crate::definition::source::{Entry, Node};
use crate::definition::{Id, Text};

/// What is told apart from the form's other keys.
const APART: [&str; 5] = ["form", "extends", "schema", "pages", "rules"];

pub(super) fn compare(told: &mut Told, old: Side<'_>, new: Side<'_>) {
    told.form = Some(new.form.id.clone());
    let subject = Subject::new(What::Form, ("登记表", "form"), Some(&new.form.title), &new.form.id);
    let places = Places {
        old: place(&old.tree.spot).map(first_line),
        new: place(&new.tree.spot).map(first_line),
    };
    let apart: Vec<&str> = APART.into_iter().chain(["let"]).collect();
    compare_keys(told, &subject, Of::Form, (old.tree, new.tree), &apart, &places, |_| {
        Weight::of(Consequence::Safe)
    });
    let pages = pages(told, old, new);
    compare_all(told, &written(old), &written(new), "", &pages);
    lets(told, old.tree, new.tree);
    rules(told, old.tree, new.tree);
    told.form = None;
}

/// A whole file is told by its first line.
fn first_line(mut place: crate::definition::problem::Place) -> crate::definition::problem::Place {
    (place.end_line, place.end_column) = (place.line, place.column);
    place
}

fn page_entry<'n>(side: Side<'n>, id: &str) -> Option<&'n Entry> {
    entry(side.tree.get("pages"), id)
}

fn written(side: Side<'_>) -> IndexMap<Id, Written<'_>> {
    let mut all = IndexMap::new();
    for (page, field) in side.form.fields() {
        let fields = page_entry(side, &page.id).and_then(|entry| entry.value.get("fields"));
        let own = entry(fields, &field.id);
        let at = own.and_then(|entry| place(&entry.key_spot));
        let written = Written {
            field,
            tree: own.map(|entry| &entry.value),
            places: Places {
                old: at.clone(),
                new: at,
            },
            page: Some(&page.id),
        };
        all.insert(field.id.clone(), written);
    }
    all
}

/// Compares the pages, and gives the old id of each that has one.
fn pages(told: &mut Told, old: Side<'_>, new: Side<'_>) -> IndexMap<Id, Id> {
    let (before, after) = (&old.form.pages, &new.form.pages);
    let origins = origins(
        |id| before.contains_key(id),
        after.iter().map(|(id, page)| (id, &*page.renamed_from)),
    );
    let subject = |id: &str, title: &Text| Subject::new(What::Page, ("栏目", "page"), Some(title), id);
    for (id, page) in after {
        let subject = subject(id, &page.title);
        let Some(was) = origins.get(id) else {
            let places = Places::of(None, page_entry(new, id));
            told.added(&subject, Consequence::Safe, ("", ""), places);
            continue;
        };
        let (from, to) = (page_entry(old, was), page_entry(new, id));
        let places = Places::of(from, to);
        if was != id {
            told.renamed(&subject, was, places.clone());
        }
        if let (Some(from), Some(to)) = (from, to) {
            let apart = ["fields", "renamedFrom", "after", "before"];
            compare_keys(
                told,
                &subject,
                Of::Page,
                (&from.value, &to.value),
                &apart,
                &places,
                weigh_page,
            );
        }
    }
    for (id, page) in before.iter().filter(|(id, _)| !origins.values().any(|old| old == *id)) {
        let places = Places::of(page_entry(old, id), None);
        told.removed(&subject(id, &page.title), Consequence::Safe, ("", ""), places);
    }
    origins
}

fn weigh_page(turn: &Turn<'_>) -> Weight {
    Weight::of(match (turn.key, turn.new) {
        ("showWhen", Some(_)) => Consequence::LosesAnswer,
        ("showWhen" | "requireWhen", _) => Consequence::NeedsAnswer,
        _ => Consequence::Safe,
    })
}

fn lets(told: &mut Told, old: &Node, new: &Node) {
    each(old.get("let"), new.get("let"), |was, is| {
        let id = is.or(was).map(|entry| entry.key.as_str()).unwrap_or_default();
        let subject = Subject::new(What::Let, ("let", "let"), None, id);
        let places = Places::of(was, is);
        match (was, is) {
            (None, _) => told.added(&subject, Consequence::Safe, ("", ""), places),
            (_, None) => told.removed(&subject, Consequence::Safe, ("", ""), places),
            (Some(was), Some(is)) => {
                let (before, after) = (
                    was.value.scalar().unwrap_or_default(),
                    is.value.scalar().unwrap_or_default(),
                );
                if before != after {
                    let words = (
                        format!("由 {before} 改为 {after}"),
                        format!("changed from {before} to {after}"),
                    );
                    told.changed(&subject, "let", Consequence::NeedsAnswer, words, places);
                }
            }
        }
    });
}

fn rules(told: &mut Told, old: &Node, new: &Node) {
    let blocks = |entry: &Entry| entry.value.get("severity").and_then(Node::scalar) != Some("warning");
    let says = |entry: &Entry| {
        let message = entry.value.get("message").map(Node::to_json).unwrap_or_default();
        let shown = super::told::shown(&message);
        (format!("：{shown}"), format!(": {shown}"))
    };
    each(old.get("rules"), new.get("rules"), |was, is| {
        let id = is.or(was).map(|entry| entry.key.as_str()).unwrap_or_default();
        let subject = Subject::new(What::Rule, ("规则", "rule"), None, id);
        let places = Places::of(was, is);
        match (was, is) {
            (None, Some(is)) => {
                let (zh, en) = says(is);
                let weight = if blocks(is) {
                    Consequence::NeedsAnswer
                } else {
                    Consequence::Safe
                };
                told.added(&subject, weight, (&zh, &en), places);
            }
            (Some(was), None) => {
                let (zh, en) = says(was);
                told.removed(&subject, Consequence::Safe, (&zh, &en), places);
            }
            (Some(was), Some(is)) => {
                let weigh = |turn: &Turn<'_>| {
                    let asks = matches!(turn.key, "assert" | "when" | "each" | "severity");
                    Weight::of(if asks && blocks(is) {
                        Consequence::NeedsAnswer
                    } else {
                        Consequence::Safe
                    })
                };
                let both = (&was.value, &is.value);
                compare_keys(told, &subject, Of::Rule, both, &["after", "before"], &places, weigh);
            }
            (None, None) => {}
        }
    });
}

/// Every entry of two maps, paired by key: the new ones in order, then those that are gone.
pub(super) fn each<'n>(
    old: Option<&'n Node>,
    new: Option<&'n Node>,
    mut tell: impl FnMut(Option<&'n Entry>, Option<&'n Entry>),
) {
    let entries = |node: Option<&'n Node>| node.and_then(Node::entries).unwrap_or_default();
    for is in entries(new) {
        tell(entry(old, &is.key), Some(is));
    }
    for was in entries(old).iter().filter(|was| entry(new, &was.key).is_none()) {
        tell(Some(was), None);
    }
}
