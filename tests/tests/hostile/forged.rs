//! Values of the wrong kind, characters that nobody sees, and what was taken from somewhere else.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use dengji::store::{Change, Expect, Put, Ticket};
use dengji_tests::{Answer, Upload};
use serde_json::json;

use super::whole::{Desk, FORM, REGION};

#[tokio::test]
async fn what_nobody_sees_is_not_stored() {
    let mut desk = Desk::open().await;
    let unseen = "\u{202e}\u{2066}\u{200f}\u{200b}\u{feff}\u{2060}\u{ad}\u{e0041}\u{85}\u{1b}";
    let texts = [
        ("summary", "summary", "summary"),
        ("overview", "name", "name"),
        ("people", "people:3", "people[1].name"),
        ("overview", "keywords", "keywords[0]"),
    ];
    for (page, marker, field) in texts {
        let revision = desk.revision(page).await;
        let text = format!("甲{unseen}乙{unseen}");
        let pairs = [("~revision", &*revision), ("~", marker), ("~", field), (field, &*text)];
        let answer = desk.me.post(&desk.filed.page(page), &pairs).await;
        assert!([303, 422].contains(&answer.status), "{field}: {}", answer.page());
        let stored = format!("{:?}", desk.app.stored(REGION, &desk.filed.id).await[page].answers);
        assert!(stored.contains("\"甲乙\""), "{field}: {stored}");
        let shown = desk.me.get(&desk.filed.page(page)).await.text();
        assert!(!shown.chars().any(|letter| unseen.contains(letter)), "{field}");
    }
    // An opinion and its remarks.
    let answers = desk.app.answers(REGION, "complete");
    for page in ["summary", "overview", "people"] {
        let saved = desk
            .me
            .save(&desk.filed, &desk.app.form(REGION, FORM), page, &answers)
            .await;
        assert_eq!(saved.status, 303, "{}", saved.page());
    }
    desk.me.must_act(&desk.filed, "submit", &[]).await;
    let mut unit = desk.app.signed_in(REGION, "unit@demo.example").await;
    let opinion = format!("请改{unseen}正");
    let input = [
        ("opinion", &*opinion),
        ("marks", "summary"),
        ("marks.summary", &*opinion),
    ];
    unit.must_act(&desk.filed, "send_back", &input).await;
    for address in [desk.filed.page("summary"), desk.filed.at(""), desk.filed.at("review")] {
        let shown = desk.me.get(&address).await.text();
        assert!(!shown.chars().any(|letter| unseen.contains(letter)), "{address}");
    }
    assert!(desk.me.get(&desk.filed.page("summary")).await.text().contains("请改正"));
}

#[tokio::test]
async fn half_of_a_pair_of_surrogates_is_no_text() {
    let mut desk = Desk::open().await;
    let whole = desk.whole().await;
    let page = desk.filed.page("summary");
    // A lone surrogate as browsers never send it, and as overlong, cut off and truncated UTF-8.
    for bytes in ["%ED%A0%80", "%ED%BF%BF", "%C0%AF", "%F4%90%80%80", "%E5%AD", "%80"] {
        let body = format!("~revision=0&~=summary&summary={bytes}");
        let answer = post(&mut desk, &page, "application/x-www-form-urlencoded", body.into()).await;
        assert!(
            answer.status == 400 && answer.page().contains("没有保存"),
            "{bytes}: {}",
            answer.status
        );
    }
    // The same in JSON that a script sends along.
    for seen in [
        "\"\\ud800\"",
        "{\"summary\":\"\\udfff\"}",
        "[[[[",
        "1e999",
        &"[".repeat(100_000),
    ] {
        let pairs = [("~revision", "1"), ("~", "summary"), ("summary", "x"), ("~seen", seen)];
        let answer = desk.me.post(&format!("{page}/live"), &pairs).await;
        assert!([200, 400].contains(&answer.status), "{seen:.20}: {}", answer.status);
    }
    assert!(whole == desk.whole().await, "something changed");
}

async fn post(desk: &mut Desk, address: &str, kind: &str, body: Body) -> Answer {
    let request = Request::post(address).header("sec-fetch-site", "same-origin");
    desk.me
        .send(request.header(CONTENT_TYPE, kind).body(body).unwrap())
        .await
}

