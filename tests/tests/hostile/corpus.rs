//! Every payload in every field of every form of every region, and every page, letter and document that shows it:
//! each has the same structure as with harmless words.

use std::collections::{BTreeMap, BTreeSet};

use dengji::check::Answers;
use dengji::definition::load::Sample;
use dengji::definition::workflow::ActionField;
use dengji::definition::{FieldType, Form};
use dengji::registry::demo::DemoAccount;
use dengji::registry::sample;
use dengji::store::{Accounts, Change, Expect, Listing, Page, Phase, Put, Unit};
use dengji_tests::{Answer, Client, Filed, TODAY, TestApp, page_pairs, pdf_text};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use super::markup::{alike, kinds, shape};
use super::words::Words;

/// An office that is written to in one way.
struct Life {
    app: TestApp,
    region: &'static str,
    words: Words,
    accounts: Vec<DemoAccount>,
    /// What was answered, by what was asked.
    seen: BTreeMap<String, Answer>,
}

impl Life {
    async fn begin(region: &'static str, words: Words) -> Self {
        let app = TestApp::start().await;
        let accounts = app.staff(region).await;
        let life = Self {
            app,
            region,
            words,
            accounts,
            seen: BTreeMap::new(),
        };
        life.rename_everybody().await;
        life
    }

    /// Everybody who has an account is called so, and a unit.
    async fn rename_everybody(&self) {
        let store = self.app.registry.store();
        let mut unit = Unit::new(self.region, "unit-x".into(), self.words.text(3, 500));
        unit.revision = 1;
        let mut put = vec![Put::Unit(unit)];
        let accounts = store.accounts(self.region, &Accounts::All).await.unwrap();
        for (n, mut account) in accounts.into_iter().enumerate() {
            account.revision += 1;
            account.name = self.words.text(n, 300);
            put.push(Put::Account(Box::new(account)));
        }
        let expect: Vec<Expect> = Vec::new();
        store.commit(Change { expect, put }).await.unwrap();
    }

    fn note(&mut self, what: &str, answer: Answer) {
        assert!(answer.status < 500, "{what}: {}", answer.text());
        let before = self.seen.insert(what.to_owned(), answer);
        assert!(before.is_none(), "{what} was asked twice");
    }

    async fn look(&mut self, client: &mut Client, what: &str, address: &str) {
        let answer = client.get(address).await;
        self.note(what, answer);
    }

    fn put_words(&self, form: &Form, answers: &mut Answers, but: &BTreeSet<String>) {
        let mut n = 0;
        for (_, field) in form.fields().filter(|(_, field)| !but.contains(&*field.id)) {
            if let Some(answer) = answers.get_mut(&*field.id) {
                self.words.put(field, answer, &mut n);
            }
        }
    }

    async fn save(&self, client: &mut Client, filed: &Filed, form: &Form, page: &str, answers: &Answers) -> Answer {
        let address = filed.page(page);
        let revision = client.get(&address).await.revision();
        let (pairs, mut files) = page_pairs(&form.pages[page].fields, answers, revision.unwrap_or(0));
        for (n, file) in files.iter_mut().enumerate() {
            file.name = self.words.file_name(n, &file.name);
        }
        client.send_page(&address, &pairs, &files).await
    }

    /// Fills in everything, looks at every page of it, and gives what passes the check.
    async fn fill(&mut self, client: &mut Client, form: &Form, sample: &Sample) -> Filed {
        let of = format!("{} {}", form.id, sample.name);
        let plain = sample::answers(sample, None).unwrap();
        let filed = client.add(self.region, form, &plain).await;
        let mut answers = plain.clone();
        self.put_words(form, &mut answers, &BTreeSet::new());
        let pages: Vec<_> = form.pages.values().filter(|page| !page.fields.is_empty()).collect();
        for page in &pages {
            let saved = self.save(client, &filed, form, &page.id, &answers).await;
            self.note(&format!("{of}: saving {}", page.id), saved);
            self.look(client, &format!("{of}: {}", page.id), &filed.page(&page.id))
                .await;
        }
        for below in ["", "check", "review"] {
            self.look(client, &format!("{of}: first {below}"), &filed.at(below))
                .await;
        }
        for page in &pages {
            self.wrong(client, &of, &filed, page, &answers).await;
        }
        // What a rule forbids is put right, so that it can be handed in.
        let mut but = BTreeSet::new();
        for _ in 0..6 {
            let checked = client.get(&filed.at("check")).await;
            let found = named(&checked);
            if found.is_empty() {
                break;
            }
            but.extend(found);
            answers = plain.clone();
            self.put_words(form, &mut answers, &but);
            for page in &pages {
                let saved = self.save(client, &filed, form, &page.id, &answers).await;
                assert_eq!(saved.status, 303, "{of}: {} {}", page.id, saved.page());
            }
        }
        self.look(client, &format!("{of}: check"), &filed.at("check")).await;
        filed
    }

