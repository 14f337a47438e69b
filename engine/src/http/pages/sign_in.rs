//! `/{region}/sign-in`, `/{region}/sign-out`.

use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use crate::http::body::Posting;
use crate::http::shell::Stand;
use crate::http::visit::{self, Visit};
use crate::http::{Error, cookie};
use crate::registry::{Entrance, Refused, SignedIn};
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
    let asked = visit
        .app
        .registry()
        .doubts(&visit.office.region().id, "", &visit.from())
        .await?;
    let captcha = if asked { visit.fresh_captcha(None)? } else { None };
    page(&visit, StatusCode::OK, String::new(), None, next, captcha).await
}

/// Signs in and goes where the person wanted to go.
pub(in crate::http) async fn sign_in(visit: Visit, posting: Posting) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let name = posting.get("name").unwrap_or_default().trim();
    let password = posting.get("password").unwrap_or_default();
    let next = posting.get("next").filter(|next| local(next)).map(str::to_owned);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let registry = visit.app.registry();
    if posting.get("~do") == Some("again") {
        let captcha = visit.fresh_captcha(None)?;
        return page(&visit, StatusCode::OK, name.to_owned(), None, next, captcha).await;
    }
    // The demonstration's own passwords stand on the page.
    let doubted = !visit.app.settings().shows(&region, name, password);
    if doubted
        && registry.doubts(&region, name, &visit.from()).await?
        && let Some((_, fault)) = visit.captcha_fault(&posting).await?
    {
        let fault = fault.get(visit.language).to_owned();
        let captcha = visit.fresh_captcha(Some(fault.clone()))?;
        return page(&visit, status, name.to_owned(), Some(fault), next, captcha).await;
    }
    let entrance = registry.sign_in(&region, name, password, &visit.from()).await;
    let error = match entrance {
        Ok(Entrance::In(signed_in)) => return let_in(&visit, *signed_in, next).await,
        Ok(Entrance::SecondStep(step)) => return code_page(&visit, StatusCode::OK, step, next, None).await,
        Ok(Entrance::Refused) => visit.text("sign_in_failed", &[]),
        Err(Refused::Input(text)) => text.get(visit.language).to_owned(),
        Err(refused) => return Err(refused.into()),
    };
    let captcha = visit.fresh_captcha(None)?;
    page(&visit, status, name.to_owned(), Some(error), next, captcha).await
}

/// The second step: a code of the authenticator.
pub(in crate::http) async fn code(visit: Visit, posting: Posting) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let step = posting.get("step").unwrap_or_default();
    let next = posting.get("next").filter(|next| local(next)).map(str::to_owned);
    let code = posting.get("code").unwrap_or_default();
    let entrance = visit
        .app
        .registry()
        .sign_in_with_code(&region, step, code, &visit.from())
        .await;
    let error = match entrance {
        Ok(Some(Entrance::In(signed_in))) => return let_in(&visit, *signed_in, next).await,
        Ok(Some(_)) => visit.text("code_wrong", &[]),
        Ok(None) => {
            let error = visit.text("code_too_late", &[]);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page(&visit, status, String::new(), Some(error), next, None).await;
        }
        Err(Refused::Input(text)) => text.get(visit.language).to_owned(),
        Err(refused) => return Err(refused.into()),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    code_page(&visit, status, step.to_owned(), next, Some(error)).await
}

/// The page for the code, opened by itself: signing in begins with name and password.
pub(in crate::http) async fn code_alone(visit: Visit) -> Response {
    visit.redirect(&visit.href("sign-in"), None)
}

/// A fresh session: the one before it ends, so that nobody goes on with an id that somebody else may know.
async fn let_in(visit: &Visit, signed_in: SignedIn, next: Option<String>) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    if let Some(before) = &visit.person {
        visit.app.registry().sign_out(before).await?;
    }
    let to = next.unwrap_or_else(|| visit.href(""));
    let to = match signed_in.person.roles.len() {
        0 | 1 => to,
        _ => {
            let next = percent_encoding::utf8_percent_encode(&to, percent_encoding::NON_ALPHANUMERIC);
            visit.href(&format!("roles?next={next}"))
        }
    };
    let notice = signed_in.id_expired.then_some("id_expired");
    let mut response = visit.redirect(&to, notice);
    let headers = response.headers_mut();
    headers.append(
        header::SET_COOKIE,
        cookie::session(&region, &signed_in.token, visit.secure()),
    );
    headers.append(
        header::SET_COOKIE,
        cookie::browser(&region, &signed_in.browser, visit.secure()),
    );
    Ok(response)
}

async fn code_page(
    visit: &Visit,
    status: StatusCode,
    step: String,
    next: Option<String>,
    error: Option<String>,
) -> Result<Response, Error> {
    let view = view::Code { step, next, error };
    let shell = visit
        .shell(Stand::default().then(visit.text("sign_in", &[]), None))
        .await?;
    visit.page(status, &shell, &view)
}

/// Ends the session.
pub(in crate::http) async fn sign_out(visit::SignedIn { visit, person }: visit::SignedIn) -> Result<Response, Error> {
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
    captcha: Option<view::Captcha>,
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
        kept: next.as_deref().is_some_and(|next| next.ends_with(super::TYPED)),
        next,
        captcha,
        ways_in: units_first(visit)?,
        sign_up: visit.href("sign-up"),
        reset: visit.href("reset"),
        demo_accounts: demo.into_iter().flatten().map(account).collect(),
    };
    let shell = visit
        .shell(Stand::default().then(visit.text("sign_in", &[]), None))
        .await?;
    visit.page(status, &shell, &view)
}

/// The ways in by which a unit is registered without an account: what comes before signing up.
fn units_first(visit: &Visit) -> Result<Vec<view::Link>, Error> {
    let ways = visit.app.registry().open_ways(&visit.office.region().id)?;
    let link = |way: &crate::definition::region::WayIn| view::Link {
        label: way.label.get(visit.language).into(),
        href: visit.href(&format!("sign-up/{}", way.id)),
    };
    Ok(ways.into_iter().filter(|way| way.role.is_none()).map(link).collect())
}

/// Whether an address is one of ours: a path on this host.
pub(in crate::http) fn local(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|c: char| c == '\\' || c.is_ascii_control())
        && next.is_ascii()
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
            ("/\t/evil", false),
            ("", false),
        ] {
            assert_eq!(local(next), expected, "{next}");
        }
    }
}
