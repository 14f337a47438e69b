//! Pages of registers: their entries, and the documents over them.

use serde::Serialize;

use super::{AccountPart, ErrorLink, Fact, Link, Paging, Search, View};

/// `/{region}/registers` and `/{region}/documents`: which of them.
#[derive(Debug, Serialize)]
pub struct Registers {
    /// The page's heading.
    pub title: String,
    /// Each.
    pub links: Vec<Link>,
}

/// `/{region}/registers/{register}`: its entries.
#[derive(Debug, Serialize)]
pub struct Register {
    /// What the register is called.
    pub title: String,
    /// Where an entry is added.
    pub add: String,
    /// What was searched for.
    pub search: Search,
    /// What the columns beside the name are called.
    pub columns: Vec<String>,
    /// The entries.
    pub rows: Vec<EntryRow>,
    /// More of them.
    pub paging: Paging,
}

/// An entry in a list.
#[derive(Debug, Serialize)]
pub struct EntryRow {
    /// The name.
    pub name: String,
    /// What it was called before.
    pub former: Vec<String>,
    /// The other columns: what they are called and what stands there.
    pub columns: Vec<Fact>,
    /// What its standing is called.
    pub standing: String,
    /// How its standing looks.
    pub tone: &'static str,
    /// Where it is changed.
    pub href: String,
}

/// `/{region}/registers/{register}/new` and `…/entries/{entry}`: one entry.
#[derive(Debug, Default, Serialize)]
pub struct RegisterEntry {
    /// The page's heading.
    pub title: String,
    /// What its standing is called; none of one that is being added.
    pub standing: Option<String>,
    /// How its standing looks.
    pub tone: &'static str,
    /// The form's parts.
    pub parts: Vec<AccountPart>,
    /// What is wrong.
    pub errors: Vec<ErrorLink>,
    /// The revision that was read.
    pub revision: u64,
    /// Former names and the like.
    pub facts: Vec<Fact>,
    /// Whether it can be picked; none of one that is being added.
    pub active: Option<bool>,
    /// Back to the list.
    pub back: String,
}

/// `/{region}/documents/{document}`: the entries that it can be printed over.
#[derive(Debug, Serialize)]
pub struct RegisterDocument {
    /// What the document is called.
    pub title: String,
    /// What the register is called.
    pub register: String,
    /// What was searched for.
    pub search: Search,
    /// The entries.
    pub rows: Vec<ChoiceRow>,
    /// More of them.
    pub paging: Paging,
}

/// An entry that a document can be printed over.
#[derive(Debug, Serialize)]
pub struct ChoiceRow {
    /// Its name.
    pub name: String,
    /// What its standing is called.
    pub standing: String,
    /// How its standing looks.
    pub tone: &'static str,
    /// The print.
    pub pdf: String,
}

impl View for Registers {
    const TEMPLATE: &'static str = "registers.html";
}

impl View for Register {
    const TEMPLATE: &'static str = "register.html";
}

impl View for RegisterEntry {
    const TEMPLATE: &'static str = "register-entry.html";
}

impl View for RegisterDocument {
    const TEMPLATE: &'static str = "register-document.html";
}
