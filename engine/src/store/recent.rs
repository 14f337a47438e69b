//! What was read lately and still stands: sessions with their accounts, applications with their pages, lengths of
//! lists. Whoever asks again is answered without a snapshot, a thread that may wait, or a decoding.
//!
//! Nothing here is older than what is committed. The writer tells every key that a transaction has written, after it
//! is on the disk and before anybody hears of it; what stood here under these keys is renewed or forgotten. Something
//! read from a snapshot is kept only if nothing was written since before the snapshot was taken.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::account::Account;
use super::application::{AnswerPage, Application, Dossier};
use super::key;
use super::record::{Record, decode};
use super::session::Session;
use super::table::Table;

/// Sessions and accounts that are remembered.
const PEOPLE: usize = 10_000;
/// Lengths of lists that are remembered.
const COUNTS: usize = 10_000;
/// Bytes of the applications that are remembered, as they are stored.
const DOSSIER_BYTES: u64 = 16 << 20;
/// What an application takes, for the size of the tables.
const USUAL_BYTES: u64 = 16 << 10;

/// A key that was written, and what stands there now; nothing where it was removed.
pub(super) type Written = ((Table, Vec<u8>), Option<Vec<u8>>);

/// How many transactions had been told when a snapshot was taken.
#[derive(Clone, Copy)]
pub(super) struct Told(u64);

/// What was read lately.
pub(super) struct Recent {
    told: RwLock<u64>,
    sessions: Cache<Vec<u8>, Arc<Session>>,
    accounts: Cache<Vec<u8>, Arc<Account>>,
    dossiers: Cache<Vec<u8>, Arc<Dossier>, Bytes>,
    /// By the place of the list in the index.
    counts: Cache<Vec<u8>, u64>,
}

/// A kind of record that is remembered by its key.
pub(super) trait Remembered: Record {
    fn place(recent: &Recent) -> &Cache<Vec<u8>, Arc<Self>>;
}

impl Remembered for Session {
    fn place(recent: &Recent) -> &Cache<Vec<u8>, Arc<Self>> {
        &recent.sessions
    }
}

impl Remembered for Account {
    fn place(recent: &Recent) -> &Cache<Vec<u8>, Arc<Self>> {
        &recent.accounts
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Vec<u8>, Arc<Dossier>> for Bytes {
    fn weight(&self, _: &Vec<u8>, dossier: &Arc<Dossier>) -> u64 {
        dossier.bytes() + 1
    }
}

impl Recent {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        let usual = usize::try_from(DOSSIER_BYTES / USUAL_BYTES).unwrap_or(usize::MAX);
        Self {
            told: RwLock::new(0),
            sessions: Cache::new(PEOPLE),
            accounts: Cache::new(PEOPLE),
            dossiers: Cache::with_weighter(usual, DOSSIER_BYTES, Bytes),
            counts: Cache::new(COUNTS),
        }
    }

    /// To be asked before a snapshot is taken.
    pub(super) fn now(&self) -> Told {
        Told(*self.told.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The record with this key, if it is remembered.
    pub(super) fn get<R: Remembered>(&self, key: &[u8]) -> Option<Arc<R>> {
        R::place(self).get(key)
    }

    /// Remembers a record that was read from a snapshot taken after `told`.
    pub(super) fn keep<R: Remembered>(&self, told: Told, key: Vec<u8>, record: &Arc<R>) {
        self.unless_written_since(told, || R::place(self).insert(key, Arc::clone(record)));
    }

    /// The application with this key and its pages, if they are remembered.
    pub(super) fn dossier(&self, key: &[u8]) -> Option<Arc<Dossier>> {
        self.dossiers.get(key)
    }

    /// Remembers an application that was read from a snapshot taken after `told`.
    pub(super) fn keep_dossier(&self, told: Told, key: Vec<u8>, dossier: &Arc<Dossier>) {
        self.unless_written_since(told, || self.dossiers.insert(key, Arc::clone(dossier)));
    }

    /// The length of the list at this place of the index, if it is remembered.
    pub(super) fn count(&self, list: &[u8]) -> Option<u64> {
        self.counts.get(list)
    }

    /// Remembers the length of a list that was counted in a snapshot taken after `told`.
    pub(super) fn keep_count(&self, told: Told, list: Vec<u8>, count: u64) {
        self.unless_written_since(told, || self.counts.insert(list, count));
    }

    fn unless_written_since(&self, Told(then): Told, keep: impl FnOnce()) {
        let told = self.told.read().unwrap_or_else(PoisonError::into_inner);
        if *told == then {
            keep();
        }
    }

    /// Takes what a transaction has written, which is on the disk by now. An application changes as a whole.
    pub(super) fn written(&self, all: &[Written]) {
        let mut told = self.told.write().unwrap_or_else(PoisonError::into_inner);
        *told += 1;
        let mut renewed = HashMap::new();
        for ((table, key), value) in all {
            match table {
                Table::Sessions => drop(self.sessions.remove(key)),
                Table::Accounts => drop(self.accounts.remove(key)),
                Table::Applications => self.renew(&mut renewed, key, |dossier| {
                    let bytes = value.as_deref()?;
                    let application = decode::<Application>(*table, bytes).ok()?;
                    Some(dossier.with_application(application, bytes.len()))
                }),
                Table::Answers => self.renew(&mut renewed, key::first(key, 2), |dossier| {
                    let Some(bytes) = value else {
                        return Some(dossier.without_page(key));
                    };
                    let page = decode::<AnswerPage>(*table, bytes).ok()?;
                    Some(dossier.with_page(page, bytes.len()))
                }),
                // An entry stands behind the place of its list, by a moment and the id of its record.
                Table::Index => drop(self.counts.remove(key::but_last(key, 2))),
                _ => {}
            }
        }
        for (key, dossier) in renewed {
            match dossier {
                Some(dossier) => self.dossiers.insert(key.to_vec(), Arc::new(dossier)),
                None => drop(self.dossiers.remove(key)),
            }
        }
    }

    /// Puts what `change` makes of a remembered application among the renewed ones; nothing where it cannot be known.
    fn renew<'k>(
        &self,
        renewed: &mut HashMap<&'k [u8], Option<Dossier>>,
        key: &'k [u8],
        change: impl FnOnce(&Dossier) -> Option<Dossier>,
    ) {
        match renewed.entry(key) {
            Entry::Occupied(mut known) => {
                let changed = known.get().as_ref().and_then(change);
                known.insert(changed);
            }
            Entry::Vacant(place) => {
                if let Some(known) = self.dossiers.peek(key) {
                    place.insert(change(&known));
                }
            }
        }
    }

    /// Forgets everything: nobody knows what a transaction that failed has left.
    pub(super) fn forget(&self) {
        let mut told = self.told.write().unwrap_or_else(PoisonError::into_inner);
        *told += 1;
        self.sessions.clear();
        self.accounts.clear();
        self.dossiers.clear();
        self.counts.clear();
    }
}
