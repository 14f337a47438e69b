//! What is stored, settled under the definitions of today when a server starts: states and roles that were
//! renamed are followed, one durable transaction an application; what has no place any more stops the start.

use super::office::seed_units;
use super::registers::seed_registers;
use super::{OfficeError, Registry};
use crate::definition::form::Severity;
use crate::definition::problem::Problem;
use crate::definition::{Id, Region, Text, load};
use crate::store::{
    Account, Accounts, Application, Audit, Change, CommitError, Expect, Listing, Occupied, Page, Party, Put, Store,
    StoreError,
};

/// How many applications are read in one go.
const PART: usize = 200;

impl Registry {
    /// Every place where applications stand or wait that the definitions of today do not have.
    pub async fn unplaced(&self) -> Result<Vec<Problem>, StoreError> {
        let regions = self.offices().map(|office| &**office.region());
        unplaced(regions, &self.inner.store).await
    }

    /// Follows renamed states and roles and enters seeded units and registers, once nothing is without a place and every
    /// stored version can be read.
    pub(super) async fn settle(&self) -> Result<(), OfficeError> {
        let problems = self.unplaced().await?;
        if !problems.is_empty() {
            return Err(OfficeError::Occupied(problems));
        }
        for office in self.offices() {
            let region = office.region();
            readable(region, &self.inner.store).await?;
            self.follow(region).await?;
            self.keep_checkers(office).await?;
            seed_units(region, &self.inner.store).await?;
            seed_registers(region, &self.inner.store).await?;
        }
        Ok(())
    }

    async fn follow(&self, region: &Region) -> Result<(), OfficeError> {
        let store = &self.inner.store;
        let occupied = store.occupied(&region.id).await?;
        let renamed = |error| OfficeError::Renamed {
            region: Id::clone(&region.id),
            error,
        };
        let states = occupied
            .states
            .keys()
            .filter(|state| !region.workflow.states.contains_key(state.as_str()));
        for state in states {
            self.follow_state(region, state).await.map_err(renamed)?;
        }
        let old = |role: &String| !region.roles.contains_key(role.as_str()) && region.role_now(role).is_some();
        if occupied.waiting.keys().chain(occupied.handled.keys()).any(old) {
            self.follow_roles(region).await.map_err(renamed)?;
        }
        if region.roles.values().any(|role| !role.renamed_from.is_empty()) {
            self.follow_accounts(region).await.map_err(renamed)?;
        }
        Ok(())
    }

    /// Every application of a state that has another name today.
    async fn follow_state(&self, region: &Region, state: &str) -> Result<(), CommitError> {
        let Some(now) = region.workflow.now(state) else {
            return Ok(());
        };
        let listing = Listing::State(state.to_owned());
        loop {
            // What was moved is no longer in the list: its first part is always what is left.
            let listed = self
                .inner
                .store
                .applications(&region.id, &listing, &Page::first(PART))
                .await?;
            if listed.items.is_empty() {
                return Ok(());
            }
            tracing::info!(
                region = &*region.id,
                from = state,
                to = &**now,
                applications = listed.items.len(),
                "a renamed state is followed"
            );
            for application in listed.items {
                let next = Application {
                    state: now.to_string(),
                    ..application.clone()
                };
                let detail = serde_json::json!({"renamed": "state", "from": state, "to": &**now});
                self.put_renamed(&application, next, detail).await?;
            }
        }
    }

