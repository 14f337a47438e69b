//! `/{region}/activation/{token}`, `/{region}/verify-email/{token}`: what the links in letters open.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use crate::check::Answers;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::sheet::{own_errors, parts, password_inputs, typed};
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::registry::accounts::{Activation, Unfit};
use crate::theme::view::{AccountForm, Input, Link, Told};

/// 个人信息激活.
pub(in crate::http) async fn show(visit: Visit, Path((_, token)): Path<(String, String)>) -> Result<Response, Error> {
    let region = &visit.office.region().id;
    match visit.app.registry().activation(region, &token).await? {
        Some(activation) => {
            let known = activation.known.clone();
            page(&visit, &activation, StatusCode::OK, &known, None).await
        }
        None => dead(&visit, "activation").await,
    }
}

/// 立即注册.
pub(in crate::http) async fn activate(
    visit: Visit,
    Path((_, token)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let registry = visit.app.registry();
    let once = visit.once(&posting);
    if registry.was_done(&region, &once).await? {
        return Ok(visit.redirect(&visit.href("activated"), None));
    }
    let Some(activation) = registry.activation(&region, &token).await? else {
        return dead(&visit, "activation").await;
    };
    let typed = typed(&visit, &posting, &once);
    if posting.asks_again() {
        let again = match &activation.sheet {
            Some(sheet) => sheet.again(typed.pairs, &activation.known)?,
            None => Unfit {
                given: activation.known.clone(),
                ..Unfit::default()
            },
        };
        return page(&visit, &activation, StatusCode::OK, &again.given, Some(&again)).await;
    }
    if let Some(fault) = visit.captcha_fault(&posting).await? {
        let unfit = match &activation.sheet {
            Some(sheet) => sheet.unfit(typed.pairs, &activation.known, fault)?,
            None => Unfit {
                own: vec![fault],
                ..Unfit::default()
            },
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&visit, &activation, status, &unfit.given, Some(&unfit)).await;
    }
    let unfit = match registry.activate(&region, activation, typed).await? {
        Ok(_) => return Ok(visit.redirect(&visit.href("activated"), None)),
        Err(unfit) => unfit,
    };
    let Some(activation) = registry.activation(&region, &token).await? else {
        return dead(&visit, "activation").await;
    };
    let given = unfit.given.clone();
    page(
        &visit,
        &activation,
        StatusCode::UNPROCESSABLE_ENTITY,
        &given,
        Some(&unfit),
    )
    .await
}

/// 激活成功.
pub(in crate::http) async fn done(visit: Visit) -> Result<Response, Error> {
    let view = Told {
        title: visit.text("activated", &[]),
        good: true,
        lines: vec![visit.text("activated_lead", &[])],
        button: None,
        links: vec![Link {
            label: visit.text("sign_in", &[]),
            href: visit.href("sign-in"),
        }],
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// Asks to confirm a mailbox: programs that follow every link in a mail confirm nothing.
pub(in crate::http) async fn mail(visit: Visit, Path(_): Path<(String, String)>) -> Result<Response, Error> {
    let view = Told {
        title: visit.text("verify_email", &[]),
        good: true,
        lines: vec![visit.text("verify_email_lead", &[])],
        button: Some(visit.text("verify_email_button", &[])),
        links: Vec::new(),
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// Confirms it.
pub(in crate::http) async fn mail_verified(
    visit: Visit,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let Some(email) = visit.app.registry().mail_verified(&region, &token).await? else {
        return dead(&visit, "verify_email").await;
    };
    let view = Told {
        title: visit.text("email_verified", &[]),
        good: true,
        lines: vec![visit.text("email_verified_lead", &[("email", &email)])],
        button: None,
        links: vec![Link {
            label: visit.text("account", &[]),
            href: visit.href("account"),
        }],
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// A link that was used, replaced, has passed or was never given: which of these is not told.
pub(super) async fn dead(visit: &Visit, what: &str) -> Result<Response, Error> {
    let link = |key: &str, below: &str| Link {
        label: visit.text(key, &[]),
        href: visit.href(below),
    };
    let view = Told {
        title: visit.text("link_dead", &[]),
        good: false,
        lines: vec![
            visit.text("link_dead_lead", &[]),
            visit.text(&format!("link_dead_{what}"), &[]),
        ],
        button: None,
        links: vec![link("sign_in", "sign-in"), link("home", "")],
    };
    let shell = visit.shell(Stand::default().then(view.title.clone(), None)).await?;
    visit.page(StatusCode::GONE, &shell, &view)
}

async fn page(
    visit: &Visit,
    activation: &Activation,
    status: StatusCode,
    answers: &Answers,
    unfit: Option<&Unfit>,
) -> Result<Response, Error> {
    let by_email = visit.office.region().sign_in.by_email;
    let mut inputs = vec![Input {
        name: "name_shown",
        label: visit.text(if by_email { "sign_in_email" } else { "sign_in_name" }, &[]),
        kind: "fixed",
        value: activation.sign_in_name.clone(),
        help: if by_email {
            visit.text("sign_in_is_email", &[])
        } else {
            String::new()
        },
        ..Input::default()
    }];
    let (parts, mut errors) = match &activation.sheet {
        Some(sheet) => parts(visit, sheet, answers, unfit, &mut inputs),
        None => (Vec::new(), Vec::new()),
    };
    inputs.extend(password_inputs(visit));
    errors.extend(own_errors(visit, &mut inputs, unfit));
    let captcha = visit.captcha(unfit.map_or(&[], |unfit| &unfit.own), &mut errors)?;
    let title = match &activation.sheet {
        Some(sheet) => sheet.form().title.get(visit.language).to_owned(),
        None => visit.text("activation", &[]),
    };
    let view = AccountForm {
        title: title.clone(),
        parts,
        inputs,
        errors,
        captcha,
        submit: visit.text("activate_button", &[]),
        suggest: Some(format!(
            "{}/suggest",
            visit.address.split('?').next().unwrap_or_default()
        )),
        ..AccountForm::default()
    };
    let shell = visit.shell(Stand::default().then(title, None)).await?;
    visit.page(status, &shell, &view)
}
