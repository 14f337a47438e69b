//! `…/pages/{page}/live`: the page while it is being typed, and how its script is answered when it saves. The server
//! decides; the script puts into the page what it is told here. Nothing is stored and nothing of the answers is logged.

mod marks;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use super::head::tab_strip;
use crate::definition::form::Severity;
use crate::definition::{Field, FieldType, Page};
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::filling::{filling, newly_typed, tell};
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Case, Refused, Saved};
use crate::theme::Filling;
use crate::theme::form::amount;
pub(super) use marks::Marks;

/// The pair that says how the fields stand in the browser's page.
const SEEN: &str = "~seen";

/// Judges what is typed, over all that is stored.
pub(in crate::http) async fn judge(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let case = visit.app.registry().case(&person, &id).await?;
    if case.editing() == crate::workflow::Editing::No {
        return Err(Error::NotFound);
    }
    let (pairs, seen) = without_seen(posting.pairs);
    let told = told(&visit, &case, &page, &pairs, &seen)?;
    Ok(answer(StatusCode::OK, &Json::Object(told)))
}

/// What was posted, and how the fields stand in the browser's page.
pub(super) fn without_seen(mut pairs: Vec<(String, String)>) -> (Vec<(String, String)>, Marks) {
    let at = pairs.iter().position(|(name, _)| name == SEEN);
    let seen = at.map(|at| Marks::from_json(&pairs.remove(at).1));
    (pairs, seen.unwrap_or_default())
}

/// Whether it is a page's script that asks.
pub(super) fn asked(visit: &Visit) -> bool {
    let accepts = visit
        .headers
        .get(header::ACCEPT)
        .and_then(|accepts| accepts.to_str().ok());
    accepts == Some("application/json")
}

/// What the script is told of a save, which made the case what it is `now`.
pub(super) fn saved(
    visit: &Visit,
    (case, now): (&Case, &Case),
    page: &str,
    (pairs, seen): (&[(String, String)], &Marks),
    saved: Result<Saved, Refused>,
) -> Result<Response, Error> {
    let saved = match saved {
        Ok(saved) => saved,
        Err(Refused::Stale(text)) => {
            let problem = visit.text("stale_quietly", &[("text", text.get(visit.language))]);
            return Ok(answer(StatusCode::CONFLICT, &json!({"problem": problem})));
        }
        Err(refused) => return Err(refused.into()),
    };
    let told = told_saved(visit, (case, now), page, (pairs, seen), &saved)?;
    Ok(answer(StatusCode::OK, &Json::Object(told)))
}

/// How the page stands after a save, which made the case what it is `now`.
pub(super) fn told_saved(
    visit: &Visit,
    (case, now): (&Case, &Case),
    page: &str,
    (pairs, seen): (&[(String, String)], &Marks),
    saved: &Saved,
) -> Result<Map<String, Json>, Error> {
    let mut told = told(visit, case, page, pairs, seen)?;
    let definition = now.form().pages.get(page).ok_or(Error::NotFound)?;
    // Where it was saved elsewhere since, that stays to be told.
    let revision = match now.page_revision(page) == saved.revision {
        true => visit.app.registry().stamp(now, definition),
        false => saved.revision.to_string(),
    };
    told.insert("revision".into(), revision.into());
    told.insert("tabs".into(), tab_strip(visit, now, page)?.into());
    if !saved.is_whole() {
        let errors = saved
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        let wrong = (saved.refused.len() + errors.count()).to_string();
        told.insert("problem".into(), visit.text("saved_partly", &[("n", &wrong)]).into());
    }
    Ok(told)
}

pub(super) fn answer(status: StatusCode, body: &Json) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// By what the browser keeps what it could not send.
pub(super) fn key(visit: &Visit, case: &Case, page: &str) -> String {
    let account = visit.person.as_ref().map(|person| person.account.as_str());
    let application = case.application();
    format!(
        "{}/{}/{}/{page}",
        application.region,
        account.unwrap_or_default(),
        application.id
    )
}

/// The sensitive fields and columns of a page.
pub(super) fn sensitive(page: &Page) -> String {
    fn collect(fields: &mut dyn Iterator<Item = &Field>, above: &str, found: &mut Vec<String>) {
        for field in fields {
            let path = format!("{above}{}", field.id);
            if field.sensitive {
                found.push(path);
            } else if let FieldType::Table(table) = &field.kind {
                collect(&mut table.columns.values(), &format!("{path}."), found);
            }
        }
    }
    let mut found = Vec::new();
    collect(&mut page.fields.values(), "", &mut found);
    found.join(" ")
}

