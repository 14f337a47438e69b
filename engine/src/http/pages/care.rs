//! What the pages about one account, one unit and one registration have in common.

use axum::http::StatusCode;
use axum::response::Response;

use crate::definition::Text;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::theme::view::{Care, ErrorLink, Fact};

/// What is known, by the keys of its labels; what is not known is left out.
pub(super) fn facts<'k>(visit: &Visit, known: impl IntoIterator<Item = (&'k str, String)>) -> Vec<Fact> {
    let known = known.into_iter().filter(|(_, text)| !text.is_empty());
    let fact = |(key, text): (&str, String)| Fact {
        label: visit.text(key, &[]),
        text,
    };
    known.map(fact).collect()
}

/// Why nothing was done.
pub(super) fn refused(visit: &Visit, wrong: Option<Text>) -> Vec<ErrorLink> {
    let error = |text: Text| ErrorLink {
        label: String::new(),
        message: text.get(visit.language).into(),
        href: String::new(),
    };
    wrong.into_iter().map(error).collect()
}

/// The page, below its list in the menu.
pub(super) async fn page(visit: &Visit, list: MenuTarget, status: StatusCode, view: Care) -> Result<Response, Error> {
    let shell = visit.shell(Stand::at(list).then(view.title.clone(), None)).await?;
    visit.page(status, &shell, &view)
}
