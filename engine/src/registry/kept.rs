//! Pages that were posted after their session had ended by time: kept for a while for the account that it was, so
//! that they stand there again after signing in. They are sealed, few, and of limited size; nobody else can read one
//! or put one into another's account.

use jiff::SignedDuration;
use serde_json::json;

use super::people::hash_token;
use super::{Person, Refused, Registry};
use crate::store::{Change, Expect, Put, Standing, Ticket, place};
use crate::theme::input_name::COMMAND;

/// How long a page is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(2);
/// Bytes of a page that is kept; a larger one is not.
const KEPT_BYTES: usize = 256 * 1024;
/// Pages that are kept for one account; the oldest makes room.
const KEPT_PAGES: usize = 8;
/// The field that what was typed is sealed for.
const TYPED: &str = "typed";

impl Registry {
    /// The account whose session this was, where it has ended by time alone and the account is in use.
    pub async fn ended_session(&self, region: &str, token: &str) -> Result<Option<String>, Refused> {
        let store = &self.inner.store;
        let known = store.session_and_account(region, &hash_token(token)).await?;
        let account = known.map(|(_, account)| account);
        let account = account.filter(|account| account.standing == Standing::Active);
        Ok(account.map(|account| account.id.clone()))
    }

    /// Keeps what was typed on a page of the account's own application. False where it cannot be kept: it is too
    /// large, or the application is not the account's.
    pub async fn keep_typed(
        &self,
        region: &str,
        account: &str,
        application: &str,
        page: &str,
        pairs: &[(String, String)],
    ) -> Result<bool, Refused> {
        let store = &self.inner.store;
        let office = self.office(region)?;
        let filed = store.application(region, application).await?;
        let Some(filed) = filed.filter(|filed| filed.applicant == account) else {
            return Ok(false);
        };
        let form = self.pinned(office, &filed.form_hash).await?;
        let pairs: Vec<_> = pairs.iter().filter(|(name, _)| name != COMMAND).collect();
        let typed = json!(pairs).to_string();
        if !form.form().pages.contains_key(page) || typed.len() > KEPT_BYTES {
            return Ok(false);
        }
        let key = key(application, page);
        let sealed = self.inner.sealer.seal(&place(region, &key, TYPED), &typed)?;
        let ticket = Ticket {
            region: region.to_owned(),
            kind: kind(account),
            data: json!({"account": account, TYPED: sealed}),
            expires_at: self.inner.clock.now() + KEPT_FOR,
            key,
        };
        let mut put = Vec::new();
        let mut others = store.tickets(region, &ticket.kind).await?;
        others.retain(|other| other.key != ticket.key);
        others.sort_by_key(|other| other.expires_at);
        let too_many = (others.len() + 1).saturating_sub(KEPT_PAGES);
        put.extend(others.into_iter().take(too_many).map(|other| other.dropped()));
        put.push(Put::Ticket(ticket));
        let expect = Vec::new();
        store.commit(Change { expect, put }).await?;
        Ok(true)
    }

    /// What the person typed on the page and is kept.
    pub async fn kept(
        &self,
        person: &Person,
        application: &str,
        page: &str,
    ) -> Result<Option<Vec<(String, String)>>, Refused> {
        let key = key(application, page);
        let ticket = self
            .inner
            .store
            .ticket(&person.region, &kind(&person.account), &key)
            .await?;
        let Some(ticket) = ticket.filter(|ticket| ticket.expires_at > self.inner.clock.now()) else {
            return Ok(None);
        };
        let typed = self
            .inner
            .sealer
            .open(&place(&person.region, &key, TYPED), &ticket.data[TYPED]);
        let pairs = typed.ok().and_then(|typed| serde_json::from_str(&typed).ok());
        if pairs.is_none() {
            tracing::warn!(
                region = &*person.region,
                "what was kept of a page cannot be opened; it is left aside"
            );
        }
        Ok(pairs)
    }

    /// Forgets what was kept of a page, because it is saved.
    pub async fn forget_kept(&self, person: &Person, application: &str, page: &str) -> Result<(), Refused> {
        let put = vec![Put::DropTicket {
            region: person.region.to_string(),
            kind: kind(&person.account),
            key: key(application, page),
        }];
        let expect: Vec<Expect> = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(())
    }
}

fn kind(account: &str) -> String {
    format!("typed {account}")
}

fn key(application: &str, page: &str) -> String {
    format!("{application} {page}")
}
