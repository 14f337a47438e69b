//! Accounts that somebody allots: a unit's administrator to its people, the office to whom it must.

use serde_json::json;

use super::letters::Opens;
use super::sign_up::no_account;
use super::{Contact, Unfit};
use crate::definition::region::{Sees, WayIn};
use crate::definition::{Language, Text};
use crate::registry::attempts::INVITE;
use crate::registry::email::Email;
use crate::registry::outbox::{Letter, clean};
use crate::registry::{Office, Once, Person, Refused, Registry};
use crate::store::{Account, Change, CommitError, Expect, Put, Standing, Subject, fresh_id};

/// The longest name of a person, in characters.
const LONGEST_NAME: usize = 50;

/// Whom somebody allots an account.
#[derive(Debug, Clone, Default)]
pub struct Invited {
    /// The way in, one that the person's role invites by.
    pub way: String,
    /// The name.
    pub name: String,
    /// The address the link goes to.
    pub email: String,
    /// The unit, where the person has none of their own and the way joins one.
    pub unit: String,
    /// The form as it was posted.
    pub once: Once,
}

impl Registry {
    /// The ways by which the person allots accounts.
    pub fn inviting_ways(&self, person: &Person) -> Result<Vec<&WayIn>, Refused> {
        let ways = self.region(&person.region)?.ways_in.values();
        Ok(ways
            .filter(|way| way.invited_by.as_ref() == Some(&person.role))
            .collect())
    }

