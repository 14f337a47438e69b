//! What every benchmark begins with: an office with a filled-in application, and a runtime.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dengji::check::Answers;
use dengji::definition::Form;
use dengji::registry::{Case, Entrance, From, Person, demo};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Client, Filed, TestApp};

/// An office at work.
pub struct AtWork {
    /// Where its futures run.
    pub runtime: Runtime,
    /// The server.
    pub app: TestApp,
    /// A registrant of a unit.
    pub client: Client,
    /// The same, as the registry knows them.
    pub person: Person,
    /// The largest form.
    pub form: Arc<Form>,
    /// A complete set of answers to it.
    pub answers: Answers,
    /// The registrant's application, filled with these answers and not submitted.
    pub filed: Filed,
}

impl AtWork {
    /// Gansu's office, on the disk below `folder`, so that a durable save costs what it costs.
    pub fn start(folder: &str) -> Self {
        Self::of("gansu", folder)
    }

    /// A region's office.
    pub fn of(region: &str, folder: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime can be started");
        let data = TempDir::new_in(Path::new(folder)).expect("a folder on the disk can be made");
        let (app, client, person, form, answers, filed) = runtime.block_on(async {
            let app = TestApp::at(super::folders(), data).await;
            let accounts = app.staff(region).await;
            let account = accounts
                .iter()
                .filter(|account| account.role == "registrant")
                .max_by_key(|account| account.unit.is_some());
            let name = &account.expect("there is a registrant").name;
            let mut client = app.signed_in(region, name).await;
            let entered = app
                .registry
                .sign_in(region, name, demo::PASSWORD, &From::default())
                .await;
            let Entrance::In(entered) = entered.expect("the store can be read") else {
                panic!("the password fits");
            };
            let person = entered.person;
            let form = app.form(region, "applied-technology");
            let answers = app.answers(region, "complete");
            let filed = client.fill(region, &form, &answers).await;
            (app, client, person, form, answers, filed)
        });
        Self {
            runtime,
            app,
            client,
            person,
            form,
            answers,
            filed,
        }
    }

    /// The application as the registrant sees it.
    pub fn case(&self) -> Case {
        let case = self
            .runtime
            .block_on(self.app.registry.case(&self.person, &self.filed.id));
        case.expect("the registrant sees it")
    }

    /// The processor time that one round of `work` takes, of all threads of this process; `None` where the system does
    /// not tell.
    pub fn processor_time<F: Future<Output = ()>>(&self, rounds: u32, mut work: impl FnMut() -> F) -> Option<Duration> {
        let before = processor_time()?;
        for _ in 0..rounds {
            self.runtime.block_on(work());
        }
        Some(processor_time()?.checked_sub(before)? / rounds)
    }

    /// The page that takes the most bytes.
    pub fn largest_page(&self) -> String {
        let pages = self.form.pages.values().filter(|page| !page.fields.is_empty());
        let sized = pages.map(|page| {
            let shown = self
                .runtime
                .block_on(self.client.clone().get(&self.filed.page(&page.id)));
            (shown.body.len(), page.id.to_string())
        });
        sized.max().expect("the form has pages").1
    }
}

fn processor_time() -> Option<Duration> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?.flatten();
    let of = |thread: std::fs::DirEntry| -> Option<u64> {
        let told = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        told.split(' ').next()?.parse().ok()
    };
    Some(Duration::from_nanos(threads.filter_map(of).sum()))
}
