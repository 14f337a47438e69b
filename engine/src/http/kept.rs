//! A page that was posted after its session had ended by time: what was typed is kept for the account that it was, and
//! the page shows it again after signing in. Works without JavaScript; a page's script is only told to sign in.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::http::request::Parts;

use super::app::App;
use super::body::PagePosting;
use super::pages::TYPED;
use super::{Error, cookie};

/// What leads to sign-in and back, with what was typed kept where it can be.
pub(super) async fn sign_in(app: &App, parts: Parts, body: Body, region: String, next: String) -> Error {
    let next = match keep(app, parts, body, &region).await {
        Ok(true) => format!("{next}{TYPED}"),
        _ => next,
    };
    Error::SignIn { region, next }
}

async fn keep(app: &App, parts: Parts, body: Body, region: &str) -> Result<bool, Error> {
    let path = parts.uri.path().to_owned();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let [_, "applications", application, "pages", page] = segments[..] else {
        return Ok(false);
    };
    let by_script = parts
        .headers
        .get(header::ACCEPT)
        .is_some_and(|accepts| accepts == "application/json");
    let token = cookie::read(&parts.headers, &cookie::session_name(region))
        .unwrap_or_default()
        .to_owned();
    let registry = app.registry();
    // Strangers are not read at all.
    let Some(account) = registry.ended_session(region, &token).await?.filter(|_| !by_script) else {
        return Ok(false);
    };
    let posting = PagePosting::from_request(Request::from_parts(parts, body), app).await?;
    Ok(registry
        .keep_typed(region, &account, application, page, &posting.pairs)
        .await?)
}
