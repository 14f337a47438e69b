//! What people get wrong, and what some try on purpose.

use dengji_tests::{Answer, Client, TestApp};
use jiff::SignedDuration;

use super::counter::{
    PASSWORD, account, approve, but, enter, entered, filled, led, link_to, office, refused, told, unit,
};
use super::{gansu, guangxi};

/// Opens the way of a person without a unit as far as the link in the letter.
async fn mailed(app: &TestApp) -> String {
    let mut browser = app.client();
    browser.post("/gansu/sign-up/solo", &filled(&gansu::BRIEF)).await;
    app.letter_to("gansu", "sun@example.cn").await.link("activation")
}

#[track_caller]
fn dead(answer: &Answer) {
    assert_eq!(answer.status, 410, "{}", told(answer));
    let page = told(answer);
    assert!(
        page.contains("链接已失效") && page.contains("请重新注册") && page.contains("系统登录"),
        "{page}"
    );
}

#[tokio::test]
async fn links_that_were_used_or_replaced_or_have_passed_or_are_forged() {
    let app = TestApp::start().await;
    let typed = filled(&gansu::ACTIVATION);
    let first = mailed(&app).await;
    let second = mailed(&app).await;
    for link in [
        first.as_str(),
        "/gansu/activation/x",
        "/gansu/activation/%00%ff",
        &format!("/gansu/activation/{}", "a".repeat(5000)),
        &second.replace("/gansu/", "/guangxi/"),
        &second
            .to_uppercase()
            .replace("/GANSU/ACTIVATION/", "/gansu/activation/"),
    ] {
        let opened = app.client().get(link).await;
        assert!([400, 404, 410].contains(&opened.status), "{link}: {}", opened.status);
        if opened.status == 410 {
            dead(&opened);
            dead(&app.client().post(link, &typed).await);
        }
    }
    led(&app.client().post(&second, &typed).await, "/gansu/activated");
    dead(&app.client().get(&second).await);
    dead(&app.client().post(&second, &typed).await);

    let other = but(&gansu::BRIEF, &[("email", "li@example.cn")]);
    app.client().post("/gansu/sign-up/solo", &filled(&other)).await;
    let late = app.letter_to("gansu", "li@example.cn").await.link("activation");
    app.clock.pass(SignedDuration::from_hours(72));
    dead(&app.client().get(&late).await);
    dead(&app.client().post(&late, &typed).await);
    // Signing up once more sends another one.
    app.client().post("/gansu/sign-up/solo", &filled(&other)).await;
    let again = app.letter_to("gansu", "li@example.cn").await.link("activation");
    assert_eq!(app.client().get(&again).await.status, 200);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_counts_once() {
    let app = TestApp::start().await;
    let link = mailed(&app).await;
    let typed = filled(&gansu::ACTIVATION);
    let (mut one, mut two) = (app.client(), app.client());
    let (one, two) = tokio::join!(one.post(&link, &typed), two.post(&link, &typed));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 303 && [409, 410].contains(&statuses[1]), "{statuses:?}");
    entered(&app, "gansu", "sun@example.cn", PASSWORD).await;

    app.staff("guangxi").await;
    let typed = filled(&guangxi::PERSON);
    let address = "/guangxi/sign-up/individual";
    let (mut one, mut two) = (app.client(), app.client());
    let (one, two) = tokio::join!(one.post(address, &typed), two.post(address, &typed));
    let (won, lost) = if one.status == 303 { (one, two) } else { (two, one) };
    assert_eq!(won.status, 303);
    refused(&lost, "这个用户名已被使用");
}

