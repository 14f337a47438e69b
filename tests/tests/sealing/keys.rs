//! The disk, the keys and their rotation.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use dengji::definition::{Field, FieldType};
use dengji::registry::outbox::Letter;
use dengji::store::{
    Account, AnswerPage, Application, Change, Expect, KeyRing, LETTER, Page, Put, Recipient, ResealError,
    SECOND_FACTOR, SealError, Sealer, SecondFactor, Store, StoreOptions, Ticket, Unit, place,
};
use dengji_tests::{TestApp, command, dengji};
use jiff::civil::date;
use serde_json::{Map, Value as Json, json};

use super::{FORM, ID, REGION, files, holds};

/// The sensitive texts among answers.
fn sensitive<'a>(fields: impl Iterator<Item = &'a Field>, answers: &Map<String, Json>, found: &mut Vec<String>) {
    for field in fields {
        match (&field.kind, answers.get(&*field.id)) {
            (_, Some(Json::String(text))) if field.sensitive => found.push(text.clone()),
            (FieldType::Table(table), Some(Json::Array(rows))) => {
                for row in rows.iter().filter_map(Json::as_object) {
                    sensitive(table.columns.values(), row, found);
                }
            }
            _ => {}
        }
    }
}

/// Every sample of every region, walked to its end: certificates, prints, audit entries, messages.
#[tokio::test]
async fn nothing_sensitive_stands_in_clear_on_the_disk() {
    let app = TestApp::start().await;
    let mut secrets = Vec::new();
    for region in ["gansu", "guangxi"] {
        app.demo(region).await;
        for sample in app.samples(region).iter().filter(|sample| !sample.walk.is_empty()) {
            let form = app.form(region, &sample.form);
            let answers = app.answers(region, &sample.name);
            sensitive(form.fields().map(|(_, field)| field), &answers, &mut secrets);
        }
    }
    assert!(
        secrets.len() > 5 && secrets.iter().any(|secret| secret == ID),
        "{secrets:?}"
    );
    let (_, data) = app.stop();
    for (name, bytes) in files(data.path()) {
        for secret in &secrets {
            assert!(!holds(&bytes, secret), "{secret} stands in {name}");
        }
    }
}

#[tokio::test]
async fn a_sensitive_answer_is_found_without_being_opened() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut browser = app.signed_in(REGION, "invited@demo.example").await;
    let form = app.form(REGION, FORM);
    let filed = browser.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    let sealer = Sealer::load_or_create(&app.data().join("key")).unwrap();
    let found_by = sealer.found_by(REGION, ID).unwrap();
    let store = app.registry.store();
    let found = |list: Vec<Application>| list.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let of = async |found_by: &str, region| found(store.applications_found_by(region, found_by).await.unwrap());
    assert_eq!(of(&found_by, REGION).await, std::slice::from_ref(&filed.id));
    assert!(of(&found_by, "guangxi").await.is_empty());
    assert!(
        of(&Sealer::new(&[7; 32]).found_by(REGION, ID).unwrap(), REGION)
            .await
            .is_empty()
    );

    // What is no longer answered is no longer found.
    let mut answers = app.answers(REGION, "complete");
    answers["people"]
        .as_array_mut()
        .unwrap()
        .retain(|row| row["id_no"] != ID);
    assert_eq!(browser.save(&filed, &form, "people", &answers).await.status, 303);
    assert!(of(&found_by, REGION).await.is_empty());

    let mut answers = app.answers(REGION, "complete");
    answers.insert("name".into(), json!("再报一次"));
    let again = browser.fill(REGION, &form, &answers).await;
    drop(browser);
    let (_, data) = app.stop();
    let told = dengji(
        &["account", "find", REGION],
        data.path(),
        &format!(" {}\n", ID.to_lowercase()),
    )
    .done();
    assert!(
        told.contains(&again.id) && told.contains("再报一次") && !told.contains(&filed.id),
        "{told}"
    );
    assert!(
        dengji(&["account", "find", REGION], data.path(), "620102197009141018\n")
            .done()
            .contains("没有找到")
    );
    assert_eq!(dengji(&["account", "find", REGION], data.path(), "123\n").code, 2);
}

