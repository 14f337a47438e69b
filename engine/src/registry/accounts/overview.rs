//! The accounts and units that somebody looks after: lists, and switching accounts off and on.

use jiff::civil::DateTime;
use serde_json::json;

use super::sign_up::no_account;
use crate::definition::region::Sees;
use crate::definition::{Id, Text};
use crate::registry::clock::local;
use crate::registry::{Office, Person, Refused, Registry};
use crate::store::{Account, Accounts, Change, Put, Standing, Unit};

/// A part of a list of people or units.
#[derive(Debug, Clone)]
pub struct People<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: usize,
    /// The part shown, from 1.
    pub page: usize,
    /// Parts in all.
    pub pages: usize,
}

/// An account in a list.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// Its id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// What they sign in with.
    pub sign_in_name: String,
    /// The unit's name.
    pub unit: Option<String>,
    /// The roles.
    pub roles: Vec<Id>,
    /// Whether it can be used.
    pub standing: Standing,
    /// When it was made.
    pub since: DateTime,
    /// Whether it is the person's own.
    pub own: bool,
}

/// A unit in a list.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// The unit.
    pub unit: Unit,
    /// How many accounts it has.
    pub accounts: usize,
    /// The name of the unit that it became part of.
    pub merged_into: Option<String>,
}

/// One of a person's own sessions.
#[derive(Debug, Clone)]
pub struct OwnSession {
    /// What it is ended by.
    pub id: String,
    /// What the browser calls itself.
    pub agent: String,
    /// When it began.
    pub since: DateTime,
    /// When it was last used.
    pub seen: DateTime,
    /// Whether it is the one in use.
    pub current: bool,
}

/// What is wanted of a list.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// A part of a name, a code or an address.
    pub text: String,
    /// Only these.
    pub standing: Option<Standing>,
    /// Only of this role, or of this kind.
    pub kind: String,
    /// The part, from 1.
    pub page: usize,
}

/// Rows on one page of a list.
const ROWS: usize = 50;

impl Registry {
    /// Whether the person looks after accounts: those of their unit, or of the region.
    pub fn looks_after_people(&self, person: &Person) -> bool {
        person.sees != Sees::Own
    }

    /// Whether the person's role is one of a unit, which its holder can hand over to another account of the unit.
    pub fn hands_over(&self, person: &Person) -> bool {
        matches!(person.sees, Sees::Unit | Sees::Handled) && person.unit.is_some()
    }

    /// The accounts that the person looks after, by name.
    pub async fn people(&self, person: &Person, wanted: &Wanted) -> Result<People<AccountRow>, Refused> {
        let mut accounts = self.in_care(person).await?;
        let text = wanted.text.trim().to_lowercase();
        let hit = |field: &str| field.to_lowercase().contains(&text);
        accounts.retain(|account| {
            (text.is_empty() || hit(&account.name) || hit(&account.sign_in_name) || hit(&account.email))
                && wanted.standing.is_none_or(|standing| account.standing == standing)
                && (wanted.kind.is_empty() || account.roles.contains(&wanted.kind))
        });
        accounts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let units = self.inner.store.units(&person.region).await?;
        let name = |id: &String| units.iter().find(|unit| unit.id == *id).map(|unit| unit.name.clone());
        let row = |account: Account| AccountRow {
            own: account.id == person.account,
            unit: account.unit.as_ref().and_then(name),
            since: local(account.created_at),
            roles: account.roles.iter().map(|role| role.as_str().into()).collect(),
            id: account.id,
            name: account.name,
            sign_in_name: account.sign_in_name,
            standing: account.standing,
        };
        Ok(part(accounts, wanted.page, row))
    }

    /// One account that the person looks after.
    pub async fn account_in_care(&self, person: &Person, id: &str) -> Result<Account, Refused> {
        self.cared_for(person, id).await
    }

    /// The person's own account.
    pub async fn own_account(&self, person: &Person) -> Result<Account, Refused> {
        self.account_of(person).await
    }

    /// The units that can be picked, by name.
    pub async fn active_units(&self, region: &str) -> Result<Vec<Unit>, Refused> {
        let mut units = self.inner.store.units(region).await?;
        units.retain(Unit::is_active);
        units.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(units)
    }

