//! A page that was saved elsewhere meanwhile: both versions of what differs side by side, to choose from field by field.

use std::collections::HashSet;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value as Json;

use super::head::head;
use crate::definition::region::MenuTarget;
use crate::definition::{FieldType, Id, Page, Text};
use crate::http::Error;
use crate::http::filling::{filling, newly_typed};
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::registry::{Case, Judged};
use crate::theme::Filling;
use crate::theme::filling::Editing;
use crate::theme::input_name::{COMMAND, MARKER, REVISION};
use crate::theme::view::{Conflict, Differing, Html};

/// What the names of the choices begin with; the field's id follows.
const CHOICE: &str = "~choose.";
/// The choice of what was saved elsewhere.
const THEIRS: &str = "theirs";

/// The pairs as the person decided: a field for which the other version was chosen is as if it had not been offered,
/// so that it stays as it is stored.
pub(super) fn decided(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let theirs = |(name, value): &(String, String)| {
        let field = name.strip_prefix(CHOICE).filter(|_| value == THEIRS);
        field.map(str::to_owned)
    };
    let theirs: HashSet<String> = pairs.iter().filter_map(theirs).collect();
    let keeps = |(name, value): &(String, String)| {
        let root = value.split(['[', '.', ':']).next().unwrap_or_default();
        let is_left = name == MARKER && theirs.contains(root);
        !is_left && !name.starts_with(CHOICE)
    };
    pairs.into_iter().filter(keeps).collect()
}

/// Both versions, and what was typed, ready to be posted again at the revision of now.
pub(super) async fn page(
    visit: &Visit,
    case: &Case,
    id: &str,
    pairs: &[(String, String)],
    files: bool,
    text: &Text,
) -> Result<Response, Error> {
    let page = case.form().pages.get(id).ok_or(Error::NotFound)?;
    let judged = case.judge(id, pairs)?;
    let stored = case.look();
    let mut mine = filling(visit, case, page, &judged.evaluated, &judged.answers);
    mine.typed = newly_typed(page, &judged.given, case.answers());
    mine.editing = Editing::Nothing;
    let stamp = pairs.iter().find(|(name, _)| name == REVISION);
    let stamp = stamp.map_or("", |(_, stamp)| stamp);
    let untouched = visit.app.registry().untouched(case, page, stamp, &judged.given);
    let mut theirs = filling(visit, case, page, stored.evaluated, case.answers());
    theirs.editing = Editing::Nothing;
    let here = visit.of(case, &format!("pages/{id}"));
    let view = Conflict {
        head: head(visit, case, stored, Some(id)),
        address: here.clone(),
        title: page.title.get(visit.language).into(),
        text: text.get(visit.language).into(),
        fields: differing(visit, case, page, (&judged, &untouched), &mine, &theirs),
        typed: pairs
            .iter()
            .filter(|(name, _)| name != REVISION && name != COMMAND)
            .cloned()
            .collect(),
        revision: visit.app.registry().stamp(case, page),
        files,
        back: here,
    };
    let stand = Stand::at(MenuTarget::Applications).then(view.title.clone(), None);
    let shell = visit.shell(stand).await?;
    visit.page(StatusCode::CONFLICT, &shell, &view)
}

fn differing(
    visit: &Visit,
    case: &Case,
    page: &Page,
    (judged, untouched): (&Judged, &HashSet<&Id>),
    mine: &Filling<'_>,
    theirs: &Filling<'_>,
) -> Vec<Differing> {
    let prepared = visit.shop.form(case.form());
    let Some(fields) = prepared.page(&page.id) else {
        return Vec::new();
    };
    let stored = case.answers();
    let unread = |id: &str| {
        let mut refused = judged.refused.iter();
        refused.find(|refused| refused.path.split(['[', '.']).next() == Some(id))
    };
    let differs = |id: &str| unread(id).is_some() || !same(judged.given.get(id), stored.get(id));
    let asked = page.fields.values();
    let asked = asked.filter(|field| {
        !matches!(
            field.kind,
            FieldType::Note | FieldType::Computed(_) | FieldType::File(_)
        )
    });
    asked
        .filter(|field| differs(&field.id))
        .map(|field| Differing {
            id: field.id.to_string(),
            label: field.label.get(visit.language).into(),
            mine: match unread(&field.id).filter(|refused| refused.path == *field.id) {
                Some(refused) => Html::text(&refused.raw),
                None => fields.read(visit.language, &field.id, mine),
            },
            theirs: fields.read(visit.language, &field.id, theirs),
            // What the person left as it was is as it was changed elsewhere.
            is_theirs: untouched.contains(&field.id) && unread(&field.id).is_none(),
        })
        .collect()
}

/// Whether two answers are the same; a table without rows is none.
fn same(one: Option<&Json>, other: Option<&Json>) -> bool {
    let answered = |answer: Option<&Json>| {
        answer
            .filter(|answer| !answer.is_null() && *answer != &Json::Array(vec![]))
            .cloned()
    };
    answered(one) == answered(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_left_to_the_other_version_is_as_if_it_had_not_been_offered() {
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let posted = [
            ("~revision", "3"),
            ("~", "name"),
            ("~", "people:2"),
            ("~", "people[0].name"),
            ("~", "names"),
            ("~choose.people", "theirs"),
            ("~choose.name", "mine"),
        ];
        let kept = [("~revision", "3"), ("~", "name"), ("~", "names")];
        assert_eq!(decided(posted.map(pair).to_vec()), kept.map(pair).to_vec());
    }
}
