//! Sensitive values at rest: AES-256-GCM, bound to the place they stand in, and keyed hashes to look them up by.
//!
//! A sealed value is `{"$sealed": "v1:<base64 of nonce and cipher text>"}`. The *context* (say region, application
//! and field) is authenticated with it, so that a value moved to another place does not open there. Two keys are
//! derived from the one in the key file: one seals, one hashes.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use thiserror::Error;

use super::hex;
use super::open::sync_folder;

/// What marks a sealed value.
const MARK: &str = "$sealed";
const VERSION: &str = "v1:";
const NONCE_BYTES: usize = 12;

/// Why a value could not be sealed or opened, or a key not be had. No text holds a value or a key.
#[derive(Debug, Error)]
pub enum SealError {
    /// It has not the form of a sealed value.
    #[error("this is not a sealed value")]
    NotSealed,
    /// A newer version of this program sealed it.
    #[error("a newer version of this program sealed this value")]
    Newer,
    /// It was sealed with another key or for another place, or was altered.
    #[error("the value does not open here: another key, another place, or it was altered")]
    Refused,
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    /// The key file holds no key.
    #[error("{} holds no key: 64 hexadecimal digits are expected; restore it from a backup", path.display())]
    BadKeyFile {
        /// The key file.
        path: PathBuf,
    },
    /// Everybody on the machine can read the key.
    #[error("{} can be read by everybody: take that right away (chmod 600)", path.display())]
    OpenKeyFile {
        /// The key file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// Its words.
        source: std::io::Error,
    },
}

/// Seals and opens. Cheap to clone; prints nothing of its keys.
#[derive(Clone)]
pub struct Sealer {
    keys: Arc<Keys>,
}

struct Keys {
    seal: Aes256Gcm,
    look_up: Hmac<Sha256>,
}

impl Sealer {
    /// A sealer with this key, which should be random.
    pub fn new(key: &[u8; 32]) -> Self {
        let derived = |purpose: &str| -> [u8; 32] { mac(key).chain_update(purpose).finalize().into_bytes().into() };
        let seal = Aes256Gcm::new(&derived("dengji seal v1").into());
        let look_up = mac(&derived("dengji look-up v1"));
        Self {
            keys: Arc::new(Keys { seal, look_up }),
        }
    }

    /// A sealer with the key in this file. If there is no file it is made, readable by its owner alone, with a new
    /// key. A file that is there is never changed.
    pub fn load_or_create(path: &Path) -> Result<Self, SealError> {
        let io = |source| SealError::Io {
            path: path.to_owned(),
            source,
        };
        if !path.try_exists().map_err(io)? {
            create_key(path)?;
        }
        refuse_if_open_to_all(path)?;
        let text = std::fs::read_to_string(path).map_err(io)?;
        let key = hex::decode(text.trim_end()).ok_or_else(|| SealError::BadKeyFile { path: path.to_owned() })?;
        Ok(Self::new(&key))
    }

    /// The value, sealed for this place. Sealing twice gives two different values.
    pub fn seal(&self, context: &str, plain: &str) -> Result<Value, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandomness)?;
        let payload = Payload {
            msg: plain.as_bytes(),
            aad: context.as_bytes(),
        };
        let sealed = self
            .keys
            .seal
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| SealError::Refused)?;
        Ok(json!({ MARK: format!("{VERSION}{}", STANDARD.encode([nonce.as_slice(), &sealed].concat())) }))
    }

    /// What was sealed for this place.
    pub fn open(&self, context: &str, sealed: &Value) -> Result<String, SealError> {
        let text = sealed_text(sealed).ok_or(SealError::NotSealed)?;
        let text = text.strip_prefix(VERSION).ok_or(SealError::Newer)?;
        let bytes = STANDARD.decode(text).map_err(|_| SealError::NotSealed)?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::NotSealed)?;
        let payload = Payload {
            msg,
            aad: context.as_bytes(),
        };
        let plain = self
            .keys
            .seal
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| SealError::Refused)?;
        String::from_utf8(plain).map_err(|_| SealError::Refused)
    }

    /// A keyed hash to find equal values by: the same for the same context and value, and telling nothing of the
    /// value without the key.
    pub fn fingerprint(&self, context: &str, plain: &str) -> String {
        let length = (context.len() as u64).to_be_bytes();
        let mac = self
            .keys
            .look_up
            .clone()
            .chain_update(length)
            .chain_update(context)
            .chain_update(plain);
        hex::encode(&mac.finalize().into_bytes())
    }

    /// Whether a value has the form of a sealed one.
    pub fn is_sealed(value: &Value) -> bool {
        sealed_text(value).is_some()
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

fn sealed_text(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get(MARK)?.as_str()
}

/// HMAC-SHA-256 with a key of 32 bytes, which the standard pads to a block of 64 with zeros.
fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::new(&block.into())
}

