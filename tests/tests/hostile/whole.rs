//! Everything of a region that a post could change, to be compared before and after.

use dengji::store::{Accounts, Listing, Page};
use dengji_tests::{Client, Copied, Filed, TestApp};

/// The region of most of these tests.
pub(crate) const REGION: &str = "gansu";
/// The form of most of these tests.
pub(crate) const FORM: &str = "applied-technology";

/// An office with one application that is filled in.
pub(crate) struct Desk {
    pub(crate) app: TestApp,
    pub(crate) me: Client,
    pub(crate) filed: Filed,
    _copy: Option<Copied>,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::of(TestApp::start().await, None).await
    }

    /// The office of a copy that was changed.
    pub(crate) async fn of_copy(copy: Copied) -> Self {
        Self::of(TestApp::of(copy.folders()).await, Some(copy)).await
    }

    async fn of(app: TestApp, copy: Option<Copied>) -> Self {
        let accounts = app.staff(REGION).await;
        let mut me = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
        let filed = me
            .fill(REGION, &app.form(REGION, FORM), &app.answers(REGION, "complete"))
            .await;
        Self {
            app,
            me,
            filed,
            _copy: copy,
        }
    }

    /// The revision that a page shows now.
    pub(crate) async fn revision(&mut self, page: &str) -> String {
        let shown = self.me.get(&self.filed.page(page)).await;
        shown.hidden("~revision").expect("the page has a revision")
    }

    /// Everything of the region.
    pub(crate) async fn whole(&self) -> String {
        whole(&self.app, REGION).await
    }

    /// The answers that are stored, without how often they were saved.
    pub(crate) async fn answers(&self) -> String {
        let stored = self.app.stored(REGION, &self.filed.id).await;
        let mut told = String::new();
        for (page, stored) in &stored {
            let mut answers = serde_json::Value::Object(stored.answers.clone());
            unsealed(&mut answers);
            told += &format!("{page}: {answers}\n");
        }
        told
    }
}

/// Applications with their answers and files, accounts, units, messages, files on the disk, and how much was noted.
pub(crate) async fn whole(app: &TestApp, region: &str) -> String {
    let store = app.registry.store();
    let listed = store.applications(region, &Listing::All, &Page::first(1000)).await;
    let mut told = String::new();
    for application in listed.unwrap().items {
        told += &format!("{application:?}\n{:?}\n", app.stored(region, &application.id).await);
        told += &format!("{:?}\n", store.uploads(region, &application.id).await.unwrap());
    }
    let accounts = store.accounts(region, &Accounts::All).await.unwrap();
    told += &format!("{accounts:?}\n{:?}\n", store.units(region).await.unwrap());
    let messages = store.messages(region, &Page::first(1000)).await.unwrap().items;
    told += &format!("{} messages\n", messages.len());
    told += &format!("{} entries\n", store.verify_audit(region).await.unwrap().entries);
    told + &on_disk(&app.data().join("files")).join("\n")
}

/// The files below a folder.
fn on_disk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(on_disk(&path)),
            path => found.push(path.display().to_string()),
        }
    }
    found.sort();
    found
}

/// A sealed answer is sealed anew whenever its page is saved.
fn unsealed(answer: &mut serde_json::Value) {
    match answer {
        serde_json::Value::Object(fields) if fields.contains_key("$sealed") => *answer = "sealed".into(),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(unsealed),
        serde_json::Value::Array(items) => items.iter_mut().for_each(unsealed),
        _ => {}
    }
}
