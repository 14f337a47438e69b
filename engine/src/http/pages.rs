//! The handlers, one file a page: read the request, ask the registry, fill the view.

pub(super) mod account;
pub(super) mod actions;
pub(super) mod activation;
pub(super) mod applications;
pub(super) mod approvals;
pub(super) mod captcha;
mod care;
pub(super) mod certificates;
pub(super) mod check;
mod conflict;
pub(super) mod create;
pub(super) mod documents;
pub(super) mod files;
pub(super) mod form_page;
mod head;
pub(super) mod health;
pub(super) mod home;
pub(super) mod language;
pub(super) mod live;
pub(super) mod outbox;
pub(super) mod overview;
pub(super) mod people;
pub(super) mod pick;
pub(super) mod preview;
pub(super) mod profile;
pub(super) mod queue;
pub(super) mod reference;
pub(super) mod regions;
pub(super) mod register_documents;
pub(super) mod registers;
pub(super) mod reset;
pub(super) mod roles;
pub(super) mod second_factor;
pub(super) mod sign_in;
pub(super) mod sign_up;
pub(super) mod statics;
pub(super) mod statistics;
pub(super) mod table_file;
pub(super) mod text_size;
pub(super) mod texts;
pub(super) mod units;
pub(super) mod unmask;
pub(super) mod uploads;
pub(super) mod verify;
pub(super) mod watch;

pub(super) use form_page::TYPED;
use serde::Deserialize;

/// Which part of a list is wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Part {
    /// Where the part before ended.
    after: Option<String>,
}

/// The paging of a list whose parts are numbered.
fn numbered(total: usize, page: usize, pages: usize, href: &str, query: &str) -> crate::theme::view::Paging {
    let part = |page: usize| format!("{href}?{query}&page={page}");
    crate::theme::view::Paging {
        total,
        page,
        pages,
        previous: (page > 1).then(|| part(page - 1)),
        next: (page < pages).then(|| part(page + 1)),
    }
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
