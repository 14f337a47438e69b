//! Letters and short messages on their way: what waits is sent once, what fails is tried again or told, what people
//! type does no harm, and a demonstration shows what it would have sent.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dengji::definition::Language;
use dengji::registry::Registry;
use dengji::registry::outbox::{Letter, Mailer, News, Outbox, Passed, Phone, Secret, Webhook, WebhookSettings};
use dengji::store::{Account, Change, Channel, Page, Phase, Put, Recipient};
use dengji_tests::{Client, Filed, PostOffice, TestApp, Then, repository};
use jiff::SignedDuration;

const REGION: &str = "gansu";

fn themes() -> PathBuf {
    repository().join("themes")
}

fn outbox(registry: &Registry, mailer: Mailer) -> Outbox {
    Outbox::open(registry.clone(), &themes(), mailer, Phone::Off).unwrap()
}

fn to(address: &str) -> Recipient {
    Recipient::Address {
        address: address.into(),
        of: String::new(),
    }
}

fn returned(title: &str) -> Letter {
    Letter::Returned(News {
        application: "1".into(),
        title: title.into(),
        state: "returned".into(),
        ..News::default()
    })
}

async fn write(registry: &Registry, recipient: Recipient, letter: &Letter) {
    let put = registry.message(REGION, recipient, None, letter).unwrap();
    commit(registry, vec![put]).await;
}

async fn commit(registry: &Registry, put: Vec<Put>) {
    let expect = Vec::new();
    registry.store().commit(Change { expect, put }).await.unwrap();
}

/// What is still there: phase by kind.
async fn left(registry: &Registry) -> Vec<Phase> {
    let listed = registry.store().messages(REGION, &Page::first(1000)).await.unwrap();
    listed.items.into_iter().map(|message| message.phase).collect()
}

fn passed(sent: usize, later: usize, parked: usize, closed: bool) -> impl Fn(&Passed) -> bool {
    move |found| (found.sent, found.later, found.parked, found.closed.is_some()) == (sent, later, parked, closed)
}

#[track_caller]
fn assert_passed(found: &Passed, expected: impl Fn(&Passed) -> bool) {
    assert!(expected(found), "{found:?}");
}

#[tokio::test]
async fn what_an_action_tells_is_mailed_to_whom_it_concerns() {
    let app = TestApp::start().await;
    app.demo(REGION).await;
    let office = PostOffice::open().await;
    let outbox = outbox(&app.registry, office.mailer());
    while outbox.pass(Channel::Mail).await.unwrap().sent > 0 {}
    assert_eq!(left(&app.registry).await.len(), 0, "what was sent is forgotten");
    let before = office.taken().len();
    assert!(before > 0, "the demonstration's applications have told their people");

    let listed = app.registry.store().messages(REGION, &Page::first(1)).await.unwrap();
    assert!(listed.items.is_empty());
    let mut clerk = app.signed_in(REGION, "office@demo.example").await;
    let queue = clerk.get(&format!("/{REGION}/queue")).await.page();
    let id = queue
        .split("/applications/")
        .nth(1)
        .unwrap()
        .split(['/', '"'])
        .next()
        .unwrap();
    let filed = Filed {
        region: REGION.into(),
        id: id.into(),
    };
    clerk
        .must_act(
            &filed,
            "send_back",
            &[("opinion", "请补充\r\nBcc: x@y.example\r\n\r\n附件")],
        )
        .await;
    assert_passed(&outbox.pass(Channel::Mail).await.unwrap(), passed(1, 0, 0, false));
    let mail = office.taken().pop().unwrap();
    assert!(mail.to.ends_with("@demo.example"), "{}", mail.to);
    assert!(
        mail.header("Subject").starts_with("=?utf-8?b?"),
        "{}",
        mail.header("Subject")
    );
    assert_eq!(mail.header("Bcc"), "");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.header("From").ends_with("<office@north.example>"));
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn letters_go_oldest_first_and_so_many_a_connection() {
    let app = TestApp::start().await;
    let office = PostOffice::open().await;
    for number in 0..120 {
        app.clock.pass(SignedDuration::from_secs(1));
        write(&app.registry, to(&format!("a{number:03}@b.example")), &returned("甲")).await;
    }
    let outbox = outbox(&app.registry, office.mailer());
    for expected in [50, 50, 20, 0] {
        assert_passed(
            &outbox.pass(Channel::Mail).await.unwrap(),
            passed(expected, 0, 0, false),
        );
    }
    let readers: Vec<String> = office.taken().into_iter().map(|mail| mail.to).collect();
    let expected: Vec<String> = (0..120).map(|number| format!("a{number:03}@b.example")).collect();
    assert_eq!(readers, expected);
    assert_eq!(office.connections(), 3);
}

