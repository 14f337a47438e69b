//! Units after they are registered: another name, another standing, one become part of another.

use serde_json::json;

use super::overview::cares;
use super::sign_up::no_account;
use crate::definition::Text;
use crate::definition::region::Sees;
use crate::registry::outbox::clean;
use crate::registry::{Person, Refused, Registry};
use crate::store::{
    Account, Accounts, Application, Audit, Change, CommitError, Expect, FormerName, Listing, Page, Party, Put,
    Standing, Subject, Unit,
};

/// The longest name of a unit, in characters.
const LONGEST_NAME: usize = 100;
/// How many applications are moved to another unit in one change.
const MOVED: usize = 200;

impl Registry {
    /// One unit that the person may change: only who sees the whole region does.
    async fn unit_to_change(&self, person: &Person, id: &str) -> Result<Unit, Refused> {
        if person.sees != Sees::Region {
            return Err(Refused::NotFound);
        }
        self.inner
            .store
            .unit(&person.region, id)
            .await?
            .ok_or(Refused::NotFound)
    }

    /// One unit that the person looks after, with those of its people that they look after.
    pub async fn unit_of(&self, person: &Person, id: &str) -> Result<(Unit, Vec<Account>), Refused> {
        let unit = self
            .inner
            .store
            .unit(&person.region, id)
            .await?
            .ok_or(Refused::NotFound)?;
        let sees = match person.sees {
            Sees::Region => true,
            Sees::Unit | Sees::Handled => person.unit.as_deref() == Some(&unit.id),
            Sees::Own => false,
        };
        if !sees {
            return Err(Refused::NotFound);
        }
        let mut accounts = self
            .inner
            .store
            .accounts(&person.region, &Accounts::Unit(unit.id.clone()))
            .await?;
        let office = self.office(&person.region)?;
        accounts.retain(|account| cares(office, person, account));
        Ok((unit, accounts))
    }