    /// The roles that applications wait for, were handled by or were filed in.
    async fn follow_roles(&self, region: &Region) -> Result<(), CommitError> {
        let mut after = None;
        loop {
            let page = Page { after, limit: PART };
            let listed = self.inner.store.applications(&region.id, &Listing::All, &page).await?;
            for application in listed.items {
                let next = with_roles(region, &application);
                if next != application {
                    let detail = serde_json::json!({"renamed": "roles"});
                    self.put_renamed(&application, next, detail).await?;
                }
            }
            after = listed.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn put_renamed(
        &self,
        old: &Application,
        next: Application,
        detail: serde_json::Value,
    ) -> Result<(), CommitError> {
        let expect = vec![Expect::ApplicationRevision {
            region: old.region.clone(),
            id: old.id.clone(),
            revision: old.revision,
        }];
        let next = Application {
            revision: old.revision + 1,
            ..next
        };
        let audit = Audit {
            region: old.region.clone(),
            application: Some(old.id.clone()),
            at: self.inner.clock.now(),
            actor: "server".into(),
            role: String::new(),
            act: "follow-rename".into(),
            detail,
        };
        let put = vec![Put::Application(Box::new(next)), Put::Audit(audit)];
        self.inner.store.commit(Change { expect, put }).await.map(drop)
    }

    async fn follow_accounts(&self, region: &Region) -> Result<(), CommitError> {
        for account in self.inner.store.accounts(&region.id, &Accounts::All).await? {
            let mut roles: Vec<String> = Vec::new();
            for role in account.roles.iter().map(|role| role_now(region, role)) {
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
            if roles == account.roles {
                continue;
            }
            let expect = vec![Expect::AccountRevision {
                region: account.region.clone(),
                id: account.id.clone(),
                revision: account.revision,
            }];
            let audit = Audit {
                region: account.region.clone(),
                application: None,
                at: self.inner.clock.now(),
                actor: "server".into(),
                role: String::new(),
                act: "follow-rename".into(),
                detail: serde_json::json!({"account": account.id, "from": account.roles, "to": roles}),
            };
            let next = Account {
                revision: account.revision + 1,
                roles,
                ..account
            };
            let put = vec![Put::Account(Box::new(next)), Put::Audit(audit)];
            self.inner.store.commit(Change { expect, put }).await?;
        }
        Ok(())
    }
}

fn role_now(region: &Region, role: &str) -> String {
    region
        .role_now(role)
        .map_or_else(|| role.to_owned(), ToString::to_string)
}

/// The application with the roles' names of today.
fn with_roles(region: &Region, application: &Application) -> Application {
    let party = |party: &Party| Party {
        role: role_now(region, &party.role),
        unit: party.unit.clone(),
    };
    let mut next = application.clone();
    next.waits_for = next.waits_for.as_ref().map(party);
    next.handled_by = next.handled_by.iter().map(party).collect();
    if let Some(role) = next.summary.get("role").and_then(serde_json::Value::as_str) {
        let now = role_now(region, role);
        next.summary["role"] = now.into();
    }
    next
}

/// Every stored version can be read by this program.
async fn readable(region: &Region, store: &Store) -> Result<(), OfficeError> {
    for version in store.form_versions(&region.id).await? {
        load::readable(&version.definition).map_err(|error| OfficeError::Version {
            region: Id::clone(&region.id),
            form: version.form.clone(),
            hash: version.hash.clone(),
            error,
        })?;
    }
    Ok(())
}

/// Every place where applications of these regions stand or wait, and the definitions have none.
pub async fn unplaced<'r>(
    regions: impl Iterator<Item = &'r Region>,
    store: &Store,
) -> Result<Vec<Problem>, StoreError> {
    let mut problems = Vec::new();
    for region in regions {
        problems.extend(without_place(region, &store.occupied(&region.id).await?));
    }
    Ok(problems)
}

fn without_place(region: &Region, occupied: &Occupied) -> Vec<Problem> {
    let problem = |rule, message, help| Problem {
        rule,
        severity: Severity::Error,
        place: region.workflow.place.clone(),
        message,
        help: Some(help),
        related: Vec::new(),
    };
    let states = occupied
        .states
        .iter()
        .filter(|(state, _)| region.workflow.now(state).is_none());
    let states = states.map(|(state, count)| {
        problem(
            "state-occupied",
            Text::both(
                format!(
                    "地区 {}：有 {count} 份申请处于状态「{state}」，流程里却没有它了",
                    region.id
                ),
                format!(
                    "region {}: {count} applications stand in the state `{state}`, which the workflow no longer has",
                    region.id
                ),
            ),
            Text::both(
                format!("恢复这个状态，或在接续它的状态里写 renamedFrom: {state}"),
                format!("bring the state back, or say `renamedFrom: {state}` in the one that continues it"),
            ),
        )
    });
    let roles = occupied
        .waiting
        .iter()
        .filter(|(role, _)| region.role_now(role).is_none());
    let roles = roles.map(|(role, count)| {
        problem(
            "role-occupied",
            Text::both(
                format!(
                    "地区 {}：有 {count} 份申请在等角色「{role}」办理，却没有这个角色了",
                    region.id
                ),
                format!(
                    "region {}: {count} applications wait for the role `{role}`, which is no longer there",
                    region.id
                ),
            ),
            Text::both(
                format!("恢复这个角色，或在 region.yaml 接续它的角色里写 renamedFrom: {role}"),
                format!(
                    "bring the role back, or say `renamedFrom: {role}` in the one that continues it, in region.yaml"
                ),
            ),
        )
    });
    states.chain(roles).collect()
}
