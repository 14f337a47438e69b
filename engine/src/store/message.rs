//! What goes out by mail or phone: written in the change it tells of, and kept until it was handed over.
//!
//! A message waits, is claimed by whoever sends it, and ends: dropped when it was handed over, parked when it could
//! not be. A claim is durable before anything is sent and lapses by itself, so that what was claimed by a server that
//! died is sent by the next one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Store;
use super::error::StoreError;
use super::key;
use super::record::{Record, quiet_debug};
use super::table::Table;
use super::view::{Listed, Page};
use crate::definition::Language;

/// A message to a person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The region.
    pub region: String,
    /// The id (see [`super::fresh_id`]); receivers are told it, so that they know a second copy.
    pub id: String,
    /// How many times it was changed.
    #[serde(default)]
    pub revision: u64,
    /// The way it goes.
    #[serde(default)]
    pub channel: Channel,
    /// Whom it goes to.
    pub to: Recipient,
    /// The language of its text; the region's where there is none.
    #[serde(default)]
    pub language: Option<Language>,
    /// Which text it is.
    pub kind: String,
    /// What the text needs; sealed.
    pub data: Value,
    /// When it was written.
    pub created_at: Timestamp,
    /// How many times sending has begun.
    pub attempts: u32,
    /// Not to be tried before this moment.
    pub not_before: Option<Timestamp>,
    /// Worth nothing after this moment.
    #[serde(default)]
    pub not_after: Option<Timestamp>,
    /// How far it has come.
    #[serde(default)]
    pub phase: Phase,
    /// When it is purged, once it has ended.
    #[serde(default)]
    pub forget_at: Option<Timestamp>,
}

quiet_debug!(Message: region, id, channel, kind, attempts);

/// The way a message goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By e-mail.
    #[default]
    Mail,
    /// By short message.
    Phone,
}

impl Channel {
    /// Its name in keys and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Phone => "phone",
        }
    }
}

/// Whom a message goes to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Recipient {
    /// An account, by its id; where its mail goes is looked up when the message is sent.
    Account(String),
    /// Whoever reads an address or has a number that is not, or not yet, an account's own.
    Address {
        /// The address or number, normalised.
        address: String,
        /// The id of the account or unit that has given it: what records name it by.
        #[serde(default)]
        of: String,
    },
}

/// How far a message has come.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It waits.
    #[default]
    Waiting,
    /// Somebody sends it. Who has not told how it ended by `until` is taken to have died.
    Sending {
        /// When the claim lapses.
        until: Timestamp,
    },
    /// It was handed over and is kept, as the demonstration does.
    Kept {
        /// When.
        at: Timestamp,
        /// What was handed over.
        letter: Value,
    },
    /// It could not be sent and is not tried again by itself.
    Parked {
        /// When.
        at: Timestamp,
        /// Why, for the operator.
        reason: String,
    },
}

impl Message {
    /// From when on somebody may take it; none once it has ended.
    pub fn due(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Waiting => Some(self.not_before.unwrap_or(self.created_at)),
            Phase::Sending { until } => Some(until),
            Phase::Kept { .. } | Phase::Parked { .. } => None,
        }
    }
}

impl Record for Message {
    const TABLE: Table = Table::Messages;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.id])
    }

    fn index(&self) -> Vec<Vec<u8>> {
        let age = [&*key::newest_first(self.created_at), &self.id];
        let mut places = vec![key::of(&["messages by age", &self.region, age[0], age[1]])];
        if let Some(at) = self.due() {
            let mut place = due_until(&self.region, self.channel, Some(at));
            place.extend(key::of(&[&self.id]));
            places.push(place);
        }
        if matches!(self.phase, Phase::Parked { .. }) {
            places.push(key::of(&["messages parked", &self.region, age[0], age[1]]));
        }
        if let Some(at) = self.forget_at {
            let mut place = forgetting(&self.region, Some(at));
            place.extend(key::of(&[&self.id]));
            places.push(place);
        }
        places
    }
}

/// Where the index keeps messages by the moment they are to be forgotten.
pub(super) fn forgetting(region: &str, at: Option<Timestamp>) -> Vec<u8> {
    at_moment(&["messages by expiry", region], at)
}

/// Where the index keeps the messages of a channel by the moment from which they may be taken.
fn due_until(region: &str, channel: Channel, at: Option<Timestamp>) -> Vec<u8> {
    at_moment(&["messages due", region, channel.name()], at)
}

fn at_moment(place: &[&str], at: Option<Timestamp>) -> Vec<u8> {
    let mut key = key::of(place);
    key.extend(at.map(|at| key::of(&[&key::oldest_first(at)])).unwrap_or_default());
    key
}

impl Store {
    /// The message with this id.
    pub async fn message(&self, region: &str, id: &str) -> Result<Option<Message>, StoreError> {
        let key = key::of(&[region, id]);
        self.read(move |view| view.get(&key)).await
    }

    /// The messages of a channel that may be taken now, those that wait longest first, at most `limit`.
    pub async fn messages_due(
        &self,
        region: &str,
        channel: Channel,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let from = due_until(region, channel, None);
        let until = key::below(&due_until(region, channel, Some(now))).end;
        self.read(move |view| view.first_indexed(from..until, limit)).await
    }

    /// All messages that are still there, newest first.
    pub async fn messages(&self, region: &str, page: &Page) -> Result<Listed<Message>, StoreError> {
        let (prefix, page) = (key::of(&["messages by age", region]), page.clone());
        self.read(move |view| view.indexed(&prefix, &page)).await
    }

    /// The messages that could not be sent, newest first.
    pub async fn messages_parked(&self, region: &str, page: &Page) -> Result<Listed<Message>, StoreError> {
        let (prefix, page) = (key::of(&["messages parked", region]), page.clone());
        self.read(move |view| view.indexed(&prefix, &page)).await
    }
}
