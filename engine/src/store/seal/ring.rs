//! The keys of an installation: a text of a few lines, in a file of its own or from the environment.
//!
//! ```text
//! look-up 6a09…                               the key of fingerprints, for ever
//! seal aes-256-gcm 2026-11-20 bb67…           an older key: opens
//! seal aes-256-gcm 2027-03-02 3c6e…           the last one seals
//! ```
//!
//! Nothing here prints a key, and no error holds one.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::super::hex;
use super::super::open::sync_folder;
use super::cipher::{CIPHERS, Cipher, Kind, named};
use super::{SealError, mac};

/// The keys that seal, the newest last, and the one that fingerprints.
pub struct KeyRing {
    pub(super) look_up: [u8; 32],
    pub(super) keys: Vec<Key>,
}

/// One key that seals or has sealed.
pub(super) struct Key {
    pub(super) id: String,
    kind: Kind,
    made_on: Date,
    secret: Vec<u8>,
    pub(super) cipher: Box<dyn Cipher>,
}

/// What may be told of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// What sealed values name it by: eight hexadecimal digits that follow from the key.
    pub id: String,
    /// The cipher it is for.
    pub cipher: &'static str,
    /// The day it was made.
    pub made_on: Date,
    /// Whether it is the one that seals.
    pub seals: bool,
}

impl KeyRing {
    /// The most keys a ring may have.
    pub const MOST: usize = 64;
    /// The largest key file, in bytes.
    const FILE_BYTES: u64 = 64 * 1024;

    /// A ring with fresh keys.
    pub fn generate(today: Date) -> Result<Self, SealError> {
        let mut ring = Self {
            look_up: [0; 32],
            keys: Vec::new(),
        };
        getrandom::fill(&mut ring.look_up).map_err(|_| SealError::NoRandomness)?;
        ring.add(today)?;
        Ok(ring)
    }

    /// The ring in a text, as [`KeyRing::write`] writes it. Lines may be divided by `;` for the environment; empty
    /// lines and such as begin with `#` count for nothing.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let (mut look_up, mut keys) = (None, Vec::new());
        for (at, line) in text.split(['\n', ';']).enumerate() {
            let bad = SealError::BadKeyLine { line: at + 1 };
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["look-up", secret] if look_up.is_none() => look_up = Some(hex::decode::<32>(secret).ok_or(bad)?),
                ["seal", cipher, made_on, secret] => {
                    let kind = named(cipher).ok_or_else(|| SealError::UnknownCipher {
                        line: at + 1,
                        cipher: (*cipher).chars().take(40).collect(),
                    })?;
                    let made_on = made_on.parse().map_err(|_| SealError::BadKeyLine { line: at + 1 })?;
                    keys.push(Key::new(kind, made_on, hex::decode_any(secret).ok_or(bad)?, at + 1)?);
                }
                _ => return Err(bad),
            }
        }
        match look_up {
            Some(look_up) if !keys.is_empty() && keys.len() <= Self::MOST => Ok(Self { look_up, keys }),
            _ => Err(SealError::NoKeys),
        }
    }

    /// The ring in this file, which its owner alone may read.
    pub fn load(path: &Path) -> Result<Self, SealError> {
        refuse_if_others_may_read(path)?;
        let too_long = std::fs::metadata(path).map_err(io(path))?.len() > Self::FILE_BYTES;
        if too_long {
            return Err(SealError::NoKeys.in_file(path));
        }
        let text = std::fs::read_to_string(path).map_err(io(path))?;
        Self::parse(&text).map_err(|error| error.in_file(path))
    }

    /// Adds a fresh key, which seals from now on, and gives its id.
    pub fn add(&mut self, today: Date) -> Result<String, SealError> {
        if self.keys.len() >= Self::MOST {
            return Err(SealError::TooManyKeys { most: Self::MOST });
        }
        let kind = CIPHERS[0];
        let mut secret = vec![0; kind.key_bytes];
        getrandom::fill(&mut secret).map_err(|_| SealError::NoRandomness)?;
        let key = Key::new(kind, today, secret, 0)?;
        let id = key.id.clone();
        self.keys.push(key);
        Ok(id)
    }

    /// Takes a key out. The one that seals stays.
    pub fn remove(&mut self, id: &str) -> Result<(), SealError> {
        let at = self.keys.iter().position(|key| key.id == id);
        let at = at.ok_or_else(|| SealError::UnknownKey { key: id.to_owned() })?;
        if at + 1 == self.keys.len() {
            return Err(SealError::KeySeals { key: id.to_owned() });
        }
        self.keys.remove(at);
        Ok(())
    }

    /// What may be told of the keys, the oldest first.
    pub fn keys(&self) -> Vec<KeyInfo> {
        let tell = |(at, key): (usize, &Key)| KeyInfo {
            id: key.id.clone(),
            cipher: key.kind.name,
            made_on: key.made_on,
            seals: at + 1 == self.keys.len(),
        };
        self.keys.iter().enumerate().map(tell).collect()
    }

    /// The id of the key that seals.
    pub fn newest(&self) -> &str {
        self.keys.last().map_or("", |key| &key.id)
    }

    /// Writes the ring to a file that is not there yet.
    pub fn create(&self, path: &Path) -> Result<(), SealError> {
        let fresh = beside(path);
        let linked = write_private(&fresh, &self.text())
            .and_then(|()| std::fs::hard_link(&fresh, path))
            .and_then(|()| sync_folder(path));
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&fresh);
        linked.map_err(io(path))
    }

    /// Writes the ring in place of the file: whole and on disk, or not at all.
    pub fn write(&self, path: &Path) -> Result<(), SealError> {
        let fresh = beside(path);
        // What a process that was killed has left behind.
        let _ = std::fs::remove_file(&fresh);
        let renamed = write_private(&fresh, &self.text())
            .and_then(|()| std::fs::rename(&fresh, path))
            .and_then(|()| sync_folder(path));
        renamed.map_err(io(path))
    }

    fn text(&self) -> String {
        let mut text = String::from(
            "# 敏感内容的密钥：请另存备份，遗失则无法读取。Keys of sealed answers: keep a copy elsewhere.\n",
        );
        text.push_str(&format!("look-up {}\n", hex::encode(&self.look_up)));
        for key in &self.keys {
            let secret = hex::encode(&key.secret);
            text.push_str(&format!("seal {} {} {secret}\n", key.kind.name, key.made_on));
        }
        text
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys()).finish()
    }
}

