//! `dengji.toml`: what an operator sets once. The environment overrides it, flags override both.
//!
//! ```toml
//! [mail]
//! host = "mail.example.com"
//! port = 587                       # 465 for "tls", 587 for "starttls", 25 for "none" unless said
//! security = "starttls"            # or "tls", or "none" to a server on this machine
//! user = "office"
//! password-file = "mail.password"  # or password, or DENGJI_MAIL_PASSWORD
//! from = "登记系统 <office@example.com>"
//! reply-to = "help@example.com"
//! ca-file = "authority.pem"        # of the house, besides those of the machine
//!
//! [phone]
//! url = "https://gateway.example.com/send"
//! secret-file = "phone.secret"     # or secret, or DENGJI_PHONE_SECRET
//! timeout = 10                     # seconds
//!
//! [http]
//! behind-proxy = true              # nothing reaches the server but a proxy that adds to X-Forwarded-For
//! ```
//!
//! An unknown key stops the start and is told with the nearest known one. No message and no log holds a secret. Files
//! are looked for beside `dengji.toml`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use toml::{Table, Value};

use crate::registry::email::Email;
use crate::registry::outbox::{
    Mailer, Phone, Secret, Security, Smtp, SmtpError, SmtpSettings, Webhook, WebhookError, WebhookSettings,
};

/// The largest file that is read.
const LARGEST: u64 = 64 * 1024;
/// How long a phone gateway may take unless said otherwise.
const GATEWAY: u64 = 10;

/// The sections and their keys.
const SECTIONS: [(&str, &[&str]); 3] = [
    (
        "mail",
        &[
            "host",
            "port",
            "security",
            "user",
            "password",
            "password-file",
            "from",
            "reply-to",
            "ca-file",
        ],
    ),
    ("phone", &["url", "secret", "secret-file", "timeout"]),
    ("http", &["behind-proxy"]),
];

/// The flags and the environment. A password is no flag: flags can be seen by everybody on the machine.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct SettingsOptions {
    /// 设置文件（默认读取 dengji.toml，没有则不读）。The file of settings; dengji.toml if there is one.
    #[arg(long, env = "DENGJI_CONFIG")]
    config: Option<PathBuf>,
    /// 邮件服务器。The mail server.
    #[arg(long, env = "DENGJI_MAIL_HOST")]
    mail_host: Option<String>,
    /// 邮件服务器的端口。Its port.
    #[arg(long, env = "DENGJI_MAIL_PORT")]
    mail_port: Option<u16>,
    /// 邮件连接的加密方式：starttls、tls、none（只用于本机）。How the connection is protected.
    #[arg(long, env = "DENGJI_MAIL_SECURITY")]
    mail_security: Option<String>,
    /// 邮件服务器的用户名；密码用 DENGJI_MAIL_PASSWORD 或设置文件。The user; the password is never a flag.
    #[arg(long, env = "DENGJI_MAIL_USER")]
    mail_user: Option<String>,
    /// 发件人。The sender.
    #[arg(long, env = "DENGJI_MAIL_FROM")]
    mail_from: Option<String>,
    /// 回信地址。Where answers go.
    #[arg(long, env = "DENGJI_MAIL_REPLY_TO")]
    mail_reply_to: Option<String>,
    /// 短信网关的网址；密钥用 DENGJI_PHONE_SECRET 或设置文件。The phone gateway; its secret is never a flag.
    #[arg(long, env = "DENGJI_PHONE_URL")]
    phone_url: Option<String>,
}

/// What an operator has set.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// How letters leave.
    pub(super) mailer: Mailer,
    /// How short messages leave.
    pub(super) phone: Phone,
    /// Clients are known by what a proxy tells.
    pub(super) behind_proxy: bool,
}

/// What is wrong with the settings. None of the texts holds a secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Read { path: PathBuf, reason: String },
    /// The file is not TOML.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Syntax {
        path: PathBuf,
        line: usize,
        column: usize,
        message: String,
    },
    /// There is no such section or key.
    #[error("{}: there is no {name}{}", path.display(), near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    Unknown {
        path: PathBuf,
        name: String,
        near: Option<String>,
    },
    /// A value is of another kind.
    #[error("{key} must be {expected}")]
    Type { key: String, expected: &'static str },
    /// A value says nothing that can be used.
    #[error("{key}: {why}")]
    Value { key: String, why: String },
    /// Something is needed.
    #[error("{section} is set up, but {key} is missing")]
    Missing { section: &'static str, key: &'static str },
    /// Two ways to say the same.
    #[error("[{section}] has both {key} and {key}-file; keep one")]
    Both { section: &'static str, key: &'static str },
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
}

