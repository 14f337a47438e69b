//! A browser as the router sees it: cookies, posts from our own pages.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use dengji::theme::input_name::{REVISION, revision};
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::Upload;

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The page with its escapes undone, to look for links and words in; never to look for markup.
    pub fn page(&self) -> String {
        let escapes = [
            ("&#x2f;", "/"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&#39;", "'"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&amp;", "&"),
        ];
        escapes
            .iter()
            .fold(self.text(), |page, (escape, letter)| page.replace(escape, letter))
    }

    /// Where a redirect leads, without this host.
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The revision that the page was rendered from.
    pub fn revision(&self) -> Option<u64> {
        self.hidden(REVISION).and_then(|stamp| revision(&stamp))
    }

    /// The value of the hidden input `name`.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let text = self.text();
        let tag = text
            .split("<input")
            .find(|tag| tag.contains(&format!("name=\"{name}\"")))?;
        let value = tag.split("value=\"").nth(1)?;
        value.split('"').next().map(str::to_owned)
    }

    /// What a browser with JavaScript fills into the captcha of the page; `None` where it has none.
    pub fn solution(&self) -> Option<[(&'static str, String); 2]> {
        let text = self.text();
        let task = text.split("data-captcha=\"").nth(1)?.split('"').next()?;
        Some([
            ("captcha_id", self.hidden("captcha_id")?),
            ("captcha_work", worked_out(task)),
        ])
    }
}

/// The counter for which SHA-256 of challenge and counter begins with enough zero bits; `task` is `challenge:bits`.
fn worked_out(task: &str) -> String {
    let (challenge, bits) = task.split_once(':').expect("challenge:bits");
    let bits: u32 = bits.parse().expect("bits are a number");
    let zeros = |counter: &u64| {
        let hash = Sha256::digest(format!("{challenge}{counter}"));
        u64::from_be_bytes(hash[..8].try_into().expect("eight bytes")).leading_zeros()
    };
    let counter = (0..u64::MAX).find(|counter| zeros(counter) >= bits);
    counter.expect("some counter does").to_string()
}

/// Base64 without a library: what `Upload-Metadata` wants.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.as_bytes().chunks(3).flat_map(|three| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(*three.get(at).unwrap_or(&0)));
        (0..4).map(move |at| match at <= three.len() {
            true => char::from(DIGITS[bits >> (18 - 6 * at) & 63]),
            false => '=',
        })
    });
    digits.collect()
}

/// The header `Upload-Metadata` that announces a file of a field.
pub fn upload_metadata(field: &str, name: &str) -> String {
    format!("filename {},field {}", base64(name), base64(field))
}

/// A browser with its cookies.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: BTreeMap<String, String>,
}

impl Client {
    pub(super) fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
        }
    }

    /// The same browser without a server, for a restart.
    pub fn kept(self) -> Self {
        Self {
            router: Router::new(),
            ..self
        }
    }

    /// Connects the browser to a server that was started anew.
    pub fn connect(&mut self, app: &super::TestApp) {
        self.router = app.router.clone();
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Sets a cookie as somebody does who has got hold of its value.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Reads a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(
            Request::get(path)
                .body(Body::empty())
                .expect("the request is well formed"),
        )
        .await
    }

    /// Posts a form as a page of ours does. Does the page ask for a captcha that was not answered, the browser answers
    /// it by work, as its JavaScript does.
    pub async fn post<K: AsRef<str>, V: AsRef<str>>(&mut self, path: &str, pairs: &[(K, V)]) -> Answer {
        let answer = self.post_as_it_is(path, pairs).await;
        let answered = pairs.iter().any(|(name, _)| name.as_ref() == "captcha_id");
        let asked = answer.status == 422 && answer.text().contains("id=\"captcha-error\"");
        let Some(solution) = answer.solution().filter(|_| asked && !answered) else {
            return answer;
        };
        let pairs = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let solution = solution.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<(&str, &str)> = pairs.chain(solution).collect();
        self.post_as_it_is(path, &pairs).await
    }

    /// Posts a form as a page of ours does, and these inputs alone.
    pub async fn post_as_it_is<K: AsRef<str>, V: AsRef<str>>(&mut self, path: &str, pairs: &[(K, V)]) -> Answer {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let body: Vec<String> = pairs
            .iter()
            .map(|(key, value)| format!("{}={}", encoded(key.as_ref()), encoded(value.as_ref())))
            .collect();
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")));
        self.send(request.expect("the request is well formed")).await
    }

    /// Posts a form with files.
    pub async fn upload(&mut self, path: &str, pairs: &[(String, String)], files: &[Upload]) -> Answer {
        const BOUNDARY: &str = "boundary-of-the-tests";
        let mut body = Vec::new();
        for (name, value) in pairs {
            body.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for file in files {
            body.extend(
                format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\r\n",
                    file.field, file.name
                )
                .bytes(),
            );
            body.extend(&file.content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .body(Body::from(body));
        self.send(request.expect("the request is well formed")).await
    }

    /// Sends anything, with the cookies.
    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert(header::COOKIE, cookies.join("; ").parse().expect("cookies are ASCII"));
        }
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router always answers");
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(line.to_str().expect("cookies are ASCII"));
        }
        let body = body.collect().await.expect("the body can be read").to_bytes();
        assert_ne!(
            parts.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{}",
            String::from_utf8_lossy(&body)
        );
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    fn keep(&mut self, line: &str) {
        let (name, value) = line
            .split(';')
            .next()
            .and_then(|pair| pair.split_once('='))
            .expect("a cookie has a name");
        if line.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