#[tokio::test]
async fn parts_that_are_not_well_formed_are_refused_whole() {
    let mut desk = Desk::open().await;
    let whole = desk.whole().await;
    let page = desk.filed.page("attachments");
    let disposition = "Content-Disposition: form-data; name=\"report\"; filename=\"a.pdf\"";
    let long = "x".repeat(100_000);
    let many = "X-A: b\r\n".repeat(1000);
    let bodies: Vec<(&str, String)> = vec![
        ("multipart/form-data; boundary=b", String::new()),
        ("multipart/form-data; boundary=b", "--b".into()),
        ("multipart/form-data; boundary=b", "--b\r\n\r\n".into()),
        (
            "multipart/form-data; boundary=b",
            format!("--b\r\n{disposition}\r\n\r\n%PDF-1.7 cut"),
        ),
        (
            "multipart/form-data; boundary=b",
            format!("--b\r\n{disposition}\r\n\r\n%PDF-1.7\r\n--c--\r\n"),
        ),
        (
            "multipart/form-data; boundary=b",
            format!("--b\r\n{many}\r\nx\r\n--b--\r\n"),
        ),
        ("multipart/form-data; boundary=b", format!("--b\r\n{disposition}{long}")),
        (
            "multipart/form-data; boundary=\"b",
            format!("--b\r\n{disposition}\r\n\r\nx\r\n--x\r\n"),
        ),
        (
            "multipart/mixed; boundary=b",
            format!("--b\r\n{disposition}\r\n\r\nx\r\n--b--\r\n"),
        ),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"~\"\r\n\r\nrep".into(),
        ),
    ];
    for (kind, body) in bodies {
        let told: String = body.chars().take(80).collect();
        let answer = post(&mut desk, &page, kind, body.into()).await;
        assert!(
            answer.status == 400 && answer.page().contains("没有保存"),
            "{kind} {told}: {} {}",
            answer.status,
            answer.page()
        );
        assert!(whole == desk.whole().await, "{kind} {told}: something changed");
    }
}

#[tokio::test]
async fn a_page_that_is_none_of_this_application_is_not_there() {
    let mut desk = Desk::open().await;
    let whole = desk.whole().await;
    let own = desk.app.form(REGION, FORM);
    let office = desk.app.office(REGION);
    let mut tried = 0;
    for form in office.region().forms.values() {
        for page in form.pages.keys().filter(|page| !own.pages.contains_key(*page)) {
            tried += 1;
            for below in ["", "/live", "/pick", "/suggest?field=name"] {
                let address = desk.filed.page(&format!("{page}{below}"));
                let pairs = [("~revision", "0"), ("~", "name"), ("name", "x"), ("field", "name")];
                let answer = desk.me.post(&address, &pairs).await;
                assert_eq!(answer.status, 404, "{address}");
            }
        }
    }
    assert!(tried > 0, "no category has a page of its own");
    for page in [
        "..",
        "%2e%2e",
        "summary%00",
        "summary%2f..%2fpeople",
        "__proto__",
        "%F0%9F%92%A9",
    ] {
        let answer = desk.me.post(&desk.filed.page(page), &[("~revision", "0")]).await;
        assert!([400, 404].contains(&answer.status), "{page}: {}", answer.status);
    }
    assert!(whole == desk.whole().await, "something changed");
}

