//! What differs between two versions of a definition, in the author's words, and what each difference does
//! to applications in progress.
//!
//! [`regions`] and [`forms`] compare definitions and say what *may* become of an application; [`carry`] takes
//! the answers of one application over and says what *does* become of them. Both pair what was renamed by
//! `renamedFrom`. Nothing here reads a file or a database.

mod carry;
mod codes;
mod field;
mod fit;
mod form;
mod key;
mod pair;
mod print;
mod region;
#[cfg(test)]
mod tests;
mod told;
mod workflow;

use std::sync::Arc;

use serde::Serialize;

use super::load::Trees;
use super::problem::Place;
use super::source::Node;
use super::{Form, Id, Region, Text};

pub use carry::{Carried, Loss, carry};
pub use pair::origins;
pub use print::{Print, print};

use told::Told;

/// What a difference does to an application that was begun before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// Nothing: every answer stays and passes as it passed.
    Safe,
    /// Something has to be answered, or answered otherwise.
    NeedsAnswer,
    /// An answer has no place any more.
    LosesAnswer,
    /// There is no way over.
    CannotMove,
}

impl Consequence {
    /// Every one, mildest first.
    pub const ALL: [Self; 4] = [Self::Safe, Self::NeedsAnswer, Self::LosesAnswer, Self::CannotMove];

    /// What people call it.
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Self::Safe => ("可直接转入", "safe"),
            Self::NeedsAnswer => ("需补填", "needs an answer"),
            Self::LosesAnswer => ("会丢失内容", "loses an answer"),
            Self::CannotMove => ("不能转入", "cannot move"),
        };
        Text::both(zh, en)
    }
}

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the language's own words")]
pub enum What {
    Region,
    Form,
    Page,
    Field,
    Let,
    Rule,
    CodeList,
    Code,
    Workflow,
    State,
    Action,
    Role,
    Document,
    Numbering,
    Plugin,
}

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another id.
    Renamed,
    /// It stands elsewhere.
    Moved,
    /// One of its keys says something else.
    Changed,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub what: What,
    /// What happened to it.
    pub how: How,
    /// The region it is about, where regions were compared.
    pub region: Option<Id>,
    /// The form it is about, where it is about one.
    pub form: Option<Id>,
    /// Its id today, or what it was where it is gone: a path such as `people.name` for a column.
    pub id: String,
    /// The key that says something else.
    pub key: Option<String>,
    /// What it does to applications in progress.
    pub consequence: Consequence,
    /// The difference in a sentence.
    pub message: Text,
    /// Where it was written; none where that was not read from a file.
    pub old: Option<Place>,
    /// Where it is written.
    pub new: Option<Place>,
}

/// A region as it was read: checked, and as it is written.
#[derive(Debug)]
pub struct Version {
    /// The region.
    pub region: Arc<Region>,
    /// Its files.
    pub trees: Trees,
}

/// One form: checked, and as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The form.
    pub form: &'a Form,
    /// Its merged definition.
    pub tree: &'a Node,
    /// The files of the region, for the places of codes; none for a stored version.
    pub trees: Option<&'a Trees>,
}

/// What differs between two versions of a form, in the order of the new one; its code lists included.
pub fn forms(old: Side<'_>, new: Side<'_>) -> Vec<Difference> {
    let mut told = Told::default();
    form::compare(&mut told, old, new);
    codes::compare(&mut told, &[old], &[new]);
    told.differences
}

/// What differs between all regions of two folders, paired by id.
pub fn all_regions(old: &[Version], new: &[Version]) -> Vec<Difference> {
    let mut told = Told::default();
    for is in new {
        let was = old.iter().find(|was| was.region.id == is.region.id);
        region::compare_or_tell(&mut told, was, Some(is));
    }
    for was in old
        .iter()
        .filter(|was| new.iter().all(|is| is.region.id != was.region.id))
    {
        region::compare_or_tell(&mut told, Some(was), None);
    }
    told.differences
}

/// What differs between two versions of a region: forms, code lists, workflow, roles, documents.
pub fn regions(old: &Version, new: &Version) -> Vec<Difference> {
    let mut told = Told::default();
    region::compare(&mut told, old, new);
    told.differences
}
