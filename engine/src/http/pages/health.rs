//! `/healthz`: the server answers and its database can be read.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::http::App;

/// 200 `ok`, or 503 with a word of what fails.
pub(in crate::http) async fn show(State(app): State<App>) -> Response {
    match app.registry().store().counter("", "health").await {
        Ok(_) => "ok\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be read\n").into_response(),
    }
}
