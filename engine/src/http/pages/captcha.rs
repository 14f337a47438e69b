//! `/{region}/captcha`: the picture that keeps programs out, and another one.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::http::Error;
use crate::http::visit::Visit;

/// A fresh challenge, for pages with JavaScript.
pub(in crate::http) async fn fresh(visit: Visit) -> Result<Response, Error> {
    let captcha = visit.fresh_captcha(None)?.ok_or(Error::NotFound)?;
    let body = json!({"id": captcha.id, "picture": captcha.picture, "work": captcha.work}).to_string();
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

/// The picture of a challenge.
pub(in crate::http) async fn picture(
    visit: Visit,
    Path((_, picture)): Path<(String, String)>,
) -> Result<Response, Error> {
    let id = picture.strip_suffix(".png").ok_or(Error::NotFound)?;
    let riddle = visit.app.registry().riddle(&visit.office.region().id, id)?;
    let riddle = riddle.ok_or(Error::NotFound)?;
    let lettering = visit.shop.lettering.as_ref().ok_or(Error::NotFound)?;
    let drawn = lettering.draw(&riddle.letters, &riddle.seed);
    let drawn = drawn.ok_or_else(|| Error::Internal("the picture could not be drawn".into()))?;
    Ok(([(CONTENT_TYPE, "image/png")], drawn).into_response())
}
