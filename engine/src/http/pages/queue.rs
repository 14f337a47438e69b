//! `/{region}/queue`: what waits for the person.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Part, ROWS, paging};
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Entry;
use crate::theme::view::{Queue, QueueRow};

/// What waits; an applicant's reminders are what was returned, in the list of applications.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Query(part): Query<Part>,
) -> Result<Response, Error> {
    if person.files() {
        return Ok(visit.redirect(&visit.href("applications"), None));
    }
    let registry = visit.app.registry();
    let listed = registry.queue(&person, part.after, ROWS).await?;
    let today = registry.clock().today();
    let mut rows = Vec::new();
    for entry in listed.entries {
        rows.push(row(&visit, entry, today).await?);
    }
    let view = Queue {
        rows,
        paging: paging(listed.total, listed.next, &visit.href("queue")),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Queue)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

async fn row(visit: &Visit, entry: Entry, today: jiff::civil::Date) -> Result<QueueRow, Error> {
    let region = visit.office.region();
    let unit = match &entry.unit {
        Some(unit) => {
            let found = visit.app.registry().store().unit(&region.id, unit).await;
            found.map_err(crate::registry::Refused::from)?.map(|unit| unit.name)
        }
        None => None,
    };
    let form = region
        .forms
        .get(&*entry.form)
        .map(|form| form.category.get(visit.language).to_owned());
    let state = region
        .workflow
        .states
        .get(&*entry.state)
        .map(|state| state.label.get(visit.language).to_owned());
    Ok(QueueRow {
        name: entry.title,
        category: form.unwrap_or(entry.form),
        applicant: entry.applicant,
        unit,
        state: state.unwrap_or(entry.state),
        since: entry.since.strftime("%Y-%m-%d %H:%M").to_string(),
        due: entry.due.map(|due| due.to_string()),
        overdue: entry.due.is_some_and(|due| due < today),
        again: entry.again,
        href: visit.href(&format!("applications/{}/review", entry.id)),
    })
}
