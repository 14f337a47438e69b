//! `…/pages/{page}`: one page of the form, to fill or to read.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value as Json};

use super::head::head;
use crate::definition::form::Severity;
use crate::definition::region::MenuTarget;
use crate::definition::{Field, FieldType, Page, Text};
use crate::http::Error;
use crate::http::body::PagePosting;
use crate::http::filling::{filling, tell};
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Case, Command, Person, Refused, Saved};
use crate::theme::filling::{Filling, Message};
use crate::theme::markdown;
use crate::theme::view::{ErrorLink, FormPage, Notice, NoticeKind, Opinion};
use crate::workflow::Editing;

/// The page with what is stored.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let case = visit.app.registry().case(&person, &id).await?;
    render(&visit, &case, &page, Outcome::default()).await
}

/// Saves the page. What was stored whole leads on; otherwise the page comes back as it was typed.
pub(in crate::http) async fn save(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
    posting: PagePosting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let command: Command = posting
        .get("~do")
        .and_then(|command| command.parse().ok())
        .unwrap_or_default();
    match registry
        .save_page(&person, &case, &page, &posting.pairs, posting.files)
        .await
    {
        Ok(saved) if saved.is_whole() => Ok(lead_on(&visit, &case, &page, &command, &saved)),
        Ok(saved) => {
            let case = registry.case(&person, &id).await?;
            render(&visit, &case, &page, Outcome::partly(saved)).await
        }
        Err(Refused::Stale(text)) => {
            again(&visit, &person, &id, &page, &posting.pairs, StatusCode::CONFLICT, &text).await
        }
        Err(Refused::Input(text)) => {
            again(
                &visit,
                &person,
                &id,
                &page,
                &posting.pairs,
                StatusCode::UNPROCESSABLE_ENTITY,
                &text,
            )
            .await
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The page as it was typed, after a save that stored nothing.
async fn again(
    visit: &Visit,
    person: &Person,
    id: &str,
    page: &str,
    pairs: &[(String, String)],
    status: StatusCode,
    text: &Text,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(person, id).await?;
    let outcome = Outcome {
        status,
        given: Some(registry.typed(&case, page, pairs)?),
        problem: Some(text.get(visit.language).to_owned()),
        saved: None,
    };
    render(visit, &case, page, outcome).await
}

/// How a save ended, for showing the page again.
struct Outcome {
    status: StatusCode,
    given: Option<Map<String, Json>>,
    problem: Option<String>,
    saved: Option<Saved>,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            given: None,
            problem: None,
            saved: None,
        }
    }
}

impl Outcome {
    fn partly(saved: Saved) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            given: Some(saved.given.clone()),
            problem: None,
            saved: Some(saved),
        }
    }
}

fn lead_on(visit: &Visit, case: &Case, page: &str, command: &Command, saved: &Saved) -> Response {
    let here = visit.of(case, &format!("pages/{page}"));
    match command {
        Command::Save => visit.redirect(&here, Some("saved")),
        Command::SaveNext => match neighbours(case, page).1 {
            Some(next) => visit.redirect(&visit.of(case, &format!("pages/{next}")), Some("saved")),
            None => visit.redirect(&here, Some("saved")),
        },
        Command::Check => visit.redirect(&visit.of(case, "check"), Some("saved")),
        _ => {
            // Brackets may not stand in a Location header. The page's script is not told what stands behind `#`.
            let place = saved.show.as_deref().map(crate::theme::input_name::anchor);
            let place = place.map(|place| place.replace('[', "%5B").replace(']', "%5D"));
            let place = place.map(|place| format!("?row={place}#{place}"));
            visit.redirect(&format!("{here}{}", place.unwrap_or_default()), Some("saved"))
        }
    }
}

/// The pages before and after, of those that are shown.
fn neighbours(case: &Case, page: &str) -> (Option<String>, Option<String>) {
    let evaluated = case.evaluated();
    let shown: Vec<&str> = case
        .form()
        .pages
        .keys()
        .map(|id| &**id)
        .filter(|id| evaluated.page_shown(id))
        .collect();
    let at = shown.iter().position(|id| *id == page);
    let take = |at: Option<usize>| at.and_then(|at| shown.get(at)).map(|id| (*id).to_owned());
    (take(at.and_then(|at| at.checked_sub(1))), take(at.map(|at| at + 1)))
}

