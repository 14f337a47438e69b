//! What each page shows: plain data that the http handlers fill and the templates read.
//!
//! Every text in a view is already in the language of its [`Shell`] and is escaped by the
//! template; every address starts with `/`. Markup comes only as [`Html`], which only this module's
//! neighbours can make.

mod account;
mod application;
mod care;
mod entrance;
mod form_page;
mod outbox;
mod pick;
mod preview;
mod reference;
mod register;
mod shell;
mod statistics;
mod watch;

pub use account::*;
pub use application::*;
pub use care::*;
pub use entrance::*;
pub use form_page::*;
pub use outbox::*;
pub use pick::*;
pub use preview::*;
pub use reference::*;
pub use register::*;
pub use shell::*;
pub use statistics::*;
pub use watch::*;

use serde::Serialize;

/// A page: its data and the template that shows it.
pub trait View: Serialize {
    /// The template's file name under `templates/`.
    const TEMPLATE: &'static str;
}

/// Markup that was escaped where it was made.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Html(pub(in crate::theme) String);

impl Html {
    /// A text, escaped.
    pub fn text(text: &str) -> Self {
        Self(crate::theme::form::escaped(text))
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
