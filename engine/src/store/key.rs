//! How the parts of a key become bytes: injective, and sorted as the parts are.
//!
//! Every part ends with a zero byte, so the key of fewer parts is a prefix of the key of more. A zero byte inside
//! a part is written `00 FF`; UTF-8 has no `FF`, so no part can imitate the end of another.

use std::ops::Range;

use jiff::Timestamp;

/// The key made of these parts.
pub(super) fn of(parts: &[&str]) -> Vec<u8> {
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for part in parts {
        for byte in part.bytes() {
            key.push(byte);
            if byte == 0 {
                key.push(0xff);
            }
        }
        key.push(0);
    }
    key
}

/// The parts of a key that [`of`] made; bytes that no key has come out as replacement characters.
pub(super) fn parts(key: &[u8]) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    let mut bytes = key.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != 0 || bytes.next_if_eq(&0xff).is_some() {
            part.push(byte);
        } else {
            parts.push(String::from_utf8_lossy(&std::mem::take(&mut part)).into_owned());
        }
    }
    parts
}

/// The first `count` parts of a key; all of it where it has no more.
pub(super) fn first(key: &[u8], count: usize) -> &[u8] {
    &key[..ends(key).nth(count.saturating_sub(1)).unwrap_or(key.len())]
}

/// A key without its last `count` parts; nothing where it has no more.
pub(super) fn but_last(key: &[u8], count: usize) -> &[u8] {
    let parts = ends(key).count();
    let kept = parts.saturating_sub(count);
    if kept == 0 { &[] } else { first(key, kept) }
}

/// Where the parts of a key end.
fn ends(key: &[u8]) -> impl Iterator<Item = usize> {
    let zeros = key
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == 0)
        .map(|(at, _)| at + 1);
    zeros.filter(|end| key.get(*end) != Some(&0xff))
}

/// All keys that begin with the parts of `prefix`.
pub(super) fn below(prefix: &[u8]) -> Range<Vec<u8>> {
    let mut end = prefix.to_vec();
    end.push(0xff);
    prefix.to_vec()..end
}

/// A part that sorts later moments first.
pub(super) fn newest_first(at: Timestamp) -> String {
    format!("{:016x}", !ascending(at))
}

/// A part that sorts earlier moments first.
pub(super) fn oldest_first(at: Timestamp) -> String {
    format!("{:016x}", ascending(at))
}

/// A part that sorts smaller numbers first.
pub(super) fn number(n: u64) -> String {
    format!("{n:016x}")
}

/// Microseconds on a scale without a sign.
fn ascending(at: Timestamp) -> u64 {
    at.as_microsecond().cast_unsigned() ^ (1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_injective_and_give_their_parts_back() {
        let cases: [&[&str]; 8] = [
            &[],
            &[""],
            &["", ""],
            &["a"],
            &["a", "b"],
            &["a\0b"],
            &["a\0", "b"],
            &["登记", "\0"],
        ];
        for (i, a) in cases.iter().enumerate() {
            assert_eq!(parts(&of(a)), a.to_vec());
            for b in &cases[i + 1..] {
                assert_ne!(of(a), of(b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_prefix_covers_its_keys_and_no_neighbour() {
        let range = below(&of(&["r", "a"]));
        for (parts, inside) in [
            (&["r", "a"] as &[&str], true),
            (&["r", "a", "z"], true),
            (&["r", "a", "\u{10ffff}"], true),
            (&["r", "ab"], false),
            (&["r", "a\0b"], false),
            (&["r", "b"], false),
            (&["r"], false),
        ] {
            assert_eq!(range.contains(&of(parts)), inside, "{parts:?}");
        }
    }

    #[test]
    fn a_key_is_cut_between_its_parts() {
        let key = of(&["r\0", "a\0b", "登记"]);
        for (count, begins, ends) in [
            (1, of(&["r\0"]), of(&["r\0", "a\0b"])),
            (2, of(&["r\0", "a\0b"]), of(&["r\0"])),
            (3, key.clone(), Vec::new()),
            (4, key.clone(), Vec::new()),
        ] {
            assert_eq!(first(&key, count), begins, "{count}");
            assert_eq!(but_last(&key, count), ends, "{count}");
        }
        assert_eq!(but_last(&key, 0), key);
    }

    #[test]
    fn moments_sort() {
        let [old, young] = ["1969-12-31T23:59:59Z", "2026-11-20T00:00:00.000001Z"].map(|t| t.parse().unwrap());
        assert!(oldest_first(old) < oldest_first(young));
        assert!(newest_first(old) > newest_first(young));
    }
}
