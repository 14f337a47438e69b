//! What the office tells people by mail and phone.
//!
//! Telling is a record: [`Registry::message`] gives the `Put` that belongs in the same `Change` as what it tells of, so
//! that either both happen or neither. [`Outbox`] sends what waits, through a [`Mailer`] and a [`Phone`], and needs
//! nothing that a restart would lose.
//!
//! **Once.** SMTP cannot promise that a mail arrives exactly once, so this does:
//! - A message is claimed durably before it is handed over, by one sender alone. The claim lapses by itself.
//! - What was handed over is dropped, in a change of its own, as soon as the receiver has said so.
//! - Between the receiver's word and that change lies a window of one commit. A server that dies in it, or a connection
//!   that ends after the text was given and before the receiver has answered, leaves it open whether the mail was
//!   taken. It is then sent **again**: an activation link that comes twice does no harm, one that never comes does.
//!   The second copy has the same `Message-ID` (from the message's id), the same `Date` and the same text, by which
//!   mail services know and hide it; a phone gateway is told the same `id`.
//! - Everything else (refused before the text was given, temporary refusals, no connection) is known not to have been
//!   taken and cannot make a second copy.

mod compose;
mod gateway;
mod letter;
mod sender;
mod smtp;
mod webhook;

use serde_json::Value as Json;

use super::{Refused, Registry};
use crate::definition::Language;
use crate::store::{Message, Phase, Put, Recipient, fresh_id};

pub(super) use compose::clean;
pub use gateway::{Mailer, Phone, Secret};
pub use letter::{Letter, News};
pub use sender::{Outbox, OutboxError, Passed, Sending};
pub use smtp::{Security, Smtp, SmtpError, SmtpSettings};
pub use webhook::{Webhook, WebhookError, WebhookSettings};

impl Registry {
    /// A letter to somebody, for the change that it tells of. `language` is the reader's, where it is known.
    ///
    /// What the letter says (links, codes, titles) is sealed until it is sent.
    pub fn message(
        &self,
        region: &str,
        to: Recipient,
        language: Option<Language>,
        letter: &Letter,
    ) -> Result<Put, Refused> {
        let now = self.inner.clock.now();
        let id = fresh_id(now)?;
        let (kind, data) = letter.parts()?;
        let data = self.inner.sealer.seal(&place(region, &id), &data.to_string())?;
        Ok(Put::Message(Message {
            region: region.to_owned(),
            id,
            revision: 1,
            channel: letter.channel(),
            to,
            language,
            kind,
            data,
            created_at: now,
            attempts: 0,
            not_before: None,
            not_after: letter.valid_until(),
            phase: Phase::Waiting,
            forget_at: None,
        }))
    }

    /// What a message says. One of an earlier version is not sealed.
    fn said(&self, message: &Message) -> Result<Json, Refused> {
        if !crate::store::Sealer::is_sealed(&message.data) {
            return Ok(message.data.clone());
        }
        let plain = self
            .inner
            .sealer
            .open(&place(&message.region, &message.id), &message.data)?;
        serde_json::from_str(&plain).map_err(|error| Refused::Failed(error.to_string()))
    }
}

/// Where a sealed letter belongs.
fn place(region: &str, id: &str) -> String {
    crate::store::place(region, id, crate::store::LETTER)
}
