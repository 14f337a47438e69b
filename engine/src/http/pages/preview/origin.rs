//! Where each piece of a form is written: the place in its own file or in a base.

use crate::definition::problem::Place;
use crate::definition::source::{Entry, Node};
use crate::http::watch::source_address;
use crate::theme::input_name::without_rows;
use crate::theme::view::Link;

/// The merged definition of a form, with the place of everything in it; empty while it cannot be read.
pub(super) struct Origins {
    tree: Option<Node>,
}

impl Origins {
    pub(super) fn new(tree: Option<Node>) -> Self {
        Self { tree }
    }

    /// A rule.
    pub(super) fn rule(&self, id: &str) -> Option<Link> {
        self.named("rules", id)
    }

    /// A `let`.
    pub(super) fn named_expression(&self, id: &str) -> Option<Link> {
        self.named("let", id)
    }

    /// A page, or what it says for `key`.
    pub(super) fn page(&self, id: &str, key: &str) -> Option<Link> {
        entry(self.tree.as_ref()?.get("pages")?, id).map(|page| of(page, key))
    }

    /// The field or column at a path, or what it says for `key`.
    pub(super) fn field(&self, path: &str, key: &str) -> Option<Link> {
        let path = without_rows(path);
        let mut names = path.split('.');
        let root = names.next()?;
        let pages = self.tree.as_ref()?.get("pages")?.entries()?;
        let mut fields = pages.iter().filter_map(|page| page.value.get("fields"));
        let mut found = fields.find_map(|fields| entry(fields, root))?;
        for name in names {
            match found.value.get("columns").and_then(|columns| entry(columns, name)) {
                Some(column) => found = column,
                None => break,
            }
        }
        Some(of(found, key))
    }

    fn named(&self, key: &str, id: &str) -> Option<Link> {
        entry(self.tree.as_ref()?.get(key)?, id).map(|entry| of(entry, ""))
    }
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    node.entries()?.iter().find(|entry| entry.key == key)
}

/// The place of `key` in an entry; of the entry itself where it does not say that.
fn of(entry: &Entry, key: &str) -> Link {
    let spot = entry.value.get(key).map_or(&entry.key_spot, |node| &node.spot);
    link(&spot.place())
}

fn link(place: &Place) -> Link {
    Link {
        label: format!("{}:{}", place.file.display(), place.line),
        href: source_address(place),
    }
}