/// A store with so many pages, each with one sealed value, under the key in `key`.
async fn filled(folder: &Path, pages: usize) {
    let sealer = Sealer::load_or_create(&folder.join("key")).unwrap();
    let at = "2026-11-20T04:00:00Z";
    let application: Application = serde_json::from_value(json!({
        "region": REGION, "id": "a", "form": FORM, "form_hash": "", "title": "", "applicant": "ann",
        "applicant_name": "", "applicant_unit": null, "state": "draft", "state_since": at, "waits_for": null,
        "handled_by": [], "filed_on": null, "created_at": at, "updated_at": at, "revision": 1, "answers_revision": 0,
        "number": null, "registered_on": null, "certificate": null, "due_on": null, "returned": null, "summary": {},
    }))
    .unwrap();
    let store = open(folder);
    store.prove_keys(&sealer).await.unwrap();
    let put = Put::Application(Box::new(application.clone()));
    store
        .commit(Change {
            expect: vec![],
            put: vec![put],
        })
        .await
        .unwrap();
    for part in (0..pages).collect::<Vec<_>>().chunks(500) {
        let page = |n: &usize| {
            let mut value = sealer
                .seal(&place(REGION, &application.id, "people.id_no"), &plain(*n))
                .unwrap();
            sealer.make_findable(REGION, &plain(*n), &mut value);
            let answers = json!({"people": [{"id_no": value, "name": "x"}]});
            Put::Page(AnswerPage {
                removed: None,
                region: REGION.into(),
                application: application.id.clone(),
                page: format!("p{n}"),
                revision: 1,
                saved_at: application.created_at,
                answers: answers.as_object().unwrap().clone(),
            })
        };
        let put = part.iter().map(page).collect();
        store.commit(Change { expect: vec![], put }).await.unwrap();
    }
}

fn plain(n: usize) -> String {
    format!("{n:018}")
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("dengji.redb"), &StoreOptions::default()).unwrap()
}

/// How many values each key has sealed, once every one of them has opened, and been found.
async fn counts(folder: &Path, pages: usize) -> BTreeMap<String, u64> {
    let sealer = Sealer::from(KeyRing::load(&folder.join("key")).unwrap());
    let store = open(folder);
    store.prove_keys(&sealer).await.unwrap();
    for n in [0, pages / 2, pages - 1] {
        let found_by = sealer.found_by(REGION, &plain(n)).unwrap();
        let found = store.applications_found_by(REGION, &found_by).await.unwrap();
        let dossier = store.dossier(REGION, &found[0].id).await.unwrap().unwrap();
        let (application, stored) = (&dossier.application, &dossier.pages);
        let page = stored.iter().find(|page| page.page == format!("p{n}")).unwrap();
        let value = &page.answers["people"][0]["id_no"];
        let opened = sealer
            .open(&place(REGION, &application.id, "people.id_no"), value)
            .unwrap();
        assert_eq!((opened, stored.len()), (plain(n), pages));
        assert_eq!((application.answers_revision, page.revision), (pages as u64, 1));
    }
    store.sealed_with().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_killed_goes_on_where_it_stopped() {
    const PAGES: usize = 4000;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    filled(folder, PAGES).await;
    let before = counts(folder, PAGES).await;
    let (first, all) = before.first_key_value().unwrap();
    assert_eq!(
        (before.len(), *all),
        (1, PAGES as u64 + 1),
        "each page, and what the store knows its keys by"
    );
    std::fs::copy(folder.join("key"), folder.join("old")).unwrap();

    let mut child = command(&["keys", "rotate"], folder).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let second = lines.next().unwrap().split('：').next_back().unwrap().to_owned();
    assert!(lines.next().unwrap().contains("200"));
    child.kill().unwrap();
    child.wait().unwrap();
    let middle = counts(folder, PAGES).await;
    assert!(
        middle[&second] >= 200 && middle.values().sum::<u64>() == *all,
        "{middle:?}"
    );
    assert!(middle.contains_key(first), "it was killed in the middle: {middle:?}");
    let refused = dengji(&["keys", "drop", first], folder, "");
    assert!(refused.code == 2 && refused.err.contains("keys rotate"), "{refused:?}");

    let told = dengji(&["keys", "rotate"], folder, "").done();
    assert!(told.contains(&format!("dengji keys drop {first}")), "{told}");
    assert_eq!(
        counts(folder, PAGES).await,
        BTreeMap::from([(second.clone(), *all)]),
        "no third key was made"
    );
    let bytes = std::fs::read(folder.join("dengji.redb")).unwrap();
    assert!(
        !holds(&bytes, &format!("v1:{first}:")),
        "what the old key sealed is gone from the file"
    );

    dengji(&["keys", "drop", first], folder, "").done();
    let listed = dengji(&["keys", "list"], folder, "").done();
    assert!(
        listed.lines().count() == 1 && listed.contains(&second) && listed.contains(&all.to_string()),
        "{listed}"
    );
    counts(folder, PAGES).await;
    let old = KeyRing::load(&folder.join("old")).unwrap();
    let proved = open(folder).prove_keys(&old.into()).await;
    assert!(
        matches!(proved, Err(ResealError::Seal(SealError::OtherKeys))),
        "{proved:?}"
    );
    let third = dengji(&["keys", "rotate"], folder, "");
    assert!(
        third.err.contains("新密钥") && !third.err.contains(&second),
        "{third:?}"
    );
}

/// The same without a process: wherever it is dropped, all opens and a second run completes it.
#[tokio::test]
async fn a_rotation_may_be_dropped_after_any_step() {
    const PAGES: usize = 900;
    for steps in 1..4 {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        filled(folder, PAGES).await;
        let mut ring = KeyRing::load(&folder.join("key")).unwrap();
        ring.add(date(2026, 11, 21)).unwrap();
        ring.write(&folder.join("key")).unwrap();
        let newest = ring.newest().to_owned();
        let sealer = Sealer::from(ring);
        {
            let store = open(folder);
            let (heard, mut told) = tokio::sync::mpsc::unbounded_channel();
            let mut tell = |values| heard.send(values).unwrap();
            tokio::select! {
                biased;
                () = async { for _ in 0..steps { told.recv().await; } } => {}
                done = store.reseal(&sealer, &mut tell) => panic!("it was to be interrupted: {done:?}"),
            }
        }
        // A step that was being read when it was dropped still has the file open.
        while Store::open(&folder.join("dengji.redb"), &StoreOptions::default()).is_err() {
            tokio::task::yield_now().await;
        }
        let middle = counts(folder, PAGES).await;
        assert_eq!(middle.len(), 2, "{middle:?}");
        open(folder).reseal(&sealer, &mut |_| {}).await.unwrap();
        assert_eq!(counts(folder, PAGES).await.into_keys().collect::<Vec<_>>(), [newest]);
    }
}

/// A page that is saved while the rotation runs is neither lost nor put back.
#[tokio::test]
async fn what_is_saved_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    filled(folder, 600).await;
    let mut ring = KeyRing::load(&folder.join("key")).unwrap();
    ring.add(date(2026, 11, 21)).unwrap();
    ring.write(&folder.join("key")).unwrap();
    let sealer = Sealer::from(ring);
    let store = open(folder);
    let id = store
        .applications_found_by(REGION, &sealer.found_by(REGION, &plain(1)).unwrap())
        .await
        .unwrap()[0]
        .id
        .clone();
    let saves = async {
        for n in 0..50 {
            let page = store.page(REGION, &id, &format!("p{n}")).await.unwrap().unwrap();
            let mut page = AnswerPage { revision: 2, ..page };
            page.answers.insert("more".into(), json!(n));
            let expect = vec![Expect::PageRevision {
                region: REGION.into(),
                application: id.clone(),
                page: page.page.clone(),
                revision: 1,
            }];
            let put = vec![Put::Page(page)];
            store.commit(Change { expect, put }).await.unwrap();
        }
    };
    let mut tell = |_| {};
    let (done, ()) = tokio::join!(store.reseal(&sealer, &mut tell), saves);
    done.unwrap();
    store.reseal(&sealer, &mut |_| {}).await.unwrap();
    for n in 0..50 {
        let page = store.page(REGION, &id, &format!("p{n}")).await.unwrap().unwrap();
        let opened = sealer.open(&place(REGION, &id, "people.id_no"), &page.answers["people"][0]["id_no"]);
        assert_eq!(
            (opened.unwrap(), page.revision, &page.answers["more"]),
            (plain(n), 2, &json!(n))
        );
    }
    assert_eq!(store.sealed_with().await.unwrap().len(), 1);
}