/// Writes a new key beside `path` and gives it that name only when it is whole and on disk; if another process was
/// quicker, its key stays.
fn create_key(path: &Path) -> Result<(), SealError> {
    let io = |source| SealError::Io {
        path: path.to_owned(),
        source,
    };
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|_| SealError::NoRandomness)?;
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(format!(".{}.new", std::process::id()));
    let fresh = PathBuf::from(fresh);
    let linked = write_private(&fresh, &format!("{}\n", hex::encode(&key))).and_then(|()| {
        match std::fs::hard_link(&fresh, path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => sync_folder(path),
        }
    });
    let removed = std::fs::remove_file(&fresh);
    linked.and(removed).map_err(io)
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
fn refuse_if_open_to_all(path: &Path) -> Result<(), SealError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).map_err(|source| SealError::Io {
        path: path.to_owned(),
        source,
    })?;
    if metadata.permissions().mode() & 0o007 == 0 {
        Ok(())
    } else {
        Err(SealError::OpenKeyFile { path: path.to_owned() })
    }
}

#[cfg(not(unix))]
fn refuse_if_open_to_all(_: &Path) -> Result<(), SealError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "11010519491231002X";

    #[test]
    fn a_value_opens_where_it_was_sealed_and_nowhere_else() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("r/a/id_no", PLAIN).unwrap();
        assert!(Sealer::is_sealed(&sealed) && !sealed.to_string().contains(PLAIN));
        assert_ne!(sealed, sealer.seal("r/a/id_no", PLAIN).unwrap());
        assert_eq!(sealer.open("r/a/id_no", &sealed).unwrap(), PLAIN);
        assert!(matches!(sealer.open("r/b/id_no", &sealed), Err(SealError::Refused)));
        assert!(matches!(
            Sealer::new(&[8; 32]).open("r/a/id_no", &sealed),
            Err(SealError::Refused)
        ));
    }

    #[test]
    fn what_is_no_sealed_value_is_refused_by_kind() {
        let sealer = Sealer::new(&[7; 32]);
        let open = |value: Value| sealer.open("c", &value).unwrap_err();
        for value in [
            json!(PLAIN),
            json!({}),
            json!({"$sealed": 1}),
            json!({"$sealed": "v1:", "a": 1}),
        ] {
            assert!(!Sealer::is_sealed(&value) && matches!(open(value), SealError::NotSealed));
        }
        assert!(matches!(open(json!({"$sealed": "v1:AAAA"})), SealError::NotSealed));
        assert!(matches!(open(json!({"$sealed": "v1:*"})), SealError::NotSealed));
        assert!(matches!(open(json!({"$sealed": "v2:AAAA"})), SealError::Newer));
        let altered = json!({"$sealed": format!("v1:{}", STANDARD.encode([0; 40]))});
        assert!(matches!(open(altered), SealError::Refused));
    }

    #[test]
    fn fingerprints_depend_on_key_context_and_value() {
        let sealer = Sealer::new(&[7; 32]);
        let print = sealer.fingerprint("id_no", PLAIN);
        assert_eq!(print, sealer.fingerprint("id_no", PLAIN));
        let others = [
            sealer.fingerprint("id_no", "x"),
            sealer.fingerprint("id_n", &format!("o{PLAIN}")),
            Sealer::new(&[8; 32]).fingerprint("id_no", PLAIN),
        ];
        assert!(others.iter().all(|other| *other != print));
    }

    #[test]
    fn the_key_file_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let sealed = Sealer::load_or_create(&path).unwrap().seal("c", PLAIN).unwrap();
        assert_eq!(
            Sealer::load_or_create(&path).unwrap().open("c", &sealed).unwrap(),
            PLAIN
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(format!("{:?}", Sealer::new(&[7; 32])), "Sealer");

        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
            assert!(matches!(
                Sealer::load_or_create(&path),
                Err(SealError::OpenKeyFile { .. })
            ));
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        }

        std::fs::write(&path, "short").unwrap();
        assert!(matches!(
            Sealer::load_or_create(&path),
            Err(SealError::BadKeyFile { .. })
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "short");
    }
}
