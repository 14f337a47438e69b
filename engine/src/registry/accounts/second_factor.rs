//! The second factor: codes of an authenticator (TOTP, RFC 6238: six digits, 30 seconds, SHA-1, which is
//! what the authenticators in use take), and recovery codes for the day it is lost.

use jiff::SignedDuration;
use qrcode::QrCode;
use qrcode::render::svg;
use serde_json::Value as Json;
use totp_rs::{Builder, Secret, Totp};

use super::sign_up::no_account;
use crate::definition::Language;
use crate::registry::attempts::CODES;
use crate::registry::code;
use crate::registry::people::hash_token;
use crate::registry::{Person, Refused, Registry};
use crate::store::{Account, Change, Put, SECOND_FACTOR, SecondFactor, Ticket};

/// How long setting up may take.
const SETUP: SignedDuration = SignedDuration::from_mins(30);
/// The kind of the ticket that keeps the secret meanwhile.
const KIND: &str = "second-factor";
/// How many recovery codes there are.
const RECOVERY: usize = 8;
/// Letters of each of the two groups of one.
const GROUP: usize = 5;
/// Bytes of the secret: the 160 bits that RFC 4226 recommends.
const SECRET: usize = 20;

/// What an authenticator is set up with.
pub struct Setup {
    /// The secret in Base32, for typing.
    pub secret: String,
    /// `otpauth://…`, for links on the phone itself.
    pub address: String,
    /// The same as a QR code, an SVG file.
    pub picture: String,
}

impl Registry {
    /// Whether the person has a second factor.
    pub async fn has_second_factor(&self, person: &Person) -> Result<bool, Refused> {
        Ok(self.account_of(person).await?.second_factor.is_some())
    }

    /// Begins to set one up, or goes on: the same secret for half an hour.
    pub async fn second_factor_setup(&self, person: &Person) -> Result<Setup, Refused> {
        let secret = match self.setting_up(person).await? {
            Some((_, secret)) => secret,
            None => self.begin_setup(person).await?,
        };
        let account = self.account_of(person).await?;
        let office = self.office(&person.region)?;
        let issuer = office.region().title.get(Language::Chinese);
        let escaped =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let address = format!(
            "otpauth://totp/{}:{}?secret={secret}&issuer={}",
            escaped(issuer),
            escaped(&account.sign_in_name),
            escaped(issuer)
        );
        let code = QrCode::new(address.as_bytes()).map_err(|error| Refused::Failed(error.to_string()))?;
        let picture = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
        Ok(Setup {
            secret,
            address,
            picture,
        })
    }

    async fn begin_setup(&self, person: &Person) -> Result<String, Refused> {
        let mut bytes = [0; SECRET];
        getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
        let secret = Secret::from(bytes.to_vec()).to_base32();
        let ticket = Ticket {
            region: person.region.to_string(),
            kind: KIND.to_owned(),
            key: person.account.clone(),
            data: self
                .inner
                .sealer
                .seal(&place(&person.region, &person.account), &secret)?,
            expires_at: self.inner.clock.now() + SETUP,
        };
        let put = vec![Put::Ticket(ticket)];
        let expect = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(secret)
    }

    async fn setting_up(&self, person: &Person) -> Result<Option<(Ticket, String)>, Refused> {
        let ticket = self.inner.store.ticket(&person.region, KIND, &person.account).await?;
        let Some(ticket) = ticket.filter(|ticket| ticket.expires_at > self.inner.clock.now()) else {
            return Ok(None);
        };
        let secret = self
            .inner
            .sealer
            .open(&place(&person.region, &person.account), &ticket.data)?;
        Ok(Some((ticket, secret)))
    }

    /// Ends setting up with a code of the authenticator. Gives the recovery codes, shown this once; `None` where the
    /// code is wrong.
    pub async fn set_second_factor(&self, person: &Person, code: &str) -> Result<Option<Vec<String>>, Refused> {
        self.limit(&person.region, CODES, &person.account).await?;
        let Some((ticket, secret)) = self.setting_up(person).await? else {
            return Ok(None);
        };
        let Some(step) = self.step(&secret, code)? else {
            return Ok(None);
        };
        let codes = recovery_codes()?;
        let account = self.account_of(person).await?;
        let changed = Account {
            revision: account.revision + 1,
            second_factor: Some(SecondFactor {
                secret: ticket.data.clone(),
                last_step: step,
                recovery: codes
                    .iter()
                    .map(|code| hash_token(&format!("{}/{code}", person.account)))
                    .collect(),
            }),
            ..account
        };
        let expect = vec![no_account(&changed), ticket.still_there()];
        let put = vec![
            ticket.dropped(),
            self.audit(person, None, "second-factor", Json::Null),
            Put::Account(Box::new(changed)),
        ];
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(Some(codes))
    }

