//! `serve --watch`: reads again what changed and makes it live, or keeps what was good and says what is
//! wrong.

mod region;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use indexmap::IndexMap;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use self::region::{Opened, Outcome, Served, open_region, open_shop};
use super::watch::{Change, Watching};
use super::{Failure, failure, seed_region};
use crate::definition::load::{Folders, Kept, relied_on};
use crate::definition::problem::{Format, print};
use crate::definition::{Id, Language, Text};
use crate::http::{App, Live, Settings, Told, Troubles, Watch};
use crate::plugin::Plugins;
use crate::registry::{Clock, Registry};
use crate::theme::Theme;

/// Where everything is read from, and how.
#[derive(Clone)]
pub(super) struct Sources {
    pub(super) folders: Arc<Folders>,
    pub(super) themes: PathBuf,
    /// Opens offices on the server's store; its own offices do not matter.
    pub(super) registry: Registry,
    pub(super) plugins: Plugins,
    /// What earlier readings know of files that did not change.
    pub(super) kept: Kept,
    /// The language of what the terminal says.
    pub(super) language: Language,
}

/// The server's present version, and how the next one is made.
pub(super) struct Reloader {
    sources: Sources,
    settings: Settings,
    /// Whether regions that appear get the demonstration's accounts.
    seeds: bool,
    front: Arc<Theme>,
    served: BTreeMap<String, Served>,
    /// What is wrong with each region's definition.
    definitions: BTreeMap<String, Vec<Told>>,
    /// What is wrong with each region's theme.
    themes: BTreeMap<String, Told>,
    /// What is wrong with the theme of pages that belong to no region.
    front_theme: Option<Told>,
    /// What is wrong with the folder as a whole.
    shared: Vec<Told>,
    /// What tells versions of this process from those of another.
    started: String,
    count: u64,
    live: watch::Sender<Arc<str>>,
    registry: watch::Sender<Registry>,
}

impl Reloader {
    /// Reads everything. Fails only where the theme of the pages that belong to no region is broken:
    /// there is nothing to show mistakes with.
    pub(super) async fn start(sources: Sources, settings: Settings, seeds: bool) -> Result<Self, Failure> {
        let themes = sources.themes.clone();
        let front = spawn_blocking(move || App::load_front(&themes)).await??;
        let started = Clock::system().now().as_millisecond().to_string();
        let mut reloader = Self {
            settings,
            seeds,
            front,
            served: BTreeMap::new(),
            definitions: BTreeMap::new(),
            themes: BTreeMap::new(),
            front_theme: None,
            shared: Vec::new(),
            live: watch::Sender::new(Arc::from(format!("{started}-0"))),
            started,
            count: 0,
            registry: watch::Sender::new(sources.registry.clone()),
            sources,
        };
        let everything = Change {
            everything: true,
            ..Change::default()
        };
        reloader.read(&everything).await;
        reloader.seed().await?;
        Ok(reloader)
    }

    /// The registry of the version that is live, now and later.
    pub(super) fn registry(&self) -> watch::Receiver<Registry> {
        self.registry.subscribe()
    }

    /// The regions that are served.
    pub(super) fn regions(&self) -> impl Iterator<Item = &Arc<crate::definition::Region>> {
        self.served.values().map(|served| served.office.region())
    }

    /// The accounts of the demonstration, by region.
    pub(super) fn accounts(&self) -> &IndexMap<String, Vec<crate::http::DemoAccount>> {
        &self.settings.demo
    }

    /// Makes every further change live, for ever.
    pub(super) async fn follow(mut self, watching: Watching, live: Live) {
        loop {
            let change = watching.next().await;
            self.read(&change).await;
            self.publish(&live);
            self.tell(&change);
            let known = self.settings.demo.len();
            if let Err(failed) = self.seed().await {
                tracing::warn!(
                    error = failed.text,
                    "the demonstration of a new region could not be entered"
                );
            }
            if self.settings.demo.len() != known {
                self.publish(&live);
            }
        }
    }

    /// The present version as the server of a request.
    pub(super) fn app(&self) -> App {
        let offices = self.served.values().map(|served| Arc::clone(&served.office));
        let registry = self.sources.registry.with_offices(offices);
        self.registry.send_replace(registry.clone());
        let shop = |served: &Served| (Id::clone(&served.office.region().id), Arc::clone(&served.shop));
        let shops: HashMap<_, _> = self.served.values().map(shop).collect();
        let watch = Watch::new(
            self.version(),
            self.troubles(),
            Arc::clone(&self.sources.folders),
            self.live.subscribe(),
        );
        let settings = Settings {
            watch: Some(watch),
            ..self.settings.clone()
        };
        App::of(registry, Arc::clone(&self.front), shops, settings)
    }

    fn version(&self) -> Arc<str> {
        format!("{}-{}", self.started, self.count).into()
    }

    fn publish(&mut self, live: &Live) {
        self.count += 1;
        live.swap(self.app());
        self.live.send_replace(self.version());
    }

    fn troubles(&self) -> Troubles {
        let mut regions = self.definitions.clone();
        for (id, told) in &self.themes {
            regions.entry(id.clone()).or_default().insert(0, told.clone());
        }
        Troubles {
            regions,
            shared: self.front_theme.iter().chain(&self.shared).cloned().collect(),
        }
    }

