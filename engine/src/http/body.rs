//! A posted form as name-value pairs and files, whatever way it was encoded, within limits.

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::Error;
use crate::definition::Text;
use crate::registry::Received;

/// Bytes of a posted form without files.
pub(super) const FORM_BYTES: usize = 2 << 20;
/// Bytes of a posted form with files.
pub(super) const UPLOAD_BYTES: usize = 64 << 20;

/// A posted form.
#[derive(Debug, Default)]
pub(super) struct Posting {
    /// Names and values in the order they were sent.
    pub(super) pairs: Vec<(String, String)>,
    /// Files by the name of their input; inputs without a file are left out.
    pub(super) files: Vec<(String, Received)>,
}

impl Posting {
    /// The first value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Posting {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim() {
            "application/x-www-form-urlencoded" => urlencoded(request).await,
            "multipart/form-data" => multipart(request, state).await,
            _ => Err(malformed()),
        }
    }
}

async fn urlencoded(request: Request) -> Result<Posting, Error> {
    let body = Limited::new(request.into_body(), FORM_BYTES).collect().await;
    let bytes = body
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large(FORM_BYTES)
            } else {
                malformed()
            }
        })?
        .to_bytes();
    let mut pairs = Vec::new();
    for part in bytes.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
        let at = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        pairs.push((decoded(&part[..at])?, decoded(part.get(at + 1..).unwrap_or_default())?));
    }
    Ok(Posting {
        pairs,
        files: Vec::new(),
    })
}

/// Percent-encoded bytes as text; anything that is not UTF-8 is refused.
fn decoded(bytes: &[u8]) -> Result<String, Error> {
    let spaced: Vec<u8> = bytes
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_encoding::percent_decode(&spaced)
        .decode_utf8()
        .map_err(|_| malformed())?;
    Ok(text.into_owned())
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Posting, Error> {
    let (parts, body) = request.into_parts();
    let limited = Request::from_parts(parts, Body::new(Limited::new(body, UPLOAD_BYTES)));
    let limited = axum::RequestExt::with_limited_body(limited);
    let mut reader = Multipart::from_request(limited, state).await.map_err(|_| malformed())?;
    let mut posting = Posting::default();
    loop {
        let field = match reader.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(posting),
            Err(error) => return Err(unreadable(&error)),
        };
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) => {
                let content = field.bytes().await.map_err(|error| unreadable(&error))?;
                if !file.is_empty() {
                    posting.files.push((name, Received { name: file, content }));
                }
            }
            None => {
                let bytes = field.bytes().await.map_err(|error| unreadable(&error))?;
                let text = String::from_utf8(bytes.to_vec()).map_err(|_| malformed())?;
                posting.pairs.push((name, text));
            }
        }
    }
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

fn malformed() -> Error {
    Error::BadRequest(Text::both(
        "提交的内容无法识别（编码不是 UTF-8 或格式不完整），没有保存。请返回后重试",
        "The post could not be read (not UTF-8 or incomplete) and nothing was stored. Please go back and try again.",
    ))
}
