//! Sends what waits: claims a message, hands it over, writes down how it ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use super::compose::Composed;
use super::gateway::{Failure, Line, Mailer, Phone, Ready, open};
use crate::definition::Id;
use crate::registry::{Refused, Registry};
use crate::store::{Audit, Change, Channel, CommitError, Expect, Message, Phase, Put, Recipient};
use crate::theme::ThemeError;
use crate::theme::mail::Letters;

/// Letters over one connection; afterwards a new one is made.
const BATCH: usize = 50;
/// A claim lapses after so long. Longer than handing over one letter can take.
const CLAIM: SignedDuration = SignedDuration::from_mins(5);
/// How often a letter is tried. With the pauses below that is about four days.
const ATTEMPTS: u32 = 12;
/// The pause after the first failure; each further one is four times as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(12);
/// News that could not be sent for so long is no news.
const STALE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A parked letter is kept for so long.
const PARKED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// A demonstration's letter is kept for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How often is looked whether something waits.
const LOOK: Duration = Duration::from_secs(1);
/// How long is waited at most before a closed way is tried again.
const CLOSED: Duration = Duration::from_secs(300);

/// Sends the messages of all regions.
pub struct Outbox {
    pub(super) registry: Registry,
    pub(super) letters: IndexMap<Id, Letters>,
    mailer: Mailer,
    phone: Phone,
    stopping: watch::Sender<bool>,
}

/// Why the outbox cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[error("letters of region {region}: {error}")]
pub struct OutboxError {
    region: Id,
    error: ThemeError,
}

/// What one look at the outbox has come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Handed over.
    pub sent: usize,
    /// To be tried again later.
    pub later: usize,
    /// Given up.
    pub parked: usize,
    /// Dropped, because there is nobody or nowhere to send them to.
    pub dropped: usize,
    /// Why the way is closed, if it is; the rest waits.
    pub closed: Option<String>,
}

/// An outbox at work.
#[derive(Debug)]
pub struct Sending {
    stopping: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// How handing over has ended.
enum Ended {
    Sent(Box<Composed>),
    Later(String),
    Never(String),
    Nobody(&'static str),
}

impl Outbox {
    /// Reads the texts of every region's letters, as [`Letters::load`] says.
    pub fn open(registry: Registry, themes: &Path, mailer: Mailer, phone: Phone) -> Result<Self, OutboxError> {
        let mut letters = IndexMap::new();
        for office in registry.offices() {
            let region = office.region();
            let overrides: Vec<PathBuf> = region.folders.iter().map(|folder| folder.join("theme")).collect();
            let actions = region.workflow.actions.keys().map(|id| &**id);
            let loaded = Letters::load(themes, &region.theme, &overrides, actions).map_err(|error| OutboxError {
                region: Id::clone(&region.id),
                error,
            })?;
            letters.insert(Id::clone(&region.id), loaded);
        }
        Ok(Self {
            registry,
            letters,
            mailer,
            phone,
            stopping: watch::Sender::new(false),
        })
    }

    /// Sends what waits until it is stopped, mail and short messages side by side.
    pub fn spawn(self) -> Sending {
        let stopping = self.stopping.clone();
        let outbox = Arc::new(self);
        let work = |channel| {
            let outbox = Arc::clone(&outbox);
            tokio::spawn(async move { outbox.work(channel).await })
        };
        let tasks = [Channel::Mail, Channel::Phone].map(work).into();
        Sending { stopping, tasks }
    }

    async fn work(&self, channel: Channel) {
        let mut stopped = self.stopping.subscribe();
        let mut pause = LOOK;
        while !*stopped.borrow_and_update() {
            match self.pass(channel).await {
                Ok(Passed { closed: Some(why), .. }) => {
                    if pause == LOOK {
                        tracing::warn!(
                            channel = channel.name(),
                            why,
                            "messages wait, because there is no way out"
                        );
                    }
                    pause = (pause * 2).min(CLOSED);
                }
                Ok(passed) => {
                    if pause > LOOK {
                        tracing::info!(channel = channel.name(), "messages go out again");
                    }
                    pause = LOOK;
                    if passed.sent >= BATCH {
                        continue;
                    }
                }
                Err(error) => {
                    tracing::error!(channel = channel.name(), %error, "the outbox could not be worked through");
                    pause = (pause * 2).min(CLOSED);
                }
            }
            let _ = tokio::time::timeout(pause, stopped.changed()).await;
        }
    }

