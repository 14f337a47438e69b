//! What varies when a prepared page of a form is filled: answers, messages, states, candidates.
//!
//! A *path* is `field`, `table[0].column`, `table[0].inner[1].column` or, in a list, `field[0]`.
//! A registry record or code that may be picked is a [`Candidate`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::definition::form::Severity;

/// Everything that varies between two renderings of the same page; maps are by path.
#[derive(Debug)]
pub struct Filling<'a> {
    /// The stored answers by field id. A file is `{id, name, size, kind}`.
    pub answers: &'a Map<String, Json>,
    /// What the page asks now; shared where nothing but the answers has been typed since.
    pub asked: Arc<Asked>,
    /// What was typed and refused (see `check::posted`), shown again instead of the answer.
    pub refused: BTreeMap<String, String>,
    /// What is wrong, shown by the field and in the summary above the form.
    pub messages: BTreeMap<String, Vec<Message>>,
    /// What may be changed.
    pub editing: Editing,
    /// Whether whoever is asked for a page can also answer 选择, the button beside a field that is searched.
    pub picks: bool,
    /// What may have been meant by what was typed and refused, to be chosen from.
    pub offers: BTreeMap<String, Vec<Candidate>>,
    /// A reviewer's remarks on single fields.
    pub remarks: BTreeMap<String, String>,
    /// Fields that changed since the application was last returned.
    pub changed: BTreeSet<String>,
    /// Where a file is fetched: its id is put behind this, for example
    /// `/somewhere/applications/42/files/`.
    pub files_at: String,
    /// Where a document to fill in and return is printed: its id and `/pdf` are put behind this. Empty where there is
    /// no application to print.
    pub documents_at: String,
    /// Where a table is exported: its path is put behind this. Empty where nothing goes between tables and
    /// spreadsheets.
    pub tables_at: String,
    /// The table from which something was removed that can be brought back, and the row that it was; no row
    /// where all made room for others.
    pub removed: Option<(String, Option<usize>)>,
    /// Sensitive answers that were typed in this very post and are not stored: shown to the person
    /// who typed them, so that they can be posted again.
    pub typed: BTreeSet<String>,
    /// Show sensitive answers in full instead of masked.
    pub reveal: bool,
}

impl<'a> Filling<'a> {
    /// Answers and nothing else: everything may be edited, nothing is wrong.
    pub fn new(answers: &'a Map<String, Json>) -> Self {
        Self {
            answers,
            asked: Arc::default(),
            refused: BTreeMap::new(),
            messages: BTreeMap::new(),
            editing: Editing::All,
            picks: false,
            offers: BTreeMap::new(),
            remarks: BTreeMap::new(),
            changed: BTreeSet::new(),
            files_at: String::new(),
            documents_at: String::new(),
            tables_at: String::new(),
            removed: None,
            typed: BTreeSet::new(),
            reveal: false,
        }
    }

    /// What the page asks now, to be changed.
    pub fn asked_mut(&mut self) -> &mut Asked {
        Arc::make_mut(&mut self.asked)
    }
}

/// What a page asks now, as far as it hangs on the answers. Everything is by path.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The texts of computed fields.
    pub computed: BTreeMap<String, String>,
    /// Fields and cells that are not asked now; they are left out and post nothing.
    pub hidden: BTreeSet<String>,
    /// Fields and cells that are required now although not always.
    pub required: BTreeSet<String>,
    /// Fields and cells that may not be changed now although others may (`readOnlyWhen`).
    pub read_only: BTreeSet<String>,
    /// What may be picked in a short choice with `where`, and the sole candidate that an unanswered lookup picks
    /// by itself; none there says that there is nothing to pick. Looked up by the exact path (`people[0].unit`) and
    /// then by the path without row numbers (`people.unit`). A choice without candidates offers its whole list.
    pub candidates: BTreeMap<String, Vec<Candidate>>,
    /// The names of picked records by id, for answers that are not among the candidates.
    pub names: BTreeMap<String, String>,
}

impl Asked {
    /// Offers these: values and what they are called, by path.
    pub fn offer(&mut self, candidates: impl IntoIterator<Item = (String, Vec<(String, String)>)>) {
        let candidate = |(value, label)| Candidate { value, label };
        let offered = candidates.into_iter();
        self.candidates
            .extend(offered.map(|(path, list)| (path, list.into_iter().map(candidate).collect())));
    }
}

/// What may be changed on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Editing {
    /// Nothing: the page is shown for reading.
    Nothing,
    /// Everything.
    All,
    /// Only these fields (a returned application with marks), by the id of the top-level field.
    Only(BTreeSet<String>),
}

/// Something that is wrong or worth knowing at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Errors make the field invalid; warnings inform.
    pub severity: Severity,
    /// In the language of the page.
    pub text: String,
}

/// Something that can be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What is stored.
    pub value: String,
    /// What a person reads.
    pub label: String,
}
