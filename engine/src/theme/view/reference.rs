//! Every part that pages are made of, on one page.

use serde::Serialize;

use super::{ErrorLink, Html, Notice, Opinion, Paging, Step, Tab, View};

/// `/theme`: the theme's own reference.
#[derive(Debug, Serialize)]
pub struct Reference {
    /// The page's heading.
    pub title: String,
    /// The theme of each region.
    pub regions: Vec<ReferenceLook>,
    /// How the fields can be looked at.
    pub looks: Vec<ReferenceLook>,
    /// A field of every type.
    pub fields: Html,
    /// An error summary, where the fields are looked at with errors.
    pub errors: Vec<ErrorLink>,
    /// A notice of each kind.
    pub notices: Vec<Notice>,
    /// A tab of each kind.
    pub tabs: Vec<Tab>,
    /// A step of each kind.
    pub steps: Vec<Step>,
    /// A list in parts.
    pub paging: Paging,
    /// What a reviewer wrote.
    pub opinion: Opinion,
}

/// A link to another look at the same.
#[derive(Debug, Serialize)]
pub struct ReferenceLook {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// It is this page.
    pub current: bool,
}

impl View for Reference {
    const TEMPLATE: &'static str = "reference.html";
}