impl Settings {
    /// Reads the file, the environment and the flags.
    pub(super) fn read(options: &SettingsOptions) -> Result<Self, SettingsError> {
        Self::of(options, |name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        })
    }

    fn of(options: &SettingsOptions, env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let file = File::open(options.config.as_deref())?;
        Ok(Self {
            mailer: mailer(options, &file, &env)?,
            phone: phone(options, &file, &env)?,
            behind_proxy: file.section("http").switch("behind-proxy")?.unwrap_or(false),
        })
    }
}

fn mailer(
    options: &SettingsOptions,
    file: &File,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Mailer, SettingsError> {
    let section = file.section("mail");
    let Some(host) = over(&options.mail_host, section.text("host")?) else {
        return match section.is_empty() && options.mail_from.is_none() {
            true => Ok(Mailer::Off),
            false => Err(section.missing("host")),
        };
    };
    let security = over(&options.mail_security, section.text("security")?);
    let security = match security.as_deref() {
        None | Some("starttls") => Security::StartTls,
        Some("tls") => Security::Tls,
        Some("none") => Security::None,
        Some(_) => return Err(section.wrong("security", "starttls, tls or none".into())),
    };
    let usual = match security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::None => 25,
    };
    let from = over(&options.mail_from, section.text("from")?).ok_or_else(|| section.missing("from"))?;
    let (from_name, from) = sender(&from).map_err(|why| section.wrong("from", why))?;
    let reply_to = over(&options.mail_reply_to, section.text("reply-to")?);
    let reply_to = reply_to.map(|typed| Email::parse(&typed)).transpose();
    let password = section.secret("password", env("DENGJI_MAIL_PASSWORD"))?;
    let user = over(&options.mail_user, section.text("user")?);
    let user = match (user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (Some(_), None) => return Err(section.missing("password")),
        (None, Some(_)) => return Err(section.missing("user")),
        (None, None) => None,
    };
    let authority = section.text("ca-file")?.map(|path| file.beside(&path));
    Ok(Mailer::Smtp(Box::new(Smtp::new(SmtpSettings {
        host,
        port: match options.mail_port {
            Some(port) => port,
            None => section.number("port", 1..=65_535)?.map_or(usual, |port| port as u16),
        },
        security,
        user,
        from,
        from_name,
        reply_to: reply_to.map_err(|fault| section.wrong("reply-to", fault.to_string()))?,
        authority: authority.map(|path| read(&path)).transpose()?.map(String::into_bytes),
    })?)))
}

fn phone(options: &SettingsOptions, file: &File, env: impl Fn(&str) -> Option<String>) -> Result<Phone, SettingsError> {
    let section = file.section("phone");
    let Some(url) = over(&options.phone_url, section.text("url")?) else {
        return match section.is_empty() {
            true => Ok(Phone::Off),
            false => Err(section.missing("url")),
        };
    };
    let secret = section.secret("secret", env("DENGJI_PHONE_SECRET"))?;
    let longest = Webhook::LONGEST.as_secs() as i64;
    let seconds = section
        .number("timeout", 1..=longest)?
        .map_or(GATEWAY, |seconds| seconds as u64);
    Ok(Phone::Webhook(Webhook::new(WebhookSettings {
        url,
        secret: secret.ok_or_else(|| section.missing("secret"))?,
        timeout: Duration::from_secs(seconds),
    })?))
}

/// What overrides what.
fn over(flag: &Option<String>, file: Option<String>) -> Option<String> {
    flag.clone().filter(|flag| !flag.is_empty()).or(file)
}

/// `name <address>`, or an address alone.
fn sender(typed: &str) -> Result<(Option<String>, Email), String> {
    let (name, address) = match typed.trim().strip_suffix('>').and_then(|typed| typed.split_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", typed),
    };
    let email = Email::parse(address).map_err(|fault| fault.to_string())?;
    Ok((Some(name.to_owned()).filter(|name| !name.is_empty()), email))
}

/// The file, known to have no key that means nothing.
struct File {
    path: PathBuf,
    table: Table,
}

/// One section of it; empty where there is none.
struct Section<'a> {
    name: &'static str,
    file: &'a File,
    table: Option<&'a Table>,
}

impl File {
    /// The named file, or `dengji.toml` in this folder if there is one.
    fn open(named: Option<&Path>) -> Result<Self, SettingsError> {
        let path = named.unwrap_or(Path::new("dengji.toml")).to_path_buf();
        if named.is_none() && !path.exists() {
            return Ok(Self {
                path,
                table: Table::new(),
            });
        }
        let source = read(&path)?;
        let table = source
            .parse::<Table>()
            .map_err(|error| syntax(&path, &source, &error))?;
        let file = Self { path, table };
        file.check_keys()?;
        Ok(file)
    }

