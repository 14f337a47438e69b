//! What a person does at the counter, step by step: fill in, check, act.

use std::collections::BTreeMap;

use dengji::check::Answers;
use dengji::definition::Form;
use dengji::definition::load::Sample;
use dengji::registry::demo::{self, DemoAccount};
use dengji::registry::sample;
use dengji::store::{Account, AnswerPage, Application, Change, Expect, Put};
use serde_json::Value as Json;

use super::{Answer, Client, TestApp, Upload, page_pairs};

impl TestApp {
    /// Enters the demonstration's accounts of a region, without its applications.
    pub async fn staff(&self, region: &str) -> Vec<DemoAccount> {
        let mut samples = self.samples(region);
        samples.iter_mut().for_each(|sample| sample.walk.clear());
        demo::seed(&self.registry, region, &samples)
            .await
            .expect("the accounts can be entered")
    }

    /// A browser in which somebody with this role is signed in, of this unit where one is named.
    pub async fn in_role(&self, region: &str, accounts: &[DemoAccount], role: &str, unit: Option<bool>) -> Client {
        let fits =
            |account: &&DemoAccount| account.role == role && unit.is_none_or(|unit| account.unit.is_some() == unit);
        let account = accounts
            .iter()
            .find(fits)
            .unwrap_or_else(|| panic!("{region} has an account for {role}"));
        self.signed_in(region, &account.name).await
    }

    /// Enters another account that is like one of the demonstration's, and signs it in.
    pub async fn colleague(&self, region: &str, of: &str, name: &str) -> Client {
        let store = self.registry.store();
        let known = store
            .account_by_sign_in_name(region, of)
            .await
            .expect("the store can be read")
            .expect("the account exists");
        let account = Account {
            id: name.to_owned(),
            revision: 1,
            sign_in_name: name.to_owned(),
            name: name.to_owned(),
            ..known
        };
        let expect = Expect::AccountRevision {
            region: region.to_owned(),
            id: name.to_owned(),
            revision: 0,
        };
        let change = Change {
            expect: vec![expect],
            put: vec![Put::Account(Box::new(account))],
        };
        store.commit(change).await.expect("the account can be entered");
        self.signed_in(region, name).await
    }

    /// The answers of a sample.
    pub fn answers(&self, region: &str, name: &str) -> Answers {
        let samples = self.samples(region);
        let sample: &Sample = samples
            .iter()
            .find(|sample| sample.name == name)
            .expect("the sample exists");
        sample::answers(sample, None).expect("the sample can be put together")
    }

    /// The current version of a form.
    pub fn form(&self, region: &str, form: &str) -> std::sync::Arc<Form> {
        std::sync::Arc::clone(self.office(region).form(form).expect("the form exists").form())
    }

    /// An application as it is stored.
    pub async fn application(&self, region: &str, id: &str) -> Application {
        self.registry
            .store()
            .application(region, id)
            .await
            .expect("the store can be read")
            .expect("the application exists")
    }

    /// The stored answers of an application by page; what is sensitive is sealed.
    pub async fn stored(&self, region: &str, id: &str) -> BTreeMap<String, AnswerPage> {
        let dossier = self
            .registry
            .store()
            .dossier(region, id)
            .await
            .expect("the store can be read");
        let pages = &dossier.expect("the application exists").pages;
        let by_id = pages.iter().map(|page| (page.page.clone(), AnswerPage::clone(page)));
        by_id.collect()
    }

    /// Asserts that no audit chain of the region is broken.
    pub async fn audit_holds(&self, region: &str) {
        let proof = self
            .registry
            .store()
            .verify_audit(region)
            .await
            .expect("the store can be read");
        assert!(proof.breaks.is_empty(), "{:?}", proof.breaks);
    }
}

/// An application and where its pages are.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The region.
    pub region: String,
    /// The application.
    pub id: String,
}

impl Filed {
    /// The address below the application's own.
    pub fn at(&self, below: &str) -> String {
        let tail = if below.is_empty() {
            String::new()
        } else {
            format!("/{below}")
        };
        format!("/{}/applications/{}{tail}", self.region, self.id)
    }

