//! `/verify/{region}/{token}`: what anybody may know about a certificate.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::theme::view::{Fact, VerifiedCertificate, Verify};

/// The certificate behind the token, or that there is none.
pub(in crate::http) async fn show(
    visit: Visit,
    Path((region, token)): Path<(String, String)>,
) -> Result<Response, Error> {
    let verified = visit.app.registry().verify(&region, &token).await?;
    let status = if verified.is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    let certificate = verified.map(|verified| VerifiedCertificate {
        number: verified.number,
        name: verified.title,
        authority: visit.office.region().authority.get(visit.language).into(),
        issued_on: verified.issued_on.to_string(),
        valid: true,
        more: verified
            .public
            .into_iter()
            .map(|(label, text)| Fact {
                label: label.get(visit.language).into(),
                text,
            })
            .collect(),
    });
    let shell = visit
        .shell(Stand::default().then(visit.text("verify_title", &[]), None))
        .await?;
    visit.page(status, &shell, &Verify { certificate })
}