    fn check_keys(&self) -> Result<(), SettingsError> {
        for (name, value) in &self.table {
            let names = SECTIONS.iter().map(|(name, _)| *name);
            let Some((_, keys)) = SECTIONS.iter().find(|(known, _)| known == name) else {
                return Err(self.unknown(
                    format!("[{name}]"),
                    nearest(name, names).map(|near| format!("[{near}]")),
                ));
            };
            let Value::Table(section) = value else {
                return Err(SettingsError::Type {
                    key: name.clone(),
                    expected: "a section: write [name] above its keys",
                });
            };
            if let Some(key) = section.keys().find(|key| !keys.contains(&key.as_str())) {
                let near = nearest(key, keys.iter().copied()).map(str::to_owned);
                return Err(self.unknown(format!("{key} in [{name}]"), near));
            }
        }
        Ok(())
    }

    fn unknown(&self, name: String, near: Option<String>) -> SettingsError {
        SettingsError::Unknown {
            path: self.path.clone(),
            name,
            near,
        }
    }

    fn section(&self, name: &'static str) -> Section<'_> {
        Section {
            name,
            file: self,
            table: self.table.get(name).and_then(Value::as_table),
        }
    }

    fn beside(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}

impl Section<'_> {
    fn is_empty(&self) -> bool {
        self.table.is_none_or(Table::is_empty)
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.table.and_then(|table| table.get(key))
    }

    fn text(&self, key: &'static str) -> Result<Option<String>, SettingsError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(self.kind(key, "a text in quotes")),
        }
    }

    fn switch(&self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Boolean(on)) => Ok(Some(*on)),
            Some(_) => Err(self.kind(key, "true or false")),
        }
    }

    fn number(&self, key: &'static str, allowed: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, SettingsError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Integer(number)) if allowed.contains(number) => Ok(Some(*number)),
            Some(Value::Integer(_)) => Err(self.wrong(key, format!("from {} to {}", allowed.start(), allowed.end()))),
            Some(_) => Err(self.kind(key, "a number")),
        }
    }

    /// A secret from the environment, from the file, or from a file of its own, whose last line end is left out.
    fn secret(&self, key: &'static str, env: Option<String>) -> Result<Option<Secret>, SettingsError> {
        if let Some(secret) = env {
            return Ok(Some(Secret(secret)));
        }
        let file_key = if key == "password" {
            "password-file"
        } else {
            "secret-file"
        };
        match (self.text(key)?, self.text(file_key)?) {
            (Some(_), Some(_)) => Err(SettingsError::Both {
                section: self.name,
                key,
            }),
            (Some(secret), None) => Ok(Some(Secret(secret))),
            (None, Some(path)) => {
                let secret = read(&self.file.beside(&path))?;
                Ok(Some(Secret(secret.trim_end_matches(['\r', '\n']).to_owned())))
            }
            (None, None) => Ok(None),
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{} in [{}]", key, self.name)
    }

    fn kind(&self, key: &str, expected: &'static str) -> SettingsError {
        SettingsError::Type {
            key: self.key(key),
            expected,
        }
    }

    fn wrong(&self, key: &str, why: String) -> SettingsError {
        SettingsError::Value {
            key: self.key(key),
            why,
        }
    }

    fn missing(&self, key: &'static str) -> SettingsError {
        SettingsError::Missing {
            section: self.name,
            key,
        }
    }
}

fn read(path: &Path) -> Result<String, SettingsError> {
    let failed = |reason: String| SettingsError::Read {
        path: path.to_path_buf(),
        reason,
    };
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !size.is_file() || size.len() > LARGEST {
        return Err(failed(format!("it is no file of at most {LARGEST} bytes")));
    }
    std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))
}

