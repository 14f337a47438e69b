//! 个人账号管理: which mailbox and which phone are the person's, proved by a link or a code.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::credentials::generation;
use super::letters::Opens;
use super::sign_up::no_account;
use crate::definition::Text;
use crate::registry::attempts::{ASK, CODE_AGAIN, CODES, CODES_A_DAY, LETTERS};
use crate::registry::code;
use crate::registry::email::Email;
use crate::registry::outbox::Letter;
use crate::registry::people::hash_token;
use crate::registry::{Person, Refused, Registry};
use crate::store::{Account, Change, CommitError, Put, Standing, Subject, Ticket};

/// How long a code that was sent counts.
const CODE: SignedDuration = SignedDuration::from_mins(10);
/// The kind of its ticket.
const PHONE: &str = "verify-phone";

/// What is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// The mailbox, by a link.
    Mail,
    /// The phone, by a code.
    Phone,
}

impl Contact {
    /// As what letters to the address are counted.
    pub(super) fn counted(self, address: &str) -> String {
        format!("{self:?}/{address}")
    }
}

impl Registry {
    /// Refuses where too many letters went to the mailbox or phone, and counts one more.
    pub(super) async fn allow(&self, region: &str, what: Contact, address: &str) -> Result<(), Refused> {
        self.limit(region, LETTERS, &what.counted(address)).await
    }

    /// Sends a link to the address that is to be the person's; gives the input that is wrong, and why.
    ///
    /// Another address than the one before takes the password: whoever reads the mailbox can choose another password.
    pub async fn verify_mail(
        &self,
        person: &Person,
        email: &str,
        password: &str,
    ) -> Result<Option<(&'static str, Text)>, Refused> {
        let email = match Email::parse(email) {
            Ok(email) => email.to_string(),
            Err(fault) => return Ok(Some(("email", fault.text()))),
        };
        let own = self.account_of(person).await?;
        self.limit(&person.region, ASK, &own.id).await?;
        if email != own.email && !self.is_password_of(&own, password).await? {
            let text = Text::both(
                "换成另一个邮箱须填写正确的登录密码",
                "Another address takes the password that you sign in with.",
            );
            return Ok(Some(("confirm", text)));
        }
        self.allow(&person.region, Contact::Mail, &email).await?;
        let link = self.link(
            &person.region,
            Opens::Email,
            json!({"account": own.id, "email": email, "password": generation(&own)}),
        )?;
        let letter = Letter::VerifyEmail {
            link: link.href,
            valid_until: link.until,
        };
        let put = vec![link.put, self.letter_at(&own, &email, &letter)?];
        let expect = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(None)
    }

