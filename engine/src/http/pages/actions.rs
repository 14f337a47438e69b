//! `…/actions/{action}`: the confirmation with the action's small form, and the action itself.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::head::head;
use crate::check::posted;
use crate::definition::region::MenuTarget;
use crate::definition::workflow::{Action, ActionField};
use crate::definition::{Field, FieldType, Text};
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::filling::plain;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Case, Given, Person, Refused};
use crate::theme::filling::Message;
use crate::theme::input_name::REVISION;
use crate::theme::view::{ActionPage, ErrorLink, Mark, MarkPage, Marks};

/// What is asked before it is done.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, action)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let case = visit.app.registry().case(&person, &id).await?;
    let action = case.action(&action)?;
    page(&visit, &case, action, StatusCode::OK, &Given::default(), &[], None).await
}

/// Does it, or says what is missing. The second press of the same button finds it done.
pub(in crate::http) async fn act(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, name)): Path<(String, String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let done = once(&visit, &person, &id, &name, &posting).await;
    let seen = revision(&posting);
    if let (Err(Error::NotFound | Error::Forbidden(_) | Error::Conflict(_)), Some(seen)) = (&done, seen)
        && let Some(application) = visit.app.registry().acted_already(&person, &id, &name, seen).await?
    {
        let is_applicant = application.applicant == person.account;
        return Ok(led_on(&visit, &id, is_applicant, application.certificate.is_some()));
    }
    done
}

/// Where an action leads: whoever passed an application on may no longer see it, and goes back to what waits.
fn led_on(visit: &Visit, id: &str, is_applicant: bool, is_certified: bool) -> Response {
    let notice = if is_certified { "certified" } else { "action_done" };
    let to = if is_applicant {
        visit.href(&format!("applications/{id}"))
    } else {
        visit.href("queue")
    };
    visit.redirect(&to, Some(notice))
}

fn revision(posting: &Posting) -> Option<u64> {
    // One that cannot be read is no revision that was ever shown.
    posting
        .get(REVISION)
        .map(|revision| revision.parse().unwrap_or(u64::MAX))
}

