//! Signing in: name and password, then the second factor where there is one.
//!
//! **Guessing.** After five failures in a row each further one doubles a wait, from one minute up to an
//! hour. A browser that has signed in to the account before is counted apart from all others, so that
//! strangers who keep an account waiting do not keep its owner out; and whoever is kept out can always
//! choose another password by mail. One address may fail fifty times in a quarter of an hour, whichever
//! accounts it tries. All counts are in the store.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::session::IDLE;
use super::{Person, audit, hash_token, person, random_token};
use crate::registry::accounts::LONGEST_PASSWORD;
use crate::registry::attempts::{self, counted};
use crate::registry::email::Email;
use crate::registry::{Office, Refused, Registry, sign_in_name};
use crate::store::{Account, Change, CommitError, Expect, Put, Session, Standing, Ticket};

/// Failures in a row before the account waits.
const FAILURES: u32 = 5;
/// How long a browser is known after it has signed in.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 180);
/// How long the second step of signing in may take.
const STEP: SignedDuration = SignedDuration::from_mins(10);
/// The kinds of tickets: a known browser, and a sign-in that waits for its second step.
const BROWSER: &str = "browser";
const SECOND_STEP: &str = "second-step";
/// What is kept of a browser's own name, in characters.
const AGENT: usize = 120;

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct From {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The token by which the browser is known from an earlier sign-in.
    pub browser: Option<String>,
    /// What the browser calls itself.
    pub agent: String,
}

/// A fresh session.
#[derive(Clone)]
pub struct SignedIn {
    /// What the browser keeps; not stored anywhere.
    pub token: String,
    /// By what the browser is known next time.
    pub browser: String,
    /// Who it is.
    pub person: Person,
    /// Whether the identity document has run out.
    pub id_expired: bool,
}

/// What signing in has come to.
pub enum Entrance {
    /// Name and password do not fit, whichever it is; or the account waits, or is not in use.
    Refused,
    /// The second factor is asked; this is brought back with it.
    SecondStep(String),
    /// The person is in.
    In(Box<SignedIn>),
}

impl Registry {
    /// Whether a captcha is asked before a password is looked at: where the region asks for captchas, after a failure
    /// from the same address or with the same name, whether or not somebody has that name. A browser that has signed
    /// in to the account before is asked after failures of its own alone: strangers do not bother the owner.
    pub async fn doubts(&self, region: &str, name: &str, from: &From) -> Result<bool, Refused> {
        if !self.region(region)?.sign_in.captcha {
            return Ok(false);
        }
        let name = self.named(region, name)?;
        if from.browser.is_some()
            && let Some(account) = self.inner.store.account_by_sign_in_name(region, &name).await?
            && let Some(browser) = self.known_browser(&account, from).await?
        {
            return Ok(failures(&browser) > 0);
        }
        if let Some(address) = from.address.map(counted)
            && !self.may_try(region, attempts::SIGN_IN_AGAIN, &address).await?
        {
            return Ok(true);
        }
        Ok(!self.may_try(region, attempts::SIGN_IN_NAME, &folded(&name)).await?)
    }

    /// The name that is meant, however it is written.
    pub(in crate::registry) fn named(&self, region: &str, name: &str) -> Result<String, Refused> {
        Ok(match (self.region(region)?.sign_in.by_email, Email::parse(name)) {
            (true, Ok(email)) => email.to_string(),
            (true, Err(_)) => name.to_owned(),
            (false, _) => sign_in_name::plain(name),
        })
    }

    /// Signs somebody in with name and password.
    pub async fn sign_in(&self, region: &str, name: &str, password: &str, from: &From) -> Result<Entrance, Refused> {
        let name = &self.named(region, name)?;
        let store = &self.inner.store;
        let now = self.inner.clock.now();
        let address = from.address.map(counted).unwrap_or_default();
        if !address.is_empty() && !self.may_try(region, attempts::SIGN_IN, &address).await? {
            return Err(attempts::too_often(attempts::SIGN_IN));
        }
        let known = store.account_by_sign_in_name(region, name).await?;
        let hash = known
            .map(|account| account.password_hash)
            .filter(|_| password.len() <= LONGEST_PASSWORD);
        let password: String = password.chars().take(LONGEST_PASSWORD).collect();
        let fits = self.inner.passwords.verify(password, hash).await?;
        // Others may have tried meanwhile: what counts is how the account stands now.
        let Some(account) = store.account_by_sign_in_name(region, name).await? else {
            self.count_failure(region, name, &address, None).await?;
            return Ok(Entrance::Refused);
        };
        let browser = self.known_browser(&account, from).await?;
        let until = match &browser {
            Some(ticket) => waits(ticket),
            None => account.locked_until,
        };
        let waits = until.is_some_and(|until| until > now);
        if !fits || waits || account.standing != Standing::Active {
            let guessed = (!fits && !waits).then_some((account, browser));
            self.count_failure(region, name, &address, guessed).await?;
            return Ok(Entrance::Refused);
        }
        match account.second_factor {
            Some(_) => self.second_step(region, &account).await.map(Entrance::SecondStep),
            None => self.let_in(region, account, browser, from).await,
        }
    }

