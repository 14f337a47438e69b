//! One snapshot of the database, and how records are read from it.

use std::ops::{Bound, Range};

use redb::{Database, ReadTransaction, ReadableDatabase};

use super::error::{StoreError, failed};
use super::key;
use super::record::{Record, decode};
use super::table::Table;

/// The most entries one page of a list holds.
pub(super) const PAGE_LIMIT: usize = 1000;

/// Which part of a long list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Continue behind this place: the `next` of the page before. Any other text is some place, too.
    pub after: Option<String>,
    /// At most this many; more than 1,000 are never given.
    pub limit: usize,
}

impl Page {
    /// The first `limit` entries.
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }
}

/// A part of a long list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The entries, in the list's order.
    pub items: Vec<T>,
    /// The place behind the last entry, if more follow.
    pub next: Option<String>,
}

/// The database as it stood when this was made.
pub(super) struct View {
    transaction: ReadTransaction,
}

type Entries = Box<dyn DoubleEndedIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>>>;

impl View {
    /// A snapshot of everything committed so far.
    pub(super) fn new(database: &Database) -> Result<Self, StoreError> {
        Ok(Self {
            transaction: database.begin_read().map_err(failed)?,
        })
    }

    fn table(&self, table: Table) -> Result<redb::ReadOnlyTable<&'static [u8], &'static [u8]>, StoreError> {
        self.transaction.open_table(table.definition()).map_err(failed)
    }

    /// The value of a key.
    pub(super) fn bytes(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.table(table)?.get_owned(key).map_err(failed)?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    /// The entries of a range of keys, in the order of the keys.
    pub(super) fn entries(&self, table: Table, keys: Range<Vec<u8>>) -> Result<Entries, StoreError> {
        let bounds = (
            Bound::Excluded(keys.start.as_slice()),
            Bound::Excluded(keys.end.as_slice()),
        );
        Ok(owned(self.table(table)?.range_owned::<&[u8]>(bounds).map_err(failed)?))
    }

    /// All entries of a table.
    pub(super) fn every(&self, table: Table) -> Result<Entries, StoreError> {
        Ok(owned(self.table(table)?.range_owned::<&[u8]>(..).map_err(failed)?))
    }

    /// The record with this key.
    pub(super) fn get<R: Record>(&self, key: &[u8]) -> Result<Option<R>, StoreError> {
        self.bytes(R::TABLE, key)?
            .map(|bytes| decode(R::TABLE, &bytes))
            .transpose()
    }

    /// All records that the parts of `prefix` begin.
    pub(super) fn all<R: Record>(&self, prefix: &[u8]) -> Result<Vec<R>, StoreError> {
        self.first(prefix, usize::MAX)
    }

    /// The first of the records that the parts of `prefix` begin.
    pub(super) fn first<R: Record>(&self, prefix: &[u8], limit: usize) -> Result<Vec<R>, StoreError> {
        let entries = self.entries(R::TABLE, key::below(prefix))?;
        entries.take(limit).map(|entry| decode(R::TABLE, &entry?.1)).collect()
    }

    /// The record that has this to itself.
    pub(super) fn unique<R: Record>(&self, unique: &[u8]) -> Result<Option<R>, StoreError> {
        match self.bytes(Table::Unique, unique)? {
            Some(key) => self.get(&key),
            None => Ok(None),
        }
    }

    /// One page of the records that stand in the index under `prefix`.
    pub(super) fn indexed<R: Record>(&self, prefix: &[u8], page: &Page) -> Result<Listed<R>, StoreError> {
        let limit = page.limit.min(PAGE_LIMIT);
        let mut range = key::below(prefix);
        if let Some(after) = &page.after {
            range.start.extend(key::of(&after.splitn(2, '~').collect::<Vec<_>>()));
        }
        let (mut items, mut last) = (Vec::new(), None);
        for entry in self.entries(Table::Index, range)? {
            let (place, key) = entry?;
            if items.len() == limit {
                return Ok(Listed { items, next: last });
            }
            items.push(self.named(&key)?);
            last = Some(key::parts(&place[prefix.len()..]).join("~"));
        }
        Ok(Listed { items, next: None })
    }

    /// All records that stand in the index at these places.
    pub(super) fn all_indexed<R: Record>(&self, places: Range<Vec<u8>>) -> Result<Vec<R>, StoreError> {
        self.first_indexed(places, usize::MAX)
    }

    /// The first of the records that stand in the index at these places.
    pub(super) fn first_indexed<R: Record>(&self, places: Range<Vec<u8>>, limit: usize) -> Result<Vec<R>, StoreError> {
        let entries = self.entries(Table::Index, places)?;
        entries.take(limit).map(|entry| self.named(&entry?.1)).collect()
    }

    /// How many entries the index has under `prefix`.
    pub(super) fn count(&self, prefix: &[u8]) -> Result<u64, StoreError> {
        let mut count = 0;
        for entry in self.entries(Table::Index, key::below(prefix))? {
            entry?;
            count += 1;
        }
        Ok(count)
    }

    /// The record that an entry of the index leads to.
    pub(super) fn named<R: Record>(&self, key: &[u8]) -> Result<R, StoreError> {
        let reason = || "the index names a record that is not there".to_owned();
        self.get(key)?.ok_or_else(|| StoreError::Damaged {
            table: R::TABLE.name(),
            reason: reason(),
        })
    }
}

fn owned(entries: redb::OwnedRange<&'static [u8], &'static [u8]>) -> Entries {
    Box::new(entries.map(|entry| {
        let (key, value) = entry.map_err(failed)?;
        Ok((key.value().to_vec(), value.value().to_vec()))
    }))
}
