//! The ways out: a mail server or nothing, a phone gateway or nothing, and the demonstration, which keeps what it would
//! send.

use std::fmt;

use super::smtp::{Smtp, SmtpLine};
use super::webhook::Webhook;
use crate::registry::email::Email;
use crate::store::Channel;
use crate::theme::mail::Written;

/// How letters leave.
#[derive(Debug, Default)]
pub enum Mailer {
    /// No way is set up: letters wait.
    #[default]
    Off,
    /// They stay in the store, to be looked at: the demonstration.
    Kept,
    /// By a mail server.
    Smtp(Box<Smtp>),
}

/// How short messages leave.
#[derive(Debug, Default)]
pub enum Phone {
    /// No way is set up: they wait, until they are worth nothing.
    #[default]
    Off,
    /// They stay in the store, to be looked at: the demonstration.
    Kept,
    /// By a gateway that takes them over HTTP.
    Webhook(Webhook),
}

impl Mailer {
    /// Sends one letter at once, past the store: to try out what is set up.
    pub async fn try_out(&self, to: &Email, from: &str, written: &Written) -> Result<(), String> {
        let now = jiff::Timestamp::now();
        let id = crate::store::fresh_id(now).map_err(|error| error.to_string())?;
        let letter = Ready {
            id: &id,
            to: to.as_str(),
            name: "",
            from,
            at: now,
            written,
        };
        let sent = async {
            let mut line = open(self, &Phone::Off, Channel::Mail).await?;
            let sent = line.send(&letter).await;
            line.close().await;
            sent
        };
        sent.await.map_err(|failure| failure.to_string())
    }
}

/// Something that must not be seen: it prints as dots.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A letter with its stamps on.
pub(super) struct Ready<'a> {
    /// The message's id.
    pub(super) id: &'a str,
    /// Where it goes; normalised.
    pub(super) to: &'a str,
    /// The reader's name; may be empty.
    pub(super) name: &'a str,
    /// Whom it comes from, as people call it.
    pub(super) from: &'a str,
    /// When it was written.
    pub(super) at: jiff::Timestamp,
    /// What it says.
    pub(super) written: &'a Written,
}

/// Why something has not gone out. The texts are for the operator: they may hold what a server said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// The way is closed; the letter has nothing to do with it.
    #[error("no way out: {0}")]
    Down(String),
    /// Not now.
    #[error("not taken now: {0}")]
    Later(String),
    /// Never: trying again would change nothing.
    #[error("not taken: {0}")]
    Never(String),
}

/// An open way, for a number of letters.
pub(super) enum Line<'a> {
    Kept,
    Smtp(Box<SmtpLine<'a>>),
    Webhook(&'a Webhook),
}

impl Line<'_> {
    /// Hands one over. After [`Failure::Down`] the line is of no more use.
    pub(super) async fn send(&mut self, letter: &Ready<'_>) -> Result<(), Failure> {
        match self {
            Self::Kept => Ok(()),
            Self::Smtp(line) => line.send(letter).await,
            Self::Webhook(webhook) => webhook.send(letter.id, letter.to, &letter.written.text).await,
        }
    }

    /// Takes leave.
    pub(super) async fn close(self) {
        if let Self::Smtp(line) = self {
            line.close().await;
        }
    }
}

/// Opens the way of a channel.
pub(super) async fn open<'a>(mailer: &'a Mailer, phone: &'a Phone, channel: Channel) -> Result<Line<'a>, Failure> {
    let off = |section| Failure::Down(format!("no [{section}] is set up in dengji.toml"));
    match (channel, mailer, phone) {
        (Channel::Mail, Mailer::Kept, _) | (Channel::Phone, _, Phone::Kept) => Ok(Line::Kept),
        (Channel::Mail, Mailer::Smtp(smtp), _) => Ok(Line::Smtp(Box::new(smtp.open().await?))),
        (Channel::Phone, _, Phone::Webhook(webhook)) => Ok(Line::Webhook(webhook)),
        (Channel::Mail, Mailer::Off, _) => Err(off("mail")),
        (Channel::Phone, _, Phone::Off) => Err(off("phone")),
    }
}
