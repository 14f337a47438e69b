//! A message made ready to be sent: who reads it, where it goes, what it says in the reader's language.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::Outbox;
use crate::definition::{Language, Region, unseen};
use crate::registry::clock::shown;
use crate::registry::email::Email;
use crate::registry::{Office, Refused};
use crate::store::{Account, Channel, Message, Recipient};
use crate::theme::mail::{Kind, Written};

/// Characters of one thing that a letter tells; further ones are cut off.
const LONGEST: usize = 2_000;

/// A letter and its reader.
pub(super) struct Composed {
    /// Where it goes; none if nobody has told.
    pub(super) to: Option<String>,
    /// The reader's name; empty where it is not known.
    pub(super) name: String,
    /// What the office is called.
    pub(super) from: String,
    pub(super) written: Written,
}

impl Outbox {
    /// Makes a letter of a message. `None` if its reader is gone.
    pub(super) async fn compose(&self, message: &Message) -> Result<Option<Composed>, Refused> {
        let registry = &self.registry;
        let office = registry.office(&message.region)?;
        let region = office.region();
        let (to, name, reads) = match &message.to {
            Recipient::Address { address, .. } => (Some(address.clone()), String::new(), None),
            Recipient::Account(id) => match registry.store().account(&message.region, id).await? {
                Some(account) => (
                    reach(office, &account, message.channel),
                    clean(&account.name),
                    account.language,
                ),
                None => return Ok(None),
            },
        };
        let language = message.language.or(reads).unwrap_or(region.language);
        let root = &registry.inner.public_url;
        let said = registry.said(message)?;
        let (kind, said) = known(&message.kind, said);
        let data = context(region, language, root, &kind, &name, said);
        let letters = self.letters.get(&region.id).ok_or(Refused::NotFound)?;
        let written = letters
            .write(&kind, language, &data, root)
            .map_err(|error| Refused::Failed(error.to_string()))?;
        Ok(Some(Composed {
            to,
            name,
            from: clean(region.title.get(language)),
            written,
        }))
    }
}

/// Where an account's mail or short messages go.
fn reach(office: &Office, account: &Account, channel: Channel) -> Option<String> {
    if channel == Channel::Phone {
        return Some(account.phone.clone()).filter(|phone| !phone.is_empty());
    }
    let by_name = office.region().sign_in.by_email && account.email.is_empty();
    let told = if by_name { &account.sign_in_name } else { &account.email };
    Email::parse(told).ok().map(|email| email.to_string())
}

/// The kind of a message. Those of the first version were called after their action.
fn known(kind: &str, said: Json) -> (String, Map<String, Json>) {
    let mut said = match said {
        Json::Object(said) => said,
        _ => Map::new(),
    };
    match kind.strip_prefix("action-") {
        Some(action) if Kind::of(kind).is_none() => {
            said.insert("action".into(), json!(action));
            ("moved".into(), said)
        }
        _ => (kind.to_owned(), said),
    }
}

/// What the text of a letter may read: everything of its kind, empty where there is nothing to tell.
fn context(
    region: &Region,
    language: Language,
    root: &str,
    kind: &str,
    name: &str,
    said: Map<String, Json>,
) -> Map<String, Json> {
    let names = Kind::of(kind).into_iter().flat_map(Kind::names);
    let mut data: Map<String, Json> = names.map(|name| (name.to_owned(), json!(""))).collect();
    let application = said
        .get("application")
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned();
    for (key, value) in said {
        let text = value.as_str().unwrap_or_default();
        let text = match &*key {
            "link" if text.starts_with('/') => format!("{root}{text}"),
            "valid_until" | "at" => moment(text),
            "state" => state(region, text, language),
            "action" => {
                data.insert("action_id".into(), json!(text));
                action(region, text, language)
            }
            "opinion" | "reason" => paragraph(text),
            _ => clean(text),
        };
        data.insert(key, json!(text));
    }
    if !application.is_empty() {
        let id = percent_encoding::utf8_percent_encode(&application, percent_encoding::NON_ALPHANUMERIC);
        data.insert("link".into(), json!(format!("{root}/{}/applications/{id}", region.id)));
    }
    let told = [
        ("region", region.name.get(language)),
        ("system", region.title.get(language)),
        ("authority", region.authority.get(language)),
        ("phone", region.support.phone.as_deref().unwrap_or_default()),
        ("name", name),
    ];
    data.extend(told.map(|(key, text)| (key.to_owned(), json!(text))));
    data.insert("home".into(), json!(format!("{root}/{}/", region.id)));
    data
}

fn state(region: &Region, id: &str, language: Language) -> String {
    let state = region.workflow.states.get(id);
    state.map_or(id, |state| state.label.get(language)).to_owned()
}

fn action(region: &Region, id: &str, language: Language) -> String {
    let action = region.workflow.actions.get(id);
    action.map_or(id, |action| action.label.get(language)).to_owned()
}

/// A moment as the office's clock shows it, to the minute.
fn moment(text: &str) -> String {
    let at: Option<Timestamp> = text.parse().ok();
    at.map_or_else(|| clean(text), shown)
}

/// What somebody typed, in one line, without what cannot be seen and turns writing round.
pub(in crate::registry) fn clean(text: &str) -> String {
    let spaced = text
        .chars()
        .filter(|c| !unseen(*c))
        .map(|c| if c.is_control() { ' ' } else { c });
    let spaced: String = spaced.take(LONGEST).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same in several lines.
fn paragraph(text: &str) -> String {
    let lines = text.lines().map(clean).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_stays_within_its_line() {
        for (typed, expected) in [
            ("高寒草地", "高寒草地"),
            ("a\r\nBcc: b@c.example", "a Bcc: b@c.example"),
            ("a\n\n\nb\t c", "a b c"),
            ("\u{202e}evil\u{202c}\u{feff}", "evil"),
            ("\u{20bb7}\u{2a6d6}", "\u{20bb7}\u{2a6d6}"),
            ("", ""),
        ] {
            assert_eq!(clean(typed), expected);
        }
        assert_eq!(clean(&"长".repeat(9_999)).chars().count(), LONGEST);
        assert_eq!(paragraph("一\r\n\r\n\n 二\0 \n"), "一\n二");
    }

    #[test]
    fn moments_are_those_of_the_office() {
        assert_eq!(moment("2026-11-20T16:05:59Z"), "2026-11-21 00:05");
        assert_eq!(moment("soon\n"), "soon");
    }

    #[test]
    fn messages_of_the_first_version_are_told_too() {
        let (kind, said) = known("action-send_back", json!({"application": "1", "state": "draft"}));
        assert_eq!((&*kind, &said["action"]), ("moved", &json!("send_back")));
        assert_eq!(known("reset", Json::Null).0, "reset");
    }
}
