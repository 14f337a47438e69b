//! People who are not signed in, may not, or ask for what is somebody else's.

use axum::body::Body;
use axum::http::Request;
use dengji::registry::{Entrance, From};
use dengji_tests::{Client, Filed, TestApp, Upload};

use super::{FORM, REGION};

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_sign_in_and_back() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut stranger = app.client();
    for (address, next) in [
        ("/gansu/applications", "%2Fgansu%2Fapplications"),
        ("/gansu/queue?after=x", "%2Fgansu%2Fqueue%3Fafter%3Dx"),
        (
            "/gansu/applications/any/pages/overview",
            "%2Fgansu%2Fapplications%2Fany%2Fpages%2Foverview",
        ),
    ] {
        let answer = stranger.get(address).await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, format!("/gansu/sign-in?next={next}").as_str())
        );
    }
    let post = stranger
        .post("/gansu/applications/any/pages/summary?x=y", &[("summary", "x")])
        .await;
    assert_eq!(
        post.location(),
        "/gansu/sign-in?next=%2Fgansu%2Fapplications%2Fany%2Fpages%2Fsummary"
    );
    for (next, leads) in [
        ("/gansu/queue", "/gansu/queue"),
        ("//elsewhere.example", "/gansu/"),
        ("https://elsewhere.example", "/gansu/"),
        ("/\\elsewhere", "/gansu/"),
    ] {
        let entered = [
            ("name", "office@demo.example"),
            ("password", "Dengji#2026"),
            ("next", next),
        ];
        assert_eq!(app.client().post("/gansu/sign-in", &entered).await.location(), leads);
    }
}

#[tokio::test]
async fn whoever_may_not_is_told_who_may() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    registrant.must_act(&filed, "submit", &[]).await;
    for (action, role) in [("unit_pass", "单位管理员"), ("send_back", "当前审核人")] {
        for answer in [
            registrant.get(&filed.action(action)).await,
            registrant.post(&filed.action(action), &[("opinion", "x")]).await,
        ] {
            assert_eq!(answer.status, 403, "{action}");
            assert!(
                answer.page().contains(&format!("这项操作由以下角色进行：{role}")),
                "{}",
                answer.page()
            );
        }
    }
    let mut unit = app.in_role(REGION, &accounts, "unit_admin", None).await;
    let edit = unit
        .post(
            &filed.page("summary"),
            &[("~revision", "1"), ("~", "summary"), ("summary", "x")],
        )
        .await;
    assert_eq!(edit.status, 403, "a reviewer changes no answers");
    for answer in [
        unit.get("/gansu/applications/new").await,
        unit.post("/gansu/applications/new/applied-technology", &[("name", "x")])
            .await,
    ] {
        assert_eq!(answer.status, 403);
        assert!(answer.page().contains("只有申请人可以新增申请"));
    }
    assert_eq!(
        unit.post("/gansu/role", &[("role", "office")]).await.status,
        403,
        "a role that the account does not have"
    );
    assert_eq!(app.application(REGION, &filed.id).await.state, "unit");
}

/// Every address of an application that shows something or does something.
fn addresses(filed: &Filed, file: &str) -> Vec<String> {
    let below = [
        "",
        "review",
        "check",
        "pages/overview",
        "pages/people",
        "actions/submit",
        "actions/approve",
        "documents/form/pdf",
        "documents/certificate",
    ];
    below
        .iter()
        .map(|below| filed.at(below))
        .chain([filed.at(&format!("files/{file}"))])
        .collect()
}

async fn sees_nothing(who: &str, client: &mut Client, filed: &Filed, file: &str) {
    for address in addresses(filed, file) {
        assert_eq!(client.get(&address).await.status, 404, "{who} sees {address}");
    }
    let posts = [
        client
            .post(
                &filed.page("summary"),
                &[("~revision", "1"), ("~", "summary"), ("summary", "改了")],
            )
            .await,
        client.post(&filed.action("submit"), &[("~revision", "1")]).await,
        client.post(&filed.action("approve"), &[("~revision", "1")]).await,
    ];
    assert!(
        posts.iter().all(|answer| answer.status == 404),
        "{who}: {:?}",
        posts.map(|answer| answer.status)
    );
}

