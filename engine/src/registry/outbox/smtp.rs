//! A mail server: one connection for a number of letters, and what each of its answers means for the letter.

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::{Address, Message};

use super::gateway::{Failure, Ready, Secret};
use crate::registry::email::Email;

/// Connecting, greeting and signing in together take at most this long.
const OPEN: Duration = Duration::from_secs(30);
/// Handing over one letter takes at most this long.
pub(super) const SEND: Duration = Duration::from_secs(120);
/// Characters of what a server said that are kept for the operator.
const TOLD: usize = 300;
/// Characters of a name in a header.
const NAME: usize = 60;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, usually port 465.
    Tls,
    /// TLS after `STARTTLS`, usually port 587; without it nothing is sent.
    StartTls,
    /// None, to a server on this machine.
    None,
}

/// Which server, and as whom.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// The server's name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User name and password.
    pub user: Option<(String, Secret)>,
    /// The address that letters come from.
    pub from: Email,
    /// The name before it; the region's system where there is none.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<Email>,
    /// A certificate authority of the house, as PEM, besides those of the machine.
    pub authority: Option<Vec<u8>>,
}

/// A mail server.
pub struct Smtp {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
}

/// Why a mail server cannot be used as it is set up.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Letters and passwords would cross the network in the clear.
    #[error("mail without TLS goes to this machine only, not to {0}; set security = \"starttls\" or \"tls\"")]
    Clear(String),
    /// The certificates cannot be used.
    #[error("certificates: {0}")]
    Certificates(String),
}

/// An open connection.
pub(super) struct SmtpLine<'a> {
    settings: &'a SmtpSettings,
    connection: AsyncSmtpConnection,
}

impl Smtp {
    /// Makes ready; nothing is connected yet.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpError> {
        if settings.security == Security::None && !is_here(&settings.host) {
            return Err(SmtpError::Clear(settings.host));
        }
        let tls = match settings.security {
            Security::None => None,
            _ => Some(tls(&settings).map_err(|error| SmtpError::Certificates(error.to_string()))?),
        };
        Ok(Self { settings, tls })
    }

    /// Connects and signs in.
    pub(super) async fn open(&self) -> Result<SmtpLine<'_>, Failure> {
        let opened = tokio::time::timeout(OPEN, self.connect()).await;
        let connection = match opened {
            Ok(connected) => connected.map_err(|error| Failure::Down(told(&error)))?,
            Err(_) => return Err(Failure::Down(format!("no answer within {} s", OPEN.as_secs()))),
        };
        Ok(SmtpLine {
            settings: &self.settings,
            connection,
        })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let settings = &self.settings;
        let hello = ClientId::default();
        let wrapper = self.tls.clone().filter(|_| settings.security == Security::Tls);
        let server = (settings.host.as_str(), settings.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(OPEN), &hello, wrapper, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| settings.security == Security::StartTls) {
            connection.starttls(tls, &hello).await?;
        }
        if let Some((user, password)) = &settings.user {
            let credentials = Credentials::new(user.clone(), password.0.clone());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await?;
        }
        Ok(connection)
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl SmtpLine<'_> {
    pub(super) async fn send(&mut self, letter: &Ready<'_>) -> Result<(), Failure> {
        let (envelope, bytes) = stamped(self.settings, letter)?;
        let sent = tokio::time::timeout(SEND, self.hand_over(&envelope, &bytes)).await;
        sent.unwrap_or_else(|_| Err(Failure::Down(format!("no answer within {} s", SEND.as_secs()))))
    }

    async fn hand_over(&mut self, envelope: &Envelope, bytes: &[u8]) -> Result<(), Failure> {
        let begun = self.begin(envelope).await;
        if let Err(error) = begun {
            return Err(self.meaning(&error).await);
        }
        // From here on only the server knows whether it has taken the letter.
        match self.connection.message(bytes).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.meaning(&error).await),
        }
    }

    async fn begin(&mut self, envelope: &Envelope) -> Result<Response, lettre::transport::smtp::Error> {
        self.connection
            .command(Mail::new(envelope.from().cloned(), Vec::new()))
            .await?;
        for to in envelope.to() {
            self.connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        self.connection.command(Data).await
    }

    /// What the server's answer means, and the line made ready for the next letter where that is possible.
    async fn meaning(&mut self, error: &lettre::transport::smtp::Error) -> Failure {
        let closing = error.status().is_some_and(|code| code.to_string() == "421");
        if error.status().is_none() || closing || self.connection.command(Rset).await.is_err() {
            return Failure::Down(told(error));
        }
        match error.is_permanent() {
            true => Failure::Never(told(error)),
            false => Failure::Later(told(error)),
        }
    }

    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(5), self.connection.quit()).await;
    }
}

