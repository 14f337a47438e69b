//! One page of a form, and the choice between two versions of it.

use serde::Serialize;

use super::{ApplicationHead, ErrorLink, Html, Opinion, View};

/// `…/pages/{page}`: one page of the form. Posts to the same address, multipart where it has files.
#[derive(Debug, Serialize)]
pub struct FormPage {
    /// The application.
    pub head: ApplicationHead,
    /// Where the page is posted: its own address, without the place in it.
    pub address: String,
    /// Where a field that is searched asks what there is; none on a page that only shows how it would look.
    pub suggest: Option<String>,
    /// The page's title.
    pub title: String,
    /// The paragraph above the questions.
    pub intro: Option<String>,
    /// A page that is only read: its text.
    pub text: Option<Html>,
    /// The questions, from [`crate::theme::PreparedFields::fill`].
    pub fields: Html,
    /// The page has a file field.
    pub multipart: bool,
    /// Whether anything can be saved.
    pub editable: bool,
    /// The page's revision, posted back.
    pub revision: String,
    /// What is wrong, at the top.
    pub errors: Vec<ErrorLink>,
    /// What a reviewer wrote when returning it, on every page until it is submitted again.
    pub opinion: Option<Opinion>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after; with it 保存并下一步 is offered.
    pub next: Option<String>,
    /// What the page's scripts work with.
    pub upkeep: Upkeep,
}

/// What the scripts of a form page work with; nothing of it is needed without them.
#[derive(Debug, Default, Serialize)]
pub struct Upkeep {
    /// Where the page is judged while it is being typed: `…/pages/{page}/live`.
    pub live: String,
    /// Where files are sent in chunks: `…/pages/{page}/uploads`. Empty where they wait for the button.
    pub uploads: String,
    /// By what the browser keeps what it could not send: account, application and page.
    pub key: String,
    /// The sensitive fields and columns, which the browser never keeps, divided by spaces.
    pub sensitive: String,
    /// How the fields stand that can come, go or change, by path, as JSON.
    pub seen: String,
    /// Something on the page is not stored.
    pub unsaved: bool,
}

/// `…/pages/{page}` after it was saved elsewhere meanwhile: both versions of what differs, to choose from. Posts to
/// the page's address.
#[derive(Debug, Serialize)]
pub struct Conflict {
    /// The application.
    pub head: ApplicationHead,
    /// Where the choice is posted.
    pub address: String,
    /// The page's title.
    pub title: String,
    /// What has happened.
    pub text: String,
    /// The fields that differ, in the order of the page.
    pub fields: Vec<Differing>,
    /// What was typed, to be posted again: names and values.
    pub typed: Vec<(String, String)>,
    /// The page's revision now.
    pub revision: String,
    /// Files were chosen, which must be chosen again.
    pub files: bool,
    /// The page as it was saved elsewhere, for whoever gives up what was typed.
    pub back: String,
}

/// A field with two versions.
#[derive(Debug, Serialize)]
pub struct Differing {
    /// The field's id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// What was typed.
    pub mine: Html,
    /// What was saved elsewhere.
    pub theirs: Html,
    /// Whether that one is chosen until somebody chooses.
    pub is_theirs: bool,
}

impl View for FormPage {
    const TEMPLATE: &'static str = "form-page.html";
}

impl View for Conflict {
    const TEMPLATE: &'static str = "conflict.html";
}
