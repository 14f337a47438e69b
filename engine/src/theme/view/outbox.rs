//! The demonstration's outbox: what would have been sent.

use serde::Serialize;

use super::View;
use crate::theme::mail::Part;

/// `/demo/outbox`: the letters and short messages of all offices, newest first.
#[derive(Debug, Serialize)]
pub struct Outbox {
    /// What was looked for.
    pub to: String,
    /// The messages.
    pub rows: Vec<OutboxRow>,
    /// There are older ones, which are not shown.
    pub more: bool,
}

/// One message in the list.
#[derive(Debug, Serialize)]
pub struct OutboxRow {
    /// Where it is read; none while it waits.
    pub href: Option<String>,
    /// The subject, or the text of a short message; while it waits, which text it will be.
    pub subject: String,
    /// Where it goes; empty if nobody has told an address.
    pub to: String,
    /// It goes to a phone.
    pub phone: bool,
    /// The office.
    pub office: String,
    /// When it was written.
    pub at: String,
    /// `sent`, `waiting` or `parked`.
    pub state: &'static str,
}

/// `/demo/outbox/{region}/{message}`: one message as it would have been sent.
#[derive(Debug, Serialize)]
pub struct OutboxLetter {
    /// The subject; empty for a short message.
    pub subject: String,
    /// Where it goes; empty if nobody has told an address.
    pub to: String,
    /// The reader's name, where it is known.
    pub name: String,
    /// It goes to a phone.
    pub phone: bool,
    /// The office.
    pub office: String,
    /// When it was written.
    pub at: String,
    /// Paragraphs of lines of parts.
    pub paragraphs: Vec<Vec<Vec<Part>>>,
}

impl View for Outbox {
    const TEMPLATE: &'static str = "outbox.html";
}

impl View for OutboxLetter {
    const TEMPLATE: &'static str = "outbox-letter.html";
}
