//! A button that was pressed twice adds one application: its page names the press, a ticket says for a while what it has
//! added, and the second post is led there.

use serde_json::{Value as Json, json};

use super::draft::Entered;
use super::history::TWICE;
use super::people::hash_token;
use super::{Person, Refused, Registry};
use crate::store::{CommitError, Expect, Put, Ticket, fresh_id};
use crate::theme::input_name::ONCE;

/// The kind of the ticket, and where it names the application.
const KIND: &str = "added";
const APPLICATION: &str = "application";

impl Registry {
    /// The name of a press of a button that adds an application, for the page that has the button.
    pub fn once(&self) -> Result<String, Refused> {
        Ok(fresh_id(self.inner.clock.now())?)
    }

    /// Stores a new application, made of `what`, and gives its id; of the one that this very press has just added,
    /// where the post comes again. Whoever comes back to the page later and presses again means another one.
    pub(super) async fn enter_once(
        &self,
        person: &Person,
        pairs: &[(String, String)],
        what: &str,
        entered: Entered,
    ) -> Result<String, Refused> {
        let Entered { id, mut change } = entered;
        let Some((_, press)) = pairs.iter().find(|(name, _)| name == ONCE) else {
            self.inner.store.commit(change).await?;
            return Ok(id);
        };
        let key = hash_token(&format!("{}/{what}/{press}", person.account));
        let before = self.inner.store.ticket(&person.region, KIND, &key).await?;
        if let Some(added) = self.added(before.as_ref()) {
            return Ok(added);
        }
        if before.is_none() {
            change.expect.push(Expect::NoTicket {
                region: person.region.to_string(),
                kind: KIND.to_owned(),
                key: key.clone(),
            });
        }
        change.put.push(Put::Ticket(Ticket {
            region: person.region.to_string(),
            kind: KIND.to_owned(),
            key: key.clone(),
            data: json!({APPLICATION: id}),
            expires_at: self.inner.clock.now() + TWICE,
        }));
        let Err(error) = self.inner.store.commit(change).await else {
            return Ok(id);
        };
        // Both came at the same moment.
        let CommitError::Stale { .. } = error else {
            return Err(error.into());
        };
        let there = self.inner.store.ticket(&person.region, KIND, &key).await?;
        self.added(there.as_ref()).ok_or_else(|| error.into())
    }

    fn added(&self, ticket: Option<&Ticket>) -> Option<String> {
        let ticket = ticket.filter(|ticket| ticket.expires_at > self.inner.clock.now())?;
        ticket.data.get(APPLICATION).and_then(Json::as_str).map(str::to_owned)
    }
}
