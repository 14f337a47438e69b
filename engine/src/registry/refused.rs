//! Why something was not done, and who is told what.
//!
//! - `NotFound`, `NotAllowed`, `NotSignedIn`, `Stale`, `Action`, `Input` and `Unprintable` are the
//!   person's to know, in their language; nothing is logged.
//! - `Plugin`, `Document` and `Busy` tell the person to try again; they are logged once, by `http`.
//! - `Failed` is ours; the person gets a reference, the log the cause.

use crate::definition::Text;
use crate::document::RenderError;
use crate::plugin::CallError;
use crate::store::{CommitError, FileError, SealError, StoreError, Subject};

/// Why something was not done. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such thing, or not for this person.
    #[error("there is no such thing")]
    NotFound,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The person may not do this; the text says who may.
    #[error("not allowed: {0}")]
    NotAllowed(Text),
    /// Somebody was quicker.
    #[error("changed meanwhile: {0}")]
    Stale(Text),
    /// An action cannot be taken.
    #[error("{text}")]
    Action {
        /// What the person is told.
        text: Text,
        /// Which of the action's inputs are wrong, with what to say.
        inputs: Vec<(String, Text)>,
    },
    /// What was given cannot be taken.
    #[error("{0}")]
    Input(Text),
    /// The answers cannot be printed as they are.
    #[error("{0}")]
    Unprintable(Text),
    /// A plugin could not be asked; nothing is taken as passed.
    #[error(transparent)]
    Plugin(#[from] CallError),
    /// A template or its data made no document, or not in time; why.
    #[error("no document: {0}")]
    Document(String),
    /// Too much is going on.
    #[error("busy")]
    Busy,
    /// Something is broken here.
    #[error("{0}")]
    Failed(String),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<SealError> for Refused {
    fn from(error: SealError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<FileError> for Refused {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Missing { .. } => Self::NotFound,
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<CommitError> for Refused {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale { what: Subject::Page(_) } => Self::Stale(Text::both(
                "这一栏在别处已保存过，您填写的内容还没有保存，都在下面。请逐项选择要保留的内容，再保存",
                "This page was saved elsewhere; what you typed is not stored yet and stands below. Choose for each field what to keep, then save.",
            )),
            CommitError::Stale {
                what: Subject::Account | Subject::Unit | Subject::Ticket | Subject::Session,
            } => Self::Stale(Text::both(
                "账号或单位的情况已改变，您的操作没有生效，请刷新后再看",
                "The account or unit has changed meanwhile; nothing was done. Please reload the page.",
            )),
            CommitError::Stale { .. } | CommitError::Missing { .. } => Self::Stale(Text::both(
                "申请的状态已改变，您的操作没有生效，请刷新后再看",
                "The application has moved on; nothing was changed. Please reload the page.",
            )),
            CommitError::Taken { what } => Self::Stale(Text::both(
                format!("已被占用：{what}"),
                format!("Already taken: {what}."),
            )),
            CommitError::CounterMoved { .. } => Self::Busy,
            CommitError::Store(error) => error.into(),
        }
    }
}

impl From<RenderError> for Refused {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::MissingGlyph { character, field } => {
                let (zh, en) = field.map_or((String::new(), String::new()), |field| {
                    (format!("“{field}”中的"), format!(" in “{field}”"))
                });
                let code = format!("U+{:04X}", u32::from(character));
                Self::Unprintable(Text::both(
                    format!(
                        "{zh}字符“{character}”（{code}）没有字体可以印出，文书没有生成，申请没有改变。请换用通行的字，或联系技术支持添加字体"
                    ),
                    format!(
                        "The character “{character}” ({code}){en} cannot be printed by any font. No document was made and nothing was changed. Use a common character or ask for a font to be added."
                    ),
                ))
            }
            RenderError::Busy => Self::Busy,
            other => Self::Document(other.to_string()),
        }
    }
}
