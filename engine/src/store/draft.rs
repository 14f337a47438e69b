//! One change while it is being made: what it writes lies over the transaction until all of it is known to hold,
//! so that a change that fails leaves no trace and the others of its group go on.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use redb::{ReadableTable, WriteTransaction};

use super::error::{CommitError, StoreError, failed};
use super::key;
use super::recent::Written;
use super::record::{Record, decode, encode};
use super::table::Table;

type Open<'t> = redb::Table<'t, &'static [u8], &'static [u8]>;

/// The tables of one durable transaction, opened as they are needed.
pub(super) struct Group<'t> {
    transaction: &'t WriteTransaction,
    tables: BTreeMap<Table, Open<'t>>,
    written: Vec<Written>,
}

impl<'t> Group<'t> {
    /// Nothing opened yet.
    pub(super) fn new(transaction: &'t WriteTransaction) -> Self {
        Self {
            transaction,
            tables: BTreeMap::new(),
            written: Vec::new(),
        }
    }

    /// All that was written, in this order.
    pub(super) fn into_written(self) -> Vec<Written> {
        self.written
    }

    fn table(&mut self, table: Table) -> Result<&mut Open<'t>, StoreError> {
        Ok(match self.tables.entry(table) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(space) => space.insert(self.transaction.open_table(table.definition()).map_err(failed)?),
        })
    }
}

/// What one change has written so far.
pub(super) struct Draft<'g, 't> {
    group: &'g mut Group<'t>,
    written: BTreeMap<(Table, Vec<u8>), Option<Vec<u8>>>,
}

impl<'g, 't> Draft<'g, 't> {
    /// A change that has written nothing.
    pub(super) fn new(group: &'g mut Group<'t>) -> Self {
        Self {
            group,
            written: BTreeMap::new(),
        }
    }

    /// Hands all of it to the transaction.
    pub(super) fn keep(self) -> Result<(), StoreError> {
        for ((table, key), value) in &self.written {
            let table = self.group.table(*table)?;
            match value {
                Some(value) => table.insert(key.as_slice(), value.as_slice()).map_err(failed)?,
                None => table.remove(key.as_slice()).map_err(failed)?,
            };
        }
        self.group.written.extend(self.written);
        Ok(())
    }

    /// The value as it stands for this change.
    pub(super) fn bytes(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(value) = self.written.get(&(table, key.to_vec())) {
            return Ok(value.clone());
        }
        let found = self.group.table(table)?.get(key).map_err(failed)?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    /// Writes a value.
    pub(super) fn write(&mut self, table: Table, key: Vec<u8>, value: Vec<u8>) {
        self.written.insert((table, key), Some(value));
    }

    /// Removes a value, if there is one.
    pub(super) fn erase(&mut self, table: Table, key: Vec<u8>) {
        self.written.insert((table, key), None);
    }

    /// What stands under these keys for this change; of what stood before it, the first `limit` entries.
    pub(super) fn range(
        &mut self,
        table: Table,
        keys: Range<Vec<u8>>,
        limit: usize,
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, StoreError> {
        let mut found = BTreeMap::new();
        let range = self
            .group
            .table(table)?
            .range(keys.start.as_slice()..keys.end.as_slice())
            .map_err(failed)?;
        for entry in range.take(limit) {
            let (key, value) = entry.map_err(failed)?;
            found.insert(key.value().to_vec(), value.value().to_vec());
        }
        for ((_, key), value) in self.written.range((table, keys.start)..(table, keys.end)) {
            match value {
                Some(value) => found.insert(key.clone(), value.clone()),
                None => found.remove(key),
            };
        }
        Ok(found)
    }

    /// The record with this key.
    pub(super) fn get<R: Record>(&mut self, key: &[u8]) -> Result<Option<R>, StoreError> {
        self.bytes(R::TABLE, key)?
            .map(|bytes| decode(R::TABLE, &bytes))
            .transpose()
    }

    /// Puts a record in place of the one with its key, and moves what is unique about it and its index entries.
    pub(super) fn put<R: Record>(&mut self, record: &R) -> Result<(), CommitError> {
        let key = record.key();
        let old: Option<R> = self.get(&key)?;
        self.claim(old.as_ref(), record, &key)?;
        self.place(old.as_ref(), Some(record), &key);
        let bytes = encode(R::TABLE, record)?;
        self.write(R::TABLE, key, bytes);
        Ok(())
    }

    /// Removes a record, what was unique about it and its index entries; `None` if there was none.
    pub(super) fn remove<R: Record>(&mut self, key: &[u8]) -> Result<Option<R>, StoreError> {
        let old: Option<R> = self.get(key)?;
        if old.is_some() {
            self.release(old.as_ref(), &BTreeSet::new());
            self.place(old.as_ref(), None, key);
            self.erase(R::TABLE, key.to_vec());
        }
        Ok(old)
    }

    /// Removes all records that the parts of `prefix` begin.
    pub(super) fn remove_below<R: Record>(&mut self, prefix: &[u8]) -> Result<(), StoreError> {
        for key in self.range(R::TABLE, key::below(prefix), usize::MAX)?.into_keys() {
            self.remove::<R>(&key)?;
        }
        Ok(())
    }

    /// Removes the records that these places of the index name.
    pub(super) fn remove_indexed<R: Record>(&mut self, places: Range<Vec<u8>>, limit: usize) -> Result<(), StoreError> {
        for key in self.range(Table::Index, places, limit)?.into_values() {
            self.remove::<R>(&key)?;
        }
        Ok(())
    }

    /// Takes what is unique about a record, and lets go of what its predecessor alone had.
    fn claim<R: Record>(&mut self, old: Option<&R>, new: &R, key: &[u8]) -> Result<(), CommitError> {
        let mut claimed = BTreeSet::new();
        for unique in new.unique() {
            match self.bytes(Table::Unique, &unique.key)? {
                Some(owner) if owner == key => {}
                Some(_) => return Err(CommitError::Taken { what: unique.what }),
                None => self.write(Table::Unique, unique.key.clone(), key.to_vec()),
            }
            claimed.insert(unique.key);
        }
        self.release(old, &claimed);
        Ok(())
    }

    fn release<R: Record>(&mut self, old: Option<&R>, claimed: &BTreeSet<Vec<u8>>) {
        for unique in old.into_iter().flat_map(Record::unique) {
            if !unique.forever && !claimed.contains(&unique.key) {
                self.erase(Table::Unique, unique.key);
            }
        }
    }

    /// Moves a record from the places of `old` to those of `new`; a place in both is not touched.
    fn place<R: Record>(&mut self, old: Option<&R>, new: Option<&R>, key: &[u8]) {
        let places = |record: Option<&R>| record.map(Record::index).into_iter().flatten().collect::<BTreeSet<_>>();
        let (old, new) = (places(old), places(new));
        for place in old.difference(&new) {
            self.erase(Table::Index, place.clone());
        }
        for place in new.difference(&old) {
            self.write(Table::Index, place.clone(), key.to_vec());
        }
    }
}