#[tokio::test]
async fn two_servers_send_each_letter_once() {
    let app = TestApp::start().await;
    let office = PostOffice::open().await;
    for number in 0..40 {
        write(&app.registry, to(&format!("a{number}@b.example")), &returned("甲")).await;
    }
    let (one, two) = (
        outbox(&app.registry, office.mailer()),
        outbox(&app.registry, office.mailer()),
    );
    let work = async |outbox: &Outbox| {
        while !left(&app.registry).await.is_empty() {
            outbox.pass(Channel::Mail).await.unwrap();
        }
    };
    tokio::join!(work(&one), work(&two));
    let mut readers: Vec<String> = office.taken().into_iter().map(|mail| mail.to).collect();
    readers.sort();
    readers.dedup();
    assert_eq!((readers.len(), office.taken().len()), (40, 40));
}

#[tokio::test]
async fn what_fails_is_tried_again_later_and_in_the_end_told() {
    let app = TestApp::start().await;
    let office = PostOffice::open().await;
    let outbox = outbox(&app.registry, office.mailer());
    let pass = async || outbox.pass(Channel::Mail).await.unwrap();

    // Temporary: after a minute, then after four, and the others are not kept from going.
    write(&app.registry, to("a@b.example"), &returned("甲")).await;
    write(&app.registry, to("c@d.example"), &returned("乙")).await;
    office.then([Then::Busy, Then::Take, Then::Busy]);
    assert_passed(&pass().await, passed(1, 1, 0, false));
    assert_passed(&pass().await, passed(0, 0, 0, false));
    app.clock.pass(SignedDuration::from_secs(60));
    assert_passed(&pass().await, passed(0, 1, 0, false));
    app.clock.pass(SignedDuration::from_secs(239));
    assert_passed(&pass().await, passed(0, 0, 0, false));
    app.clock.pass(SignedDuration::from_secs(1));
    assert_passed(&pass().await, passed(1, 0, 0, false));
    assert_eq!(office.taken().len(), 2);

    // For ever: parked at once, audited, and kept where an operator finds it.
    write(&app.registry, to("nobody@b.example"), &returned("甲")).await;
    write(&app.registry, to("a@b.example"), &returned("甲")).await;
    office.then([Then::Unknown, Then::Spam]);
    assert_passed(&pass().await, passed(0, 0, 2, false));
    let parked = app
        .registry
        .store()
        .messages_parked(REGION, &Page::first(9))
        .await
        .unwrap()
        .items;
    assert_eq!(parked.len(), 2);
    assert!(
        parked
            .iter()
            .any(|it| matches!(&it.phase, Phase::Parked { reason, .. } if reason.contains("550")))
    );

    // Again and again: parked after twelve times.
    write(&app.registry, to("slow@b.example"), &returned("甲")).await;
    office.then([Then::Busy; 12]);
    for _ in 1..12 {
        assert_passed(&pass().await, passed(0, 1, 0, false));
        app.clock.pass(SignedDuration::from_hours(12));
    }
    assert_passed(&pass().await, passed(0, 0, 1, false));
    app.audit_holds(REGION).await;

    // Ninety days later the parked ones are forgotten.
    app.clock.pass(SignedDuration::from_hours(91 * 24));
    app.registry.purge().await.unwrap();
    assert_eq!(left(&app.registry).await.len(), 0);
}

