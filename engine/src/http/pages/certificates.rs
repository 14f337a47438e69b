//! `/{region}/certificates`: 打印科技成果登记证书.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;

use super::home::menu_label;
use super::{Part, ROWS, paging};
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Entry;
use crate::theme::view::{CertificateRow, Certificates};

/// What was certified of what the person sees.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Query(part): Query<Part>,
) -> Result<Response, Error> {
    let listed = visit.app.registry().certificates(&person, part.after, ROWS).await?;
    let view = Certificates {
        title: menu_label(&visit, MenuTarget::Certificates).unwrap_or_else(|| visit.text("certificates", &[])),
        rows: listed.entries.into_iter().map(|entry| row(&visit, entry)).collect(),
        paging: paging(listed.total, listed.next, &visit.href("certificates")),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Certificates)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

fn row(visit: &Visit, entry: Entry) -> CertificateRow {
    let region = visit.office.region();
    let document = region
        .documents
        .values()
        .find(|document| document.issued)
        .map(|document| document.id.to_string());
    CertificateRow {
        number: entry.number.unwrap_or_default(),
        name: entry.title,
        category: region
            .forms
            .get(&*entry.form)
            .map(|form| form.category.get(visit.language).to_owned())
            .unwrap_or(entry.form),
        issued_on: entry.registered_on.map(|date| date.to_string()).unwrap_or_default(),
        href: visit.href(&format!(
            "applications/{}/documents/{}",
            entry.id,
            document.unwrap_or_default()
        )),
    }
}
