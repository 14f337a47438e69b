//! One-time links, and the mail that carries them.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::definition::Language;
use crate::registry::outbox::Letter;
use crate::registry::people::{hash_token, random_token};
use crate::registry::{Refused, Registry};
use crate::store::{Account, Put, Recipient, Ticket, Unit};

/// How long a link in a letter opens what it leads to.
const LINK: SignedDuration = SignedDuration::from_hours(72);
/// How long a link to choose a new password does.
const RESET: SignedDuration = SignedDuration::from_hours(2);

/// What a link opens: the kind of its ticket, and the part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    /// The page that activates an account.
    Activation,
    /// The page to choose a new password.
    Reset,
    /// That an address is the person's own.
    Email,
}

/// A one-time link.
pub(super) struct Link {
    /// The address, below this server.
    pub(super) href: String,
    /// The ticket's key: the hash of the secret in the address.
    pub(super) key: String,
    /// Until when it opens.
    pub(super) until: Timestamp,
    /// Puts the ticket.
    pub(super) put: Put,
}

impl Opens {
    fn kind(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Reset => "reset",
            Self::Email => "verify-email",
        }
    }

    fn lasts(self) -> SignedDuration {
        match self {
            Self::Activation | Self::Email => LINK,
            Self::Reset => RESET,
        }
    }

    /// Drops the ticket `key`: its link opens nothing any more.
    pub(super) fn close(self, region: &str, key: &str) -> Put {
        Put::DropTicket {
            region: region.to_owned(),
            kind: self.kind().to_owned(),
            key: key.to_owned(),
        }
    }
}

/// A link by which an account's owner chooses a password, made by an operator who hands it over: its address below
/// the server, until when it opens, and its ticket. It opens as long as one that activates.
pub(in crate::registry) fn password_link(
    region: &str,
    account: &str,
    now: Timestamp,
) -> Result<(String, Timestamp, Put), Refused> {
    let link = Link::new(
        region,
        Opens::Reset,
        serde_json::json!({"account": account}),
        now + LINK,
    )?;
    Ok((link.href, link.until, link.put))
}

impl Link {
    fn new(region: &str, opens: Opens, data: Json, until: Timestamp) -> Result<Self, Refused> {
        let token = random_token()?;
        let key = hash_token(&token);
        let ticket = Ticket {
            region: region.to_owned(),
            kind: opens.kind().to_owned(),
            key: key.clone(),
            data,
            expires_at: until,
        };
        Ok(Self {
            href: format!("/{region}/{}/{token}", opens.kind()),
            key,
            until,
            put: Put::Ticket(ticket),
        })
    }
}

impl Registry {
    /// A new link that opens once.
    pub(super) fn link(&self, region: &str, opens: Opens, data: Json) -> Result<Link, Refused> {
        Link::new(region, opens, data, self.inner.clock.now() + opens.lasts())
    }

    /// The ticket behind a link, unless it was used, replaced or has passed.
    pub(super) async fn opened(&self, region: &str, opens: Opens, token: &str) -> Result<Option<Ticket>, Refused> {
        let now = self.inner.clock.now();
        let ticket = self
            .inner
            .store
            .ticket(region, opens.kind(), &hash_token(token))
            .await?;
        Ok(ticket.filter(|ticket| ticket.expires_at > now))
    }

    /// A letter to the address that somebody gives for an account: the link goes there whatever becomes of the account.
    pub(super) fn letter_to(&self, account: &Account, letter: &Letter) -> Result<Put, Refused> {
        self.letter_at(account, &account.email, letter)
    }

    /// A letter to an address or a phone that the account's owner still has to prove.
    pub(super) fn letter_at(&self, account: &Account, address: &str, letter: &Letter) -> Result<Put, Refused> {
        self.letter_out(&account.region, &account.id, address, account.language, letter)
    }

    /// A letter to an address that a unit has given.
    pub(super) fn letter_to_unit(&self, unit: &Unit, address: &str, letter: &Letter) -> Result<Put, Refused> {
        self.letter_out(&unit.region, &unit.id, address, None, letter)
    }

    fn letter_out(
        &self,
        region: &str,
        of: &str,
        address: &str,
        language: Option<Language>,
        letter: &Letter,
    ) -> Result<Put, Refused> {
        let to = Recipient::Address {
            address: address.to_owned(),
            of: of.to_owned(),
        };
        self.message(region, to, language, letter)
    }

    /// A letter to somebody who has an account.
    pub(super) fn letter(&self, region: &str, account: &str, letter: &Letter) -> Result<Put, Refused> {
        self.message(region, Recipient::Account(account.to_owned()), None, letter)
    }
}
