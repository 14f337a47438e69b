//! Files that come in chunks, so that a broken line costs one chunk and not the file.
//!
//! What is being sent is a ticket of its owner, which says what was announced, and the parts that have come, which say
//! how far it stands. Both outlive a restart, end by time and are seen by nobody else. A whole one goes through the
//! same checks and the same commit as a posted file ([`Registry::save_page`]).

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::{Received, refused, slot, too_large, too_many};
use crate::check::Path;
use crate::definition::Text;
use crate::definition::form::FileRules;
use crate::registry::save::not_editable;
use crate::registry::{Case, Person, Refused, Registry, Saved};
use crate::store::{Change, CommitError, Expect, FileId, Parts, Put, Ticket, fresh_id};
use crate::theme::input_name::{MARKER, REVISION};
use crate::workflow::Editing;

/// Bytes of a chunk at most.
pub const CHUNK_BYTES: usize = 1 << 20;
/// Bytes of a chunk at least, the last one apart: what comes is kept in as many pieces.
const LEAST_BYTES: u64 = 64 << 10;
/// Bytes of a file that comes in chunks, whatever its slot takes.
pub const MOST_SENT: u64 = 128 << 20;
/// Files that one person may be sending.
const PERSON_FILES: usize = 10;
/// Bytes of them in all.
const PERSON_BYTES: u64 = 256 << 20;
/// How long a file may take.
const SENT_WITHIN: SignedDuration = SignedDuration::from_hours(48);
/// Whole files are held in memory while they are looked into: so many at one time, others wait.
static WHOLE: Semaphore = Semaphore::const_new(2);

/// A file that somebody wants to send.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The path of the field.
    pub field: &'w str,
    /// The file's name.
    pub name: &'w str,
    /// Its bytes.
    pub size: u64,
}

/// What has come of wanting to send a file.
#[derive(Debug)]
pub enum Begun {
    /// It may come.
    Sending(Sending),
    /// It is larger than its field takes.
    TooLarge(Text),
}

/// A file that is being sent.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Its id.
    pub id: String,
    /// Its bytes, as they were announced.
    pub size: u64,
    /// How many of them have come.
    pub offset: u64,
    /// Until when the others may come.
    pub until: Timestamp,
}

/// What has come of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk {
    /// It is kept; the file stands here now.
    Kept(u64),
    /// The file stands elsewhere: here.
    Elsewhere(u64),
    /// It goes past the end that was announced; the file stands here.
    PastTheEnd(u64),
    /// It is no chunk: empty, or smaller than need be.
    TooSmall,
}

/// What the ticket says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Announced {
    account: String,
    id: String,
    application: String,
    page: String,
    field: String,
    name: String,
    size: u64,
    /// The page's revision with the file in it, once it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken: Option<u64>,
}

impl Announced {
    fn parts(&self, region: &str) -> Parts {
        Parts {
            region: region.to_owned(),
            id: self.id.clone(),
        }
    }
}

impl Registry {
    /// Begins to take a file for a field of a page as it stands in `pairs`, or as it is stored where there are none.
    pub async fn begin_sending(
        &self,
        person: &Person,
        case: &Case,
        page: &str,
        wanted: &Wanted<'_>,
        pairs: &[(String, String)],
    ) -> Result<Begun, Refused> {
        let pairs = marked(case, page, wanted.field, pairs);
        let (label, rules, count) = offered(case, page, wanted.field, &pairs)?;
        let most = rules.max_size.min(MOST_SENT);
        if wanted.size == 0 {
            let empty = Text::both("文件是空的", "the file is empty");
            return Err(refused(&label, &empty));
        }
        if wanted.size > most {
            return Ok(Begun::TooLarge(too_large(most)));
        }
        // Of a sole file the next one takes the place.
        if rules.max_items > 1 && count >= rules.max_items {
            return Err(refused(&label, &too_many(rules.max_items)));
        }
        self.room(case, wanted.size).await?;
        self.announce(person, case, page, wanted).await
    }