async fn once(visit: &Visit, person: &Person, id: &str, name: &str, posting: &Posting) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(person, id).await?;
    let action = case.action(name)?;
    let given = given(action, posting)?;
    match registry.act(person, id, name, &given).await {
        Ok(acted) => Ok(led_on(visit, id, case.is_applicant(), acted.certificate.is_some())),
        Err(Refused::Action { text, inputs }) => {
            page(
                visit,
                &case,
                action,
                StatusCode::UNPROCESSABLE_ENTITY,
                &given,
                &inputs,
                Some(&text),
            )
            .await
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The inputs of an action as they were posted.
fn given(action: &Action, posting: &Posting) -> Result<Given, Error> {
    let fields: IndexMap<_, _> = action
        .form
        .iter()
        .filter_map(|(id, input)| match input {
            ActionField::Field(field) => Some((id.clone(), field)),
            ActionField::Marks { .. } => None,
        })
        .collect();
    let mut given = Given {
        revision: revision(posting),
        ..Given::default()
    };
    for (id, field) in fields {
        if let Some(value) = posting.get(&id).map(str::trim).filter(|value| !value.is_empty()) {
            given.input.insert(id.to_string(), typed(field, value));
        }
    }
    for (id, input) in &action.form {
        if let ActionField::Marks { .. } = input {
            let marks: Vec<Json> = posting
                .pairs
                .iter()
                .filter(|(name, _)| *name == **id)
                .map(|(_, mark)| Json::String(mark.clone()))
                .collect();
            let remark = |(name, text): &(String, String)| {
                Some((name.strip_prefix(&format!("{id}."))?.to_owned(), posted::cleaned(text)))
            };
            given.remarks = posting
                .pairs
                .iter()
                .filter_map(remark)
                .filter(|(_, text)| !text.is_empty())
                .collect();
            if !marks.is_empty() {
                given.input.insert(id.to_string(), Json::Array(marks));
            }
        }
    }
    Ok(given)
}

/// A posted text as the value its field stores.
fn typed(field: &Field, value: &str) -> Json {
    let number = || value.parse::<serde_json::Number>().ok().map(Json::Number);
    match field.kind {
        FieldType::Integer | FieldType::Decimal | FieldType::Money | FieldType::Year => {
            number().unwrap_or_else(|| Json::String(value.into()))
        }
        FieldType::YesNo => Json::Bool(value == "true"),
        _ => Json::String(posted::cleaned(value)),
    }
}

async fn page(
    visit: &Visit,
    case: &Case,
    action: &Action,
    status: StatusCode,
    given: &Given,
    wrong: &[(String, Text)],
    problem: Option<&Text>,
) -> Result<Response, Error> {
    let mut filling = plain(&given.input);
    let mut errors: Vec<ErrorLink> = Vec::new();
    for (input, text) in wrong {
        let label = match action.form.get(&**input) {
            Some(ActionField::Field(field)) => field.label.clone(),
            Some(ActionField::Marks { label, .. }) => label.clone(),
            None => Text::default(),
        };
        let text = text.get(visit.language).to_owned();
        errors.push(ErrorLink {
            label: label.get(visit.language).into(),
            message: text.clone(),
            href: format!("#{}", crate::theme::input_name::anchor(input)),
        });
        let message = Message {
            severity: crate::definition::form::Severity::Error,
            text,
        };
        filling.messages.entry(input.clone()).or_default().push(message);
    }
    if let (true, Some(problem)) = (wrong.is_empty(), problem) {
        let href = if action.requires_check {
            visit.of(case, "check")
        } else {
            String::new()
        };
        errors.push(ErrorLink {
            label: String::new(),
            message: problem.get(visit.language).into(),
            href,
        });
    }
    let prepared = visit.shop.action(&action.id).ok_or(Error::NotFound)?;
    let view = ActionPage {
        head: head(visit, case, case.look(), None),
        label: action.label.get(visit.language).into(),
        confirm: action
            .confirm
            .as_ref()
            .map(|confirm| confirm.get(visit.language).to_owned()),
        fields: prepared.fill(visit.language, &filling),
        marks: marks(visit, case, action, given),
        errors,
        revision: case.application().revision,
        back: visit.of(case, if case.is_applicant() { "" } else { "review" }),
    };
    let menu = if case.is_applicant() {
        MenuTarget::Applications
    } else {
        MenuTarget::Queue
    };
    let shell = visit.shell(Stand::at(menu).then(view.label.clone(), None)).await?;
    visit.page(status, &shell, &view)
}

fn marks(visit: &Visit, case: &Case, action: &Action, given: &Given) -> Option<Marks> {
    let (name, label) = action.form.values().find_map(|input| match input {
        ActionField::Marks { id, label } => Some((id, label)),
        ActionField::Field(_) => None,
    })?;
    let chosen: Vec<&str> = given
        .input
        .get(&**name)
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let evaluated = case.evaluated();
    let mark = |field: &Field| Mark {
        field: field.id.to_string(),
        label: field.label.get(visit.language).into(),
        marked: chosen.contains(&&*field.id),
        remark: given.remarks.get(&*field.id).cloned().unwrap_or_default(),
    };
    let pages = case.form().pages.values().filter(|page| evaluated.page_shown(&page.id));
    let pages = pages.map(|page| {
        let fields = page
            .fields
            .values()
            .filter(|field| !matches!(field.kind, FieldType::Note | FieldType::Computed(_)));
        let fields = fields.filter(|field| evaluated.field(&field.id).is_none_or(|state| state.shown));
        MarkPage {
            title: page.title.get(visit.language).into(),
            fields: fields.map(mark).collect(),
        }
    });
    let pages = pages.filter(|page| !page.fields.is_empty()).collect();
    Some(Marks {
        name: name.to_string(),
        label: label.get(visit.language).into(),
        pages,
    })
}
