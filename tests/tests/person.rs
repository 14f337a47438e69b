//! One person's account and data in the hands of an operator: made, reset, switched off, exported, erased.

use dengji::registry::demo;
use dengji::registry::outbox::Letter;
use dengji::store::{Listing, Page, Put, Recipient, Ticket};
use dengji_tests::{Client, TestApp, dengji};
use serde_json::{Value as Json, json};

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";
const ID: &str = "620102197009141017";
const WHO: &str = "invited@demo.example";

async fn sign_in(app: &TestApp, name: &str, password: &str) -> Option<Client> {
    let mut client = app.client();
    let answer = client
        .post(&format!("/{REGION}/sign-in"), &[("name", name), ("password", password)])
        .await;
    (answer.status == 303).then_some(client)
}

/// The address of the link in what a command has printed.
fn link(told: &str) -> String {
    let line = told.lines().find(|line| line.contains("/reset/")).expect(told);
    line.trim().to_owned()
}

/// Opens a link and chooses a password.
async fn choose(app: &TestApp, link: &str, password: &str) -> u16 {
    let mut client = app.client();
    client.get(link).await;
    let chosen = client.post(link, &[("password", password), ("again", password)]).await;
    chosen.status
}

#[tokio::test]
async fn an_account_is_made_reset_and_switched_off_at_the_machine() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let used = dengji(&["account", "list", REGION], app.data(), "");
    assert!(used.code == 2 && used.err.contains("请先停止服务"), "{used:?}");
    let in_english = dengji(&["account", "list", REGION, "--lang", "en"], app.data(), "");
    assert!(in_english.err.contains("stop the server"), "{in_english:?}");

    let (folders, data) = app.stop();
    let create = |more: &[&str], input: &str| {
        let args = [
            "account",
            "create",
            REGION,
            "--name",
            "马玉兰",
            "--sign-in",
            "ma@example.cn",
        ];
        dengji(&[&args as &[&str], more].concat(), data.path(), input)
    };
    for (more, said) in [
        (&[] as &[&str], "registrant"),
        (&["--role", "registar"], "没有角色"),
        (&["--role", "unit_admin"], "--unit"),
        (&["--role", "unit_admin", "--unit", "没有的单位"], "没有单位"),
    ] {
        let told = create(more, "");
        assert!(told.code == 2 && told.err.contains(said), "{told:?}");
    }
    for (typed, said) in [("short\n", "密码长度"), ("", "标准输入是空的")] {
        let told = create(&["--role", "registrant", "--password-stdin"], typed);
        assert!(told.code == 2 && told.err.contains(said), "{told:?}");
    }
    let made = create(
        &["--role", "registrant", "--role", "unit_admin", "--unit", "陇原大学"],
        "",
    )
    .done();
    let first = link(&made);
    assert!(
        made.contains("一次有效") && first.starts_with("/gansu/reset/"),
        "{made}"
    );
    let taken = create(&["--role", "registrant"], "");
    assert!(taken.code == 2 && taken.err.contains("已被使用"), "{taken:?}");
    let listed = dengji(&["account", "list", REGION], data.path(), "").done();
    let line = listed.lines().find(|line| line.contains("ma@example.cn")).unwrap();
    assert!(
        line.contains("马玉兰") && line.contains("单位管理员") && line.contains("可用"),
        "{line}"
    );
    assert!(!listed.contains("argon2"), "{listed}");

    let app = TestApp::at(folders, data).await;
    assert_eq!(choose(&app, &first, "Chosen#2026").await, 303);
    assert_ne!(choose(&app, &first, "Again#2026").await, 303, "the link opens once");
    let mut browser = sign_in(&app, "ma@example.cn", "Chosen#2026")
        .await
        .expect("the chosen password fits");
    let home = browser.get(&format!("/{REGION}/applications")).await.page();
    assert!(home.contains("马玉兰") && home.contains("切换为：单位管理员"), "{home}");
    let kept = browser.kept();

    let (folders, data) = app.stop();
    let reset = ["account", "reset", REGION, "ma@example.cn", "--password-stdin"];
    let told = dengji(&reset, data.path(), "Typed#2026\n").done();
    assert!(!told.contains("Typed#2026"), "{told}");
    let app = TestApp::at(folders, data).await;
    let mut before = kept;
    before.connect(&app);
    let asked = before.get(&format!("/{REGION}/applications")).await;
    assert!(asked.location().contains("sign-in"), "a reset ends every session");
    drop(before);
    assert!(sign_in(&app, "ma@example.cn", "Chosen#2026").await.is_none());
    let mut browser = sign_in(&app, "ma@example.cn", "Typed#2026")
        .await
        .expect("the typed password fits");
    let kept = {
        assert_eq!(browser.get(&format!("/{REGION}/applications")).await.status, 200);
        browser.kept()
    };

    let (folders, data) = app.stop();
    dengji(&["account", "disable", REGION, "ma@example.cn"], data.path(), "").done();
    let app = TestApp::at(folders, data).await;
    let mut browser = kept;
    browser.connect(&app);
    assert!(
        browser
            .get(&format!("/{REGION}/applications"))
            .await
            .location()
            .contains("sign-in")
    );
    assert!(sign_in(&app, "ma@example.cn", "Typed#2026").await.is_none());
    drop(browser);

    let (folders, data) = app.stop();
    dengji(&["account", "enable", REGION, "ma@example.cn"], data.path(), "").done();
    let app = TestApp::at(folders, data).await;
    assert!(sign_in(&app, "ma@example.cn", "Typed#2026").await.is_some());
    let entries = app
        .registry
        .store()
        .audit_region(REGION, &Page::first(100))
        .await
        .unwrap();
    let mut acts: Vec<String> = entries
        .items
        .into_iter()
        .filter(|it| it.actor == "operator")
        .map(|it| it.act)
        .collect();
    acts.reverse();
    assert_eq!(
        acts,
        ["account-create", "account-reset", "account-disable", "account-enable"]
    );
    app.audit_holds(REGION).await;
}

