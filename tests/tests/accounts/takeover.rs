//! What would give somebody else an account, a name or a mailbox, or leave traces of a person behind.

use dengji::store::Page;
use dengji_tests::{TestApp, dengji};
use jiff::SignedDuration;

use super::counter::{
    PASSWORD, account, approve, but, enter, entered, filled, led, link_to, office, refused, told, unit,
};
use super::{gansu, guangxi};

const REGION: &str = "gansu";
const WHO: &str = "solo@demo.example";
const HERE: &str = "/gansu/account";
const OLD: &str = dengji::registry::demo::PASSWORD;

/// What the region's own chain tells of acts of this name.
async fn told_of(app: &TestApp, region: &str, act: &str) -> Vec<serde_json::Value> {
    let page = Page::first(1000);
    let chain = app.registry.store().audit_region(region, &page).await.unwrap().items;
    let entries = chain.into_iter().filter(|entry| entry.act == act);
    entries.map(|entry| entry.detail.unwrap_or_default()).collect()
}

/// Whoever sits down at somebody's desk cannot move the account to a mailbox of theirs.
#[tokio::test]
async fn another_mailbox_takes_the_password() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut browser = app.signed_in(REGION, WHO).await;
    let wanted = [("do", "email"), ("email", "other@example.cn")];
    for confirm in ["", "Wrong#2026"] {
        let typed = [&wanted[..], &[("confirm", confirm)]].concat();
        refused(&browser.post(HERE, &typed).await, "换成另一个邮箱须填写正确的登录密码");
    }
    assert!(
        !app.letters(REGION)
            .await
            .iter()
            .any(|letter| letter.to == "other@example.cn")
    );
    // The address that it has is verified without.
    led(&browser.post(HERE, &[("do", "email"), ("email", WHO)]).await, HERE);
    led(
        &browser.post(HERE, &[&wanted[..], &[("confirm", OLD)]].concat()).await,
        HERE,
    );
    let link = app.letter_to(REGION, "other@example.cn").await.link("verify-email");
    led(
        &browser
            .post(
                HERE,
                &[
                    ("do", "password"),
                    ("old", OLD),
                    ("password", PASSWORD),
                    ("again", PASSWORD),
                ],
            )
            .await,
        HERE,
    );
    let late = app.client().post(&link, &[("", "")]).await;
    assert_eq!(
        late.status,
        410,
        "a link from before the password was changed: {}",
        told(&late)
    );
    assert_eq!(account(&app, REGION, WHO).await.unwrap().email, WHO);

    // Whoever reads the mailbox before has asked for another password there.
    app.clock.pass(SignedDuration::from_secs(1));
    led(
        &app.client().post("/gansu/reset", &[("name", WHO)]).await,
        "/gansu/reset/sent",
    );
    let reset = app.letter_to(REGION, WHO).await.link("reset");
    assert_eq!(app.client().get(&reset).await.status, 200);
    led(
        &browser
            .post(HERE, &[&wanted[..], &[("confirm", PASSWORD)]].concat())
            .await,
        HERE,
    );
    let link = app.letter_to(REGION, "other@example.cn").await.link("verify-email");
    app.clock.pass(SignedDuration::from_secs(1));
    assert_eq!(app.client().post(&link, &[("", "")]).await.status, 200);
    let before = app.letter_to(REGION, WHO).await;
    assert!(
        before.subject.contains("邮箱已更换"),
        "the mailbox before is told: {before:?}"
    );
    assert!(!before.text.contains("other@example.cn"), "{before:?}");
    assert_eq!(
        app.client().get(&reset).await.status,
        410,
        "a link in the mailbox before"
    );
    entered(&app, REGION, "other@example.cn", PASSWORD).await;
    app.audit_holds(REGION).await;
}

