//! The one thread that writes. It takes what has queued up, makes the changes in order within one durable
//! transaction, and only then tells each caller.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::Database;
use tokio::sync::{mpsc, oneshot};

use super::apply::apply;
use super::change::{Change, Committed, Put};
use super::draft::{Draft, Group};
use super::error::{CommitError, StoreError, failed};
use super::recent::{Recent, Written};

/// How many changes may wait; further callers wait for room.
pub(super) const QUEUE: usize = 1024;

/// How many changes one transaction holds at most.
const GROUP: usize = 64;

/// A change on its way, and where its caller waits.
pub(super) struct Job {
    pub(super) change: Change,
    pub(super) reply: oneshot::Sender<Outcome>,
}

/// What a caller is told.
pub(super) type Outcome = Result<Committed, CommitError>;

/// Writes until the queue is closed and empty.
pub(super) fn run(database: &Arc<Database>, recent: &Recent, lookups: &AtomicU64, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            jobs.push(next);
        }
        let (changes, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.change, job.reply)).unzip();
        let outcomes = commit_group(database, recent, &changes);
        let done = changes.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
        if done
            .into_iter()
            .any(|(change, _)| change.put.iter().any(concerns_lookups))
        {
            lookups.fetch_add(1, Ordering::Release);
        }
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // A caller that has gone away no longer wants to know; its change stands all the same.
            let _ = reply.send(outcome);
        }
    }
}

/// Whether units or entries of registers may be others after this.
fn concerns_lookups(put: &Put) -> bool {
    matches!(
        put,
        Put::Unit(_)
            | Put::DeleteUnit { .. }
            | Put::RegisterEntry(_)
            | Put::DropRegisterEntry { .. }
            | Put::Resealed(_)
    )
}

/// Makes the changes in one durable transaction. A change that does not hold is left out; if the transaction
/// itself fails, none is made and every caller is told so.
pub(super) fn commit_group(database: &Database, recent: &Recent, changes: &[Change]) -> Vec<Outcome> {
    // A damaged file can trip assertions of the database; the callers must hear of it all the same.
    let made = catch_unwind(AssertUnwindSafe(|| transaction(database, changes)));
    let reason = || "it stopped in the middle of a write; the file may be damaged".to_owned();
    match made.unwrap_or_else(|_| Err(StoreError::Failed { reason: reason() })) {
        Ok((outcomes, written)) => {
            recent.written(&written);
            outcomes
        }
        Err(error) => {
            recent.forget();
            vec![Err(error.into()); changes.len()]
        }
    }
}

/// What each change has come to, and all that was written.
fn transaction(database: &Database, changes: &[Change]) -> Result<(Vec<Outcome>, Vec<Written>), StoreError> {
    let mut transaction = database.begin_write().map_err(failed)?;
    // Saves what a repair would have to recompute, and commits in two phases: opening after a crash is instant.
    transaction.set_quick_repair(true);
    let mut group = Group::new(&transaction);
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        let mut draft = Draft::new(&mut group);
        let outcome = apply(&mut draft, change);
        if outcome.is_ok() {
            draft.keep()?;
        }
        outcomes.push(outcome);
    }
    let written = group.into_written();
    if outcomes.iter().any(Result::is_ok) {
        transaction.commit().map_err(failed)?;
    } else {
        transaction.abort().map_err(failed)?;
    }
    Ok((outcomes, written))
}
