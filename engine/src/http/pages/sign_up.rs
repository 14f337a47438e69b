//! `/{region}/sign-up`: choosing a way in, then its form.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::check::Answers;
use crate::definition::Text;
use crate::definition::region::WayIn;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::filling::said;
use crate::http::sheet::{own_errors, parts, password_inputs, typed};
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::registry::accounts::{Sheet, SignedUp, Strength, Unfit};
use crate::theme::title;
use crate::theme::view::{AccountForm, ErrorLink, Input, Link, Told, Way, Ways};

/// The chosen way.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Chosen {
    way: Option<String>,
    agree: Option<String>,
    next: Option<String>,
}

/// The ways in; with one chosen (and agreed to) its form.
pub(in crate::http) async fn choose(visit: Visit, Query(chosen): Query<Chosen>) -> Result<Response, Error> {
    let region = visit.office.region();
    let ways = visit.app.registry().open_ways(&region.id)?;
    let mut errors = Vec::new();
    let mut error = |key: &str, href: &str| {
        errors.push(ErrorLink {
            label: String::new(),
            message: visit.text(key, &[]),
            href: href.into(),
        });
    };
    let picked = ways.iter().find(|way| Some(&*way.id) == chosen.way.as_deref());
    match picked {
        Some(way) if way.agreement.is_none() || chosen.agree.is_some() => {
            let agreed = if way.agreement.is_some() { "?agree=yes" } else { "" };
            return Ok(visit.redirect(&visit.href(&format!("sign-up/{}{agreed}", way.id)), None));
        }
        Some(_) => error("agree_first", "#agree"),
        None if chosen.next.is_some() => error("way_first", "#ways"),
        None => {}
    }
    let way = |way: &&WayIn| Way {
        id: way.id.to_string(),
        label: way.label.get(visit.language).into(),
        help: help(&visit, way),
        chosen: picked.is_some_and(|picked| picked.id == way.id),
    };
    let mut agreements: Vec<Link> = Vec::new();
    for link in ways.iter().filter_map(|way| agreement(&visit, way)) {
        if !agreements.iter().any(|known| known.href == link.href) {
            agreements.push(link);
        }
    }
    let view = Ways {
        ways: ways.iter().map(way).collect(),
        agreements,
        agreed: chosen.agree.is_some(),
        sign_in: visit.href("sign-in"),
        errors,
    };
    let status = match view.errors.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let shell = visit
        .shell(Stand::default().then(visit.text("sign_up", &[]), None))
        .await?;
    visit.page(status, &shell, &view)
}

/// The form of a way in.
pub(in crate::http) async fn show(
    visit: Visit,
    Path((_, way)): Path<(String, String)>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let (way, sheet) = registry.open_way(&visit.office.region().id, &way).await?;
    if way.agreement.is_some() && chosen.agree.is_none() {
        return Ok(visit.redirect(&visit.href(&format!("sign-up?way={}", way.id)), None));
    }
    let answers = sheet.initial();
    page(&visit, way, &sheet, StatusCode::OK, &answers, "", None).await
}

/// Signs up.
pub(in crate::http) async fn sign_up(
    visit: Visit,
    Path((_, way)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let registry = visit.app.registry();
    let (known, sheet) = registry.open_way(&region, &way).await?;
    let once = visit.once(&posting);
    let typed = typed(&visit, &posting, &once);
    if posting.asks_again() {
        let again = sheet.again(typed.pairs, &sheet.initial())?;
        let given = again.given.clone();
        return page(
            &visit,
            known,
            &sheet,
            StatusCode::OK,
            &given,
            typed.sign_in_name,
            Some(&again),
        )
        .await;
    }
    if let Some(fault) = visit.captcha_fault(&posting).await? {
        let unfit = sheet.unfit(typed.pairs, &sheet.initial(), fault)?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(
            &visit,
            known,
            &sheet,
            status,
            &unfit.given,
            typed.sign_in_name,
            Some(&unfit),
        )
        .await;
    }
    visit.count_sign_up().await?;
    match registry.sign_up(&region, &way, typed).await? {
        Ok(done) => {
            let outcome = match done {
                SignedUp::Ready => "ready",
                SignedUp::Mailed(_) => "mailed",
                SignedUp::Waits(_) => "waits",
                SignedUp::Unit(_) => "unit",
            };
            Ok(visit.redirect(&visit.href(&format!("sign-up/{way}/{outcome}")), None))
        }
        Err(unfit) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let given = unfit.given.clone();
            page(&visit, known, &sheet, status, &given, typed.sign_in_name, Some(&unfit)).await
        }
    }
}

