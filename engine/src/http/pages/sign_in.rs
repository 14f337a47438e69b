//! `/{region}/sign-in`, `/{region}/sign-out`.

use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use crate::http::body::Posting;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::http::{Error, cookie};
use crate::theme::view;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Next {
    next: Option<String>,
}

/// The questions.
pub(in crate::http) async fn show(visit: Visit, Query(query): Query<Next>) -> Result<Response, Error> {
    let next = query.next.filter(|next| local(next));
    if visit.person.is_some() {
        return Ok(visit.redirect(&next.unwrap_or_else(|| visit.href("")), None));
    }
    page(&visit, StatusCode::OK, String::new(), None, next).await
}

/// Signs in and goes where the person wanted to go.
pub(in crate::http) async fn sign_in(visit: Visit, posting: Posting) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let name = posting.get("name").unwrap_or_default().trim();
    let password = posting.get("password").unwrap_or_default();
    let next = posting.get("next").filter(|next| local(next)).map(str::to_owned);
    let Some(signed_in) = visit.app.registry().sign_in(&region, name, password).await? else {
        let error = visit.text("sign_in_failed", &[]);
        return page(
            &visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            name.to_owned(),
            Some(error),
            next,
        )
        .await;
    };
    let mut response = visit.redirect(&next.unwrap_or_else(|| visit.href("")), None);
    response.headers_mut().append(
        header::SET_COOKIE,
        cookie::session(&region, &signed_in.token, visit.secure()),
    );
    Ok(response)
}

/// Ends the session.
pub(in crate::http) async fn sign_out(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    visit.app.registry().sign_out(&person).await?;
    let mut response = visit.redirect(&visit.href(""), Some("signed_out"));
    response
        .headers_mut()
        .append(header::SET_COOKIE, cookie::end_session(&person.region, visit.secure()));
    Ok(response)
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    name: String,
    error: Option<String>,
    next: Option<String>,
) -> Result<Response, Error> {
    let demo = visit.app.settings().demo.get(&*visit.office.region().id);
    let account = |account: &crate::http::DemoAccount| view::DemoAccount {
        name: account.name.clone(),
        password: account.password.clone(),
        role: account.role.clone(),
        unit: account.unit.clone(),
    };
    let view = view::SignIn {
        by_email: visit.office.region().sign_in.by_email,
        name,
        error,
        next,
        demo_accounts: demo.into_iter().flatten().map(account).collect(),
    };
    let shell = visit
        .shell(Stand::default().then(visit.text("sign_in", &[]), None))
        .await?;
    visit.page(status, &shell, &view)
}

/// Whether an address is one of ours: a path on this host.
pub(in crate::http) fn local(next: &str) -> bool {
    next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']) && next.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_paths_of_this_host_are_followed() {
        for (next, expected) in [
            ("/a/b?c=d", true),
            ("//evil", false),
            ("https://evil", false),
            ("/\\evil", false),
            ("", false),
        ] {
            assert_eq!(local(next), expected, "{next}");
        }
    }
}
