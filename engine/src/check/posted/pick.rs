//! A code from whatever a person may type for it: the code itself, code and name as a page shows them, or a name
//! that one entry alone has.

use serde_json::Value as Json;

use super::Reason;
use crate::check::limits;
use crate::definition::code_list::Entry;
use crate::definition::form::Choice;

/// Something that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// What would be stored.
    pub value: String,
    /// What a person reads.
    pub label: String,
}

/// The code in `raw`, null where nothing was typed; a branch counts, so that a draft can keep it and a check can name
/// what lies below. Of several entries with one name, those that may be chosen count.
pub(super) fn code(choice: &Choice, raw: &str) -> Result<Json, (Reason, Vec<Near>)> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Ok(Json::Null);
    }
    if let Some(entry) = choice.list.read(raw) {
        return Ok(Json::String(entry.code.to_string()));
    }
    let mut named = choice.list.named(raw);
    let is_open = |at: &usize| choice.takes(&choice.list.entries()[*at]);
    if named.len() > 1 && named.iter().any(is_open) {
        named.retain(is_open);
    }
    match named.as_slice() {
        [] => {
            let near = choice.list.search(raw, limits::NEAR_NAMED, |entry| choice.takes(entry));
            Err((Reason::UnknownChoice, nearest(choice, &near)))
        }
        [one] => Ok(Json::String(choice.list.entries()[*one].code.to_string())),
        several => {
            let first = &several[..several.len().min(limits::NEAR_NAMED)];
            Err((Reason::SeveralChoices, nearest(choice, first)))
        }
    }
}

fn nearest(choice: &Choice, positions: &[usize]) -> Vec<Near> {
    let near = |entry: &Entry| Near {
        value: entry.code.to_string(),
        label: choice.list.path(&entry.code),
    };
    positions.iter().map(|at| near(&choice.list.entries()[*at])).collect()
}