    /// Ends signing in with a code of the second factor. `None` where the first step is too long ago.
    pub async fn sign_in_with_code(
        &self,
        region: &str,
        step: &str,
        code: &str,
        from: &From,
    ) -> Result<Option<Entrance>, Refused> {
        let now = self.inner.clock.now();
        let ticket = self.inner.store.ticket(region, SECOND_STEP, &hash_token(step)).await?;
        let Some(ticket) = ticket.filter(|ticket| ticket.expires_at > now) else {
            return Ok(None);
        };
        let id = ticket.data["account"].as_str().unwrap_or_default();
        let account = self.inner.store.account(region, id).await?;
        let Some(account) = account.filter(|account| account.standing == Standing::Active) else {
            return Ok(None);
        };
        self.limit(region, attempts::CODES, &account.id).await?;
        let Some(account) = self.take_factor(account, code).await? else {
            return Ok(Some(Entrance::Refused));
        };
        let put = vec![ticket.dropped()];
        let expect = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        let browser = self.known_browser(&account, from).await?;
        self.let_in(region, account, browser, from).await.map(Some)
    }

    async fn second_step(&self, region: &str, account: &Account) -> Result<String, Refused> {
        let token = random_token()?;
        let ticket = Ticket {
            region: region.to_owned(),
            kind: SECOND_STEP.to_owned(),
            key: hash_token(&token),
            data: json!({"account": account.id}),
            expires_at: self.inner.clock.now() + STEP,
        };
        let put = vec![Put::Ticket(ticket)];
        let expect = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(token)
    }

    async fn let_in(
        &self,
        region: &str,
        account: Account,
        browser: Option<Ticket>,
        from: &From,
    ) -> Result<Entrance, Refused> {
        let office = self.office(region)?;
        let now = self.inner.clock.now();
        let token = random_token()?;
        let session = self.session_of(office, &account, &token, from);
        let Some(person) = person(office, &account, &session) else {
            return Ok(Entrance::Refused);
        };
        let known = match (&browser, &from.browser) {
            (Some(_), Some(known)) => known.clone(),
            _ => random_token()?,
        };
        let ticket = Ticket {
            region: region.to_owned(),
            kind: BROWSER.to_owned(),
            key: hash_token(&format!("{}/{known}", account.id)),
            data: json!({"account": account.id}),
            expires_at: now + KNOWN,
        };
        let put = vec![
            Put::Session(session),
            Put::Ticket(ticket),
            audit(region, &person, now, "sign-in", Json::Null),
        ];
        let expect = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        let id_expired = account
            .id_valid_until
            .is_some_and(|until| until < self.inner.clock.today());
        if account.failures > 0 {
            self.forgive(account).await?;
        }
        Ok(Entrance::In(Box::new(SignedIn {
            token,
            browser: known,
            person,
            id_expired,
        })))
    }

    fn session_of(&self, office: &Office, account: &Account, token: &str, from: &From) -> Session {
        let now = self.inner.clock.now();
        let role = account.roles.iter().find(|role| office.role(role).is_some()).cloned();
        Session {
            region: account.region.clone(),
            token_hash: hash_token(token),
            account: account.id.clone(),
            role,
            created_at: now,
            seen_at: now,
            expires_at: now + IDLE,
            csrf: String::new(),
            notice: None,
            agent: from.agent.chars().filter(|c| !c.is_control()).take(AGENT).collect(),
        }
    }