    /// Allots an account: the link to activate it goes out.
    pub async fn invite(&self, person: &Person, invited: &Invited) -> Result<Result<(), Unfit>, Refused> {
        let office = self.office(&person.region)?;
        let ways = self.inviting_ways(person)?;
        let way = ways
            .into_iter()
            .find(|way| *way.id == *invited.way)
            .ok_or(Refused::NotFound)?;
        let mut own = Vec::new();
        let name = clean(&invited.name);
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            own.push((
                "name",
                Text::both(
                    format!("请填写姓名，最多 {LONGEST_NAME} 字"),
                    format!("Enter the name, at most {LONGEST_NAME} characters."),
                ),
            ));
        }
        let email = match Email::parse(&invited.email) {
            Ok(email) => email.to_string(),
            Err(fault) => {
                own.push(("email", fault.text()));
                String::new()
            }
        };
        let unit = self.unit_of_invited(person, way, &invited.unit).await?;
        if let Err(text) = &unit {
            own.push(("unit", text.clone()));
        }
        let (true, Ok(unit)) = (own.is_empty(), unit) else {
            return Ok(Err(Unfit {
                own,
                ..Unfit::default()
            }));
        };
        let before = self.was_done(&person.region, &invited.once).await?;
        if before
            && self
                .inner
                .store
                .account_by_sign_in_name(&person.region, &email)
                .await?
                .is_some()
        {
            return Ok(Ok(()));
        }
        self.limit(&person.region, INVITE, &person.account).await?;
        self.allow(&person.region, Contact::Mail, &email).await?;
        let now = self.inner.clock.now();
        let mut account = Account {
            unit,
            roles: way.role.iter().map(ToString::to_string).collect(),
            standing: Standing::AwaitsActivation,
            way: way.id.to_string(),
            email: email.clone(),
            ..Account::new(&person.region, fresh_id(now)?, email, name, now)
        };
        let mut put = self.invitation(office, person, way, &mut account).await?;
        put.push(self.audit(person, None, "invite", json!({"account": account.id, "way": &*way.id})));
        put.push(Put::Account(Box::new(account.clone())));
        let expect = vec![no_account(&account)];
        let mut change = Change { expect, put };
        // What was taken back since can be allotted anew.
        if !before {
            self.only_once(&person.region, &invited.once, &mut change).await?;
        }
        match self.inner.store.commit(change).await {
            Ok(_) => Ok(Ok(())),
            Err(CommitError::Stale { .. }) if self.was_done(&person.region, &invited.once).await? => Ok(Ok(())),
            Err(CommitError::Taken {
                what: Subject::SignInName,
            }) => Ok(Err(Unfit::own("email", self.has_one(person, &account).await?))),
            Err(error) => Err(error.into()),
        }
    }

    /// What is said of an address that has an account.
    async fn has_one(&self, person: &Person, wanted: &Account) -> Result<Text, Refused> {
        let known = self
            .inner
            .store
            .account_by_sign_in_name(&person.region, &wanted.sign_in_name)
            .await?;
        Ok(match known {
            Some(known) if known.unit.is_some() && known.unit == person.unit => Text::both(
                format!("{}已是本单位的账号，直接使用即可，无需重复分配", known.name),
                format!(
                    "{} has an account of this unit already; there is no need for another.",
                    known.name
                ),
            ),
            _ => Text::both(
                "这个邮箱已有账号，已有申报人账号的直接使用即可，无需重复分配",
                "This address has an account already; it is to be used as it is.",
            ),
        })
    }

    async fn unit_of_invited(
        &self,
        person: &Person,
        way: &WayIn,
        unit: &str,
    ) -> Result<Result<Option<String>, Text>, Refused> {
        if !way.joins_unit {
            return Ok(Ok(None));
        }
        if person.sees != Sees::Region {
            return Ok(Ok(person.unit.clone()));
        }
        let found = self.inner.store.unit(&person.region, unit).await?;
        Ok(match found.filter(crate::store::Unit::is_active) {
            Some(unit) => Ok(Some(unit.id)),
            None => Err(Text::both("请点选单位", "Pick the unit.")),
        })
    }

    /// The link and the letter of an invitation; the account keeps the link's key.
    async fn invitation(
        &self,
        office: &Office,
        person: &Person,
        way: &WayIn,
        account: &mut Account,
    ) -> Result<Vec<Put>, Refused> {
        let region = office.region();
        let mut put: Vec<Put> = Vec::new();
        put.extend(account.link.iter().map(|old| Opens::Activation.close(&region.id, old)));
        let link = self.link(&region.id, Opens::Activation, json!({"account": account.id}))?;
        account.link = Some(link.key);
        put.push(link.put);
        let role = way.role.as_ref().and_then(|role| office.role(role));
        let unit = match &person.unit {
            Some(unit) => self.inner.store.unit(&region.id, unit).await?,
            None => None,
        };
        let letter = Letter::Invited {
            link: link.href,
            valid_until: link.until,
            unit: unit.map(|unit| unit.name).unwrap_or_default(),
            role: role
                .map(|role| role.label.get(Language::Chinese).to_owned())
                .unwrap_or_default(),
            inviter: person.name.clone(),
        };
        put.push(self.letter_to(account, &letter)?);
        Ok(put)
    }

    /// Whether somebody has allotted this account and its owner has not activated it yet.
    pub(super) fn is_invited(&self, office: &Office, account: &Account) -> bool {
        let way = office.region().ways_in.get(&*account.way);
        account.standing == Standing::AwaitsActivation && way.is_some_and(|way| way.invited_by.is_some())
    }

    /// A fresh link to activate an account; the earlier one no longer opens it.
    pub(super) async fn sent_again(
        &self,
        office: &Office,
        account: Account,
    ) -> Result<(Box<Account>, Vec<Put>), Refused> {
        let region = &office.region().id;
        let mut put: Vec<Put> = account
            .link
            .iter()
            .map(|old| Opens::Activation.close(region, old))
            .collect();
        let link = self.link(region, Opens::Activation, json!({"account": account.id}))?;
        put.push(link.put);
        let letter = Letter::Activation {
            link: link.href,
            valid_until: link.until,
        };
        put.push(self.letter_to(&account, &letter)?);
        let account = Account {
            revision: account.revision + 1,
            link: Some(link.key),
            ..account
        };
        Ok((Box::new(account), put))
    }

    /// Sends the link to activate an account once more.
    pub async fn invite_again(&self, person: &Person, account: &str) -> Result<(), Refused> {
        let account = self.cared_for(person, account).await?;
        if account.standing != Standing::AwaitsActivation {
            return Err(Refused::Input(Text::both(
                "这个账号已激活",
                "This account is active already.",
            )));
        }
        let office = self.office(&person.region)?;
        self.allow(&person.region, Contact::Mail, &account.email).await?;
        let (account, mut put) = self.sent_again(office, account).await?;
        put.push(self.audit(person, None, "invite-again", json!({"account": account.id})));
        let expect = vec![no_account(&account)];
        put.push(Put::Account(account));
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(())
    }

    /// Takes an invitation back: the account that nobody has activated is gone.
    pub async fn take_back(&self, person: &Person, account: &str) -> Result<(), Refused> {
        let account = self.cared_for(person, account).await?;
        if account.standing != Standing::AwaitsActivation {
            return Err(Refused::Input(Text::both(
                "这个账号已激活，不能撤回，可以停用",
                "This account is active; it can be disabled, not taken back.",
            )));
        }
        let expect = vec![Expect::AccountRevision {
            region: account.region.clone(),
            id: account.id.clone(),
            revision: account.revision,
        }];
        let mut put: Vec<Put> = account
            .link
            .iter()
            .map(|old| Opens::Activation.close(&account.region, old))
            .collect();
        put.push(self.audit(person, None, "take-back", json!({"account": account.id})));
        put.push(Put::DeleteAccount {
            region: account.region,
            id: account.id,
        });
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(())
    }
}