#[tokio::test]
async fn a_closed_way_costs_no_letter_a_try() {
    let app = TestApp::start().await;
    for number in 0..3 {
        write(&app.registry, to(&format!("a{number}@b.example")), &returned("甲")).await;
    }
    // Nobody listens; nothing is set up; a server that says good-bye.
    let gone = PostOffice::open().await;
    let nowhere = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let settings = dengji::registry::outbox::SmtpSettings {
        host: "127.0.0.1".into(),
        port: nowhere.port(),
        security: dengji::registry::outbox::Security::None,
        user: None,
        from: dengji::registry::email::Email::parse("a@b.example").unwrap(),
        from_name: None,
        reply_to: None,
        authority: None,
    };
    let nobody = Mailer::Smtp(Box::new(dengji::registry::outbox::Smtp::new(settings).unwrap()));
    for mailer in [nobody, Mailer::Off] {
        let found = outbox(&app.registry, mailer).pass(Channel::Mail).await.unwrap();
        assert_passed(&found, passed(0, 0, 0, true));
    }
    assert!(left(&app.registry).await.iter().all(|phase| *phase == Phase::Waiting));
    let outbox_of = outbox(&app.registry, gone.mailer());
    gone.then([Then::Take, Then::Closing]);
    assert_passed(&outbox_of.pass(Channel::Mail).await.unwrap(), passed(1, 1, 0, true));
    assert_passed(&outbox_of.pass(Channel::Mail).await.unwrap(), passed(1, 0, 0, false));
    app.clock.pass(SignedDuration::from_mins(1));
    assert_passed(&outbox_of.pass(Channel::Mail).await.unwrap(), passed(1, 0, 0, false));

    // News of seven days ago is no news, and a link that has ended leads nowhere: neither is sent.
    write(&app.registry, to("a@b.example"), &returned("甲")).await;
    let reset = Letter::Reset {
        link: "/x".into(),
        valid_until: app.clock.now() + SignedDuration::from_mins(30),
    };
    write(&app.registry, to("a@b.example"), &reset).await;
    app.clock.pass(SignedDuration::from_mins(31));
    assert_passed(
        &outbox(&app.registry, Mailer::Off).pass(Channel::Mail).await.unwrap(),
        passed(0, 0, 1, true),
    );
    app.clock.pass(SignedDuration::from_hours(7 * 24));
    assert_passed(&outbox_of.pass(Channel::Mail).await.unwrap(), passed(0, 0, 1, false));
    assert_eq!(gone.taken().len(), 3);
}

