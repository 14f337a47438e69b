//! `…/unmask`: a reviewer says why, and sees the sensitive answers in full, once, on this page.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::head::head;
use super::overview::answer_pages;
use crate::definition::Text;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Case, Refused};
use crate::theme::view::{ErrorLink, Unmask};

/// The question why.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let case = visit.app.registry().case(&person, &id).await?;
    case.unmasking()?;
    page(&visit, &case, StatusCode::OK, "", None, false).await
}

/// The answers, once the reason stands in the audit chain.
pub(in crate::http) async fn unmask(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let reason = posting.get("reason").unwrap_or_default();
    match registry.unmask(&person, &case, reason).await {
        Ok(()) => page(&visit, &case, StatusCode::OK, reason.trim(), None, true).await,
        Err(Refused::Input(text)) => {
            page(
                &visit,
                &case,
                StatusCode::UNPROCESSABLE_ENTITY,
                reason,
                Some(&text),
                false,
            )
            .await
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn page(
    visit: &Visit,
    case: &Case,
    status: StatusCode,
    reason: &str,
    wrong: Option<&Text>,
    reveal: bool,
) -> Result<Response, Error> {
    let error = |text: &Text| ErrorLink {
        label: visit.text("unmask_reason", &[]),
        message: text.get(visit.language).to_owned(),
        href: "#f-reason".into(),
    };
    let view = Unmask {
        head: head(visit, case, case.look(), None),
        reason: reason.to_owned(),
        errors: wrong.map(error).into_iter().collect(),
        answers: if reveal {
            answer_pages(visit, case, true)
        } else {
            Vec::new()
        },
        address: visit.of(case, "unmask"),
        back: visit.of(case, "review"),
    };
    let stand = Stand::at(MenuTarget::Queue).then(visit.text("unmask", &[]), None);
    let shell = visit.shell(stand).await?;
    let mut response = visit.page(status, &shell, &view)?;
    // Neither the browser nor anything between keeps what was shown.
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}
