//! Codes of six digits that prove a phone or a mailbox: sent seldom, guessed a few times, used once.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::email::Email;
use super::outbox::Letter;
use super::rate::Allowance;
use super::{Refused, Registry};
use crate::definition::{Language, Text, check_digit};
use crate::store::{Change, CommitError, Expect, Put, Recipient, Ticket};

/// How long a code holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// How many guesses one code allows.
const GUESSES: u32 = 5;
/// Codes to one number or mailbox within a minute, an hour and a day.
const TO_ONE: [(u32, SignedDuration); 3] = [
    (1, SignedDuration::from_mins(1)),
    (5, SignedDuration::from_hours(1)),
    (10, SignedDuration::from_hours(24)),
];
/// Codes for one account within an hour and a day.
const FOR_ACCOUNT: [(u32, SignedDuration); 2] = [
    (10, SignedDuration::from_hours(1)),
    (20, SignedDuration::from_hours(24)),
];
/// Codes asked from one network address within an hour and a day; an office shares one.
const FROM_ADDRESS: [(u32, SignedDuration); 2] = [
    (30, SignedDuration::from_hours(1)),
    (100, SignedDuration::from_hours(24)),
];

/// Bytes of what is looked at as a number.
const LONGEST: usize = 100;

/// What a code proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proves {
    /// That somebody holds this mobile phone; read with [`mobile`].
    Phone(String),
    /// That somebody reads this mailbox.
    Mailbox(Email),
}

/// Who asks for a code.
#[derive(Clone, Debug, Default)]
pub struct Asker<'a> {
    /// The account, where somebody is signed in.
    pub account: Option<&'a str>,
    /// The network address that the request came from, as far as it is known.
    pub address: Option<&'a str>,
    /// The language of the text.
    pub language: Option<Language>,
}

impl Proves {
    fn whose(&self) -> &str {
        match self {
            Self::Phone(number) => number,
            Self::Mailbox(email) => email.as_str(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Phone(_) => "phone-code",
            Self::Mailbox(_) => "email-code",
        }
    }
}

/// A mobile phone's number as it is compared and sent to: eleven digits, without `+86`, spaces and full width.
pub fn mobile(typed: &str) -> Result<String, Text> {
    if typed.len() > LONGEST || check_digit::mobile(typed).is_err() {
        return Err(Text::both(
            "请填写 11 位手机号码，以 13 至 19 开头",
            "Please enter a mobile number of eleven digits that begins with 13 to 19.",
        ));
    }
    let normal = check_digit::normalise(typed);
    Ok(normal.strip_prefix("+86").unwrap_or(&normal).to_owned())
}

impl Registry {
    /// Sends a code; an earlier one no longer holds. Refused where it is asked for too often, by number or mailbox, by
    /// account, or by network address.
    pub async fn send_code(&self, region: &str, proves: &Proves, asker: &Asker<'_>) -> Result<(), Refused> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
        let code = format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000);
        let valid_until = self.inner.clock.now() + HOLDS;
        let (letter, address) = match proves {
            Proves::Phone(number) => {
                let code = code.clone();
                (Letter::PhoneCode { code, valid_until }, number.clone())
            }
            Proves::Mailbox(email) => {
                let code = code.clone();
                (Letter::EmailCode { code, valid_until }, email.to_string())
            }
        };
        let message = self.message(region, Recipient::Address { address }, asker.language, &letter)?;
        let key = self.code_key(region, proves);
        let salt = super::people::random_token()?;
        let ticket = Ticket {
            region: region.to_owned(),
            kind: proves.kind().to_owned(),
            key,
            data: json!({"hash": self.code_hash(&salt, &code), "salt": salt}),
            expires_at: valid_until,
        };
        let change = Change {
            expect: Vec::new(),
            put: vec![Put::Ticket(ticket), message],
        };
        self.commit_within(region, &allowances(proves, asker), change).await
    }

    /// Whether this is the code that was sent last. Right once, and at most five guesses; then another must be sent.
    pub async fn take_code(&self, region: &str, proves: &Proves, typed: &str) -> Result<bool, Refused> {
        let key = self.code_key(region, proves);
        let found = self.inner.store.ticket(region, proves.kind(), &key).await?;
        let Some(ticket) = found.filter(|ticket| ticket.expires_at > self.inner.clock.now()) else {
            return Ok(false);
        };
        let said = |name: &str| ticket.data.get(name).and_then(Json::as_str).unwrap_or_default();
        let guess = Allowance {
            what: "code-guess",
            whose: said("salt").to_owned(),
            times: GUESSES,
            // Longer than a code holds: few codes see two windows.
            within: SignedDuration::from_hours(1),
        };
        match self.commit_within(region, &[guess], Change::default()).await {
            Ok(()) => {}
            Err(Refused::Input(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
        let digits: String = typed.chars().filter_map(digit).take(20).collect();
        if self.code_hash(said("salt"), &digits) != said("hash") {
            return Ok(false);
        }
        self.use_up(ticket).await
    }

    /// Of many who know the code at once, one uses it.
    async fn use_up(&self, ticket: Ticket) -> Result<bool, Refused> {
        let (region, kind, key) = (ticket.region, ticket.kind, ticket.key);
        let expect = vec![Expect::Ticket {
            region: region.clone(),
            kind: kind.clone(),
            key: key.clone(),
        }];
        let put = vec![Put::DropTicket { region, kind, key }];
        match self.inner.store.commit(Change { expect, put }).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn code_key(&self, region: &str, proves: &Proves) -> String {
        self.inner
            .sealer
            .fingerprint(&format!("{region}/{}", proves.kind()), proves.whose())
    }

    /// Keyed, because a million codes are soon tried.
    fn code_hash(&self, salt: &str, code: &str) -> String {
        self.inner.sealer.fingerprint(&format!("code/{salt}"), code)
    }
}

fn allowances(proves: &Proves, asker: &Asker<'_>) -> Vec<Allowance> {
    let of = |what, whose: &str, all: &[(u32, SignedDuration)]| -> Vec<Allowance> {
        let one = |(times, within): &(u32, SignedDuration)| Allowance {
            what,
            whose: whose.to_owned(),
            times: *times,
            within: *within,
        };
        all.iter().map(one).collect()
    };
    let to = match proves {
        Proves::Phone(_) => "code-to-phone",
        Proves::Mailbox(_) => "code-to-mailbox",
    };
    let mut all = of(to, proves.whose(), &TO_ONE);
    all.extend(
        asker
            .account
            .into_iter()
            .flat_map(|account| of("code-for-account", account, &FOR_ACCOUNT)),
    );
    all.extend(
        asker
            .address
            .into_iter()
            .flat_map(|address| of("code-from-address", address, &FROM_ADDRESS)),
    );
    all
}

/// A digit, also in full width.
fn digit(c: char) -> Option<char> {
    match c {
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
        c => Some(c).filter(char::is_ascii_digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phone_has_one_number() {
        for typed in [
            "13800138000",
            "+86 138 0013 8000",
            "１３８００１３８０００",
            "138-0013-8000",
            " 13800138000 ",
        ] {
            assert_eq!(mobile(typed).as_deref(), Ok("13800138000"), "{typed}");
        }
        for typed in [
            "",
            "12800138000",
            "1380013800",
            "138001380000",
            "0931-8888888",
            "+1 13800138000",
            "13800138000\r\nx",
        ] {
            assert!(mobile(typed).is_err(), "{typed}");
        }
    }
}