/// A mailbox gets few letters, however they come about, and names in lists are plain text.
#[tokio::test]
async fn invitations_are_no_way_to_write_to_strangers() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut clerk = app.signed_in(REGION, "unit@demo.example").await;
    let typed = [
        ("name", "赵\u{202e}敏\r\nBcc: x@y.example"),
        ("email", "victim@example.cn"),
    ];
    for _ in 0..5 {
        led(&clerk.post("/gansu/people/new/invited", &typed).await, "/gansu/people");
        let name = account(&app, REGION, "victim@example.cn").await.unwrap().name;
        assert_eq!(name, "赵敏 Bcc: x@y.example");
        let list = clerk.get("/gansu/people?q=victim").await;
        let one = link_to(&list, "/people/", &name);
        led(&clerk.post(&one, &[("do", "take-back")]).await, "/gansu/people");
    }
    let sixth = clerk.post("/gansu/people/new/invited", &typed).await;
    assert!(told(&sixth).contains("操作太频繁"), "{}", told(&sixth));
    let solo = filled(&but(&gansu::BRIEF, &[("email", "victim@example.cn")]));
    let seventh = app.client().post("/gansu/sign-up/solo", &solo).await;
    assert!(told(&seventh).contains("操作太频繁"), "{}", told(&seventh));
    // A unit with many people is not kept from its work.
    for number in 0..25 {
        let address = format!("staff{number}@example.cn");
        let typed = [("name", "赵敏"), ("email", &*address)];
        led(&clerk.post("/gansu/people/new/invited", &typed).await, "/gansu/people");
    }
}

/// One user name is one person's, whatever it looks like.
#[tokio::test]
async fn a_user_name_is_not_taken_a_second_time() {
    let app = TestApp::start().await;
    app.staff("guangxi").await;
    let sign_up = async |name: &str, email: &str| {
        let typed = but(&guangxi::PERSON, &[("sign_in_name", name), ("email", email)]);
        app.client().post("/guangxi/sign-up/individual", &filled(&typed)).await
    };
    led(
        &sign_up("liming", "li@example.cn").await,
        "/guangxi/sign-up/individual/ready",
    );
    for same in ["ｌｉｍｉｎｇ", "LiMing", " ｌｉming　"] {
        refused(&sign_up(same, "x@example.cn").await, "这个用户名已被使用");
        entered(&app, "guangxi", same, PASSWORD).await;
    }
    for alike in [
        "l\u{456}ming",
        "lim\u{131}\u{301}ng",
        "li\u{200b}ming",
        "\u{1d425}iming",
    ] {
        refused(&sign_up(alike, "x@example.cn").await, "用户名中不能有");
    }
    // Whoever calls themself by somebody's address does not keep their letters from them.
    led(
        &sign_up("li@example.cn", "x@example.cn").await,
        "/guangxi/sign-up/individual/ready",
    );
    let asked = app.client().post("/guangxi/reset", &[("name", "LI@example.cn")]).await;
    led(&asked, "/guangxi/reset/sent");
    let link = app.letter_to("guangxi", "li@example.cn").await.link("reset");
    assert!(app.client().get(&link).await.page().contains("liming"));
}

/// Where a way gives no account, whoever has registered the unit is told by letter, as the page has promised.
#[tokio::test]
async fn a_unit_is_told_what_was_decided() {
    let app = TestApp::start().await;
    app.staff("guangxi").await;
    let address = "/guangxi/sign-up/recommending";
    let waits = app.client().post(address, &filled(&guangxi::UNIT)).await;
    led(&waits, &format!("{address}/waits"));
    assert!(told(&app.client().get(waits.location()).await).contains("审核结果将发送到您填写的邮箱"));
    let mut clerk = office(&app, "guangxi").await;
    let name = guangxi::UNIT[0].1;
    let one = link_to(&clerk.get("/guangxi/approvals").await, "/approvals/", name);
    clerk.post(&one, &[("do", "refuse"), ("reason", "请上传公章")]).await;
    let letter = app.letter_to("guangxi", "zuojiang@example.cn").await;
    assert!(
        letter.text.contains(name) && letter.text.contains("请上传公章"),
        "{letter:?}"
    );
    let mut browser = app.client();
    browser.get("/language/en?next=/").await;
    led(
        &browser.post(address, &filled(&guangxi::UNIT)).await,
        &format!("{address}/waits"),
    );
    approve(&app, "guangxi", name).await;
    let letter = app.letter_to("guangxi", "zuojiang@example.cn").await;
    assert!(
        letter.text.contains("was approved") && letter.text.contains("/guangxi/"),
        "{letter:?}"
    );
}

