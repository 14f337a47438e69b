//! How often something may be done, counted in the store, so that every server counts the same.
//!
//! Each time takes a place: a ticket whose key names what is counted, the window of time and the place's number. A
//! change expects that its places are free, so of many at once no more succeed than there are places. Windows are fixed
//! (this hour, not the last sixty minutes): at the border of two, twice as much is possible.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::{Refused, Registry};
use crate::definition::Text;
use crate::store::{Change, CommitError, Expect, Put, Subject, Ticket};

/// How often a place is looked for anew when somebody else has taken it.
const TRIES: usize = 16;

/// So many times within a window.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// What is counted: a word that nothing else is counted under.
    pub what: &'static str,
    /// Whose: a number, an account, an address. Stored as a keyed hash.
    pub whose: String,
    /// How many times.
    pub times: u32,
    /// How long the window is.
    pub within: SignedDuration,
}

impl Registry {
    /// Makes a change that takes a place of each allowance. Refused, and nothing changed, where one has none left.
    pub async fn commit_within(&self, region: &str, allowances: &[Allowance], change: Change) -> Result<(), Refused> {
        for _ in 0..TRIES {
            let mut counted = change.clone();
            for allowance in allowances {
                let ticket = self.place(region, allowance).await?;
                counted.expect.push(Expect::NoTicket {
                    region: region.to_owned(),
                    kind: ticket.kind.clone(),
                    key: ticket.key.clone(),
                });
                counted.put.push(Put::Ticket(ticket));
            }
            match self.inner.store.commit(counted).await {
                Ok(_) => return Ok(()),
                // Somebody took the place meanwhile; a caller's own ticket that is gone stays gone.
                Err(CommitError::Stale { what: Subject::Ticket }) if !allowances.is_empty() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Refused::Busy)
    }

    /// A free place of this window.
    async fn place(&self, region: &str, allowance: &Allowance) -> Result<Ticket, Refused> {
        let now = self.inner.clock.now();
        let length = allowance.within.as_secs().max(1);
        let window = now.as_second().div_euclid(length);
        let ends = Timestamp::from_second((window + 1) * length).unwrap_or(now);
        let whose = self
            .inner
            .sealer
            .fingerprint(&format!("{region}/{}", allowance.what), &allowance.whose);
        for number in 0..allowance.times {
            let key = format!("{whose}/{length}/{window}/{number}");
            if self.inner.store.ticket(region, allowance.what, &key).await?.is_none() {
                return Ok(Ticket {
                    region: region.to_owned(),
                    kind: allowance.what.to_owned(),
                    key,
                    data: Json::Null,
                    expires_at: ends,
                });
            }
        }
        Err(too_often(ends.duration_since(now)))
    }
}

/// What the person is told, with how long to wait.
fn too_often(wait: SignedDuration) -> Refused {
    let seconds = wait.as_secs().max(1);
    let (number, zh, en) = match seconds {
        0..=90 => (seconds, "秒", "seconds"),
        91..=5_400 => ((seconds + 59) / 60, "分钟", "minutes"),
        _ => ((seconds + 3_599) / 3_600, "小时", "hours"),
    };
    Refused::Input(Text::both(
        format!("操作太频繁，请在 {number} {zh}后再试"),
        format!("This was done too often; please try again in {number} {en}."),
    ))
}
