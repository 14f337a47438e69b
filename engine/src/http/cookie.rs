//! The four cookies: the session, the language, the size of the text, and what the last request did.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

use crate::definition::Language;
use crate::theme::view::NoticeKind;

const LANGUAGE: &str = "language";
const TEXT_SIZE: &str = "text-size";
const NOTICE: &str = "notice";

/// What a request can have done, told once on the next page: the theme's text key.
pub(super) const NOTICES: [(&str, NoticeKind); 21] = [
    ("saved", NoticeKind::Done),
    ("action_done", NoticeKind::Done),
    ("created", NoticeKind::Done),
    ("copied", NoticeKind::Done),
    ("copied_partly", NoticeKind::Warning),
    ("signed_out", NoticeKind::Info),
    ("role_taken", NoticeKind::Done),
    ("certified", NoticeKind::Done),
    ("password_changed", NoticeKind::Done),
    ("link_sent", NoticeKind::Done),
    ("code_sent", NoticeKind::Done),
    ("phone_verified", NoticeKind::Done),
    ("session_ended", NoticeKind::Done),
    ("second_factor_dropped", NoticeKind::Done),
    ("id_expired", NoticeKind::Warning),
    ("invited", NoticeKind::Done),
    ("handed_over", NoticeKind::Done),
    ("done", NoticeKind::Done),
    ("unmasked", NoticeKind::Info),
    ("text_large", NoticeKind::Info),
    ("text_normal", NoticeKind::Info),
];

/// The cookies of a request.
pub(super) fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// The name of a region's session cookie.
pub(super) fn session_name(region: &str) -> String {
    format!("session-{region}")
}

/// Keeps the token for this region's pages until the browser closes.
pub(super) fn session(region: &str, token: &str, secure: bool) -> HeaderValue {
    value(
        base(session_name(region), token.to_owned(), format!("/{region}"), secure)
            .http_only(true)
            .build(),
    )
}

/// The name of the cookie by which a browser is known that has signed in before.
pub(super) fn browser_name(region: &str) -> String {
    format!("browser-{region}")
}

/// Keeps by what the browser is known.
pub(super) fn browser(region: &str, token: &str, secure: bool) -> HeaderValue {
    let path = format!("/{region}/sign-in");
    let cookie = base(browser_name(region), token.to_owned(), path, secure).same_site(SameSite::Strict);
    value(
        cookie
            .http_only(true)
            .max_age(cookie::time::Duration::days(180))
            .build(),
    )
}

/// Forgets the token.
pub(super) fn end_session(region: &str, secure: bool) -> HeaderValue {
    let cookie = base(session_name(region), String::new(), format!("/{region}"), secure);
    value(cookie.http_only(true).max_age(cookie::time::Duration::ZERO).build())
}

/// Keeps the language for a year.
pub(super) fn language(language: Language, secure: bool) -> HeaderValue {
    let cookie = base(LANGUAGE.into(), language.tag().into(), "/".into(), secure);
    value(
        cookie
            .http_only(true)
            .max_age(cookie::time::Duration::days(365))
            .build(),
    )
}

pub(super) fn read_language(headers: &HeaderMap) -> Option<Language> {
    match read(headers, LANGUAGE)? {
        "zh-CN" => Some(Language::Chinese),
        "en" => Some(Language::English),
        _ => None,
    }
}

/// Keeps for a year whether pages are shown in large text.
pub(super) fn text_size(large: bool, secure: bool) -> HeaderValue {
    let size = if large { "large" } else { "normal" };
    let cookie = base(TEXT_SIZE.into(), size.into(), "/".into(), secure);
    value(
        cookie
            .http_only(true)
            .max_age(cookie::time::Duration::days(365))
            .build(),
    )
}

pub(super) fn read_large_text(headers: &HeaderMap) -> bool {
    read(headers, TEXT_SIZE) == Some("large")
}

/// Tells the next page what was done; `key` is one of [`NOTICES`].
pub(super) fn notice(key: &str, secure: bool) -> HeaderValue {
    let cookie = base(NOTICE.into(), key.to_owned(), "/".into(), secure);
    value(
        cookie
            .http_only(true)
            .max_age(cookie::time::Duration::minutes(1))
            .build(),
    )
}

pub(super) fn forget_notice(secure: bool) -> HeaderValue {
    let cookie = base(NOTICE.into(), String::new(), "/".into(), secure);
    value(cookie.http_only(true).max_age(cookie::time::Duration::ZERO).build())
}

/// What is to be told, and what it is about: a word of ours behind a full stop.
pub(super) fn read_notice(headers: &HeaderMap) -> Option<(&'static str, NoticeKind, &str)> {
    let (key, about) = read(headers, NOTICE).map(|told| told.split_once('.').unwrap_or((told, "")))?;
    let known = NOTICES.into_iter().find(|(known, _)| *known == key);
    known.map(|(key, kind)| (key, kind, about))
}

fn base(name: String, content: String, path: String, secure: bool) -> cookie::CookieBuilder<'static> {
    Cookie::build((name, content))
        .path(path)
        .same_site(SameSite::Lax)
        .secure(secure)
}

fn value(cookie: Cookie<'static>) -> HeaderValue {
    // Names and contents are ours: region ids, tokens in base64, keys.
    HeaderValue::try_from(cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}