    /// The day of a moment in the office.
    pub fn day(&self, at: jiff::Timestamp) -> jiff::civil::Date {
        local(at).date()
    }

    async fn in_care(&self, person: &Person) -> Result<Vec<Account>, Refused> {
        let which = match (person.sees, &person.unit) {
            (Sees::Region, _) => Accounts::All,
            (Sees::Unit | Sees::Handled, Some(unit)) => Accounts::Unit(unit.clone()),
            _ => return Err(Refused::NotFound),
        };
        let mut accounts = self.inner.store.accounts(&person.region, &which).await?;
        let office = self.office(&person.region)?;
        accounts.retain(|account| cares(office, person, account));
        Ok(accounts)
    }

    /// One account that the person looks after; any other is not found.
    pub(super) async fn cared_for(&self, person: &Person, account: &str) -> Result<Account, Refused> {
        let account = self
            .inner
            .store
            .account(&person.region, account)
            .await?
            .ok_or(Refused::NotFound)?;
        let office = self.office(&person.region)?;
        cares(office, person, &account)
            .then_some(account)
            .ok_or(Refused::NotFound)
    }

    /// Switches an account off: its sessions end. Its applications stay with the unit.
    pub async fn disable(&self, person: &Person, account: &str) -> Result<(), Refused> {
        let account = self.cared_for(person, account).await?;
        if account.id == person.account {
            return Err(Refused::NotAllowed(Text::both(
                "不能停用自己的账号，请先移交管理员",
                "You cannot disable your own account; hand over your role first.",
            )));
        }
        self.stand(person, account, Standing::Active, Standing::Disabled, "disable")
            .await
    }

    /// Switches it on again.
    pub async fn enable(&self, person: &Person, account: &str) -> Result<(), Refused> {
        let account = self.cared_for(person, account).await?;
        if account.off_by_office && person.sees != Sees::Region {
            return Err(Refused::NotAllowed(Text::both(
                "这个账号由管理单位停用，请联系管理单位恢复",
                "The managing office has disabled this account; ask the office to enable it.",
            )));
        }
        self.stand(person, account, Standing::Disabled, Standing::Active, "enable")
            .await
    }

    async fn stand(
        &self,
        person: &Person,
        account: Account,
        from: Standing,
        to: Standing,
        act: &str,
    ) -> Result<(), Refused> {
        if account.standing != from {
            return Err(Refused::Input(Text::both(
                "账号现在的状态不能这样操作，请刷新后再看",
                "The account does not stand so that this can be done; please reload the page.",
            )));
        }
        let changed = Account {
            revision: account.revision + 1,
            standing: to,
            off_by_office: to == Standing::Disabled && person.sees == Sees::Region,
            ..account
        };
        let expect = vec![no_account(&changed)];
        let mut put = vec![self.audit(person, None, act, json!({"account": changed.id}))];
        if to == Standing::Disabled {
            put.push(Put::DropSessionsOf {
                region: changed.region.clone(),
                account: changed.id.clone(),
            });
        }
        put.push(Put::Account(Box::new(changed)));
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(())
    }

    /// Hands the person's own role over to another account of the unit; the person keeps their other roles.
    pub async fn hand_over(&self, person: &Person, account: &str) -> Result<(), Refused> {
        let to = self.cared_for(person, account).await?;
        if !self.hands_over(person) || to.standing != Standing::Active || to.id == person.account {
            return Err(Refused::Input(Text::both(
                "只能移交给本单位另一个正在使用的账号",
                "Hand over to another account of your unit that is in use.",
            )));
        }
        let own = self.account_of(person).await?;
        let role = person.role.to_string();
        let mut taken = Account {
            revision: to.revision + 1,
            ..to
        };
        if !taken.roles.contains(&role) {
            taken.roles.push(role.clone());
        }
        let mut given = Account {
            revision: own.revision + 1,
            ..own
        };
        given.roles.retain(|own| *own != role);
        if given.roles.is_empty() {
            // Whoever has no role cannot sign in: they stay with what the other had.
            given.roles = taken.roles.iter().filter(|other| **other != role).cloned().collect();
        }
        if given.roles.is_empty() {
            given.standing = Standing::Disabled;
        }
        let change = Change {
            expect: vec![no_account(&taken), no_account(&given)],
            put: vec![
                self.audit(person, None, "hand-over", json!({"to": taken.id, "role": role})),
                Put::DropSessionsOf {
                    region: given.region.clone(),
                    account: given.id.clone(),
                },
                Put::Account(Box::new(taken)),
                Put::Account(Box::new(given)),
            ],
        };
        self.inner.store.commit(change).await?;
        Ok(())
    }

