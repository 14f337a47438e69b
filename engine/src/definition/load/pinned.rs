//! A form as an application was pinned to it: from stored JSON, without any file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::form::content_hash;
use super::{Folders, Loader, Shared};
use crate::definition::code_list::{CodeList, Row};
use crate::definition::expression::with_room;
use crate::definition::merge::Files;
use crate::definition::source::{Entry, Node, Problems, SourceFile, Spot, Value};
use crate::definition::{Form, Id, Region};

/// The version of the definition language that this program writes; it reads it and those before it. A stored
/// form is read by the version that it was written in, so that a later change of the language changes nothing
/// for applications in progress.
pub const LANGUAGE_VERSION: u64 = 1;

/// A stored version can no longer be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A newer version of this program wrote it.
    #[error(
        "it is written in version {found} of the definition language, this program reads up to {LANGUAGE_VERSION}: use the newer program"
    )]
    Newer {
        /// Its version.
        found: u64,
    },
    /// It does not say in which version of the language it is written.
    #[error("it does not tell the version of the definition language it is written in")]
    NoLanguage,
    /// A code list of it is damaged.
    #[error("its code list {0} is damaged")]
    Codes(Id),
    /// It breaks a rule of its language.
    #[error("{rule}: {message}")]
    Problem {
        /// The rule.
        rule: &'static str,
        /// What is wrong.
        message: String,
    },
    /// It holds no form.
    #[error("no form stands in it")]
    Nothing,
}

/// What tells an author that something is pointless or careless, and leaves nothing out of the form. Forms that were
/// stored before it was told are read as they were.
const FOR_AUTHORS: [&str; 9] = [
    "computation-cycle",
    "constant-assert",
    "constant-condition",
    "constraint-contradiction",
    "empty-value",
    "never-shown",
    "sensitive-computed",
    "sensitive-in-message",
    "visibility-cycle",
];

/// Whether this program reads the language that a stored form is written in.
pub fn readable(source: &Json) -> Result<(), Unreadable> {
    match source.get("language").and_then(Json::as_u64) {
        Some(1..=LANGUAGE_VERSION) => Ok(()),
        Some(found) => Err(Unreadable::Newer { found }),
        None => Err(Unreadable::NoLanguage),
    }
}

/// A stored form as a tree, without places.
pub fn pinned_tree(source: &Json) -> Node {
    node(source.get("form").unwrap_or(&Json::Null))
}

/// Builds a form from its [`Form::source`]. Calendar and texts are the region's of today; fields,
/// rules and code lists are as they were.
pub fn pinned(region: &Region, id: &str, source: &Json) -> Result<Form, Unreadable> {
    with_room(|| read(region, id, source))
}

fn read(region: &Region, id: &str, source: &Json) -> Result<Form, Unreadable> {
    readable(source)?;
    let folders = Folders {
        forms: PathBuf::new(),
        plugins: PathBuf::new(),
    };
    let mut files = Files::new(Path::new(""));
    let (mut shared, mut problems) = (Shared::default(), Problems::default());
    let mut loader = Loader::new(&region.id, &folders, &mut files, &mut shared, &mut problems);
    loader.calendar = Arc::clone(&region.calendar);
    loader.texts = region.texts.clone();
    loader.codes = codes(source)?;
    loader.registers = region
        .registers
        .values()
        .map(|register| (register.id.clone(), register.record_type()))
        .collect();
    let form = loader.form(id, &pinned_tree(source));
    let first = problems
        .into_sorted()
        .into_iter()
        .filter(|problem| problem.severity == crate::definition::form::Severity::Error)
        .find(|problem| !FOR_AUTHORS.contains(&problem.rule));
    match (form, first) {
        // What it is pinned to is what was stored, its plugins included.
        (Some(form), None) => Ok(Form {
            hash: content_hash(source),
            source: source.clone(),
            ..form
        }),
        (_, Some(problem)) => Err(Unreadable::Problem {
            rule: problem.rule,
            message: problem.message.to_string(),
        }),
        (None, None) => Err(Unreadable::Nothing),
    }
}

fn codes(source: &Json) -> Result<IndexMap<Id, Arc<CodeList>>, Unreadable> {
    let mut lists = IndexMap::new();
    for (id, stored) in source.get("codes").and_then(Json::as_object).into_iter().flatten() {
        let id = Id::from(id.as_str());
        let list = CodeList::new(id.clone(), rows(stored)).map_err(|_| Unreadable::Codes(id.clone()))?;
        lists.insert(id, Arc::new(list));
    }
    Ok(lists)
}

/// The rows that [`CodeList::to_json`] gives.
fn rows(stored: &Json) -> Vec<Row> {
    let text = |row: &Json, at: usize| row.get(at).and_then(Json::as_str).unwrap_or_default().to_owned();
    let columns = |row: &Json| -> IndexMap<String, String> {
        let pairs = row.get(4).and_then(Json::as_object).into_iter().flatten();
        pairs
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect()
    };
    let read = |row: &Json| Row {
        code: text(row, 0),
        name: text(row, 1),
        name_en: String::new(),
        parent: text(row, 2),
        branch: row.get(3).and_then(Json::as_bool).unwrap_or(false),
        columns: columns(row),
    };
    stored.as_array().into_iter().flatten().map(read).collect()
}

/// JSON as if it had been written down: texts in quotes, everything else plain.
fn node(json: &Json) -> Node {
    let file = Arc::new(SourceFile::new(PathBuf::new(), String::new()));
    let spot = Spot { file, range: 0..0 };
    let value = match json {
        Json::String(text) => Value::Scalar {
            text: text.clone(),
            plain: false,
        },
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(map) => {
            let entry = |(key, value): (&String, &Json)| Entry {
                key: key.clone(),
                key_spot: spot.clone(),
                value: node(value),
            };
            Value::Map(map.iter().map(entry).collect())
        }
        plain => Value::Scalar {
            text: plain.to_string(),
            plain: true,
        },
    };
    Node {
        spot,
        replaced: None,
        value,
    }
}
