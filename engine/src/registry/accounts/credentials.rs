//! Passwords: what they must be, changing one, choosing another where it was forgotten.

use serde_json::json;

use super::Contact;
use super::letters::Opens;
use super::sign_up::no_account;
use crate::definition::Text;
use crate::definition::region::PasswordRule;
use crate::registry::attempts::{self, LETTERS};
use crate::registry::email::Email;
use crate::registry::outbox::Letter;
use crate::registry::password::is_common;
use crate::registry::people::hash_token;
use crate::registry::{Office, Once, Person, Refused, Registry};
use crate::store::{Account, Accounts, Change, CommitError, Put, Standing, Ticket};

/// Never looked at: longer than any password that is chosen.
pub(in crate::registry) const LONGEST_PASSWORD: usize = 1024;

/// How hard a password is to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It does not even fit the rule.
    Unfit,
    /// It fits the rule and no more.
    Fair,
    /// It is longer or more varied than the rule asks.
    Good,
}

impl Registry {
    /// What is wrong with a chosen password. `known` are texts that a guesser would try first.
    pub(super) fn password_faults(
        &self,
        office: &Office,
        password: &str,
        again: &str,
        known: &[&str],
    ) -> Vec<(&'static str, Text)> {
        let mut faults = Vec::new();
        if let Some(text) = fault(&office.region().sign_in.password, password, known) {
            faults.push(("password", text));
        } else if password != again {
            faults.push((
                "again",
                Text::both("确认密码必须和登录密码一致", "Type the same password twice."),
            ));
        }
        faults
    }

    /// How strong a password is under the region's rule, for a meter.
    pub fn strength(&self, region: &str, password: &str) -> Result<(Strength, Option<Text>), Refused> {
        let rule = &self.region(region)?.sign_in.password;
        if let Some(text) = fault(rule, password, &[]) {
            return Ok((Strength::Unfit, Some(text)));
        }
        let spare = password.chars().count() >= (rule.min_length + 4).min(rule.max_length);
        let kinds = ["upper", "lower", "digit", "symbol"]
            .iter()
            .filter(|class| has(password, class))
            .count();
        Ok(match spare && kinds >= 3 {
            true => (Strength::Good, None),
            false => (Strength::Fair, None),
        })
    }

    /// Changes the person's password; every other session of theirs ends.
    pub async fn change_password(
        &self,
        person: &Person,
        old: &str,
        new: &str,
        again: &str,
    ) -> Result<Vec<(&'static str, Text)>, Refused> {
        let office = self.office(&person.region)?;
        let account = self.account_of(person).await?;
        if !self.is_password_of(&account, old).await? {
            return Ok(vec![("old", Text::both("原密码不正确", "The old password is wrong."))]);
        }
        let mut faults = self.password_faults(office, new, again, &[&account.sign_in_name, &account.name]);
        if faults.is_empty() && old == new {
            faults.push((
                "password",
                Text::both("新密码应与原密码不同", "Choose another password than the old one."),
            ));
        }
        if !faults.is_empty() {
            return Ok(faults);
        }
        let keep = self.inner.store.session(&person.region, person.session()).await?;
        let mut change = self.with_password(account, new).await?;
        change
            .put
            .push(self.audit(person, None, "password", serde_json::Value::Null));
        change.put.extend(keep.map(Put::Session));
        self.inner.store.commit(change).await?;
        Ok(Vec::new())
    }

    /// Whether somebody who is signed in knows the account's password; too many tries are refused.
    pub(super) async fn is_password_of(&self, account: &Account, password: &str) -> Result<bool, Refused> {
        self.limit(&account.region, attempts::CODES, &account.id).await?;
        let hash = Some(account.password_hash.clone()).filter(|_| password.len() <= LONGEST_PASSWORD);
        let password = password.chars().take(LONGEST_PASSWORD).collect();
        self.inner.passwords.verify(password, hash).await
    }

