//! What keeps programs out: letters in a picture, or work that a browser does by itself, for people who see no picture.
//!
//! **A challenge is its own record**: its id holds the letters and its end, sealed for the region, so that showing a
//! form writes nothing and every server of the database can judge the answer. What is written is that a challenge was
//! answered, rightly or not: it counts once. The picture follows from a key as well, so that knowing this source does
//! not help to take its lines away.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::people::{hash_token, random_token};
use super::{Once, Refused, Registry, once};
use crate::store::{Change, CommitError, Expect, Put, Ticket, place};
use crate::theme::lettering::ALPHABET;

/// How many letters a picture has.
const LETTERS: usize = 4;
/// How long a challenge can be answered.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How many leading zero bits the work has: some 130,000 hashes, under a second in an old browser.
const WORK_BITS: u32 = 17;
/// How long a counter and an id may be; longer ones are none of ours.
const LONGEST_COUNTER: usize = 16;
const LONGEST_ID: usize = 1024;
/// The kind of the ticket of an answered challenge, and the field that challenges are sealed for.
const KIND: &str = "captcha";

/// What a form asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What is brought back with the answer.
    pub id: String,
    /// What a browser works out, as `challenge:bits`: a counter so that SHA-256 of the challenge and the counter in
    /// decimal, one after the other, begins with so many zero bits.
    pub work: String,
}

/// What the picture of a challenge shows. Never leaves the server but as a picture.
pub struct Riddle {
    /// The letters.
    pub letters: String,
    /// What the rest of the picture follows from.
    pub seed: String,
    ends: Timestamp,
    key: String,
}

/// An answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Solution<'a> {
    /// The challenge's id.
    pub id: &'a str,
    /// The letters as they were typed.
    pub letters: &'a str,
    /// The counter that the browser found.
    pub work: &'a str,
    /// The form that it came with.
    pub once: Option<&'a Once>,
}

impl Registry {
    /// A fresh challenge, where the region asks for one.
    pub fn challenge(&self, region: &str) -> Result<Option<Challenge>, Refused> {
        if !self.region(region)?.sign_in.captcha {
            return Ok(None);
        }
        let ends = (self.inner.clock.now() + LIFE).as_second();
        let plain = format!("{}/{ends}/{}", letters()?, random_token()?);
        let sealed = self.inner.sealer.seal(&place(region, KIND, KIND), &plain)?;
        let id = BASE64_URL_SAFE_NO_PAD.encode(sealed.to_string());
        let work = format!("{}:{WORK_BITS}", work_of(&id));
        Ok(Some(Challenge { id, work }))
    }

    /// What the picture of a challenge shows; nothing where it is none of the region's, or has ended.
    pub fn riddle(&self, region: &str, id: &str) -> Result<Option<Riddle>, Refused> {
        self.office(region)?;
        let Some(plain) = self.opened_challenge(region, id) else {
            return Ok(None);
        };
        let mut parts = plain.split('/');
        let (Some(letters), Some(ends)) = (parts.next(), parts.next()) else {
            return Ok(None);
        };
        let ends = ends.parse().ok().and_then(|ends| Timestamp::from_second(ends).ok());
        let riddle = ends.filter(|ends| *ends > self.inner.clock.now()).map(|ends| Riddle {
            letters: letters.to_owned(),
            seed: self.inner.sealer.fingerprint(KIND, &plain),
            ends,
            key: hash_token(&plain),
        });
        Ok(riddle)
    }

    /// Whether the answer is right, in either way. True where the region asks for none. Whatever the answer, the
    /// challenge is used up, but for the same form sent once more.
    pub async fn solved(&self, region: &str, solution: &Solution<'_>) -> Result<bool, Refused> {
        if !self.region(region)?.sign_in.captcha {
            return Ok(true);
        }
        let given = !solution.letters.trim().is_empty() || !solution.work.is_empty();
        let riddle = self.riddle(region, solution.id)?.filter(|_| given);
        let Some(riddle) = riddle else { return Ok(false) };
        let right = plain_letters(solution.letters) == riddle.letters || is_work(solution.id, solution.work);
        Ok(self.use_up(region, riddle, solution.once).await? && right)
    }

