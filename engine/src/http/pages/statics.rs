//! `/static/{hash}/{file}`: what never changes under its address.

use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::http::{App, Error};

/// The file, to be kept for ever.
pub(in crate::http) async fn show(State(app): State<App>, address: Uri) -> Result<Response, Error> {
    let file = app
        .themes()
        .find_map(|theme| theme.file(address.path()))
        .ok_or(Error::NotFound)?;
    let mut response = file.bytes.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Ok(response)
}
