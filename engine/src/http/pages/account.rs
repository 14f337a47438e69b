//! `/{region}/account`: 个人账号管理: password, mailbox, phone, second factor, sessions.

use axum::http::StatusCode;
use axum::response::Response;

use crate::definition::Text;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::sheet::{own_errors, password_inputs};
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Person;
use crate::registry::accounts::Unfit;
use crate::theme::view::{Account, Contact, ErrorLink, Input, OwnSession};

/// What was posted and not taken.
#[derive(Default)]
struct Wrong {
    own: Vec<(&'static str, Text)>,
    email: String,
    phone: String,
}

/// The account.
pub(in crate::http) async fn show(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    page(&visit, &person, StatusCode::OK, Wrong::default()).await
}

/// Does what one of its buttons says.
pub(in crate::http) async fn change(SignedIn { visit, person }: SignedIn, posting: Posting) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let text = |name| posting.get(name).unwrap_or_default();
    let here = visit.href("account");
    let mut wrong = Wrong::default();
    let notice = match text("do") {
        "password" => {
            wrong.own = registry
                .change_password(&person, text("old"), text("password"), text("again"))
                .await?;
            "password_changed"
        }
        "email" => {
            wrong.email = text("email").to_owned();
            let fault = registry.verify_mail(&person, text("email"), text("confirm")).await?;
            wrong.own.extend(fault);
            "link_sent"
        }
        "phone" => {
            wrong.phone = text("phone").to_owned();
            let fault = registry.verify_phone(&person, text("phone")).await?;
            wrong.own.extend(fault.map(|text| ("phone", text)));
            "code_sent"
        }
        "phone-code" => {
            if !registry.phone_verified(&person, text("code")).await? {
                let fault = Text::both("验证码不正确或已过期", "The code is wrong or has passed.");
                wrong.own.push(("code", fault));
            }
            "phone_verified"
        }
        "end-session" => {
            registry.end_session(&person, text("session")).await?;
            "session_ended"
        }
        _ => return Err(Error::NotFound),
    };
    if wrong.own.is_empty() {
        return Ok(visit.redirect(&here, Some(notice)));
    }
    page(&visit, &person, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
}

async fn page(visit: &Visit, person: &Person, status: StatusCode, wrong: Wrong) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let account = registry.own_account(person).await?;
    let mut password = vec![Input {
        name: "old",
        label: visit.text("password_old", &[]),
        kind: "password",
        autocomplete: "current-password",
        ..Input::default()
    }];
    password.extend(password_inputs(visit));
    password[1].label = visit.text("password_new", &[]);
    let unfit = Unfit {
        own: wrong.own.clone(),
        ..Unfit::default()
    };
    let mut confirm = [Input {
        name: "confirm",
        label: visit.text("sign_in_password", &[]),
        kind: "password",
        autocomplete: "current-password",
        help: visit.text("email_confirm_help", &[]),
        optional: true,
        ..Input::default()
    }];
    let mut errors = own_errors(visit, &mut password, Some(&unfit));
    errors.extend(own_errors(visit, &mut confirm, Some(&unfit)));
    let [confirm] = confirm;
    let mut fault = |input: &str| {
        let (_, text) = wrong.own.iter().find(|(name, _)| *name == input)?;
        let text = text.get(visit.language).to_owned();
        errors.push(ErrorLink {
            label: String::new(),
            message: text.clone(),
            href: format!("#{input}"),
        });
        Some(text)
    };
    let (email_fault, phone_fault) = (fault("email"), fault("phone").or_else(|| fault("code")));
    let day = |at: Option<jiff::Timestamp>| at.map(|at| registry.day(at).to_string());
    let session = |session: crate::registry::accounts::OwnSession| OwnSession {
        agent: match session.agent.is_empty() {
            true => visit.text("unknown_browser", &[]),
            false => session.agent,
        },
        since: session.since.strftime("%Y-%m-%d %H:%M").to_string(),
        seen: session.seen.strftime("%Y-%m-%d %H:%M").to_string(),
        id: session.id,
        current: session.current,
    };
    let view = Account {
        sign_in_name: account.sign_in_name,
        name: account.name,
        email: Contact {
            value: account.email,
            typed: wrong.email,
            verified: day(account.email_verified),
            error: email_fault,
        },
        confirm,
        phone: Contact {
            value: account.phone,
            typed: wrong.phone,
            verified: day(account.phone_verified),
            error: phone_fault,
        },
        phone_waiting: registry.phone_waiting(person).await?,
        second_factor: account.second_factor.is_some(),
        sessions: registry.sessions(person).await?.into_iter().map(session).collect(),
        errors,
        password,
        href: visit.href("account"),
        profile: visit.office.region().profile.as_ref().map(|_| visit.href("profile")),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Account)).await?;
    visit.page(status, &shell, &view)
}
