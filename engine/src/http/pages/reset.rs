//! `/{region}/reset`: a forgotten password.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::activation::dead;
use crate::definition::Text;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::sheet::{own_errors, password_inputs};
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::registry::accounts::Unfit;
use crate::theme::view::{AccountForm, Input, Link, Told};

/// Whose.
pub(in crate::http) async fn show(visit: Visit) -> Result<Response, Error> {
    ask_page(&visit, StatusCode::OK, "", Vec::new()).await
}

/// Sends the link, where there is such an account; the answer is the same where there is none.
pub(in crate::http) async fn ask(visit: Visit, posting: Posting) -> Result<Response, Error> {
    let name = posting.get("name").unwrap_or_default().trim();
    if posting.get("~do") == Some("again") {
        return ask_page(&visit, StatusCode::OK, name, Vec::new()).await;
    }
    let mut own = Vec::new();
    if name.is_empty() {
        let error = visit.text("reset_name_first", &[]);
        own.push(("name", Text::both(error.clone(), error)));
    }
    own.extend(visit.captcha_fault(&posting).await?);
    if !own.is_empty() {
        return ask_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, name, own).await;
    }
    visit.count_ask().await?;
    let region = visit.office.region().id.to_string();
    let once = visit.once(&posting);
    visit.app.registry().ask_reset(&region, name, &once).await?;
    Ok(visit.redirect(&visit.href("reset/sent"), None))
}

/// That it was sent.
pub(in crate::http) async fn sent(visit: Visit) -> Result<Response, Error> {
    told(&visit, "reset_sent", "reset_sent_lead").await
}

/// The new password.
pub(in crate::http) async fn choose(visit: Visit, Path((_, token)): Path<(String, String)>) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    match visit.app.registry().reset_of(&region, &token).await? {
        Some(name) => choose_page(&visit, StatusCode::OK, &name, None).await,
        None => dead(&visit, "reset").await,
    }
}

/// Takes it.
pub(in crate::http) async fn take(
    visit: Visit,
    Path((_, token)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let registry = visit.app.registry();
    let name = registry.reset_of(&region, &token).await?.unwrap_or_default();
    let text = |name| posting.get(name).unwrap_or_default();
    let once = visit.once(&posting);
    match registry
        .reset(&region, &token, text("password"), text("again"), &once)
        .await?
    {
        None => dead(&visit, "reset").await,
        Some(faults) if faults.is_empty() => Ok(visit.redirect(&visit.href("reset/done"), None)),
        Some(own) => {
            let unfit = Unfit {
                own,
                ..Unfit::default()
            };
            choose_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &name, Some(&unfit)).await
        }
    }
}

/// That it was taken.
pub(in crate::http) async fn done(visit: Visit) -> Result<Response, Error> {
    told(&visit, "reset_done", "reset_done_lead").await
}

async fn told(visit: &Visit, title: &str, lead: &str) -> Result<Response, Error> {
    let view = Told {
        title: visit.text(title, &[]),
        good: true,
        lines: vec![visit.text(lead, &[])],
        button: None,
        links: vec![Link {
            label: visit.text("sign_in", &[]),
            href: visit.href("sign-in"),
        }],
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

async fn ask_page(
    visit: &Visit,
    status: StatusCode,
    name: &str,
    own: Vec<(&'static str, Text)>,
) -> Result<Response, Error> {
    let by_email = visit.office.region().sign_in.by_email;
    let mut inputs = vec![Input {
        name: "name",
        label: visit.text(
            if by_email {
                "sign_in_email"
            } else {
                "sign_in_name_or_email"
            },
            &[],
        ),
        kind: "text",
        value: name.to_owned(),
        autocomplete: "username",
        ..Input::default()
    }];
    let unfit = Unfit {
        own,
        ..Unfit::default()
    };
    let mut errors = own_errors(visit, &mut inputs, Some(&unfit));
    let captcha = visit.captcha(&unfit.own, &mut errors)?;
    let view = AccountForm {
        title: visit.text("reset", &[]),
        lead: Some(visit.text("reset_lead", &[])),
        inputs,
        errors,
        captcha,
        submit: visit.text("reset_button", &[]),
        links: vec![Link {
            label: visit.text("back", &[]),
            href: visit.href("sign-in"),
        }],
        ..AccountForm::default()
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(status, &shell, &view)
}

async fn choose_page(visit: &Visit, status: StatusCode, name: &str, unfit: Option<&Unfit>) -> Result<Response, Error> {
    let mut inputs = vec![Input {
        name: "name_shown",
        label: visit.text("sign_in_name", &[]),
        kind: "fixed",
        value: name.to_owned(),
        ..Input::default()
    }];
    inputs.extend(password_inputs(visit));
    let errors = own_errors(visit, &mut inputs, unfit);
    let view = AccountForm {
        title: visit.text("reset_choose", &[]),
        inputs,
        errors,
        submit: visit.text("save", &[]),
        ..AccountForm::default()
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(status, &shell, &view)
}