#[tokio::test]
async fn a_revision_that_is_not_the_present_one_writes_nothing() {
    let mut desk = Desk::open().await;
    let whole = desk.whole().await;
    for revision in ["0", "18446744073709551615", "99999999999999999999", "-1", "x", ""] {
        let pairs = [("~revision", revision), ("~", "summary"), ("summary", "旧的")];
        let answer = desk.me.post(&desk.filed.page("summary"), &pairs).await;
        assert_eq!(answer.status, 409, "{revision}: {}", answer.page());
        assert!(answer.page().contains("旧的"), "what was typed is shown");
        let pairs = [("~revision", revision), ("field", "discipline"), ("value", "110")];
        let answer = desk.me.post(&desk.filed.page("overview/pick"), &pairs).await;
        assert!(
            [404, 409, 422].contains(&answer.status),
            "{revision}: {}",
            answer.status
        );
        let answer = desk
            .me
            .post(&desk.filed.action("submit"), &[("~revision", revision)])
            .await;
        assert!(
            [303, 409, 422].contains(&answer.status),
            "{revision}: {}",
            answer.status
        );
        if answer.status == 303 {
            panic!("{revision}: it was submitted");
        }
        let file = Upload {
            field: "report".into(),
            name: "a.pdf".into(),
            content: b"%PDF-1.7 stale".to_vec(),
        };
        let pairs = [("~revision", revision), ("~", "report")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let answer = desk.me.upload(&desk.filed.page("attachments"), &pairs, &[file]).await;
        assert_eq!(answer.status, 409, "{revision}: {}", answer.page());
    }
    assert!(whole == desk.whole().await, "something changed");
}

#[tokio::test]
async fn odd_places_to_pick_are_not_there() {
    let mut desk = Desk::open().await;
    let whole = desk.whole().await;
    let deep = "a".to_owned() + &"[0].b".repeat(10_000);
    let fields = [
        "",
        "nothing",
        "summary",
        "people",
        "people[99999999999999999999].sex",
        "people[-1].name",
        "people[0",
        "people[0].",
        "..",
        "../../x",
        "__proto__",
        "name.name",
        "discipline[0]",
        "discipline\0",
        deep.as_str(),
    ];
    for field in fields {
        for value in ["", "x", "110", "\0", "<b>"] {
            let revision = desk.revision("overview").await;
            let pairs = [("~revision", &*revision), ("field", field), ("value", value)];
            let answer = desk.me.post(&desk.filed.page("overview/pick"), &pairs).await;
            assert!(
                [400, 404, 422].contains(&answer.status),
                "{field:.40}: {}",
                answer.status
            );
        }
        let encoded: String = field.bytes().take(3000).map(|byte| format!("%{byte:02x}")).collect();
        for more in ["", "&q=x", "&below=x", "&q=%00&below=%ff", "&q=%3Cb%3E"] {
            let address = desk.filed.page(&format!("overview/pick?field={encoded}{more}"));
            let shown = desk.me.get(&address).await;
            assert!([400, 404].contains(&shown.status), "{address:.200}: {}", shown.status);
        }
    }
    let revision = desk.revision("overview").await;
    for value in ["x", "<b>", "110\0", "../x", &"1".repeat(1 << 20)] {
        let pairs = [("~revision", &*revision), ("field", "discipline"), ("value", value)];
        let answer = desk.me.post(&desk.filed.page("overview/pick"), &pairs).await;
        assert!(
            [400, 404, 422].contains(&answer.status),
            "{value:.20}: {}",
            answer.status
        );
    }
    assert!(whole == desk.whole().await, "something changed");
}

#[tokio::test]
async fn kept_typing_is_its_writers_and_of_its_page_alone() {
    let mut desk = Desk::open().await;
    let id = desk.filed.id.clone();
    let me = desk
        .app
        .registry
        .store()
        .accounts(REGION, &dengji::store::Accounts::All)
        .await
        .unwrap();
    let mine = desk.app.application(REGION, &id).await.applicant;
    let other = me.iter().find(|account| account.id != mine).unwrap().id.clone();
    let page = desk.filed.page("summary");
    let pairs = [
        ("~revision".to_owned(), "1".to_owned()),
        ("~".into(), "summary".into()),
        ("summary".into(), "留着的字".into()),
    ];
    let registry = desk.app.registry.clone();
    // Nobody keeps anything for an application of somebody else's, or a page that it does not have.
    assert!(
        !registry
            .keep_typed(REGION, &other, &id, "summary", &pairs)
            .await
            .unwrap()
    );
    assert!(
        !registry
            .keep_typed(REGION, &mine, &id, "nothing", &pairs)
            .await
            .unwrap()
    );
    assert!(
        !registry
            .keep_typed(REGION, &mine, "nothing", "summary", &pairs)
            .await
            .unwrap()
    );
    assert!(!desk.me.get(&format!("{page}?typed")).await.text().contains("留着的字"));

    assert!(
        registry
            .keep_typed(REGION, &mine, &id, "summary", &pairs)
            .await
            .unwrap()
    );
    assert!(desk.me.get(&format!("{page}?typed")).await.text().contains("留着的字"));
    let strange = desk
        .app
        .signed_in(REGION, "office@demo.example")
        .await
        .get(&format!("{page}?typed"))
        .await;
    assert!(strange.status == 404 && !strange.text().contains("留着的字"));

    // Put under another page's name, or filled with something else, it is as if nothing had been kept.
    let kept = registry
        .store()
        .tickets(REGION, &format!("typed {mine}"))
        .await
        .unwrap()
        .remove(0);
    let moved = Ticket {
        key: format!("{id} results"),
        ..kept.clone()
    };
    let moved = Ticket {
        key: moved.key.replace("results", "overview"),
        ..moved
    };
    for forged in [
        moved,
        Ticket {
            data: json!({"typed": "x"}),
            ..kept.clone()
        },
        Ticket {
            data: json!(null),
            ..kept.clone()
        },
        Ticket {
            data: json!({"typed": {"$sealed": "AAAA"}}),
            ..kept.clone()
        },
    ] {
        let expect: Vec<Expect> = Vec::new();
        let put = vec![Put::Ticket(forged.clone())];
        registry.store().commit(Change { expect, put }).await.unwrap();
        let of = forged.key.rsplit(' ').next().unwrap();
        let shown = desk.me.get(&format!("{}?typed", desk.filed.page(of))).await;
        assert!(
            shown.status == 200 && !shown.text().contains("留着的字"),
            "{}: {}",
            forged.key,
            shown.status
        );
    }
    // What is old is gone.
    registry
        .keep_typed(REGION, &mine, &id, "summary", &pairs)
        .await
        .unwrap();
    desk.app.clock.pass(jiff::SignedDuration::from_hours(24 * 40));
    let mut later = desk
        .app
        .signed_in(REGION, &me.iter().find(|it| it.id == mine).unwrap().sign_in_name)
        .await;
    let shown = later.get(&format!("{page}?typed")).await;
    assert!(
        shown.status == 200 && !shown.text().contains("留着的字"),
        "{}",
        shown.status
    );
}