    /// Sends what waits now, at most as much as one connection takes, those that wait longest first.
    pub async fn pass(&self, channel: Channel) -> Result<Passed, Refused> {
        let mut passed = Passed::default();
        let mut waiting = Vec::new();
        for message in self.due(channel).await? {
            match self.worthless(&message) {
                Some(why) => self.park(message, why, &mut passed).await?,
                None => waiting.push(message),
            }
        }
        if waiting.is_empty() {
            return Ok(passed);
        }
        let mut line = match open(&self.mailer, &self.phone, channel).await {
            Ok(line) => line,
            Err(failure) => {
                passed.closed = Some(failure.to_string());
                return Ok(passed);
            }
        };
        for message in waiting {
            if *self.stopping.borrow() {
                break;
            }
            if let Some(why) = self.one(&mut line, message, &mut passed).await? {
                passed.closed = Some(why);
                break;
            }
        }
        line.close().await;
        Ok(passed)
    }

    async fn due(&self, channel: Channel) -> Result<Vec<Message>, Refused> {
        let now = self.registry.clock().now();
        let mut due = Vec::new();
        for office in self.registry.offices() {
            let store = self.registry.store();
            due.extend(store.messages_due(&office.region().id, channel, now, BATCH).await?);
        }
        due.sort_by(|a, b| (a.due(), &a.id).cmp(&(b.due(), &b.id)));
        due.truncate(BATCH);
        Ok(due)
    }

    /// Why a message need not be sent any more. A demonstration keeps old ones, too.
    fn worthless(&self, message: &Message) -> Option<&'static str> {
        let now = self.registry.clock().now();
        let kept = match message.channel {
            Channel::Mail => matches!(self.mailer, Mailer::Kept),
            Channel::Phone => matches!(self.phone, Phone::Kept),
        };
        match message.not_after {
            Some(until) if until <= now => Some("it was worth nothing any more before it could be sent"),
            None if !kept && message.created_at + STALE <= now => Some("it could not be sent for seven days"),
            _ => None,
        }
    }

    async fn park(&self, message: Message, why: &str, passed: &mut Passed) -> Result<(), Refused> {
        if let Some(claimed) = self.claim(message).await? {
            self.settle(claimed, Ended::Never(why.to_owned()), passed).await?;
        }
        Ok(())
    }

    /// Claims and sends one message. Gives why the way has closed, if it has.
    async fn one(&self, line: &mut Line<'_>, message: Message, passed: &mut Passed) -> Result<Option<String>, Refused> {
        let Some(claimed) = self.claim(message).await? else {
            return Ok(None);
        };
        let (ended, closed) = self.hand_over(line, &claimed).await;
        self.settle(claimed, ended, passed).await?;
        Ok(closed)
    }