    /// Reads what the change concerns. What is sound takes the place of what was served; what is not
    /// leaves it.
    async fn read(&mut self, change: &Change) {
        self.shared.clear();
        let forms = self.sources.folders.forms.clone();
        let relied = spawn_blocking(move || relied_on(&forms)).await;
        let relied = match relied.map_err(|error| error.to_string()) {
            Ok(Ok(relied)) => relied,
            Ok(Err(error)) => return self.unreadable(error.to_string()),
            Err(error) => return self.unreadable(error),
        };
        self.served.retain(|id, _| relied.contains_key(id));
        self.definitions.retain(|id, _| relied.contains_key(id));
        self.themes.retain(|id, _| relied.contains_key(id));
        let changed = |folders: &std::collections::BTreeSet<String>| !folders.is_disjoint(&change.folders);
        // What is broken may be mended by any file.
        let concerned = relied.iter().filter(|(id, folders)| {
            let whole = self.served.contains_key(*id) && !self.is_broken(id);
            change.everything
                || change.plugins
                || changed(folders)
                || (!whole && (change.themes || !change.folders.is_empty()))
        });
        let concerned: Vec<String> = concerned.map(|(id, _)| id.clone()).collect();
        self.read_regions(&concerned).await;
        if change.themes || change.everything {
            self.read_themes(&concerned).await;
        }
    }

    fn is_broken(&self, id: &str) -> bool {
        let told = self.definitions.get(id);
        told.is_some_and(|told| told.iter().any(Told::is_error))
    }

    fn unreadable(&mut self, error: String) {
        let message = Text::both(format!("读不了定义所在的文件夹：{error}"), error);
        let told = Told::of("folder-unreadable", &self.sources.folders.forms, message);
        self.shared.push(told);
    }

    async fn read_regions(&mut self, ids: &[String]) {
        let opening: Vec<_> = ids
            .iter()
            .map(|id| {
                let (id, sources) = (id.clone(), self.sources.clone());
                let handle = tokio::runtime::Handle::current();
                spawn_blocking(move || open_region(id, &sources, &handle))
            })
            .collect();
        for opened in opening {
            match opened.await {
                Ok(opened) => self.take(opened),
                Err(error) => self.unreadable(error.to_string()),
            }
        }
    }

    fn take(&mut self, opened: Opened) {
        let Opened {
            id,
            outcome,
            problems,
            told,
            theme,
        } = opened;
        if !problems.is_empty() {
            let (forms, language) = (&self.sources.folders.forms, self.sources.language);
            eprint!("{}", print(&problems, forms, language, Format::Text { colour: false }));
        }
        // With a definition that cannot be read, nobody knows of its theme.
        if theme.is_some() || !matches!(outcome, Outcome::Broken) {
            self.themes.remove(&id);
        }
        self.themes.extend(theme.map(|theme| (id.clone(), theme)));
        match outcome {
            Outcome::Sound(served) => drop(self.served.insert(id.clone(), *served)),
            Outcome::Base => drop(self.served.remove(&id)),
            Outcome::Broken => {}
        }
        if told.is_empty() {
            self.definitions.remove(&id);
        } else {
            self.definitions.insert(id, told);
        }
    }

    /// Reads the themes again, but for those of regions that were just opened.
    async fn read_themes(&mut self, opened: &[String]) {
        let themes = self.sources.themes.clone();
        match spawn_blocking(move || App::load_front(&themes)).await {
            Ok(Ok(front)) => {
                self.front = front;
                self.front_theme = None;
            }
            Ok(Err(error)) => self.front_theme = Some(Told::theme(&error.error, &error.folders)),
            Err(error) => self.unreadable(error.to_string()),
        }
        let others = self.served.iter().filter(|(id, _)| !opened.contains(id));
        let opening: Vec<_> = others
            .map(|(id, served)| {
                let (id, themes) = (id.clone(), self.sources.themes.clone());
                let region = Arc::clone(served.office.region());
                (id, spawn_blocking(move || open_shop(&region, &themes)))
            })
            .collect();
        for (id, opened) in opening {
            match opened.await {
                Ok(Ok(shop)) => {
                    self.themes.remove(&id);
                    if let Some(served) = self.served.get_mut(&id) {
                        served.shop = shop;
                    }
                }
                Ok(Err(told)) => drop(self.themes.insert(id, *told)),
                Err(error) => self.unreadable(error.to_string()),
            }
        }
    }

    /// Enters the demonstration of every region that is served and has none yet.
    async fn seed(&mut self) -> Result<(), Failure> {
        if !self.seeds {
            return Ok(());
        }
        let registry = self
            .sources
            .registry
            .with_offices(self.served.values().map(|served| Arc::clone(&served.office)));
        let offices: Vec<_> = registry.offices().cloned().collect();
        for office in offices {
            let id = office.region().id.to_string();
            if !self.settings.demo.contains_key(&id) {
                let accounts = seed_region(&self.sources.folders, &registry, office.region()).await;
                let accounts = accounts.map_err(|Failure { text, .. }| failure(format!("{id}: {text}")))?;
                self.settings.demo.insert(id, accounts);
            }
        }
        Ok(())
    }

    /// One line in the log: how long it took, and how many problems there are.
    fn tell(&self, change: &Change) {
        let milliseconds = change.since.map_or(0, |since: Instant| since.elapsed().as_millis());
        let Troubles { regions, shared } = self.troubles();
        let problems = regions.values().map(Vec::len).sum::<usize>() + shared.len();
        if problems == 0 {
            tracing::info!(milliseconds, "what was saved is live");
        } else {
            tracing::warn!(
                milliseconds,
                problems,
                "what was saved has problems; the pages show them"
            );
        }
    }
}
