//! Makes one change: looks whether everything it expects holds, then puts what it puts.

use super::account::{Account, RegisterEntry, Unit};
use super::application::{AnswerPage, Application};
use super::audit;
use super::change::{Change, Committed, Expect, Put};
use super::draft::Draft;
use super::error::{CommitError, StoreError, Subject};
use super::key;
use super::message::{self, Message};
use super::paper::{Certificate, FormVersion, Upload};
use super::record::{FORMAT, Record, decode, encode};
use super::session::{self, Session, Ticket};
use super::table::Table;

/// For so long after its end it is known whose a session was.
const SESSIONS_KNOWN: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// At most this many sessions, tickets and messages each are purged by one change, so that no change is endless.
const PURGE_LIMIT: usize = 10_000;

/// Makes the change in a draft. After an error the draft is thrown away.
pub(super) fn apply(draft: &mut Draft<'_, '_>, change: &Change) -> Result<Committed, CommitError> {
    for expected in &change.expect {
        expect(draft, expected)?;
    }
    let mut committed = Committed::default();
    for it in &change.put {
        if let Put::Audit(entry) = it {
            committed.audit.push(audit::append(draft, entry)?);
        } else {
            put(draft, it)?;
        }
    }
    Ok(committed)
}

fn expect(draft: &mut Draft<'_, '_>, expected: &Expect) -> Result<(), CommitError> {
    let (holds, what) = match expected {
        Expect::ApplicationRevision { region, id, revision } => {
            let stored = revision_of(draft, &[region, id], |it: Application| it.revision)?;
            (stored == *revision, Subject::Application)
        }
        Expect::AnswersRevision { region, id, revision } => {
            let stored = revision_of(draft, &[region, id], |it: Application| it.answers_revision)?;
            (stored == *revision, Subject::Answers)
        }
        Expect::PageRevision {
            region,
            application,
            page,
            revision,
        } => {
            let stored = revision_of(draft, &[region, application, page], |it: AnswerPage| it.revision)?;
            (stored == *revision, Subject::Page(page.clone()))
        }
        Expect::AccountRevision { region, id, revision } => {
            let stored = revision_of(draft, &[region, id], |it: Account| it.revision)?;
            (stored == *revision, Subject::Account)
        }
        Expect::RegisterRevision {
            region,
            register,
            id,
            revision,
        } => {
            let stored = revision_of(draft, &[region, register, id], |it: RegisterEntry| it.revision)?;
            (stored == *revision, Subject::RegisterEntry)
        }
        Expect::UnitRevision { region, id, revision } => {
            let stored = revision_of(draft, &[region, id], |it: Unit| it.revision)?;
            (stored == *revision, Subject::Unit)
        }
        Expect::MessageRevision { region, id, revision } => {
            let stored = revision_of(draft, &[region, id], |it: Message| it.revision)?;
            (stored == *revision, Subject::Message)
        }
        Expect::Session { region, token_hash } => (
            exists::<Session>(draft, &session::session_key(region, token_hash))?,
            Subject::Session,
        ),
        Expect::Ticket { region, kind, key } => (
            exists::<Ticket>(draft, &session::ticket_key(region, kind, key))?,
            Subject::Ticket,
        ),
        Expect::NoTicket { region, kind, key } => (
            !exists::<Ticket>(draft, &session::ticket_key(region, kind, key))?,
            Subject::Ticket,
        ),
        Expect::Counter { region, name, value } => return expect_counter(draft, region, name, *value),
    };
    if holds {
        Ok(())
    } else {
        Err(CommitError::Stale { what })
    }
}

fn revision_of<R: Record>(
    draft: &mut Draft<'_, '_>,
    ids: &[&str],
    revision: impl Fn(R) -> u64,
) -> Result<u64, StoreError> {
    Ok(draft.get(&key::of(ids))?.map_or(0, revision))
}

fn exists<R: Record>(draft: &mut Draft<'_, '_>, key: &[u8]) -> Result<bool, StoreError> {
    Ok(draft.bytes(R::TABLE, key)?.is_some())
}

fn expect_counter(draft: &mut Draft<'_, '_>, region: &str, name: &str, value: u64) -> Result<(), CommitError> {
    let stored = draft.bytes(Table::Counters, &key::of(&[region, name]))?;
    let stands = stored.map_or(Ok(0), |bytes| decode(Table::Counters, &bytes))?;
    if stands == value {
        Ok(())
    } else {
        Err(CommitError::CounterMoved {
            name: name.to_owned(),
            stands,
        })
    }
}

