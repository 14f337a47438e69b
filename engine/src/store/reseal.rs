//! Puts every sealed value of a store under the key that seals now, and tells which keys are still needed.
//!
//! It looks at the records as JSON: what is sealed says so itself, and opens in its own place alone, so nothing here
//! depends on what a record looks like otherwise. Each step is one transaction of bounded size which changes a record
//! only if it still is what was read; a rotation that was interrupted goes on where some value has an older key.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use super::Store;
use super::change::{Change, Put};
use super::error::{CommitError, StoreError};
use super::key;
use super::record::{decode, encode};
use super::seal::{LETTER, SECOND_FACTOR, SealError, Sealer, each_sealed, place};
use super::table::Table;
use super::view::View;

/// Where sealed values may stand.
const TABLES: [Table; 6] = [
    Table::Answers,
    Table::Accounts,
    Table::Units,
    Table::Registers,
    Table::Tickets,
    Table::Messages,
];
/// Records that are read, and at most changed, by one step.
const STEP: usize = 200;
/// Bytes after which a step reads no further record.
const STEP_BYTES: usize = 4 * 1024 * 1024;
/// Where a store keeps what it knows its keys by, in [`Table::Meta`].
const PROOF: &[u8] = b"keys";

/// Why values could not be put under another key. What was done until then stays done.
#[derive(Debug, Error)]
pub enum ResealError {
    /// A read failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A step could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The keys are not those of these data, or give no seal.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A value does not open.
    #[error("a sealed value in `{table}`, record {record}, does not open: {error}")]
    Stuck {
        /// The table.
        table: &'static str,
        /// The ids in the record's key.
        record: String,
        /// Why.
        error: SealError,
    },
}

/// A record whose sealed values are under another key; put if it still is what was read.
#[derive(Clone, PartialEq)]
pub struct Resealed {
    pub(super) table: Table,
    pub(super) key: Vec<u8>,
    pub(super) before: Option<Vec<u8>>,
    pub(super) after: Vec<u8>,
}

impl std::fmt::Debug for Resealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resealed")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

/// What one step has read.
#[derive(Default)]
struct Step {
    put: Vec<Put>,
    values: u64,
    /// The last key that was read, if there may be more behind it.
    next: Option<Vec<u8>>,
}

impl Store {
    /// How many values are sealed with which key, by the key's id.
    pub async fn sealed_with(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read(|view| {
            let mut counts = BTreeMap::new();
            for table in TABLES {
                for entry in view.every(table)? {
                    count(&mut decode(table, &entry?.1)?, &mut counts);
                }
            }
            if let Some(mut proof) = proof(view)?.map(|(proof, _)| proof) {
                count(&mut proof, &mut counts);
            }
            Ok(counts)
        })
        .await
    }

    /// Makes sure that the data belong to these keys. Data that know none yet belong to these from now on.
    pub async fn prove_keys(&self, sealer: &Sealer) -> Result<(), ResealError> {
        match self.read(proof).await? {
            Some((proof, _)) => Ok(sealer.proves(&proof)?),
            None => self.put_proof(sealer, None).await,
        }
    }

    /// Puts every sealed value under the key that seals now, step by step, and gives how many were under another.
    /// `told` hears after each step how many there have been. Interrupted, it can be run again.
    pub async fn reseal(&self, sealer: &Sealer, told: &mut dyn FnMut(u64)) -> Result<u64, ResealError> {
        let mut values = 0;
        for table in TABLES {
            let mut after = Some(Vec::new());
            while let Some(from) = after {
                let with = sealer.clone();
                let step = self.read(move |view| Ok(step(view, table, from, &with))).await??;
                if !step.put.is_empty() {
                    let change = Change {
                        expect: Vec::new(),
                        put: step.put,
                    };
                    self.commit(change).await?;
                    values += step.values;
                    told(values);
                }
                after = step.next;
            }
        }
        // Last, so that the older key stays needed until all of it is done.
        if let Some((known, bytes)) = self.read(proof).await? {
            sealer.proves(&known)?;
            if Sealer::key_of(&known) != Some(sealer.key()) {
                self.put_proof(sealer, Some(bytes)).await?;
            }
        }
        Ok(values)
    }

    async fn put_proof(&self, sealer: &Sealer, before: Option<Vec<u8>>) -> Result<(), ResealError> {
        let put = Put::Resealed(Resealed {
            table: Table::Meta,
            key: PROOF.to_vec(),
            before,
            after: encode(Table::Meta, &sealer.proof()?)?,
        });
        let change = Change {
            expect: Vec::new(),
            put: vec![put],
        };
        self.commit(change).await?;
        Ok(())
    }
}

fn proof(view: &View) -> Result<Option<(Value, Vec<u8>)>, StoreError> {
    let bytes = view.bytes(Table::Meta, PROOF)?;
    bytes.map(|bytes| Ok((decode(Table::Meta, &bytes)?, bytes))).transpose()
}

fn count(record: &mut Value, counts: &mut BTreeMap<String, u64>) {
    let _ = each_sealed(record, &mut Vec::new(), &mut |_, value| {
        if let Some(key) = Sealer::key_of(value) {
            *counts.entry(key.to_owned()).or_default() += 1;
        }
        Ok::<_, std::convert::Infallible>(())
    });
}

/// Reads on from behind `after`.
fn step(view: &View, table: Table, after: Vec<u8>, sealer: &Sealer) -> Result<Step, ResealError> {
    let (mut step, mut bytes) = (Step::default(), 0);
    for (at, entry) in view.entries(table, after..vec![0xff])?.enumerate() {
        let (key, before) = entry?;
        bytes += before.len();
        let mut record: Value = decode(table, &before)?;
        let changed = reseal_record(&mut record, table, &key, sealer)?;
        if changed > 0 {
            step.values += changed;
            step.put.push(Put::Resealed(Resealed {
                table,
                key: key.clone(),
                before: Some(before),
                after: encode(table, &record)?,
            }));
        }
        if at + 1 >= STEP || bytes >= STEP_BYTES {
            step.next = Some(key);
            break;
        }
    }
    Ok(step)
}

fn reseal_record(record: &mut Value, table: Table, key: &[u8], sealer: &Sealer) -> Result<u64, ResealError> {
    let ids = key::parts(key);
    let mut changed = 0;
    each_sealed(record, &mut Vec::new(), &mut |path, value| {
        match reseal_value(value, &ids, path, sealer) {
            Ok(again) => changed += u64::from(again),
            Err(error) => {
                return Err(ResealError::Stuck {
                    table: table.name(),
                    record: ids.join("/"),
                    error,
                });
            }
        }
        Ok(())
    })?;
    Ok(changed)
}

/// A value is its record's: of the region that begins the key, and of one of the ids behind it. Its field is the path
/// to it, from where the record's answers begin; or one of those that have a name of their own.
fn reseal_value(value: &mut Value, ids: &[String], path: &[String], sealer: &Sealer) -> Result<bool, SealError> {
    let (region, owners) = ids.split_first().ok_or(SealError::Refused)?;
    let answers = (0..path.len()).map(|start| path[start..].join("."));
    for field in answers.chain([LETTER, SECOND_FACTOR].map(str::to_owned)) {
        for owner in owners {
            match sealer.reseal(&place(region, owner, &field), value) {
                Ok(None) => return Ok(false),
                Ok(Some(again)) => {
                    *value = again;
                    return Ok(true);
                }
                Err(SealError::Refused) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Err(SealError::Refused)
}
