//! A page as a browser takes it apart: what stands in it, apart from words.

use dengji_tests::Answer;
use html5ever::tendril::TendrilSink;
use html5ever::{Attribute, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Attributes whose values are addresses.
const ADDRESSES: [&str; 7] = ["href", "src", "action", "formaction", "poster", "data", "xlink:href"];
/// What an address of ours may begin with.
const OURS: [&str; 6] = ["/", "#", "?", "http://", "https://", "mailto:"];

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
            shape.push(format!("{depth} {} {}", name.local, names.join(" ")));
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

/// Asserts that two answers are the same page with other words.
pub(crate) fn alike(what: &str, harmless: &Answer, hostile: &Answer) {
    assert_eq!(harmless.status, hostile.status, "{what}: {}", hostile.page());
    let (mut expected, mut found) = (shape(&harmless.text()), shape(&hostile.text()));
    // Lists of people and units are in the order of their names: their rows have changed places.
    if ["/people", "/units"].iter().any(|list| what.contains(list)) {
        expected.sort();
        found.sort();
    }
    let differs = expected.iter().zip(&found).position(|(a, b)| a != b);
    let at = differs.or((expected.len() != found.len()).then_some(expected.len().min(found.len())));
    if let Some(at) = at {
        let around = at.saturating_sub(3)..at + 4;
        let part = |shape: &[String]| shape[around.start..around.end.min(shape.len())].join("\n");
        panic!(
            "{what} has another structure at element {at}:\n{}\ninstead of\n{}\n{}",
            part(&found),
            part(&expected),
            hostile.text()
        );
    }
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
