//! The entries of a code list as markup, with places where one can be marked as selected.

use std::collections::HashMap;

use super::escape;
use super::prepare::Entries;
use crate::definition::CodeList;

/// `<option>` elements joined once; selecting copies them with one word put between.
#[derive(Debug)]
pub(super) struct Options {
    markup: String,
    places: HashMap<Box<str>, usize>,
}

impl Options {
    /// Every entry of the list.
    pub(super) fn new(entries: &Entries) -> Self {
        let mut options = Self {
            markup: String::new(),
            places: HashMap::new(),
        };
        for entry in entries.list.entries() {
            options.push(&entry.code, &entry.name);
        }
        options
    }

    fn push(&mut self, code: &str, name: &str) {
        self.markup.push_str("<option value=\"");
        escape::push(&mut self.markup, code);
        self.markup.push('"');
        self.places.insert(code.into(), self.markup.len());
        self.markup.push('>');
        escape::push(&mut self.markup, name);
        self.markup.push_str("</option>");
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Appends them with `selected` selected; one that is not in the list is added, so that a
    /// stored answer is never lost from the page.
    pub(super) fn write(&self, out: &mut String, selected: &str) {
        match self.places.get(selected) {
            Some(&at) => {
                out.push_str(&self.markup[..at]);
                out.push_str(" selected");
                out.push_str(&self.markup[at..]);
            }
            None => {
                write_one(out, selected, selected);
                out.push_str(&self.markup);
            }
        }
    }
}

/// Appends an option that is selected; nothing for an empty value.
pub(super) fn write_one(out: &mut String, value: &str, label: &str) {
    if !value.is_empty() {
        out.push_str("<option selected value=\"");
        escape::push(out, value);
        out.push_str("\">");
        escape::push(out, label);
        out.push_str("</option>");
    }
}

/// What a person reads for `code`: the path in a tree, the name in a flat list.
pub(super) fn label(list: &CodeList, code: &str) -> String {
    if list.is_tree() {
        list.path(code)
    } else {
        list.label(code).to_owned()
    }
}
