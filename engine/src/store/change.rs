//! A change as a value: what must hold, and what is then put. It carries no code, so the writer runs none but ours.

use jiff::Timestamp;
use serde_json::Value;

use super::account::{Account, RegisterEntry, Unit};
use super::application::{AnswerPage, Application};
use super::message::Message;
use super::paper::{Certificate, FormVersion, Upload};
use super::reseal::Resealed;
use super::session::{Session, Ticket};

/// All of it is made, durably, or nothing.
///
/// The two changes an office lives on:
/// - *Saving a page* expects the application's revision and that page's, and puts the page (and a title). Saves of
///   different pages do not disturb each other; an action in between makes the save stale.
/// - *An action* expects the application's revision and, if it has read the answers, the answers' revision; it puts
///   the application with the next revision, and an audit entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// What must hold; told in this order.
    pub expect: Vec<Expect>,
    /// What is put, in this order.
    pub put: Vec<Put>,
}

/// Something that must hold for a change to be made. A revision of 0 expects that there is no such record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No action has happened since.
    ApplicationRevision {
        /// The region.
        region: String,
        /// The application.
        id: String,
        /// The revision that was read.
        revision: u64,
    },
    /// No page was saved since.
    AnswersRevision {
        /// The region.
        region: String,
        /// The application.
        id: String,
        /// The revision that was read.
        revision: u64,
    },
    /// This page was not saved since.
    PageRevision {
        /// The region.
        region: String,
        /// The application.
        application: String,
        /// The page.
        page: String,
        /// The revision that was read.
        revision: u64,
    },
    /// The account was not changed since.
    AccountRevision {
        /// The region.
        region: String,
        /// The account.
        id: String,
        /// The revision that was read.
        revision: u64,
    },
    /// The register entry was not changed since.
    RegisterRevision {
        /// The region.
        region: String,
        /// The register.
        register: String,
        /// The entry.
        id: String,
        /// The revision that was read.
        revision: u64,
    },
    /// The unit was not changed since.
    UnitRevision {
        /// The region.
        region: String,
        /// The unit.
        id: String,
        /// The revision that was read.
        revision: u64,
    },
    /// Nobody else has taken the message since.
    MessageRevision {
        /// The region.
        region: String,
        /// The message.
        id: String,
        /// The revision that was read.
        revision: u64,
    },
    /// The session has not ended.
    Session {
        /// The region.
        region: String,
        /// The hash of its token.
        token_hash: String,
    },
    /// The ticket has not been dropped: what may be used once is used once.
    Ticket {
        /// The region.
        region: String,
        /// What it is for.
        kind: String,
        /// Its key.
        key: String,
    },
    /// There is no such ticket.
    NoTicket {
        /// The region.
        region: String,
        /// What it is for.
        kind: String,
        /// Its key.
        key: String,
    },
    /// The counter stands here; a counter that was never put stands at 0.
    Counter {
        /// The region.
        region: String,
        /// The counter's name.
        name: String,
        /// Where it stood.
        value: u64,
    },
}

/// Something a change puts. A record takes the place of the one with its ids.
#[derive(Clone, Debug, PartialEq)]
pub enum Put {
    /// An application: its indexes follow. Its title and counts are as [`Application`] says.
    Application(Box<Application>),
    /// What lists call an application; does not count as an action.
    Title {
        /// The region.
        region: String,
        /// The application.
        application: String,
        /// The title.
        title: String,
    },
    /// Removes an application with its pages and uploads. Its number stays taken and its audit chain stays.
    DeleteApplication {
        /// The region.
        region: String,
        /// The application.
        id: String,
    },
    /// The answers of a page; counts one more save of the application.
    Page(AnswerPage),
    /// Removes a page of answers, which have gone to other pages; counts one more save of the application.
    DropPage {
        /// The region.
        region: String,
        /// The application.
        application: String,
        /// The page.
        page: String,
    },
    /// An account.
    Account(Box<Account>),
    /// Removes an account and its sessions.
    DeleteAccount {
        /// The region.
        region: String,
        /// The account.
        id: String,
    },
    /// A unit.
    Unit(Unit),
    /// Removes a unit that was never used; its name and codes are free again.
    DeleteUnit {
        /// The region.
        region: String,
        /// The unit.
        id: String,
    },
    /// An entry of a register.
    RegisterEntry(RegisterEntry),
    /// Removes an entry of a register.
    DropRegisterEntry {
        /// The region.
        region: String,
        /// The register.
        register: String,
        /// The entry.
        id: String,
    },
    /// A session.
    Session(Session),
    /// Ends a session; no matter if there is none.
    DropSession {
        /// The region.
        region: String,
        /// The hash of its token.
        token_hash: String,
    },
    /// Ends all sessions of an account.
    DropSessionsOf {
        /// The region.
        region: String,
        /// The account.
        account: String,
    },
    /// A ticket.
    Ticket(Ticket),
    /// Drops a ticket; no matter if there is none.
    DropTicket {
        /// The region.
        region: String,
        /// What it is for.
        kind: String,
        /// Its key.
        key: String,
    },
    /// Removes tickets that ended, and messages that were to be forgotten, before this moment, and sessions that ended
    /// a day before it; at most 10,000 of each.
    PurgeExpired {
        /// The region.
        region: String,
        /// The moment.
        now: Timestamp,
    },
    /// Where a counter stands from now on.
    Counter {
        /// The region.
        region: String,
        /// The counter's name.
        name: String,
        /// Where it stands.
        value: u64,
    },
    /// A certificate: once, for ever.
    Certificate(Box<Certificate>),
    /// A form version: nothing happens if its hash is stored already.
    FormVersion(FormVersion),
    /// A message to go out.
    Message(Message),
    /// Drops a message that has gone out; no matter if there is none.
    DropMessage {
        /// The region.
        region: String,
        /// The message.
        id: String,
    },
    /// That a file was handed in.
    Upload(Upload),
    /// A record with its sealed values under another key, made by [`super::Store::reseal`]. Counts as no change of
    /// the record, and is left out where the record was changed meanwhile.
    Resealed(Resealed),
    /// An entry of the audit chain of an application, or of the region where there is none.
    Audit(Audit),
    /// Erases what an audit entry tells; the entry stays, and the chain still proves.
    EraseAuditDetail {
        /// The region.
        region: String,
        /// Which chain.
        application: Option<String>,
        /// Which entry.
        sequence: u64,
        /// When this happens.
        at: Timestamp,
    },
}

/// What happened, for the audit chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// The region.
    pub region: String,
    /// The application it happened to.
    pub application: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The account that did it, `clock`, or what else acts.
    pub actor: String,
    /// The role in which it was done; empty if none.
    pub role: String,
    /// The act: an action's id, `sign-in`, `unmask`, …
    pub act: String,
    /// What else there is to tell. Personal data belongs here and nowhere else in the entry: this alone can be
    /// erased.
    pub detail: Value,
}

/// What a change has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The sequence numbers of its audit entries, in the order they were put.
    pub audit: Vec<u64>,
}
