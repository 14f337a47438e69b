//! The captcha: where it is asked, what answers it, what does not, and what it costs nobody.

use axum::body::Body;
use axum::http::Request;
use dengji::http::Settings;
use dengji::store::Store;
use dengji_tests::{Answer, Client, TestApp};
use jiff::SignedDuration;

const RESET: &str = "/gansu/reset";
const NAME: (&str, &str) = ("name", "nobody@example.com");

/// The letters of the picture on a page, as only whoever holds the keys can know them.
fn letters(app: &TestApp, page: &Answer) -> String {
    let id = page.hidden("captcha_id").unwrap();
    app.registry.riddle("gansu", &id).unwrap().unwrap().letters
}

async fn answered(client: &mut Client, id: &str, letters: &str, work: &str) -> u16 {
    answered_for(client, NAME, id, letters, work).await
}

async fn answered_for(client: &mut Client, name: (&str, &str), id: &str, letters: &str, work: &str) -> u16 {
    let pairs = [name, ("captcha_id", id), ("captcha", letters), ("captcha_work", work)];
    client.post(RESET, &pairs).await.status
}

#[tokio::test]
async fn letters_or_work_answer_it_once() {
    let app = TestApp::start().await;
    let mut client = app.client();
    let mut wide = String::new();
    for way in ["letters", "full-width", "work"] {
        let page = client.get(RESET).await;
        let id = page.hidden("captcha_id").unwrap();
        let letters = letters(&app, &page).to_lowercase();
        wide.clear();
        wide.extend(letters.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()));
        let [_, (_, work)] = page.solution().unwrap();
        let (typed, counter) = match way {
            "letters" => (letters.as_str(), ""),
            "full-width" => (wide.as_str(), ""),
            _ => ("", work.as_str()),
        };
        assert_eq!(answered(&mut client, &id, typed, counter).await, 303, "{way}");
        let other = answered_for(&mut client, ("name", "else@example.cn"), &id, typed, counter).await;
        assert_eq!(other, 422, "{way} for another form");
        // A double click is no second use; a form kept for later is.
        assert_eq!(answered(&mut client, &id, typed, counter).await, 303, "{way} twice");
        app.clock.pass(SignedDuration::from_mins(1));
        assert_eq!(answered(&mut client, &id, typed, counter).await, 422, "{way} again");
    }
}

#[tokio::test]
async fn a_wrong_answer_uses_it_up_and_an_empty_one_does_not() {
    let app = TestApp::start().await;
    let mut client = app.client();
    let page = client.get(RESET).await;
    let id = page.hidden("captcha_id").unwrap();
    let right = letters(&app, &page);
    assert_eq!(answered(&mut client, &id, "", "").await, 422);
    assert_eq!(
        answered(&mut client, &id, &right, "").await,
        303,
        "nothing was answered before"
    );

    let page = client.get(RESET).await;
    let id = page.hidden("captcha_id").unwrap();
    let right = letters(&app, &page);
    assert_eq!(answered(&mut client, &id, "0000", "").await, 422);
    assert_eq!(answered(&mut client, &id, &right, "").await, 422, "one guess a picture");
}

#[tokio::test]
async fn it_ends_and_belongs_to_its_region() {
    let app = TestApp::start().await;
    let mut client = app.client();
    let page = client.get(RESET).await;
    let id = page.hidden("captcha_id").unwrap();
    let right = letters(&app, &page);
    let there = [NAME, ("captcha_id", &id), ("captcha", &right)];
    assert_eq!(
        client.post("/guangxi/reset", &there).await.status,
        422,
        "of another region"
    );
    let picture = |region: &str| format!("/{region}/captcha/{id}.png");
    assert_eq!(client.get(&picture("gansu")).await.status, 200);
    assert_eq!(client.get(&picture("guangxi")).await.status, 404);
    app.clock.set(jiff::civil::date(2026, 11, 21));
    assert_eq!(client.get(&picture("gansu")).await.status, 404, "it has ended");
    assert_eq!(answered(&mut client, &id, &right, "").await, 422);
    for forged in ["", "x", "e30", &"A".repeat(1 << 20), &id[1..]] {
        assert_eq!(answered(&mut client, forged, &right, "").await, 422);
    }
}

#[tokio::test]
async fn the_picture_is_the_same_each_time_and_showing_it_writes_nothing() {
    let app = TestApp::start().await;
    let mut client = app.client();
    let before = tickets(app.registry.store()).await;
    let page = client.get(RESET).await;
    let id = page.hidden("captcha_id").unwrap();
    let address = format!("/gansu/captcha/{id}.png");
    let first = client.get(&address).await;
    assert_eq!(
        (first.header("content-type"), first.header("cache-control")),
        ("image/png", "no-store")
    );
    assert_eq!(
        client.get(&address).await.body,
        first.body,
        "no second look at the same letters"
    );
    assert!(!page.text().contains(&letters(&app, &page)));
    let another = client.get("/gansu/captcha").await;
    assert_eq!(another.header("content-type"), "application/json");
    assert!(another.text().contains("/gansu/captcha/") && !another.text().contains(&id));
    assert_eq!(tickets(app.registry.store()).await, before);
}

