//! When a limit has passed: whoever is waited for is reminded, or the clock takes the action that the workflow names.
//!
//! Limits are records (`due_on` of each application), so a server that was off does what is due when it starts. A limit
//! ends at 24:00 of its last day. Each limit reminds once; an action of the clock whose `when` does not hold is asked
//! again at every look.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::json;

use super::outbox::{Letter, News};
use super::{Office, Refused, Registry};
use crate::definition::workflow::{By, State};
use crate::store::{Account, Application, Change, CommitError, Expect, Listing, Page, Put, Recipient, Ticket};
use crate::workflow::{Actor, Waits};

/// How many applications are read in one go.
const PART: usize = 200;
/// How long it is remembered that somebody was reminded: longer than anybody leaves a limit behind.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

impl Registry {
    /// Does what the workflows say of every limit that has passed; gives how many there were.
    pub async fn limits_passed(&self) -> Result<usize, Refused> {
        let mut count = 0;
        for office in self.inner.offices.values() {
            for state in office
                .region()
                .workflow
                .states
                .values()
                .filter(|state| state.due.is_some())
            {
                count += self.passed_in(office, state).await?;
            }
        }
        Ok(count)
    }

    async fn passed_in(&self, office: &Office, state: &State) -> Result<usize, Refused> {
        let region = &office.region().id;
        let today = self.inner.clock.today();
        let listing = Listing::State(state.id.to_string());
        let (mut page, mut late) = (Page::first(PART), Vec::new());
        loop {
            let part = self.inner.store.applications(region, &listing, &page).await?;
            late.extend(part.items.into_iter().filter(|application| is_late(application, today)));
            match part.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        let mut count = 0;
        for application in late {
            let done = match state.due.as_ref().and_then(|due| due.then.as_ref()) {
                Some(action) => self.time_is_up(&application, action).await?,
                None => self.remind(&application).await?,
            };
            count += usize::from(done);
        }
        Ok(count)
    }

    /// Takes the action, unless it may not be taken now or somebody was quicker.
    async fn time_is_up(&self, application: &Application, action: &str) -> Result<bool, Refused> {
        match self.act_by_clock(&application.region, &application.id, action).await {
            Ok(_) => Ok(true),
            Err(Refused::Action { .. } | Refused::Stale(_) | Refused::NotAllowed(_) | Refused::NotFound) => Ok(false),
            // One application that cannot be acted on does not keep the others waiting.
            Err(error) => {
                tracing::warn!(application = application.id, action, %error, "an action of the clock was not taken");
                Ok(false)
            }
        }
    }

    /// Tells whoever is waited for, once for this limit.
    async fn remind(&self, application: &Application) -> Result<bool, Refused> {
        let key = format!(
            "{}/{}/{}",
            application.id,
            application.state,
            application.due_on.map(|day| day.to_string()).unwrap_or_default()
        );
        let region = &application.region;
        if self.inner.store.ticket(region, "reminded", &key).await?.is_some() {
            return Ok(false);
        }
        let case = self.case_of(region, &application.id, |_| Actor::Clock).await?;
        let waits = case.application().waits_for.as_ref().map(|party| Waits {
            role: party.role.as_str().into(),
            unit: party.unit.as_deref().map(Into::into),
        });
        let expect = vec![Expect::NoTicket {
            region: region.clone(),
            kind: "reminded".to_owned(),
            key: key.clone(),
        }];
        let mut put = vec![Put::Ticket(Ticket {
            region: region.clone(),
            kind: "reminded".to_owned(),
            key,
            data: json!(null),
            expires_at: self.inner.clock.now() + REMEMBERED,
        })];
        for account in self.told(&case, waits.as_ref(), &By::Handler).await? {
            put.push(self.reminder(case.application(), &account)?);
        }
        match self.inner.store.commit(Change { expect, put }).await {
            Ok(_) => Ok(true),
            // Another server has reminded meanwhile.
            Err(CommitError::Stale { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn reminder(&self, application: &Application, account: &Account) -> Result<Put, Refused> {
        let letter = Letter::Reminder {
            news: News {
                application: application.id.clone(),
                title: application.title.clone(),
                state: application.state.clone(),
                number: application.number.clone().unwrap_or_default(),
                ..News::default()
            },
            due_on: application.due_on,
        };
        self.message(
            &application.region,
            Recipient::Account(account.id.clone()),
            None,
            &letter,
        )
    }
}

/// Whether the last day of the limit is over.
fn is_late(application: &Application, today: Date) -> bool {
    application.due_on.is_some_and(|due| due < today)
}
