//! `…/documents/{document}`: preview and download.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Case;
use crate::theme::view::{DocumentPage, Fact, PageImage};

/// Pixels of an A4 page in landscape at 144 dots an inch.
const LANDSCAPE: (u32, u32) = (1684, 1191);

/// The preview, with 打印 to download.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, document)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let case = visit.app.registry().case(&person, &id).await?;
    let document = case.document(&document)?;
    let below = |what: &str| visit.of(&case, &format!("documents/{}/{what}", document.id));
    if !document.issued {
        // Only what was issued has a picture; anything else is printed anew each time.
        return Ok(visit.redirect(&below("pdf"), None));
    }
    let (width, height) = LANDSCAPE;
    let view = DocumentPage {
        label: document.label.get(visit.language).into(),
        name: case.application().title.clone(),
        images: vec![PageImage {
            src: below("png"),
            width,
            height,
        }],
        summary: summary(&visit, &case),
        pdf: below("pdf"),
        back: visit.of(&case, ""),
    };
    let shell = visit
        .shell(Stand::at(MenuTarget::Certificates).then(view.label.clone(), None))
        .await?;
    visit.page(StatusCode::OK, &shell, &view)
}

fn summary(visit: &Visit, case: &Case) -> Vec<Fact> {
    let application = case.application();
    let fact = |key: &str, text: String| Fact {
        label: visit.text(key, &[]),
        text,
    };
    let mut facts = vec![fact("name", application.title.clone())];
    facts.extend(application.number.clone().map(|number| fact("number", number)));
    facts.extend(
        application
            .registered_on
            .map(|date| fact("issued_on", date.to_string())),
    );
    facts
}

/// The PDF.
pub(in crate::http) async fn pdf(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, document)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let case = visit.app.registry().case(&person, &id).await?;
    let print = visit.app.registry().print(&case, &document, visit.language).await?;
    Ok(file(
        print.pdf.into(),
        "application/pdf",
        &format!("{}.pdf", print.name),
        true,
    ))
}

/// The first page of an issued document as a picture.
pub(in crate::http) async fn png(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, document)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let picture = registry.picture(&case, &document).await?;
    Ok(file(picture, "image/png", "preview.png", false))
}

/// A file with its name, to be shown or to be kept.
pub(super) fn file(content: bytes::Bytes, kind: &str, name: &str, keep: bool) -> Response {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let how = if keep { "attachment" } else { "inline" };
    let disposition = format!("{how}; filename*=UTF-8''{encoded}");
    let mut response = content.into_response();
    let headers = response.headers_mut();
    let value = |text: &str| {
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
    };
    headers.insert(header::CONTENT_TYPE, value(kind));
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition));
    response
}