    /// The account with another password: no session of it goes on, and its owner is told.
    async fn with_password(&self, account: Account, password: &str) -> Result<Change, Refused> {
        let now = self.inner.clock.now();
        let changed = Account {
            revision: account.revision + 1,
            password_hash: self.inner.passwords.hash(password.to_owned()).await?,
            failures: 0,
            locked_until: None,
            ..account
        };
        let mut put = vec![Put::DropSessionsOf {
            region: changed.region.clone(),
            account: changed.id.clone(),
        }];
        if !changed.email.is_empty() {
            // To the mailbox that it is now, wherever the account's mail goes by the time it is sent.
            put.push(self.letter_to(&changed, &Letter::PasswordChanged { at: now })?);
        }
        let expect = vec![no_account(&changed)];
        put.push(Put::Account(Box::new(changed)));
        Ok(Change { expect, put })
    }

    /// Sends a link to choose another password, where such an account is there. What is answered does not tell.
    pub async fn ask_reset(&self, region: &str, name: &str, once: &Once) -> Result<(), Refused> {
        let name = &self.named(region, name)?;
        let named = self.inner.store.account_by_sign_in_name(region, name).await?;
        let mut accounts: Vec<Account> = named.into_iter().collect();
        // Whose sign-in name is somebody else's address does not keep letters from them.
        if let Ok(email) = Email::parse(name) {
            let reads = Accounts::Email(email.to_string());
            let others = self.inner.store.accounts(region, &reads).await?;
            let known: Vec<String> = accounts.iter().map(|account| account.id.clone()).collect();
            accounts.extend(others.into_iter().filter(|other| !known.contains(&other.id)));
        }
        // As many commits, whoever is asked for.
        let mut put = vec![self.tried(region, LETTERS, name)?];
        let usable = |account: &Account| account.standing == Standing::Active && !account.email.is_empty();
        for account in accounts.into_iter().filter(usable).take(5) {
            let mailbox = Contact::Mail.counted(&account.email);
            if !self.may_try(region, LETTERS, &mailbox).await? {
                continue;
            }
            let link = self.link(
                region,
                Opens::Reset,
                json!({"account": account.id, "password": generation(&account), "email": account.email}),
            )?;
            let letter = Letter::Reset {
                link: link.href,
                valid_until: link.until,
            };
            put.push(self.tried(region, LETTERS, &mailbox)?);
            put.push(link.put);
            put.push(self.letter(region, &account.id, &letter)?);
        }
        let expect = Vec::new();
        let mut change = Change { expect, put };
        self.only_once(region, once, &mut change).await?;
        match self.inner.store.commit(change).await {
            Ok(_) => Ok(()),
            // Asked by the same form twice: one letter goes out.
            Err(CommitError::Stale { .. }) if self.was_done(region, once).await? => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The sign-in name behind a link to choose another password; nothing where the link opens nothing.
    pub async fn reset_of(&self, region: &str, token: &str) -> Result<Option<String>, Refused> {
        Ok(self
            .resetting(region, token)
            .await?
            .map(|(account, _)| account.sign_in_name))
    }

    async fn resetting(&self, region: &str, token: &str) -> Result<Option<(Account, Ticket)>, Refused> {
        let Some(ticket) = self.opened(region, Opens::Reset, token).await? else {
            return Ok(None);
        };
        let id = ticket.data["account"].as_str().unwrap_or_default();
        let account = self.inner.store.account(region, id).await?;
        // A link given before the password was changed, or sent to another mailbox than today's, opens nothing: whoever
        // found it there later is late.
        let same = |account: &Account| {
            let password = ticket.data["password"].as_str();
            let email = ticket.data["email"].as_str();
            password.is_none_or(|before| before == generation(account))
                && email.is_none_or(|sent| sent == account.email)
        };
        let active = account.filter(|account| account.standing == Standing::Active && same(account));
        Ok(active.map(|account| (account, ticket)))
    }

    /// Chooses another password with the link: `None` where it opens nothing, else what is wrong. The same form once
    /// more changes nothing and is told what the first was told.
    pub async fn reset(
        &self,
        region: &str,
        token: &str,
        password: &str,
        again: &str,
        once: &Once,
    ) -> Result<Option<Vec<(&'static str, Text)>>, Refused> {
        if self.was_done(region, once).await? {
            return Ok(Some(Vec::new()));
        }
        let Some((account, ticket)) = self.resetting(region, token).await? else {
            return Ok(None);
        };
        let office = self.office(region)?;
        let faults = self.password_faults(office, password, again, &[&account.sign_in_name, &account.name]);
        if !faults.is_empty() {
            return Ok(Some(faults));
        }
        let id = account.id.clone();
        let mut change = self.with_password(account, password).await?;
        change.expect.push(ticket.still_there());
        change.put.push(Opens::Reset.close(region, &ticket.key));
        change
            .put
            .push(self.audit_of(office, "password-reset", json!({"account": id})));
        self.only_once(region, once, &mut change).await?;
        match self.inner.store.commit(change).await {
            Err(CommitError::Stale { .. }) if self.was_done(region, once).await? => {}
            committed => drop(committed?),
        }
        Ok(Some(Vec::new()))
    }
}

/// What tells one password of an account from the next, and nothing of either.
pub(super) fn generation(account: &Account) -> String {
    hash_token(&account.password_hash)
}

/// Why a password does not fit the rule.
pub(in crate::registry) fn fault(rule: &PasswordRule, password: &str, known: &[&str]) -> Option<Text> {
    let letters = password.chars().count();
    if !(rule.min_length..=rule.max_length).contains(&letters) {
        return Some(Text::both(
            format!("密码长度应为 {}-{} 位", rule.min_length, rule.max_length),
            format!("A password has {} to {} characters.", rule.min_length, rule.max_length),
        ));
    }
    let missing: Vec<&str> = rule
        .classes
        .iter()
        .map(String::as_str)
        .filter(|class| !has(password, class))
        .collect();
    if !missing.is_empty() {
        let name = |class: &&str| match *class {
            "upper" => ("大写字母", "a capital letter"),
            "lower" => ("小写字母", "a small letter"),
            "digit" => ("数字", "a digit"),
            _ => ("特殊字符", "a mark such as # or !"),
        };
        let zh: Vec<&str> = missing.iter().map(|class| name(class).0).collect();
        let en: Vec<&str> = missing.iter().map(|class| name(class).1).collect();
        return Some(Text::both(
            format!("密码还须含有{}", zh.join("、")),
            format!("The password also needs {}.", en.join(", ")),
        ));
    }
    let lower = password.to_lowercase();
    let named = known
        .iter()
        .map(|text| text.to_lowercase())
        .flat_map(|text| {
            let local = text.split('@').next().unwrap_or_default().to_owned();
            [text, local]
        })
        .any(|text| text.chars().count() >= 4 && lower.contains(&text));
    if named {
        return Some(Text::both(
            "密码不能含有登录账号或姓名",
            "The password may not contain your sign-in name or your name.",
        ));
    }
    is_common(password, known).then(|| {
        Text::both(
            "这个密码太常见，容易被猜到，请换一个",
            "Many people use this password, so it is easy to guess; choose another one.",
        )
    })
}

fn has(password: &str, class: &str) -> bool {
    password.chars().any(|c| match class {
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "digit" => c.is_ascii_digit(),
        _ => !c.is_alphanumeric() && !c.is_whitespace(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_the_rule_and_is_no_common_one() {
        let rule = PasswordRule {
            min_length: 8,
            max_length: 12,
            classes: ["upper", "lower", "digit", "symbol"].map(str::to_owned).to_vec(),
        };
        let long = "Aa1#".repeat(300_000);
        for (password, expected) in [
            ("Dengji#2026", None),
            ("青山Ab12#绿水", None),
            ("Ab1#", Some("密码长度应为 8-12 位")),
            (&long, Some("密码长度应为 8-12 位")),
            ("dengji#2026", Some("密码还须含有大写字母")),
            ("DENGJI2026", Some("密码还须含有小写字母、特殊字符")),
            ("WangWei#1", Some("密码不能含有登录账号或姓名")),
            ("P@ssw0rd", Some("这个密码太常见，容易被猜到，请换一个")),
            ("Aa123456!", Some("这个密码太常见，容易被猜到，请换一个")),
        ] {
            let found = fault(&rule, password, &["wangwei@example.com", "王伟"]);
            let found = found.map(|text| text.get(crate::definition::Language::Chinese).to_owned());
            assert_eq!(
                found.as_deref(),
                expected,
                "{}",
                password.chars().take(20).collect::<String>()
            );
        }
    }
}
