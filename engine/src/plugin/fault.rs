//! What a call can come to when it gives nothing usable, each named for who is to blame.

use std::fmt;
use std::time::Duration;

use crate::definition::Id;

/// What a plugin can be called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Findings for answers.
    Check,
    /// The page of a document.
    Layout,
}

impl Function {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Layout => "layout",
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A call that gave nothing usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plugin `{plugin}`, {function}: {fault}")]
pub struct CallError {
    /// The plugin.
    pub plugin: Id,
    /// What it was called for.
    pub function: Function,
    /// What happened.
    pub fault: Fault,
}

/// What happened in a call that gave nothing usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It did more work than it may.
    #[error("used up its {0} units of fuel")]
    OutOfFuel(u64),
    /// It took more time than it may.
    #[error("took longer than {} ms", .0.as_millis())]
    Deadline(Duration),
    /// It asked for more memory than it may have, and then gave up.
    #[error("needs more than {} MiB of memory", .0 >> 20)]
    Memory(usize),
    /// Its reply has more bytes than it may.
    #[error("replied with more than {0} bytes")]
    Output(usize),
    /// Its reply has more findings than it may.
    #[error("replied with more than {0} findings")]
    Findings(usize),
    /// It stopped by itself: a panic, with its message where the guest gave one.
    #[error("stopped: {0}")]
    Trap(String),
    /// Its reply is not what the contract says.
    #[error("gave a broken reply: {0}")]
    Broken(String),
    /// It said itself that it cannot do its work.
    #[error(transparent)]
    Refused(Refusal),
    /// It looked up what it was not granted, or too often.
    #[error("look-up refused: {0}")]
    LookupRefused(String),
    /// The data that it looked up could not be read now.
    #[error("look-up failed: {0}")]
    LookupFailed(String),
    /// The component that an application is pinned to cannot be loaded.
    #[error("the component that the application began with cannot be loaded: {0}")]
    Unloadable(String),
    /// The region does not run it for this.
    #[error("the region does not run it for this")]
    NotAsked,
    /// All places were taken for too long.
    #[error("no free place within {} ms", .0.as_millis())]
    Busy(Duration),
    /// It failed repeatedly and rests for so long.
    #[error("rests for {} s after repeated failure", .0.as_secs().max(1))]
    Resting(Duration),
}

/// A plugin's own word that it cannot do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The answers, options or data are not of the shape it expects.
    #[error("refuses the input: {0}")]
    InvalidInput(String),
    /// Something it needs is not there now.
    #[error("misses something: {0}")]
    Unavailable(String),
    /// A mistake of its own.
    #[error("admits a mistake: {0}")]
    Internal(String),
}

impl Fault {
    /// Whether the plugin is to blame, so that it rests after a few of these.
    pub(super) fn is_failure(&self) -> bool {
        !matches!(
            self,
            Self::Refused(_)
                | Self::LookupFailed(_)
                | Self::Unloadable(_)
                | Self::NotAsked
                | Self::Busy(_)
                | Self::Resting(_)
        )
    }
}
