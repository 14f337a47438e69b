//! What lives for minutes or hours: sessions, and tickets (activation links, captchas, counts of attempts).

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Store;
use super::account::Account;
use super::change::{Expect, Put};
use super::error::StoreError;
use super::key;
use super::record::{Record, quiet_debug};
use super::table::Table;

/// Somebody who is signed in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The region.
    pub region: String,
    /// The hash of the token that the browser holds; the token itself is not stored.
    pub token_hash: String,
    /// The account's id.
    pub account: String,
    /// The role that was picked; `None` until one is.
    pub role: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// What forms must bring back, against forged requests.
    pub csrf: String,
    /// What the next page tells once.
    pub notice: Option<Value>,
    /// What the browser calls itself, shortened; for its owner's list of sessions.
    #[serde(default)]
    pub agent: String,
}

quiet_debug!(Session: region, account, role, expires_at);

/// A short-lived permission or count: found by kind and key until somebody drops it or it has expired.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The region.
    pub region: String,
    /// What it is for: `activation`, `captcha`, `attempts`, …
    pub kind: String,
    /// The hash of its secret, or what is counted.
    pub key: String,
    /// What it carries.
    pub data: Value,
    /// When it ends. The store gives it out until it is purged: the reader compares.
    pub expires_at: Timestamp,
}

impl Ticket {
    /// That it is still there: whoever takes it is the only one.
    pub fn still_there(&self) -> Expect {
        Expect::Ticket {
            region: self.region.clone(),
            kind: self.kind.clone(),
            key: self.key.clone(),
        }
    }

    /// Takes it away.
    pub fn dropped(&self) -> Put {
        Put::DropTicket {
            region: self.region.clone(),
            kind: self.kind.clone(),
            key: self.key.clone(),
        }
    }
}

quiet_debug!(Ticket: region, kind, expires_at);

impl Record for Session {
    const TABLE: Table = Table::Sessions;

    fn key(&self) -> Vec<u8> {
        session_key(&self.region, &self.token_hash)
    }

    fn index(&self) -> Vec<Vec<u8>> {
        let mut of_account = sessions_of(&self.region, &self.account);
        of_account.extend(key::of(&[&self.token_hash]));
        let mut expiry = session_expiry(&self.region, Some(self.expires_at));
        expiry.extend(key::of(&[&self.token_hash]));
        vec![of_account, expiry]
    }
}

impl Record for Ticket {
    const TABLE: Table = Table::Tickets;

    fn key(&self) -> Vec<u8> {
        ticket_key(&self.region, &self.kind, &self.key)
    }

    fn index(&self) -> Vec<Vec<u8>> {
        let mut expiry = ticket_expiry(&self.region, Some(self.expires_at));
        expiry.extend(key::of(&[&self.kind, &self.key]));
        vec![expiry]
    }
}

pub(super) fn session_key(region: &str, token_hash: &str) -> Vec<u8> {
    key::of(&[region, token_hash])
}

pub(super) fn ticket_key(region: &str, kind: &str, key: &str) -> Vec<u8> {
    key::of(&[region, kind, key])
}

/// Where the index keeps the sessions of an account.
pub(super) fn sessions_of(region: &str, account: &str) -> Vec<u8> {
    key::of(&["sessions by account", region, account])
}

/// Where the index keeps the sessions by the moment they end.
pub(super) fn session_expiry(region: &str, at: Option<Timestamp>) -> Vec<u8> {
    expiry("sessions by expiry", region, at)
}

/// Where the index keeps the tickets by the moment they end.
pub(super) fn ticket_expiry(region: &str, at: Option<Timestamp>) -> Vec<u8> {
    expiry("tickets by expiry", region, at)
}

fn expiry(index: &str, region: &str, at: Option<Timestamp>) -> Vec<u8> {
    match at {
        Some(at) => key::of(&[index, region, &key::oldest_first(at)]),
        None => key::of(&[index, region]),
    }
}

impl Store {
    /// The session of a token, by the token's hash. The reader looks at its `expires_at`.
    pub async fn session(&self, region: &str, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let key = session_key(region, token_hash);
        self.read(move |view| view.get(&key)).await
    }

    /// The session of a token, by the token's hash, with its account. The reader looks at its `expires_at`.
    pub async fn session_and_account(
        &self,
        region: &str,
        token_hash: &str,
    ) -> Result<Option<(Arc<Session>, Arc<Account>)>, StoreError> {
        let key = session_key(region, token_hash);
        let recent = &self.inner.recent;
        let account_key = |session: &Session| key::of(&[&session.region, &session.account]);
        if let Some(session) = recent.get::<Session>(&key)
            && let Some(account) = recent.get::<Account>(&account_key(&session))
        {
            return Ok(Some((session, account)));
        }
        let (told, of) = (recent.now(), key.clone());
        let found = self.read(move |view| {
            let Some(session) = view.get::<Session>(&of)? else {
                return Ok(None);
            };
            let account = view.get(&account_key(&session))?;
            Ok(account.map(|account| (Arc::new(session), Arc::new(account))))
        });
        let found = found.await?;
        if let Some((session, account)) = &found {
            recent.keep(told, key, session);
            recent.keep(told, account_key(session), account);
        }
        Ok(found)
    }

    /// All sessions of an account.
    pub async fn sessions(&self, region: &str, account: &str) -> Result<Vec<Session>, StoreError> {
        let prefix = sessions_of(region, account);
        self.read(move |view| view.all_indexed(key::below(&prefix))).await
    }

    /// All tickets of a kind. The reader looks at their `expires_at`.
    pub async fn tickets(&self, region: &str, kind: &str) -> Result<Vec<Ticket>, StoreError> {
        let prefix = key::of(&[region, kind]);
        self.read(move |view| view.all(&prefix)).await
    }

    /// All tickets of a region, whatever they are for, ended ones included.
    pub async fn all_tickets(&self, region: &str) -> Result<Vec<Ticket>, StoreError> {
        let prefix = key::of(&[region]);
        self.read(move |view| view.all(&prefix)).await
    }

    /// A ticket. The reader looks at its `expires_at`.
    pub async fn ticket(&self, region: &str, kind: &str, key: &str) -> Result<Option<Ticket>, StoreError> {
        let key = ticket_key(region, kind, key);
        self.read(move |view| view.get(&key)).await
    }
}