    /// Such words in every input of a page, the ones of choices, numbers and days too; and at an old revision.
    async fn wrong(
        &mut self,
        client: &mut Client,
        of: &str,
        filed: &Filed,
        page: &dengji::definition::Page,
        answers: &Answers,
    ) {
        let address = filed.page(&page.id);
        let revision = client.get(&address).await.revision();
        let (mut pairs, _) = page_pairs(&page.fields, answers, revision.unwrap_or(0));
        for (n, (_, value)) in pairs.iter_mut().filter(|(name, _)| !name.starts_with('~')).enumerate() {
            *value = self.words.text(n, 2000);
        }
        let judged = client.post(&format!("{address}/live"), &pairs).await;
        self.note_live(&format!("{of}: live {}", page.id), judged);
        let refused = client.post(&address, &pairs).await;
        self.note(&format!("{of}: wrong {}", page.id), refused);
        pairs[0].1 = "0".into();
        let stale = client.post(&address, &pairs).await;
        self.note(&format!("{of}: stale {}", page.id), stale);
        for field in page.fields.values() {
            let words = utf8_percent_encode(&self.words.text(1, 200), NON_ALPHANUMERIC).to_string();
            let pick = format!("{address}/pick?field={}&q={words}", field.id);
            self.look(client, &format!("{of}: pick {}", field.id), &pick).await;
        }
    }

    /// The markup that a script puts into a page.
    fn note_live(&mut self, what: &str, answer: Answer) {
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        let told: Json = serde_json::from_slice(&answer.body).unwrap();
        let changes = told["changes"].as_array().into_iter().flatten();
        let markup: Vec<&str> = changes.filter_map(|change| change["markup"].as_str()).collect();
        let body = markup.concat().into();
        self.note(what, Answer { body, ..answer });
    }

    /// What everybody sees who has to do with it.
    async fn everybody_looks(&mut self, what: &str, filed: &Filed) {
        let words = utf8_percent_encode(&self.words.text(2, 300), NON_ALPHANUMERIC).to_string();
        for account in self.accounts.clone() {
            let mut client = self.app.signed_in(self.region, &account.name).await;
            let below = ["", "/review", "/check", "/unmask"].map(|below| filed.at("") + below);
            let lists = [
                "applications",
                "queue",
                "certificates",
                "people",
                "units",
                "approvals",
                "statistics",
                "documents",
                "account",
                "profile",
                "roles",
            ];
            let lists = lists.map(|list| format!("/{}/{list}", self.region));
            let searched = lists
                .iter()
                .map(|list| format!("{list}?q={words}&search={words}&state={words}&sort={words}"));
            for address in below.iter().cloned().chain(lists.iter().cloned()).chain(searched) {
                let shown = address.replace(&filed.id, "ID").replace(&words, "WORDS");
                self.look(&mut client, &format!("{what}: {} asks {shown}", account.name), &address)
                    .await;
            }
        }
    }

    /// Walks a sample, with such words wherever the actions ask for a text.
    async fn walk(&mut self, sample: &Sample) {
        self.app.clock.set(sample::today(sample).unwrap().unwrap_or(TODAY));
        let form = self.app.form(self.region, &sample.form);
        let applicant = &sample.context["applicant"];
        let role = applicant["role"].as_str().unwrap().to_owned();
        let unit = applicant.get("unit").is_some_and(Json::is_string);
        let mut client = self.app.in_role(self.region, &self.accounts, &role, Some(unit)).await;
        let filed = self.fill(&mut client, &form, sample).await;
        for (n, step) in sample.walk.iter().enumerate() {
            let mut by = match step.by == role {
                true => client.clone(),
                false => self.app.in_role(self.region, &self.accounts, &step.by, None).await,
            };
            let what = format!("{} step {n}", sample.name);
            let inputs = self.inputs(&step.act, &step.input);
            self.look(&mut by, &what, &filed.action(&step.act)).await;
            let bad: Vec<(String, String)> = inputs
                .iter()
                .map(|(name, _)| (name.clone(), self.words.text(n, 2000)))
                .collect();
            let wrong = by.post(&filed.action(&step.act), &bad).await;
            self.note(&format!("{what} wrong"), wrong);
            let inputs: Vec<(&str, &str)> = inputs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            let now = self.app.application(self.region, &filed.id).await.state;
            if now == step.state && wrong_is_done(&self.seen[&format!("{what} wrong")]) {
                continue;
            }
            by.must_act(&filed, &step.act, &inputs).await;
        }
        self.everybody_looks(&sample.name, &filed).await;
        self.documents(&sample.name, &filed, &mut client).await;
    }

