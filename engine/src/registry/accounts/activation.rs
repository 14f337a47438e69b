//! Opening the link in a letter: the account is completed and can be used.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::letters::Opens;
use super::sign_up::{no_account, text};
use super::{Sheet, Typed, Unfit};
use crate::check::Answers;
use crate::definition::Id;
use crate::definition::region::WayIn;
use crate::registry::{Office, Refused, Registry};
use crate::store::{Account, Accounts, Change, CommitError, Expect, Put, Standing, Ticket};

/// For so long somebody may ask for another link; then the sign-up is forgotten.
const LAPSES: SignedDuration = SignedDuration::from_hours(24 * 30);

/// An account that waits for its owner.
pub struct Activation {
    /// The name to sign in with, which stands fast.
    pub sign_in_name: String,
    /// What is asked.
    pub sheet: Option<Sheet>,
    /// What is known already.
    pub known: Answers,
    account: Box<Account>,
    ticket: Ticket,
}

/// What activating has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activated {
    /// The account can be used.
    Ready,
}

impl Registry {
    /// What the link opens; nothing where it was used, replaced, forged or has passed.
    pub async fn activation(&self, region: &str, token: &str) -> Result<Option<Activation>, Refused> {
        let Some(ticket) = self.opened(region, Opens::Activation, token).await? else {
            return Ok(None);
        };
        let id = ticket.data["account"].as_str().unwrap_or_default();
        let account = self.inner.store.account(region, id).await?;
        let fits = |account: &Account| {
            account.standing == Standing::AwaitsActivation && account.link.as_deref() == Some(&ticket.key)
        };
        let Some(account) = account.filter(fits) else {
            return Ok(None);
        };
        let office = self.office(region)?;
        let sheet = match activation_form(office, &account) {
            Some(form) => Some(self.sheet(region, &form).await?),
            None => None,
        };
        let mut known = sheet.as_ref().map(Sheet::initial).unwrap_or_default();
        known.extend(self.known_of(office, &account)?);
        Ok(Some(Activation {
            sign_in_name: account.sign_in_name.clone(),
            sheet,
            known,
            account: Box::new(account),
            ticket,
        }))
    }

    /// What the account's owner, or who invited them, has told already.
    fn known_of(&self, office: &Office, account: &Account) -> Result<Answers, Refused> {
        let first = office
            .region()
            .ways_in
            .get(&*account.way)
            .and_then(|way| way.form.clone());
        let mut known = match first.and_then(|form| office.account_form(&form).cloned()) {
            Some(form) => self.opened_answers(office, &account.id, form.form(), &account.sealed)?,
            None => Answers::new(),
        };
        let mut keep = |field: &str, value: &str| {
            if !value.is_empty() {
                known
                    .entry(field.to_owned())
                    .or_insert_with(|| Json::String(value.to_owned()));
            }
        };
        keep("name", &account.name);
        keep("email", &account.email);
        keep("phone", &account.phone);
        Ok(known)
    }

