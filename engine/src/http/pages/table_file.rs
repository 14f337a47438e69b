//! `…/tables/{table}`: a table as a workbook. Its rows come back with the page that the table stands on.

use axum::extract::Path;
use axum::response::Response;

use super::documents::file;
use crate::http::Error;
use crate::http::visit::SignedIn;

/// What a workbook is called in a header.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The workbook, with headings alone where the table has no rows.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, table)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let sheet = registry.table_sheet(&person, &case, &table, visit.language).await?;
    Ok(file(sheet.content, XLSX, &sheet.name, true))
}