/// A person with a draft, an application under way and a registered one; a message and a ticket.
struct Life {
    app: TestApp,
    account: String,
    draft: String,
    filed: String,
    registered: String,
}

impl Life {
    async fn lived() -> Self {
        let app = TestApp::start().await;
        app.demo(REGION).await;
        let store = app.registry.store();
        let account = store.account_by_sign_in_name(REGION, WHO).await.unwrap().unwrap();
        let own = Listing::Applicant(account.id.clone());
        let own = store.applications(REGION, &own, &Page::first(100)).await.unwrap().items;
        let in_state = |state: &str| {
            own.iter()
                .find(|it| it.state == state)
                .unwrap_or_else(|| panic!("{state}: {own:?}"))
        };
        let (filed, registered) = (in_state("unit").id.clone(), in_state("done").id.clone());
        let mut browser = app.signed_in(REGION, WHO).await;
        let mut answers = app.answers(REGION, "complete");
        answers.insert("name".into(), json!("尚未报出的成果"));
        let draft = browser.fill(REGION, &app.form(REGION, FORM), &answers).await.id;
        let clock = app.registry.clock().now();
        let put = vec![
            app.registry
                .message(
                    REGION,
                    Recipient::Account(account.id.clone()),
                    None,
                    &Letter::PasswordChanged { at: clock },
                )
                .unwrap(),
            Put::Ticket(Ticket {
                region: REGION.into(),
                kind: "activation".into(),
                key: "k".into(),
                data: json!({"account": account.id}),
                expires_at: clock,
            }),
        ];
        store
            .commit(dengji::store::Change { expect: vec![], put })
            .await
            .unwrap();
        Self {
            account: account.id,
            app,
            draft,
            filed,
            registered,
        }
    }
}

#[tokio::test]
async fn everything_about_a_person_is_exported() {
    let Life {
        app,
        account,
        draft,
        filed,
        registered,
    } = Life::lived().await;
    let (_, data) = app.stop();
    let to = tempfile::tempdir().unwrap();
    let out = to.path().join("export");
    let args = ["account", "export", REGION, WHO, "--out", out.to_str().unwrap()];
    let told = dengji(&args, data.path(), "").done();
    assert!(told.contains("申请"), "{told}");
    let again = dengji(&args, data.path(), "");
    assert_eq!(again.code, 2, "what is there is not written over: {again:?}");

    let text = std::fs::read_to_string(out.join("person.json")).unwrap();
    let person: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (
            person["account"]["id"].as_str(),
            person["account"]["sign_in_name"].as_str()
        ),
        (Some(&*account), Some(WHO))
    );
    assert!(!text.contains("argon2") && !text.contains("$sealed"), "{text}");
    let applications = person["applications"].as_array().unwrap();
    let of = |id: &str| applications.iter().find(|it| it["id"] == *id).unwrap();
    for id in [&draft, &filed, &registered] {
        assert!(of(id).to_string().contains(ID), "{id} holds what was answered, in full");
        assert!(!of(id)["audit"].as_array().unwrap().is_empty());
    }
    let certificate = &of(&registered)["certificate"];
    assert!(certificate["number"].as_str().is_some_and(|number| !number.is_empty()));
    let pdf = std::fs::read(out.join(certificate["path"].as_str().unwrap())).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let upload = &of(&registered)["files"][0];
    assert_eq!(
        std::fs::metadata(out.join(upload["path"].as_str().unwrap()))
            .unwrap()
            .len(),
        upload["size"].as_u64().unwrap()
    );
    let list = |key: &str| person[key].as_array().unwrap().len();
    assert!(
        list("messages") >= 1 && list("tickets") >= 1 && list("sessions") == 1 && list("audit") >= 1,
        "{text}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(out.clone()), mode(out.join("person.json"))), (0o700, 0o600));
    }
    let nobody = dengji(&["account", "export", REGION, "nobody", "--out", "x"], data.path(), "");
    assert!(nobody.code == 2 && nobody.err.contains("没有账号"), "{nobody:?}");
}

