//! Who is at the counter: somebody who is signed in, in one role.

mod session;
mod sign_in;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{Office, Refused};
use crate::definition::Id;
use crate::definition::region::Sees;
use crate::store::{Account, Audit, Put, Session};
use crate::workflow;

pub use sign_in::{Entrance, From, SignedIn};

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
    /// Whether the role asks for a second factor that the account has not set up: nothing else may be done then.
    pub lacks_second_factor: bool,
    session: String,
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

    /// Nobody: what happens because a limit has passed.
    pub(super) fn clock(region: &str) -> Self {
        Self {
            region: region.into(),
            account: "clock".to_owned(),
            name: String::new(),
            role: "".into(),
            roles: Vec::new(),
            sees: Sees::Region,
            unit: None,
            lacks_second_factor: false,
            session: String::new(),
        }
    }

    /// The hash of the session's token.
    pub(super) fn session(&self) -> &str {
        &self.session
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
        lacks_second_factor: false,
        session: String::new(),
    })
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
        lacks_second_factor: role.second_factor && account.second_factor.is_none(),
        session: session.token_hash.clone(),
    })
}

fn audit(region: &str, person: &Person, at: Timestamp, act: &str, detail: Json) -> Put {
    Put::Audit(Audit {
        region: region.to_owned(),
        application: None,
        at,
        actor: person.account.clone(),
        role: person.role.to_string(),
        act: act.to_owned(),
        detail,
    })
}

/// 256 random bits for an address or a cookie.
pub(super) fn random_token() -> Result<String, Refused> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret: enough to know it again.
pub(super) fn hash_token(token: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(token.as_bytes()) {
        for half in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(half.into(), 16));
        }
    }
    text
}