#[tokio::test]
async fn wrong_missing_and_open_keys_are_told_and_change_nothing() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let while_open = dengji(&["keys", "rotate"], app.data(), "");
    assert!(
        while_open.code == 2 && while_open.err.contains("请先停止服务"),
        "{while_open:?}"
    );
    let (_, data) = app.stop();
    let (data, keys) = (data.path(), data.path().join("key"));
    let before = std::fs::read(&keys).unwrap();
    let other = tempfile::tempdir().unwrap();
    let others = other.path().join("key");
    Sealer::load_or_create(&others).unwrap();
    let others = others.to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];

    for args in [&["account", "list", REGION] as &[&str], &["keys", "rotate"], &serve] {
        let args = [args, &["--key-file", others]].concat();
        let told = dengji(&args, data, "");
        assert!(
            told.code == 2 && told.err.contains("these keys do not belong"),
            "{args:?} {told:?}"
        );
    }
    assert!(
        dengji(&["keys", "list", "--key-file", others], data, "")
            .done()
            .contains("缺失")
    );

    std::fs::rename(&keys, data.join("away")).unwrap();
    for args in [&["keys", "list"] as &[&str], &["account", "list", REGION], &serve] {
        let told = dengji(args, data, "");
        assert!(
            told.code == 2 && told.err.contains("找不到密钥文件"),
            "{args:?} {told:?}"
        );
    }
    assert!(!keys.exists(), "no new keys were made for data that have some");
    std::fs::rename(data.join("away"), &keys).unwrap();

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&keys, PermissionsExt::from_mode(0o640)).unwrap();
        let told = dengji(&["keys", "list"], data, "");
        assert!(told.code == 2 && told.err.contains("chmod 600"), "{told:?}");
        std::fs::set_permissions(&keys, PermissionsExt::from_mode(0o600)).unwrap();
    }

    let text = String::from_utf8(before.clone()).unwrap();
    let in_environment = |args: &[&str]| {
        let output = command(args, data)
            .env("DENGJI_KEYS", text.replace('\n', ";"))
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    std::fs::rename(&keys, data.join("away")).unwrap();
    assert_eq!(in_environment(&["account", "list", REGION]).0, Some(0));
    let (code, told) = in_environment(&["keys", "new"]);
    assert!(code == Some(2) && told.contains("DENGJI_KEYS"), "{told}");
    std::fs::rename(data.join("away"), &keys).unwrap();
    assert_eq!(std::fs::read(&keys).unwrap(), before);

    let secret: Vec<&str> = text.split_whitespace().filter(|word| word.len() == 64).collect();
    assert_eq!(secret.len(), 2);
    for args in [&["keys", "new"] as &[&str], &["keys", "list"], &["keys", "rotate"]] {
        let told = dengji(args, data, "");
        assert_eq!(told.code, 0, "{told:?}");
        assert!(
            !secret
                .iter()
                .any(|secret| told.out.contains(secret) || told.err.contains(secret))
        );
    }
}

