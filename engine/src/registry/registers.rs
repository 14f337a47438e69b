//! Registers: tables that people keep while the office runs, such as batches, terms, lists of experts (LANGUAGE L6).
//!
//! An entry is a record of the store. Those of the region's seed are entered when a server starts; what the office
//! has changed since stays. They are read live and never pinned: a request reads all of them in one snapshot, and the
//! names that were picked are kept with the submission.

mod entries;
mod over;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::{OfficeError, Person, Refused, Registry};
use crate::definition::region::{Register, Sees};
use crate::definition::{Id, Region};
use crate::store::{Change, CommitError, Expect, Put, RegisterEntry, Store};

pub use entries::{EntryRow, OpenEntry, Rows, Search};
pub use over::{Choice, MOST_APPLICATIONS};

/// How many seeded entries are entered in one change.
const SEEDED: usize = 500;

/// The entries of one register as look-ups read them: `id`, then the columns.
#[derive(Debug, Default)]
pub(super) struct Kept {
    records: Vec<Json>,
    by_id: HashMap<String, usize>,
    off: HashSet<String>,
}

impl Kept {
    /// These entries, in the order in which they came.
    pub(super) fn new(register: &Register, mut entries: Vec<RegisterEntry>) -> Self {
        in_order(register, &mut entries);
        let mut kept = Self::default();
        for entry in entries {
            let mut columns = match entry.data {
                Json::Object(columns) => columns,
                _ => Map::new(),
            };
            columns.insert("id".to_owned(), Json::String(entry.id.clone()));
            if !entry.active {
                kept.off.insert(entry.id.clone());
            }
            kept.by_id.insert(entry.id, kept.records.len());
            kept.records.push(Json::Object(columns));
        }
        kept
    }

    /// The entry `id`, whether it can be picked or not.
    pub(super) fn record(&self, id: &str) -> Option<&Json> {
        self.by_id.get(id).and_then(|at| self.records.get(*at))
    }

    /// Whether the entry `id` is there and can be picked.
    pub(super) fn is_active(&self, id: &str) -> bool {
        self.by_id.contains_key(id) && !self.off.contains(id)
    }

    /// Those that can be picked.
    pub(super) fn active(&self) -> impl Iterator<Item = &Json> {
        let on = |record: &&Json| record["id"].as_str().is_some_and(|id| !self.off.contains(id));
        self.records.iter().filter(on)
    }
}

/// The order of a register: its seed's, then as people entered them.
fn in_order(register: &Register, entries: &mut [RegisterEntry]) {
    let places = register.seed.iter().enumerate();
    let places: HashMap<&str, usize> = places.map(|(at, seed)| (&*seed.id, at)).collect();
    let place = |id: &str| places.get(id).copied().unwrap_or(usize::MAX);
    entries.sort_by(|a, b| (place(&a.id), a.created_at, &a.id).cmp(&(place(&b.id), b.created_at, &b.id)));
}

/// The seed of a register as entries.
pub(super) fn seeded(region: &Region, register: &Register) -> Vec<RegisterEntry> {
    let entry = |seed: &crate::definition::region::SeedRecord| {
        RegisterEntry::new(
            &region.id,
            &register.id,
            seed.id.to_string(),
            Json::Object(seed.answers.clone()),
        )
    };
    register.seed.iter().map(entry).collect()
}

/// Enters each seeded entry that is not there yet; one that is there is the office's own by now.
pub(super) async fn seed_registers(region: &Region, store: &Store) -> Result<(), OfficeError> {
    for register in region.registers.values().filter(|register| !register.seed.is_empty()) {
        let known = store.register(&region.id, &register.id).await?;
        let known: HashSet<&str> = known.iter().map(|entry| entry.id.as_str()).collect();
        let missing: Vec<_> = seeded(region, register)
            .into_iter()
            .filter(|entry| !known.contains(entry.id.as_str()))
            .collect();
        for part in missing.chunks(SEEDED) {
            match enter(store, part).await {
                // Another server has entered some of them meanwhile: each that is still missing by itself.
                Err(CommitError::Stale { .. }) => {
                    for entry in part {
                        match enter(store, std::slice::from_ref(entry)).await {
                            Ok(()) | Err(CommitError::Stale { .. }) => {}
                            Err(error) => return Err(seed_error(region, error)),
                        }
                    }
                }
                Ok(()) => {}
                Err(error) => return Err(seed_error(region, error)),
            }
        }
    }
    Ok(())
}

fn seed_error(region: &Region, error: CommitError) -> OfficeError {
    OfficeError::Seed {
        region: Id::clone(&region.id),
        error,
    }
}

async fn enter(store: &Store, entries: &[RegisterEntry]) -> Result<(), CommitError> {
    let expect = entries.iter().map(|entry| unchanged(entry, 0)).collect();
    let put = entries.iter().cloned().map(Put::RegisterEntry).collect();
    store.commit(Change { expect, put }).await.map(drop)
}

/// That the entry is still as it was read; `revision` 0 expects that there is none.
fn unchanged(entry: &RegisterEntry, revision: u64) -> Expect {
    Expect::RegisterRevision {
        region: entry.region.clone(),
        register: entry.register.clone(),
        id: entry.id.clone(),
        revision,
    }
}

impl Registry {
    /// The registers that the person keeps: by `editedBy`, and whoever sees the region where nobody is named.
    pub fn registers(&self, person: &Person) -> Result<Vec<&Register>, Refused> {
        let registers = self.region(&person.region)?.registers.values();
        Ok(registers.filter(|register| keeps(person, register)).collect())
    }

    /// One register that the person keeps; any other is not found.
    pub fn register(&self, person: &Person, id: &str) -> Result<&Register, Refused> {
        let register = self.region(&person.region)?.registers.get(id);
        register
            .filter(|register| keeps(person, register))
            .ok_or(Refused::NotFound)
    }
}

fn keeps(person: &Person, register: &Register) -> bool {
    if register.edited_by.is_empty() {
        return person.sees == Sees::Region;
    }
    register.edited_by.contains(&person.role)
}
