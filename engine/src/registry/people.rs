//! Who is at the counter: sign-in, sessions, roles.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::{Office, Refused, Registry};
use crate::definition::region::Sees;
use crate::definition::{Id, Text};
use crate::store::{Account, Audit, Change, Expect, Put, Session, Standing};
use crate::workflow;

/// A session ends when it was not used for so long.
const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// A session ends so long after sign-in, used or not.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// A use is written down at most this often.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);
/// Failures in a row before the account waits.
const FAILURES: u32 = 5;

/// Somebody who is signed in, in one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The region.
    pub region: Id,
    /// The account.
    pub account: String,
    /// The person's name.
    pub name: String,
    /// The chosen role.
    pub role: Id,
    /// Every role of the account.
    pub roles: Vec<Id>,
    /// Which applications the role sees.
    pub sees: Sees,
    /// The person's unit.
    pub unit: Option<String>,
    session: String,
}

/// A fresh session.
#[derive(Clone)]
pub struct SignedIn {
    /// What the browser keeps; not stored anywhere.
    pub token: String,
    /// Who it is.
    pub person: Person,
}

impl Person {
    /// The person as the workflow sees them at an application.
    pub(super) fn actor(&self, is_applicant: bool) -> workflow::Person {
        workflow::Person {
            account: self.account.as_str().into(),
            role: Id::clone(&self.role),
            sees: self.sees,
            unit: self.unit.as_deref().map(Id::from),
            is_applicant,
        }
    }

    /// Whether the person files applications of their own.
    pub fn files(&self) -> bool {
        self.sees == Sees::Own
    }
}

impl Registry {
    /// Signs somebody in. `None` where name and password do not fit, whichever it is, and while the
    /// account waits after too many failures.
    pub async fn sign_in(&self, region: &str, name: &str, password: &str) -> Result<Option<SignedIn>, Refused> {
        let office = self.office(region)?;
        let store = &self.inner.store;
        let now = self.inner.clock.now();
        let account = store.account_by_sign_in_name(region, name).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let fits = self.inner.passwords.verify(password.to_owned(), hash).await?;
        let Some(account) = account else { return Ok(None) };
        let waits = account.locked_until.is_some_and(|until| until > now);
        if !fits || waits || account.standing != Standing::Active {
            if !fits && !waits {
                self.count_failure(account, now).await?;
            }
            return Ok(None);
        }
        let token = random_token()?;
        let role = account.roles.iter().find(|role| office.role(role).is_some()).cloned();
        let session = Session {
            region: region.to_owned(),
            token_hash: hash_token(&token),
            account: account.id.clone(),
            role,
            created_at: now,
            seen_at: now,
            expires_at: now + IDLE,
            csrf: String::new(),
            notice: None,
        };
        let Some(person) = person(office, &account, &session) else {
            return Ok(None);
        };
        let mut put = vec![Put::Session(session), audit(region, &person, now, "sign-in")];
        let mut expect = Vec::new();
        if account.failures > 0 {
            expect.push(revision_of(&account));
            let account = Account {
                failures: 0,
                locked_until: None,
                revision: account.revision + 1,
                ..account
            };
            put.push(Put::Account(Box::new(account)));
        }
        store.commit(Change { expect, put }).await?;
        Ok(Some(SignedIn { token, person }))
    }

