//! Ids that sort by the moment they were made.

use jiff::Timestamp;

use super::error::StoreError;

/// Crockford's alphabet, which leaves out what looks alike.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new id of 26 characters (`[0-9a-z]`): 48 bits of milliseconds, then 80 random bits, as a ULID.
/// Later moments give greater ids.
pub fn fresh_id(now: Timestamp) -> Result<String, StoreError> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| StoreError::NoRandomness)?;
    let milliseconds = u128::from(now.as_millisecond().max(0).cast_unsigned());
    let bits = random
        .iter()
        .fold(milliseconds, |bits, byte| bits << 8 | u128::from(*byte));
    Ok((0..26)
        .rev()
        .map(|place| char::from(ALPHABET[(bits >> (place * 5) & 31) as usize]))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_sort_by_time() {
        let at = |text: &str| fresh_id(text.parse().unwrap()).unwrap();
        let ids = [
            at("2026-11-20T00:00:00Z"),
            at("2026-11-20T00:00:00.001Z"),
            at("2090-01-01T00:00:00Z"),
        ];
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(
            ids.iter()
                .all(|id| id.len() == 26 && id.bytes().all(|b| ALPHABET.contains(&b)))
        );
        assert_ne!(at("2026-11-20T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    }
}
