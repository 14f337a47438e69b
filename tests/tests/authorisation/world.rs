//! A region with everybody in it, and everything that can be asked for.

use std::collections::BTreeMap;

use dengji::definition::region::Sees;
use dengji::registry::demo;
use dengji::store::{Account, Accounts, Application, Change, Expect, Listing, Page, Put, Standing, Ticket, Unit};
use dengji_tests::{Client, Copied, TestApp};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::rows::{UPLOAD, file_field, upload_of};

/// Somebody who asks.
pub(crate) struct Somebody {
    /// The column.
    pub(crate) name: &'static str,
    /// Who that is.
    pub(crate) what: &'static str,
    /// The browser.
    pub(crate) client: Client,
    /// The account, where it is one of this region and signed in.
    pub(crate) me: Option<Me>,
}

/// An account in one of its roles.
pub(crate) struct Me {
    pub(crate) account: String,
    pub(crate) role: String,
    pub(crate) sees: Sees,
    pub(crate) unit: Option<String>,
}

/// A region with everybody in it.
pub(crate) struct World {
    pub(crate) app: TestApp,
    /// What the app reads its definitions from.
    _copy: Copied,
    pub(crate) region: &'static str,
    pub(crate) people: Vec<Somebody>,
    /// One application of the applicant in each state.
    pub(crate) applications: Vec<Application>,
    /// The applicant's account, and another unit's.
    pub(crate) accounts: [Account; 2],
    /// The applicant's unit, and another.
    pub(crate) units: [String; 2],
    /// What waits for approval: the way in, and the id.
    pub(crate) candidates: Vec<(String, String)>,
    /// What nobody may read who is refused.
    pub(crate) secrets: Vec<String>,
    /// What nobody of another unit may read in a list.
    pub(crate) others: Vec<String>,
    /// A static file's address.
    pub(crate) file: String,
    /// The secret that verifies a certificate.
    pub(crate) certificate: String,
    /// A file that was handed in, by application.
    pub(crate) files: BTreeMap<String, String>,
    /// How often a page was saved, by application and page.
    pub(crate) saved: BTreeMap<(String, String), u64>,
}

