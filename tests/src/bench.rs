//! What every benchmark begins with: an office with a filled-in application, and a runtime.

use std::path::Path;
use std::sync::Arc;

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
        let runtime = Runtime::new().expect("a runtime can be started");
        let data = TempDir::new_in(Path::new(folder)).expect("a folder on the disk can be made");
        let (app, client, person, form, answers, filed) = runtime.block_on(async {
            let app = TestApp::at(super::folders(), data).await;
            let accounts = app.staff("gansu").await;
            let account = accounts
                .iter()
                .find(|account| account.role == "registrant" && account.unit.is_some());
            let name = &account.expect("there is a registrant").name;
            let mut client = app.signed_in("gansu", name).await;
            let entered = app
                .registry
                .sign_in("gansu", name, demo::PASSWORD, &From::default())
                .await;
            let Entrance::In(entered) = entered.expect("the store can be read") else {
                panic!("the password fits");
            };
            let person = entered.person;
            let form = app.form("gansu", "applied-technology");
            let answers = app.answers("gansu", "complete");
            let filed = client.fill("gansu", &form, &answers).await;
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