    /// Gives the second factor up, with a code of it. False where the code is wrong.
    pub async fn drop_second_factor(&self, person: &Person, code: &str) -> Result<bool, Refused> {
        self.limit(&person.region, CODES, &person.account).await?;
        let account = self.account_of(person).await?;
        let Some(account) = self.take_factor(account, code).await? else {
            return Ok(false);
        };
        let changed = Account {
            revision: account.revision + 1,
            second_factor: None,
            ..account
        };
        let expect = vec![no_account(&changed)];
        let put = vec![
            self.audit(person, None, "second-factor-dropped", Json::Null),
            Put::Account(Box::new(changed)),
        ];
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(true)
    }

    /// Takes a code of the account's second factor, once. Gives the account as it is stored then; `None` where the
    /// code is wrong or was taken before.
    pub(in crate::registry) async fn take_factor(
        &self,
        account: Account,
        code: &str,
    ) -> Result<Option<Account>, Refused> {
        let Some(factor) = &account.second_factor else {
            return Ok(None);
        };
        let secret = self
            .inner
            .sealer
            .open(&place(&account.region, &account.id), &factor.secret)?;
        let recovery = hash_token(&format!("{}/{}", account.id, recovery_code(code)));
        let factor = match self.step(&secret, code)? {
            Some(step) if step > factor.last_step => SecondFactor {
                last_step: step,
                ..factor.clone()
            },
            _ if factor.recovery.contains(&recovery) => SecondFactor {
                recovery: factor
                    .recovery
                    .iter()
                    .filter(|left| **left != recovery)
                    .cloned()
                    .collect(),
                ..factor.clone()
            },
            _ => return Ok(None),
        };
        let changed = Account {
            revision: account.revision + 1,
            second_factor: Some(factor),
            ..account
        };
        let expect = vec![no_account(&changed)];
        let put = vec![Put::Account(Box::new(changed.clone()))];
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(Some(changed))
    }

    /// The step of RFC 6238 that a code belongs to: this one, the one before or the one after.
    fn step(&self, secret: &str, code: &str) -> Result<Option<u64>, Refused> {
        let Some(digits) = code::typed(code) else {
            return Ok(None);
        };
        let now = u64::try_from(self.inner.clock.now().as_second()).unwrap_or_default();
        Ok(totp(secret)?.check(&digits, now))
    }
}

fn totp(secret: &str) -> Result<Totp, Refused> {
    let secret = Secret::try_from_base32(secret).map_err(|error| Refused::Failed(error.to_string()))?;
    let built = Builder::new().with_secret(secret).with_skew(1).build();
    built.map_err(|error| Refused::Failed(error.to_string()))
}

/// Where the sealed secret belongs.
fn place(region: &str, account: &str) -> String {
    crate::store::place(region, account, SECOND_FACTOR)
}

/// A recovery code as people type it: capitals, full-width letters, and whatever stands between the groups or not.
fn recovery_code(typed: &str) -> String {
    let plain = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let letters = typed.chars().map(plain).filter(char::is_ascii_alphanumeric);
    let mut code: String = letters.take(2 * GROUP + 1).collect();
    code.make_ascii_lowercase();
    code.insert(GROUP.min(code.len()), '-');
    code
}

/// Codes to write down: two groups of five letters that are not mistaken for each other.
fn recovery_codes() -> Result<Vec<String>, Refused> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut codes = Vec::new();
    for _ in 0..RECOVERY {
        let mut bytes = [0; 2 * GROUP];
        getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
        let letters: String = bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let (first, second) = letters.split_at(GROUP);
        codes.push(format!("{first}-{second}"));
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_read_as_people_type_it() {
        for code in recovery_codes().unwrap() {
            let bare = code.replace('-', "");
            for typed in [
                code.clone(),
                code.to_uppercase(),
                bare.clone(),
                code.replace('-', " - "),
            ] {
                assert_eq!(recovery_code(&typed), code, "{typed}");
            }
            assert_ne!(recovery_code(&format!("{bare}a")), code);
        }
        assert_eq!(recovery_code("ＡＢＣＤＥ　fghjk"), "abcde-fghjk");
        assert_eq!(recovery_code(""), "-");
        assert!(recovery_code(&"a".repeat(1 << 20)).len() <= 12);
    }
}