async fn render(visit: &Visit, case: &Case, id: &str, outcome: Outcome) -> Result<Response, Error> {
    let form = case.form();
    let page = form.pages.get(id).ok_or(Error::NotFound)?;
    let answers = match &outcome.given {
        Some(given) => over(case, page, given),
        None => case.answers().clone(),
    };
    let evaluated = case.evaluated_over(&answers);
    if !evaluated.page_shown(id) {
        return Err(Error::NotFound);
    }
    let mut filling = filling(visit, case, page, &evaluated, &answers);
    if let Some(given) = &outcome.given {
        let stored = Json::Object(case.answers().clone()).to_string();
        filling.typed = newly_typed(page.fields.values(), given, &stored);
    }
    let mut errors = match &outcome.saved {
        Some(saved) => tell(visit, case, &saved.findings, &saved.refused, &mut filling),
        None => Vec::new(),
    };
    if outcome.status == StatusCode::CONFLICT {
        elsewhere(visit, case, page, &mut filling);
    }
    if let Some(problem) = outcome.problem {
        errors.push(ErrorLink {
            label: String::new(),
            message: problem,
            href: String::new(),
        });
    }
    let prepared = visit.shop.form(form);
    let fields = prepared.page(id).ok_or(Error::NotFound)?;
    let (previous, next) = neighbours(case, id);
    let address = |page: String| visit.of(case, &format!("pages/{page}"));
    let text = page
        .text
        .as_ref()
        .and_then(|text| visit.office.region().texts.get(&**text));
    let editable = case.editing() != Editing::No && !page.fields.is_empty();
    let view = FormPage {
        address: address(id.to_owned()),
        head: head(visit, case, Some(id)),
        title: page.title.get(visit.language).into(),
        intro: page.intro.as_ref().map(|intro| intro.get(visit.language).to_owned()),
        text: text.map(|text| markdown(text)),
        fields: fields.fill(visit.language, &filling),
        multipart: fields.has_files(),
        editable,
        revision: case.page_revision(id),
        errors,
        opinion: opinion(visit, case).await?,
        previous: previous.map(address),
        next: next.map(address),
    };
    let mut shell = visit
        .shell(Stand::at(MenuTarget::Applications).then(view.title.clone(), None))
        .await?;
    if let Some(saved) = outcome.saved {
        let wrong = (saved.refused.len() + saved.findings.len()).to_string();
        shell.notice = Some(Notice {
            kind: NoticeKind::Warning,
            text: visit.text("saved_partly", &[("n", &wrong)]),
        });
    }
    visit.page(outcome.status, &shell, &view)
}

/// Says at each field that was typed differently what was saved elsewhere meanwhile.
fn elsewhere(visit: &Visit, case: &Case, page: &Page, filling: &mut Filling<'_>) {
    let prepared = visit.shop.form(case.form());
    let Some(fields) = prepared.page(&page.id) else { return };
    let mut stored = Filling::new(case.answers());
    stored.names = case.names();
    for id in page.fields.keys().map(|id| &**id) {
        if filling.answers.get(id) == stored.answers.get(id) {
            continue;
        }
        let text = match fields.answer(visit.language, id, &stored) {
            text if text.is_empty() => visit.text("stale_differs", &[]),
            text => visit.text("stale_answer", &[("text", &text)]),
        };
        let severity = Severity::Warning;
        filling
            .messages
            .entry(id.to_owned())
            .or_default()
            .push(Message { severity, text });
    }
}

/// All answers, with those of one page as they were typed.
fn over(case: &Case, page: &Page, given: &Map<String, Json>) -> Map<String, Json> {
    let mut answers = case.answers().clone();
    answers.retain(|id, _| !page.fields.contains_key(id.as_str()));
    answers.extend(given.clone());
    answers
}

/// The sensitive texts among `given` that `stored` does not have.
fn newly_typed<'f>(
    fields: impl Iterator<Item = &'f Field>,
    given: &Map<String, Json>,
    stored: &str,
) -> BTreeSet<String> {
    let mut typed = BTreeSet::new();
    for field in fields {
        match (&field.kind, given.get(&*field.id)) {
            (FieldType::Table(table), Some(Json::Array(rows))) => {
                for row in rows.iter().filter_map(Json::as_object) {
                    typed.extend(newly_typed(table.columns.values(), row, stored));
                }
            }
            (_, Some(Json::String(text)))
                if field.sensitive && !stored.contains(&Json::String(text.clone()).to_string()) =>
            {
                typed.insert(text.clone());
            }
            _ => {}
        }
    }
    typed
}

/// What the reviewer wrote, while the application is returned.
async fn opinion(visit: &Visit, case: &Case) -> Result<Option<Opinion>, Error> {
    let Some(text) = case.returned_text() else {
        return Ok(None);
    };
    let history = visit.app.registry().history(case).await?;
    let event = history.into_iter().find(|event| event.opinion.is_some());
    let by = event
        .as_ref()
        .map(|event| format!("{}（{}）", event.name, visit.role(&event.role)))
        .unwrap_or_default();
    let on = event
        .map(|event| event.at.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default();
    Ok(Some(Opinion {
        by,
        on,
        text: text.get(visit.language).into(),
    }))
}