    /// Completes the account, or says what is wrong.
    pub async fn activate(
        &self,
        region: &str,
        activation: Activation,
        typed: Typed<'_>,
    ) -> Result<Result<Activated, Unfit>, Refused> {
        let office = self.office(region)?;
        let Activation {
            sheet,
            known,
            account,
            ticket,
            ..
        } = activation;
        let stored = known.clone();
        let answers = match &sheet {
            Some(sheet) => match sheet.checked(typed.pairs, &stored)? {
                Ok(answers) => answers,
                Err(mut unfit) => {
                    unfit.own = self.password_faults(office, typed.password, typed.again, &[&account.sign_in_name]);
                    return Ok(Err(unfit));
                }
            },
            None => stored,
        };
        let own = self.password_faults(
            office,
            typed.password,
            typed.again,
            &[&account.sign_in_name, text(&answers, "name")],
        );
        if !own.is_empty() {
            return Ok(Err(Unfit {
                own,
                given: answers,
                ..Unfit::default()
            }));
        }
        let now = self.inner.clock.now();
        let sealed = match &sheet {
            Some(sheet) => self.sealed_over(office, &account, sheet.form(), &answers)?,
            None => account.sealed.clone(),
        };
        let name = Some(text(&answers, "name").trim()).filter(|name| !name.is_empty());
        let activated = Account {
            revision: account.revision + 1,
            name: name.unwrap_or(&account.name).to_owned(),
            phone: Some(text(&answers, "phone"))
                .filter(|phone| !phone.is_empty())
                .unwrap_or(&account.phone)
                .to_owned(),
            standing: Standing::Active,
            password_hash: self.inner.passwords.hash(typed.password.to_owned()).await?,
            email_verified: Some(now),
            id_valid_until: super::profile::id_valid_until(&answers),
            link: None,
            language: Some(typed.language),
            sealed,
            ..(*account).clone()
        };
        let mut change = Change {
            expect: vec![ticket.still_there(), no_account(&activated)],
            put: vec![
                Opens::Activation.close(region, &ticket.key),
                self.audit_of(office, "activated", json!({"account": activated.id})),
            ],
        };
        self.wake_unit(office, &activated, &mut change).await?;
        change.put.push(Put::Account(Box::new(activated)));
        if let Some(once) = typed.once {
            self.only_once(region, once, &mut change).await?;
        }
        match self.inner.store.commit(change).await {
            Err(CommitError::Stale { .. }) if self.same_as_before(region, typed.once).await? => {}
            committed => drop(committed?),
        }
        Ok(Ok(Activated::Ready))
    }

    /// Forgets who has signed up by themself and has never opened the link: what was typed then may be anybody's.
    pub(in crate::registry) async fn forget_lapsed(&self) -> Result<(), Refused> {
        let now = self.inner.clock.now();
        for office in self.inner.offices.values() {
            let region = office.region();
            let wanted = Accounts::Standing(Standing::AwaitsActivation);
            let mut accounts = self.inner.store.accounts(&region.id, &wanted).await?;
            accounts.retain(|account| {
                let way = region.ways_in.get(&*account.way);
                let alone = way.is_some_and(|way| way.invited_by.is_none() && way.creates_unit.is_none());
                alone && account.created_at + LAPSES <= now
            });
            for account in accounts {
                let change = Change {
                    expect: vec![Expect::AccountRevision {
                        region: account.region.clone(),
                        id: account.id.clone(),
                        revision: account.revision,
                    }],
                    put: vec![
                        self.audit_of(office, "sign-up-lapsed", json!({"account": account.id})),
                        Put::DeleteAccount {
                            region: account.region,
                            id: account.id,
                        },
                    ],
                };
                match self.inner.store.commit(change).await {
                    Ok(_) | Err(CommitError::Stale { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// A unit that its administrator's way has created begins with that administrator.
    async fn wake_unit(&self, office: &Office, account: &Account, change: &mut Change) -> Result<(), Refused> {
        let Some(unit) = &account.unit else { return Ok(()) };
        let unit = self.inner.store.unit(&office.region().id, unit).await?;
        if let Some(unit) = unit.filter(|unit| unit.standing == Standing::AwaitsActivation && unit.way == account.way) {
            let woken = crate::store::Unit {
                revision: unit.revision + 1,
                standing: Standing::Active,
                ..unit
            };
            change.expect.push(super::unit_care::unchanged(&woken));
            change.put.push(Put::Unit(woken));
        }
        Ok(())
    }
}

/// The form that is asked at the link: the way's own for that, or of an invitation the way's only one.
fn activation_form(office: &Office, account: &Account) -> Option<Id> {
    let way: &WayIn = office.region().ways_in.get(&*account.way)?;
    way.activation_form
        .clone()
        .or_else(|| way.form.clone().filter(|_| way.invited_by.is_some()))
}