#[tokio::test]
async fn a_server_that_dies_loses_no_letter_and_a_second_copy_is_known_as_such() {
    let app = TestApp::start().await;
    let mut office = PostOffice::open().await;
    write(&app.registry, to("a@b.example"), &returned("甲")).await;
    office.then([Then::Hold]);
    let sending = outbox(&app.registry, office.mailer());
    let dies = tokio::spawn(async move { sending.pass(Channel::Mail).await.map(|_| ()).map_err(|_| ()) });
    office.held().await;
    // The text was given; the server dies before it hears that the letter was taken.
    dies.abort();
    let _ = dies.await;
    office.answer();
    let app = app.restart().await;
    let again = outbox(&app.registry, office.mailer());
    assert!(matches!(left(&app.registry).await[..], [Phase::Sending { .. }]));
    assert_passed(&again.pass(Channel::Mail).await.unwrap(), passed(0, 0, 0, false));
    app.clock.pass(SignedDuration::from_mins(5));
    assert_passed(&again.pass(Channel::Mail).await.unwrap(), passed(1, 0, 0, false));
    app.clock.pass(SignedDuration::from_hours(1));
    assert_passed(&again.pass(Channel::Mail).await.unwrap(), passed(0, 0, 0, false));
    while office.taken().len() < 2 {
        tokio::task::yield_now().await;
    }
    let copies = office.taken();
    assert_eq!(copies.len(), 2);
    for header in ["Message-ID", "Date", "Subject", "From", "To"] {
        assert_eq!(copies[0].header(header), copies[1].header(header), "{header}");
        assert_ne!(copies[0].header(header), "", "{header}");
    }
    assert_eq!(left(&app.registry).await.len(), 0);
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn a_connection_that_ends_loses_no_letter() {
    let app = TestApp::start().await;
    let office = PostOffice::open().await;
    let outbox = outbox(&app.registry, office.mailer());
    for (then, copies) in [
        (Then::HangUpBefore, 1),
        (Then::HangUpAfter, 1),
        (Then::TakeAndHangUp, 2),
    ] {
        let before = office.taken().len();
        write(&app.registry, to("a@b.example"), &returned("甲")).await;
        office.then([then]);
        assert_passed(&outbox.pass(Channel::Mail).await.unwrap(), passed(0, 1, 0, true));
        app.clock.pass(SignedDuration::from_mins(1));
        assert_passed(&outbox.pass(Channel::Mail).await.unwrap(), passed(1, 0, 0, false));
        let taken = office.taken().split_off(before);
        assert_eq!(taken.len(), copies, "{then:?}");
        assert!(
            taken
                .iter()
                .all(|mail| mail.header("Message-ID") == taken[0].header("Message-ID"))
        );
    }
}

#[tokio::test]
async fn nothing_that_people_type_changes_who_is_written_to() {
    let app = TestApp::start().await;
    let office = PostOffice::open().await;
    let outbox = outbox(&app.registry, office.mailer());
    let evil = "a\r\nBcc: x@y.example\r\n\r\n.\r\nRCPT TO:<x@y.example>\r\n\u{202e}＠\u{20bb7}";
    let invited = Letter::Invited {
        link: "/x".into(),
        valid_until: app.clock.now() + SignedDuration::from_hours(1),
        unit: evil.into(),
        role: evil.into(),
        inviter: evil.repeat(500),
    };
    for letter in [returned(evil), invited, Letter::AccountRefused { reason: evil.into() }] {
        write(&app.registry, to("a@b.example"), &letter).await;
    }
    write(
        &app.registry,
        to("a@b.example\r\nRCPT TO:<x@y.example>"),
        &returned("甲"),
    )
    .await;
    assert_passed(&outbox.pass(Channel::Mail).await.unwrap(), passed(3, 0, 1, false));
    for mail in office.taken() {
        assert_eq!((&*mail.to, &*mail.header("Bcc")), ("a@b.example", ""));
    }
    assert_eq!(office.taken().len(), 3);
}

#[tokio::test]
async fn who_has_no_address_is_not_written_to() {
    let app = TestApp::start().await;
    let office = PostOffice::open().await;
    let outbox = outbox(&app.registry, office.mailer());
    let now = app.clock.now();
    let account = |id: &str, email: &str| {
        let account = Account::new("guangxi", id.into(), format!("name-{id}"), "王伟".into(), now);
        Put::Account(Box::new(Account {
            email: email.into(),
            ..account
        }))
    };
    commit(
        &app.registry,
        vec![account("silent", ""), account("wang", "Wang@Example.com")],
    )
    .await;
    for id in ["silent", "nobody", "wang"] {
        let recipient = Recipient::Account(id.into());
        let letter = Letter::AccountApproved { link: "/x".into() };
        let put = app
            .registry
            .message("guangxi", recipient, Some(Language::English), &letter)
            .unwrap();
        commit(&app.registry, vec![put]).await;
    }
    let found = outbox.pass(Channel::Mail).await.unwrap();
    assert_eq!((found.sent, found.dropped), (1, 2), "{found:?}");
    let listed = app.registry.store().messages("guangxi", &Page::first(9)).await.unwrap();
    assert_eq!(listed.items.len(), 0);
    let mail = office.taken().pop().unwrap();
    assert_eq!(
        (&*mail.to, &*mail.header("Subject")),
        ("wang@example.com", "Your account was approved")
    );
    app.audit_holds("guangxi").await;
}

#[tokio::test]
async fn what_a_letter_says_is_not_to_be_read_in_the_database() {
    let app = TestApp::start().await;
    let reset = Letter::Reset {
        link: "/gansu/reset/geheim-geheim".into(),
        valid_until: app.clock.now() + SignedDuration::from_hours(1),
    };
    write(&app.registry, to("a@b.example"), &reset).await;
    let file = std::fs::read(app.data().join("dengji.redb")).unwrap();
    assert!(!file.windows(13).any(|part| part == b"geheim-geheim"));
    let office = PostOffice::open().await;
    outbox(&app.registry, office.mailer())
        .pass(Channel::Mail)
        .await
        .unwrap();
    assert_eq!(office.taken().len(), 1);
}

/// A gateway that answers as it is told and keeps what it was told.
async fn gateway(answers: Vec<u16>) -> (String, Arc<std::sync::Mutex<Vec<(axum::http::HeaderMap, String)>>>) {
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let answers = Arc::new(std::sync::Mutex::new(answers.into_iter()));
    let keep = Arc::clone(&told);
    let take = move |headers: axum::http::HeaderMap, body: String| {
        let (keep, answers) = (Arc::clone(&keep), Arc::clone(&answers));
        async move {
            keep.lock().unwrap().push((headers, body));
            let status = answers.lock().unwrap().next().unwrap_or(200);
            axum::http::StatusCode::from_u16(status).unwrap()
        }
    };
    let router = axum::Router::new().route("/send", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/send", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, told)
}

fn webhook(url: &str) -> Phone {
    let settings = WebhookSettings {
        url: url.into(),
        secret: Secret("key".into()),
        timeout: Duration::from_secs(10),
    };
    Phone::Webhook(Webhook::new(settings).unwrap())
}

#[tokio::test]
async fn a_code_reaches_a_phone_and_is_taken_once() {
    let app = TestApp::start().await;
    app.demo(REGION).await;
    let (url, told) = gateway(vec![503, 200, 422]).await;
    let outbox = Outbox::open(app.registry.clone(), &themes(), Mailer::Off, webhook(&url)).unwrap();
    let mut client = app.signed_in(REGION, "solo@demo.example").await;
    let account = format!("/{REGION}/account");
    let asked = client
        .post(&account, &[("do", "phone"), ("phone", "+86 138-0013-8000")])
        .await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    assert_passed(&outbox.pass(Channel::Phone).await.unwrap(), passed(0, 1, 0, true));
    app.clock.pass(SignedDuration::from_mins(1));
    assert_passed(&outbox.pass(Channel::Phone).await.unwrap(), passed(1, 0, 0, false));
    let code = {
        let told = told.lock().unwrap();
        let bodies: Vec<serde_json::Value> = told
            .iter()
            .map(|(_, body)| serde_json::from_str(body).unwrap())
            .collect();
        assert_eq!(bodies[0], bodies[1], "the same message with the same id");
        assert_eq!(bodies[1]["phone"], "13800138000");
        let header = |name: &str| told[1].0[name].to_str().unwrap().to_owned();
        assert!(header("dengji-signature").starts_with("sha256=") && header("dengji-signature").len() == 71);
        assert!(header("dengji-timestamp").parse::<u64>().is_ok());
        let text = bodies[1]["text"].as_str().unwrap().to_owned();
        assert!(!text.contains('\n'), "{text}");
        let mut digits = text.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() == 6);
        digits.next().unwrap().to_owned()
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for (typed, status) in [(wrong, 422), (&code, 303), (&code, 422)] {
        let answer = client.post(&account, &[("do", "phone-code"), ("code", typed)]).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }

    // What the gateway refuses for ever is parked.
    let code = Letter::PhoneCode {
        code: "123456".into(),
        valid_until: app.clock.now() + SignedDuration::from_mins(10),
    };
    write(&app.registry, to("13800138000"), &code).await;
    assert_passed(&outbox.pass(Channel::Phone).await.unwrap(), passed(0, 0, 1, false));
    // A code that has passed is not sent any more.
    write(&app.registry, to("13800138000"), &code).await;
    app.clock.pass(SignedDuration::from_mins(10));
    assert_passed(&outbox.pass(Channel::Phone).await.unwrap(), passed(0, 0, 1, false));
    assert_eq!(told.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn codes_are_sent_seldom() {
    let app = TestApp::start().await;
    app.demo(REGION).await;
    let account = format!("/{REGION}/account");
    let mut solo = app.signed_in(REGION, "solo@demo.example").await;
    let mut invited = app.signed_in(REGION, "invited@demo.example").await;
    let phone = async |client: &mut Client, number: u32| {
        let number = format!("138{number:08}");
        client
            .post(&account, &[("do", "phone"), ("phone", &number)])
            .await
            .status
    };
    // To one number: once a minute, whoever asks.
    assert_eq!(phone(&mut solo, 1).await, 303);
    assert_eq!(phone(&mut solo, 1).await, 422);
    assert_eq!(phone(&mut invited, 1).await, 422);
    // And five times an hour.
    for _ in 1..5 {
        app.clock.pass(SignedDuration::from_mins(1));
        assert_eq!(phone(&mut invited, 1).await, 303);
    }
    app.clock.pass(SignedDuration::from_mins(1));
    assert_eq!(phone(&mut invited, 1).await, 422);
    // For one account five times an hour and ten a day, whatever the number.
    for hour in 0..2 {
        app.clock.pass(SignedDuration::from_mins(61));
        let mut solo = app.signed_in(REGION, "unit@demo.example").await;
        for number in 100..105 {
            assert_eq!(phone(&mut solo, hour * 100 + number).await, 303);
        }
        assert_eq!(phone(&mut solo, hour * 100 + 105).await, 422);
    }
    app.clock.pass(SignedDuration::from_mins(61));
    let mut unit = app.signed_in(REGION, "unit@demo.example").await;
    assert_eq!(phone(&mut unit, 300).await, 422);
    // Of many at once, one; and a restart forgets nothing.
    let mut once = app.signed_in(REGION, "solo@demo.example").await;
    let mut again = once.clone();
    let (one, two) = tokio::join!(phone(&mut once, 400), phone(&mut again, 400));
    assert_eq!(one + two, 303 + 422);
    let mut kept = once.kept();
    drop((solo, invited, unit, again));
    let now = app.clock.now();
    let app = app.restart().await;
    app.clock.pass(now.duration_since(app.clock.now()));
    kept.connect(&app);
    assert_eq!(phone(&mut kept, 400).await, 422);
}

#[tokio::test]
async fn a_demonstration_shows_what_it_would_have_sent() {
    let app = TestApp::start().await;
    app.demo(REGION).await;
    let mut outside = app.client();
    assert_eq!(
        outside.get("/demo/outbox").await.status,
        404,
        "only a demonstration has one"
    );
    let mut client = app.demonstration().await;
    let keeper = Outbox::open(app.registry.clone(), &themes(), Mailer::Kept, Phone::Kept).unwrap();
    write(
        &app.registry,
        to("zz@b.example"),
        &returned("<script>alert(1)</script>"),
    )
    .await;
    let code = Letter::PhoneCode {
        code: "123456".into(),
        valid_until: app.clock.now() + SignedDuration::from_mins(10),
    };
    write(&app.registry, to("13800138000"), &code).await;
    while keeper.pass(Channel::Mail).await.unwrap().sent + keeper.pass(Channel::Phone).await.unwrap().sent > 0 {}
    let list = client.get("/demo/outbox").await;
    assert_eq!(list.status, 200);
    for shown in ["zz@b.example", "13800138000", "&lt;script&gt;", "短信"] {
        assert!(list.text().contains(shown), "{shown}: {}", list.text());
    }
    let found = client.get("/demo/outbox?to=%20ZZ%EF%BC%A0B.example").await.page();
    assert_eq!(found.matches("href=\"/demo/outbox/").count(), 1, "{found}");
    let href = found
        .split("href=\"")
        .find(|part| part.starts_with("/demo/outbox/"))
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let letter = client.get(href).await.page();
    assert!(
        letter.contains(&format!("href=\"/{REGION}/applications/1\"")),
        "{letter}"
    );
    assert!(letter.contains("zz@b.example"));
    for nothing in [
        "/demo/outbox/gansu/nothing",
        "/demo/outbox/nowhere/1",
        "/demo/outbox/%00/%ff",
    ] {
        assert!([400, 404].contains(&client.get(nothing).await.status), "{nothing}");
    }
    let later = |hours| app.clock.pass(SignedDuration::from_hours(hours));
    later(8 * 24);
    app.registry.purge().await.unwrap();
    assert_eq!(left(&app.registry).await.len(), 0, "kept for seven days");
}

/// The program with these arguments, on the data of a test.
fn program(arguments: &[&str], app: &std::path::Path) -> tokio::process::Command {
    let folders = dengji_tests::folders();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_dengji-under-test"));
    command.args(arguments).arg("--data").arg(app);
    command
        .arg("--forms")
        .arg(folders.forms)
        .arg("--plugins")
        .arg(folders.plugins);
    command.stdin(std::process::Stdio::null()).kill_on_drop(true);
    command
}

async fn told(command: &mut tokio::process::Command) -> (Option<i32>, String) {
    let output = command.output().await.unwrap();
    let both = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(both).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_sends_what_waits_and_an_operator_sees_the_rest() {
    let app = TestApp::start().await;
    let mut office = PostOffice::open().await;
    write(&app.registry, to("nobody@b.example"), &returned("甲")).await;
    office.then([Then::Unknown]);
    outbox(&app.registry, office.mailer())
        .pass(Channel::Mail)
        .await
        .unwrap();
    write(&app.registry, to("a@b.example"), &returned("乙")).await;
    let data = tempfile::tempdir().unwrap();
    for file in ["dengji.redb", "key"] {
        std::fs::copy(app.data().join(file), data.path().join(file)).unwrap();
    }
    drop(app);

    // What was not sent is seen, and sent again when an operator says so.
    let (code, listed) = told(&mut program(&["mail", "list"], data.path())).await;
    assert_eq!(code, Some(0), "{listed}");
    let parked = listed.lines().find(|line| line.contains("nobody@b.example")).unwrap();
    assert!(parked.contains("not sent: ") && parked.contains("550"), "{parked}");
    assert!(listed.contains("a@b.example  tries 0  waits"), "{listed}");
    let id = parked.split_whitespace().nth(1).unwrap();
    let (code, again) = told(&mut program(&["mail", "again", id], data.path())).await;
    assert_eq!((code, &*again), (Some(0), &*format!("{id} waits to be sent again\n")));
    assert_eq!(told(&mut program(&["mail", "again", id], data.path())).await.0, Some(2));
    assert_eq!(
        told(&mut program(&["mail", "again", "nothing"], data.path())).await.0,
        Some(2)
    );

    // The server sends both, and finishes the one that it hands over when it is told to end.
    office.then([Then::Take, Then::Hold]);
    let port = office.address.port().to_string();
    let mail = [
        "--mail-host",
        "127.0.0.1",
        "--mail-security",
        "none",
        "--mail-from",
        "登记 <office@north.example>",
    ];
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0", "--mail-port", &port, "--themes"];
    let themes = themes();
    arguments.push(themes.to_str().unwrap());
    arguments.extend(mail);
    let mut server = program(&arguments, data.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    office.held().await;
    let pid = server.id().unwrap().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .unwrap();
    office.answer();
    assert!(server.wait().await.unwrap().success());
    let readers: Vec<String> = office.taken().into_iter().map(|mail| mail.to).collect();
    assert_eq!(readers.len(), 2, "{readers:?}");
    let (_, left) = told(&mut program(&["mail", "list"], data.path())).await;
    assert_eq!(left, "nothing waits, and everything was sent\n");

    // A letter to try out what is set up.
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_dengji-under-test"));
    command
        .args(["mail", "try", "Ａ@b.example", "--lang", "en", "--mail-port", &port])
        .args(mail);
    assert_eq!(told(&mut command).await, (Some(0), "sent to a@b.example\n".into()));
    assert_eq!(office.taken().pop().unwrap().header("Subject"), "A letter to try out");
}
