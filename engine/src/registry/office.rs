//! One region with everything compiled: forms, plugins, seeded units and registers.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use indexmap::IndexMap;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::case::Opened;
use super::checkers::LARGEST_CHECKER;
use super::registers::Kept;
use super::{Refused, Registry, Units};
use crate::check::CompiledForm;
use crate::definition::problem::Problem;
use crate::definition::region::{Role, UnitSeed};
use crate::definition::{CodeList, Form, Id, Language, Region, load};
use crate::plugin::{Plugin, Plugins};
use crate::store::{Change, CommitError, Expect, Put, RegisterEntry, Store, Unit};

/// Applications that are kept open.
const OPENED: usize = 500;
/// Bytes that they take in the store; open, they take many times as much.
const OPENED_BYTES: u64 = 8 << 20;

/// A region that is being served.
pub struct Office {
    region: Arc<Region>,
    forms: IndexMap<Id, Arc<CompiledForm>>,
    account_forms: IndexMap<Id, Arc<CompiledForm>>,
    register_forms: IndexMap<Id, Arc<CompiledForm>>,
    /// Every form version in use, current and pinned, by content hash.
    versions: RwLock<HashMap<String, Arc<CompiledForm>>>,
    plugins: IndexMap<Id, Arc<Plugin>>,
    /// The plugins that check applications of older versions, by content hash.
    pub(super) checkers: RwLock<HashMap<String, Arc<[Arc<Plugin>]>>>,
    codes: Arc<IndexMap<Id, Arc<CodeList>>>,
    /// Units and registers as they were last read, and at which version of them.
    units: RwLock<Option<(u64, Units)>>,
    /// Applications that were opened lately, by id.
    pub(super) opened: Cache<String, Arc<Opened>, Stored>,
    /// Who takes a number waits here, so that a document is not rendered for a number that is gone
    /// by then. Another node is told by the counter itself.
    numbering: tokio::sync::Mutex<()>,
}

/// What an application that is kept open counts for.
#[derive(Clone)]
pub(super) struct Stored;

impl Weighter<String, Arc<Opened>> for Stored {
    fn weight(&self, _: &String, opened: &Arc<Opened>) -> u64 {
        opened.bytes().max(OPENED_BYTES / OPENED as u64)
    }
}

/// Why a region cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// A plugin cannot be used.
    #[error("region {region}: {error}")]
    Plugin {
        /// The region.
        region: Id,
        /// Why.
        error: crate::plugin::LoadError,
    },
    /// A field's constraints cannot be compiled.
    #[error("region {region}, form {form}: {error}")]
    Form {
        /// The region.
        region: Id,
        /// The form.
        form: Id,
        /// Why.
        error: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The keys are not those of the database.
    #[error(transparent)]
    Keys(#[from] crate::store::ResealError),
    /// Units whose merging a stop has interrupted could not be merged.
    #[error("merging of units: {0}")]
    Merges(Refused),
    /// Applications stand where the definitions of today have no place for them.
    #[error("{}", told(.0))]
    Occupied(Vec<Problem>),
    /// A form that applications are pinned to cannot be read by this program.
    #[error("region {region}: the stored version {hash} of the form {form} cannot be read: {error}")]
    Version {
        /// The region.
        region: Id,
        /// The form.
        form: String,
        /// Its content hash.
        hash: String,
        /// Why.
        error: load::Unreadable,
    },
    /// A component is too large to be kept with the applications that it checks.
    #[error(
        "region {region}: the component of plugin `{plugin}` has {size} bytes; one that checks may have {LARGEST_CHECKER}"
    )]
    TooLarge {
        /// The region.
        region: Id,
        /// The plugin.
        plugin: Id,
        /// Its size.
        size: usize,
    },
    /// A component could not be kept.
    #[error("region {region}: the component of plugin `{plugin}` cannot be kept: {error}")]
    Kept {
        /// The region.
        region: Id,
        /// The plugin.
        plugin: Id,
        /// Why.
        error: crate::store::FileError,
    },
    /// A renamed state or role could not be entered.
    #[error("region {region}, renamed states and roles: {error}")]
    Renamed {
        /// The region.
        region: Id,
        /// Why.
        error: CommitError,
    },
    /// The seeded units or registers could not be entered.
    #[error("region {region}, seeded units and registers: {error}")]
    Seed {
        /// The region.
        region: Id,
        /// Why.
        error: CommitError,
    },
}

