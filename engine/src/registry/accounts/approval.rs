//! What waits for somebody's approval: new accounts, and units.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;

use super::sign_up::{no_account, text};
use super::unit_care::unchanged;
use crate::check::Answers;
use crate::definition::region::{Sees, WayIn};
use crate::definition::{Form, Id, Text};
use crate::registry::email::Email;
use crate::registry::outbox::Letter;
use crate::registry::{Office, Once, Person, Refused, Registry};
use crate::store::{Account, Accounts, Change, CommitError, Expect, Put, Standing, Unit};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Somebody, or a unit, that waits for approval.
pub struct Candidate {
    /// The account, where the way gives one.
    pub account: Option<Account>,
    /// The unit that the way creates or the account joins.
    pub unit: Option<Unit>,
    /// The way in's id.
    pub way: Id,
    /// What was filled in.
    pub answers: Answers,
    /// The form that asked it.
    pub form: Option<Arc<Form>>,
    /// Who has the address that was given for the unit's administrator already.
    pub known: Option<Account>,
    creates_unit: bool,
}

impl Candidate {
    /// Who administers the unit once it is approved, though the account was there before: whoever has the given
    /// address and belongs to no other unit.
    pub fn becomes_administrator(&self) -> Option<&Account> {
        let unit = self.unit.as_ref()?;
        let free = |known: &&Account| {
            known.standing == Standing::Active && known.unit.as_ref().is_none_or(|own| *own == unit.id)
        };
        self.known.as_ref().filter(free)
    }

    /// What an address calls it: the account's id, or the unit's.
    pub fn id(&self) -> &str {
        called(self.account.as_ref(), self.unit.as_ref())
    }
}

/// Somebody, or a unit, that waits, as it is stored.
struct Waiting<'o> {
    way: &'o WayIn,
    account: Option<Account>,
    unit: Option<Unit>,
}

impl Waiting<'_> {
    fn id(&self) -> &str {
        called(self.account.as_ref(), self.unit.as_ref())
    }
}

/// The account's id, or the unit's.
fn called<'a>(account: Option<&'a Account>, unit: Option<&'a Unit>) -> &'a str {
    match (account, unit) {
        (Some(account), _) => &account.id,
        (None, Some(unit)) => &unit.id,
        (None, None) => "",
    }
}

impl Registry {
    /// What waits for the person's approval, oldest first.
    pub async fn candidates(&self, person: &Person) -> Result<Vec<Candidate>, Refused> {
        let mut found = Vec::new();
        for waiting in self.waiting(person).await? {
            found.push(self.candidate(person, waiting).await?);
        }
        Ok(found)
    }