fn put(draft: &mut Draft<'_, '_>, put: &Put) -> Result<(), CommitError> {
    match put {
        Put::Application(it) => put_application(draft, it)?,
        Put::Title {
            region,
            application,
            title,
        } => {
            let mut stored = stored_application(draft, region, application)?;
            stored.title.clone_from(title);
            draft.put(&stored)?;
        }
        Put::DeleteApplication { region, id } => delete_application(draft, &key::of(&[region, id]))?,
        Put::Page(it) => put_page(draft, it)?,
        Put::DropPage {
            region,
            application,
            page,
        } => drop_page(draft, region, application, page)?,
        Put::Account(it) => draft.put(it.as_ref())?,
        Put::DeleteAccount { region, id } => {
            draft.remove::<Account>(&key::of(&[region, id]))?;
            drop_sessions(draft, region, id)?;
        }
        Put::Unit(it) => draft.put(it)?,
        Put::DeleteUnit { region, id } => {
            draft.remove::<Unit>(&key::of(&[region, id]))?;
        }
        Put::RegisterEntry(it) => draft.put(it)?,
        Put::DropRegisterEntry { region, register, id } => {
            draft.remove::<RegisterEntry>(&key::of(&[region, register, id]))?;
        }
        Put::Session(it) => draft.put(it)?,
        Put::DropSession { region, token_hash } => {
            draft.remove::<Session>(&session::session_key(region, token_hash))?;
        }
        Put::DropSessionsOf { region, account } => drop_sessions(draft, region, account)?,
        Put::Ticket(it) => draft.put(it)?,
        Put::DropTicket { region, kind, key } => {
            draft.remove::<Ticket>(&session::ticket_key(region, kind, key))?;
        }
        Put::PurgeExpired { region, now } => purge(draft, region, *now)?,
        Put::Counter { region, name, value } => {
            draft.write(
                Table::Counters,
                key::of(&[region, name]),
                encode(Table::Counters, value)?,
            );
        }
        Put::Certificate(it) => put_certificate(draft, it)?,
        Put::FormVersion(it) => {
            if !exists::<FormVersion>(draft, &it.key())? {
                draft.put(it)?;
            }
        }
        Put::Message(it) => draft.put(it)?,
        Put::DropMessage { region, id } => {
            draft.remove::<Message>(&key::of(&[region, id]))?;
        }
        Put::Upload(it) => draft.put(it)?,
        Put::Resealed(it) => {
            if draft.bytes(it.table, &it.key)? == it.before {
                draft.write(it.table, it.key.clone(), it.after.clone());
            }
        }
        Put::Audit(entry) => {
            audit::append(draft, entry)?;
        }
        Put::EraseAuditDetail {
            region,
            application,
            sequence,
            at,
        } => {
            audit::erase(draft, region, application.as_deref(), *sequence, *at)?;
        }
    }
    Ok(())
}

fn stored_application(draft: &mut Draft<'_, '_>, region: &str, id: &str) -> Result<Application, CommitError> {
    draft.get(&key::of(&[region, id]))?.ok_or(CommitError::Missing {
        what: Subject::Application,
    })
}

/// What page saves own stays as it is stored: they may have come in since the application was read.
fn put_application(draft: &mut Draft<'_, '_>, application: &Application) -> Result<(), CommitError> {
    let mut application = application.clone();
    match draft.get::<Application>(&application.key())? {
        Some(stored) => {
            application.title = stored.title;
            application.answers_revision = stored.answers_revision;
            application.updated_at = application.updated_at.max(stored.updated_at);
        }
        None => application.answers_revision = 0,
    }
    draft.put(&application)
}

fn put_page(draft: &mut Draft<'_, '_>, page: &AnswerPage) -> Result<(), CommitError> {
    let mut application = stored_application(draft, &page.region, &page.application)?;
    application.answers_revision += 1;
    application.updated_at = application.updated_at.max(page.saved_at);
    draft.put(&application)?;
    draft.put(page)
}

fn drop_page(draft: &mut Draft<'_, '_>, region: &str, application: &str, page: &str) -> Result<(), CommitError> {
    let mut stored = stored_application(draft, region, application)?;
    stored.answers_revision += 1;
    draft.put(&stored)?;
    draft.remove::<AnswerPage>(&key::of(&[region, application, page]))?;
    Ok(())
}

fn delete_application(draft: &mut Draft<'_, '_>, key: &[u8]) -> Result<(), CommitError> {
    if draft.remove::<Application>(key)?.is_none() {
        return Err(CommitError::Missing {
            what: Subject::Application,
        });
    }
    draft.remove_below::<AnswerPage>(key)?;
    draft.remove_below::<Upload>(key)?;
    Ok(())
}

fn drop_sessions(draft: &mut Draft<'_, '_>, region: &str, account: &str) -> Result<(), StoreError> {
    let places = key::below(&session::sessions_of(region, account));
    draft.remove_indexed::<Session>(places, usize::MAX)
}

fn purge(draft: &mut Draft<'_, '_>, region: &str, now: jiff::Timestamp) -> Result<(), StoreError> {
    let known = now.saturating_sub(SESSIONS_KNOWN).unwrap_or(now);
    let sessions = session::session_expiry(region, None)..session::session_expiry(region, Some(known));
    draft.remove_indexed::<Session>(sessions, PURGE_LIMIT)?;
    let tickets = session::ticket_expiry(region, None)..session::ticket_expiry(region, Some(now));
    draft.remove_indexed::<Ticket>(tickets, PURGE_LIMIT)?;
    let messages = message::forgetting(region, None)..message::forgetting(region, Some(now));
    draft.remove_indexed::<Message>(messages, PURGE_LIMIT)
}

/// A certificate that was issued is frozen.
fn put_certificate(draft: &mut Draft<'_, '_>, certificate: &Certificate) -> Result<(), CommitError> {
    let key = certificate.key();
    if exists::<Certificate>(draft, &key)? {
        return Err(CommitError::Taken {
            what: Subject::Certificate,
        });
    }
    draft.put(certificate)?;
    let mut pdf = vec![FORMAT];
    pdf.extend_from_slice(&certificate.pdf);
    draft.write(Table::CertificatePdfs, key, pdf);
    Ok(())
}