    /// False where the challenge was used before, but by the same form just now.
    async fn use_up(&self, region: &str, riddle: Riddle, once: Option<&Once>) -> Result<bool, Refused> {
        let now = self.inner.clock.now();
        let ticket = Ticket {
            region: region.to_owned(),
            kind: KIND.to_owned(),
            key: riddle.key,
            data: json!({"once": once.map(Once::key), "until": now + once::KNOWN}),
            expires_at: riddle.ends,
        };
        let key = ticket.key.clone();
        let expect = vec![Expect::NoTicket {
            region: region.to_owned(),
            kind: KIND.to_owned(),
            key: key.clone(),
        }];
        let put = vec![Put::Ticket(ticket)];
        match self.inner.store.commit(Change { expect, put }).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale { .. } | CommitError::Taken { .. }) => {
                let before = self.inner.store.ticket(region, KIND, &key).await?;
                let by_it = |before: &Ticket| once.is_some_and(|once| before.data["once"] == once.key());
                let until = |before: Ticket| before.data["until"].as_str()?.parse::<Timestamp>().ok();
                Ok(before.filter(by_it).and_then(until).is_some_and(|until| until > now))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn opened_challenge(&self, region: &str, id: &str) -> Option<String> {
        if id.len() > LONGEST_ID {
            return None;
        }
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
        let sealed: Json = serde_json::from_slice(&sealed).ok()?;
        self.inner.sealer.open(&place(region, KIND, KIND), &sealed).ok()
    }
}

/// Letters by chance, each equally likely.
fn letters() -> Result<String, Refused> {
    let alphabet: Vec<char> = ALPHABET.chars().collect();
    let even = 256 - 256 % alphabet.len();
    let mut letters = String::new();
    while letters.len() < LETTERS {
        let mut byte = [0];
        getrandom::fill(&mut byte).map_err(|error| Refused::Failed(error.to_string()))?;
        let at = usize::from(byte[0]);
        if at < even {
            letters.push(alphabet[at % alphabet.len()]);
        }
    }
    Ok(letters)
}

/// What was typed, as the picture has it: capitals, full-width letters made plain, spaces left out.
fn plain_letters(typed: &str) -> String {
    let plain = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let typed = typed.chars().filter(|c| !c.is_whitespace()).take(LETTERS + 1);
    typed.map(|c| plain(c).to_ascii_uppercase()).collect()
}

/// What is worked on: short enough that challenge and counter are one block of the hash.
fn work_of(id: &str) -> String {
    hash_token(id).chars().take(32).collect()
}

fn is_work(id: &str, counter: &str) -> bool {
    let number = !counter.is_empty() && counter.len() <= LONGEST_COUNTER && counter.bytes().all(|b| b.is_ascii_digit());
    number && zero_bits(&Sha256::digest(format!("{}{counter}", work_of(id)))) >= WORK_BITS
}

fn zero_bits(bytes: &[u8]) -> u32 {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let rest = bytes.get(zeros).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(zeros).unwrap_or(0) * 8 + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_as_people_type_them() {
        for (typed, expected) in [
            ("a3kx", "A3KX"),
            (" A3 kX ", "A3KX"),
            ("ａ３ｋＸ", "A3KX"),
            ("a3kxx", "A3KXX"),
            ("ß3kx", "ß3KX"),
            ("", ""),
        ] {
            assert_eq!(plain_letters(typed), expected, "{typed}");
        }
        assert!(plain_letters(&"A".repeat(1 << 20)).len() <= LETTERS + 1);
    }

    #[test]
    fn work_is_a_short_number_that_gives_zeros() {
        let found = (0..u32::MAX).map(|n| n.to_string()).find(|n| is_work("id", n)).unwrap();
        assert!(!is_work("other", &found), "work belongs to its challenge");
        for wrong in ["", "-1", "+1", "１", "1e3", "00000000000000000", &format!(" {found}")] {
            assert!(!is_work("id", wrong), "{wrong}");
        }
        assert_eq!(zero_bits(&[0, 0x1f, 0xff]), 11);
        assert_eq!(zero_bits(&[0, 0]), 16);
    }
}
