//! The handlers, one file a page: read the request, ask the registry, fill the view.

pub(super) mod actions;
pub(super) mod applications;
pub(super) mod certificates;
pub(super) mod check;
pub(super) mod create;
pub(super) mod documents;
pub(super) mod files;
pub(super) mod form_page;
mod head;
pub(super) mod health;
pub(super) mod home;
pub(super) mod language;
pub(super) mod overview;
pub(super) mod preview;
pub(super) mod queue;
pub(super) mod reference;
pub(super) mod regions;
pub(super) mod roles;
pub(super) mod sign_in;
pub(super) mod statics;
pub(super) mod texts;
pub(super) mod verify;
pub(super) mod watch;

use serde::Deserialize;

/// Which part of a list is wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Part {
    /// Where the part before ended.
    after: Option<String>,
}

/// How many entries a page of a list has.
const ROWS: usize = 20;

/// The paging of a list that is read from one place to the next.
fn paging(total: usize, next: Option<String>, href: &str) -> crate::theme::view::Paging {
    let pages = total.div_ceil(ROWS).max(1);
    let next = next.map(|after| {
        format!(
            "{href}?after={}",
            percent_encoding::utf8_percent_encode(&after, percent_encoding::NON_ALPHANUMERIC)
        )
    });
    crate::theme::view::Paging {
        total,
        page: 1,
        pages,
        previous: None,
        next,
    }
}
