//! `/demo/outbox`: what a demonstration would have sent. Anybody may read it, so there is none elsewhere.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Html;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::definition::{Language, Region};
use crate::http::{App, Error, cookie, shell};
use crate::registry::Refused;
use crate::registry::email::Email;
use crate::store::{Channel, Message, Page, Phase, Recipient};
use crate::theme::mail::{Part, paragraphs};
use crate::theme::view::{Crumb, Outbox, OutboxLetter, OutboxRow, Shell};

/// The address of the list.
const LIST: &str = "/demo/outbox";
/// Messages of one office that are looked through.
const LOOKED: usize = 500;
/// Messages that are shown.
const SHOWN: usize = 100;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Wanted {
    #[serde(default)]
    to: String,
}

/// The list.
pub(in crate::http) async fn list(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Html<String>, Error> {
    let language = only_in_a_demonstration(&app, &headers)?;
    let to = searched(&wanted.to);
    let mut found: Vec<(Timestamp, OutboxRow)> = Vec::new();
    for office in app.registry().offices() {
        let region = office.region();
        let listed = app.registry().store().messages(&region.id, &Page::first(LOOKED)).await;
        let messages = listed.map_err(Refused::from)?.items;
        let rows = messages
            .iter()
            .map(|message| (sent_at(message), row(message, region, language)));
        found.extend(rows.filter(|(_, row)| row.to.to_lowercase().contains(&to)));
    }
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let more = found.len() > SHOWN;
    let rows = found.into_iter().take(SHOWN).map(|(_, row)| row).collect();
    let view = Outbox {
        to: wanted.to,
        rows,
        more,
    };
    let shell = frame(&app, &headers, language, LIST, None);
    Ok(Html(app.front().page(&shell, &view)?))
}

/// One message.
pub(in crate::http) async fn show(
    State(app): State<App>,
    Path((region, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Html<String>, Error> {
    let language = only_in_a_demonstration(&app, &headers)?;
    let office = app.registry().region(&region)?;
    let found = app.registry().store().message(&region, &id).await;
    let message = found.map_err(Refused::from)?.ok_or(Error::NotFound)?;
    let Phase::Kept { letter, .. } = &message.phase else {
        return Err(Error::NotFound);
    };
    let root = app.registry().public_url();
    let view = OutboxLetter {
        subject: text(letter, "subject"),
        to: text(letter, "to"),
        name: text(letter, "name"),
        phone: message.channel == Channel::Phone,
        office: office.title.get(language).into(),
        at: app.registry().clock().shown(sent_at(&message)),
        paragraphs: local(paragraphs(&text(letter, "text"), root), root),
    };
    let here = format!("{LIST}/{region}/{id}");
    let shell = frame(&app, &headers, language, &here, Some(&view.subject));
    Ok(Html(app.front().page(&shell, &view)?))
}

fn only_in_a_demonstration(app: &App, headers: &HeaderMap) -> Result<Language, Error> {
    match app.settings().demo.is_empty() {
        true => Err(Error::NotFound),
        false => Ok(cookie::read_language(headers).unwrap_or(Language::Chinese)),
    }
}

fn frame(app: &App, headers: &HeaderMap, language: Language, here: &str, below: Option<&str>) -> Shell {
    let mut shell = shell::bare(app, None, language, here, headers);
    let title = app.front().text(language, "outbox", &[]);
    let crumb = |label: &str, href: Option<&str>| Crumb {
        label: label.to_owned(),
        href: href.map(str::to_owned),
    };
    if let Some(below) = below {
        let below = if below.is_empty() {
            app.front().text(language, "outbox_phone", &[])
        } else {
            below.to_owned()
        };
        shell.breadcrumb = vec![crumb(&title, Some(LIST)), crumb(&below, None)];
    }
    shell
}

fn row(message: &Message, region: &Region, language: Language) -> OutboxRow {
    let phone = message.channel == Channel::Phone;
    let (subject, to, state) = match &message.phase {
        Phase::Kept { letter, .. } => {
            let said = if phone { "text" } else { "subject" };
            let to = text(letter, "to");
            let state = if to.is_empty() { "parked" } else { "sent" };
            (text(letter, said), to, state)
        }
        Phase::Parked { .. } => (message.kind.clone(), address(message), "parked"),
        Phase::Waiting | Phase::Sending { .. } => (message.kind.clone(), address(message), "waiting"),
    };
    OutboxRow {
        href: matches!(message.phase, Phase::Kept { .. }).then(|| format!("{LIST}/{}/{}", region.id, message.id)),
        subject,
        to,
        phone,
        office: region.name.get(language).into(),
        at: crate::registry::Clock::system().shown(sent_at(message)),
        state,
    }
}

/// When it was sent; a demonstration's past was entered today.
fn sent_at(message: &Message) -> Timestamp {
    match &message.phase {
        Phase::Kept { at, .. } | Phase::Parked { at, .. } => *at,
        Phase::Waiting | Phase::Sending { .. } => message.created_at,
    }
}

fn address(message: &Message) -> String {
    match &message.to {
        Recipient::Address { address, .. } => address.clone(),
        Recipient::Account(_) => String::new(),
    }
}

fn text(letter: &Json, key: &str) -> String {
    letter.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// An address as it is stored, or a part of one.
fn searched(typed: &str) -> String {
    Email::parse(typed).map_or_else(|_| typed.trim().to_lowercase(), |email| email.to_string())
}

/// Links that stay on this server under whatever name the browser knows it.
fn local(mut paragraphs: Vec<Vec<Vec<Part>>>, root: &str) -> Vec<Vec<Vec<Part>>> {
    for part in paragraphs.iter_mut().flatten().flatten() {
        let below = part.href.as_deref().and_then(|href| href.strip_prefix(root));
        part.href = below.map(|below| {
            if below.is_empty() {
                "/".to_owned()
            } else {
                below.to_owned()
            }
        });
    }
    paragraphs
}