    fn inputs(&self, action: &str, given: &serde_json::Map<String, Json>) -> Vec<(String, String)> {
        let office = self.app.office(self.region);
        let form = &office.region().workflow.actions[action].form;
        let mut inputs = Vec::new();
        for (n, (id, field)) in form.iter().enumerate() {
            match field {
                ActionField::Field(field) if matches!(field.kind, FieldType::Text | FieldType::LongText) => {
                    inputs.push((id.to_string(), self.words.text(n, 400)));
                }
                ActionField::Field(_) => {
                    let value = given.get(&**id).and_then(Json::as_str).unwrap_or_default();
                    inputs.push((id.to_string(), value.to_owned()));
                }
                ActionField::Marks { .. } => {
                    for mark in given.get(&**id).and_then(Json::as_array).into_iter().flatten() {
                        let mark = mark.as_str().unwrap();
                        inputs.push((id.to_string(), mark.to_owned()));
                        inputs.push((format!("{id}.{mark}"), self.words.text(n, 400)));
                    }
                }
            }
        }
        inputs
    }

    /// Every document is made, with the text in it.
    async fn documents(&mut self, what: &str, filed: &Filed, client: &mut Client) {
        let office = self.app.office(self.region);
        for document in office.region().documents.keys() {
            let address = filed.at(&format!("documents/{document}"));
            self.look(client, &format!("{what}: {document}"), &address).await;
            let pdf = client.get(&format!("{address}/pdf")).await;
            if pdf.status != 200 {
                assert_eq!(pdf.status, 404, "{what}: {document} {}", pdf.page());
                continue;
            }
            assert!(pdf.body.starts_with(b"%PDF-"), "{what}: {document}");
            let title = self.app.application(self.region, &filed.id).await.title;
            let Some(text) = pdf_text(&pdf.body) else { continue };
            let squeezed = |text: &str| text.replace(char::is_whitespace, "");
            // Lines may be broken with a hyphen, so every word is looked for by itself.
            for word in title.split_whitespace() {
                let word: String = word.chars().take(12).collect();
                assert!(
                    squeezed(&text).contains(&squeezed(&word)),
                    "{what}: {document} lacks {word}: {text}"
                );
            }
        }
        let application = self.app.application(self.region, &filed.id).await;
        let Some(number) = application.certificate else { return };
        let store = self.app.registry.store();
        let certificate = store.certificate(self.region, &number).await.unwrap().unwrap();
        let address = format!("/verify/{}/{}", self.region, certificate.verify_token);
        let mut stranger = self.app.client();
        self.look(&mut stranger, &format!("{what}: verify"), &address).await;
    }

    /// Every letter, as text, as HTML and in the outbox.
    async fn letters(&mut self) {
        let letters = self.app.letters(self.region).await;
        assert!(!letters.is_empty(), "nothing was written");
        for letter in letters {
            assert!(!letter.subject.contains(['\r', '\n']), "{:?}", letter.subject);
            assert!(!letter.to.contains(['\r', '\n', ' ']), "{:?}", letter.to);
        }
        let listed = self
            .app
            .registry
            .store()
            .messages(self.region, &Page::first(500))
            .await
            .unwrap();
        let mut kept: Vec<_> = listed.items.into_iter().collect();
        kept.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let mut browser = self.app.demonstration().await;
        let mut written = Vec::new();
        for message in kept {
            let Phase::Kept { letter, .. } = &message.phase else {
                continue;
            };
            let shown = browser
                .get(&format!("/demo/outbox/{}/{}", self.region, message.id))
                .await;
            assert_eq!(shown.status, 200);
            let kind = shape(&shown.text()).join("\n");
            let html = letter["html"].as_str().map(shape).unwrap_or_default().join("\n");
            written.push(format!("{:?} {}\n{kind}\n{html}", message.channel, letter["to"]));
        }
        // Messages of one moment stand in no order.
        written.sort();
        let list = browser.get("/demo/outbox").await;
        self.note("outbox", list);
        let body = json!(written).to_string().into();
        let seen = self.app.client().get("/").await;
        self.note("letters", Answer { body, ..seen });
    }
}

