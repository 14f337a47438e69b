//! `/{region}/role`: takes another role of the account.

use axum::response::Response;

use crate::http::Error;
use crate::http::body::Posting;
use crate::http::visit::SignedIn;

/// Takes it and goes to the entrance, where the role's tasks are.
pub(in crate::http) async fn take(SignedIn { visit, person }: SignedIn, posting: Posting) -> Result<Response, Error> {
    visit
        .app
        .registry()
        .take_role(&person, posting.get("role").unwrap_or_default())
        .await?;
    Ok(visit.redirect(&visit.href(""), Some("role_taken")))
}