/// 注册成功, and what comes next.
pub(in crate::http) async fn done(
    visit: Visit,
    Path((_, way, outcome)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let (way, sheet) = visit.app.registry().open_way(&visit.office.region().id, &way).await?;
    let role = way
        .approved_by
        .as_ref()
        .map(|role| visit.role(role))
        .unwrap_or_default();
    let line = match &*outcome {
        "ready" => visit.text("signed_up_ready", &[]),
        "mailed" => visit.text("signed_up_mailed", &[]),
        "waits" if sheet.form().field("email").is_some() => visit.text("signed_up_waits", &[("role", &role)]),
        "waits" => visit.text("signed_up_waits_unwritten", &[("role", &role)]),
        "unit" => visit.text("signed_up_unit", &[]),
        _ => return Err(Error::NotFound),
    };
    let link = |key: &str, below: &str| Link {
        label: visit.text(key, &[]),
        href: visit.href(below),
    };
    let links = match &*outcome {
        "unit" => vec![link("sign_up", "sign-up"), link("sign_in", "sign-in")],
        "ready" => vec![link("sign_in", "sign-in")],
        _ => vec![link("home", "")],
    };
    let mut lines = vec![line];
    if let (true, Some(outbox)) = (outcome == "mailed", visit.app.settings().demo_outbox()) {
        lines.push(visit.text("demo_mail", &[("address", outbox)]));
    }
    let view = Told {
        title: visit.text(
            if outcome == "unit" {
                "unit_registered"
            } else {
                "signed_up"
            },
            &[],
        ),
        good: true,
        lines,
        button: None,
        links,
    };
    let shell = visit
        .shell(Stand::default().then(way.label.get(visit.language), None))
        .await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// What is wrong so far with what is being typed, by input: for pages with JavaScript.
pub(in crate::http) async fn live(
    visit: Visit,
    Path((_, way)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let region = visit.office.region().id.to_string();
    let registry = visit.app.registry();
    let (_, sheet) = registry.open_way(&region, &way).await?;
    let once = visit.once(&posting);
    let typed = typed(&visit, &posting, &once);
    let mut errors = serde_json::Map::new();
    if let Err(unfit) = sheet.checked(typed.pairs, &sheet.initial())? {
        for refused in unfit.refused {
            let text = said(&visit, &refused);
            errors.insert(refused.path, text.into());
        }
        for finding in unfit.findings {
            if let Some(at) = finding.at {
                errors
                    .entry(at.to_string())
                    .or_insert_with(|| finding.message.get(visit.language).into());
            }
        }
    }
    let (strength, fault) = registry.strength(&region, typed.password)?;
    let strength = match (typed.password.is_empty(), strength) {
        (true, _) => "",
        (_, Strength::Unfit) => "unfit",
        (_, Strength::Fair) => "fair",
        (_, Strength::Good) => "good",
    };
    if let Some(fault) = fault.filter(|_| !typed.password.is_empty()) {
        errors.insert("password".into(), fault.get(visit.language).into());
    }
    if !typed.again.is_empty() && typed.again != typed.password {
        let text = Text::both("确认密码必须和登录密码一致", "Type the same password twice.");
        errors.insert("again".into(), text.get(visit.language).into());
    }
    let label = match strength {
        "" => String::new(),
        strength => visit.text(&format!("strength_{strength}"), &[]),
    };
    let body = json!({"errors": errors, "strength": strength, "label": label}).to_string();
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

async fn page(
    visit: &Visit,
    way: &WayIn,
    sheet: &Sheet,
    status: StatusCode,
    answers: &Answers,
    name: &str,
    unfit: Option<&Unfit>,
) -> Result<Response, Error> {
    let (parts, mut errors) = parts(visit, sheet, answers, unfit, &mut Vec::new());
    let mut inputs = Vec::new();
    if way.asks_password() {
        if !visit.office.region().sign_in.by_email {
            inputs.push(Input {
                name: "sign_in_name",
                label: visit.text("sign_in_name", &[]),
                kind: "text",
                value: name.to_owned(),
                autocomplete: "username",
                help: visit.text("sign_in_name_help", &[]),
                ..Input::default()
            });
        }
        inputs.extend(password_inputs(visit));
    }
    errors.extend(own_errors(visit, &mut inputs, unfit));
    let captcha = visit.captcha(unfit.map_or(&[], |unfit| &unfit.own), &mut errors)?;
    // What the form says of itself is not said twice.
    let introduced = sheet.form().pages.values().any(|page| page.intro.is_some());
    let view = AccountForm {
        title: sheet.form().title.get(visit.language).into(),
        lead: Some(help(visit, way)).filter(|help| !help.is_empty() && !introduced),
        parts,
        inputs,
        agreed: way.agreement.is_some(),
        errors,
        live: Some(visit.href(&format!("sign-up/{}/check", way.id))),
        suggest: Some(visit.href(&format!("sign-up/{}/suggest", way.id))),
        captcha,
        submit: visit.text(
            if way.asks_password() {
                "sign_up_button"
            } else {
                "submit"
            },
            &[],
        ),
        links: vec![Link {
            label: visit.text("back", &[]),
            href: visit.href("sign-up"),
        }],
    };
    let stand = Stand::default().then(visit.text("sign_up", &[]), Some(visit.href("sign-up")));
    let shell = visit.shell(stand.then(way.label.get(visit.language), None)).await?;
    visit.page(status, &shell, &view)
}

fn help(visit: &Visit, way: &WayIn) -> String {
    way.help
        .as_ref()
        .map(|help| help.get(visit.language).to_owned())
        .unwrap_or_default()
}

/// The text that a way asks to agree to.
fn agreement(visit: &Visit, way: &WayIn) -> Option<Link> {
    let id = way.agreement.as_ref()?;
    let text = visit.office.region().texts.get(&**id)?;
    Some(Link {
        label: title(text).unwrap_or(id).to_owned(),
        href: visit.href(&format!("texts/{id}")),
    })
}
