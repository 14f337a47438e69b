//! What can go wrong, by operation: opening, reading, committing. No text names a person or an answer.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Why a database file could not be opened. In every case the file is left as it was.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{} is in use by another process; stop that one, or give this one its own data folder", path.display())]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// It is not a database, or it is damaged.
    #[error(
        "{} is damaged or no database of this program ({reason}); it was left untouched: restore it from a backup",
        path.display()
    )]
    Corrupt {
        /// The database file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A newer version of this program wrote it.
    #[error(
        "{} has data format {found}, this program reads up to {known}; it was left untouched: use the newer program",
        path.display()
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format this program knows.
        known: u64,
    },
    /// The operating system refused.
    #[error("{} cannot be opened: {reason}", path.display())]
    Io {
        /// The database file.
        path: PathBuf,
        /// The operating system's words.
        reason: String,
    },
}

/// Why a read gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The file could not be read or written. After a failed write the store must be opened anew.
    #[error("the database failed: {reason}")]
    Failed {
        /// The database's words.
        reason: String,
    },
    /// A record is not what its table promises.
    #[error("a record in `{table}` is damaged: {reason}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// What was found.
        reason: String,
    },
    /// A newer version of this program wrote the record.
    #[error("a record in `{table}` has format {found}, this program reads up to {known}: use the newer program")]
    Newer {
        /// The table.
        table: &'static str,
        /// The record's format.
        found: u8,
        /// The newest format this program knows.
        known: u8,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
}

/// Anything redb says, as a [`StoreError::Failed`].
pub(super) fn failed(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Failed {
        reason: error.into().to_string(),
    }
}

/// Why a change was not made. Then nothing of it was made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommitError {
    /// Something was changed since it was read.
    #[error("{what} was changed meanwhile")]
    Stale {
        /// What was changed.
        what: Subject,
    },
    /// Something that may exist once exists already.
    #[error("{what} is taken")]
    Taken {
        /// What is taken.
        what: Subject,
    },
    /// A counter no longer stands where it stood.
    #[error("the counter {name} stands at {stands}")]
    CounterMoved {
        /// The counter's name.
        name: String,
        /// Where it stands now.
        stands: u64,
    },
    /// Something to be changed does not exist.
    #[error("{what} does not exist")]
    Missing {
        /// What is missing.
        what: Subject,
    },
    /// The store failed; whether the change was made is known when it has been opened anew.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a [`CommitError`] speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An application's state: an action has happened.
    Application,
    /// The answers of an application: some page was saved.
    Answers,
    /// One page of answers, by its id.
    Page(String),
    /// An account.
    Account,
    /// A name somebody signs in with.
    SignInName,
    /// A unit.
    Unit,
    /// The name of a unit.
    UnitName,
    /// The credit code or organisation code of a unit.
    UnitCode,
    /// An entry of a register.
    RegisterEntry,
    /// A session.
    Session,
    /// A short-lived permission.
    Ticket,
    /// A message that goes out.
    Message,
    /// A registration number.
    Number,
    /// A certificate: its id, its number or its verification token.
    Certificate,
    /// An entry of an audit chain.
    AuditEntry,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "the application",
            Self::Answers => "the answers",
            Self::Page(page) => return write!(f, "the page {page}"),
            Self::Account => "the account",
            Self::SignInName => "the sign-in name",
            Self::Unit => "the unit",
            Self::UnitName => "the unit's name",
            Self::UnitCode => "the unit's code",
            Self::RegisterEntry => "the register entry",
            Self::Session => "the session",
            Self::Ticket => "the ticket",
            Self::Message => "the message",
            Self::Number => "the registration number",
            Self::Certificate => "the certificate",
            Self::AuditEntry => "the audit entry",
        })
    }
}
