//! The database, spoken to in the words of the domain. It hides redb, keys, indexes and the thread that writes.
//!
//! There is one way to write, [`Store::commit`], and it takes a value, [`Change`]: what must hold, and what is then
//! put. The writer takes all changes that have queued up, makes them in order in one durable transaction, and only
//! then answers; a change whose expectations do not hold is left out and its caller told which. Uniqueness, indexes
//! and the audit chains are kept in that same transaction, so what was acknowledged survives a `kill -9` and a loss
//! of power whole.
//!
//! Reads see a snapshot of what is committed; what is asked for all the time is remembered. Every record is kept under
//! its region; none is seen from another.

mod account;
mod application;
mod apply;
mod audit;
mod backup;
mod change;
mod draft;
mod error;
mod files;
mod hex;
mod id;
mod key;
mod message;
mod open;
mod paper;
mod recent;
mod record;
mod reseal;
mod seal;
mod session;
mod table;
#[cfg(test)]
mod tests;
mod view;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use redb::Database;
use tokio::sync::{Semaphore, mpsc, oneshot};

pub use account::{Account, Accounts, FormerName, RegisterEntry, SecondFactor, Standing, Unit};
pub use application::{AnswerPage, Application, Dossier, Listing, Occupied, Party, Returned};
pub use audit::{AuditBreak, AuditEntry, AuditProof};
pub use change::{Audit, Change, Committed, Expect, Put};
pub use error::{CommitError, OpenError, StoreError, Subject};
pub use files::{FileError, FileId, Files, Parts};
pub use id::fresh_id;
pub use message::{Channel, Message, Phase, Recipient};
pub use paper::{Certificate, FormVersion, Upload};
pub use reseal::{ResealError, Resealed};
pub use seal::{KeyInfo, KeyRing, LETTER, SECOND_FACTOR, SealError, Sealer, place};
pub use session::{Session, Ticket};
pub use view::{Listed, Page};

use recent::Recent;
use view::View;
use writer::Job;

/// How many reads run at a time; further ones wait.
const READERS: usize = 16;

/// How many stores were opened.
static STORES: AtomicU64 = AtomicU64::new(0);

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// How much memory the database may use to keep pages at hand.
    pub cache_bytes: usize,
}

impl Default for StoreOptions {
    /// 32 MiB of cache.
    fn default() -> Self {
        Self {
            cache_bytes: 32 * 1024 * 1024,
        }
    }
}

/// The database of all regions. Cheap to clone; when the last handle is dropped, what has queued up is committed
/// and the file is closed.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Option<Arc<Database>>,
    readers: Arc<Semaphore>,
    queue: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    recent: Arc<Recent>,
    commits: AtomicU64,
    lookups: Arc<AtomicU64>,
    path: PathBuf,
}

impl Store {
    /// Opens the database file at `path`, or makes it if there is none. Its folder must exist.
    pub fn open(path: &Path, options: &StoreOptions) -> Result<Self, OpenError> {
        let database = Arc::new(open::open(path, options.cache_bytes)?);
        let (queue, jobs) = mpsc::channel(writer::QUEUE);
        let for_writer = Arc::clone(&database);
        // No two stores count alike, so that nobody takes one's count for another's.
        let lookups = Arc::new(AtomicU64::new(STORES.fetch_add(1, Ordering::Relaxed) << 40));
        let changed = Arc::clone(&lookups);
        let recent = Arc::new(Recent::new());
        let told = Arc::clone(&recent);
        let writer = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer::run(&for_writer, &told, &changed, jobs))
            .map_err(|error| OpenError::Io {
                path: path.to_owned(),
                reason: error.to_string(),
            })?;
        let readers = Arc::new(Semaphore::new(READERS));
        let inner = Inner {
            database: Some(database),
            readers,
            queue: Some(queue),
            writer: Some(writer),
            recent,
            commits: AtomicU64::new(0),
            lookups,
            path: path.to_owned(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes a change, durably, or tells why not; then nothing of it was made.
    ///
    /// If the caller stops waiting, the change may still be made.
    pub async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        let (reply, outcome) = oneshot::channel();
        self.inner.commits.fetch_add(1, Ordering::Relaxed);
        let queue = self.inner.queue.as_ref().ok_or(StoreError::Closed)?;
        queue
            .send(Job { change, reply })
            .await
            .map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    /// How many changes were asked for since the database was opened: what a request costs, and whether two requests
    /// that should look alike cost the same.
    pub fn commits(&self) -> u64 {
        self.inner.commits.load(Ordering::Relaxed)
    }

    /// Another number after each change of units or registers, before whoever made it is told: what was read of them
    /// since it was the same is still so.
    pub fn lookups_version(&self) -> u64 {
        self.inner.lookups.load(Ordering::Acquire)
    }

    /// Where a counter stands; 0 if it was never put.
    pub async fn counter(&self, region: &str, name: &str) -> Result<u64, StoreError> {
        let key = key::of(&[region, name]);
        self.read(move |view| match view.bytes(table::Table::Counters, &key)? {
            Some(bytes) => record::decode(table::Table::Counters, &bytes),
            None => Ok(0),
        })
        .await
    }

    /// Runs a question on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&View) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.inner.readers)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let database = self.inner.database.clone().ok_or(StoreError::Closed)?;
        let answer = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            question(&View::new(&database)?)
        });
        answer.await.map_err(|error| StoreError::Failed {
            reason: error.to_string(),
        })?
    }
}

impl Drop for Inner {
    /// Closes the queue and waits until the writer has committed what is in it.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the database writer stopped with a panic");
        }
        // A damaged file can trip assertions of the database while it is being closed.
        let database = self.database.take();
        if catch_unwind(AssertUnwindSafe(|| drop(database))).is_err() {
            tracing::error!("the database was not closed in order");
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}
