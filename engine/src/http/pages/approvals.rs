//! `/{region}/approvals`: the accounts and units that wait for one's approval.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::care;
use crate::definition::Text;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::sheet::read_only;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::accounts::Candidate;
use crate::registry::{Person, Refused};
use crate::theme::view::{ApprovalRow, Approvals, Care, Deed, ErrorLink, Input};

/// The list.
pub(in crate::http) async fn show(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    let candidates = visit.app.registry().candidates(&person).await?;
    let view = Approvals {
        rows: candidates.iter().map(|candidate| row(&visit, candidate)).collect(),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Approvals)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// One of them with what was filled in.
pub(in crate::http) async fn one(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    page(&visit, &person, &id, StatusCode::OK, "", None).await
}

/// Approves or refuses it.
pub(in crate::http) async fn decide(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let reason = posting.get("reason").unwrap_or_default();
    let once = visit.once(&posting);
    let decided = match posting.get("do").unwrap_or_default() {
        "approve" => registry.approve(&person, &id, &once).await,
        "refuse" => registry.refuse(&person, &id, reason, &once).await,
        _ => return Err(Error::NotFound),
    };
    match decided {
        Ok(()) => Ok(visit.redirect(&visit.href("approvals"), Some("done"))),
        Err(Refused::Input(text)) => {
            page(
                &visit,
                &person,
                &id,
                StatusCode::UNPROCESSABLE_ENTITY,
                reason,
                Some(text),
            )
            .await
        }
        Err(refused) => Err(refused.into()),
    }
}

fn row(visit: &Visit, candidate: &Candidate) -> ApprovalRow {
    let unit = candidate.unit.as_ref();
    let since = candidate
        .account
        .as_ref()
        .map(|account| account.created_at)
        .or(unit.and_then(|unit| unit.created_at));
    ApprovalRow {
        name: name(candidate),
        way: way(visit, candidate),
        unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
        since: since
            .map(|since| visit.app.registry().day(since).to_string())
            .unwrap_or_default(),
        href: visit.href(&format!("approvals/{}", candidate.id())),
    }
}

fn name(candidate: &Candidate) -> String {
    match (&candidate.account, &candidate.unit) {
        (Some(account), _) => account.name.clone(),
        (None, Some(unit)) => unit.name.clone(),
        (None, None) => String::new(),
    }
}

fn way(visit: &Visit, candidate: &Candidate) -> String {
    let way = visit.office.region().ways_in.get(&candidate.way);
    way.map(|way| way.label.get(visit.language).to_owned())
        .unwrap_or_default()
}

async fn page(
    visit: &Visit,
    person: &Person,
    id: &str,
    status: StatusCode,
    reason: &str,
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let candidate = registry.candidate_called(person, id).await?;
    let row = row(visit, &candidate);
    let sign_in_name = candidate.account.as_ref().map(|account| account.sign_in_name.clone());
    let mut known = vec![
        ("way", row.way),
        ("sign_in_name", sign_in_name.unwrap_or_default()),
        ("unit", row.unit),
        ("since_day", row.since),
    ];
    if let Some(owner) = &candidate.known {
        let key = match candidate.becomes_administrator() {
            Some(_) => "address_known_becomes",
            None => "address_known",
        };
        known.push(("note", visit.text(key, &[("name", &owner.name)])));
    }
    let parts = match &candidate.form {
        Some(form) => {
            let sheet = registry.sheet(&visit.office.region().id, &form.id).await?;
            read_only(visit, form, &sheet, &candidate.answers)
        }
        None => Vec::new(),
    };
    let wrong = wrong.map(|text| text.get(visit.language).to_owned());
    let reason = Input {
        name: "reason",
        label: visit.text("refuse_reason", &[]),
        kind: "text",
        value: reason.to_owned(),
        error: wrong.clone(),
        ..Input::default()
    };
    let approve = Deed {
        name: "approve",
        label: visit.text("approve", &[]),
        ..Deed::default()
    };
    let refuse = Deed {
        name: "refuse",
        label: visit.text("refuse", &[]),
        help: visit.text("refuse_help", &[]),
        inputs: vec![reason],
        danger: true,
    };
    let error = |message: String| ErrorLink {
        label: visit.text("refuse_reason", &[]),
        message,
        href: "#reason".into(),
    };
    let view = Care {
        title: name(&candidate),
        standing: visit.text("standing_awaits_approval", &[]),
        tone: "waiting",
        facts: care::facts(visit, known),
        parts,
        deeds: vec![approve, refuse],
        errors: wrong.into_iter().map(error).collect(),
        back: visit.href("approvals"),
        ..Care::default()
    };
    care::page(visit, MenuTarget::Approvals, status, view).await
}