impl Key {
    pub(super) fn new(kind: Kind, made_on: Date, secret: Vec<u8>, line: usize) -> Result<Self, SealError> {
        let cipher = (kind.with_key)(&secret).ok_or(SealError::BadKeyLine { line })?;
        let mut block = [0; 32];
        for (to, from) in block.iter_mut().zip(&secret) {
            *to = *from;
        }
        let id = hmac::Mac::finalize(hmac::Mac::chain_update(mac(&block), "dengji key id")).into_bytes();
        Ok(Self {
            id: hex::encode(&id[..4]),
            kind,
            made_on,
            secret,
            cipher,
        })
    }

    /// The same key once more.
    #[cfg(test)]
    pub(super) fn again(&self) -> Self {
        Self::new(self.kind, self.made_on, self.secret.clone(), 0).unwrap()
    }
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> SealError + '_ {
    move |source| SealError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Where a file is written before it takes its name.
fn beside(path: &Path) -> PathBuf {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(format!(".{}.new", std::process::id()));
    PathBuf::from(fresh)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn refuse_if_others_may_read(path: &Path) -> Result<(), SealError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_err(io(path))?.permissions().mode();
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(SealError::OpenKeyFile { path: path.to_owned() })
    }
}

#[cfg(not(unix))]
fn refuse_if_others_may_read(_: &Path) -> Result<(), SealError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 20);

    #[test]
    fn a_ring_is_read_as_it_was_written_and_tells_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let mut ring = KeyRing::generate(TODAY).unwrap();
        ring.create(&path).unwrap();
        assert!(ring.create(&path).is_err(), "a file that is there stays");
        let first = ring.newest().to_owned();
        let second = ring.add(Date::constant(2027, 3, 2)).unwrap();
        ring.write(&path).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let read = KeyRing::load(&path).unwrap();
        assert_eq!((read.keys(), read.look_up), (ring.keys(), ring.look_up));
        assert_eq!((read.newest(), read.keys().len()), (second.as_str(), 2));
        let told = format!("{ring:?}");
        assert!(told.contains(&first) && !told.contains(&hex::encode(&ring.keys[0].secret)));
    }

    #[test]
    fn the_key_that_seals_is_not_taken_out() {
        let mut ring = KeyRing::generate(TODAY).unwrap();
        let first = ring.newest().to_owned();
        assert!(matches!(ring.remove(&first), Err(SealError::KeySeals { .. })));
        ring.add(TODAY).unwrap();
        assert!(matches!(ring.remove("00000000"), Err(SealError::UnknownKey { .. })));
        ring.remove(&first).unwrap();
        assert_eq!(ring.keys().len(), 1);
        while ring.keys.len() < KeyRing::MOST {
            ring.add(TODAY).unwrap();
        }
        assert!(matches!(ring.add(TODAY), Err(SealError::TooManyKeys { .. })));
    }

    #[test]
    fn what_is_no_ring_is_told_by_its_line_and_never_repeated() {
        let (good, key) = (format!("look-up {}", "ab".repeat(32)), "cd".repeat(32));
        let seal = format!("seal aes-256-gcm 2026-11-20 {key}");
        type Expected = fn(&SealError) -> bool;
        let cases: [(String, Expected); 9] = [
            (String::new(), |e| matches!(e, SealError::NoKeys)),
            (good.clone(), |e| matches!(e, SealError::NoKeys)),
            (seal.clone(), |e| matches!(e, SealError::NoKeys)),
            (key.clone(), |e| matches!(e, SealError::BadKeyLine { line: 1 })),
            (format!("{good}\n{seal}\nmore"), |e| {
                matches!(e, SealError::BadKeyLine { line: 3 })
            }),
            (format!("{good}\n{good}"), |e| {
                matches!(e, SealError::BadKeyLine { line: 2 })
            }),
            (format!("{good};{seal}0"), |e| {
                matches!(e, SealError::BadKeyLine { line: 2 })
            }),
            (format!("{good};seal aes-256-gcm yesterday {key}"), |e| {
                matches!(e, SealError::BadKeyLine { line: 2 })
            }),
            (format!("{good};seal sm4-gcm 2026-11-20 {key}"), |e| {
                matches!(e, SealError::UnknownCipher { line: 2, .. })
            }),
        ];
        for (text, expected) in cases {
            let error = KeyRing::parse(&text).unwrap_err();
            assert!(expected(&error), "{text}: {error}");
            assert!(!error.to_string().contains(&key), "{error}");
        }
        assert_eq!(
            KeyRing::parse(&format!("# note\n\n{good};{seal}\n"))
                .unwrap()
                .keys()
                .len(),
            1
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        KeyRing::generate(TODAY).unwrap().create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o644, 0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            assert!(
                matches!(KeyRing::load(&path), Err(SealError::OpenKeyFile { .. })),
                "{mode:o}"
            );
        }
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
        assert!(KeyRing::load(&path).is_ok());
    }
}
