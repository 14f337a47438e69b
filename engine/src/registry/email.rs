//! An e-mail address as everybody here compares it: one way to read it, so that one person has one address.
//!
//! What people type is forgiven where it can mean one thing only: full-width letters, digits and marks (`ａ＠ｂ．ｃｎ`),
//! spaces around it, an ideographic full stop, capital letters. Local parts are compared without their case, as every
//! mail service in use does.

use std::fmt;

use crate::definition::Text;

/// The longest address (RFC 5321, 4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;
/// The longest part before the `@` (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// The longest label of a domain (RFC 1035, 2.3.4).
const LONGEST_LABEL: usize = 63;

/// An address that is well formed and normalised: ASCII, lower case, one `@`, no space and no control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailFault {
    /// Nothing is there.
    #[error("the e-mail address is empty")]
    Empty,
    /// It is longer than any address.
    #[error("the e-mail address is too long")]
    TooLong,
    /// It has not exactly one `@`.
    #[error("the e-mail address needs exactly one @")]
    At,
    /// Something in it cannot stand in an address.
    #[error("the e-mail address has a character that cannot stand there")]
    Character(char),
    /// What is before the `@` has dots where none can be, or is missing.
    #[error("the part before the @ is not well formed")]
    Local,
    /// What is behind the `@` is no domain.
    #[error("the part behind the @ is no domain")]
    Domain,
}

impl Email {
    /// Reads what somebody typed. Reading what was read gives the same.
    pub fn parse(typed: &str) -> Result<Self, EmailFault> {
        // Whoever pastes a whole page is told so before it is looked at.
        if typed.len() > LONGEST * 8 {
            return Err(EmailFault::TooLong);
        }
        let address: String = typed.trim_matches(unseen).chars().map(plain).collect();
        let address = address.to_ascii_lowercase();
        if address.is_empty() {
            return Err(EmailFault::Empty);
        }
        if let Some(strange) = address.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(EmailFault::Character(strange));
        }
        let (local, domain) = address.split_once('@').ok_or(EmailFault::At)?;
        if domain.contains('@') {
            return Err(EmailFault::At);
        }
        if address.len() > LONGEST || local.len() > LONGEST_LOCAL {
            return Err(EmailFault::TooLong);
        }
        check_local(local)?;
        check_domain(domain)?;
        Ok(Self(address))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl EmailFault {
    /// What the person is told, with how to mend it.
    pub fn text(self) -> Text {
        match self {
            Self::Empty => Text::both("请填写电子邮箱", "Please enter an e-mail address."),
            Self::TooLong => Text::both(
                format!("电子邮箱最多 {LONGEST} 个字符，@ 之前最多 {LONGEST_LOCAL} 个"),
                format!("An e-mail address has at most {LONGEST} characters, {LONGEST_LOCAL} of them before the @."),
            ),
            Self::At => Text::both(
                "电子邮箱应有且只有一个 @，例如 name@example.com",
                "An e-mail address has exactly one @, as in name@example.com.",
            ),
            Self::Character(' ' | '\u{3000}') => Text::both(
                "电子邮箱中间不能有空格，请只填一个邮箱",
                "An e-mail address has no space inside; please enter one address only.",
            ),
            Self::Character(strange) if strange.is_control() => Text::both(
                "电子邮箱中不能换行，请只填一个邮箱",
                "An e-mail address stands in one line; please enter one address only.",
            ),
            Self::Character(strange) => Text::both(
                format!("电子邮箱中不能有“{strange}”，请用英文字母、数字和 . _ - 等符号"),
                format!(
                    "“{strange}” cannot stand in an e-mail address; use Latin letters, digits and marks such as . _ -"
                ),
            ),
            Self::Local => Text::both(
                "@ 之前的部分不正确：不能为空，不能以点开头或结尾，点不能相连",
                "The part before the @ is wrong: it is not empty, begins and ends without a dot, and has no two dots in a row.",
            ),
            Self::Domain => Text::both(
                "@ 之后应是邮箱的域名，例如 example.com",
                "Behind the @ stands a domain, such as example.com.",
            ),
        }
    }
}

/// What comes along when an address is copied, and nobody sees.
fn unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The ASCII character that an input method gave in its full width.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '。' | '｡' => '.',
        other => other,
    }
}

fn check_local(local: &str) -> Result<(), EmailFault> {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(*c);
    if let Some(strange) = local.chars().find(|c| !allowed(c)) {
        return Err(EmailFault::Character(strange));
    }
    match local.split('.').any(str::is_empty) {
        true => Err(EmailFault::Local),
        false => Ok(()),
    }
}

fn check_domain(domain: &str) -> Result<(), EmailFault> {
    let sound = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    let named = last.bytes().any(|b| b.is_ascii_alphabetic());
    match domain.contains('.') && domain.split('.').all(sound) && named {
        true => Ok(()),
        false => Err(EmailFault::Domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_address() {
        for typed in [
            "wang.wei@example.com",
            " Wang.Wei@Example.COM\t",
            "ｗａｎｇ．ｗｅｉ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "wang。wei@example。com",
            "\u{feff}wang.wei@example.com\u{200b}\r\n",
        ] {
            let read = Email::parse(typed)
                .map_err(|fault| format!("{typed:?}: {fault}"))
                .unwrap();
            assert_eq!(read.as_str(), "wang.wei@example.com", "{typed:?}");
            assert_eq!(Email::parse(read.as_str()), Ok(read.clone()));
            assert_eq!((read.local(), read.domain()), ("wang.wei", "example.com"));
        }
        assert_eq!(
            Email::parse("１３８００１３８０００@qq.com").unwrap().as_str(),
            "13800138000@qq.com"
        );
        assert!(Email::parse("a+b_c-d@mail.xn--fiqs8s").is_ok());
    }

    #[test]
    fn what_is_no_address_is_told_in_both_languages() {
        use EmailFault::{At, Character, Domain, Empty, Local, TooLong};
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", vec!["b".repeat(60); 5].join("."));
        let page = "a".repeat(10_000_000);
        for (typed, expected) in [
            ("", Empty),
            ("　\u{200b}", Empty),
            ("wang", At),
            ("a@b@c.com", At),
            ("@example.com", Local),
            (".a@example.com", Local),
            ("a..b@example.com", Local),
            ("a@example", Domain),
            ("a@.com", Domain),
            ("a@-b.com", Domain),
            ("a@127.0.0.1", Domain),
            ("a@[127.0.0.1]", Domain),
            ("a b@example.com", Character(' ')),
            ("a@b.com\r\nBcc: c@d.com", Character('\r')),
            ("a@b.com\nc@d.com", Character('\n')),
            ("a\0@b.com", Character('\0')),
            ("a,b@c.com", Character(',')),
            ("a<b@c.com>", Character('<')),
            ("\"a b\"@c.com", Character(' ')),
            ("王伟@example.com", Character('王')),
            ("a@例子.中国", Character('例')),
            ("a\u{202e}b@example.com", Character('\u{202e}')),
            (&long_local, TooLong),
            (&long, TooLong),
            (&page, TooLong),
        ] {
            let fault = Email::parse(typed).expect_err(&typed.chars().take(40).collect::<String>());
            assert_eq!(fault, expected, "{:?}", typed.chars().take(40).collect::<String>());
            assert!(fault.text().has_english() && !fault.to_string().contains(typed.trim()) || typed.trim().is_empty());
        }
    }
}