/// How the page stands now: what comes and goes against what the browser shows, what is required, worked out and
/// found, and what of it is to be announced.
fn told(
    visit: &Visit,
    case: &Case,
    page: &str,
    pairs: &[(String, String)],
    seen: &Marks,
) -> Result<Map<String, Json>, Error> {
    let judged = case.judge(page, pairs)?;
    let page = case.form().pages.get(page).ok_or(Error::NotFound)?;
    let mut filling = filling(visit, case, page, &judged.evaluated, &judged.answers);
    filling.typed = newly_typed(page, &judged.given, case.answers());
    for refused in &judged.refused {
        filling.refused.insert(refused.path.clone(), refused.raw.clone());
    }
    let marks = Marks::of(page, &judged.evaluated, &filling);
    // The markup is made before anything is found: nobody is told that a field lacks which has only just appeared.
    let (changes, say) = changes(visit, case, page, &marks, seen, &filling);
    let prepared = visit.shop.form(case.form());
    let mut required = Map::new();
    let (mut computed, mut amounts) = (Map::new(), Map::new());
    marks.each(page, &judged.evaluated, &mut |field, path| {
        if filling.asked.hidden.contains(path) {
            return;
        }
        if field.require_when.is_some() {
            let needed = field.required || filling.asked.required.contains(path);
            required.insert(path.to_owned(), needed.into());
        }
        if let (FieldType::Computed(_), Some(fields)) = (&field.kind, prepared.page(&page.id)) {
            let shown = fields.read(visit.language, path, &filling);
            computed.insert(path.to_owned(), shown.as_str().into());
        }
        if matches!(field.kind, FieldType::Money) {
            let at: Option<crate::check::Path> = path.parse().ok();
            let typed = at.filter(|_| !filling.refused.contains_key(path));
            let answer = typed.as_ref().and_then(|at| at.get(&judged.answers));
            amounts.insert(path.to_owned(), amount(field, answer, visit.language).into());
        }
    });
    tell(visit, case, &judged.findings, &judged.refused, &mut filling);
    let told = json!({
        "seen": marks.to_map(),
        "changes": changes,
        "required": required,
        "computed": computed,
        "amounts": amounts,
        "messages": messages(visit, &filling),
        "say": say,
    });
    match told {
        Json::Object(told) => Ok(told),
        _ => Ok(Map::new()),
    }
}

/// The fields that stand otherwise than the browser shows them, in the order of the page, and a sentence about them.
fn changes(
    visit: &Visit,
    case: &Case,
    page: &Page,
    marks: &Marks,
    seen: &Marks,
    filling: &Filling<'_>,
) -> (Vec<Json>, String) {
    let prepared = visit.shop.form(case.form());
    let (mut all, mut came, mut went) = (Vec::new(), Vec::new(), Vec::new());
    for change in marks.against(seen, page, filling) {
        let path: Option<crate::check::Path> = change.path.parse().ok();
        let label = path.map(|path| path.label(case.form()).get(visit.language).to_owned());
        if !change.shown {
            went.extend(label);
            all.push(json!({"at": change.path}));
            continue;
        }
        if change.was_hidden {
            came.extend(label);
        }
        let markup = prepared
            .page(&page.id)
            .map(|fields| fields.one(visit.language, &change.path, filling));
        all.push(json!({
            "at": change.path,
            "mark": marks.get(&change.path),
            "after": change.after,
            "in": change.container,
            "markup": markup.as_ref().map(|markup| markup.as_str()),
        }));
    }
    let comma = visit.text("list_comma", &[]);
    let sentence = |key: &str, labels: &[String]| match labels {
        [] => String::new(),
        labels => visit.text(key, &[("labels", &labels.join(&comma))]),
    };
    let say = [sentence("live_came", &came), sentence("live_went", &went)];
    (all, say.concat())
}

fn messages(visit: &Visit, filling: &Filling<'_>) -> Map<String, Json> {
    let one = |message: &crate::theme::filling::Message| {
        let (kind, prefix) = match message.severity {
            Severity::Error => ("error", "error_prefix"),
            Severity::Warning => ("warning", "warning_prefix"),
        };
        json!({"kind": kind, "prefix": visit.text(prefix, &[]), "text": message.text})
    };
    let at = filling.messages.iter();
    at.map(|(path, all)| (path.clone(), all.iter().map(one).collect()))
        .collect()
}
