//! What an operator does at the machine while no server runs: accounts are made, reset, switched on and off.
//!
//! Every act leaves an entry in the region's audit chain, by [`OPERATOR`]. What becomes of one person's data is in
//! [`super::personal`].

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::accounts::{password_fault, password_link};
use super::email::Email;
use super::password::Passwords;
use super::{Clock, Refused, sign_in_name};
use crate::definition::region::Sees;
use crate::definition::{Region, Text};
use crate::store::{
    Account, Accounts, Application, Audit, Change, CommitError, Expect, Files, Put, Sealer, Standing, Store, Subject,
    Unit, fresh_id,
};

/// Who stands in the audit chain for what is done at the machine.
pub const OPERATOR: &str = "operator";

/// One region's records in the hands of the operator.
pub struct Operator {
    pub(super) region: Arc<Region>,
    pub(super) store: Store,
    pub(super) files: Files,
    pub(super) sealer: Sealer,
    pub(super) clock: Clock,
    passwords: Passwords,
}

/// A link that opens once, by which an account's owner chooses a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its address below the server.
    pub address: String,
    /// Until when it opens.
    pub until: Timestamp,
}

/// An account to be made.
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    /// What its owner signs in with.
    pub sign_in_name: String,
    /// The person's name.
    pub name: String,
    /// The ids of its roles.
    pub roles: Vec<String>,
    /// The unit, by id or by its exact name.
    pub unit: Option<String>,
}

impl Operator {
    /// The records of a region; the keys must be those of the database.
    pub async fn open(region: Arc<Region>, store: Store, files: Files, sealer: Sealer) -> Result<Self, Refused> {
        let proved = store.prove_keys(&sealer).await;
        proved.map_err(|error| Refused::Failed(error.to_string()))?;
        Ok(Self {
            region,
            store,
            files,
            sealer,
            clock: Clock::system(),
            passwords: Passwords::default(),
        })
    }

    /// Every account of the region, in the order they were made.
    pub async fn accounts(&self) -> Result<Vec<Account>, Refused> {
        Ok(self.store.accounts(&self.region.id, &Accounts::All).await?)
    }

    /// The account with this id or sign-in name.
    pub async fn account(&self, called: &str) -> Result<Account, Refused> {
        let region = &self.region.id;
        let found = match self.store.account(region, called).await? {
            Some(found) => Some(found),
            None => self.store.account_by_sign_in_name(region, called).await?,
        };
        found.ok_or_else(|| {
            Refused::Input(Text::both(
                format!("没有账号“{called}”；dengji account list 列出全部账号"),
                format!("there is no account {called}; `dengji account list` shows all"),
            ))
        })
    }