/// A browser shows the answer to the last of two posts: a double click is told what the first was told.
#[tokio::test]
async fn the_same_form_once_more_is_answered_as_the_first() {
    let app = TestApp::start().await;
    app.staff("guangxi").await;
    app.staff("gansu").await;
    // With the same captcha, as a browser sends it.
    let twice = async |from: &mut Client, address: &str, typed: &[(String, String)]| {
        let page = from.get(address).await;
        let mut typed = typed.to_vec();
        typed.extend(
            page.solution()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        let mut other = from.clone();
        let (one, two) = tokio::join!(
            from.post_as_it_is(address, &typed),
            other.post_as_it_is(address, &typed)
        );
        let later = from.post_as_it_is(address, &typed).await;
        for answer in [&two, &later] {
            led(answer, one.location());
        }
        assert_eq!(one.status, 303, "{}", told(&one));
        one.location().to_owned()
    };
    let mut browser = app.client();
    let ready = twice(&mut browser, "/guangxi/sign-up/individual", &filled(&guangxi::PERSON)).await;
    assert_eq!(ready, "/guangxi/sign-up/individual/ready");
    twice(&mut browser, "/guangxi/sign-up/unit", &filled(&guangxi::UNIT)).await;
    let waits = twice(&mut browser, "/gansu/sign-up/unit", &filled(&gansu::UNIT)).await;
    assert_eq!(waits, "/gansu/sign-up/unit/waits");
    let link = mailed(&app).await;
    assert_eq!(
        twice(&mut browser, &link, &filled(&gansu::ACTIVATION)).await,
        "/gansu/activated"
    );
    assert_eq!(app.client().get(&link).await.status, 410, "the link itself opens once");
    let mut clerk = office(&app, "gansu").await;
    let one = link_to(&clerk.get("/gansu/approvals").await, "/approvals/", "牛建国");
    twice(&mut clerk, &one, &filled(&[("do", "approve")])).await;
    let mut admin = app.signed_in("gansu", "unit@demo.example").await;
    let invited = filled(&[("name", "赵敏"), ("email", "zhao@example.cn")]);
    twice(&mut admin, "/gansu/people/new/invited", &invited).await;
    let letters = app.letters("gansu").await;
    assert_eq!(
        letters.iter().filter(|letter| letter.to == "zhao@example.cn").count(),
        1
    );
    // After a while it is an act of its own.
    let page = browser.get("/guangxi/sign-up/individual").await;
    let mut again = filled(&but(&guangxi::PERSON, &[("sign_in_name", "huangdahai")]));
    again.extend(
        page.solution()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let address = "/guangxi/sign-up/individual";
    led(
        &browser.post_as_it_is(address, &again).await,
        "/guangxi/sign-up/individual/ready",
    );
    app.clock.pass(SignedDuration::from_mins(2));
    refused(&browser.post_as_it_is(address, &again).await, "验证码不正确");
    // Another form with the same captcha is no second time.
    let page = browser.get("/guangxi/sign-up/individual").await;
    let mut other = filled(&but(&guangxi::PERSON, &[("sign_in_name", "huangxiaohai")]));
    other.extend(
        page.solution()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    browser.post_as_it_is("/guangxi/sign-up/individual", &other).await;
    other
        .iter_mut()
        .filter(|(name, _)| name == "sign_in_name")
        .for_each(|(_, name)| name.push('2'));
    refused(
        &browser.post_as_it_is("/guangxi/sign-up/individual", &other).await,
        "验证码不正确",
    );
    app.audit_holds("gansu").await;
}

#[tokio::test]
async fn of_many_who_register_one_unit_at_once_one_does() {
    let app = TestApp::start().await;
    let mut posts = Vec::new();
    for number in 0..8 {
        let mut client = app.client();
        let email = format!("niu{number}@example.cn");
        posts.push(tokio::spawn(async move {
            let typed = but(&gansu::UNIT, &[("email", &email)]);
            let answer = client.post("/gansu/sign-up/unit", &filled(&typed)).await;
            (answer.status, told(&answer))
        }));
    }
    let mut won = 0;
    for post in posts {
        match post.await.unwrap() {
            (303, _) => won += 1,
            (422, said) => assert!(said.contains("已在本系统登记，无需重复登记"), "{said}"),
            (status, said) => panic!("{status}: {said}"),
        }
    }
    assert_eq!(won, 1);
    assert!(unit(&app, "gansu", "渭水仪器有限公司").await.is_some());
    let accounts = app
        .registry
        .store()
        .accounts("gansu", &dengji::store::Accounts::All)
        .await
        .unwrap();
    assert_eq!(accounts.len(), 1, "who came too late has no account either");
    app.audit_holds("gansu").await;
}

#[tokio::test]
async fn one_mailbox_is_one_account_however_it_is_typed() {
    let app = TestApp::start().await;
    app.staff("gansu").await;
    let link = mailed(&app).await;
    app.client().post(&link, &filled(&gansu::ACTIVATION)).await;
    for typed in ["SUN@Example.CN", "ｓｕｎ＠ｅｘａｍｐｌｅ．ｃｎ", "  sun@example。cn　"] {
        entered(&app, "gansu", typed, PASSWORD).await;
        let again = but(&gansu::BRIEF, &[("email", typed)]);
        led(
            &app.client().post("/gansu/sign-up/solo", &filled(&again)).await,
            "/gansu/sign-up/solo/mailed",
        );
        let letter = app.letter_to("gansu", "sun@example.cn").await;
        assert!(!letter.text.contains("/activation/"), "{typed}: {letter:?}");
    }
    for (typed, said) in [
        ("sun", "@"),
        ("sun@", "邮箱"),
        ("sun@@example.cn", "@"),
        ("sun@example.cn, li@example.cn", "邮箱"),
        ("孙@example.cn", "邮箱"),
    ] {
        let wrong = but(&gansu::BRIEF, &[("email", typed)]);
        refused(&app.client().post("/gansu/sign-up/solo", &filled(&wrong)).await, said);
    }
}

#[tokio::test]
async fn names_as_people_have_them() {
    let app = TestApp::start().await;
    app.staff("guangxi").await;
    let long = "阿".repeat(50);
    for (number, name) in ["阿卜杜拉·买买提", "𠮷田𡈽郎", "欧阳㐂", "O’Neill-Müller", &long]
        .into_iter()
        .enumerate()
    {
        let user = format!("user{number}");
        let mail = format!("{user}@example.cn");
        let typed = but(
            &guangxi::PERSON,
            &[("name", name), ("sign_in_name", &user), ("email", &mail)],
        );
        let signed_up = app.client().post("/guangxi/sign-up/individual", &filled(&typed)).await;
        led(&signed_up, "/guangxi/sign-up/individual/ready");
        let mut browser = entered(&app, "guangxi", &user, PASSWORD).await;
        assert!(browser.get("/guangxi/account").await.page().contains(name), "{name}");
    }
    let longer = "阿".repeat(51);
    let typed = but(&guangxi::PERSON, &[("name", &longer)]);
    refused(
        &app.client().post("/guangxi/sign-up/individual", &filled(&typed)).await,
        "50",
    );
    for (user, said) in [
        ("", "请填写用户名"),
        ("x", "2 至 50"),
        ("a b", "用户名中不能有"),
        ("<script>", "用户名中不能有"),
        ("a\u{202e}b", "用户名中不能有"),
        (&longer, "2 至 50"),
    ] {
        let typed = but(&guangxi::PERSON, &[("sign_in_name", user)]);
        refused(
            &app.client().post("/guangxi/sign-up/individual", &filled(&typed)).await,
            said,
        );
    }
    for user in ["韦小宝", "𠮷田", "a·b"] {
        let typed = but(&guangxi::PERSON, &[("sign_in_name", user)]);
        led(
            &app.client().post("/guangxi/sign-up/individual", &filled(&typed)).await,
            "/guangxi/sign-up/individual/ready",
        );
        entered(&app, "guangxi", user, PASSWORD).await;
    }
}

#[tokio::test]
async fn a_password_of_a_megabyte_is_refused_like_any_other() {
    let app = TestApp::start().await;
    app.staff("gansu").await;
    let huge = "Aa1#".repeat(256 * 1024);
    let link = mailed(&app).await;
    let mut own = app.signed_in("gansu", "invited@demo.example").await;
    let typed = but(&gansu::ACTIVATION, &[("password", &huge), ("again", &huge)]);
    let pairs = [
        ("do", "password"),
        ("old", &*huge),
        ("password", &*huge),
        ("again", &*huge),
    ];
    let answers = [
        enter(&app, "gansu", "invited@demo.example", &huge).await.1,
        enter(&app, "gansu", "nobody@demo.example", &huge).await.1,
        app.client().post(&link, &filled(&typed)).await,
        own.post("/gansu/account", &pairs).await,
    ];
    for answer in answers {
        assert!([413, 422].contains(&answer.status), "{}", answer.status);
        assert!(
            answer.body.len() < 100_000,
            "nothing of it comes back: {}",
            answer.body.len()
        );
    }
    app.signed_in("gansu", "invited@demo.example").await;
}

#[tokio::test]
async fn no_field_reaches_the_head_of_a_letter() {
    let app = TestApp::start().await;
    app.staff("gansu").await;
    let mut admin = app.signed_in("gansu", "unit@demo.example").await;
    let evil = "赵敏\r\nBcc: x@y.example\r\n\r\nhttp://evil.example/";
    for email in [
        "zhao@example.cn\r\nBcc: x@y.example",
        "zhao@example.cn\nx@y.example",
        "a@b.cn>,<x@y.example",
    ] {
        let answer = admin
            .post("/gansu/people/new/invited", &[("name", "赵敏"), ("email", email)])
            .await;
        refused(&answer, "邮箱");
    }
    admin
        .post(
            "/gansu/people/new/invited",
            &[("name", evil), ("email", "zhao@example.cn")],
        )
        .await;
    for letter in app.letters("gansu").await {
        assert_eq!(letter.to, "zhao@example.cn", "{letter:?}");
        assert!(!letter.subject.contains(['\r', '\n']), "{letter:?}");
    }
}

/// What a stranger sees and what the server does is the same, whether an account is there or not.
#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let app = TestApp::start().await;
    app.staff("gansu").await;
    let class = |answer: &Answer| (answer.status, answer.location().to_owned(), told(answer));
    let store = app.registry.store();
    let mut seen = Vec::new();
    for name in ["invited@demo.example", "absentx@demo.example"] {
        let before = store.commits();
        let (_, answer) = enter(&app, "gansu", name, "Wrong#2026").await;
        seen.push((class(&answer), store.commits() - before));
    }
    assert_eq!(seen[0], seen[1], "signing in");
    // The same from the browser that has signed in before.
    let mut known = app.signed_in("gansu", "invited@demo.example").await;
    known.post("/gansu/sign-out", &[("", "")]).await;
    known.get("/gansu/").await;
    let before = store.commits();
    let wrong = [("name", "invited@demo.example"), ("password", "Wrong#2026")];
    let answer = known.post("/gansu/sign-in", &wrong).await;
    assert_eq!(
        (class(&answer), store.commits() - before),
        seen[0],
        "signing in from a known browser"
    );

    seen.clear();
    for name in ["invited@demo.example", "absentx@demo.example"] {
        let before = store.commits();
        let answer = app.client().post("/gansu/reset", &[("name", name)]).await;
        seen.push((class(&answer), store.commits() - before));
    }
    assert_eq!(seen[0], seen[1], "resetting a password");
    seen.clear();
    for email in ["invited@demo.example", "absentx@demo.example"] {
        let typed = but(&gansu::BRIEF, &[("email", email)]);
        let before = store.commits();
        let answer = app.client().post("/gansu/sign-up/solo", &filled(&typed)).await;
        seen.push((class(&answer), store.commits() - before));
    }
    assert_eq!(seen[0], seen[1], "signing up by mail");
    seen.clear();
    for (at, email) in ["invited@demo.example", "absenty@demo.example"].into_iter().enumerate() {
        let name = format!("第{at}仪器厂");
        let code = ["91620100MA00000072", "91620100MA00000085"][at];
        let typed = but(
            &gansu::UNIT,
            &[("email", email), ("name", &name), ("credit_code", code)],
        );
        let before = store.commits();
        let answer = app.client().post("/gansu/sign-up/unit", &filled(&typed)).await;
        seen.push((class(&answer), store.commits() - before));
        // Whoever tries again learns of the unit, which is public, and of nobody's account.
        let again = app.client().post("/gansu/sign-up/unit", &filled(&typed)).await;
        refused(&again, "这个单位已在本系统登记");
    }
    assert_eq!(seen[0], seen[1], "signing up with approval");
}

/// A unit registered with an address that has an account waits for approval like any other; the office sees whose
/// address it is, and approving makes no second account.
#[tokio::test]
async fn a_unit_is_registered_with_an_address_that_is_known() {
    let app = TestApp::start().await;
    app.staff("gansu").await;
    let register = async |email: &str, name: &str, code: &str| {
        let typed = but(&gansu::UNIT, &[("email", email), ("name", name), ("credit_code", code)]);
        let answer = app.client().post("/gansu/sign-up/unit", &filled(&typed)).await;
        led(&answer, "/gansu/sign-up/unit/waits");
    };
    let before = account(&app, "gansu", "solo@demo.example").await.unwrap();
    assert_eq!(before.unit, None);
    register("solo@demo.example", "渭水仪器有限公司", "91620100MA00000072").await;
    let letter = app.letter_to("gansu", "solo@demo.example").await;
    assert!(
        letter.text.contains("已有账号") || letter.text.contains("已经有账号"),
        "{}",
        letter.text
    );
    let mut clerk = office(&app, "gansu").await;
    let one = link_to(&clerk.get("/gansu/approvals").await, "/approvals/", "渭水仪器有限公司");
    let shown = told(&clerk.get(&one).await);
    assert!(shown.contains(&format!("所留邮箱已是{}的账号", before.name)), "{shown}");
    led(&clerk.post(&one, &[("do", "approve")]).await, "/gansu/approvals");
    let after = account(&app, "gansu", "solo@demo.example").await.unwrap();
    let registered = unit(&app, "gansu", "渭水仪器有限公司").await.unwrap();
    assert_eq!((&after.id, after.unit.as_deref()), (&before.id, Some(&*registered.id)));
    assert!(after.roles.iter().any(|role| role == "unit_admin"), "{:?}", after.roles);
    assert!(after.roles.iter().any(|role| role == "registrant"), "{:?}", after.roles);
    assert_eq!(
        after.password_hash, before.password_hash,
        "a stranger's password opens nothing"
    );

    // Somebody of another unit stays there.
    let other = account(&app, "gansu", "invited@demo.example").await.unwrap();
    register("invited@demo.example", "洮河仪器有限公司", "91620100MA00000085").await;
    let one = link_to(&clerk.get("/gansu/approvals").await, "/approvals/", "洮河仪器有限公司");
    let shown = told(&clerk.get(&one).await);
    assert!(shown.contains("属于别的单位"), "{shown}");
    led(&clerk.post(&one, &[("do", "approve")]).await, "/gansu/approvals");
    assert_eq!(account(&app, "gansu", "invited@demo.example").await.unwrap(), other);
    assert!(unit(&app, "gansu", "洮河仪器有限公司").await.unwrap().is_active());
    app.audit_holds("gansu").await;
}

#[tokio::test]
async fn after_signing_in_nobody_is_led_elsewhere() {
    let app = TestApp::start().await;
    app.staff("gansu").await;
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/gansu/\r\nSet-Cookie: a=b",
        " //evil.example",
        "gansu.evil.example",
    ] {
        let mut browser = app.client();
        let typed = [
            ("name", "invited@demo.example"),
            ("password", "Dengji#2026"),
            ("next", next),
        ];
        led(&browser.post("/gansu/sign-in", &typed).await, "/gansu/");
        led(
            &browser
                .post("/gansu/role", &[("role", "registrant"), ("next", next)])
                .await,
            "/gansu/",
        );
        let encoded: String = next.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let signed_in = browser.get(&format!("/gansu/sign-in?next={encoded}")).await;
        led(&signed_in, "/gansu/");
        let asked = app.client().get(&format!("/gansu/sign-in?next={encoded}")).await;
        assert_eq!(asked.hidden("next"), None, "{next}");
        let roles = browser.get(&format!("/gansu/roles?next={encoded}")).await;
        assert_eq!(roles.hidden("next"), None, "{next}");
    }
    let typed = [
        ("name", "invited@demo.example"),
        ("password", "Dengji#2026"),
        ("next", "/gansu/applications?page=1"),
    ];
    led(
        &app.client().post("/gansu/sign-in", &typed).await,
        "/gansu/applications?page=1",
    );
}

/// A unit that two people register with one name, one after the other was refused, is free again.
#[tokio::test]
async fn what_was_refused_can_be_registered_again() {
    let app = TestApp::start().await;
    app.staff("gansu").await;
    app.client().post("/gansu/sign-up/unit", &filled(&gansu::UNIT)).await;
    let mut clerk = super::counter::office(&app, "gansu").await;
    let one = link_to(&clerk.get("/gansu/approvals").await, "/approvals/", "牛建国");
    clerk.post(&one, &[("do", "refuse"), ("reason", "请用公章全称")]).await;
    assert!(
        app.letter_to("gansu", "niu@example.cn")
            .await
            .text
            .contains("请用公章全称")
    );
    assert!(account(&app, "gansu", "niu@example.cn").await.is_none());
    assert!(unit(&app, "gansu", "渭水仪器有限公司").await.is_none());
    led(
        &app.client().post("/gansu/sign-up/unit", &filled(&gansu::UNIT)).await,
        "/gansu/sign-up/unit/waits",
    );
    approve(&app, "gansu", "牛建国").await;
    entered(&app, "gansu", "niu@example.cn", PASSWORD).await;
    // Twice approving does nothing more.
    assert_eq!(clerk.post(&one, &[("do", "approve")]).await.status, 404);
}
