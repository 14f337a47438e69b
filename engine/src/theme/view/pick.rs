//! Where something is searched and picked without JavaScript.

use serde::Serialize;

use super::{Link, View};

/// `…/pages/{page}/pick`: one field's candidates, by search or branch by branch. Posts `field`, `value` and the
/// page's revision to the same address.
#[derive(Debug, Serialize)]
pub struct PickPage {
    /// The field's label, with the row it lies in.
    pub label: String,
    /// The form's title.
    pub form: String,
    /// The path of the field.
    pub field: String,
    /// What was looked for.
    pub typed: String,
    /// How many were found, in words.
    pub status: String,
    /// The branch that is looked into and those above it; the last has no address. Empty while searching.
    pub way: Vec<Link>,
    /// What may be picked or looked into.
    pub rows: Vec<PickRow>,
    /// The page's revision.
    pub revision: u64,
    /// This address, without its query.
    pub address: String,
    /// Back to the field.
    pub back: String,
}

/// Something to pick, or a branch.
#[derive(Debug, Serialize)]
pub struct PickRow {
    /// What is stored.
    pub value: String,
    /// What a person reads.
    pub text: String,
    /// The names above it.
    pub above: String,
    /// Whether it may be picked.
    pub picks: bool,
    /// Where it is looked into, where something lies below it.
    pub open: Option<String>,
}

impl View for PickPage {
    const TEMPLATE: &'static str = "pick.html";
}