    /// The same, with nothing opened that was sealed.
    async fn waiting(&self, person: &Person) -> Result<Vec<Waiting<'_>>, Refused> {
        let office = self.office(&person.region)?;
        let store = &self.inner.store;
        let accounts = store
            .accounts(&person.region, &Accounts::Standing(Standing::AwaitsApproval))
            .await?;
        let mut found = Vec::new();
        for account in accounts {
            let Some(way) = approvable(office, person, &account.way) else {
                continue;
            };
            let unit = match &account.unit {
                Some(unit) => store.unit(&person.region, unit).await?,
                None => None,
            };
            let account = Some(account);
            found.push(Waiting { way, account, unit });
        }
        // A unit waits by itself where its way gives no account, or where the address was that of an account already.
        let with_account: HashSet<String> = found
            .iter()
            .filter_map(|waiting| Some(waiting.unit.as_ref()?.id.clone()))
            .collect();
        for unit in store.units(&person.region).await? {
            let way = approvable(office, person, &unit.way);
            if let Some(way) = way.filter(|_| unit.standing == Standing::AwaitsApproval)
                && !with_account.contains(&unit.id)
            {
                let (account, unit) = (None, Some(unit));
                found.push(Waiting { way, account, unit });
            }
        }
        found.retain(|waiting| in_reach(person, waiting.unit.as_ref()));
        Ok(found)
    }

    /// Whether the person's role approves what comes by some way in.
    pub fn approves(&self, person: &Person) -> Result<bool, Refused> {
        let mut ways = self.region(&person.region)?.ways_in.values();
        Ok(ways.any(|way| way.approved_by.as_ref() == Some(&person.role)))
    }

    /// How much waits for the person's approval.
    pub async fn approvals(&self, person: &Person) -> Result<usize, Refused> {
        if !self.approves(person)? {
            return Ok(0);
        }
        Ok(self.waiting(person).await?.len())
    }

    /// One of them.
    pub async fn candidate_called(&self, person: &Person, id: &str) -> Result<Candidate, Refused> {
        let all = self.waiting(person).await?;
        let one = all.into_iter().find(|waiting| waiting.id() == id);
        self.candidate(person, one.ok_or(Refused::NotFound)?).await
    }

    async fn candidate(&self, person: &Person, waiting: Waiting<'_>) -> Result<Candidate, Refused> {
        let office = self.office(&person.region)?;
        let Waiting { way, account, unit } = waiting;
        let form = way.form.as_ref().and_then(|form| office.account_form(form));
        let sealed = match (&account, &unit) {
            (Some(account), _) => Some((&account.id, &account.sealed)),
            (None, Some(unit)) => Some((&unit.id, &unit.sealed)),
            (None, None) => None,
        };
        let answers = match (form, sealed) {
            (Some(form), Some((id, sealed))) => self.opened_answers(office, id, form.form(), sealed)?,
            _ => Answers::new(),
        };
        let known = match (&account, &way.role) {
            (None, Some(_)) => {
                let address = text(&answers, "email");
                self.inner
                    .store
                    .account_by_sign_in_name(&person.region, address)
                    .await?
            }
            _ => None,
        };
        Ok(Candidate {
            creates_unit: way.creates_unit.is_some(),
            known,
            account,
            unit,
            way: way.id.clone(),
            answers,
            form: form.map(|form| Arc::clone(form.form())),
        })
    }

    /// Approves: account and unit can be used from now on.
    pub async fn approve(&self, person: &Person, id: &str, once: &Once) -> Result<(), Refused> {
        if self.was_done(&person.region, once).await? {
            return Ok(());
        }
        let candidate = self.candidate_called(person, id).await?;
        let mut change = Change::default();
        let known = candidate.becomes_administrator().cloned();
        let account = candidate.account.or_else(|| {
            let way = self.region(&person.region).ok()?.ways_in.get(&*candidate.way)?;
            let mut known = known?;
            let role = way.role.as_ref()?.to_string();
            if !known.roles.contains(&role) {
                known.roles.push(role);
            }
            known.unit = candidate.unit.as_ref().map(|unit| unit.id.clone());
            Some(known)
        });
        if let Some(unit) = candidate.unit.filter(|_| candidate.creates_unit) {
            let unit = Unit {
                revision: unit.revision + 1,
                standing: Standing::Active,
                ..unit
            };
            change.expect.push(unchanged(&unit));
            change
                .put
                .push(self.audit(person, None, "approve-unit", json!({"unit": unit.id})));
            if account.is_none() {
                let letter = Letter::UnitApproved {
                    unit: unit.name.clone(),
                };
                change.put.extend(self.told_unit(&unit, &candidate.answers, &letter)?);
            }
            change.put.push(Put::Unit(unit));
        }
        if let Some(account) = account {
            let account = Account {
                revision: account.revision + 1,
                standing: Standing::Active,
                ..account
            };
            change.expect.push(no_account(&account));
            change
                .put
                .push(self.audit(person, None, "approve", json!({"account": account.id})));
            let letter = Letter::AccountApproved {
                link: format!("/{}/sign-in", person.region),
            };
            if !account.email.is_empty() {
                change.put.push(self.letter(&person.region, &account.id, &letter)?);
            }
            change.put.push(Put::Account(Box::new(account)));
        }
        self.decided(person, change, once).await
    }

    /// Does not approve: what was registered is gone, and its owner is told why.
    pub async fn refuse(&self, person: &Person, id: &str, reason: &str, once: &Once) -> Result<(), Refused> {
        if self.was_done(&person.region, once).await? {
            return Ok(());
        }
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            return Err(Refused::Input(Text::both(
                format!("请填写不通过的原因，最多 {LONGEST_REASON} 字"),
                format!("Say why, in at most {LONGEST_REASON} characters."),
            )));
        }
        let candidate = self.candidate_called(person, id).await?;
        let mut change = Change::default();
        let unit_alone = candidate.account.is_none();
        if let Some(account) = candidate.account {
            change.expect.push(Expect::AccountRevision {
                region: account.region.clone(),
                id: account.id.clone(),
                revision: account.revision,
            });
            let detail = json!({"account": account.id, "name": account.name, "reason": reason});
            change.put.push(self.audit(person, None, "refuse", detail));
            let letter = Letter::AccountRefused {
                reason: reason.to_owned(),
            };
            if !account.email.is_empty() {
                change.put.push(self.letter_to(&account, &letter)?);
            }
            change.put.push(Put::DeleteAccount {
                region: account.region,
                id: account.id,
            });
        }
        if let Some(unit) = candidate.unit.filter(|_| candidate.creates_unit) {
            change.expect.push(Expect::UnitRevision {
                region: unit.region.clone(),
                id: unit.id.clone(),
                revision: unit.revision,
            });
            let detail = json!({"unit": unit.id, "name": unit.name, "reason": reason});
            change.put.push(self.audit(person, None, "refuse-unit", detail));
            if unit_alone {
                let letter = Letter::UnitRefused {
                    unit: unit.name.clone(),
                    reason: reason.to_owned(),
                };
                change.put.extend(self.told_unit(&unit, &candidate.answers, &letter)?);
            }
            change.put.push(Put::DeleteUnit {
                region: unit.region,
                id: unit.id,
            });
        }
        self.decided(person, change, once).await
    }

    /// Makes the change, unless exactly this form has made it just now.
    async fn decided(&self, person: &Person, mut change: Change, once: &Once) -> Result<(), Refused> {
        self.only_once(&person.region, once, &mut change).await?;
        match self.inner.store.commit(change).await {
            Ok(_) => Ok(()),
            Err(CommitError::Stale { .. }) if self.was_done(&person.region, once).await? => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A letter to the mailbox that a unit without an account has given, where its form asks for one.
    fn told_unit(&self, unit: &Unit, answers: &Answers, letter: &Letter) -> Result<Option<Put>, Refused> {
        let email = Email::parse(text(answers, "email")).ok();
        email
            .map(|email| self.letter_to_unit(unit, email.as_str(), letter))
            .transpose()
    }
}

/// The way in, where the person's role approves what comes by it.
fn approvable<'o>(office: &'o Office, person: &Person, way: &str) -> Option<&'o WayIn> {
    let way = office.region().ways_in.get(way)?;
    (way.approved_by.as_ref() == Some(&person.role)).then_some(way)
}

/// A role that sees the region approves all of it; any other what belongs to its unit.
fn in_reach(person: &Person, unit: Option<&Unit>) -> bool {
    match person.sees {
        Sees::Region => true,
        Sees::Own => false,
        Sees::Unit | Sees::Handled => unit.is_some_and(|unit| {
            person.unit.as_deref() == Some(&unit.id) || (unit.parent.is_some() && unit.parent == person.unit)
        }),
    }
}
