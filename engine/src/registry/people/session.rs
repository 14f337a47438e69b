//! Sessions: their limits, the chosen role, and what their owner sees of them.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::{Person, audit, hash_token, person};
use crate::definition::Text;
use crate::registry::{Refused, Registry};
use crate::store::{Change, CommitError, Expect, Put, Session, Standing};

/// A session ends when it was not used for so long.
pub(super) const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// A session ends so long after sign-in, used or not.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// A use is written down at most this often.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);

impl Registry {
    /// Who holds this token, if the session still stands. Use prolongs it.
    pub async fn person(&self, region: &str, token: &str) -> Result<Option<Person>, Refused> {
        let office = self.office(region)?;
        let store = &self.inner.store;
        let now = self.inner.clock.now();
        let known = store.session_and_account(region, &hash_token(token)).await?;
        let Some((session, account)) = known else {
            return Ok(None);
        };
        if session.expires_at <= now || session.created_at + ABSOLUTE <= now {
            return Ok(None);
        }
        if account.standing != Standing::Active {
            return Ok(None);
        }
        let found = person(office, &account, &session);
        if session.seen_at + TOUCH <= now {
            let session = Session {
                seen_at: now,
                expires_at: now + IDLE,
                ..Session::clone(&session)
            };
            let change = Change {
                expect: vec![still(&session)],
                put: vec![Put::Session(session)],
            };
            match store.commit(change).await {
                Ok(_) => {}
                Err(CommitError::Stale { .. } | CommitError::Missing { .. }) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// Ends the person's session.
    pub async fn sign_out(&self, person: &Person) -> Result<(), Refused> {
        self.end(person, &person.session, "sign-out").await
    }

    /// Ends one of the person's sessions, whichever browser has it; one that has ended already is as it should be.
    pub async fn end_session(&self, person: &Person, session: &str) -> Result<(), Refused> {
        match self.inner.store.session(&person.region, session).await? {
            Some(stored) if stored.account != person.account => Err(Refused::NotFound),
            Some(_) => self.end(person, session, "end-session").await,
            None => Ok(()),
        }
    }

    async fn end(&self, person: &Person, session: &str, act: &str) -> Result<(), Refused> {
        let region = person.region.to_string();
        let drop = Put::DropSession {
            region: region.clone(),
            token_hash: session.to_owned(),
        };
        let audit = audit(&region, person, self.inner.clock.now(), act, Json::Null);
        let change = Change {
            expect: Vec::new(),
            put: vec![drop, audit],
        };
        self.inner.store.commit(change).await?;
        Ok(())
    }

    /// The person's sessions that still stand, the one in use first.
    pub async fn own_sessions(&self, person: &Person) -> Result<Vec<Session>, Refused> {
        let now = self.inner.clock.now();
        let mut sessions = self.inner.store.sessions(&person.region, &person.account).await?;
        sessions.retain(|session| session.expires_at > now && session.created_at + ABSOLUTE > now);
        sessions.sort_by_key(|session| (session.token_hash != person.session, std::cmp::Reverse(session.seen_at)));
        Ok(sessions)
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
        let expect = vec![still(&session)];
        let session = Session {
            role: Some(role.to_owned()),
            ..session
        };
        let taken = json!({"role": role});
        let audit = audit(&region, person, self.inner.clock.now(), "take-role", taken);
        let put = vec![Put::Session(session), audit];
        store.commit(Change { expect, put }).await?;
        Ok(())
    }
}

/// That the session has not ended meanwhile.
fn still(session: &Session) -> Expect {
    Expect::Session {
        region: session.region.clone(),
        token_hash: session.token_hash.clone(),
    }
}
