//! `…/pages/{page}/uploads`: files that come in chunks, as tus 1.0 has it (creation, expiration, termination). What
//! is begun has an address; `HEAD` tells how far it stands, `PATCH` adds a chunk, `DELETE` gives it up.
//!
//! Beyond tus, a file that has come whole is taken by posting the page to that address: with its inputs, as when it
//! saves itself, and with the digest of the file. Refusals are told in JSON to the page's script.

use axum::body::Body;
use axum::extract::{FromRequest, Path, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::rfc2822;
use serde_json::{Value as Json, json};

use super::live::{answer, told_saved, without_seen};
use crate::definition::Text;
use crate::http::Error;
use crate::http::body::{Posting, chunk};
use crate::http::filling::filling;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Begun, CHUNK_BYTES, Case, Chunk, MOST_SENT, Person, Refused, Saved, Sending, WantedUpload};
use crate::workflow::Editing;

/// The version of the protocol.
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const VERSIONS: HeaderName = HeaderName::from_static("tus-version");
const MOST: HeaderName = HeaderName::from_static("tus-max-size");
/// What a chunk is sent as.
const CHUNK: &str = "application/offset+octet-stream";
/// The rule of the finding that a file was not taken.
const REFUSED: &str = "file-refused";
/// The pair with the digest of the file.
const DIGEST: &str = "~digest";

/// Region, application, page and upload.
type Names = Path<(String, String, String, String)>;

/// Begins a file: its length, its name and its field are announced.
pub(in crate::http) async fn begin(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, Error> {
    let case = case_to_edit(&visit, &person, &id).await?;
    if let Some(refused) = other_version(&visit) {
        return Ok(refused);
    }
    let length = number(&visit.headers, &LENGTH).ok_or_else(malformed)?;
    let (field, name) = announced(&visit.headers).ok_or_else(malformed)?;
    let pairs = match request.headers().contains_key(header::CONTENT_TYPE) {
        true => Posting::from_request(request, &()).await?.pairs,
        false => Vec::new(),
    };
    let wanted = WantedUpload {
        field: &field,
        name: &name,
        size: length,
    };
    let registry = visit.app.registry();
    let begun = registry.begin_sending(&person, &case, &page, &wanted, &pairs).await;
    match begun {
        Ok(Begun::Sending(sending)) => {
            let mut response = stand(StatusCode::CREATED, &sending);
            let address = visit.of(&case, &format!("pages/{page}/uploads/{}", sending.id));
            if let Ok(address) = HeaderValue::try_from(address) {
                response.headers_mut().insert(header::LOCATION, address);
            }
            Ok(response)
        }
        Ok(Begun::TooLarge(text)) => Ok(told(&visit, StatusCode::PAYLOAD_TOO_LARGE, &text)),
        Err(refused) => problem(&visit, refused),
    }
}

/// How far the file stands.
pub(in crate::http) async fn stands(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page, upload)): Names,
) -> Result<Response, Error> {
    case_to_edit(&visit, &person, &id).await?;
    if let Some(refused) = other_version(&visit) {
        return Ok(refused);
    }
    let sending = visit.app.registry().sending(&person, &id, &page, &upload).await?;
    Ok(stand(StatusCode::OK, &sending))
}

/// Takes a chunk.
pub(in crate::http) async fn take(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page, upload)): Names,
    body: Body,
) -> Result<Response, Error> {
    case_to_edit(&visit, &person, &id).await?;
    if let Some(refused) = other_version(&visit) {
        return Ok(refused);
    }
    let registry = visit.app.registry();
    let mut sending = registry.sending(&person, &id, &page, &upload).await?;
    let kind = visit.headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != CHUNK) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let offset = number(&visit.headers, &OFFSET).ok_or_else(malformed)?;
    if offset != sending.offset {
        // Told before the chunk is read.
        return Ok(stand(StatusCode::CONFLICT, &sending));
    }
    let chunk = chunk(body, CHUNK_BYTES).await?;
    let taken = registry
        .take_chunk(&person, (&id, &page, &upload), offset, chunk)
        .await?;
    let (status, offset) = match taken {
        Chunk::Kept(offset) => (StatusCode::NO_CONTENT, offset),
        Chunk::Elsewhere(offset) => (StatusCode::CONFLICT, offset),
        Chunk::PastTheEnd(offset) => (StatusCode::PAYLOAD_TOO_LARGE, offset),
        Chunk::TooSmall => (StatusCode::BAD_REQUEST, offset),
    };
    sending.offset = offset;
    Ok(stand(status, &sending))
}

/// Gives the file up.
pub(in crate::http) async fn give_up(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page, upload)): Names,
) -> Result<Response, Error> {
    case_to_edit(&visit, &person, &id).await?;
    if let Some(refused) = other_version(&visit) {
        return Ok(refused);
    }
    visit.app.registry().give_up(&person, &id, &page, &upload).await?;
    Ok(with_version(StatusCode::NO_CONTENT.into_response()))
}

