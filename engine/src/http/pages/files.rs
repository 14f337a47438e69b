//! `…/files/{file}`: a file that was handed in.

use axum::extract::Path;
use axum::response::Response;

use super::documents::file;
use crate::http::Error;
use crate::http::visit::SignedIn;

/// The file, as a download: it is somebody else's content. What a browser shows without running anything of it may be
/// looked at with `?view`.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, name)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let (name, kind, content) = registry.download(&case, &name).await?;
    let in_browser = matches!(kind.as_str(), "pdf" | "png" | "jpg");
    let keep = !(in_browser && visit.address.ends_with("?view"));
    let kind = match kind.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        _ => "application/octet-stream",
    };
    Ok(file(content, kind, &name, keep))
}