/// A register that the office keeps, and a document over it: no region has one of its own.
fn add_register(copy: &Copied, region: &str) {
    let file = format!("forms/{region}/region.yaml");
    let registers = "registers:\n  batches: {label: 批次, form: batch, editedBy: [office], seed: codes/batches.csv}\n";
    copy.edit(&file, "\nunits: ", &format!("\n{registers}units: "));
    let summary =
        "  summary: {label: 汇总表, template: documents/summary.typ, over: batches, by: [office, unit_admin]}\n";
    copy.edit(&file, "\ndocuments:\n", &format!("\ndocuments:\n{summary}"));
    for (path, text) in [
        (
            "registers/batch.form.yaml",
            "form: batch\ntitle: 批次\npages: {batch: {title: 批次, fields: {name: {label: 名称, type: text, required: true}}}}\n",
        ),
        ("codes/batches.csv", "id,name\nb1,第一批\n"),
        ("documents/summary.typ", "#json(\"/data.json\").entry.name\n"),
    ] {
        let path = copy.file(&format!("forms/{region}/{path}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// The secrets of links in letters.
pub(crate) const TOKENS: [(&str, &str); 3] = [
    ("activation", "activation-of-the-matrix"),
    ("reset", "reset-of-the-matrix"),
    ("verify-email", "email-of-the-matrix"),
];

impl World {
    pub(crate) async fn new(region: &'static str, other: &'static str) -> Self {
        let copy = Copied::of(&[region, other]);
        add_register(&copy, region);
        let app = TestApp::of(copy.folders()).await;
        app.demo(region).await;
        let strangers = app.staff(other).await;
        let store = app.registry.store();
        let all = store.accounts(region, &Accounts::All).await.unwrap();
        let applications = one_in_each_state(&app, region, &all).await;
        let applicant = all
            .iter()
            .find(|account| account.id == applications[0].applicant)
            .unwrap()
            .clone();
        let own = applicant.unit.clone().unwrap();
        let elsewhere = Unit::new(region, "unit-elsewhere".into(), "别处的研究院".into());
        put(&app, vec![Put::Unit(elsewhere)]).await;
        let units = [own, "unit-elsewhere".to_owned()];
        let mut world = Self {
            people: Vec::new(),
            secrets: Vec::new(),
            others: Vec::new(),
            candidates: Vec::new(),
            files: BTreeMap::new(),
            saved: BTreeMap::new(),
            file: static_file(&app).await,
            certificate: certificate(&app, region, &applications).await,
            accounts: [applicant.clone(), applicant.clone()],
            units,
            applications,
            region,
            app,
            _copy: copy,
        };
        world.enter_people(&all, &applicant).await;
        world.enter_strangers(other, &strangers[0].name).await;
        world.enter_candidates(&applicant).await;
        world.enter_links(&applicant).await;
        world.begin_uploads().await;
        world.keep_secrets().await;
        world.read_applications().await;
        world
    }

    async fn read_applications(&mut self) {
        for it in &self.applications {
            let uploads = self.app.registry.store().uploads(self.region, &it.id).await.unwrap();
            let first = uploads.into_iter().next();
            self.files.extend(first.map(|upload| (it.id.clone(), upload.file)));
            for (page, stored) in self.app.stored(self.region, &it.id).await {
                self.saved.insert((it.id.clone(), page), stored.revision);
            }
        }
        assert!(!self.files.is_empty());
    }

    async fn enter_people(&mut self, all: &[Account], applicant: &Account) {
        let [own, elsewhere] = self.units.clone().map(Some);
        let office = self.app.office(self.region);
        let sees = |account: &Account| office.role(&account.roles[0]).unwrap().sees;
        let one = |wanted: Sees| all.iter().find(|account| sees(account) == wanted).unwrap().clone();
        let (unit, handled, region) = (one(Sees::Unit), one(Sees::Handled), one(Sees::Region));
        let alone = all
            .iter()
            .find(|account| {
                sees(account) == Sees::Own && account.unit.is_none() && account.standing == Standing::Active
            })
            .unwrap()
            .clone();
        assert_eq!(
            unit.unit, own,
            "the demonstration's unit administrator is of the applicant's unit"
        );
        let nobody = self.app.client();
        self.people.push(Somebody {
            name: "nobody",
            what: "without a session",
            client: nobody,
            me: None,
        });
        let twin = |of: &Account, id: &str, unit: &Option<String>| Account {
            id: id.to_owned(),
            revision: 1,
            sign_in_name: format!("{id}@demo.example"),
            email: format!("{id}@demo.example"),
            name: format!("甲乙丙{id}"),
            unit: unit.clone(),
            ..of.clone()
        };
        self.somebody("applicant", "filed the applications", applicant, false)
            .await;
        let colleague = twin(applicant, "peer", &own);
        self.somebody("colleague", "the same role in the same unit", &colleague, true)
            .await;
        let stranger = twin(applicant, "stranger", &elsewhere);
        self.somebody("applicant elsewhere", "the same role in another unit", &stranger, true)
            .await;
        self.accounts[1] = stranger;
        self.somebody("individual", "files applications without a unit", &alone, false)
            .await;
        self.somebody("unit", "administrator of the applicant's unit", &unit, false)
            .await;
        let other = twin(&unit, "unit-admin-elsewhere", &elsewhere);
        self.somebody("unit elsewhere", "administrator of another unit", &other, true)
            .await;
        self.somebody(
            "recommender",
            "administrator of the unit that recommends",
            &handled,
            false,
        )
        .await;
        let other = twin(&handled, "recommender-elsewhere", &elsewhere);
        self.somebody("recommender elsewhere", "the same role in another unit", &other, true)
            .await;
        self.somebody("office", "the role that sees the region", &region, false)
            .await;
    }

    async fn somebody(&mut self, name: &'static str, what: &'static str, account: &Account, enter: bool) {
        if enter {
            put(&self.app, vec![Put::Account(Box::new(account.clone()))]).await;
        }
        let role = account.roles[0].clone();
        self.people.push(Somebody {
            name,
            what,
            client: self.app.signed_in(self.region, &account.sign_in_name).await,
            me: Some(Me {
                account: account.id.clone(),
                sees: self.app.office(self.region).role(&role).unwrap().sees,
                role,
                unit: account.unit.clone(),
            }),
        });
    }

    /// People of the other region: with their session there, and with its secret under this region's name.
    async fn enter_strangers(&mut self, other: &str, name: &str) {
        let there = self.app.signed_in(other, name).await;
        let mut forged = there.clone();
        let secret = there.cookie(&format!("session-{other}")).unwrap().to_owned();
        forged.set_cookie(&format!("session-{}", self.region), &secret);
        let both = [
            ("other region", "signed in in the other region", there),
            (
                "its session here",
                "the other region's session under this region's name",
                forged,
            ),
        ];
        for (name, what, client) in both {
            self.people.push(Somebody {
                name,
                what,
                client,
                me: None,
            });
        }
    }

    /// One of each way in that somebody approves.
    async fn enter_candidates(&mut self, like: &Account) {
        let office = self.app.office(self.region);
        for way in office.region().ways_in.values().filter(|way| way.approved_by.is_some()) {
            let unit_id = format!("unit-{}", way.id);
            let unit = Unit {
                standing: Standing::AwaitsApproval,
                way: way.id.to_string(),
                ..Unit::new(self.region, unit_id.clone(), format!("待审单位{}", way.id))
            };
            let id = match &way.role {
                None => unit_id,
                Some(role) => {
                    let account = Account {
                        id: format!("waits-{}", way.id),
                        revision: 1,
                        sign_in_name: format!("waits-{}@demo.example", way.id),
                        name: format!("待审人员{}", way.id),
                        unit: Some(unit_id),
                        roles: vec![role.to_string()],
                        standing: Standing::AwaitsApproval,
                        way: way.id.to_string(),
                        ..like.clone()
                    };
                    let id = account.id.clone();
                    put(&self.app, vec![Put::Account(Box::new(account))]).await;
                    id
                }
            };
            put(&self.app, vec![Put::Unit(unit)]).await;
            self.candidates.push((way.id.to_string(), id));
        }
    }

    /// What the links in letters open.
    async fn enter_links(&mut self, like: &Account) {
        let account = |id: &str, standing, link| Account {
            id: id.to_owned(),
            revision: 1,
            sign_in_name: format!("{id}@demo.example"),
            name: id.to_owned(),
            way: String::new(),
            standing,
            link,
            ..like.clone()
        };
        let waiting = account("awaits-link", Standing::AwaitsActivation, Some(hash(TOKENS[0].1)));
        let forgetful = account("forgetful", Standing::Active, None);
        let mut records = vec![Put::Account(Box::new(waiting)), Put::Account(Box::new(forgetful))];
        for (kind, token) in TOKENS {
            let id = if kind == "activation" {
                "awaits-link"
            } else {
                "forgetful"
            };
            records.push(Put::Ticket(Ticket {
                region: self.region.to_owned(),
                kind: kind.to_owned(),
                key: hash(token),
                data: json!({"account": id, "email": "forgetful@demo.example"}),
                expires_at: self.app.clock.now() + jiff::SignedDuration::from_hours(1),
            }));
        }
        put(&self.app, records).await;
    }

    /// The applicant of each application is sending a file.
    async fn begin_uploads(&self) {
        let ticket = |it: &Application| {
            let form = self.app.form(self.region, &it.form);
            let (page, field) = form
                .pages
                .values()
                .find_map(|page| Some((page, file_field(page)?)))
                .unwrap();
            let data = json!({
                "account": it.applicant, "id": upload_of(it), "application": it.id, "page": *page.id,
                "field": *field.id, "name": "a.pdf", "size": UPLOAD.len(),
            });
            Put::Ticket(Ticket {
                region: self.region.to_owned(),
                kind: format!("sending {}", it.applicant),
                key: it.id.clone(),
                data,
                expires_at: self.app.clock.now() + jiff::SignedDuration::from_hours(1),
            })
        };
        put(&self.app, self.applications.iter().map(ticket).collect()).await;
    }

    async fn keep_secrets(&mut self) {
        let store = self.app.registry.store();
        let own = store.unit(self.region, &self.units[0]).await.unwrap().unwrap().name;
        self.others = vec![own.clone()];
        self.others.extend(
            self.applications
                .iter()
                .map(|application| format!("applications/{}", application.id)),
        );
        self.secrets = vec![own, "别处的研究院".into(), self.accounts[1].name.clone()];
        self.secrets
            .extend([self.applications[0].title.clone(), self.accounts[0].name.clone()]);
        self.secrets.extend(["待审单位".to_owned(), "待审人员".to_owned()]);
        assert!(
            self.secrets.iter().all(|secret| !secret.is_empty()),
            "{:?}",
            self.secrets
        );
    }

    /// Every record of the region that a post could change, and how much was noted.
    pub(crate) async fn records(&self) -> String {
        let store = self.app.registry.store();
        let region = self.region;
        let listed = store
            .applications(region, &Listing::All, &Page::first(1000))
            .await
            .unwrap();
        let mut sessions = 0;
        let accounts = store.accounts(region, &Accounts::All).await.unwrap();
        for account in &accounts {
            sessions += store.sessions(region, &account.id).await.unwrap().len();
        }
        let messages = store.messages(region, &Page::first(1000)).await.unwrap().items;
        let noted = store.verify_audit(region).await.unwrap().entries;
        json!({
            "applications": listed.items,
            "accounts": accounts,
            "units": store.units(region).await.unwrap(),
            "messages": messages.len(),
            "sessions": sessions,
            "noted": noted,
            "sending": store.tickets(region, &format!("sending {}", self.applications[0].applicant)).await.unwrap().len(),
        })
        .to_string()
    }
}

/// The hash that is kept of a secret.
pub(crate) fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

async fn put(app: &TestApp, put: Vec<Put>) {
    let expect = Vec::<Expect>::new();
    app.registry.store().commit(Change { expect, put }).await.unwrap();
}

/// An application in each state, all of one person of a unit. What the demonstration has not of that person is walked
/// there by a sample.
async fn one_in_each_state(app: &TestApp, region: &str, accounts: &[Account]) -> Vec<Application> {
    let store = app.registry.store();
    let listed = store
        .applications(region, &Listing::All, &Page::first(1000))
        .await
        .unwrap();
    let of_unit = |application: &&Application| application.applicant_unit.is_some();
    let applicant = &listed.items.iter().find(of_unit).unwrap().applicant;
    let office = app.office(region);
    let samples = app.samples(region);
    let mut found = Vec::new();
    for state in office.region().workflow.states.keys() {
        let fits = |it: &&Application| it.applicant == *applicant && *it.state == **state;
        if let Some(known) = listed.items.iter().find(fits) {
            found.push(known.clone());
            continue;
        }
        let reaches = samples
            .iter()
            .filter(|sample| !sample.context["applicant"]["unit"].is_null());
        let mut reaches = reaches.filter_map(|sample| {
            let at = sample.walk.iter().position(|act| *act.state == **state)?;
            Some((sample, &sample.walk[..=at]))
        });
        let (sample, steps) = reaches
            .next()
            .unwrap_or_else(|| panic!("{state}: no sample goes there"));
        let id = demo::walk(&app.registry, &office, sample, steps, accounts)
            .await
            .unwrap();
        let walked = app.application(region, &id).await;
        assert_eq!((&*walked.state, &walked.applicant), (&**state, applicant));
        found.push(walked);
    }
    found
}

async fn static_file(app: &TestApp) -> String {
    let home = app.client().get("/").await.page();
    let at = home.find("/static/").expect("a page has a style");
    home[at..].split('"').next().unwrap().to_owned()
}

async fn certificate(app: &TestApp, region: &str, applications: &[Application]) -> String {
    let id = applications
        .iter()
        .find_map(|application| application.certificate.clone());
    let id = id.expect("something is registered");
    let found = app.registry.store().certificate(region, &id).await.unwrap();
    found.unwrap().verify_token
}
