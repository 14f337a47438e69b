//! Sensitive values at rest: encrypted, bound to the place they stand in, and found again by keyed hashes.
//!
//! A sealed value is `{"$sealed": "v1:<key id>:<base64>"}`, with `"$found"` beside it where it can be looked up: the
//! *fingerprint* of its text. The *place* (region, owner, field; see [`place`]) is authenticated with it, so that a
//! value moved to another place does not open there. The key of fingerprints is apart from those that seal: values
//! get a new key, see [`super::Store::reseal`], and are found as before.

mod cipher;
mod ring;

use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use sha2::Sha256;
use thiserror::Error;

use super::hex;
use ring::Key;
pub use ring::{KeyInfo, KeyRing};

/// What marks a sealed value.
const MARK: &str = "$sealed";
/// What stands beside it where it can be found.
const FOUND: &str = "$found";
const VERSION: &str = "v1:";
/// Shorter texts are not fingerprinted: few of them exist, and equal ones would tell.
const FINDABLE: usize = 6;

/// Why a value could not be sealed or opened, or a key not be had. No text holds a value or a key.
#[derive(Debug, Error)]
pub enum SealError {
    /// It has not the form of a sealed value.
    #[error("this is not a sealed value")]
    NotSealed,
    /// A newer version of this program sealed it.
    #[error("a newer version of this program sealed this value")]
    Newer,
    /// The key that it was sealed with is not in the ring.
    #[error("the key {key} is not among the keys that were given: is it the key file of these data?")]
    UnknownKey {
        /// The key's id.
        key: String,
    },
    /// It was sealed for another place, or was altered.
    #[error("the value does not open here: it was sealed for another place, or was altered")]
    Refused,
    /// The keys are not those of the data.
    #[error("these keys do not belong to these data: give the key file that they were written with")]
    OtherKeys,
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    /// A line is none of a key ring.
    #[error("line {line} is not `look-up KEY` or `seal CIPHER DAY KEY`")]
    BadKeyLine {
        /// The line, from 1.
        line: usize,
    },
    /// A key is for a cipher that this program does not have.
    #[error("line {line}: there is no cipher called {cipher} in this program")]
    UnknownCipher {
        /// The line, from 1.
        line: usize,
        /// What stands there.
        cipher: String,
    },
    /// A ring has a look-up key and at least one key that seals.
    #[error("there are no keys in it; restore them from a backup")]
    NoKeys,
    /// The key that seals cannot be dropped.
    #[error("{key} is the key that seals; make a newer one first")]
    KeySeals {
        /// The key's id.
        key: String,
    },
    /// The ring is full.
    #[error("a ring holds at most {most} keys; drop those that nothing is sealed with any more")]
    TooManyKeys {
        /// How many there may be.
        most: usize,
    },
    /// Something is wrong in this file.
    #[error("{}: {error}", path.display())]
    InFile {
        /// The key file.
        path: PathBuf,
        /// What.
        error: Box<SealError>,
    },
    /// Others on the machine can read the keys.
    #[error("{} can be read or written by others than its owner: take that right away (chmod 600)", path.display())]
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

impl SealError {
    fn in_file(self, path: &Path) -> Self {
        Self::InFile {
            path: path.to_owned(),
            error: Box::new(self),
        }
    }
}

/// Where a value stands: in which region, whose it is (the id of an application, account, unit; the key of a
/// ticket), and in which field, `table.column` without row numbers.
pub fn place(region: &str, owner: &str, path: &str) -> String {
    format!("{region}/{owner}/{path}")
}

/// The field of a second factor's secret, of an account or while it is being set up.
pub const SECOND_FACTOR: &str = "second-factor";
/// The field of what a message says.
pub const LETTER: &str = "letter";

/// Seals and opens. Cheap to clone; prints nothing of its keys.
#[derive(Clone)]
pub struct Sealer {
    ring: Arc<KeyRing>,
}

impl From<KeyRing> for Sealer {
    fn from(ring: KeyRing) -> Self {
        Self { ring: Arc::new(ring) }
    }
}

impl Sealer {
    /// A sealer with keys that follow from this one, which should be random.
    pub fn new(key: &[u8; 32]) -> Self {
        let derived = |purpose: &str| -> [u8; 32] { mac(key).chain_update(purpose).finalize().into_bytes().into() };
        let secret = derived("dengji seal v1").to_vec();
        let key = Key::new(cipher::CIPHERS[0], Date::constant(2026, 1, 1), secret, 0);
        Self::from(KeyRing {
            look_up: derived("dengji look-up v1"),
            keys: key.into_iter().collect(),
        })
    }

