//! `/{region}/texts/{text}`: something to read.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::theme::view::TextPage;
use crate::theme::{markdown, title};

/// The region's text, rendered.
pub(in crate::http) async fn show(visit: Visit, Path((_, text)): Path<(String, String)>) -> Result<Response, Error> {
    let source = visit.office.region().texts.get(&text).ok_or(Error::NotFound)?;
    let view = TextPage {
        title: title(source).unwrap_or(&text).to_owned(),
        body: markdown(source),
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}
