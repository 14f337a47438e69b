//! The harness: the real router on a temporary database, with real plugins and real documents.
#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a harness fails by panicking"
)]

mod bench;
mod client;
mod copied;
mod large;
mod letters;
mod listening;
mod pairs;
mod post_office;
mod shell;
mod steps;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use dengji::definition::load::{Folders, Loaded, Sample, load, samples};
use dengji::document::{Renderer, RendererOptions};
use dengji::http::{App, Settings, Troubles, Watch, router};
use dengji::plugin::{Grant, Limits, Plugins};
use dengji::registry::demo::{self, DemoAccount};
use dengji::registry::{Clock, Office, Parts, Registry};
use dengji::store::{Files, Sealer, Store, StoreOptions};
use jiff::civil::Date;
use tempfile::TempDir;

pub use bench::AtWork;
pub use client::{Answer, Client, upload_metadata};
pub use copied::Copied;
pub use large::{LARGE, LargeRegion};
pub use letters::Mail;
pub use listening::Listening;
pub use pairs::{Upload, page_pairs};
pub use post_office::{PostOffice, Taken, Then};
pub use shell::{Told, command, dengji};
pub use steps::{Filed, first_pairs, with};

/// The day on which every test takes place, unless it sets the clock.
pub const TODAY: Date = Date::constant(2026, 11, 20);

/// The folder of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the repository")
        .to_path_buf()
}

/// The folders of the repository's definitions.
pub fn folders() -> Folders {
    Folders {
        forms: repository().join("forms"),
        plugins: repository().join("plugins/dist"),
    }
}

/// A process that renders documents in the repository's fonts.
pub async fn renderer() -> Renderer {
    let fonts = repository().join("themes/default/fonts");
    Renderer::start(RendererOptions::new(worker(), fonts))
        .await
        .expect("the renderer starts")
}

/// A server without a socket.
pub struct TestApp {
    /// The offices.
    pub registry: Registry,
    /// The clock, which stands still.
    pub clock: Clock,
    router: Router,
    folders: Folders,
    data: TempDir,
}

impl TestApp {
    /// All regions of the repository, with the demonstration's accounts and applications.
    pub async fn start() -> Self {
        Self::of(folders()).await
    }

    /// The regions of other folders.
    pub async fn of(folders: Folders) -> Self {
        Self::at(folders, temporary()).await
    }

    /// The regions of other folders, with its data in a folder of the test's choice.
    pub async fn at(folders: Folders, data: TempDir) -> Self {
        let loaded = load(&folders, None).expect("the definitions can be read");
        assert!(!loaded.has_errors(), "{:#?}", loaded.problems);
        Self::open(folders, loaded, data).await
    }

    /// The same data, opened anew with definitions read anew: what a restart does. Every client is dropped before.
    pub async fn restart(self) -> Self {
        let Self {
            registry,
            router,
            folders,
            data,
            ..
        } = self;
        drop((registry, router));
        let loaded = load(&folders, None).expect("the definitions can be read");
        Self::open(folders, loaded, data).await
    }

    /// Closes everything and gives the folders back, for commands that need the database to themselves.
    pub fn stop(self) -> (Folders, TempDir) {
        (self.folders, self.data)
    }

    async fn open(folders: Folders, loaded: Loaded, data: TempDir) -> Self {
        let clock = Clock::fixed(TODAY);
        let themes = repository().join("themes");
        let parts = Parts {
            store: Store::open(&data.path().join("dengji.redb"), &StoreOptions::default()).expect("the database opens"),
            files: Files::open(&data.path().join("files")).expect("the folder of files opens"),
            sealer: Sealer::load_or_create(&data.path().join("key")).expect("the key can be made"),
            renderer: renderer().await,
            plugins: Plugins::new(Limits::default(), Grant::default()).expect("the plugin engine starts"),
            clock: clock.clone(),
            public_url: "http://127.0.0.1".into(),
        };
        let registry = Registry::open(&loaded, parts).await.expect("the regions open");
        let app = App::new(registry.clone(), &themes, Settings::default()).expect("the themes load");
        Self {
            registry,
            clock,
            router: router(app),
            folders,
            data,
        }
    }

    /// The office of a region.
    pub fn office(&self, region: &str) -> Arc<Office> {
        Arc::clone(self.registry.office(region).expect("the region is served"))
    }

    /// The samples of a region.
    pub fn samples(&self, region: &str) -> Vec<Sample> {
        let office = self.office(region);
        let (samples, problems) = samples(&self.folders, office.region());
        assert!(problems.is_empty(), "{problems:#?}");
        samples
    }

    /// Enters the demonstration of a region: its accounts, and an application in each state.
    pub async fn demo(&self, region: &str) -> Vec<DemoAccount> {
        demo::seed(&self.registry, region, &self.samples(region))
            .await
            .expect("the demonstration can be entered")
    }

    /// A browser without a session.
    pub fn client(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// A browser before the same data, served as a demonstration.
    pub async fn demonstration(&self) -> Client {
        let settings = Settings {
            demo: [("north".to_owned(), Vec::new())].into_iter().collect(),
            ..Settings::default()
        };
        self.served(settings).await
    }

    /// A browser before the same data, served in another way.
    pub async fn served(&self, settings: Settings) -> Client {
        let themes = repository().join("themes");
        let app = App::new(self.registry.clone(), &themes, settings).expect("the themes load");
        Client::new(router(app))
    }

    /// A browser without a session on the same offices, of a server that watches its files.
    pub fn watching(&self) -> Client {
        let (_, live) = tokio::sync::watch::channel("1".into());
        let folders = Arc::new(self.folders.clone());
        let watch = Watch::new("1".into(), Troubles::default(), folders, live);
        let settings = Settings {
            watch: Some(watch),
            ..Settings::default()
        };
        let themes = repository().join("themes");
        let app = App::new(self.registry.clone(), &themes, settings).expect("the themes load");
        Client::new(router(app))
    }

    /// A browser in which the demonstration's account of this name is signed in.
    pub async fn signed_in(&self, region: &str, name: &str) -> Client {
        let mut client = self.client();
        let answer = client
            .post(
                &format!("/{region}/sign-in"),
                &[("name", name), ("password", demo::PASSWORD)],
            )
            .await;
        assert_eq!(answer.status, 303, "{name} cannot sign in: {}", answer.text());
        client
    }

    /// The folder of data.
    pub fn data(&self) -> &Path {
        self.data.path()
    }
}

/// A temporary folder, in memory where the machine has such a place: tests commit thousands of times.
fn temporary() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        TempDir::new_in(memory)
    } else {
        TempDir::new()
    };
    made.or_else(|_| TempDir::new())
        .expect("a temporary folder can be made")
}

/// The program that renders documents, built with the tests.
fn worker() -> PathBuf {
    program("render-worker")
}

/// A program of this package.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test knows its own path");
    let mut folder = test.parent().expect("it lies in a folder");
    if folder.ends_with("deps") {
        folder = folder.parent().expect("deps lies in the target folder");
    }
    folder.join(name)
}

/// The text of a PDF, by `pdftotext`; `None` where that program is not installed.
pub fn pdf_text(pdf: &[u8]) -> Option<String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let pdf = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&pdf));
    let output = child.wait_with_output().ok()?;
    let _ = writer.join();
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