/// Where the mistake is and what it is. The line itself is not shown: it may hold a password.
fn syntax(path: &Path, source: &str, error: &toml::de::Error) -> SettingsError {
    let at = error.span().map_or(0, |span| span.start);
    let before = source.get(..at).unwrap_or_default();
    SettingsError::Syntax {
        path: path.to_path_buf(),
        line: before.matches('\n').count() + 1,
        column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
        message: error.message().lines().next().unwrap_or_default().to_owned(),
    }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (strsim::osa_distance(known, name), known))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(source: &str, options: SettingsOptions, env: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dengji.toml");
        std::fs::write(&path, source).unwrap();
        std::fs::write(folder.path().join("word"), "geheim\r\n").unwrap();
        let options = SettingsOptions {
            config: Some(path),
            ..options
        };
        let env = |name: &str| {
            env.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        let folder = format!("{}/", folder.path().display());
        Settings::of(&options, env).map_err(|error| error.to_string().replace(&folder, ""))
    }

    const MAIL: &str = "[mail]\nhost = \"127.0.0.1\"\nsecurity = \"none\"\nfrom = \"登记 <Office@Example.com>\"\n";

    #[test]
    fn a_whole_file_is_read() {
        let source = format!(
            "{MAIL}user = \"u\"\npassword-file = \"word\"\nreply-to = \"help@example.com\"\n\
             [phone]\nurl = \"https://g.example/\"\nsecret = \"s3\"\ntimeout = 5\n[http]\nbehind-proxy = true\n"
        );
        let settings = read_all(&source, SettingsOptions::default(), &[]).unwrap();
        let shown = format!("{settings:?}");
        for part in [
            "127.0.0.1",
            "port: 25",
            "office@example.com",
            "\"登记\"",
            "help@example.com",
            "timeout: 5s",
            "behind_proxy: true",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("geheim") && !shown.contains("s3"), "{shown}");
    }

    #[test]
    fn flags_override_the_file_and_the_environment_gives_secrets() {
        let flags = SettingsOptions {
            mail_host: Some("localhost".into()),
            mail_port: Some(2525),
            mail_user: Some("flag".into()),
            ..SettingsOptions::default()
        };
        let shown = format!(
            "{:?}",
            read_all(MAIL, flags, &[("DENGJI_MAIL_PASSWORD", "geheim")]).unwrap()
        );
        for part in ["localhost", "2525", "flag", "…"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("geheim"));
        let flags = SettingsOptions {
            mail_host: Some("localhost".into()),
            mail_security: Some("none".into()),
            mail_from: Some("a@b.example".into()),
            ..SettingsOptions::default()
        };
        assert!(matches!(read_all("", flags, &[]).unwrap().mailer, Mailer::Smtp(_)));
        assert!(matches!(
            read_all("", SettingsOptions::default(), &[]).unwrap().mailer,
            Mailer::Off
        ));
    }

    #[test]
    fn mistakes_are_told_without_secrets() {
        for (source, expected) in [
            ("[mial]\n", "dengji.toml: there is no [mial]; did you mean [mail]?"),
            (
                "[mail]\nhots = \"geheim\"",
                "dengji.toml: there is no hots in [mail]; did you mean host?",
            ),
            ("[mail]\nqqqqqqq = 1", "dengji.toml: there is no qqqqqqq in [mail]"),
            ("mail = 1", "mail must be a section: write [name] above its keys"),
            (
                "[mail]\npassword = \"geheim",
                "dengji.toml:2:19: invalid basic string, expected `\"`",
            ),
            (
                "[mail]\npassword = geheim",
                "dengji.toml:2:12: string values must be quoted, expected literal string",
            ),
            ("[mail]\nport = 25", "mail is set up, but host is missing"),
            ("[mail]\nhost = \"h\"", "mail is set up, but from is missing"),
            ("[mail]\nhost = 5", "host in [mail] must be a text in quotes"),
            (
                "[mail]\nhost = \"h\"\nfrom = \"nobody\"",
                "from in [mail]: the e-mail address needs exactly one @",
            ),
            (
                "[mail]\nhost = \"h\"\nsecurity = \"ssl\"",
                "security in [mail]: starttls, tls or none",
            ),
            (
                "[mail]\nhost = \"h\"\nfrom = \"a@b.cn\"\nport = 70000",
                "port in [mail]: from 1 to 65535",
            ),
            (
                "[mail]\nhost = \"h\"\nfrom = \"a@b.cn\"\nuser = \"u\"",
                "mail is set up, but password is missing",
            ),
            (
                "[mail]\nhost = \"h\"\nfrom = \"a@b.cn\"\nuser = \"u\"\npassword = \"geheim\"\npassword-file = \"word\"",
                "[mail] has both password and password-file; keep one",
            ),
            (
                "[mail]\nhost = \"h\"\nfrom = \"a@b.cn\"\nsecurity = \"none\"",
                "mail without TLS goes to this machine only, not to h; set security = \"starttls\" or \"tls\"",
            ),
            (
                "[phone]\nurl = \"https://g.example\"",
                "phone is set up, but secret is missing",
            ),
            (
                "[http]\nbehind_proxy = true",
                "dengji.toml: there is no behind_proxy in [http]; did you mean behind-proxy?",
            ),
            (
                "[http]\nbehind-proxy = \"yes\"",
                "behind-proxy in [http] must be true or false",
            ),
            ("[phone]\nsecret = \"geheim\"", "phone is set up, but url is missing"),
            (
                "[phone]\nurl = \"http://g.example\"\nsecret = \"geheim\"",
                "\"http://g.example\" is no address of a gateway: https://…, or http://… on this machine",
            ),
        ] {
            let told = read_all(source, SettingsOptions::default(), &[]).unwrap_err();
            assert_eq!(told, expected, "{source}");
            assert!(!told.contains("geheim"));
        }
    }
}
