//! A phone gateway that takes short messages over HTTP: JSON with a keyed signature, so that it knows who speaks.
//!
//! `POST` of `{"phone", "text", "id"}`. `Dengji-Timestamp` has the seconds since 1970, and `Dengji-Signature` is
//! `sha256=` and the HMAC-SHA-256, in hex, of the timestamp, a full stop and the body. The gateway answers 2xx once it
//! has taken the message, and should send one `id` once: the same id comes again if its answer was lost.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::gateway::{Failure, Secret};

/// Where the gateway is.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Its address; `https`, or `http` on this machine.
    pub url: String,
    /// The key of the signature.
    pub secret: Secret,
    /// How long it may take to answer.
    pub timeout: Duration,
}

/// A phone gateway.
#[derive(Debug)]
pub struct Webhook {
    settings: WebhookSettings,
    agent: ureq::Agent,
}

/// Why a gateway cannot be used as it is set up.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The address is none.
    #[error("{0:?} is no address of a gateway: https://…, or http://… on this machine")]
    Address(String),
    /// Anybody could speak in our name.
    #[error("the gateway needs a secret, which signs what is sent")]
    NoSecret,
    /// A claim would lapse meanwhile.
    #[error("the gateway's timeout is between 1 and {} seconds", Webhook::LONGEST.as_secs())]
    Timeout,
}

impl Webhook {
    /// The longest time an answer may take.
    pub const LONGEST: Duration = Duration::from_secs(60);

    /// Makes ready; nothing is connected yet.
    pub fn new(settings: WebhookSettings) -> Result<Self, WebhookError> {
        if !is_safe(&settings.url) {
            // What follows may be a key.
            let shown = settings.url.split(['?', '@']).next().unwrap_or_default();
            return Err(WebhookError::Address(shown.to_owned()));
        }
        if settings.secret.0.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        if settings.timeout < Duration::from_secs(1) || settings.timeout > Self::LONGEST {
            return Err(WebhookError::Timeout);
        }
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .build();
        Ok(Self {
            settings,
            agent: config.new_agent(),
        })
    }

    pub(super) async fn send(&self, id: &str, phone: &str, text: &str) -> Result<(), Failure> {
        let body = json!({"phone": phone, "text": text, "id": id}).to_string();
        let at = jiff::Timestamp::now().as_second().to_string();
        let signature = sign(&self.settings.secret, &at, &body);
        let request = self
            .agent
            .post(&self.settings.url)
            .header("Content-Type", "application/json")
            .header("Dengji-Timestamp", &at)
            .header("Dengji-Signature", &format!("sha256={signature}"));
        let answered = tokio::task::spawn_blocking(move || request.send(&body)).await;
        let status = match answered {
            Ok(Ok(response)) => response.status().as_u16(),
            Ok(Err(error)) => return Err(Failure::Down(error.to_string())),
            Err(error) => return Err(Failure::Down(error.to_string())),
        };
        match status {
            200..=299 => Ok(()),
            // Not this message's fault: the address is wrong, the signature refused, the gateway overloaded.
            300..=399 | 401 | 403 | 404 | 405 | 408 | 429 | 500..=599 => {
                Err(Failure::Down(format!("answered {status}")))
            }
            other => Err(Failure::Never(format!("answered {other}"))),
        }
    }
}

/// The signature of a message, in hex.
fn sign(secret: &Secret, at: &str, body: &str) -> String {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.0.as_bytes()) else {
        return String::new();
    };
    let mac = mac.chain_update(at).chain_update(".").chain_update(body);
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<axum::http::Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let here = ["127.0.0.1", "[::1]", "localhost"].contains(&host);
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => here,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_others_compute() {
        // printf '1700000000.{"id":"1"}' | openssl dgst -sha256 -hmac key
        assert_eq!(
            sign(&Secret("key".into()), "1700000000", "{\"id\":\"1\"}"),
            "9e040cb90cefc5a04ab9a9848a74e2ff0489b4d8837b38d54555cb67e4f8e76e"
        );
    }

    #[test]
    fn a_gateway_that_is_not_safe_is_refused() {
        let open = |url: &str, secret: &str, seconds| {
            Webhook::new(WebhookSettings {
                url: url.into(),
                secret: Secret(secret.into()),
                timeout: Duration::from_secs(seconds),
            })
        };
        for (url, good) in [
            ("https://gateway.example/send", true),
            ("http://127.0.0.1:9/send", true),
            ("http://[::1]:9/send", true),
            ("http://localhost/send", true),
            ("http://gateway.example/send", false),
            ("http://127.0.0.1.evil.example/", false),
            ("ftp://127.0.0.1/", false),
            ("gateway.example", false),
            ("", false),
        ] {
            assert_eq!(open(url, "s", 5).is_ok(), good, "{url}");
        }
        assert!(matches!(open("https://g.example/", "", 5), Err(WebhookError::NoSecret)));
        assert!(matches!(open("https://g.example/", "s", 0), Err(WebhookError::Timeout)));
        assert!(matches!(
            open("https://g.example/", "s", 61),
            Err(WebhookError::Timeout)
        ));
        assert!(!format!("{:?}", open("https://g.example/", "geheim", 5)).contains("geheim"));
    }
}
