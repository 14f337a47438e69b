//! Every letter that the office writes, with what its text needs. Which words it uses, the theme says (`mail/`).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value as Json;

use crate::registry::Refused;
use crate::store::Channel;

/// A letter. A `link` is a path on this server (`/somewhere/…`); the text gets the whole address.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", content = "data", rename_all = "kebab-case")]
pub enum Letter {
    /// Whoever has signed up confirms the address.
    Activation {
        /// Where.
        link: String,
        /// Until when.
        valid_until: Timestamp,
    },
    /// Somebody signs up with an address that has an account: they are told, and nobody else.
    AlreadyRegistered {
        /// Where to sign in.
        link: String,
    },
    /// Somebody was given an account and completes it.
    Invited {
        /// Where.
        link: String,
        /// Until when.
        valid_until: Timestamp,
        /// The unit that allots the account; empty where there is none.
        unit: String,
        /// The label of its role.
        role: String,
        /// Who has allotted it.
        inviter: String,
    },
    /// Another address is to be used from now on; sent to that address.
    VerifyEmail {
        /// Where to confirm it.
        link: String,
        /// Until when.
        valid_until: Timestamp,
    },
    /// Mail goes to another address from now on: whoever reads the one before should know.
    EmailChanged {
        /// When.
        at: Timestamp,
    },
    /// A forgotten password.
    Reset {
        /// Where to choose another.
        link: String,
        /// Until when.
        valid_until: Timestamp,
    },
    /// The password was changed: whoever did not do that should know.
    PasswordChanged {
        /// When.
        at: Timestamp,
    },
    /// The account may be used now.
    AccountApproved {
        /// Where to sign in.
        link: String,
    },
    /// The account was not approved.
    AccountRefused {
        /// Why.
        reason: String,
    },
    /// A unit is registered: its people can go on.
    UnitApproved {
        /// Its name.
        unit: String,
    },
    /// A unit was not registered.
    UnitRefused {
        /// Its name.
        unit: String,
        /// Why.
        reason: String,
    },
    /// An application waits for the reader.
    Waiting(News),
    /// The reader's application was sent back.
    Returned(News),
    /// The reader's application was approved.
    Approved(News),
    /// The reader's application was refused.
    Refused(News),
    /// The certificate of the reader's application was issued.
    Issued(News),
    /// The reader's application has moved on in some other way.
    Moved(News),
    /// A limit comes near or has passed.
    Reminder {
        /// Which application.
        #[serde(flatten)]
        news: News,
        /// The last day.
        due_on: Option<Date>,
    },
    /// A code to type, against a phone.
    PhoneCode {
        /// The code.
        code: String,
        /// Until when.
        valid_until: Timestamp,
    },
}

/// What has happened to an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct News {
    /// The application's id; the link follows from it.
    pub application: String,
    /// Its title; may be empty.
    pub title: String,
    /// The id of the state that it stands in.
    pub state: String,
    /// The id of the action that was taken.
    pub action: String,
    /// Its registration number; empty while it has none.
    pub number: String,
    /// What the person who acted has written; may be empty.
    pub opinion: String,
}

impl Letter {
    /// The way it goes.
    pub fn channel(&self) -> Channel {
        match self {
            Self::PhoneCode { .. } => Channel::Phone,
            _ => Channel::Mail,
        }
    }

    /// From when on it is worth nothing.
    pub(super) fn valid_until(&self) -> Option<Timestamp> {
        match self {
            Self::Activation { valid_until, .. }
            | Self::Invited { valid_until, .. }
            | Self::VerifyEmail { valid_until, .. }
            | Self::Reset { valid_until, .. }
            | Self::PhoneCode { valid_until, .. } => Some(*valid_until),
            _ => None,
        }
    }

    /// The kind, which names the text, and what the text needs.
    pub(super) fn parts(&self) -> Result<(String, Json), Refused> {
        let mut both = serde_json::to_value(self).map_err(|error| Refused::Failed(error.to_string()))?;
        let kind = both["kind"].as_str().unwrap_or_default().to_owned();
        Ok((kind, both["data"].take()))
    }
}
