//! What a server that watches its files knows of itself: the version that is live, what is wrong with
//! the files, where they are.

mod told;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::Receiver;

pub use told::Told;
pub(super) use told::{source_address, written};

use crate::definition::Language;
use crate::definition::form::Severity;
use crate::definition::load::Folders;
use crate::theme::view::WatchBar;

/// How long a browser's question for the next version waits for one.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// The problems that a page shows; how many more there are is counted.
const SHOWN: usize = 20;

/// One version of a watching server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Watch {
    version: Arc<str>,
    troubles: Arc<Troubles>,
    folders: Arc<Folders>,
    live: Receiver<Arc<str>>,
}

/// What is wrong with the files now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Troubles {
    /// Of each region with problems, served or not, by its folder.
    pub regions: BTreeMap<String, Vec<Told>>,
    /// Of the theme that every page begins with, and of what belongs to no region.
    pub shared: Vec<Told>,
}

impl Watch {
    /// The version called `version`. `live` always holds the version that is live, and its end is the
    /// server's.
    pub fn new(version: Arc<str>, troubles: Troubles, folders: Arc<Folders>, live: Receiver<Arc<str>>) -> Self {
        Self {
            version,
            troubles: Arc::new(troubles),
            folders,
            live,
        }
    }

    /// Where the definitions are.
    pub(super) fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Whether the folder `region` is there and has a mistake.
    pub(super) fn is_broken(&self, region: &str) -> bool {
        let told = self.troubles.regions.get(region);
        told.is_some_and(|told| told.iter().any(Told::is_error))
    }

    /// What a page says of the region, or of all where it belongs to none; `more` comes first.
    pub(super) fn bar(&self, region: Option<&str>, language: Language, more: Option<Told>) -> WatchBar {
        let of_regions = self.troubles.regions.iter();
        let mine = of_regions.filter(|(id, _)| region.is_none_or(|region| region == *id));
        let known = self.troubles.shared.iter().chain(mine.flat_map(|(_, told)| told));
        let mut all: Vec<&Told> = more.iter().chain(known).collect();
        all.sort_by_key(|told| told.severity);
        let mut shown: Vec<&Told> = Vec::new();
        for told in &all {
            // A mistake in a base is one of each region on it.
            if !shown.contains(told) {
                shown.push(told);
            }
        }
        let count = |severity| shown.iter().filter(|told| told.severity == severity).count();
        WatchBar {
            version: self.version.to_string(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            more: shown.len().saturating_sub(SHOWN),
            problems: shown.iter().take(SHOWN).map(|told| told.view(language)).collect(),
        }
    }

    /// The version that is live as soon as it is not `known`; none where that takes longer than a
    /// browser should wait, and when the server ends.
    pub(super) async fn next(&self, known: &str) -> Option<Arc<str>> {
        let mut live = self.live.clone();
        let changed = live.wait_for(|version| **version != *known);
        match tokio::time::timeout(PATIENCE, changed).await {
            Ok(Ok(version)) => Some(Arc::clone(&version)),
            Ok(Err(_)) | Err(_) => None,
        }
    }
}
