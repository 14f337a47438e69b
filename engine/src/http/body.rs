//! A posted form as name-value pairs and files, whatever way it was encoded, within limits.

use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Error;
use crate::check::posted::MAX_PAIRS;
use crate::definition::Text;
use crate::registry::Received;
use crate::theme::input_name::{COMMAND, PICK};

/// Bytes of a posted form without files, and of the texts of one with files.
pub(super) const FORM_BYTES: usize = 2 << 20;
/// Bytes of a posted form with files.
pub(super) const UPLOAD_BYTES: usize = 64 << 20;

/// Files in one post.
const FILES: usize = 100;
/// How long a client may say nothing while it sends a form.
const SILENCE: Duration = Duration::from_secs(30);
/// Posts with files are held in memory while they arrive: so many at one time, others wait.
static UPLOADS: Semaphore = Semaphore::const_new(8);

/// A posted form without files.
#[derive(Debug, Default)]
pub(super) struct Posting {
    /// Names and values in the order they were sent.
    pub(super) pairs: Vec<(String, String)>,
}

/// A posted page of a form, which may have files.
#[derive(Debug, Default)]
pub(super) struct PagePosting {
    /// Names and values in the order they were sent.
    pub(super) pairs: Vec<(String, String)>,
    /// Files by the name of their input; inputs without a file are left out.
    pub(super) files: Vec<(String, Received)>,
}

impl Posting {
    /// The first value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        first(&self.pairs, name)
    }
}

impl Posting {
    /// Whether the form is only to be shown again: to ask what depends on its answers, or to offer what can be picked.
    pub(super) fn asks_again(&self) -> bool {
        self.get(COMMAND) == Some("again") || self.get(PICK).is_some()
    }
}

impl PagePosting {
    /// The first value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        first(&self.pairs, name)
    }
}

fn first<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

impl<S: Send + Sync> FromRequest<S> for Posting {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        match kind(&request).as_str() {
            "application/x-www-form-urlencoded" => Ok(Self {
                pairs: urlencoded(request).await?,
            }),
            _ => Err(malformed()),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for PagePosting {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        match kind(&request).as_str() {
            "application/x-www-form-urlencoded" => Ok(Self {
                pairs: urlencoded(request).await?,
                files: Vec::new(),
            }),
            "multipart/form-data" => {
                let _place = UPLOADS.acquire().await.map_err(|_| malformed())?;
                multipart(request, state).await
            }
            _ => Err(malformed()),
        }
    }
}

/// A chunk of a file: never more than `most` bytes, and nothing of one that does not come whole.
pub(super) async fn chunk(body: Body, most: usize) -> Result<Bytes, Error> {
    let mut body = Limited::new(body, most);
    let mut chunk = BytesMut::new();
    while let Some(frame) = timeout(SILENCE, body.frame()).await.map_err(|_| malformed())? {
        let frame = frame.map_err(|error| match error.is::<LengthLimitError>() {
            true => too_large(most),
            false => malformed(),
        })?;
        if let Ok(data) = frame.into_data() {
            chunk.extend_from_slice(&data);
        }
    }
    Ok(chunk.freeze())
}

fn kind(request: &Request) -> String {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn urlencoded(request: Request) -> Result<Vec<(String, String)>, Error> {
    let mut body = Limited::new(request.into_body(), FORM_BYTES);
    let mut bytes = Vec::new();
    while let Some(frame) = timeout(SILENCE, body.frame()).await.map_err(|_| malformed())? {
        let frame = frame.map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large(FORM_BYTES)
            } else {
                malformed()
            }
        })?;
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    let mut pairs = Vec::new();
    for part in bytes.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
        let at = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        if pairs.len() == MAX_PAIRS {
            return Err(too_many());
        }
        pairs.push((decoded(&part[..at])?, decoded(part.get(at + 1..).unwrap_or_default())?));
    }
    Ok(pairs)
}

/// Percent-encoded bytes as text; anything that is not UTF-8 is refused.
fn decoded(bytes: &[u8]) -> Result<String, Error> {
    let mut plain = Vec::with_capacity(bytes.len());
    for part in bytes.split_inclusive(|byte| *byte == b'+') {
        let (part, space) = match part.split_last() {
            Some((b'+', part)) => (part, true),
            _ => (part, false),
        };
        plain.extend(percent_encoding::percent_decode(part));
        plain.extend(space.then_some(b' '));
    }
    String::from_utf8(plain).map_err(|_| malformed())
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<PagePosting, Error> {
    let (parts, body) = request.into_parts();
    let limited = Request::from_parts(parts, Body::new(Limited::new(body, UPLOAD_BYTES)));
    let limited = axum::RequestExt::with_limited_body(limited);
    let mut reader = Multipart::from_request(limited, state).await.map_err(|_| malformed())?;
    let mut posting = PagePosting::default();
    let mut text = 0;
    loop {
        let next = timeout(SILENCE, reader.next_field()).await.map_err(|_| malformed())?;
        let Some(field) = next.map_err(|error| unreadable(&error))? else {
            return Ok(posting);
        };
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let content = content(field).await?;
        text += if file.is_none() { content.len() } else { 0 };
        if text > FORM_BYTES {
            return Err(too_large(FORM_BYTES));
        }
        match file {
            Some(file) if file.is_empty() => {}
            Some(file) => posting.files.push((
                name,
                Received {
                    name: file,
                    content: content.into(),
                },
            )),
            None => posting
                .pairs
                .push((name, String::from_utf8(content).map_err(|_| malformed())?)),
        }
        if posting.files.len() > FILES || posting.pairs.len() > MAX_PAIRS {
            return Err(too_many());
        }
    }
}

async fn content(mut field: Field<'_>) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    while let Some(chunk) = timeout(SILENCE, field.chunk())
        .await
        .map_err(|_| malformed())?
        .map_err(|error| unreadable(&error))?
    {
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

fn unreadable(error: &axum::extract::multipart::MultipartError) -> Error {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE || is_limit(error) {
        too_large(UPLOAD_BYTES)
    } else {
        malformed()
    }
}

fn is_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<LengthLimitError>())
}

fn too_large(limit: usize) -> Error {
    let megabytes = limit >> 20;
    Error::TooLarge(Text::both(
        format!("一次提交的内容超过 {megabytes} MB，没有保存。请分几次上传或压缩文件"),
        format!(
            "The post is larger than {megabytes} MB and was not stored. Upload in several steps or compress the files."
        ),
    ))
}

fn too_many() -> Error {
    Error::BadRequest(Text::both(
        format!("一次提交的内容太多（超过 {MAX_PAIRS} 项或 {FILES} 个文件），没有保存。请分几次提交"),
        format!(
            "The post has too many parts (more than {MAX_PAIRS} inputs or {FILES} files) and was not stored. \
             Please post it in several steps."
        ),
    ))
}

fn malformed() -> Error {
    Error::BadRequest(Text::both(
        "提交的内容无法识别（编码不是 UTF-8 或格式不完整），没有保存。请返回后重试",
        "The post could not be read (not UTF-8 or incomplete) and nothing was stored. Please go back and try again.",
    ))
}