    /// That the browser has signed in to this account before.
    async fn known_browser(&self, account: &Account, from: &From) -> Result<Option<Ticket>, Refused> {
        let Some(browser) = &from.browser else { return Ok(None) };
        let key = hash_token(&format!("{}/{browser}", account.id));
        let ticket = self.inner.store.ticket(&account.region, BROWSER, &key).await?;
        Ok(ticket.filter(|ticket| ticket.expires_at > self.inner.clock.now()))
    }

    /// Counts a failure in one commit, whoever was named, so that a name that nobody has takes as long as one that
    /// somebody has: at the address and the name, and of a guessed password at the known browser, or at the account
    /// for all others. Every failure counts, however many come at once.
    async fn count_failure(
        &self,
        region: &str,
        name: &str,
        address: &str,
        guessed: Option<(Account, Option<Ticket>)>,
    ) -> Result<(), Refused> {
        let now = self.inner.clock.now();
        let mut put = vec![
            self.tried(region, attempts::SIGN_IN, address)?,
            self.tried_last(region, attempts::SIGN_IN_NAME, &folded(name)),
        ];
        let mut stranger = None;
        match guessed {
            Some((account, Some(browser))) => put.push(failed_again(&account, browser, now)),
            Some((account, None)) => stranger = Some(account),
            None => {}
        }
        if stranger.is_none() {
            let expect = Vec::new();
            self.inner.store.commit(Change { expect, put }).await?;
            return Ok(());
        }
        while let Some(known) = stranger {
            let failures = known.failures.saturating_add(1);
            let changed = Account {
                failures,
                locked_until: wait(failures).map(|wait| now + wait),
                ..known.clone()
            };
            stranger = self.put_account_and(known, changed, put.clone()).await?;
        }
        Ok(())
    }

    /// Forgets earlier failures after a success.
    async fn forgive(&self, account: Account) -> Result<(), Refused> {
        let mut account = Some(account);
        while let Some(known) = account {
            let changed = Account {
                failures: 0,
                locked_until: None,
                ..known.clone()
            };
            account = self.put_account(known, changed).await?;
        }
        Ok(())
    }

    /// Puts a changed account. Gives the account as it stands where somebody else was quicker.
    pub(in crate::registry) async fn put_account(
        &self,
        known: Account,
        changed: Account,
    ) -> Result<Option<Account>, Refused> {
        self.put_account_and(known, changed, Vec::new()).await
    }

    /// The same, with more in the same change.
    async fn put_account_and(
        &self,
        known: Account,
        changed: Account,
        mut put: Vec<Put>,
    ) -> Result<Option<Account>, Refused> {
        let changed = Account {
            revision: known.revision + 1,
            ..changed
        };
        put.push(Put::Account(Box::new(changed)));
        let change = Change {
            expect: vec![Expect::AccountRevision {
                region: known.region.clone(),
                id: known.id.clone(),
                revision: known.revision,
            }],
            put,
        };
        match self.inner.store.commit(change).await {
            Ok(_) => Ok(None),
            Err(CommitError::Stale { .. } | CommitError::Missing { .. }) => {
                Ok(self.inner.store.account(&known.region, &known.id).await?)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// One more failure of a known browser.
fn failed_again(account: &Account, browser: Ticket, now: Timestamp) -> Put {
    let failures = failures(&browser) + 1;
    let until = wait(failures).map(|wait| now + wait);
    Put::Ticket(Ticket {
        data: json!({"account": account.id, "failures": failures, "until": until}),
        ..browser
    })
}

/// A name as its failures are counted: however it is written, and no longer than names are.
fn folded(name: &str) -> String {
    name.trim()
        .chars()
        .take(LONGEST_PASSWORD)
        .collect::<String>()
        .to_lowercase()
}

/// How long the next attempt waits after so many failures in a row.
fn wait(failures: u32) -> Option<SignedDuration> {
    let beyond = failures.checked_sub(FAILURES)?;
    Some(SignedDuration::from_mins(1 << beyond.min(6)).min(SignedDuration::from_hours(1)))
}

fn failures(browser: &Ticket) -> u32 {
    let failures = browser.data.get("failures").and_then(Json::as_u64).unwrap_or(0);
    u32::try_from(failures).unwrap_or(u32::MAX - 1)
}

fn waits(browser: &Ticket) -> Option<Timestamp> {
    browser.data.get("until")?.as_str()?.parse().ok()
}