    /// The address of a page of the form.
    pub fn page(&self, page: &str) -> String {
        self.at(&format!("pages/{page}"))
    }

    /// The address of an action.
    pub fn action(&self, action: &str) -> String {
        self.at(&format!("actions/{action}"))
    }
}

impl Client {
    /// Adds an application: chooses the category and answers what is asked first.
    pub async fn add(&mut self, region: &str, form: &Form, answers: &Answers) -> Filed {
        let created = self
            .post(
                &format!("/{region}/applications/new/{}", form.id),
                &first_pairs(form, answers),
            )
            .await;
        assert_eq!(created.status, 303, "{}", created.text());
        let id = created
            .location()
            .split('/')
            .nth(3)
            .expect("the answer leads to the application");
        Filed {
            region: region.to_owned(),
            id: id.to_owned(),
        }
    }

    /// Fills and saves one page.
    pub async fn save(&mut self, filed: &Filed, form: &Form, page: &str, answers: &Answers) -> Answer {
        let address = filed.page(page);
        let shown = self.get(&address).await;
        assert_eq!(shown.status, 200, "{address}: {}", shown.text());
        let revision = shown.revision().unwrap_or(0);
        let (pairs, files) = page_pairs(&form.pages[page].fields, answers, revision);
        self.send_page(&address, &pairs, &files).await
    }

    /// Posts a page, with files where there are some.
    pub async fn send_page(&mut self, address: &str, pairs: &[(String, String)], files: &[Upload]) -> Answer {
        if files.is_empty() {
            self.post(address, pairs).await
        } else {
            self.upload(address, pairs, files).await
        }
    }

    /// Adds an application and saves every page of it, without looking at the pages first.
    pub async fn fill(&mut self, region: &str, form: &Form, answers: &Answers) -> Filed {
        let filed = self.add(region, form, answers).await;
        for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
            let address = filed.page(&page.id);
            let (pairs, files) = page_pairs(&page.fields, answers, 0);
            let mut saved = self.send_page(&address, &pairs, &files).await;
            // What was asked first is there already; the page that comes back knows its revision.
            if saved.status == 409 {
                let revision = saved.revision();
                let (pairs, files) = page_pairs(&page.fields, answers, revision.expect("the page has a revision"));
                saved = self.send_page(&address, &pairs, &files).await;
            }
            assert_eq!(saved.status, 303, "{}: {}", page.id, saved.text());
        }
        filed
    }

    /// Opens an action's page and takes the action with these inputs.
    pub async fn act(&mut self, filed: &Filed, action: &str, input: &[(&str, &str)]) -> Answer {
        let address = filed.action(action);
        let asked = self.get(&address).await;
        assert_eq!(asked.status, 200, "{address}: {}", asked.text());
        let revision = asked.hidden("~revision").expect("the page knows the revision");
        let mut pairs = vec![("~revision", revision.as_str())];
        pairs.extend(input);
        self.post(&address, &pairs).await
    }

    /// Takes an action that must succeed.
    pub async fn must_act(&mut self, filed: &Filed, action: &str, input: &[(&str, &str)]) {
        let done = self.act(filed, action, input).await;
        assert_eq!(done.status, 303, "{action}: {}", done.text());
    }
}

/// What the first step of an application posts.
pub fn first_pairs(form: &Form, answers: &Answers) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for id in &form.create {
        let page = &form.pages[&form.page_of[id]];
        let (all, _) = page_pairs(&page.fields, answers, 0);
        pairs.extend(
            all.into_iter()
                .filter(|(name, value)| **name == **id || (name == "~" && **value == **id)),
        );
    }
    pairs
}

/// The answers with some of them changed; null takes one away.
pub fn with(answers: &Answers, changes: &[(&str, Json)]) -> Answers {
    let mut answers = answers.clone();
    for (path, value) in changes {
        let parsed = path.parse().expect("the path is well formed");
        dengji::check::path::set(&mut answers, &parsed, value.clone()).expect("the path leads somewhere");
    }
    answers
}
