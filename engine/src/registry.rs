//! What an office does: sign in, draft, save, check, act, print, list. Each that writes is one
//! transaction of the store.
//!
//! [`Registry`] holds all regions with everything compiled; [`Case`] is one application as one person
//! sees it. What a person may not see does not exist for them ([`Refused::NotFound`]).

pub mod accounts;
mod act;
mod asked;
mod attempts;
mod captcha;
mod case;
mod checkers;
mod clock;
mod code;
mod copy;
pub mod demo;
mod draft;
pub mod email;
mod history;
mod kept;
mod list;
mod live;
mod migrate;
mod office;
mod once;
mod operator;
pub mod outbox;
mod passed;
mod password;
mod people;
mod personal;
mod pick;
mod press;
mod print;
mod refused;
pub mod registers;
mod rows;
pub mod sample;
mod save;
mod sealed;
mod search;
mod settle;
mod sign_in_name;
mod stamp;
pub mod statistics;
mod table_sheet;
mod units;
mod unmask;
mod upload;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::definition::load::Loaded;
use crate::definition::{Id, Region};
use crate::document::Renderer;
use crate::plugin::Plugins;
use crate::store::{Change, Files, Put, Sealer, Store};

pub use act::{Acted, Given};
pub use asked::{PageNow, asked, computed_text, states};
pub use captcha::{Challenge, Riddle, Solution};
pub use case::{Case, Look, picked_names};
pub use clock::Clock;
pub use copy::Copied;
pub use history::Event;
pub use list::{Entry, EntryPage, Verified};
pub use live::Judged;
pub use migrate::{Fate, Outcome, Reason};
pub use office::{Office, OfficeError};
pub use once::Once;
pub use operator::{Link as PasswordLink, NewAccount, OPERATOR, Operator};
pub use people::{Entrance, From, Person, SignedIn};
pub use personal::{Erasure, Exported, Kept};
pub use pick::Wanted;
pub use print::Print;
pub use refused::Refused;
pub use save::{Command, Saved};
pub use search::{Found, MOST_SEARCHED, Order, Search};
pub use settle::unplaced;
pub use table_sheet::{SHEET_BYTES, TableSheet};
pub use units::Units;
pub use upload::{Begun, CHUNK_BYTES, Chunk, MOST_SENT, Received, Sending, WantedUpload, kind_of};

use password::Passwords;

/// All offices of a server, and what they share. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    offices: IndexMap<Id, Arc<Office>>,
    store: Store,
    files: Files,
    sealer: Sealer,
    renderer: Renderer,
    clock: Clock,
    passwords: Passwords,
    plugins: Plugins,
    public_url: String,
}

/// What a registry is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The uploaded files.
    pub files: Files,
    /// Seals sensitive answers.
    pub sealer: Sealer,
    /// Renders documents.
    pub renderer: Renderer,
    /// Runs plugins.
    pub plugins: Plugins,
    /// Tells the time.
    pub clock: Clock,
    /// How the server is reached from outside, without a slash at the end; goes into QR codes.
    pub public_url: String,
}

impl Registry {
    /// Opens every region: compiles its schemas, loads its plugins, settles what is stored under the
    /// definitions of today (renamed states and roles, seeded units). The keys must be those of the database.
    pub async fn open(loaded: &Loaded, parts: Parts) -> Result<Self, OfficeError> {
        parts.store.prove_keys(&parts.sealer).await?;
        let registry = Self::inspect(loaded, parts).await?;
        registry.settle().await?;
        registry.end_merges().await.map_err(OfficeError::Merges)?;
        Ok(registry)
    }

    /// The same without settling anything: nothing is written.
    pub async fn inspect(loaded: &Loaded, parts: Parts) -> Result<Self, OfficeError> {
        let mut offices = IndexMap::new();
        for (id, region) in &loaded.regions {
            let office = Office::compile(Arc::clone(region), &parts.plugins).await?;
            offices.insert(Id::clone(id), Arc::new(office));
        }
        let Parts {
            store,
            files,
            sealer,
            renderer,
            clock,
            public_url,
            plugins,
        } = parts;
        let passwords = Passwords::default();
        Ok(Self {
            inner: Arc::new(Inner {
                offices,
                store,
                files,
                sealer,
                renderer,
                clock,
                passwords,
                plugins,
                public_url,
            }),
        })
    }

    /// All offices, in the order of their ids.
    pub fn offices(&self) -> impl Iterator<Item = &Arc<Office>> {
        self.inner.offices.values()
    }

    /// The office of a region.
    pub fn office(&self, region: &str) -> Result<&Arc<Office>, Refused> {
        self.inner.offices.get(region).ok_or(Refused::NotFound)
    }

    /// The definition of a region.
    pub fn region(&self, region: &str) -> Result<&Arc<Region>, Refused> {
        Ok(self.office(region)?.region())
    }

    /// Opens a region that is not served yet, or opens it anew: compiles it and settles what is stored under it.
    pub async fn open_office(&self, region: Arc<Region>, plugins: &Plugins) -> Result<Arc<Office>, OfficeError> {
        let office = Arc::new(Office::compile(region, plugins).await?);
        self.with_offices([Arc::clone(&office)]).settle().await?;
        Ok(office)
    }

    /// The same registry with exactly these offices; store, files and sessions live on.
    pub fn with_offices(&self, offices: impl IntoIterator<Item = Arc<Office>>) -> Self {
        let offices = offices.into_iter();
        let mut offices: IndexMap<Id, Arc<Office>> =
            offices.map(|office| (Id::clone(&office.region().id), office)).collect();
        offices.sort_keys();
        self.copy(offices, self.inner.clock.clone())
    }

    /// The same registry at another time: for entering what happened earlier.
    pub(crate) fn at(&self, clock: Clock) -> Self {
        self.copy(self.inner.offices.clone(), clock)
    }

    fn copy(&self, offices: IndexMap<Id, Arc<Office>>, clock: Clock) -> Self {
        let inner = &*self.inner;
        Self {
            inner: Arc::new(Inner {
                offices,
                store: inner.store.clone(),
                files: inner.files.clone(),
                sealer: inner.sealer.clone(),
                renderer: inner.renderer.clone(),
                clock,
                passwords: inner.passwords.clone(),
                plugins: inner.plugins.clone(),
                public_url: inner.public_url.clone(),
            }),
        }
    }

    /// Forgets sessions, short-lived permissions and half-sent files that have ended, and sign-ups that nobody has
    /// completed.
    pub async fn purge(&self) -> Result<(), Refused> {
        let now = self.inner.clock.now();
        let purge = |region: &Id| Put::PurgeExpired {
            region: region.to_string(),
            now,
        };
        let put = self.inner.offices.keys().map(purge).collect();
        self.inner
            .store
            .commit(Change {
                expect: Vec::new(),
                put,
            })
            .await?;
        let swept = self.sweep_parts().await?;
        if swept > 0 {
            tracing::info!(swept, "what was left of files that were never sent whole is forgotten");
        }
        // Whoever was invited into a unit while it was merged follows.
        self.end_merges().await?;
        self.forget_lapsed().await
    }

    /// How the server is reached from outside, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.inner.public_url
    }

    /// The clock of the server.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The database, for what needs no office: backup, audit, tests.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }
}
