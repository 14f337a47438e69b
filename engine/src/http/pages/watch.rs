//! `/watch`: a browser asks for the version after the one that its page was made from.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::http::{App, Error};

/// What the page was made from.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Known {
    #[serde(default)]
    version: String,
}

/// The name of the version that is live as soon as it is another; 204 where there was none for a while,
/// to be asked again.
pub(in crate::http) async fn next(State(app): State<App>, Query(known): Query<Known>) -> Result<Response, Error> {
    let watch = app.settings().watch.as_ref().ok_or(Error::NotFound)?;
    match watch.next(&known.version).await {
        Some(version) => Ok(version.to_string().into_response()),
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}
