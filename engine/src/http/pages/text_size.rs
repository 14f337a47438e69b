//! `/text-size/{size}`: takes large text, or the usual size, and goes back.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::sign_in::local;
use crate::http::{App, Error, cookie};

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Next {
    next: Option<String>,
}

/// Remembers the size, and has the page that follows say so.
pub(in crate::http) async fn take(
    State(app): State<App>,
    Path(size): Path<String>,
    Query(query): Query<Next>,
) -> Result<Response, Error> {
    let (large, notice) = match size.as_str() {
        "large" => (true, "text_large"),
        "normal" => (false, "text_normal"),
        _ => return Err(Error::NotFound),
    };
    let secure = app.settings().secure;
    let to = query.next.filter(|next| local(next)).unwrap_or_else(|| "/".into());
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    let region = app.registry().region(to.split(['/', '?']).nth(1).unwrap_or_default());
    if region.is_ok() {
        // Pages outside an office show no notices.
        headers.append(header::SET_COOKIE, cookie::notice(notice, secure));
    }
    headers.append(header::SET_COOKIE, cookie::text_size(large, secure));
    headers.insert(
        header::LOCATION,
        HeaderValue::try_from(to).map_err(|_| Error::NotFound)?,
    );
    Ok(response)
}