/// The letter as it travels. lettre's types encode names and subjects, so nothing in them can begin another header.
fn stamped(settings: &SmtpSettings, letter: &Ready<'_>) -> Result<(Envelope, Vec<u8>), Failure> {
    let never = |error: &dyn std::fmt::Display| Failure::Never(error.to_string());
    let address = |email: &Email| Address::new(email.local(), email.domain()).map_err(|error| never(&error));
    let (from, to) = (
        address(&settings.from)?,
        address(&Email::parse(letter.to).map_err(|fault| never(&fault))?)?,
    );
    let sender = settings.from_name.as_deref().unwrap_or(letter.from);
    let header = |name, text: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), text.to_owned());
    let mut message = Message::builder()
        .message_id(Some(format!("<{}@{}>", letter.id, settings.from.domain())))
        .date(SystemTime::from(letter.at))
        .from(Mailbox::new(named(sender), from.clone()))
        .to(Mailbox::new(named(letter.name), to.clone()))
        .subject(one_line(&letter.written.subject))
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if let Some(reply_to) = &settings.reply_to {
        message = message.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    let body = MultiPart::alternative_plain_html(letter.written.text.clone(), letter.written.html.clone());
    let message = message.multipart(body).map_err(|error| never(&error))?;
    let envelope = Envelope::new(Some(from), vec![to]).map_err(|error| never(&error))?;
    Ok((envelope, message.formatted()))
}

/// A name for a header: one line of bounded length.
fn named(name: &str) -> Option<String> {
    let name: String = one_line(name).chars().take(NAME).collect();
    (!name.is_empty()).then_some(name)
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authority {
        builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
    }
    builder.build()
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// What a server or the network said, cut short.
fn told(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(TOLD)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::mail::Written;

    fn settings(security: Security, host: &str) -> SmtpSettings {
        SmtpSettings {
            host: host.into(),
            port: 25,
            security,
            user: Some(("office".into(), Secret("geheim".into()))),
            from: Email::parse("office@north.example").unwrap(),
            from_name: None,
            reply_to: Some(Email::parse("help@north.example").unwrap()),
            authority: None,
        }
    }

    fn travel(name: &str, from: &str, subject: &str) -> String {
        let written = Written {
            subject: subject.into(),
            text: "正文\n.\r\nRCPT TO:<x@y.example>\r\n".into(),
            html: "<p>正文</p>".into(),
        };
        let letter = Ready {
            id: "01j",
            to: "Wang@Example.com",
            name,
            from,
            at: "2026-11-20T04:00:00Z".parse().unwrap(),
            written: &written,
        };
        let (envelope, bytes) = stamped(&settings(Security::None, "127.0.0.1"), &letter).unwrap();
        assert_eq!(envelope.to().len(), 1);
        assert_eq!(envelope.to()[0].to_string(), "wang@example.com");
        String::from_utf8(bytes).expect("what travels is ASCII")
    }

    /// The names of the headers before the first part.
    fn headers(mail: &str) -> Vec<&str> {
        let head = mail.split("\r\n\r\n").next().unwrap();
        let names = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        names.map(|line| line.split(':').next().unwrap()).collect()
    }

    #[test]
    fn nothing_that_people_type_becomes_a_header() {
        let usual = headers(&travel("王伟", "青山省", "请修改")).join(" ");
        assert_eq!(
            usual,
            "Message-ID Date From To Subject Auto-Submitted Reply-To MIME-Version Content-Type"
        );
        for evil in [
            "a\r\nBcc: b@c.example",
            "a\nBcc: b@c.example\n\nbody",
            "a\rBcc: b@c.example",
            "a\0b\u{b}c\u{2028}d\u{85}e",
            "ａ＠ｂ．ｃｎ＜＞\",;:@<evil@c.example>",
            "\u{20bb7}\u{2a6d6}㐂\u{202e}",
            "=?utf-8?b?DQpCY2M6IGE=?=",
            &"长".repeat(5000),
            &"x ".repeat(5000),
            "",
            "\"",
            "\\",
        ] {
            let mail = travel(evil, evil, evil);
            assert_eq!(headers(&mail).join(" "), usual, "{evil:.40}");
            let subject = mail.split("Subject: ").nth(1).unwrap();
            assert!(
                !subject.starts_with("=?utf-8?b?YQ0K"),
                "no line end is hidden in the encoding: {mail}"
            );
            assert!(
                mail.split("\r\n")
                    .all(|line| line.len() <= 998 && !line.contains(['\r', '\n']))
            );
            assert!(mail.contains("Message-ID: <01j@north.example>\r\nDate: Fri, 20 Nov 2026 04:00:00 +0000\r\n"));
        }
    }

    #[test]
    fn an_address_that_is_none_is_never_sent_to() {
        let written = Written {
            subject: String::new(),
            text: String::new(),
            html: String::new(),
        };
        let settings = settings(Security::None, "localhost");
        for to in [
            "a@b.example\r\nRCPT TO:<c@d.example>",
            "a@b.example>,<c@d.example",
            "",
            "王@b.example",
        ] {
            let letter = Ready {
                id: "1",
                to,
                name: "",
                from: "",
                at: jiff::Timestamp::UNIX_EPOCH,
                written: &written,
            };
            assert!(matches!(stamped(&settings, &letter), Err(Failure::Never(_))), "{to}");
        }
    }

    #[test]
    fn nothing_crosses_the_network_in_the_clear() {
        for (security, host, allowed) in [
            (Security::None, "127.0.0.1", true),
            (Security::None, "::1", true),
            (Security::None, "localhost", true),
            (Security::None, "10.0.0.1", false),
            (Security::None, "localhost.evil.example", false),
            (Security::StartTls, "mail.example", true),
            (Security::Tls, "mail.example", true),
        ] {
            assert_eq!(
                Smtp::new(settings(security, host)).is_ok(),
                allowed,
                "{security:?} {host}"
            );
        }
        let shown = format!("{:?}", Smtp::new(settings(Security::None, "localhost")));
        assert!(!shown.contains("geheim"), "{shown}");
    }
}