/// The problems in one line each.
fn told(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let place = &problem.place;
        format!(
            "{}:{}: {}",
            place.file.display(),
            place.line,
            problem.message.get(Language::English)
        )
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Office {
    /// A region with its schemas and plugins compiled, without a database: enough for samples.
    pub async fn compile(region: Arc<Region>, plugins: &Plugins) -> Result<Self, OfficeError> {
        let forms = compiled(&region, &region.forms)?;
        let account_forms = compiled(&region, &region.account_forms)?;
        let of_registers = region.registers.values();
        let of_registers = of_registers.map(|register| (Id::clone(&register.id), Arc::clone(&register.form)));
        let register_forms = compiled(&region, &of_registers.collect())?;
        let version = |form: &Arc<CompiledForm>| (form.form().hash.clone(), Arc::clone(form));
        let versions = forms.values().map(version).collect();
        let loaded = load_plugins(&region, plugins).await?;
        let codes = Arc::new(region.codes.clone());
        Ok(Self {
            region,
            forms,
            account_forms,
            register_forms,
            versions: RwLock::new(versions),
            plugins: loaded,
            checkers: RwLock::default(),
            codes,
            units: RwLock::default(),
            opened: Cache::with_weighter(OPENED, OPENED_BYTES, Stored),
            numbering: tokio::sync::Mutex::new(()),
        })
    }

    /// Its definition.
    pub fn region(&self) -> &Arc<Region> {
        &self.region
    }

    /// The current version of a form.
    pub fn form(&self, id: &str) -> Option<&Arc<CompiledForm>> {
        self.forms.get(id)
    }

    /// The account form called `id`.
    pub fn account_form(&self, id: &str) -> Option<&Arc<CompiledForm>> {
        self.account_forms.get(id)
    }

    /// The form of the entries of the register called `id`.
    pub fn register_form(&self, id: &str) -> Option<&Arc<CompiledForm>> {
        self.register_forms.get(id)
    }

    /// The role called `id`.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.region.roles.get(id)
    }

    pub(super) fn plugin(&self, id: &str) -> Option<&Arc<Plugin>> {
        self.plugins.get(id)
    }

    /// The turn of whoever takes a number.
    pub(super) async fn numbering(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.numbering.lock().await
    }

    /// The plugins that run with the check.
    pub(super) fn checkers(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        let wanted = self.region.plugins.values().filter(|wanted| wanted.on_check);
        wanted.filter_map(|wanted| self.plugins.get(&wanted.id))
    }

    /// The units and registers as they stand now. They are read again once one of them has changed.
    pub(super) async fn units(&self, store: &Store) -> Result<Units, Refused> {
        let version = store.lookups_version();
        let known = self.units.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, units)) = known.filter(|(of, _)| *of == version) {
            return Ok(units);
        }
        let units = Units::read(store, &self.region, Arc::clone(&self.codes)).await?;
        *self.units.write().unwrap_or_else(PoisonError::into_inner) = Some((version, units.clone()));
        Ok(units)
    }

    /// These units, and entries over the seeds of the registers, beside the region's code lists, for samples.
    pub(super) fn units_of(&self, units: Vec<Unit>, entries: &[RegisterEntry]) -> Units {
        let kept = self.region.registers.values().map(|register| {
            let mut all = super::registers::seeded(&self.region, register);
            for entry in entries.iter().filter(|entry| *entry.register == *register.id) {
                all.retain(|known| known.id != entry.id);
                all.push(entry.clone());
            }
            (Id::clone(&register.id), Kept::new(register, all))
        });
        Units::new(units, kept.collect(), Arc::clone(&self.codes))
    }
}

