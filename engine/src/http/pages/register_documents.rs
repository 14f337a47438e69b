//! `/{region}/documents`: the documents that are printed over an entry of a register.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;

use super::documents::file;
use super::numbered;
use super::people::Find;
use super::registers::{called, search, wanted};
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::SignedIn;
use crate::registry::registers::Choice;
use crate::theme::view::{ChoiceRow, Link, RegisterDocument, Registers};

/// Which documents there are.
pub(in crate::http) async fn list(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    let documents = visit.app.registry().register_documents(&person)?;
    let link = |document: &crate::definition::region::Document| Link {
        label: document.label.get(visit.language).to_owned(),
        href: visit.href(&format!("documents/{}", document.id)),
    };
    let view = Registers {
        title: visit.text("register_documents", &[]),
        links: documents.into_iter().map(link).collect(),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Documents)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// The entries that one can be printed over.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
    Query(find): Query<Find>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let document = registry.register_document(&person, &id)?;
    let part = registry.document_choices(&person, &id, &wanted(&find)).await?;
    let at = visit.href(&format!("documents/{id}"));
    let row = |choice: Choice| {
        let (standing, tone) = called(&visit, choice.active);
        ChoiceRow {
            pdf: format!("{at}/{}/pdf", choice.id),
            name: choice.name,
            standing,
            tone,
        }
    };
    let over = document.over.as_deref().unwrap_or_default();
    let register = visit.office.region().registers.get(over);
    let register = register.map_or_else(
        || visit.text("unit", &[]),
        |register| register.label.get(visit.language).to_owned(),
    );
    let title = document.label.get(visit.language).to_owned();
    let view = RegisterDocument {
        title: title.clone(),
        register,
        search: search(&visit, &find),
        paging: numbered(part.total, part.page, part.pages, &at, &find.query()),
        rows: part.rows.into_iter().map(row).collect(),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Documents).then(title, None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// The PDF over one entry.
pub(in crate::http) async fn pdf(
    SignedIn { visit, person }: SignedIn,
    Path((_, document, entry)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let print = registry.print_over(&person, &document, &entry, visit.language).await?;
    let name = format!("{}.pdf", print.name);
    Ok(file(print.pdf.into(), "application/pdf", &name, true))
}