    /// A sealer with the keys in this file. If there is no file it is made, readable by its owner alone, with new
    /// keys. A file that is there is never changed.
    pub fn load_or_create(path: &Path) -> Result<Self, SealError> {
        let there = path.try_exists().map_err(|source| SealError::Io {
            path: path.to_owned(),
            source,
        })?;
        if !there {
            let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
            match KeyRing::generate(today)?.create(path) {
                // Another process was quicker: its keys stay.
                Err(SealError::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {}
                other => other?,
            }
        }
        Ok(Self::from(KeyRing::load(path)?))
    }

    /// The id of the key that seals.
    pub fn key(&self) -> &str {
        self.ring.newest()
    }

    /// The value, sealed for this place. Sealing twice gives two different values.
    pub fn seal(&self, place: &str, plain: &str) -> Result<Value, SealError> {
        let key = self.ring.keys.last().ok_or(SealError::NoKeys)?;
        let sealed = key.cipher.seal(place.as_bytes(), plain.as_bytes())?;
        Ok(json!({ MARK: format!("{VERSION}{}:{}", key.id, STANDARD.encode(sealed)) }))
    }

    /// What was sealed for this place, with any key of the ring.
    pub fn open(&self, place: &str, sealed: &Value) -> Result<String, SealError> {
        let text = sealed_text(sealed).ok_or(SealError::NotSealed)?;
        let (id, text) = parts(text)?;
        let bytes = STANDARD.decode(text).map_err(|_| SealError::NotSealed)?;
        let key = self.ring.keys.iter().find(|key| key.id == id);
        let key = key.ok_or_else(|| SealError::UnknownKey {
            key: id.chars().take(8).collect(),
        })?;
        let plain = key.cipher.open(place.as_bytes(), &bytes)?;
        String::from_utf8(plain).map_err(|_| SealError::Refused)
    }

    /// The same value under the key that seals now, found as before. `None` if it is under that key already.
    pub(super) fn reseal(&self, place: &str, sealed: &Value) -> Result<Option<Value>, SealError> {
        if Self::key_of(sealed) == Some(self.key()) {
            return Ok(None);
        }
        let mut again = self.seal(place, &self.open(place, sealed)?)?;
        if let (Some(found), Some(object)) = (sealed.get(FOUND), again.as_object_mut()) {
            object.insert(FOUND.to_owned(), found.clone());
        }
        Ok(Some(again))
    }

    /// A keyed hash to find equal values by: the same for the same context and value, and telling nothing of the
    /// value without the key.
    pub fn fingerprint(&self, context: &str, plain: &str) -> String {
        let length = (context.len() as u64).to_be_bytes();
        let mac = mac(&self.ring.look_up)
            .chain_update(length)
            .chain_update(context)
            .chain_update(plain);
        hex::encode(&mac.finalize().into_bytes())
    }

    /// What this text is found by in a region, whatever field it stands in, however it is spaced, in small or large,
    /// full-width or plain letters. `None` for texts too short to be looked for.
    pub fn found_by(&self, region: &str, text: &str) -> Option<String> {
        let folded: String = text.chars().filter(|c| !c.is_whitespace()).map(plain_letter).collect();
        let folded = folded.to_uppercase();
        (folded.chars().count() >= FINDABLE).then(|| self.fingerprint(&format!("find/{region}"), &folded))
    }

    /// Makes a sealed value findable by the text that it holds.
    pub fn make_findable(&self, region: &str, text: &str, sealed: &mut Value) {
        if let (Some(found), Some(object)) = (self.found_by(region, text), sealed.as_object_mut()) {
            object.insert(FOUND.to_owned(), Value::String(found));
        }
    }

    /// Whether a value has the form of a sealed one.
    pub fn is_sealed(value: &Value) -> bool {
        sealed_text(value).is_some()
    }

    /// The id of the key that a value was sealed with; `None` where it is not sealed.
    pub fn key_of(value: &Value) -> Option<&str> {
        parts(sealed_text(value)?).ok().map(|(key, _)| key)
    }

    /// What proves later that the data belong to these keys.
    pub(super) fn proof(&self) -> Result<Value, SealError> {
        let mut proof = self.seal(PROOF, PROOF)?;
        if let Some(object) = proof.as_object_mut() {
            object.insert(FOUND.to_owned(), Value::String(self.fingerprint(PROOF, PROOF)));
        }
        Ok(proof)
    }

    /// Whether a proof was made with these keys.
    pub(super) fn proves(&self, proof: &Value) -> Result<(), SealError> {
        match self.open(PROOF, proof) {
            Ok(_) if proof[FOUND] == self.fingerprint(PROOF, PROOF) => Ok(()),
            Ok(_) | Err(SealError::UnknownKey { .. }) => Err(SealError::OtherKeys),
            Err(error) => Err(error),
        }
    }
}

/// The place and the text of what a store keeps to know its keys again.
pub(super) const PROOF: &str = "dengji keys";

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

/// Goes over every sealed value in `value`, with the keys that lead to it; row numbers count for nothing.
pub(super) fn each_sealed<E, F: FnMut(&[String], &mut Value) -> Result<(), E>>(
    value: &mut Value,
    path: &mut Vec<String>,
    with: &mut F,
) -> Result<(), E> {
    if Sealer::is_sealed(value) {
        return with(path, value);
    }
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| each_sealed(item, path, with)),
        Value::Object(object) => object.iter_mut().try_for_each(|(key, value)| {
            path.push(key.clone());
            let done = each_sealed(value, path, with);
            path.pop();
            done
        }),
        _ => Ok(()),
    }
}

