//! `/{region}/roles`, `/{region}/role`: in which role, where an account has several.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::sign_in::local;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::shell::Stand;
use crate::http::visit::SignedIn;
use crate::theme::view::Roles;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Next {
    next: Option<String>,
}

/// The roles to choose from.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Query(query): Query<Next>,
) -> Result<Response, Error> {
    let view = Roles {
        roles: person
            .roles
            .iter()
            .map(|role| (role.to_string(), visit.role(role)))
            .collect(),
        next: query.next.filter(|next| local(next)),
    };
    let shell = visit
        .shell(Stand::default().then(visit.text("roles_choose", &[]), None))
        .await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// Takes one and goes to the entrance, where the role's tasks are, or where the person wanted to go.
pub(in crate::http) async fn take(SignedIn { visit, person }: SignedIn, posting: Posting) -> Result<Response, Error> {
    let registry = visit.app.registry();
    registry
        .take_role(&person, posting.get("role").unwrap_or_default())
        .await?;
    let next = posting.get("next").filter(|next| local(next));
    Ok(visit.redirect(next.unwrap_or(&visit.href("")), Some("role_taken")))
}