    /// Enters what is announced. Where the person sends too much already, the oldest makes room; of several that are
    /// begun at once no more pass than may.
    async fn announce(&self, person: &Person, case: &Case, page: &str, wanted: &Wanted<'_>) -> Result<Begun, Refused> {
        for _ in 0..=PERSON_FILES {
            let now = self.inner.clock.now();
            let is_over =
                |(ticket, announced): &(Ticket, Announced)| announced.taken.is_some() || ticket.expires_at <= now;
            let mut there = self.announced_by(person).await?;
            there.sort_by_key(|one| (!is_over(one), one.0.expires_at));
            let bytes = |there: &[(Ticket, Announced)]| -> u64 {
                let sent = there.iter().filter(|one| !is_over(one));
                sent.map(|(_, announced)| announced.size).sum()
            };
            while there.len() >= PERSON_FILES || (!there.is_empty() && bytes(&there) + wanted.size > PERSON_BYTES) {
                let (ticket, announced) = there.remove(0);
                self.forget(&ticket, &announced).await?;
            }
            let is_free = |place: &String| there.iter().all(|(ticket, _)| ticket.key != *place);
            let key = (0..PERSON_FILES).map(|place| place.to_string()).find(is_free);
            let key = key.ok_or(Refused::Busy)?;
            let announced = Announced {
                account: person.account.clone(),
                id: fresh_id(now)?,
                application: case.application().id.clone(),
                page: page.to_owned(),
                field: wanted.field.to_owned(),
                name: wanted.name.to_owned(),
                size: wanted.size,
                taken: None,
            };
            let ticket = ticket(person, key, &announced, now + SENT_WITHIN)?;
            let expect = vec![Expect::NoTicket {
                region: ticket.region.clone(),
                kind: ticket.kind.clone(),
                key: ticket.key.clone(),
            }];
            let sending = Sending {
                id: announced.id,
                size: wanted.size,
                offset: 0,
                until: ticket.expires_at,
            };
            let put = vec![Put::Ticket(ticket)];
            match self.inner.store.commit(Change { expect, put }).await {
                Ok(_) => return Ok(Begun::Sending(sending)),
                Err(CommitError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Refused::Busy)
    }

    /// How far the person's file stands.
    pub async fn sending(&self, person: &Person, application: &str, page: &str, id: &str) -> Result<Sending, Refused> {
        let (ticket, announced) = self.announced(person, application, page, id).await?;
        let offset = match announced.taken {
            Some(_) => announced.size,
            None => self.inner.files.reach(&announced.parts(&person.region)).await?,
        };
        Ok(Sending {
            id: announced.id,
            size: announced.size,
            offset,
            until: ticket.expires_at,
        })
    }

    /// Takes the chunk of the person's file that begins at `offset`.
    pub async fn take_chunk(
        &self,
        person: &Person,
        (application, page, id): (&str, &str, &str),
        offset: u64,
        chunk: bytes::Bytes,
    ) -> Result<Chunk, Refused> {
        let now = self.sending(person, application, page, id).await?;
        let end = offset.saturating_add(chunk.len() as u64);
        if offset != now.offset {
            return Ok(Chunk::Elsewhere(now.offset));
        }
        if end > now.size || chunk.len() > CHUNK_BYTES {
            return Ok(Chunk::PastTheEnd(now.offset));
        }
        if chunk.is_empty() || (end < now.size && (chunk.len() as u64) < LEAST_BYTES) {
            return Ok(Chunk::TooSmall);
        }
        let parts = Parts {
            region: person.region.to_string(),
            id: now.id,
        };
        match self.inner.files.put_part(&parts, offset, chunk).await? {
            true => Ok(Chunk::Kept(end)),
            false => Ok(Chunk::Elsewhere(self.inner.files.reach(&parts).await?)),
        }
    }

    /// Gives up a file that is being sent.
    pub async fn give_up(&self, person: &Person, application: &str, page: &str, id: &str) -> Result<(), Refused> {
        let (ticket, announced) = self.announced(person, application, page, id).await?;
        self.forget(&ticket, &announced).await
    }

    /// Takes a file that has come whole into the page, together with what is typed there. It is what was announced and
    /// what the sender has: `digest` is the SHA-256 of the file, as 64 lower-case hexadecimal digits. The same twice is
    /// the same once. Gives the path of its field with what saving has come to.
    pub async fn take_whole(
        &self,
        person: &Person,
        case: &Case,
        (page, id): (&str, &str),
        digest: &str,
        pairs: &[(String, String)],
    ) -> Result<(String, Saved), Refused> {
        let application = &case.application().id;
        let (ticket, announced) = self.announced(person, application, page, id).await?;
        if let Some(revision) = announced.taken {
            // The file is there; what is typed beside it may be something else by now.
            let saved = match pairs.is_empty() {
                true => taken_before(case, revision),
                false => self.save_page(person, case, page, pairs, &[]).await?,
            };
            return Ok((announced.field, saved));
        }
        let digest: FileId = digest.parse().map_err(|_| unproven())?;
        let pairs = marked(case, page, &announced.field, pairs);
        offered(case, page, &announced.field, &pairs)?;
        let _place = WHOLE.acquire().await.map_err(|_| Refused::Busy)?;
        let parts = announced.parts(&person.region);
        let whole = self.inner.files.whole(&parts, announced.size).await?;
        let Some(content) = whole else {
            // Another request of the same person may have been quicker.
            let (_, now) = self.announced(person, application, page, id).await?;
            now.taken.ok_or_else(unfinished)?;
            let saved = self.save_page(person, case, page, &pairs, &[]).await?;
            return Ok((now.field, saved));
        };
        let hashed = content.clone();
        let found = tokio::task::spawn_blocking(move || FileId::of(&hashed)).await;
        if found.map_err(|error| Refused::Failed(error.to_string()))? != digest {
            self.forget(&ticket, &announced).await?;
            return Err(unproven());
        }
        let file = Received {
            name: announced.name.clone(),
            content,
        };
        let files = [(announced.field.clone(), file)];
        let saved = self.save_page(person, case, page, &pairs, &files).await?;
        let field = announced.field.clone();
        let refused = saved.findings.iter().any(|finding| finding.rule == "file-refused");
        match refused {
            true => self.forget(&ticket, &announced).await?,
            false => self.taken(person, ticket, announced, saved.revision).await?,
        }
        Ok((field, saved))
    }

    /// Notes that the file is taken, for whoever did not hear the answer, and forgets its parts.
    async fn taken(&self, person: &Person, old: Ticket, announced: Announced, revision: u64) -> Result<(), Refused> {
        let taken = Announced {
            taken: Some(revision),
            ..announced
        };
        let change = Change {
            expect: vec![old.still_there()],
            put: vec![Put::Ticket(ticket(person, old.key, &taken, old.expires_at)?)],
        };
        match self.inner.store.commit(change).await {
            Ok(_) | Err(CommitError::Stale { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.inner.files.drop_parts(&taken.parts(&person.region)).await?)
    }

    /// Forgets what was announced, unless it has become something else meanwhile, and its parts.
    async fn forget(&self, ticket: &Ticket, announced: &Announced) -> Result<(), Refused> {
        let change = Change {
            expect: Vec::new(),
            put: vec![ticket.dropped()],
        };
        self.inner.store.commit(change).await?;
        Ok(self.inner.files.drop_parts(&announced.parts(&ticket.region)).await?)
    }

    /// Forgets the parts of files that nobody is sending any more. Gives of how many.
    pub(crate) async fn sweep_parts(&self) -> Result<usize, Refused> {
        // In this order: what is begun meanwhile is not among the first.
        let parted = self.inner.files.parted().await?;
        let mut tickets: HashMap<String, Vec<Ticket>> = HashMap::new();
        for parts in &parted {
            if !tickets.contains_key(&parts.region) {
                let mut of_region = self.inner.store.all_tickets(&parts.region).await?;
                of_region.retain(|ticket| ticket.kind.starts_with(KIND));
                tickets.insert(parts.region.clone(), of_region);
            }
        }
        let mut swept = 0;
        for parts in parted {
            let mut announced = tickets.get(&parts.region).into_iter().flatten();
            if !announced.any(|ticket| ticket.data["id"] == parts.id) {
                self.inner.files.drop_parts(&parts).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    async fn announced(
        &self,
        person: &Person,
        application: &str,
        page: &str,
        id: &str,
    ) -> Result<(Ticket, Announced), Refused> {
        let now = self.inner.clock.now();
        let mut all = self.announced_by(person).await?.into_iter();
        let this = all.find(|(ticket, announced)| {
            let here = announced.application == application && announced.page == page;
            here && announced.id == id && ticket.expires_at > now
        });
        this.ok_or(Refused::NotFound)
    }

    async fn announced_by(&self, person: &Person) -> Result<Vec<(Ticket, Announced)>, Refused> {
        let tickets = self.inner.store.tickets(&person.region, &kind(&person.account)).await?;
        let read = |ticket: Ticket| {
            let announced = serde_json::from_value(ticket.data.clone());
            announced.map(|announced| (ticket, announced))
        };
        let read: Result<_, _> = tickets.into_iter().map(read).collect();
        read.map_err(|error| Refused::Failed(format!("what is being sent cannot be read: {error}")))
    }
}

/// The parts of what these tickets announce, tickets of other kinds left out.
pub(in crate::registry) fn sending(tickets: &[Ticket]) -> impl Iterator<Item = Parts> {
    let tickets = tickets.iter().filter(|ticket| ticket.kind.starts_with(KIND));
    tickets.filter_map(|ticket| {
        Some(Parts {
            region: ticket.region.clone(),
            id: ticket.data["id"].as_str()?.to_owned(),
        })
    })
}

/// What the kind of these tickets begins with; the account follows.
const KIND: &str = "sending ";

fn kind(account: &str) -> String {
    format!("{KIND}{account}")
}

fn ticket(person: &Person, key: String, announced: &Announced, expires_at: Timestamp) -> Result<Ticket, Refused> {
    Ok(Ticket {
        region: person.region.to_string(),
        kind: kind(&person.account),
        key,
        data: serde_json::to_value(announced).map_err(|error| Refused::Failed(error.to_string()))?,
        expires_at,
    })
}

/// What was posted, with the field's marker; of a page that was not posted, the field alone as of now.
fn marked(case: &Case, page: &str, field: &str, pairs: &[(String, String)]) -> Vec<(String, String)> {
    let mut pairs = pairs.to_vec();
    if pairs.is_empty() {
        pairs.push((REVISION.to_owned(), case.page_revision(page).to_string()));
    }
    if !pairs.iter().any(|(name, value)| name == MARKER && value == field) {
        pairs.push((MARKER.to_owned(), field.to_owned()));
    }
    pairs
}

/// The field's label and rules and how many files it has, where the person may put one more there now.
fn offered(
    case: &Case,
    page: &str,
    field: &str,
    pairs: &[(String, String)],
) -> Result<(Text, FileRules, usize), Refused> {
    let fields = &case.form().pages.get(page).ok_or(Refused::NotFound)?.fields;
    if case.editing() == Editing::No {
        return Err(not_editable(case));
    }
    let at = field.parse::<Path>().ok().zip(slot(fields, field));
    let (at, (label, rules)) = at.ok_or_else(no_slot)?;
    let judged = case.judge(page, pairs)?;
    let shown = |state: Option<&crate::check::FieldState>| state.is_none_or(|state| state.shown);
    let is_shown = judged.evaluated.page_shown(page)
        && shown(judged.evaluated.field(at.root()))
        && shown(judged.evaluated.at(&at));
    if !is_shown || !case.posted(page, pairs)?.files.iter().any(|offered| offered == field) {
        return Err(no_slot());
    }
    let files = at.get(&judged.given).and_then(serde_json::Value::as_array);
    Ok((label.clone(), rules.clone(), files.map_or(0, Vec::len)))
}

/// What is told of a file that was taken already.
fn taken_before(case: &Case, revision: u64) -> Saved {
    Saved {
        revision,
        refused: Vec::new(),
        findings: Vec::new(),
        given: case.answers().clone(),
        show: None,
    }
}

fn no_slot() -> Refused {
    Refused::Input(Text::both(
        "这里现在不能上传文件，请刷新页面后再看",
        "No file can be uploaded here now; please reload the page.",
    ))
}

fn unfinished() -> Refused {
    Refused::Input(Text::both(
        "文件还没有传完，没有保存",
        "The file has not come whole and was not stored.",
    ))
}

fn unproven() -> Refused {
    Refused::Input(Text::both(
        "传来的内容与您的文件不一致（文件可能在上传期间改过），没有保存，请重新选择文件",
        "What came is not your file, which may have changed meanwhile; nothing was stored. Please choose it again.",
    ))
}
