//! What stands before every handler: the origin of posts, the headers of every answer, and what is sent packed.

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Error;
use crate::definition::Text;

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                   font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The layer that refuses posts from other sites and sets the headers of every answer.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !same_origin(request.headers()) {
        let text = Text::both(
            "这个请求来自别的网站，没有执行。请从本系统的页面操作",
            "This request came from another site and was not carried out. Please use the pages of this system.",
        );
        return Error::Forbidden(text).into_response();
    }
    let mut response = next.run(request).await;
    page_headers(response.headers_mut());
    response
}

/// Whether a browser says that the post comes from our own pages. One that says nothing at all is
/// refused.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text("host").unwrap_or_default();
    let from = text("origin").or(text("referer")).unwrap_or_default();
    let authority = from
        .split_once("://")
        .map(|(_, rest)| rest.split('/').next().unwrap_or_default());
    !host.is_empty() && authority == Some(host)
}

/// The headers of every answer; what a handler set already stays.
pub(super) fn page_headers(headers: &mut HeaderMap) {
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Whether an answer is worth packing: what is printed, uploaded or drawn is packed already.
pub(super) fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/") || ["image/svg+xml", "application/json"].contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_post() {
        let cases: [(&[(&'static str, &'static str)], bool); 7] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "http://office"),
                    ("host", "office"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "http://office:8080"), ("host", "office:8080")], true),
            (&[("origin", "http://elsewhere"), ("host", "office")], false),
            (&[("referer", "http://office/page"), ("host", "office")], true),
            (&[("host", "office")], false),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(same_origin(&headers), expected, "{given:?}");
        }
    }
}