fn wrong_is_done(answer: &Answer) -> bool {
    answer.status == 303
}

/// The fields that a check names.
fn named(checked: &Answer) -> BTreeSet<String> {
    let page = checked.page();
    let links = page.split("#f-").skip(1);
    let name = |rest: &str| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    links.map(name).collect()
}

/// Everything that there is to see of a region that is written to in this way.
async fn life(region: &'static str, words: Words) -> BTreeMap<String, Answer> {
    let mut life = Life::begin(region, words).await;
    let samples = life.app.samples(region);
    for form in life.app.office(region).region().forms.keys() {
        let walks = samples
            .iter()
            .filter(|sample| *sample.form == **form && !sample.walk.is_empty());
        let last = walks.max_by_key(|sample| {
            (
                sample.walk.last().is_some_and(|act| act.state == "done"),
                sample.walk.len(),
            )
        });
        life.walk(last.expect("every form has a walk")).await;
    }
    let returned = samples.iter().find(|sample| sample.name == "returned");
    life.walk(returned.expect("there is a sample that is returned")).await;
    life.letters().await;
    let text = life.words.text(0, 2000);
    let encoded = utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string();
    let mut stranger = life.app.client();
    let pairs = ["name", "password", "sign_in_name", "email", "again", "next"].map(|name| (name, text.as_str()));
    let answer = stranger.post_as_it_is(&format!("/{region}/sign-in"), &pairs).await;
    life.note("sign-in", answer);
    life.look(
        &mut stranger,
        "sign-in and on",
        &format!("/{region}/sign-in?next=/x{encoded}"),
    )
    .await;
    life.look(&mut stranger, "nowhere", &format!("/{region}/{encoded}"))
        .await;
    life.look(&mut stranger, "no region", &format!("/{encoded}")).await;
    let office = life.app.office(region);
    for way in office.region().ways_in.keys() {
        let page = format!("/{region}/sign-up/{way}");
        let mut pairs: Vec<(String, String)> = Vec::new();
        let shown = stranger.get(&page).await.text();
        for tag in shown.split(" name=\"").skip(1) {
            let name = tag.split('"').next().unwrap().to_owned();
            let marker = tag.split("value=\"").nth(1).and_then(|value| value.split('"').next());
            match name.as_str() {
                "~" => pairs.push((name, marker.unwrap_or_default().to_owned())),
                _ => pairs.push((name, text.clone())),
            }
        }
        let answer = stranger.post_as_it_is(&page, &pairs).await;
        life.note(&format!("sign-up {way}"), answer);
    }
    let listed = life
        .app
        .registry
        .store()
        .applications(region, &Listing::All, &Page::first(100))
        .await;
    assert!(listed.unwrap().items.len() >= 4);
    life.app.audit_holds(region).await;
    life.seen
}

async fn every_payload(region: &'static str) {
    let mut all = Words::all().into_iter();
    let harmless = life(region, all.next().unwrap()).await;
    assert!(harmless.len() > 200, "{} pages were seen", harmless.len());
    let mut known: BTreeSet<String> = harmless.values().flat_map(|answer| kinds(&answer.text())).collect();
    // Wherever somebody is led on to after signing in.
    known.extend(kinds("<input type='hidden' name='next' value='/'>"));
    for words in all {
        let hostile = life(region, words).await;
        let asked = |seen: &BTreeMap<String, Answer>| seen.keys().cloned().collect::<Vec<_>>();
        assert_eq!(asked(&harmless), asked(&hostile));
        for (what, answer) in &hostile {
            alike(what, &harmless[what], answer, &known);
        }
        assert_eq!(harmless["letters"].text(), hostile["letters"].text());
    }
}

#[tokio::test]
async fn no_word_becomes_markup_in_gansu() {
    every_payload("gansu").await;
}

#[tokio::test]
async fn no_word_becomes_markup_in_guangxi() {
    every_payload("guangxi").await;
}
