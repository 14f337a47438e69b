//! Addresses, bodies and origins.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use dengji_tests::{Answer, Client, Filed, TestApp};

use super::{FORM, REGION};

const URLENCODED: &str = "application/x-www-form-urlencoded";

/// An applicant with a draft.
async fn draft() -> (TestApp, Client, Filed) {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let answers = app.answers(REGION, "complete");
    let filed = registrant.add(REGION, &app.form(REGION, FORM), &answers).await;
    (app, registrant, filed)
}

async fn raw(client: &mut Client, address: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(address)
        .header("sec-fetch-site", "same-origin")
        .header(CONTENT_TYPE, kind);
    client.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn what_is_not_there_is_a_404_page() {
    let (_app, mut registrant, filed) = draft().await;
    let long = "x".repeat(5000);
    let addresses = [
        "/nowhere".into(),
        "/nowhere/".into(),
        "/nowhere/sign-in".into(),
        "/nowhere/applications".into(),
        "/national/".into(),
        "/gansu/nothing/here".into(),
        "/gansu/texts/none".into(),
        "/gansu/applications/new/none".into(),
        "/gansu/applications/none".into(),
        "/gansu/applications/%00".into(),
        "/gansu/applications/%FF".into(),
        "/gansu/applications/..%2F..".into(),
        format!("/gansu/applications/{long}"),
        filed.page("none"),
        filed.action("none"),
        filed.at("documents/none"),
        filed.at("documents/certificate/pdf"),
        filed.at("files/none"),
        filed.at("files/..%2F..%2Fkey"),
        "/verify/gansu/none".into(),
        "/verify/nowhere/none".into(),
        "/static/0/none.css".into(),
    ];
    for address in addresses {
        let answer = registrant.get(&address).await;
        assert_eq!(answer.status, 404, "{address}");
    }
    let page = registrant.get("/gansu/applications/none").await.page();
    assert!(
        page.contains("没有这个页面") && page.contains("甘肃省科技管理信息系统") && page.contains("返回首页"),
        "{page}"
    );
    let post = registrant.post(&filed.page("none"), &[("~revision", "0")]).await;
    assert_eq!(post.status, 404);
    let request = Request::delete("/gansu/applications")
        .header("sec-fetch-site", "same-origin")
        .body(Body::empty())
        .unwrap();
    assert_eq!(registrant.send(request).await.status, 405);
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_page_and_nothing_is_stored() {
    let (app, mut registrant, filed) = draft().await;
    let before = app.stored(REGION, &filed.id).await;
    let field = format!("~revision=0&~=summary&summary={}", "x".repeat(2 << 20));
    let too_long = raw(&mut registrant, &filed.page("summary"), URLENCODED, field).await;
    assert_eq!(too_long.status, 413);
    assert!(too_long.page().contains("超过 2 MB，没有保存"), "{}", too_long.page());

    let head = "--b\r\nContent-Disposition: form-data; name=\"report\"; filename=\"a.pdf\"\r\n\r\n%PDF-";
    let mut body = head.as_bytes().to_vec();
    body.resize(65 << 20, b'x');
    body.extend(b"\r\n--b--\r\n");
    let too_large = raw(
        &mut registrant,
        &filed.page("attachments"),
        "multipart/form-data; boundary=b",
        body,
    )
    .await;
    assert_eq!(too_large.status, 413);
    assert!(too_large.page().contains("超过 64 MB"), "{}", too_large.page());
    assert!(before == app.stored(REGION, &filed.id).await);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_400_page_and_nothing_is_stored() {
    let (app, mut registrant, filed) = draft().await;
    let before = app.stored(REGION, &filed.id).await;
    let cut_off = "--b\r\nContent-Disposition: form-data; name=\"~\"\r\n\r\nsumm";
    let bad_text = b"--b\r\nContent-Disposition: form-data; name=\"summary\"\r\n\r\n\xff\xfe\r\n--b--\r\n".to_vec();
    let cases: [(&str, Vec<u8>); 8] = [
        (URLENCODED, b"~revision=0&~=summary&summary=%FF%FE".to_vec()),
        (URLENCODED, b"~revision=0&~=summary&summary=\xff".to_vec()),
        (URLENCODED, b"%C3%28=x".to_vec()),
        ("multipart/form-data; boundary=b", cut_off.into()),
        ("multipart/form-data; boundary=b", bad_text),
        ("multipart/form-data", b"--b--".to_vec()),
        ("application/json", b"{\"summary\": \"x\"}".to_vec()),
        ("", Vec::new()),
    ];
    for (kind, body) in cases {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer = raw(&mut registrant, &filed.page("summary"), kind, body).await;
        assert_eq!(answer.status, 400, "{kind}: {shown}");
        assert!(answer.page().contains("没有保存"), "{kind}: {shown}");
    }
    // A broken percent sign is a percent sign, as browsers take it.
    let percent = raw(
        &mut registrant,
        &filed.page("summary"),
        URLENCODED,
        "~revision=0&~=summary&summary=100%25+%zz",
    )
    .await;
    assert_eq!(percent.status, 303);
    assert_eq!(
        app.stored(REGION, &filed.id).await["summary"].answers["summary"],
        "100% %zz"
    );
    assert!(before.keys().all(|page| page != "summary"));
}

#[tokio::test]
async fn posts_from_other_sites_are_not_carried_out() {
    let (app, mut registrant, filed) = draft().await;
    let addresses = [
        filed.page("summary"),
        filed.action("submit"),
        "/gansu/sign-out".into(),
        "/gansu/role".into(),
        "/gansu/sign-in".into(),
    ];
    let headers: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://elsewhere.example"), ("host", "office.example")],
        &[("origin", "null"), ("host", "office.example")],
        &[],
    ];
    for address in &addresses {
        for given in headers {
            let mut request = Request::post(address).header(CONTENT_TYPE, URLENCODED);
            for (name, value) in given {
                request = request.header(*name, *value);
            }
            let answer = registrant
                .send(request.body(Body::from("~revision=0&~=summary&summary=x")).unwrap())
                .await;
            assert_eq!(answer.status, 403, "{address} {given:?}");
        }
    }
    assert!(!app.stored(REGION, &filed.id).await.contains_key("summary"));
    assert_eq!(
        registrant.get("/gansu/applications").await.status,
        200,
        "still signed in"
    );
}

#[tokio::test]
async fn every_answer_forbids_foreign_scripts_and_frames() {
    let (_app, mut registrant, filed) = draft().await;
    for address in [
        "/",
        "/gansu/",
        "/nowhere",
        "/gansu/applications",
        &filed.page("people"),
        &filed.at("check"),
    ] {
        let answer = registrant.get(address).await;
        assert!(
            answer.header("content-security-policy").contains("script-src 'self'"),
            "{address}"
        );
        assert!(
            !answer.header("content-security-policy").contains("unsafe-inline"),
            "{address}"
        );
        assert_eq!(
            (
                answer.header("x-content-type-options"),
                answer.header("x-frame-options")
            ),
            ("nosniff", "DENY"),
            "{address}"
        );
        assert!(
            !answer.text().contains(" onclick=") && !answer.text().contains(" style=\""),
            "{address}"
        );
    }
}