    /// Takes a message, durably and alone. `None` if somebody else was quicker.
    async fn claim(&self, message: Message) -> Result<Option<Message>, Refused> {
        let expect = expected(&message);
        let claimed = Message {
            revision: message.revision + 1,
            attempts: message.attempts.saturating_add(1),
            phase: Phase::Sending {
                until: self.registry.clock().now() + CLAIM,
            },
            ..message
        };
        let put = vec![Put::Message(claimed.clone())];
        match self
            .registry
            .store()
            .commit(Change {
                expect: vec![expect],
                put,
            })
            .await
        {
            Ok(_) => Ok(Some(claimed)),
            Err(CommitError::Stale { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn hand_over(&self, line: &mut Line<'_>, message: &Message) -> (Ended, Option<String>) {
        let composed = match self.compose(message).await {
            Ok(Some(composed)) => composed,
            Ok(None) => return (Ended::Nobody("there is no such account"), None),
            Err(error) => return (Ended::Later(error.to_string()), None),
        };
        let to = match (&composed.to, &line) {
            (Some(to), _) => to.as_str(),
            (None, Line::Kept) => "",
            (None, _) => return (Ended::Nobody("the account has no address"), None),
        };
        let letter = Ready {
            id: &message.id,
            to,
            name: &composed.name,
            from: &composed.from,
            at: message.created_at,
            written: &composed.written,
        };
        match line.send(&letter).await {
            Ok(()) => (Ended::Sent(Box::new(composed)), None),
            Err(Failure::Later(why)) => (Ended::Later(why), None),
            Err(Failure::Never(why)) => (Ended::Never(why), None),
            Err(Failure::Down(why)) => (Ended::Later(why.clone()), Some(why)),
        }
    }

    /// Writes down how it has ended, unless the claim has lapsed and somebody else has taken the message.
    async fn settle(&self, message: Message, ended: Ended, passed: &mut Passed) -> Result<(), Refused> {
        let now = self.registry.clock().now();
        let expect = vec![expected(&message)];
        let mut put = Vec::new();
        match ended {
            Ended::Sent(composed) => {
                passed.sent += 1;
                put.push(audit(&message, now, "message-sent", ""));
                put.push(self.sent(&message, &composed, now));
            }
            Ended::Later(why) if message.attempts < ATTEMPTS => {
                passed.later += 1;
                tracing::debug!(
                    id = message.id,
                    kind = message.kind,
                    why = anonymous(&why),
                    "a message is tried again later"
                );
                put.push(Put::Message(Message {
                    revision: message.revision + 1,
                    phase: Phase::Waiting,
                    not_before: Some(now + pause(message.attempts)),
                    ..message
                }));
            }
            Ended::Later(why) | Ended::Never(why) => {
                passed.parked += 1;
                let (region, id, kind) = (&message.region, &message.id, &message.kind);
                tracing::warn!(region, id, kind, "a message could not be sent and is parked");
                put.push(audit(&message, now, "message-parked", &anonymous(&why)));
                put.push(Put::Message(Message {
                    revision: message.revision + 1,
                    phase: Phase::Parked { at: now, reason: why },
                    forget_at: Some(now + PARKED),
                    ..message
                }));
            }
            Ended::Nobody(why) => {
                passed.dropped += 1;
                put.push(audit(&message, now, "message-dropped", why));
                put.push(dropped(&message));
            }
        }
        match self.registry.store().commit(Change { expect, put }).await {
            Ok(_) | Err(CommitError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What was handed over is forgotten, except by a demonstration.
    fn sent(&self, message: &Message, composed: &Composed, now: Timestamp) -> Put {
        let kept = match message.channel {
            Channel::Mail => matches!(self.mailer, Mailer::Kept),
            Channel::Phone => matches!(self.phone, Phone::Kept),
        };
        if !kept {
            return dropped(message);
        }
        let written = &composed.written;
        let letter = json!({
            "to": composed.to.clone().unwrap_or_default(),
            "name": composed.name,
            "subject": written.subject,
            "text": written.text,
        });
        Put::Message(Message {
            revision: message.revision + 1,
            phase: Phase::Kept { at: now, letter },
            data: Json::Null,
            forget_at: Some(now + KEPT),
            ..message.clone()
        })
    }
}

impl Sending {
    /// Lets what is being handed over be finished, and ends.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// How long to wait after so many tries.
fn pause(attempts: u32) -> SignedDuration {
    let doubled = FIRST_PAUSE * 4_i32.saturating_pow(attempts.saturating_sub(1).min(8));
    doubled.min(LONGEST_PAUSE)
}

fn expected(message: &Message) -> Expect {
    Expect::MessageRevision {
        region: message.region.clone(),
        id: message.id.clone(),
        revision: message.revision,
    }
}

fn dropped(message: &Message) -> Put {
    Put::DropMessage {
        region: message.region.clone(),
        id: message.id.clone(),
    }
}

/// What the region's chain tells of a message: never what it says, nor an address, which could not be taken out of it
/// with the person.
fn audit(message: &Message, at: Timestamp, act: &str, why: &str) -> Put {
    let to = match &message.to {
        Recipient::Account(id) => json!({"account": id}),
        Recipient::Address { of, .. } => json!({"address_of": of}),
    };
    Put::Audit(Audit {
        region: message.region.clone(),
        application: None,
        at,
        actor: "outbox".into(),
        role: String::new(),
        act: act.into(),
        detail: json!({
            "id": message.id, "kind": message.kind, "to": to, "attempts": message.attempts, "why": why,
        }),
    })
}

/// What a server has answered, without the addresses and numbers that servers like to repeat.
fn anonymous(why: &str) -> String {
    let ends = |c: char| c.is_whitespace() || "<>()[]\"',;".contains(c);
    let told = why.split_inclusive(ends).map(|part| {
        let digits = part.chars().filter(char::is_ascii_digit).count();
        if !part.contains('@') && digits < 11 {
            return part.to_owned();
        }
        let end = part.chars().next_back().filter(|c| ends(*c));
        "…".chars().chain(end).collect()
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_stands_in_what_is_kept_of_an_answer() {
        for (why, expected) in [
            (
                "550 5.1.1 <niu@example.cn>: no such user",
                "550 5.1.1 <…>: no such user",
            ),
            ("not taken: niu@example.cn unknown", "not taken: … unknown"),
            ("number 13800138000, blocked (code 42)", "number …, blocked (code 42)"),
            ("451 4.7.1 try later", "451 4.7.1 try later"),
            ("", ""),
        ] {
            assert_eq!(anonymous(why), expected);
        }
    }

    #[test]
    fn pauses_grow_to_half_a_day_and_add_up_to_days() {
        let minutes: Vec<i64> = (1..ATTEMPTS).map(|attempts| pause(attempts).as_mins()).collect();
        assert_eq!(minutes, [1, 4, 16, 64, 256, 720, 720, 720, 720, 720, 720]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
        assert!(CLAIM.unsigned_abs() > super::super::smtp::SEND * 2);
    }
}