    /// Makes an account with this password, or without one and with a link by which its owner chooses it.
    pub async fn create(&self, new: NewAccount, password: Option<String>) -> Result<(Account, Option<Link>), Refused> {
        let sign_in_name = self.fits(&new)?;
        let unit = match &new.unit {
            Some(called) => Some(self.unit(called).await?.id),
            None => None,
        };
        let now = self.clock.now();
        let name = new.name.trim().to_owned();
        let email = Email::parse(&sign_in_name).map(|email| email.as_str().to_owned());
        let mut account = Account {
            unit,
            roles: new.roles,
            email: email.unwrap_or_default(),
            ..Account::new(&self.region.id, fresh_id(now)?, sign_in_name.clone(), name, now)
        };
        let (hash, link, ticket) = self.entrance(&account, password).await?;
        account.password_hash = hash;
        let mut put = vec![
            Put::Account(Box::new(account.clone())),
            self.audit("account-create", json!({"account": account.id, "roles": account.roles})),
        ];
        put.extend(ticket);
        let expect = vec![Expect::AccountRevision {
            region: account.region.clone(),
            id: account.id.clone(),
            revision: 0,
        }];
        match self.store.commit(Change { expect, put }).await {
            Ok(_) => Ok((account, link)),
            Err(CommitError::Taken {
                what: Subject::SignInName,
            }) => Err(Refused::Input(Text::both(
                format!("登录名“{sign_in_name}”已被使用"),
                format!("the sign-in name {sign_in_name} is taken"),
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes an account's password away, or gives it this one: sessions end, links that were sent open nothing any
    /// more, failures are forgotten. Without a password its owner chooses one with the link.
    pub async fn reset(
        &self,
        account: Account,
        password: Option<String>,
        without_second_factor: bool,
    ) -> Result<Option<Link>, Refused> {
        if matches!(account.standing, Standing::AwaitsActivation | Standing::AwaitsApproval) {
            return Err(Refused::Input(Text::both(
                "这个账号还没有激活或审核通过，没有密码可重置；请由分配或审核账号的人员重新发送或审核",
                "the account is not activated or approved yet, so there is no password to reset: have it sent or approved again",
            )));
        }
        let (password_hash, link, ticket) = self.entrance(&account, password).await?;
        let earlier = self.store.all_tickets(&account.region).await?;
        let earlier = earlier
            .into_iter()
            .filter(|earlier| earlier.data.get("account").and_then(Json::as_str) == Some(&account.id));
        let mut more: Vec<Put> = earlier.map(|earlier| earlier.dropped()).collect();
        more.extend(ticket);
        let changed = Account {
            password_hash,
            failures: 0,
            locked_until: None,
            second_factor: account.second_factor.clone().filter(|_| !without_second_factor),
            ..account
        };
        self.put_changed(changed, "account-reset", true, more).await?;
        Ok(link)
    }

    /// Switches an account off, which ends its sessions, or on again.
    pub async fn switch(&self, account: Account, on: bool) -> Result<(), Refused> {
        let (standing, act) = match on {
            true => (Standing::Active, "account-enable"),
            false => (Standing::Disabled, "account-disable"),
        };
        let changed = Account {
            standing,
            off_by_office: !on,
            ..account
        };
        self.put_changed(changed, act, !on, Vec::new()).await
    }

    async fn put_changed(
        &self,
        account: Account,
        act: &str,
        end_sessions: bool,
        more: Vec<Put>,
    ) -> Result<(), Refused> {
        let expect = vec![Expect::AccountRevision {
            region: account.region.clone(),
            id: account.id.clone(),
            revision: account.revision,
        }];
        let mut put = vec![self.audit(act, json!({"account": account.id}))];
        if end_sessions {
            put.push(Put::DropSessionsOf {
                region: account.region.clone(),
                account: account.id.clone(),
            });
        }
        put.extend(more);
        put.push(Put::Account(Box::new(Account {
            revision: account.revision + 1,
            ..account
        })));
        self.store.commit(Change { expect, put }).await?;
        Ok(())
    }

    /// The applications and accounts in which a sensitive answer is this text, such as an identity number.
    pub async fn find(&self, text: &str) -> Result<(Vec<Application>, Vec<Account>), Refused> {
        let found = self.sealer.found_by(&self.region.id, text).ok_or_else(|| {
            Refused::Input(Text::both(
                "太短，无法查找：至少 6 个字符",
                "too short to be looked for: at least 6 characters",
            ))
        })?;
        let region = &self.region.id;
        Ok((
            self.store.applications_found_by(region, &found).await?,
            self.store.accounts_found_by(region, &found).await?,
        ))
    }

    /// Writes the database anew, without what was removed from it, and closes it.
    pub async fn renew(self) -> Result<(), Refused> {
        Ok(self.store.renew().await?)
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn audit(&self, act: &str, detail: Json) -> Put {
        Put::Audit(Audit {
            region: self.region.id.to_string(),
            application: None,
            at: self.clock.now(),
            actor: OPERATOR.to_owned(),
            role: String::new(),
            act: act.to_owned(),
            detail,
        })
    }

    /// How the owner gets in: the hash of this password, or a link and its ticket.
    async fn entrance(
        &self,
        account: &Account,
        password: Option<String>,
    ) -> Result<(String, Option<Link>, Option<Put>), Refused> {
        let Some(password) = password else {
            let (address, until, ticket) = password_link(&account.region, &account.id, self.clock.now())?;
            return Ok((String::new(), Some(Link { address, until }), Some(ticket)));
        };
        let rule = &self.region.sign_in.password;
        match password_fault(rule, &password, &[&account.sign_in_name, &account.name]) {
            Some(fault) => Err(Refused::Input(fault)),
            None => Ok((self.passwords.hash(password).await?, None, None)),
        }
    }

    /// The sign-in name, where names and roles are such as the region knows.
    fn fits(&self, new: &NewAccount) -> Result<String, Refused> {
        let refuse = |zh: String, en: String| Err(Refused::Input(Text::both(zh, en)));
        let bare =
            |text: &str| text.trim().is_empty() || text.chars().any(char::is_control) || text.chars().count() > 100;
        if bare(&new.name) || bare(&new.sign_in_name) {
            return refuse(
                "姓名和登录名都要填写，各不超过 100 字".into(),
                "name and sign-in name are needed, of at most 100 characters each".into(),
            );
        }
        let sign_in_name = match Email::parse(&new.sign_in_name) {
            Ok(email) if self.region.sign_in.by_email => email.as_str().to_owned(),
            Err(fault) if self.region.sign_in.by_email => return Err(Refused::Input(fault.text())),
            _ => sign_in_name::plain(&new.sign_in_name),
        };
        let known = || self.region.roles.keys().map(|id| &**id).collect::<Vec<_>>();
        if new.roles.is_empty() {
            let roles = known().join("、");
            return refuse(
                format!("至少要有一个角色（--role）：{roles}"),
                format!("at least one role is needed (--role): {}", known().join(", ")),
            );
        }
        for role in &new.roles {
            let Some(role) = self.region.roles.get(role.as_str()) else {
                return refuse(
                    format!("没有角色“{role}”；可以是：{}", known().join("、")),
                    format!("there is no role {role}; there are: {}", known().join(", ")),
                );
            };
            if role.sees == Sees::Unit && new.unit.is_none() {
                return refuse(
                    format!("角色“{}”属于单位：请用 --unit 指明", role.id),
                    format!("the role {} belongs to a unit: name it with --unit", role.id),
                );
            }
        }
        Ok(sign_in_name)
    }

    async fn unit(&self, called: &str) -> Result<Unit, Refused> {
        let region = &self.region.id;
        let found = match self.store.unit(region, called).await? {
            Some(found) => Some(found),
            None => self.store.unit_by_name(region, called).await?,
        };
        found.filter(Unit::is_active).ok_or_else(|| {
            Refused::Input(Text::both(
                format!("没有单位“{called}”（按编号或全称查找，已停用的不算）"),
                format!("there is no active unit with the id or name {called}"),
            ))
        })
    }
}
