//! Passwords, links to choose another one, sessions and their limits, waiting after failures, second factors.

use dengji_tests::{Client, Copied, TestApp};
use jiff::SignedDuration;
use totp_rs::{Builder, Secret};

use super::counter::{PASSWORD, account, enter, entered, led, office, refused, told};

const REGION: &str = "gansu";
const WHO: &str = "invited@demo.example";
const SIGN_IN: &str = "/gansu/sign-in";
const HERE: &str = "/gansu/account";
/// The password of every demonstration account.
const OLD: &str = "Dengji#2026";

async fn staffed() -> TestApp {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    app
}

/// What a client sends to change a password.
fn change<'a>(old: &'a str, new: &'a str, again: &'a str) -> [(&'static str, &'a str); 4] {
    [("do", "password"), ("old", old), ("password", new), ("again", again)]
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one() {
    let app = staffed().await;
    let mut browser = app.signed_in(REGION, WHO).await;
    let mut other = app.signed_in(REGION, WHO).await;
    for (old, new, again, said) in [
        ("Wrong#2026", PASSWORD, PASSWORD, "原密码不正确"),
        (OLD, "Short#1", "Short#1", "8-12 位"),
        (OLD, "LongerThan#12", "LongerThan#12", "8-12 位"),
        (OLD, "beihai#2026", "beihai#2026", "大写字母"),
        (OLD, "P@ssw0rd", "P@ssw0rd", "太常见"),
        (OLD, "Invited#1", "Invited#1", "不能含有登录账号或姓名"),
        (OLD, PASSWORD, "Beihai#2027", "确认密码必须和登录密码一致"),
        (OLD, OLD, OLD, "新密码应与原密码不同"),
    ] {
        refused(&browser.post(HERE, &change(old, new, again)).await, said);
    }
    led(&browser.post(HERE, &change(OLD, PASSWORD, PASSWORD)).await, HERE);
    assert_eq!(browser.get(HERE).await.status, 200, "this browser goes on");
    assert!(
        other.get(HERE).await.location().contains("sign-in"),
        "every other one ends"
    );
    assert!(app.letter_to(REGION, WHO).await.subject.contains("密码"));
    assert_eq!(enter(&app, REGION, WHO, OLD).await.1.status, 422);
    entered(&app, REGION, WHO, PASSWORD).await;
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_by_mail() {
    let app = staffed().await;
    let mut browser = app.signed_in(REGION, WHO).await;
    let mut outside = app.client();
    refused(&outside.post("/gansu/reset", &[("name", "  ")]).await, "请填写登录账号");
    let mut links = Vec::new();
    for _ in 0..2 {
        led(
            &outside.post("/gansu/reset", &[("name", WHO)]).await,
            "/gansu/reset/sent",
        );
        links.push(app.letter_to(REGION, WHO).await.link("reset"));
    }
    let [first, second] = &links[..] else { unreachable!() };
    let chosen = |password| [("password", password), ("again", password)];
    assert!(told(&outside.get(second).await).contains(WHO));
    refused(&outside.post(second, &chosen("short")).await, "8-12 位");
    led(&outside.post(second, &chosen(PASSWORD)).await, "/gansu/reset/done");
    for link in [first, second] {
        assert_eq!(
            outside.get(link).await.status,
            410,
            "a chosen password closes every link before it"
        );
        assert_eq!(outside.post(link, &chosen("Yulin#2026")).await.status, 410);
    }
    assert!(
        browser.get(HERE).await.location().contains("sign-in"),
        "every session ends"
    );
    entered(&app, REGION, WHO, PASSWORD).await;

    app.clock.pass(SignedDuration::from_secs(1));
    led(
        &outside.post("/gansu/reset", &[("name", WHO)]).await,
        "/gansu/reset/sent",
    );
    let late = app.letter_to(REGION, WHO).await.link("reset");
    app.clock.pass(SignedDuration::from_hours(2));
    let dead = outside.get(&late).await;
    assert_eq!(dead.status, 410);
    assert!(told(&dead).contains("请重新申请找回密码"), "{}", told(&dead));
}

#[tokio::test]
async fn a_session_has_an_end_and_its_owner_sees_them_all() {
    let app = staffed().await;
    let mut browser = app.signed_in(REGION, WHO).await;
    let mut other = app.signed_in(REGION, WHO).await;
    let page = browser.get(HERE).await;
    assert_eq!(
        page.text().matches("value=\"end-session\"").count(),
        1,
        "one can be ended, the other is this one"
    );
    let session = page.hidden("session").expect("the other session has a number");
    // Nobody ends somebody else's.
    let mut clerk = office(&app, REGION).await;
    let strange = clerk.post(HERE, &[("do", "end-session"), ("session", &session)]).await;
    assert_eq!(strange.status, 404);
    assert_eq!(other.get(HERE).await.status, 200);
    led(
        &browser
            .post(HERE, &[("do", "end-session"), ("session", &session)])
            .await,
        HERE,
    );
    assert!(other.get(HERE).await.location().contains("sign-in"));

    // Two hours without use.
    app.clock.pass(SignedDuration::from_mins(119));
    assert_eq!(browser.get(HERE).await.status, 200);
    app.clock.pass(SignedDuration::from_mins(119));
    assert_eq!(browser.get(HERE).await.status, 200, "use prolongs it");
    app.clock.pass(SignedDuration::from_mins(120));
    assert!(browser.get(HERE).await.location().contains("sign-in"));
    // Twelve hours at most.
    let mut browser = app.signed_in(REGION, WHO).await;
    for _ in 0..11 {
        app.clock.pass(SignedDuration::from_hours(1));
        assert_eq!(browser.get(HERE).await.status, 200);
    }
    app.clock.pass(SignedDuration::from_hours(1));
    assert!(browser.get(HERE).await.location().contains("sign-in"));
}

#[tokio::test]
async fn a_session_gets_another_number_at_sign_in() {
    let app = staffed().await;
    let mut browser = app.signed_in(REGION, WHO).await;
    let mut before = browser.clone();
    led(
        &browser.post(SIGN_IN, &[("name", WHO), ("password", OLD)]).await,
        "/gansu/",
    );
    assert_eq!(browser.get(HERE).await.status, 200);
    assert!(
        before.get(HERE).await.location().contains("sign-in"),
        "the number from before opens nothing"
    );
    led(&browser.post("/gansu/sign-out", &[("", "")]).await, "/gansu/");
    assert!(browser.get(HERE).await.location().contains("sign-in"));
}

/// Strangers who guess keep an account waiting, and not its owner.
#[tokio::test]
async fn guessing_waits_longer_and_longer_and_does_not_lock_the_owner_out() {
    let app = staffed().await;
    let mut owner = app.signed_in(REGION, WHO).await;
    owner.post("/gansu/sign-out", &[("", "")]).await;
    let guess = async |password: &str| enter(&app, REGION, WHO, password).await.1.status;
    for _ in 0..5 {
        assert_eq!(guess("Wrong#2026").await, 422);
    }
    assert_eq!(
        guess(OLD).await,
        422,
        "a stranger's browser waits, even with the right password"
    );
    let known = [("name", WHO), ("password", OLD)];
    assert_eq!(
        owner.post(SIGN_IN, &known).await.status,
        303,
        "the owner's browser does not"
    );
    // Signing in has forgiven; again, and now by time.
    for _ in 0..5 {
        guess("Wrong#2026").await;
    }
    app.clock.pass(SignedDuration::from_secs(59));
    assert_eq!(guess(OLD).await, 422);
    app.clock.pass(SignedDuration::from_secs(1));
    assert_eq!(guess("Wrong#2026").await, 422, "one more failure doubles the wait");
    app.clock.pass(SignedDuration::from_secs(60));
    assert_eq!(guess(OLD).await, 422);
    // A restart forgets nothing.
    drop(owner);
    let now = app.clock.now();
    let app = app.restart().await;
    app.clock.pass(now.duration_since(app.clock.now()));
    assert_eq!(enter(&app, REGION, WHO, OLD).await.1.status, 422);
    app.clock.pass(SignedDuration::from_secs(60));
    entered(&app, REGION, WHO, OLD).await;
}

/// A guesser in the owner's own browser waits as well.
#[tokio::test]
async fn a_known_browser_waits_for_itself_alone() {
    let app = staffed().await;
    let mut owner = app.signed_in(REGION, WHO).await;
    owner.post("/gansu/sign-out", &[("", "")]).await;
    for _ in 0..5 {
        owner.post(SIGN_IN, &[("name", WHO), ("password", "Wrong#2026")]).await;
    }
    assert_eq!(
        owner.post(SIGN_IN, &[("name", WHO), ("password", OLD)]).await.status,
        422
    );
    entered(&app, REGION, WHO, OLD).await;
}

/// What an authenticator with this secret shows now.
fn code(app: &TestApp, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).with_skew(1).build().unwrap();
    let now = u64::try_from(app.clock.now().as_second()).unwrap();
    totp.generate(now).to_string()
}

/// The secret on the page that sets a second factor up.
async fn secret(browser: &mut Client) -> String {
    let page = browser.get("/gansu/account/second-factor").await.page();
    let rest = page
        .split("secret=")
        .nth(1)
        .expect("the page has the authenticator's address");
    rest.split(['&', '"']).next().unwrap().to_owned()
}

async fn second_step(browser: &mut Client, answer: &dengji_tests::Answer, code: &str) -> dengji_tests::Answer {
    let step = answer.hidden("step").expect("the code is asked");
    browser
        .post("/gansu/sign-in/code", &[("step", &*step), ("code", code)])
        .await
}

#[tokio::test]
async fn a_role_can_ask_for_a_second_factor() {
    let copied = Copied::of(&[REGION]);
    copied.edit(
        "forms/gansu/region.yaml",
        "office: {label: {zh: 省科技厅, en: Provincial office}, sees: region}",
        "office: {label: {zh: 省科技厅, en: Provincial office}, sees: region, secondFactor: true}",
    );
    let app = TestApp::of(copied.folders()).await;
    app.staff(REGION).await;
    let mut clerk = office(&app, REGION).await;
    for page in ["queue", "people", "units", "account"] {
        let sent = clerk.get(&format!("/gansu/{page}")).await;
        assert_eq!(sent.location(), "/gansu/account/second-factor", "{page}");
    }
    let setup = clerk.get("/gansu/account/second-factor").await;
    assert!(told(&setup).contains("您的角色必须启用动态口令"));
    let picture = clerk.get("/gansu/account/second-factor/picture").await;
    assert!(picture.header("content-type").starts_with("image/svg") && picture.text().contains("<svg"));
    let secret = secret(&mut clerk).await;
    let wrong = clerk.post("/gansu/account/second-factor", &[("code", "000000")]).await;
    refused(&wrong, "口令不正确");
    let set = clerk
        .post("/gansu/account/second-factor", &[("code", &*code(&app, &secret))])
        .await;
    assert_eq!(set.status, 200, "{}", told(&set));
    let page = told(&set);
    let recovery: Vec<String> = page
        .split_whitespace()
        .filter(|word| word.len() == 11 && word.as_bytes()[5] == b'-')
        .map(str::to_owned)
        .collect();
    assert_eq!(recovery.len(), 8, "{page}");
    assert_eq!(clerk.get("/gansu/queue").await.status, 200, "now the role can be used");

    let name = "office@demo.example";
    // The code that set it up is not taken again.
    let (mut browser, asked) = enter(&app, REGION, name, OLD).await;
    assert_eq!(asked.status, 200, "the code is asked: {}", told(&asked));
    assert!(
        browser.get("/gansu/queue").await.location().contains("sign-in"),
        "half a sign-in is none"
    );
    let used = code(&app, &secret);
    refused(&second_step(&mut browser, &asked, &used).await, "口令不正确或已用过");
    app.clock.pass(SignedDuration::from_secs(60));
    let fresh = code(&app, &secret);
    led(&second_step(&mut browser, &asked, &fresh).await, "/gansu/");
    assert_eq!(browser.get("/gansu/queue").await.status, 200);
    let (mut browser, asked) = enter(&app, REGION, name, OLD).await;
    refused(&second_step(&mut browser, &asked, &fresh).await, "口令不正确或已用过");
    // A recovery code, once.
    led(&second_step(&mut browser, &asked, &recovery[0]).await, "/gansu/");
    let (mut browser, asked) = enter(&app, REGION, name, OLD).await;
    refused(
        &second_step(&mut browser, &asked, &recovery[0]).await,
        "口令不正确或已用过",
    );
    led(
        &second_step(&mut browser, &asked, &recovery[1].to_uppercase()).await,
        "/gansu/",
    );
    // The step has an end, and so has guessing.
    let (mut browser, asked) = enter(&app, REGION, name, OLD).await;
    app.clock.pass(SignedDuration::from_mins(10));
    let late = code(&app, &secret);
    refused(&second_step(&mut browser, &asked, &late).await, "登录超时");
    let (mut browser, asked) = enter(&app, REGION, name, OLD).await;
    for _ in 0..10 {
        assert_eq!(second_step(&mut browser, &asked, "000000").await.status, 422);
    }
    let right = code(&app, &secret);
    refused(&second_step(&mut browser, &asked, &right).await, "操作太频繁");
    let stored = account(&app, REGION, name).await.unwrap();
    let sealed = format!("{:?}", stored.second_factor);
    assert!(!sealed.contains(&secret), "the secret is sealed");
    app.audit_holds(REGION).await;
}

/// An authenticator is anybody's choice, and is given up with a code of it.
#[tokio::test]
async fn a_second_factor_is_given_up_with_a_code() {
    let app = staffed().await;
    let mut browser = app.signed_in(REGION, WHO).await;
    let secret = secret(&mut browser).await;
    let here = "/gansu/account/second-factor";
    browser.post(here, &[("code", &*code(&app, &secret))]).await;
    assert!(
        !browser.get(here).await.page().contains(&secret),
        "it is shown while it is set up, and never again"
    );
    assert_eq!(browser.get("/gansu/account/second-factor/picture").await.status, 404);
    refused(
        &browser.post(here, &[("do", "drop"), ("code", "000000")]).await,
        "口令不正确",
    );
    app.clock.pass(SignedDuration::from_mins(1));
    led(
        &browser
            .post(here, &[("do", "drop"), ("code", &*code(&app, &secret))])
            .await,
        HERE,
    );
    assert_eq!(enter(&app, REGION, WHO, OLD).await.1.status, 303);
}
