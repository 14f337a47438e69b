//! `…/actions/{action}`: the confirmation with the action's small form, and the action itself.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value as Json;

use super::head::head;
use crate::check::posted;
use crate::definition::region::MenuTarget;
use crate::definition::workflow::{Action, ActionField};
use crate::definition::{Field, FieldType, Id, Text};
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::filling::{plain, refuse};
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
    page(&visit, &case, action, StatusCode::OK, Outcome::default()).await
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
        let certified = application.certificate.is_some();
        return Ok(led_on(&visit, &id, is_applicant, certified, &application.state));
    }
    done
}

/// Where an action leads: whoever passed an application on may no longer see it, and goes back to what waits.
fn led_on(visit: &Visit, id: &str, is_applicant: bool, is_certified: bool, state: &str) -> Response {
    let notice = match is_certified {
        true => "certified".to_owned(),
        false => format!("action_done.{state}"),
    };
    let to = if is_applicant {
        visit.href(&format!("applications/{id}"))
    } else {
        visit.href("queue")
    };
    visit.redirect(&to, Some(&notice))
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
    let (given, unread) = given(&case, action, posting)?;
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    if !unread.is_empty() {
        let outcome = Outcome {
            given,
            unread: &unread,
            ..Outcome::default()
        };
        return page(visit, &case, action, refused, outcome).await;
    }
    match registry.act(person, id, name, &given).await {
        Ok(acted) => {
            let certified = acted.certificate.is_some();
            Ok(led_on(visit, id, case.is_applicant(), certified, &acted.state))
        }
        Err(Refused::Action { text, inputs }) => {
            let outcome = Outcome {
                given,
                wrong: &inputs,
                problem: Some(&text),
                ..Outcome::default()
            };
            page(visit, &case, action, refused, outcome).await
        }
        Err(refused) => Err(refused.into()),
    }
}

/// What was posted with an action: its inputs, its marks with their remarks, and what could not be read.
fn given(case: &Case, action: &Action, posting: &Posting) -> Result<(Given, Vec<posted::Refused>), Error> {
    let (input, unread) = case.read_inputs(action, &posting.pairs)?;
    let mut given = Given {
        input,
        revision: revision(posting),
        ..Given::default()
    };
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
    Ok((given, unread))
}

/// What an action's page shows besides its own words.
#[derive(Default)]
struct Outcome<'a> {
    given: Given,
    /// What could not be read.
    unread: &'a [posted::Refused],
    /// What is wrong with single inputs.
    wrong: &'a [(String, Text)],
    /// What stopped all of it.
    problem: Option<&'a Text>,
}

async fn page(
    visit: &Visit,
    case: &Case,
    action: &Action,
    status: StatusCode,
    outcome: Outcome<'_>,
) -> Result<Response, Error> {
    let Outcome {
        given,
        unread,
        wrong,
        problem,
    } = outcome;
    let mut filling = plain(&given.input);
    filling.asked_mut().names = names(case, action, &given);
    let mut errors: Vec<ErrorLink> = Vec::new();
    let mut told: Vec<(String, String)> = Vec::new();
    for item in unread {
        told.push((item.path.clone(), refuse(visit, item, &mut filling)));
    }
    let wrong = wrong.iter();
    told.extend(wrong.map(|(input, text)| (input.clone(), text.get(visit.language).to_owned())));
    for (input, text) in &told {
        let root = input.split('[').next().unwrap_or(input);
        let label = match action.form.get(root) {
            Some(ActionField::Field(field)) => field.label.clone(),
            Some(ActionField::Marks { label, .. }) => label.clone(),
            None => Text::default(),
        };
        errors.push(ErrorLink {
            label: label.get(visit.language).into(),
            message: text.clone(),
            href: format!("#{}", crate::theme::input_name::anchor(input)),
        });
        let message = Message {
            severity: crate::definition::form::Severity::Error,
            text: text.clone(),
        };
        filling.messages.entry(input.clone()).or_default().push(message);
    }
    if let (true, Some(problem)) = (told.is_empty(), problem) {
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
        marks: marks(visit, case, action, &given),
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

/// What the look-ups of the action have picked, by id.
fn names(case: &Case, action: &Action, given: &Given) -> BTreeMap<String, String> {
    let name = |(id, input): (&Id, &ActionField)| {
        let (ActionField::Field(field), Some(picked)) = (input, given.input.get(&**id)?.as_str()) else {
            return None;
        };
        let FieldType::Lookup(lookup) = &field.kind else {
            return None;
        };
        Some((picked.to_owned(), case.input_name(lookup, picked)?))
    };
    action.form.iter().filter_map(name).collect()
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