/// What the sealed values among these answers are found by.
pub(super) fn found_in(answers: &Map<String, Value>) -> Vec<&str> {
    fn take<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(object) if Sealer::is_sealed(value) => {
                found.extend(object.get(FOUND).and_then(Value::as_str));
            }
            Value::Object(object) => object.values().for_each(|value| take(value, found)),
            Value::Array(items) => items.iter().for_each(|item| take(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    answers.values().for_each(|value| take(value, &mut found));
    found
}

fn sealed_text(value: &Value) -> Option<&str> {
    let object = value.as_object()?;
    let alone = object.len() == 1 || (object.len() == 2 && object.contains_key(FOUND));
    object.get(MARK).filter(|_| alone)?.as_str()
}

/// Key and cipher text of a sealed value.
fn parts(text: &str) -> Result<(&str, &str), SealError> {
    let text = text.strip_prefix(VERSION).ok_or(SealError::Newer)?;
    text.split_once(':').ok_or(SealError::NotSealed)
}

/// A full-width letter, digit or mark as its plain one.
fn plain_letter(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// HMAC-SHA-256 with a key of 32 bytes, which the standard pads to a block of 64 with zeros.
fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "11010519491231002X";
    const TODAY: Date = Date::constant(2026, 11, 20);

    #[test]
    fn a_value_opens_where_it_was_sealed_and_nowhere_else() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("r/a/id_no", PLAIN).unwrap();
        assert!(Sealer::is_sealed(&sealed) && !sealed.to_string().contains(PLAIN));
        assert_ne!(sealed, sealer.seal("r/a/id_no", PLAIN).unwrap());
        assert_eq!(sealer.open("r/a/id_no", &sealed).unwrap(), PLAIN);
        assert!(matches!(sealer.open("r/b/id_no", &sealed), Err(SealError::Refused)));
        let other = Sealer::new(&[8; 32]).open("r/a/id_no", &sealed);
        assert!(matches!(other, Err(SealError::UnknownKey { .. })));
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
        let text = |text: String| json!({ "$sealed": text });
        let key = sealer.key();
        assert!(matches!(open(text("v1:AAAA".into())), SealError::NotSealed));
        assert!(matches!(open(text(format!("v1:{key}:AAAA"))), SealError::NotSealed));
        assert!(matches!(open(text(format!("v1:{key}:*"))), SealError::NotSealed));
        assert!(matches!(open(text(format!("v2:{key}:AAAA"))), SealError::Newer));
        assert!(matches!(
            open(text("v1:other:AAAA".into())),
            SealError::UnknownKey { .. }
        ));
        let altered = text(format!("v1:{key}:{}", STANDARD.encode([0; 40])));
        assert!(matches!(open(altered), SealError::Refused));
    }

    #[test]
    fn an_older_key_opens_and_the_newest_seals() {
        let mut ring = KeyRing::generate(TODAY).unwrap();
        let text = |sealer: &Sealer, value: &Value| sealer.open("c", value).unwrap();
        let first = ring.newest().to_owned();
        let look_up = ring.look_up;
        ring.add(TODAY).unwrap();
        let second = ring.newest().to_owned();
        let keys = ring.keys.iter().map(|key| key.id.clone()).collect::<Vec<_>>();
        assert_eq!(keys, [first.clone(), second.clone()]);

        let only = |at: usize| {
            let keys = vec![ring.keys[at].again()];
            Sealer::from(KeyRing { look_up, keys })
        };
        let (old, new) = (only(0), only(1));
        let mut sealed = old.seal("c", PLAIN).unwrap();
        old.make_findable("r", PLAIN, &mut sealed);
        assert_eq!(Sealer::key_of(&sealed), Some(first.as_str()));
        let both = Sealer::from(ring);
        assert_eq!(text(&both, &sealed), PLAIN);

        let again = both.reseal("c", &sealed).unwrap().unwrap();
        assert_eq!(Sealer::key_of(&again), Some(second.as_str()));
        assert_eq!((text(&new, &again).as_str(), &again[FOUND]), (PLAIN, &sealed[FOUND]));
        assert!(both.reseal("c", &again).unwrap().is_none());
        assert!(both.reseal("d", &sealed).is_err());
        assert!(matches!(new.open("c", &sealed), Err(SealError::UnknownKey { key }) if key == first));
    }

    #[test]
    fn a_value_is_found_however_it_is_written() {
        let sealer = Sealer::new(&[7; 32]);
        let found = sealer.found_by("r", PLAIN).unwrap();
        for same in [
            "11010519491231002x",
            " 110105 19491231 002X ",
            "１１０１０５１９４９１２３１００２Ｘ",
        ] {
            assert_eq!(sealer.found_by("r", same), Some(found.clone()), "{same}");
        }
        for other in [sealer.found_by("s", PLAIN), sealer.found_by("r", "110105194912310021")] {
            assert_ne!(other, Some(found.clone()));
        }
        assert_eq!(sealer.found_by("r", "yes"), None);
        let mut sealed = sealer.seal("c", PLAIN).unwrap();
        sealer.make_findable("r", PLAIN, &mut sealed);
        assert!(Sealer::is_sealed(&sealed));
        let answers = json!({"people": [{"id_no": sealed, "name": "x"}], "other": 1});
        assert_eq!(found_in(answers.as_object().unwrap()), [found]);
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
    fn data_know_their_keys() {
        let sealer = Sealer::new(&[7; 32]);
        let proof = sealer.proof().unwrap();
        sealer.proves(&proof).unwrap();
        assert!(matches!(
            Sealer::new(&[8; 32]).proves(&proof),
            Err(SealError::OtherKeys)
        ));
        let mut other_look_up = proof;
        other_look_up[FOUND] = json!("00");
        assert!(matches!(sealer.proves(&other_look_up), Err(SealError::OtherKeys)));
    }

    #[test]
    fn the_key_file_is_made_once_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let sealed = Sealer::load_or_create(&path).unwrap().seal("c", PLAIN).unwrap();
        assert_eq!(
            Sealer::load_or_create(&path).unwrap().open("c", &sealed).unwrap(),
            PLAIN
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(format!("{:?}", Sealer::new(&[7; 32])), "Sealer");
        std::fs::write(&path, "short").unwrap();
        let error = Sealer::load_or_create(&path).unwrap_err();
        assert!(matches!(error, SealError::InFile { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "short");
    }
}
