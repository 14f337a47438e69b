//! The ciphers that values are sealed with, by name. One so far; SM4-GCM (GB/T 32907) would be a second entry of
//! [`CIPHERS`], and the tests below hold whatever stands there.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

use super::SealError;

/// An authenticating cipher with its key.
pub(super) trait Cipher: Send + Sync {
    /// Seals for a place. Two calls give two results: a fresh nonce is part of each.
    fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError>;

    /// What was sealed for this place with this key; anything else is refused.
    fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError>;
}

/// A cipher that keys can be made for.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// Its name in key files.
    pub(super) name: &'static str,
    /// The bytes of its keys.
    pub(super) key_bytes: usize,
    /// The cipher with a key; `None` if the key has another length.
    pub(super) with_key: fn(&[u8]) -> Option<Box<dyn Cipher>>,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every cipher; new keys are made for the first.
pub(super) const CIPHERS: [Kind; 1] = [Kind {
    name: "aes-256-gcm",
    key_bytes: 32,
    with_key: |key| Some(Box::new(Aes(Aes256Gcm::new_from_slice(key).ok()?))),
}];

/// The cipher called `name`.
pub(super) fn named(name: &str) -> Option<Kind> {
    CIPHERS.into_iter().find(|kind| kind.name == name)
}

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D): a nonce of 96 random bits, then the text and its tag.
struct Aes(Aes256Gcm);

impl Aes {
    const NONCE: usize = 12;
}

impl Cipher for Aes {
    fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; Self::NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandomness)?;
        let payload = Payload { msg: plain, aad: place };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload);
        Ok([nonce.as_slice(), &sealed.map_err(|_| SealError::Refused)?].concat())
    }

    fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, msg) = sealed
            .split_first_chunk::<{ Self::NONCE }>()
            .ok_or(SealError::NotSealed)?;
        let payload = Payload { msg, aad: place };
        self.0
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| SealError::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(test: impl Fn(Kind, Box<dyn Cipher>)) {
        for kind in CIPHERS {
            test(kind, (kind.with_key)(&vec![7; kind.key_bytes]).unwrap());
        }
    }

    #[test]
    fn names_are_words_that_differ() {
        let names: std::collections::BTreeSet<_> = CIPHERS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), CIPHERS.len());
        for name in names {
            assert!(!name.contains(char::is_whitespace) && named(name).is_some(), "{name}");
        }
        assert!(named("rot13").is_none());
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_in_its_place() {
        each(|kind, cipher| {
            for plain in [b"" as &[u8], b"x", "身份证号码".as_bytes(), &[0; 100_000]] {
                let sealed = cipher.seal(b"here", plain).unwrap();
                assert_eq!(cipher.open(b"here", &sealed).unwrap(), plain, "{kind:?}");
                assert!(cipher.open(b"there", &sealed).is_err());
                let other = (kind.with_key)(&vec![8; kind.key_bytes]).unwrap();
                assert!(other.open(b"here", &sealed).is_err());
            }
        });
    }

    #[test]
    fn nothing_of_the_text_shows_and_no_two_are_alike() {
        each(|_, cipher| {
            let plain = b"11010519491231002X";
            let (one, two) = (cipher.seal(b"", plain).unwrap(), cipher.seal(b"", plain).unwrap());
            assert_ne!(one, two);
            assert!(!one.windows(6).any(|part| plain.windows(6).any(|own| own == part)));
        });
    }

    #[test]
    fn every_altered_or_missing_byte_is_noticed() {
        each(|_, cipher| {
            let sealed = cipher.seal(b"here", b"11010519491231002X").unwrap();
            for at in 0..sealed.len() {
                let mut altered = sealed.clone();
                altered[at] ^= 1;
                assert!(cipher.open(b"here", &altered).is_err(), "byte {at}");
                assert!(cipher.open(b"here", &sealed[..at]).is_err(), "cut at {at}");
            }
        });
    }

    #[test]
    fn a_key_of_another_length_is_none() {
        for kind in CIPHERS {
            for length in [0, kind.key_bytes - 1, kind.key_bytes + 1] {
                assert!((kind.with_key)(&vec![0; length]).is_none(), "{kind:?} {length}");
            }
        }
    }
}
