//! The store as its callers see it, on a real file in a temporary folder.

mod chain;
mod changes;
mod lists;
mod messages;
mod people;
mod recent;
mod survival;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;

const REGION: &str = "north";

/// A store in a folder that goes when the test ends.
struct Office {
    store: Store,
    folder: tempfile::TempDir,
}

impl Office {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        Self { store, folder }
    }

    /// Closes the store and opens the same file anew.
    fn reopen(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        let store = open(folder.path());
        Self { store, folder }
    }

    /// Closes the store and gives the bare database, for mischief.
    fn mischief(self, act: impl FnOnce(&redb::Database)) -> Self {
        let Self { store, folder } = self;
        drop(store);
        act(&redb::Database::open(folder.path().join("data.redb")).unwrap());
        let store = open(folder.path());
        Self { store, folder }
    }

    async fn put(&self, put: impl IntoIterator<Item = Put>) {
        self.store.commit(change([], put)).await.unwrap();
    }
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("data.redb"), &StoreOptions::default()).unwrap()
}

fn change(expect: impl IntoIterator<Item = Expect>, put: impl IntoIterator<Item = Put>) -> Change {
    Change {
        expect: expect.into_iter().collect(),
        put: put.into_iter().collect(),
    }
}

/// A moment `seconds` after the tests' beginning of time.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn party(role: &str, unit: Option<&str>) -> Party {
    Party {
        role: role.into(),
        unit: unit.map(Into::into),
    }
}

fn application(id: &str) -> Application {
    Application {
        region: REGION.into(),
        id: id.into(),
        form: "applied".into(),
        form_hash: "f00d".into(),
        title: "无标题".into(),
        applicant: "ann".into(),
        applicant_name: "安".into(),
        applicant_unit: None,
        state: "draft".into(),
        state_since: at(0),
        waits_for: None,
        handled_by: Vec::new(),
        filed_on: None,
        created_at: at(0),
        updated_at: at(0),
        revision: 1,
        answers_revision: 0,
        number: None,
        registered_on: None,
        certificate: None,
        due_on: None,
        returned: None,
        summary: Value::Null,
    }
}

fn put(application: Application) -> Put {
    Put::Application(Box::new(application))
}

fn page(application: &str, page: &str, revision: u64) -> AnswerPage {
    let answers = json!({"name": "成果", "n": revision});
    let (region, application) = (REGION.to_owned(), application.to_owned());
    let answers = answers.as_object().unwrap().clone();
    AnswerPage {
        removed: None,
        region,
        application,
        page: page.into(),
        revision,
        saved_at: at(60),
        answers,
    }
}

fn application_is(id: &str, revision: u64) -> Expect {
    Expect::ApplicationRevision {
        region: REGION.into(),
        id: id.into(),
        revision,
    }
}

fn page_is(application: &str, page: &str, revision: u64) -> Expect {
    Expect::PageRevision {
        region: REGION.into(),
        application: application.into(),
        page: page.into(),
        revision,
    }
}

fn stale(what: Subject) -> Result<Committed, CommitError> {
    Err(CommitError::Stale { what })
}

fn taken(what: Subject) -> Result<Committed, CommitError> {
    Err(CommitError::Taken { what })
}
