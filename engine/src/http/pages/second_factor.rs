//! `/{region}/account/second-factor`: setting up an authenticator, or giving it up.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Person;
use crate::theme::view::SecondFactor;

/// The QR code and the secret; or that there is a second factor.
pub(in crate::http) async fn show(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    page(&visit, &person, StatusCode::OK, Vec::new(), None).await
}

/// The QR code.
pub(in crate::http) async fn picture(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    if visit.app.registry().has_second_factor(&person).await? {
        return Err(Error::NotFound);
    }
    let setup = visit.app.registry().second_factor_setup(&person).await?;
    let mut response = setup.picture.into_response();
    let kind = HeaderValue::from_static("image/svg+xml");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Ends setting it up, or gives it up, with a code.
pub(in crate::http) async fn set(SignedIn { visit, person }: SignedIn, posting: Posting) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let code = posting.get("code").unwrap_or_default();
    if posting.get("do") == Some("drop") {
        if registry.drop_second_factor(&person, code).await? {
            return Ok(visit.redirect(&visit.href("account"), Some("second_factor_dropped")));
        }
    } else if let Some(recovery) = registry.set_second_factor(&person, code).await? {
        return page(&visit, &person, StatusCode::OK, recovery, None).await;
    }
    let error = visit.text("code_wrong", &[]);
    page(
        &visit,
        &person,
        StatusCode::UNPROCESSABLE_ENTITY,
        Vec::new(),
        Some(error),
    )
    .await
}

async fn page(
    visit: &Visit,
    person: &Person,
    status: StatusCode,
    recovery: Vec<String>,
    error: Option<String>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let set = registry.has_second_factor(person).await?;
    let mut view = SecondFactor {
        set,
        required: person.lacks_second_factor && !set,
        recovery,
        error,
        back: visit.href("account"),
        ..SecondFactor::default()
    };
    if !set {
        let setup = registry.second_factor_setup(person).await?;
        view.picture = visit.href("account/second-factor/picture");
        view.secret = setup.secret;
        view.address = setup.address;
    }
    let stand = Stand::at(MenuTarget::Account).then(visit.text("second_factor", &[]), None);
    let shell = visit.shell(stand).await?;
    visit.page(status, &shell, &view)
}
