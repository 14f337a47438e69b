//! `/language/{tag}`: takes a language and goes back.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::sign_in::local;
use crate::definition::Language;
use crate::http::{App, Error, cookie};

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Next {
    next: Option<String>,
}

/// Remembers the language.
pub(in crate::http) async fn take(
    State(app): State<App>,
    Path(tag): Path<String>,
    Query(query): Query<Next>,
) -> Result<Response, Error> {
    let language = match tag.as_str() {
        "zh-CN" => Language::Chinese,
        "en" => Language::English,
        _ => return Err(Error::NotFound),
    };
    let to = query.next.filter(|next| local(next)).unwrap_or_else(|| "/".into());
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::LOCATION,
        HeaderValue::try_from(to).map_err(|_| Error::NotFound)?,
    );
    headers.insert(header::SET_COOKIE, cookie::language(language, app.settings().secure));
    Ok(response)
}