impl Registry {
    /// The name of a unit, if there is one.
    pub async fn unit_name(&self, region: &str, unit: &str) -> Result<Option<String>, Refused> {
        let units = self.office(region)?.units(&self.inner.store).await?;
        Ok(units.unit(unit).map(|unit| unit.name.clone()))
    }

    /// The form that an application is pinned to: the current one, or a stored version.
    pub(super) async fn pinned(&self, office: &Office, hash: &str) -> Result<Arc<CompiledForm>, Refused> {
        let known = office
            .versions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(hash)
            .cloned();
        if let Some(form) = known {
            return Ok(form);
        }
        let region = &office.region;
        let stored = self.inner.store.form_version(&region.id, hash).await?;
        let stored = stored.ok_or_else(|| Refused::Failed(format!("form version {hash} is not stored")))?;
        let form: Form = load::pinned(region, &stored.form, &stored.definition)
            .map_err(|problem| Refused::Failed(format!("form version {hash} cannot be read: {problem}")))?;
        let compiled = CompiledForm::new(Arc::new(form)).map_err(|error| Refused::Failed(error.to_string()))?;
        let compiled = Arc::new(compiled);
        let mut versions = office.versions.write().unwrap_or_else(PoisonError::into_inner);
        versions.insert(hash.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

fn compiled(region: &Region, forms: &IndexMap<Id, Arc<Form>>) -> Result<IndexMap<Id, Arc<CompiledForm>>, OfficeError> {
    let compile = |(id, form): (&Id, &Arc<Form>)| {
        let compiled = CompiledForm::new(Arc::clone(form)).map_err(|error| OfficeError::Form {
            region: Id::clone(&region.id),
            form: Id::clone(id),
            error: error.to_string(),
        })?;
        Ok((Id::clone(id), Arc::new(compiled)))
    };
    forms.iter().map(compile).collect()
}

async fn load_plugins(region: &Arc<Region>, plugins: &Plugins) -> Result<IndexMap<Id, Arc<Plugin>>, OfficeError> {
    let mut loaded = IndexMap::new();
    for (id, wanted) in &region.plugins {
        let (plugins, wanted) = (plugins.clone(), wanted.clone());
        // Compiling takes some tens of milliseconds of pure computing.
        let plugin = tokio::task::spawn_blocking(move || plugins.load(&wanted)).await;
        let plugin = plugin
            .map_err(|error| crate::plugin::LoadError::Engine(error.to_string()))
            .and_then(|plugin| plugin);
        let plugin = plugin.map_err(|error| OfficeError::Plugin {
            region: Id::clone(&region.id),
            error,
        })?;
        loaded.insert(Id::clone(id), Arc::new(plugin));
    }
    Ok(loaded)
}

/// Enters each seeded unit that is not there yet; one that is there is the office's own by now.
pub(super) async fn seed_units(region: &Region, store: &Store) -> Result<(), OfficeError> {
    for seed in &region.units {
        let unit = unit_of(region, seed);
        let expect = Expect::UnitRevision {
            region: unit.region.clone(),
            id: unit.id.clone(),
            revision: 0,
        };
        match store
            .commit(Change {
                expect: vec![expect],
                put: vec![Put::Unit(unit)],
            })
            .await
        {
            Ok(_) | Err(CommitError::Stale { .. } | CommitError::Taken { .. }) => {}
            Err(error) => {
                return Err(OfficeError::Seed {
                    region: Id::clone(&region.id),
                    error,
                });
            }
        }
    }
    Ok(())
}

/// A seeded unit as a record.
pub(super) fn unit_of(region: &Region, seed: &UnitSeed) -> Unit {
    Unit {
        credit_code: seed.credit_code.clone(),
        kinds: seed.kinds.iter().map(ToString::to_string).collect(),
        place: seed.place.clone(),
        ..Unit::new(&region.id, seed.id.to_string(), seed.name.clone())
    }
}