/// Answers of accounts and units, second factors, tickets and letters, each in its own place.
#[tokio::test]
async fn every_kind_of_record_is_put_under_the_new_key() {
    let app = TestApp::start().await;
    app.demo(REGION).await;
    let store = app.registry.store();
    let now = app.registry.clock().now();
    let sealer = Sealer::load_or_create(&app.data().join("key")).unwrap();
    let seal = |owner: &str, field: &str| {
        sealer
            .seal(&place(REGION, owner, field), &json!(ID).to_string())
            .unwrap()
    };
    let mut account = Account::new(REGION, "acc".into(), "acc".into(), "acc".into(), now);
    account.sealed = json!({"id_no": seal("acc", "id_no")});
    account.second_factor = Some(SecondFactor {
        secret: seal("acc", SECOND_FACTOR),
        last_step: 0,
        recovery: vec![],
    });
    let mut unit = Unit::new(REGION, "uni".into(), "新单位".into());
    unit.sealed = json!({"people": [{"id_no": seal("uni", "people.id_no")}]});
    let ticket = |key: &str, data: Json| {
        Put::Ticket(Ticket {
            region: REGION.into(),
            kind: "second-factor".into(),
            key: key.into(),
            data,
            expires_at: now,
        })
    };
    let to = Recipient::Account("acc".into());
    let letter = app
        .registry
        .message(REGION, to, None, &Letter::PasswordChanged { at: now })
        .unwrap();
    let put = vec![
        Put::Account(Box::new(account)),
        Put::Unit(unit),
        ticket("acc", seal("acc", SECOND_FACTOR)),
        ticket("tic", json!({"answers": {"id_no": seal("tic", "id_no")}})),
        letter,
    ];
    store.commit(Change { expect: vec![], put }).await.unwrap();
    let before: u64 = store.sealed_with().await.unwrap().into_values().sum();
    let (_, data) = app.stop();
    let first = sealer.key();
    dengji(&["keys", "rotate"], data.path(), "").done();
    dengji(&["keys", "drop", first], data.path(), "").done();

    let sealer = Sealer::from(KeyRing::load(&data.path().join("key")).unwrap());
    let store = open(data.path());
    assert_eq!(
        store.sealed_with().await.unwrap(),
        BTreeMap::from([(sealer.key().to_owned(), before)])
    );
    let opens = |owner: &str, field: &str, value: &Json| {
        assert_eq!(
            sealer.open(&place(REGION, owner, field), value).unwrap(),
            json!(ID).to_string(),
            "{owner} {field}"
        );
    };
    let account = store.account(REGION, "acc").await.unwrap().unwrap();
    opens("acc", "id_no", &account.sealed["id_no"]);
    opens("acc", SECOND_FACTOR, &account.second_factor.unwrap().secret);
    let unit = store.unit(REGION, "uni").await.unwrap().unwrap();
    opens("uni", "people.id_no", &unit.sealed["people"][0]["id_no"]);
    let ticket = async |key| store.ticket(REGION, "second-factor", key).await.unwrap().unwrap().data;
    opens("acc", SECOND_FACTOR, &ticket("acc").await);
    opens("tic", "id_no", &ticket("tic").await["answers"]["id_no"]);
    let letters = store.messages(REGION, &Page::first(1000)).await.unwrap().items;
    for letter in &letters {
        sealer.open(&place(REGION, &letter.id, LETTER), &letter.data).unwrap();
    }
    assert!(!letters.is_empty());
}
