//! Pages of whoever looks after others: people, units, approvals.

use serde::Serialize;

use super::{AccountPart, ErrorLink, Fact, Input, Link, Paging, View};

/// `/{region}/people`: the accounts in one's care.
#[derive(Debug, Serialize)]
pub struct People {
    /// What was searched for.
    pub search: Search,
    /// The accounts.
    pub rows: Vec<PersonRow>,
    /// More of them.
    pub paging: Paging,
    /// Where accounts are allotted: label and address of each way.
    pub invite: Vec<Link>,
}

/// The search above a list.
#[derive(Debug, Default, Serialize)]
pub struct Search {
    /// A part of a name.
    pub text: String,
    /// The standings to choose from: value, label, chosen.
    pub standings: Vec<(String, String, bool)>,
    /// The roles or kinds to choose from: value, label, chosen.
    pub kinds: Vec<(String, String, bool)>,
}

/// An account in a list.
#[derive(Debug, Serialize)]
pub struct PersonRow {
    /// The person's name.
    pub name: String,
    /// What they sign in with.
    pub sign_in_name: String,
    /// The unit.
    pub unit: Option<String>,
    /// The roles' labels.
    pub roles: Vec<String>,
    /// What its standing is called.
    pub standing: String,
    /// How its standing looks: `done`, `waiting`, `ended`.
    pub tone: &'static str,
    /// Since when.
    pub since: String,
    /// Where it is changed.
    pub href: String,
}

/// `/{region}/people/{account}`, `/{region}/units/{unit}`, `/{region}/approvals/{id}`: one of them, and what can be
/// done with it.
#[derive(Debug, Default, Serialize)]
pub struct Care {
    /// What it is.
    pub title: String,
    /// What its standing is called.
    pub standing: String,
    /// How its standing looks.
    pub tone: &'static str,
    /// What is known.
    pub facts: Vec<Fact>,
    /// What was filled in.
    pub parts: Vec<AccountPart>,
    /// What can be done; each is a form of its own.
    pub deeds: Vec<Deed>,
    /// What is wrong with what was posted.
    pub errors: Vec<ErrorLink>,
    /// The people of a unit.
    pub people: Vec<Link>,
    /// Back to the list.
    pub back: String,
}

/// Something that can be done.
#[derive(Debug, Default, Serialize)]
pub struct Deed {
    /// What is posted as `do`.
    pub name: &'static str,
    /// What the button says.
    pub label: String,
    /// What to know before.
    pub help: String,
    /// What is asked with it.
    pub inputs: Vec<Input>,
    /// It takes something away.
    pub danger: bool,
}

/// `/{region}/units`.
#[derive(Debug, Serialize)]
pub struct Units {
    /// What was searched for.
    pub search: Search,
    /// The units.
    pub rows: Vec<UnitRow>,
    /// More of them.
    pub paging: Paging,
}

/// A unit in a list.
#[derive(Debug, Serialize)]
pub struct UnitRow {
    /// The name.
    pub name: String,
    /// What it was called before.
    pub former: Vec<String>,
    /// The credit or organisation code.
    pub code: String,
    /// The kinds' labels.
    pub kinds: Vec<String>,
    /// How many accounts it has.
    pub accounts: usize,
    /// What its standing is called.
    pub standing: String,
    /// How its standing looks.
    pub tone: &'static str,
    /// Where it is changed.
    pub href: String,
}

/// `/{region}/approvals`: what waits for one's approval.
#[derive(Debug, Serialize)]
pub struct Approvals {
    /// Each, oldest first.
    pub rows: Vec<ApprovalRow>,
}

/// Something that waits for approval.
#[derive(Debug, Serialize)]
pub struct ApprovalRow {
    /// The person's or unit's name.
    pub name: String,
    /// The way in.
    pub way: String,
    /// The unit.
    pub unit: String,
    /// Since when.
    pub since: String,
    /// Where it is decided.
    pub href: String,
}

impl View for People {
    const TEMPLATE: &'static str = "people.html";
}

impl View for Care {
    const TEMPLATE: &'static str = "care.html";
}

impl View for Units {
    const TEMPLATE: &'static str = "units.html";
}

impl View for Approvals {
    const TEMPLATE: &'static str = "approvals.html";
}