/// Takes the whole file into the page and saves what is typed there; tells how the page stands, its field included.
pub(in crate::http) async fn finish(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page, upload)): Names,
    mut posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = case_to_edit(&visit, &person, &id).await?;
    let digest = posting.get(DIGEST).unwrap_or_default().to_owned();
    posting.pairs.retain(|(name, _)| name != DIGEST);
    let (pairs, seen) = without_seen(posting.pairs);
    let taken = registry
        .take_whole(&person, &case, (&page, &upload), &digest, &pairs)
        .await;
    let (field, mut saved) = match taken {
        Ok(taken) => taken,
        Err(Refused::Stale(text)) => {
            let problem = visit.text("stale_quietly", &[("text", text.get(visit.language))]);
            return Ok(answer(StatusCode::CONFLICT, &json!({"problem": problem})));
        }
        Err(refused) => return problem(&visit, refused),
    };
    let refused = refusal(&visit, &saved);
    saved.findings.retain(|finding| finding.rule != REFUSED);
    // The file is among the answers only now.
    let case = registry.case(&person, &id).await?;
    let mut told = told_saved(&visit, (&case, &case), &page, (&pairs, &seen), &saved)?;
    told.insert("field".into(), markup(&visit, &case, &page, &pairs, &field)?.into());
    if let Some(text) = refused {
        told.insert("refused".into(), text.into());
    }
    Ok(answer(StatusCode::OK, &Json::Object(told)))
}

/// The markup of a field of the page as it was posted.
fn markup(visit: &Visit, case: &Case, page: &str, pairs: &[(String, String)], field: &str) -> Result<String, Error> {
    let judged = case.judge(page, pairs)?;
    let definition = case.form().pages.get(page).ok_or(Error::NotFound)?;
    let filling = filling(visit, case, definition, &judged.evaluated, &judged.answers);
    let prepared = visit.shop.form(case.form());
    let fields = prepared.page(page).ok_or(Error::NotFound)?;
    Ok(fields.one(visit.language, field, &filling).as_str().to_owned())
}

/// Why the file was not taken, where it was not.
fn refusal(visit: &Visit, saved: &Saved) -> Option<String> {
    let refused = saved.findings.iter().find(|finding| finding.rule == REFUSED)?;
    Some(refused.message.get(visit.language).to_owned())
}

/// The application, which the person may change now.
async fn case_to_edit(visit: &Visit, person: &Person, id: &str) -> Result<Case, Error> {
    let case = visit.app.registry().case(person, id).await?;
    match case.editing() {
        Editing::No => Err(Error::NotFound),
        _ => Ok(case),
    }
}

/// What a client is told that speaks another version of the protocol, or none.
fn other_version(visit: &Visit) -> Option<Response> {
    if visit.headers.get(RESUMABLE) == Some(&VERSION) {
        return None;
    }
    let mut response = StatusCode::PRECONDITION_FAILED.into_response();
    response.headers_mut().insert(VERSIONS, VERSION);
    Some(with_version(response))
}

fn with_version(mut response: Response) -> Response {
    response.headers_mut().insert(RESUMABLE, VERSION);
    response
}

fn stand(status: StatusCode, sending: &Sending) -> Response {
    let mut response = with_version(status.into_response());
    let headers = response.headers_mut();
    headers.insert(OFFSET, sending.offset.into());
    headers.insert(LENGTH, sending.size.into());
    headers.insert(MOST, MOST_SENT.into());
    let until = sending.until.to_zoned(jiff::tz::TimeZone::UTC);
    let until = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&until.timestamp());
    if let Some(until) = until.ok().and_then(|until| HeaderValue::try_from(until).ok()) {
        headers.insert(EXPIRES, until);
    }
    response
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// The field and the name in `Upload-Metadata`: pairs of a key and a value in Base64, divided by commas.
fn announced(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(METADATA)?.to_str().ok()?;
    let value = |key: &str| {
        let mut pairs = text.split(',').filter_map(|pair| pair.trim().split_once(' '));
        let (_, value) = pairs.find(|(name, _)| *name == key)?;
        String::from_utf8(STANDARD.decode(value).ok()?).ok()
    };
    Some((value("field")?, value("filename")?))
}

/// What the page's script is told where the registry refuses.
fn problem(visit: &Visit, refused: Refused) -> Result<Response, Error> {
    match refused {
        Refused::Input(text) => Ok(told(visit, StatusCode::UNPROCESSABLE_ENTITY, &text)),
        Refused::NotAllowed(text) => Ok(told(visit, StatusCode::FORBIDDEN, &text)),
        other => Err(other.into()),
    }
}

fn told(visit: &Visit, status: StatusCode, text: &Text) -> Response {
    with_version(answer(status, &json!({"problem": text.get(visit.language)})))
}

fn malformed() -> Error {
    Error::BadRequest(Text::both(
        "上传请求无法识别，没有保存。请刷新页面后重试",
        "The upload could not be read and nothing was stored. Please reload the page and try again.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_read() {
        for (given, expected) in [
            ("filename 5oql5ZGKLnBkZg==,field cmVwb3J0", Some(("report", "报告.pdf"))),
            ("field cmVwb3J0, filename YQ==,filetype", Some(("report", "a"))),
            ("field cmVwb3J0", None),
            ("field ///w==,filename YQ==", None),
            ("field %%%,filename YQ==", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(METADATA, given.parse().unwrap());
            let expected = expected.map(|(field, name)| (field.to_owned(), name.to_owned()));
            assert_eq!(announced(&headers), expected, "{given}");
        }
    }

    #[test]
    fn only_digits_are_a_number() {
        for (given, expected) in [
            ("12", Some(12)),
            ("0", Some(0)),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1e3", None),
            ("99999999999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(OFFSET, given.parse().unwrap());
            assert_eq!(number(&headers, &OFFSET), expected, "{given}");
        }
    }
}
