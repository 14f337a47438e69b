//! A form that is sent twice (a double click, a reload while it runs) is one act with one answer: whoever sends it sees
//! what the first one has come to, because browsers show the answer to the last.
//!
//! What was carried out leaves a ticket for a minute, in the change itself, by a hash of who has sent what where.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::people::hash_token;
use super::{Refused, Registry};
use crate::store::{Change, Expect, Put, Ticket};

/// For so long the same form is the same act.
pub(super) const KNOWN: SignedDuration = SignedDuration::from_mins(1);
/// The kind of the tickets.
const KIND: &str = "once";

/// A form that was posted, to be known when it comes again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Once(String);

impl Once {
    /// What was posted to an address; `by` is the account of whoever is signed in, or empty.
    pub fn of(address: &str, by: &str, pairs: &[(String, String)]) -> Self {
        Self(hash_token(&json!([address, by, pairs]).to_string()))
    }

    /// What it is known by.
    pub(super) fn key(&self) -> &str {
        &self.0
    }
}

impl Registry {
    /// Whether exactly this was carried out just now.
    pub async fn was_done(&self, region: &str, once: &Once) -> Result<bool, Refused> {
        let done = self.inner.store.ticket(region, KIND, once.key()).await?;
        Ok(done.is_some_and(|done| done.expires_at > self.inner.clock.now()))
    }

    /// The same where it is not known by what.
    pub(super) async fn same_as_before(&self, region: &str, once: Option<&Once>) -> Result<bool, Refused> {
        match once {
            Some(once) => self.was_done(region, once).await,
            None => Ok(false),
        }
    }

    /// That the change is made for this form, and has not been made for it before.
    pub(super) async fn only_once(&self, region: &str, once: &Once, change: &mut Change) -> Result<(), Refused> {
        // What comes from no form is no form's second time.
        if once.key().is_empty() {
            return Ok(());
        }
        let now = self.inner.clock.now();
        let earlier = self.inner.store.ticket(region, KIND, once.key()).await?;
        let ticket = Ticket {
            region: region.to_owned(),
            kind: KIND.to_owned(),
            key: once.key().to_owned(),
            data: Json::Null,
            expires_at: now + KNOWN,
        };
        // One that has passed and was not purged yet makes room.
        if earlier.is_none_or(|earlier| earlier.expires_at > now) {
            change.expect.push(Expect::NoTicket {
                region: ticket.region.clone(),
                kind: ticket.kind.clone(),
                key: ticket.key.clone(),
            });
        }
        change.put.push(Put::Ticket(ticket));
        Ok(())
    }
}