    /// Gives a unit another name; the old one stays in its history.
    pub async fn rename_unit(&self, person: &Person, id: &str, name: &str) -> Result<Option<Text>, Refused> {
        let unit = self.unit_to_change(person, id).await?;
        let name = clean(name);
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Ok(Some(Text::both(
                format!("请填写单位名称，最多 {LONGEST_NAME} 字，与单位公章一致"),
                format!("Enter the name as on the seal, at most {LONGEST_NAME} characters."),
            )));
        }
        if name == unit.name {
            return Ok(Some(Text::both("名称没有改变", "The name is the same.")));
        }
        let mut changed = Unit {
            revision: unit.revision + 1,
            name: name.clone(),
            ..unit.clone()
        };
        changed.former_names.push(FormerName {
            name: unit.name.clone(),
            until: self.inner.clock.today(),
        });
        let detail = json!({"unit": unit.id, "from": unit.name, "to": name});
        self.put_unit(person, changed, "rename-unit", detail).await
    }

    /// Changes what kinds of unit it is.
    pub async fn set_kinds(&self, person: &Person, id: &str, kinds: &[String]) -> Result<Option<Text>, Refused> {
        let unit = self.unit_to_change(person, id).await?;
        let region = self.region(&person.region)?;
        let kinds: Vec<String> = region
            .unit_kinds
            .keys()
            .map(ToString::to_string)
            .filter(|kind| kinds.contains(kind))
            .collect();
        if kinds.is_empty() {
            return Ok(Some(Text::both("请至少选择一种单位类型", "Choose at least one kind.")));
        }
        let detail = json!({"unit": unit.id, "from": unit.kinds, "to": kinds});
        let changed = Unit {
            revision: unit.revision + 1,
            kinds,
            ..unit
        };
        self.put_unit(person, changed, "unit-kinds", detail).await
    }

    /// Lets a unit be picked, or not.
    pub async fn set_unit_active(&self, person: &Person, id: &str, active: bool) -> Result<Option<Text>, Refused> {
        let unit = self.unit_to_change(person, id).await?;
        if unit.merged_into.is_some() {
            return Ok(Some(Text::both(
                "已并入其他单位",
                "It has become part of another unit.",
            )));
        }
        let (from, to) = match active {
            true => (Standing::Disabled, Standing::Active),
            false => (Standing::Active, Standing::Disabled),
        };
        if unit.standing != from {
            return Ok(Some(Text::both(
                "单位现在的状态不能这样操作，请刷新后再看",
                "The unit does not stand so that this can be done; please reload the page.",
            )));
        }
        let detail = json!({"unit": unit.id, "active": active});
        let changed = Unit {
            revision: unit.revision + 1,
            standing: to,
            ..unit
        };
        self.put_unit(person, changed, "unit-standing", detail).await
    }

    async fn put_unit(
        &self,
        person: &Person,
        changed: Unit,
        act: &str,
        detail: serde_json::Value,
    ) -> Result<Option<Text>, Refused> {
        let expect = vec![unchanged(&changed)];
        let put = vec![self.audit(person, None, act, detail), Put::Unit(changed)];
        match self.inner.store.commit(Change { expect, put }).await {
            Ok(_) => Ok(None),
            Err(CommitError::Taken {
                what: Subject::UnitName,
            }) => Ok(Some(Text::both(
                "已有同名单位；确是同一单位的，请合并",
                "Another unit has this name; if it is the same unit, merge them.",
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes one unit part of another: its people and applications are the other's from now on.
    ///
    /// What was begun is ended by doing it again, so that a server that stops in between loses nothing.
    pub async fn merge_units(&self, person: &Person, id: &str, into: &str) -> Result<Option<Text>, Refused> {
        let unit = self.unit_to_change(person, id).await?;
        let target = self.inner.store.unit(&person.region, into).await?;
        let Some(target) = target.filter(|target| target.is_active() && target.id != unit.id) else {
            return Ok(Some(Text::both(
                "请点选要并入的另一个在用单位",
                "Pick another active unit to merge into.",
            )));
        };
        if unit.merged_into.as_ref().is_some_and(|known| *known != target.id) {
            return Ok(Some(Text::both(
                "这个单位已并入其他单位",
                "This unit has become part of another one.",
            )));
        }
        let mut change = Change::default();
        let mut grown = Unit {
            revision: target.revision + 1,
            ..target.clone()
        };
        let more = unit.kinds.iter().filter(|kind| !target.kinds.contains(kind));
        grown.kinds.extend(more.cloned());
        let merged = Unit {
            revision: unit.revision + 1,
            standing: Standing::Disabled,
            merged_into: Some(target.id.clone()),
            ..unit.clone()
        };
        change.expect.extend([unchanged(&grown), unchanged(&merged)]);
        let detail = json!({"unit": unit.id, "into": target.id});
        change.put.extend([
            self.audit(person, None, "merge-units", detail),
            Put::Unit(grown),
            Put::Unit(merged),
        ]);
        self.inner.store.commit(change).await?;
        self.end_merge(&person.region, &unit.id, &target.id, &person.account)
            .await?;
        Ok(None)
    }

    /// Ends merges that a stop has interrupted.
    pub(in crate::registry) async fn end_merges(&self) -> Result<(), Refused> {
        for office in self.inner.offices.values() {
            let region = &office.region().id;
            for unit in self.inner.store.units(region).await? {
                if let Some(into) = &unit.merged_into {
                    self.end_merge(region, &unit.id, into, "clock").await?;
                }
            }
        }
        Ok(())
    }

    /// Moves people and applications; nobody comes to the unit any more once it stands as merged.
    async fn end_merge(&self, region: &str, from: &str, to: &str, actor: &str) -> Result<(), Refused> {
        loop {
            let which = Accounts::Unit(from.to_owned());
            let left = self.inner.store.accounts(region, &which).await?;
            if left.is_empty() {
                break;
            }
            for account in left {
                self.move_account(account, from, to, actor).await?;
            }
        }
        self.move_applications(region, from, to, actor).await
    }

    async fn move_account(&self, account: Account, from: &str, to: &str, actor: &str) -> Result<(), Refused> {
        let moved = Account {
            revision: account.revision + 1,
            unit: Some(to.to_owned()),
            ..account
        };
        let expect = vec![no_account(&moved)];
        let audit = Audit {
            region: moved.region.clone(),
            application: None,
            at: self.inner.clock.now(),
            actor: actor.to_owned(),
            role: String::new(),
            act: "unit-merged".to_owned(),
            detail: json!({"account": moved.id, "from": from, "to": to}),
        };
        let put = vec![Put::Audit(audit), Put::Account(Box::new(moved))];
        match self.inner.store.commit(Change { expect, put }).await {
            // Somebody changed it meanwhile: the next turn of the loop reads it anew.
            Ok(_) | Err(CommitError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn move_applications(&self, region: &str, from: &str, to: &str, actor: &str) -> Result<(), Refused> {
        let roles = self.region(region)?.roles.keys();
        let parties = roles.map(|role| Party {
            role: role.to_string(),
            unit: Some(from.to_owned()),
        });
        let waiting = parties.clone().map(Listing::Waiting);
        let handled = parties.map(Listing::Handled);
        let listings = [Listing::Unit(from.to_owned())]
            .into_iter()
            .chain(waiting)
            .chain(handled);
        for listing in listings.collect::<Vec<_>>() {
            loop {
                let part = self
                    .inner
                    .store
                    .applications(region, &listing, &Page::first(MOVED))
                    .await?;
                if part.items.is_empty() {
                    break;
                }
                for application in part.items {
                    self.move_application(application, from, to, actor).await?;
                }
            }
        }
        Ok(())
    }

    async fn move_application(
        &self,
        application: Application,
        from: &str,
        to: &str,
        actor: &str,
    ) -> Result<(), Refused> {
        let moved = |unit: Option<String>| unit.map(|unit| if unit == from { to.to_owned() } else { unit });
        let party = |party: Party| Party {
            unit: moved(party.unit.clone()),
            ..party
        };
        let changed = Application {
            applicant_unit: moved(application.applicant_unit.clone()),
            waits_for: application.waits_for.clone().map(party),
            handled_by: application.handled_by.iter().cloned().map(party).collect(),
            revision: application.revision + 1,
            ..application.clone()
        };
        let change = Change {
            expect: vec![Expect::ApplicationRevision {
                region: application.region.clone(),
                id: application.id.clone(),
                revision: application.revision,
            }],
            put: vec![
                Put::Audit(Audit {
                    region: application.region.clone(),
                    application: Some(application.id.clone()),
                    at: self.inner.clock.now(),
                    actor: actor.to_owned(),
                    role: String::new(),
                    act: "unit-merged".to_owned(),
                    detail: json!({"from": from, "to": to}),
                }),
                Put::Application(Box::new(changed)),
            ],
        };
        match self.inner.store.commit(change).await {
            // Somebody acted on it meanwhile: the next turn of the loop reads it anew.
            Ok(_) | Err(CommitError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// That a unit stands as it did before this change of it.
pub(super) fn unchanged(changed: &Unit) -> Expect {
    Expect::UnitRevision {
        region: changed.region.clone(),
        id: changed.id.clone(),
        revision: changed.revision - 1,
    }
}