/// Who has ended what, taken which role and changed which details stands in the chain; what did not happen does not.
#[tokio::test]
async fn the_chain_tells_what_was_changed() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut browser = app.signed_in(REGION, WHO).await;
    app.signed_in(REGION, WHO).await;
    let page = browser.get(HERE).await.page();
    let other = page
        .split("name=\"session\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    for session in [other.expect("the other session"), &"0".repeat(64), ""] {
        led(
            &browser.post(HERE, &[("do", "end-session"), ("session", session)]).await,
            HERE,
        );
    }
    assert_eq!(told_of(&app, REGION, "end-session").await.len(), 1);
    assert_eq!(told_of(&app, REGION, "sign-out").await.len(), 0);
    let changed = [
        ("name", "王伟任"),
        ("id_type", "1"),
        ("id_no", "62010219800101101X"),
        ("phone", "13800138005"),
    ];
    led(
        &browser.post("/gansu/profile", &filled(&changed)).await,
        "/gansu/profile",
    );
    let fields = told_of(&app, REGION, "profile").await.remove(0)["fields"].to_string();
    assert!(
        fields.contains("phone") && fields.contains("id_no") && !fields.contains("name"),
        "{fields}"
    );
    assert!(!fields.contains("6201"), "names of fields alone: {fields}");

    let mut clerk = app.signed_in(REGION, "unit@demo.example").await;
    let stored = account(&app, REGION, "unit@demo.example").await.unwrap();
    let both = dengji::store::Account {
        revision: stored.revision + 1,
        roles: vec!["unit_admin".into(), "registrant".into()],
        ..stored
    };
    let put = vec![dengji::store::Put::Account(Box::new(both))];
    let expect = Vec::new();
    app.registry
        .store()
        .commit(dengji::store::Change { expect, put })
        .await
        .unwrap();
    clerk.post("/gansu/role", &[("role", "registrant")]).await;
    assert_eq!(told_of(&app, REGION, "take-role").await[0]["role"], "registrant");
}

/// Whoever never opens the link is forgotten, whosever details were typed; whom a unit has invited is not.
#[tokio::test]
async fn a_sign_up_that_nobody_completes_is_forgotten() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    app.client().post("/gansu/sign-up/solo", &filled(&gansu::BRIEF)).await;
    let mut clerk = app.signed_in(REGION, "unit@demo.example").await;
    let typed = [("name", "赵敏"), ("email", "zhao@example.cn")];
    led(&clerk.post("/gansu/people/new/invited", &typed).await, "/gansu/people");
    app.clock.pass(SignedDuration::from_hours(24 * 29));
    app.registry.purge().await.unwrap();
    assert!(account(&app, REGION, "sun@example.cn").await.is_some());
    app.clock.pass(SignedDuration::from_hours(24));
    app.registry.purge().await.unwrap();
    assert!(account(&app, REGION, "sun@example.cn").await.is_none());
    assert!(account(&app, REGION, "zhao@example.cn").await.is_some());
    assert_eq!(told_of(&app, REGION, "sign-up-lapsed").await.len(), 1);
    app.audit_holds(REGION).await;
}

/// Nothing that leads to a person stays in the file: neither the addresses that letters went to, nor whom a unit named
/// as whom to ask.
#[tokio::test]
async fn who_is_erased_leaves_no_address_behind() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    app.client().post("/gansu/sign-up/unit", &filled(&gansu::UNIT)).await;
    approve(&app, REGION, "牛建国").await;
    let mut browser = entered(&app, REGION, "niu@example.cn", PASSWORD).await;
    let wanted = [("do", "email"), ("email", "jianguo@example.cn"), ("confirm", PASSWORD)];
    led(&browser.post(HERE, &wanted).await, HERE);
    let link = app.letter_to(REGION, "jianguo@example.cn").await.link("verify-email");
    assert_eq!(app.client().post(&link, &[("", "")]).await.status, 200);
    app.letters(REGION).await;
    drop(browser);
    let (folders, data) = app.stop();
    let told = dengji(&["account", "erase", REGION, "jianguo@example.cn"], data.path(), "").done();
    assert!(told.contains("渭水仪器有限公司"), "{told}");
    let bytes = std::fs::read(data.path().join("dengji.redb")).unwrap();
    for gone in ["niu@example.cn", "jianguo@example.cn", "13800138003", "牛建国"] {
        let stands = bytes.windows(gone.len()).any(|window| window == gone.as_bytes());
        assert!(!stands, "{gone} still stands in the file");
    }
    let app = TestApp::at(folders, data).await;
    assert!(unit(&app, REGION, "渭水仪器有限公司").await.unwrap().is_active());
    app.audit_holds(REGION).await;
    let (_, gone) = enter(&app, REGION, "jianguo@example.cn", PASSWORD).await;
    assert_eq!(gone.status, 422);
}