async fn tickets(store: &Store) -> usize {
    store.all_tickets("gansu").await.unwrap().len()
}

#[tokio::test]
async fn another_picture_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let mut client = app.client();
    let before = client.get(RESET).await.hidden("captcha_id");
    let page = client.post(RESET, &[NAME, ("~do", "again")]).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("value=\"nobody@example.com\""));
    assert_ne!(page.hidden("captcha_id"), before);

    let form = "/gansu/sign-up/solo?agree=yes";
    let typed = [
        ("agree", "yes"),
        ("name", "王小明"),
        ("~name", "text"),
        ("password", "Geheim#2026"),
    ];
    let typed: Vec<_> = typed.into_iter().chain([("~do", "again")]).collect();
    let page = client.post(form, &typed).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains("Geheim#2026"));
    assert!(page.hidden("captcha_id").is_some());
}

#[tokio::test]
async fn nothing_is_done_before_it_is_answered() {
    let app = TestApp::start().await;
    let mut client = app.client();
    let before = tickets(app.registry.store()).await;
    for way in ["unit", "solo"] {
        let page = client
            .post_as_it_is(&format!("/gansu/sign-up/{way}"), &[("agree", "yes")])
            .await;
        assert_eq!(page.status, 422);
        assert!(page.page().contains("请填写验证码"), "{}", page.text());
    }
    assert_eq!(client.post_as_it_is(RESET, &[NAME]).await.status, 422);
    assert_eq!(tickets(app.registry.store()).await, before, "nothing was counted");
}

#[tokio::test]
async fn sign_in_asks_after_a_failure_whoever_was_named() {
    let app = TestApp::start().await;
    let accounts = app.demo("gansu").await;
    for name in [accounts[0].name.as_str(), "nobody@example.com"] {
        let mut client = app.client();
        assert!(
            client.get("/gansu/sign-in").await.solution().is_none(),
            "a first visit is not doubted"
        );
        let wrong = [("name", name), ("password", "wrong")];
        let first = client.post_as_it_is("/gansu/sign-in", &wrong).await;
        assert!(
            first.page().contains("账号或密码") && first.solution().is_some(),
            "{}",
            first.text()
        );
        // However the name is written, and from whichever browser.
        let spelt = [
            ("name", format!(" {} ", name.to_uppercase())),
            ("password", "wrong".into()),
        ];
        let second = app.client().post_as_it_is("/gansu/sign-in", &spelt).await;
        assert!(second.page().contains("请填写验证码"), "{}", second.text());
    }
    let right = [("name", accounts[0].name.as_str()), ("password", "Dengji#2026")];
    assert_eq!(app.client().post_as_it_is("/gansu/sign-in", &right).await.status, 422);
    assert_eq!(
        app.client().post("/gansu/sign-in", &right).await.status,
        303,
        "a browser does the work"
    );
}

#[tokio::test]
async fn addresses_are_told_apart_by_what_the_operators_proxy_adds() {
    let app = TestApp::start().await;
    for behind_proxy in [true, false] {
        let settings = Settings {
            behind_proxy,
            ..Settings::default()
        };
        let mut client = app.served(settings).await;
        let fails = Request::post("/gansu/sign-in")
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", "203.0.113.7")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("name=somebody%40example.com&password=wrong"));
        assert_eq!(client.send(fails.unwrap()).await.status, 422);
        for (told, doubted) in [
            ("203.0.113.7", behind_proxy),
            ("198.51.100.1, 203.0.113.7", behind_proxy),
            ("203.0.113.8", false),
            ("203.0.113.7, 203.0.113.8", false),
        ] {
            let looks = Request::get("/gansu/sign-in").header("x-forwarded-for", told);
            let page = client.send(looks.body(Body::empty()).unwrap()).await;
            assert_eq!(
                page.solution().is_some(),
                doubted,
                "{told}, behind a proxy: {behind_proxy}"
            );
        }
    }
}

#[tokio::test]
async fn strangers_do_not_bother_an_owners_own_browser() {
    let app = TestApp::start().await;
    let name = app.demo("gansu").await[0].name.clone();
    let mut owner = app.signed_in("gansu", &name).await;
    owner.post("/gansu/sign-out", &[("", "")]).await;
    let wrong = [("name", name.as_str()), ("password", "wrong")];
    app.client().post_as_it_is("/gansu/sign-in", &wrong).await;
    let told = |answer: Answer| answer.page().contains("请填写验证码");
    assert!(told(app.client().post_as_it_is("/gansu/sign-in", &wrong).await));
    assert!(
        !told(owner.post_as_it_is("/gansu/sign-in", &wrong).await),
        "what others failed at"
    );
    assert!(
        told(owner.post_as_it_is("/gansu/sign-in", &wrong).await),
        "its own failure"
    );
}
