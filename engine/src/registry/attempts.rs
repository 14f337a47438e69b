//! How often something was tried: counts that outlive a restart and hold for every node.
//!
//! Each attempt is a ticket of its own, so that counts need no lock and forget by themselves. The rates are here, each
//! with its number and its window.

use std::net::IpAddr;

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::people::hash_token;
use super::{Refused, Registry};
use crate::definition::Text;
use crate::store::{Change, CommitError, Expect, Put, Ticket, fresh_id};

/// How often something may be tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// What is tried; the name of its counts.
    pub(super) what: &'static str,
    /// How often within the window.
    pub(super) limit: usize,
    /// How long an attempt counts.
    pub(super) window: SignedDuration,
}

impl Rate {
    const fn new(what: &'static str, limit: usize, window: SignedDuration) -> Self {
        Self { what, limit, window }
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Failed sign-ins from one address.
pub(super) const SIGN_IN: Rate = Rate::new("sign-in", 50, QUARTER);
/// A failure from an address, after which a captcha is asked.
pub(super) const SIGN_IN_AGAIN: Rate = Rate { limit: 1, ..SIGN_IN };
/// A failure with a name, after which a captcha is asked.
pub(super) const SIGN_IN_NAME: Rate = Rate::new("sign-in-name", 1, QUARTER);
/// Accounts and units registered from one address.
pub(super) const SIGN_UP: Rate = Rate::new("sign-up", 30, HOUR);
/// Requests for a link or a code, from one address or by one person.
pub(super) const ASK: Rate = Rate::new("ask", 20, HOUR);
/// Accounts that one person allots: a whole institute in a day.
pub(super) const INVITE: Rate = Rate::new("invite", 200, HOUR);
/// Letters to one mailbox or phone.
pub(super) const LETTERS: Rate = Rate::new("letters", 5, HOUR);
/// Codes to one phone, one after the other.
pub(super) const CODE_AGAIN: Rate = Rate::new("code-again", 1, MINUTE);
/// Codes to one phone, or for one account, in a day: short messages cost money.
pub(super) const CODES_A_DAY: Rate = Rate::new("codes-a-day", 10, DAY);
/// Codes and passwords typed against one account by whoever has part of it.
pub(super) const CODES: Rate = Rate::new("codes", 10, QUARTER);
/// Searches in a look-up by somebody without a session, from one address.
pub(super) const SUGGEST: Rate = Rate::new("suggest", 300, QUARTER);

impl Registry {
    /// Whether `of` may try once more; nothing is counted.
    pub(super) async fn may_try(&self, region: &str, rate: Rate, of: &str) -> Result<bool, Refused> {
        let now = self.inner.clock.now();
        let tried = self.inner.store.tickets(region, &kind(rate, of)).await?;
        Ok(tried.iter().filter(|ticket| ticket.expires_at > now).count() < rate.limit)
    }

    /// Counts one attempt of `of`.
    pub(super) fn tried(&self, region: &str, rate: Rate, of: &str) -> Result<Put, Refused> {
        let now = self.inner.clock.now();
        Ok(Put::Ticket(Ticket {
            region: region.to_owned(),
            kind: kind(rate, of),
            key: fresh_id(now)?,
            data: Json::Null,
            expires_at: now + rate.window,
        }))
    }

    /// Notes an attempt of `of` in the place of the one before: enough where one counts as much as many.
    pub(super) fn tried_last(&self, region: &str, rate: Rate, of: &str) -> Put {
        Put::Ticket(Ticket {
            region: region.to_owned(),
            kind: kind(rate, of),
            key: "last".to_owned(),
            data: Json::Null,
            expires_at: self.inner.clock.now() + rate.window,
        })
    }

    /// Counts one more sign-up from an address, or refuses it.
    pub async fn count_sign_up(&self, region: &str, address: Option<IpAddr>) -> Result<(), Refused> {
        self.count_from(region, SIGN_UP, address).await
    }

    /// Counts one more request for a letter from an address, or refuses it.
    pub async fn count_ask(&self, region: &str, address: Option<IpAddr>) -> Result<(), Refused> {
        self.count_from(region, ASK, address).await
    }

    /// Counts one more search without a session from an address, or refuses it.
    pub async fn count_suggest(&self, region: &str, address: Option<IpAddr>) -> Result<(), Refused> {
        self.count_from(region, SUGGEST, address).await
    }

    async fn count_from(&self, region: &str, rate: Rate, address: Option<IpAddr>) -> Result<(), Refused> {
        match address {
            Some(address) => self.limit(region, rate, &counted(address)).await,
            None => Ok(()),
        }
    }

    /// Counts one attempt of `of`, or refuses it where there were too many. Of many at once no more pass than may:
    /// each takes the next number, which one alone can take, and whoever was slower counts anew.
    pub(super) async fn limit(&self, region: &str, rate: Rate, of: &str) -> Result<(), Refused> {
        let kind = kind(rate, of);
        for _ in 0..=rate.limit {
            let now = self.inner.clock.now();
            let tried = self.inner.store.tickets(region, &kind).await?;
            if tried.iter().filter(|ticket| ticket.expires_at > now).count() >= rate.limit {
                return Err(too_often(rate));
            }
            let numbers = tried.iter().filter_map(|ticket| ticket.key.parse::<u64>().ok());
            let key = format!("{:012}", numbers.max().map_or(0, |last| last + 1));
            let expect = vec![Expect::NoTicket {
                region: region.to_owned(),
                kind: kind.clone(),
                key: key.clone(),
            }];
            let put = vec![Put::Ticket(Ticket {
                region: region.to_owned(),
                kind: kind.clone(),
                key,
                data: Json::Null,
                expires_at: now + rate.window,
            })];
            match self.inner.store.commit(Change { expect, put }).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(too_often(rate))
    }
}

/// What the person is told.
pub(super) fn too_often(rate: Rate) -> Refused {
    let minutes = rate.window.as_mins().max(1);
    Refused::Input(Text::both(
        format!("操作太频繁，没有执行。请在 {minutes} 分钟后再试"),
        format!("Too many attempts; nothing was done. Please try again in {minutes} minutes."),
    ))
}

/// An address as attempts are counted: one host, or the network that a provider gives to one customer.
pub(super) fn counted(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn kind(rate: Rate, of: &str) -> String {
    format!("attempt/{}/{}", rate.what, hash_token(of))
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn a_customer_of_a_provider_counts_as_one() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(counted(address.parse().unwrap()), expected);
        }
    }
}
