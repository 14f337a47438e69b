//! A page as a browser takes it apart: what stands in it, apart from words.

use std::collections::BTreeSet;

use dengji_tests::Answer;
use html5ever::tendril::TendrilSink;
use html5ever::{Attribute, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Attributes whose values are addresses.
const ADDRESSES: [&str; 7] = ["href", "src", "action", "formaction", "poster", "data", "xlink:href"];
/// What an address of ours may begin with.
const OURS: [&str; 7] = ["/", "#", "?", "http://", "https://", "mailto:", "tel:"];

/// The elements and comments of a page in their order: how deep each stands, its name, its attributes' names, its
/// classes and its kind. Two pages that differ in nothing but words are alike in this.
pub(crate) fn shape(html: &str) -> Vec<String> {
    let dom = parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
    let mut shape = Vec::new();
    walk(&dom.document, 0, &mut shape);
    shape
}

fn walk(node: &Handle, depth: usize, shape: &mut Vec<String>) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let attrs = attrs.borrow();
            for attribute in attrs.iter() {
                harmless(&name.local, attribute);
            }
            let mut names: Vec<String> = attrs.iter().map(told).collect();
            names.sort();
            shape.push(format!("{depth} {}|{}", name.local, names.join("|")));
        }
        NodeData::Comment { .. } => shape.push(format!("{depth} comment")),
        NodeData::ProcessingInstruction { .. } => panic!("a page has a processing instruction"),
        _ => {}
    }
    for child in node.children.borrow().iter() {
        walk(child, depth + 1, shape);
    }
}

fn told(attribute: &Attribute) -> String {
    let name = &*attribute.name.local;
    match name {
        "class" | "type" | "rel" | "target" | "role" => format!("{name}={}", attribute.value),
        _ => name.to_owned(),
    }
}

/// Nothing runs, styles itself, or leads to an address that does.
fn harmless(element: &str, attribute: &Attribute) {
    let name = &*attribute.name.local;
    assert!(!name.starts_with("on"), "<{element}> has {name}");
    assert!(!matches!(name, "style" | "srcdoc"), "<{element}> has {name}");
    if ADDRESSES.contains(&name) {
        let value = attribute.value.trim();
        let is_ours = value.is_empty() || OURS.iter().any(|begin| value.starts_with(begin));
        assert!(
            is_ours && !value.starts_with("//"),
            "<{element} {name}> leads to {value}"
        );
    }
}

/// What the elements of a page are: each name with each of its attributes' names, wherever they stand.
pub(crate) fn kinds(html: &str) -> impl Iterator<Item = String> + use<> {
    shape(html).into_iter().flat_map(|line| {
        let line = line.split_once(' ').map_or("", |(_, element)| element).to_owned();
        let mut parts = line.split('|');
        let element = parts.next().unwrap_or_default().to_owned();
        let attributes = parts.map(|attribute| attribute.split('=').next().unwrap_or_default());
        let with: Vec<String> = attributes.map(|attribute| format!("{element} {attribute}")).collect();
        std::iter::once(element).chain(with)
    })
}

/// Asserts that an answer is the same page with other words. How much is wrong, or done, or comes first in a list
/// differs with the words; then no element may stand there of a kind that is not `known` from pages with harmless ones.
pub(crate) fn alike(what: &str, harmless: &Answer, hostile: &Answer, known: &BTreeSet<String>) {
    assert_eq!(harmless.status, hostile.status, "{what}: {}", hostile.page());
    if shape(&harmless.text()) == shape(&hostile.text()) {
        return;
    }
    let strange: BTreeSet<String> = kinds(&hostile.text()).filter(|kind| !known.contains(kind)).collect();
    assert!(strange.is_empty(), "{what} has {strange:?}\n{}", hostile.text());
}

#[test]
fn a_page_that_was_broken_out_of_is_noticed() {
    let page = |word: &str| format!("<!doctype html><p title=\"{word}\">{word}<input value='{word}'>");
    for (word, alike) in [
        ("字字字", true),
        ("&lt;b&gt;", true),
        ("<b>", false),
        ("<!-- -->", false),
        ("\"x=\"", false),
        ("' x='", false),
    ] {
        assert_eq!(shape(&page("字")) == shape(&page(word)), alike, "{word}");
    }
    for address in ["javascript:x()", "data:text/html,x", "//elsewhere.example"] {
        let page = format!("<a href=\"{address}\">x</a>");
        assert!(std::panic::catch_unwind(|| shape(&page)).is_err(), "{address}");
    }
}
