//! `/{region}/applications`: the applications that the person sees, with their progress.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;

use super::head::tone;
use super::home::menu_label;
use super::{Part, ROWS, paging};
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Entry;
use crate::theme::view::{ApplicationRow, Applications, Link};

/// The list, newest first.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Query(part): Query<Part>,
) -> Result<Response, Error> {
    let listed = visit.app.registry().applications(&person, part.after, ROWS).await?;
    let view = Applications {
        title: menu_label(&visit, MenuTarget::Applications).unwrap_or_else(|| visit.text("applications", &[])),
        rows: listed.entries.into_iter().map(|entry| row(&visit, entry)).collect(),
        paging: paging(listed.total, listed.next, &visit.href("applications")),
        new: person.files().then(|| visit.href("applications/new")),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Applications)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

fn row(visit: &Visit, entry: Entry) -> ApplicationRow {
    let region = visit.office.region();
    let href = visit.href(&format!("applications/{}", entry.id));
    let state = region.workflow.states.get(&*entry.state);
    let form = region.forms.get(&*entry.form);
    let editable = entry.own && state.is_some_and(|state| state.edits != crate::definition::workflow::Edits::Nobody);
    let first = form.and_then(|form| form.pages.values().find(|page| !page.fields.is_empty()));
    let mut actions = Vec::new();
    if let (true, Some(page)) = (editable, first) {
        actions.push(Link {
            label: visit.text("edit_application", &[]),
            href: format!("{href}/pages/{}", page.id),
        });
    }
    let below = if entry.own { "" } else { "/review" };
    actions.push(Link {
        label: visit.text("view_application", &[]),
        href: format!("{href}{below}"),
    });
    ApplicationRow {
        name: entry.title,
        category: form
            .map(|form| form.category.get(visit.language).to_owned())
            .unwrap_or(entry.form),
        state: state
            .map(|state| state.label.get(visit.language).to_owned())
            .unwrap_or(entry.state),
        tone: tone(state, entry.certified),
        applicant: (!entry.own).then_some(entry.applicant),
        updated: entry.updated.strftime("%Y-%m-%d %H:%M").to_string(),
        number: entry.number,
        href: format!("{href}{below}"),
        actions,
    }
}