#[tokio::test]
async fn another_persons_application_does_not_exist() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut owner = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let filed = owner.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    let before = app.stored(REGION, &filed.id).await;
    let file = before["attachments"].answers["report"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(owner.get(&filed.at(&format!("files/{file}"))).await.status, 200);

    // A draft is nobody else's: no other applicant's, no reviewer's, no office's.
    let mut others = Vec::new();
    for role in ["registrant", "unit_admin", "recommender", "office"] {
        let unit = (role == "registrant").then_some(false);
        others.push((role, app.in_role(REGION, &accounts, role, unit).await));
    }
    for (who, client) in &mut others {
        sees_nothing(who, client, &filed, &file).await;
        for list in ["/gansu/applications", "/gansu/queue", "/gansu/certificates"] {
            let listed = client.get(list).await;
            assert!(!listed.text().contains(&filed.id), "{who} finds the draft in {list}");
        }
    }
    // The file of one application is not to be had through another one's address.
    let own = others[0]
        .1
        .fill(REGION, &form, &app.answers(REGION, "without-unit"))
        .await;
    let stolen = app.stored(REGION, &own.id).await["attachments"].answers["report"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let other = Upload {
        field: "report".into(),
        name: "b.pdf".into(),
        content: b"%PDF-1.7 another".to_vec(),
    };
    let shown = owner.get(&filed.page("attachments")).await.hidden("~revision").unwrap();
    let pairs = [("~revision".to_owned(), shown), ("~".to_owned(), "report".to_owned())];
    assert_eq!(
        owner.upload(&filed.page("attachments"), &pairs, &[other]).await.status,
        303
    );
    let list = app.stored(REGION, &filed.id).await["attachments"].answers["report"].clone();
    let mine = list
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["id"].as_str().unwrap().to_owned())
        .find(|id| *id != stolen)
        .unwrap();
    assert_eq!(others[0].1.get(&own.at(&format!("files/{mine}"))).await.status, 404);

    owner.must_act(&filed, "submit", &[]).await;
    for (who, client) in others
        .iter_mut()
        .filter(|(who, _)| ["registrant", "recommender"].contains(who))
    {
        sees_nothing(who, client, &filed, &file).await;
    }
    assert!(before["summary"] == app.stored(REGION, &filed.id).await["summary"]);
}

#[tokio::test]
async fn another_regions_session_is_no_session() {
    let app = TestApp::start().await;
    for region in ["gansu", "guangxi"] {
        app.staff(region).await;
    }
    let request = |address: &str| Request::get(address).body(Body::empty()).unwrap();
    let entered = [("name", "office@demo.example"), ("password", "Dengji#2026")];
    let signed_in = app.client().post("/gansu/sign-in", &entered).await;
    let token = signed_in
        .header("set-cookie")
        .split(['=', ';'])
        .nth(1)
        .unwrap()
        .to_owned();
    for (address, cookie, status) in [
        ("/gansu/queue", format!("session-gansu={token}"), 200),
        ("/guangxi/queue", format!("session-gansu={token}"), 303),
        ("/guangxi/queue", format!("session-guangxi={token}"), 303),
        ("/gansu/queue", "session-gansu=".into(), 303),
        (
            "/gansu/queue",
            format!("session-gansu={}", token.to_lowercase() + "x"),
            303,
        ),
    ] {
        let mut asked = request(address);
        asked.headers_mut().insert("cookie", cookie.parse().unwrap());
        assert_eq!(app.client().send(asked).await.status, status, "{address} {cookie}");
    }
    let attributes = signed_in.header("set-cookie");
    assert!(
        attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax") && attributes.contains("Path=/gansu"),
        "{attributes}"
    );
}

#[tokio::test]
async fn guessing_a_password_locks_the_account_for_a_while() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut guesser = app.client();
    for _ in 0..5 {
        assert_eq!(
            guesser
                .post(
                    "/gansu/sign-in",
                    &[("name", "office@demo.example"), ("password", "guess")]
                )
                .await
                .status,
            422
        );
    }
    let right = [("name", "office@demo.example"), ("password", "Dengji#2026")];
    assert_eq!(guesser.post("/gansu/sign-in", &right).await.status, 422, "locked");
    app.clock.set(jiff::civil::date(2026, 11, 21));
    assert_eq!(
        guesser.post("/gansu/sign-in", &right).await.status,
        303,
        "the wait is over"
    );
}

#[tokio::test]
async fn guesses_that_come_at_once_all_count() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let name = accounts[0].name.clone();
    let guess = |at: usize| {
        let (registry, name) = (app.registry.clone(), name.clone());
        tokio::spawn(async move {
            registry
                .sign_in(REGION, &name, &format!("guess {at}"), &From::default())
                .await
        })
    };
    let guesses: Vec<_> = (0..12).map(guess).collect();
    for guess in guesses {
        assert!(matches!(guess.await.unwrap().unwrap(), Entrance::Refused));
    }
    let store = app.registry.store();
    let account = store.account_by_sign_in_name(REGION, &name).await.unwrap().unwrap();
    assert!(
        account.failures >= 5 && account.locked_until.is_some(),
        "{}",
        account.failures
    );
    // Even the right password waits now, and not for ever.
    let right = dengji::registry::demo::PASSWORD;
    let stranger = From::default();
    let waits = app.registry.sign_in(REGION, &name, right, &stranger).await.unwrap();
    assert!(matches!(waits, Entrance::Refused));
    app.clock.set(dengji_tests::TODAY.tomorrow().unwrap());
    let entered = app.registry.sign_in(REGION, &name, right, &stranger).await.unwrap();
    assert!(matches!(entered, Entrance::In(_)));
    let account = store.account_by_sign_in_name(REGION, &name).await.unwrap().unwrap();
    assert_eq!((account.failures, account.locked_until), (0, None));
}
