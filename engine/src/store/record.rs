//! What a stored record is: a JSON text behind one byte that tells its format, a key, what about it may exist once,
//! and the indexes it stands in.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{StoreError, Subject};
use super::table::Table;

/// The newest record format this program reads; the one it writes.
pub(super) const FORMAT: u8 = 1;

/// A record: the store keeps its uniqueness and its indexes whenever one is put or removed.
pub(super) trait Record: Serialize + DeserializeOwned {
    /// Where it is kept.
    const TABLE: Table;

    /// Its key, region first.
    fn key(&self) -> Vec<u8>;

    /// What no other record may have at the same time.
    fn unique(&self) -> Vec<Unique> {
        Vec::new()
    }

    /// Its places in the index; a place begins with the name of the index.
    fn index(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }
}

/// Something that one record alone may have.
pub(super) struct Unique {
    /// What is taken when another has it.
    pub(super) what: Subject,
    /// The key in [`Table::Unique`], which begins with the name of the kind.
    pub(super) key: Vec<u8>,
    /// Whether it stays taken when its record lets go of it.
    pub(super) forever: bool,
}

/// The bytes of a record.
pub(super) fn encode<T: Serialize>(table: Table, record: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![FORMAT];
    serde_json::to_writer(&mut bytes, record).map_err(|error| damaged(table, &error))?;
    Ok(bytes)
}

/// The record in these bytes.
pub(super) fn decode<T: DeserializeOwned>(table: Table, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body(table, bytes)?).map_err(|error| damaged(table, &error))
}

/// What stands behind the format byte, once that is known.
pub(super) fn body(table: Table, bytes: &[u8]) -> Result<&[u8], StoreError> {
    match bytes.split_first() {
        Some((&FORMAT, body)) => Ok(body),
        Some((&found, _)) => Err(StoreError::Newer {
            table: table.name(),
            found,
            known: FORMAT,
        }),
        None => Err(StoreError::Damaged {
            table: table.name(),
            reason: "it is empty".into(),
        }),
    }
}

/// Says where JSON went wrong, and not what stands there: that may be an answer.
fn damaged(table: Table, error: &serde_json::Error) -> StoreError {
    let reason = format!(
        "{:?} error in line {}, column {}",
        error.classify(),
        error.line(),
        error.column()
    );
    StoreError::Damaged {
        table: table.name(),
        reason,
    }
}

/// Gives a record a `Debug` that prints the named fields alone: personal data must not slip into a log.
macro_rules! quiet_debug {
    ($type:ident: $($field:ident),+) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))$(.field(stringify!($field), &self.$field))+.finish_non_exhaustive()
            }
        }
    };
}
pub(super) use quiet_debug;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_tells_its_format() {
        let bytes = encode(Table::Units, &vec!["a"]).unwrap();
        assert_eq!(bytes, b"\x01[\"a\"]");
        assert_eq!(decode::<Vec<String>>(Table::Units, &bytes).unwrap(), ["a"]);
    }

    #[test]
    fn newer_and_damaged_records_are_told_apart() {
        assert_eq!(
            decode::<Vec<String>>(Table::Units, b"\x02[]"),
            Err(StoreError::Newer {
                table: "units",
                found: 2,
                known: 1
            })
        );
        for bytes in [b"" as &[u8], b"\x01", b"\x01{", b"\x01{\"secret\":1}"] {
            let error = decode::<Vec<String>>(Table::Units, bytes).unwrap_err();
            assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