#[tokio::test]
async fn a_person_is_erased_and_what_is_registered_stays() {
    let Life {
        app,
        account,
        draft,
        filed,
        registered,
    } = Life::lived().await;
    let number = app.application(REGION, &registered).await.number.unwrap();
    let before = app.stored(REGION, &registered).await;
    let entries = app.registry.store().verify_audit(REGION).await.unwrap().entries;
    let (folders, data) = app.stop();
    let database = data.path().join("dengji.redb");
    let holds = |text: &str| {
        let bytes = std::fs::read(&database).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    let dry = dengji(&["account", "erase", REGION, WHO, "--dry-run"], data.path(), "").done();
    for said in [&draft, &filed, &number, "保留", "已登记"] {
        assert!(dry.contains(said), "{said}: {dry}");
    }
    assert!(holds(WHO) && holds("尚未报出的成果"), "a dry run changes nothing");
    let told = dengji(&["account", "erase", REGION, WHO], data.path(), "").done();
    let listed = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(listed(&told), listed(&dry), "it does what it said it would");
    for gone in [WHO, "尚未报出的成果"] {
        assert!(!holds(gone), "{gone} still stands in the file");
    }
    let again = dengji(&["account", "erase", REGION, WHO], data.path(), "");
    assert!(again.code == 2 && again.err.contains("没有账号"), "{again:?}");

    let app = TestApp::at(folders, data).await;
    let store = app.registry.store();
    assert!(store.account(REGION, &account).await.unwrap().is_none());
    assert!(sign_in(&app, WHO, demo::PASSWORD).await.is_none());
    assert!(store.sessions(REGION, &account).await.unwrap().is_empty());
    let messages = store.messages(REGION, &Page::first(1000)).await.unwrap().items;
    assert!(!messages.is_empty(), "other people's stay");
    assert!(
        messages
            .iter()
            .all(|message| message.to != Recipient::Account(account.clone()))
    );
    let named = |ticket: &Ticket| ticket.data.to_string().contains(&account);
    assert!(!store.all_tickets(REGION).await.unwrap().iter().any(named));
    assert!(store.application(REGION, &draft).await.unwrap().is_none());
    assert!(store.uploads(REGION, &draft).await.unwrap().is_empty());

    let under_way = app.application(REGION, &filed).await;
    assert!(
        under_way.applicant_name.is_empty() && under_way.state == "unit",
        "it can still be decided"
    );
    let pages = app.stored(REGION, &filed).await;
    assert!(pages.len() > 5, "what is not personal stays");
    let text = format!("{:?}", pages.values().map(|page| &page.answers).collect::<Vec<_>>());
    for personal in ["$sealed", "王伟任", "@"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }

    assert_eq!(
        app.stored(REGION, &registered).await,
        before,
        "what is registered is as it was"
    );
    let certified = app.application(REGION, &registered).await;
    let certificate = store
        .certificate(REGION, &certified.certificate.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(certificate.number, number);
    let proof = store.verify_audit(REGION).await.unwrap();
    assert!(proof.breaks.is_empty() && proof.erased > 0, "{proof:?}");
    assert_eq!(proof.entries, entries + 1, "entries stay, and the erasure is one more");

    // Reviewers go on with what is under way, and the pages of what is registered can be read.
    let unit = store.accounts(REGION, &dengji::store::Accounts::All).await.unwrap();
    let unit = unit.iter().find(|account| account.roles == ["unit_admin"]).unwrap();
    let mut reviewer = app.signed_in(REGION, &unit.sign_in_name).await;
    let address = format!("/{REGION}/applications/{filed}/review");
    assert_eq!(reviewer.get(&address).await.status, 200);
    assert_eq!(reviewer.get(&format!("/{REGION}/queue")).await.status, 200);
}

/// Whoever has acted in office leaves those acts behind, by number alone.
#[tokio::test]
async fn a_reviewer_is_erased_and_the_decisions_stand() {
    let app = TestApp::start().await;
    app.demo(REGION).await;
    let store = app.registry.store();
    let accounts = store.accounts(REGION, &dengji::store::Accounts::All).await.unwrap();
    let office = accounts
        .iter()
        .find(|account| account.roles == ["office"])
        .unwrap()
        .clone();
    let decided = store.audit_of(REGION, &office.id).await.unwrap().len();
    assert!(decided > 0);
    let (folders, data) = app.stop();
    let told = dengji(
        &["account", "erase", REGION, &office.id, "--lang", "en"],
        data.path(),
        "",
    )
    .done();
    assert!(told.contains("acts on other people's applications"), "{told}");
    let app = TestApp::at(folders, data).await;
    let store = app.registry.store();
    let left = store.audit_of(REGION, &office.id).await.unwrap();
    assert_eq!(left.len(), decided + 1, "and the erasure names it");
    assert!(
        left.iter()
            .filter(|entry| entry.application.is_some())
            .all(|entry| entry.erased_at.is_none())
    );
    app.audit_holds(REGION).await;
}