    /// Opens that link: the address is the account's from now on, and its sign-in name where the region signs in by
    /// e-mail; the mailbox before is told. Gives the address, or nothing where the link opens nothing: also where the
    /// password was changed since, so that nobody who knew the old one moves the account to a mailbox of theirs.
    pub async fn mail_verified(&self, region: &str, token: &str) -> Result<Option<String>, Refused> {
        let Some(ticket) = self.opened(region, Opens::Email, token).await? else {
            return Ok(None);
        };
        let office = self.office(region)?;
        let told = |key: &str| ticket.data[key].as_str().unwrap_or_default().to_owned();
        let account = self.inner.store.account(region, &told("account")).await?;
        let same = |account: &Account| account.standing == Standing::Active && told("password") == generation(account);
        let Some(account) = account.filter(same) else {
            return Ok(None);
        };
        let (email, before) = (told("email"), account.email.clone());
        let now = self.inner.clock.now();
        let changed = Account {
            revision: account.revision + 1,
            sign_in_name: match office.region().sign_in.by_email {
                true => email.clone(),
                false => account.sign_in_name.clone(),
            },
            email: email.clone(),
            email_verified: Some(now),
            ..account
        };
        let mut put = vec![
            Opens::Email.close(region, &ticket.key),
            self.audit_of(
                office,
                "email-verified",
                json!({"account": changed.id, "changed": before != email}),
            ),
        ];
        if !before.is_empty() && before != email {
            put.push(self.letter_at(&changed, &before, &Letter::EmailChanged { at: now })?);
        }
        let expect = vec![ticket.still_there(), no_account(&changed)];
        put.push(Put::Account(Box::new(changed)));
        match self.inner.store.commit(Change { expect, put }).await {
            Ok(_) => Ok(Some(email)),
            Err(CommitError::Taken {
                what: Subject::SignInName,
            }) => Err(Refused::Input(Text::both(
                "这个邮箱已有另一个账号，不能重复使用",
                "Another account has this address.",
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends a code to the phone that is to be the person's; gives what is wrong with the number.
    pub async fn verify_phone(&self, person: &Person, phone: &str) -> Result<Option<Text>, Refused> {
        let Some(phone) = mobile(phone) else {
            return Ok(Some(Text::both(
                "请填写 11 位手机号码",
                "Enter a mobile number of eleven digits.",
            )));
        };
        self.limit(&person.region, ASK, &person.account).await?;
        self.limit(&person.region, CODE_AGAIN, &phone).await?;
        for of in [&phone, &person.account] {
            self.allow(&person.region, Contact::Phone, of).await?;
            self.limit(&person.region, CODES_A_DAY, of).await?;
        }
        let now = self.inner.clock.now();
        let code = code::fresh()?;
        let ticket = Ticket {
            region: person.region.to_string(),
            kind: PHONE.to_owned(),
            key: person.account.clone(),
            data: json!({"phone": phone, "code": hash_token(&format!("{}/{code}", person.account))}),
            expires_at: now + CODE,
        };
        let letter = Letter::PhoneCode {
            code,
            valid_until: now + CODE,
        };
        let own = self.account_of(person).await?;
        let put = vec![Put::Ticket(ticket), self.letter_at(&own, &phone, &letter)?];
        let expect = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(None)
    }

    /// The phone that a code was sent to and that waits for it.
    pub async fn phone_waiting(&self, person: &Person) -> Result<Option<String>, Refused> {
        let now = self.inner.clock.now();
        let ticket = self.inner.store.ticket(&person.region, PHONE, &person.account).await?;
        let ticket = ticket.filter(|ticket| ticket.expires_at > now);
        Ok(ticket.and_then(|ticket| Some(ticket.data["phone"].as_str()?.to_owned())))
    }

    /// Takes the code: the phone is the account's from now on. False where the code is wrong or has passed.
    pub async fn phone_verified(&self, person: &Person, code: &str) -> Result<bool, Refused> {
        self.limit(&person.region, CODES, &format!("phone/{}", person.account))
            .await?;
        let now = self.inner.clock.now();
        let ticket = self.inner.store.ticket(&person.region, PHONE, &person.account).await?;
        let Some(ticket) = ticket.filter(|ticket| ticket.expires_at > now) else {
            return Ok(false);
        };
        let Some(code) = code::typed(code) else {
            return Ok(false);
        };
        if ticket.data["code"] != Json::String(hash_token(&format!("{}/{code}", person.account))) {
            return Ok(false);
        }
        let account = self.account_of(person).await?;
        let changed = Account {
            revision: account.revision + 1,
            phone: ticket.data["phone"].as_str().unwrap_or_default().to_owned(),
            phone_verified: Some(now),
            ..account
        };
        let expect = vec![no_account(&changed), ticket.still_there()];
        let put = vec![
            ticket.dropped(),
            self.audit(person, None, "phone-verified", Json::Null),
            Put::Account(Box::new(changed)),
        ];
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(true)
    }
}

/// A mobile number of the mainland as eleven digits: spaces, hyphens, +86 and full-width digits are taken off.
fn mobile(typed: &str) -> Option<String> {
    if typed.len() > 100 {
        return None;
    }
    let digits: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '+' | '＋'))
        .map(code::digit)
        .collect::<Option<String>>()?;
    let digits = digits
        .strip_prefix("86")
        .filter(|rest| rest.len() == 11)
        .unwrap_or(&digits);
    let is_mobile = digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]);
    is_mobile.then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::mobile;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for (typed, expected) in [
            ("13800138000", Some("13800138000")),
            (" 138 0013-8000 ", Some("13800138000")),
            ("+86 13800138000", Some("13800138000")),
            ("１３８００１３８０００", Some("13800138000")),
            ("1380013800", None),
            ("03800138000", None),
            ("12800138000", None),
            ("138001380001", None),
            ("1380013800a", None),
            ("", None),
        ] {
            assert_eq!(mobile(typed).as_deref(), expected, "{typed}");
        }
    }
}