    /// The units that the person looks after, by name.
    pub async fn unit_list(&self, person: &Person, wanted: &Wanted) -> Result<People<UnitRow>, Refused> {
        let all = self.inner.store.units(&person.region).await?;
        let mine = |unit: &Unit| match person.sees {
            Sees::Region => true,
            Sees::Unit | Sees::Handled => person.unit.as_deref() == Some(&unit.id),
            Sees::Own => false,
        };
        if person.sees == Sees::Own {
            return Err(Refused::NotFound);
        }
        let text = wanted.text.trim().to_lowercase();
        let hit = |field: &str| field.to_lowercase().contains(&text);
        let fits = |unit: &&Unit| {
            (text.is_empty()
                || hit(&unit.name)
                || hit(&unit.credit_code)
                || hit(&unit.org_code)
                || unit.former_names.iter().any(|former| hit(&former.name)))
                && wanted.standing.is_none_or(|standing| unit.standing == standing)
                && (wanted.kind.is_empty() || unit.kinds.contains(&wanted.kind))
        };
        let mut units: Vec<Unit> = all.iter().filter(|unit| mine(unit)).filter(fits).cloned().collect();
        units.sort_by(|a, b| a.name.cmp(&b.name));
        let mut rows = part(units, wanted.page, |unit| UnitRow {
            accounts: 0,
            merged_into: unit
                .merged_into
                .as_ref()
                .and_then(|into| all.iter().find(|unit| unit.id == *into))
                .map(|unit| unit.name.clone()),
            unit,
        });
        for row in &mut rows.rows {
            let of = Accounts::Unit(row.unit.id.clone());
            row.accounts = self.inner.store.accounts(&person.region, &of).await?.len();
        }
        Ok(rows)
    }

    /// The person's own sessions.
    pub async fn sessions(&self, person: &Person) -> Result<Vec<OwnSession>, Refused> {
        let sessions = self.own_sessions(person).await?;
        let own = |session: crate::store::Session| OwnSession {
            current: session.token_hash == person.session(),
            since: local(session.created_at),
            seen: local(session.seen_at),
            id: session.token_hash,
            agent: session.agent,
        };
        Ok(sessions.into_iter().map(own).collect())
    }
}

/// Whether the person looks after the account: whoever sees the region after every one; whoever sees a unit after its
/// people; whoever sees what they handle after those of their unit who do the same. Nobody after those who see more.
pub(super) fn cares(office: &Office, person: &Person, account: &Account) -> bool {
    let of_unit = person.unit.is_some() && account.unit == person.unit;
    let sees = |role: &String| office.role(role).map(|role| role.sees);
    let mut roles = account.roles.iter().filter_map(sees);
    match person.sees {
        Sees::Region => true,
        Sees::Unit => of_unit && roles.all(|sees| sees != Sees::Region),
        Sees::Handled => of_unit && roles.all(|sees| sees == Sees::Handled),
        Sees::Own => false,
    }
}

/// One part of a list, numbered from 1; a number behind the last gives the last.
pub(in crate::registry) fn part<T, R>(all: Vec<T>, page: usize, row: impl FnMut(T) -> R) -> People<R> {
    let total = all.len();
    let pages = total.div_ceil(ROWS).max(1);
    let page = page.clamp(1, pages);
    People {
        rows: all.into_iter().skip((page - 1) * ROWS).take(ROWS).map(row).collect(),
        total,
        page,
        pages,
    }
}