    /// After five failures in a row each further one doubles the wait, from one minute up to an hour.
    async fn count_failure(&self, account: Account, now: Timestamp) -> Result<(), Refused> {
        let failures = account.failures.saturating_add(1);
        let wait = (failures >= FAILURES)
            .then(|| SignedDuration::from_mins(1 << (failures - FAILURES).min(6)).min(SignedDuration::from_hours(1)));
        let expect = vec![revision_of(&account)];
        let changed = Account {
            failures,
            locked_until: wait.map(|wait| now + wait),
            revision: account.revision + 1,
            ..account
        };
        // Somebody else counting at the same moment is as good.
        match self
            .inner
            .store
            .commit(Change {
                expect,
                put: vec![Put::Account(Box::new(changed))],
            })
            .await
        {
            Ok(_) | Err(crate::store::CommitError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Who holds this token, if the session still stands. Use prolongs it.
    pub async fn person(&self, region: &str, token: &str) -> Result<Option<Person>, Refused> {
        let office = self.office(region)?;
        let store = &self.inner.store;
        let now = self.inner.clock.now();
        let Some(session) = store.session(region, &hash_token(token)).await? else {
            return Ok(None);
        };
        if session.expires_at <= now || session.created_at + ABSOLUTE <= now {
            return Ok(None);
        }
        let Some(account) = store.account(region, &session.account).await? else {
            return Ok(None);
        };
        if account.standing != Standing::Active {
            return Ok(None);
        }
        let found = person(office, &account, &session);
        if session.seen_at + TOUCH <= now {
            let session = Session {
                seen_at: now,
                expires_at: now + IDLE,
                ..session
            };
            let expect = Expect::Session {
                region: region.to_owned(),
                token_hash: session.token_hash.clone(),
            };
            match store
                .commit(Change {
                    expect: vec![expect],
                    put: vec![Put::Session(session)],
                })
                .await
            {
                Ok(_) => {}
                Err(crate::store::CommitError::Stale { .. } | crate::store::CommitError::Missing { .. }) => {
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// Ends a session.
    pub async fn sign_out(&self, person: &Person) -> Result<(), Refused> {
        let region = person.region.to_string();
        let drop = Put::DropSession {
            region: region.clone(),
            token_hash: person.session.clone(),
        };
        let audit = audit(&region, person, self.inner.clock.now(), "sign-out");
        self.inner
            .store
            .commit(Change {
                expect: Vec::new(),
                put: vec![drop, audit],
            })
            .await?;
        Ok(())
    }

    /// Takes another role of the account for the rest of the session.
    pub async fn take_role(&self, person: &Person, role: &str) -> Result<(), Refused> {
        let region = person.region.to_string();
        if !person.roles.iter().any(|own| &**own == role) {
            return Err(Refused::NotAllowed(Text::both(
                "您的账号没有这个角色",
                "Your account does not have this role.",
            )));
        }
        let store = &self.inner.store;
        let session = store
            .session(&region, &person.session)
            .await?
            .ok_or(Refused::NotSignedIn)?;
        let expect = Expect::Session {
            region: region.clone(),
            token_hash: session.token_hash.clone(),
        };
        let session = Session {
            role: Some(role.to_owned()),
            ..session
        };
        let audit = audit(&region, person, self.inner.clock.now(), "take-role");
        store
            .commit(Change {
                expect: vec![expect],
                put: vec![Put::Session(session), audit],
            })
            .await?;
        Ok(())
    }
}

/// The owner of an account in one of its roles, without a session: for what the server itself enters.
pub(super) fn in_role(office: &Office, account: &Account, role: &str) -> Option<Person> {
    let role = office.role(role)?;
    Some(Person {
        region: Id::clone(&office.region().id),
        account: account.id.clone(),
        name: account.name.clone(),
        role: Id::clone(&role.id),
        roles: vec![Id::clone(&role.id)],
        sees: role.sees,
        unit: account.unit.clone(),
        session: String::new(),
    })
}

fn revision_of(account: &Account) -> Expect {
    Expect::AccountRevision {
        region: account.region.clone(),
        id: account.id.clone(),
        revision: account.revision,
    }
}

fn person(office: &Office, account: &Account, session: &Session) -> Option<Person> {
    let roles: Vec<Id> = account
        .roles
        .iter()
        .filter(|role| office.role(role).is_some())
        .map(|role| role.as_str().into())
        .collect();
    let chosen = session
        .role
        .as_deref()
        .filter(|role| roles.iter().any(|own| &**own == *role));
    let role = office.role(chosen.or(roles.first().map(|role| &**role))?)?;
    Some(Person {
        region: Id::clone(&office.region().id),
        account: account.id.clone(),
        name: account.name.clone(),
        role: Id::clone(&role.id),
        roles,
        sees: role.sees,
        unit: account.unit.clone(),
        session: session.token_hash.clone(),
    })
}

fn audit(region: &str, person: &Person, at: Timestamp, act: &str) -> Put {
    Put::Audit(Audit {
        region: region.to_owned(),
        application: None,
        at,
        actor: person.account.clone(),
        role: person.role.to_string(),
        act: act.to_owned(),
        detail: serde_json::Value::Null,
    })
}

/// 256 random bits for an address or a cookie.
pub(super) fn random_token() -> Result<String, Refused> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn hash_token(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
