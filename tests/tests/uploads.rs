//! Files that come in chunks: kept piece by piece, resumed, taken whole as a posted file is; and everything that
//! does not fit together, refused with nothing half-written.

#[path = "uploads/killed.rs"]
mod killed;
#[path = "uploads/sender.rs"]
mod sender;

use dengji_tests::{Client, Filed, TestApp};
use jiff::SignedDuration;
use serde_json::Value as Json;

use sender::{CHUNK, Sender, pdf};

const REGION: &str = "gansu";
const FIELD: &str = "evaluation_proof";

async fn desk() -> (TestApp, Client, Filed) {
    let app = TestApp::start().await;
    let (me, filed) = at_the(&app).await;
    (app, me, filed)
}

async fn at_the(app: &TestApp) -> (Client, Filed) {
    let accounts = app.staff(REGION).await;
    let mut me = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, "applied-technology");
    let filed = me.add(REGION, &form, &app.answers(REGION, "complete")).await;
    (me, filed)
}

async fn kept(app: &TestApp, filed: &Filed) -> Vec<Json> {
    let stored = app.stored(REGION, &filed.id).await;
    let page = stored.get("attachments").and_then(|page| page.answers.get(FIELD));
    page.and_then(Json::as_array).cloned().unwrap_or_default()
}

/// The parts that lie in the file store.
fn parts(app: &TestApp) -> usize {
    let folder = app.data().join("files/parts");
    let Ok(regions) = std::fs::read_dir(folder) else {
        return 0;
    };
    let uploads = regions.flat_map(|region| std::fs::read_dir(region.unwrap().path()).unwrap());
    uploads
        .map(|upload| std::fs::read_dir(upload.unwrap().path()).unwrap().count())
        .sum()
}

fn sender<'a>(me: &'a mut Client, filed: &Filed) -> Sender<'a> {
    Sender::new(me, &filed.page("attachments"))
}

#[tokio::test]
async fn a_file_comes_piece_by_piece() {
    let (app, mut me, filed) = desk().await;
    let file = pdf(2, 2_500_000);
    let mut sender = sender(&mut me, &filed);
    sender.begin(FIELD, "报告.pdf", file.len()).await;
    assert_eq!(sender.stands().await, Some(0));
    assert_eq!(sender.send(0, &file[..CHUNK]).await, (204, Some(CHUNK)));
    // The line broke: where does it stand?
    assert_eq!(sender.stands().await, Some(CHUNK));
    assert_eq!(parts(&app), 1);
    assert!(kept(&app, &filed).await.is_empty());
    assert_eq!(
        sender.send(CHUNK, &file[CHUNK..2 * CHUNK]).await,
        (204, Some(2 * CHUNK))
    );
    let early = sender.finish(&file, &[]).await;
    assert!(
        early.status == 422 && early.text().contains("还没有传完"),
        "{}",
        early.text()
    );
    assert_eq!(
        sender.send(2 * CHUNK, &file[2 * CHUNK..]).await,
        (204, Some(file.len()))
    );
    let taken = sender.finish(&file, &[]).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    let told: Json = serde_json::from_slice(&taken.body).unwrap();
    assert!(told["field"].as_str().unwrap().contains("报告.pdf"), "{told}");
    assert!(told["field"].as_str().unwrap().contains("共 2 页"), "{told}");
    assert_eq!(parts(&app), 0);
    let files = kept(&app, &filed).await;
    assert_eq!((files.len(), &files[0]["name"]), (1, &Json::from("报告.pdf")));
    assert_eq!((&files[0]["size"], &files[0]["pages"]), (&file.len().into(), &2.into()));

    // Whoever did not hear the answer asks again: it is one file and one save.
    let again = sender.finish(&file, &[]).await;
    let once_more: Json = serde_json::from_slice(&again.body).unwrap();
    assert_eq!((again.status, &once_more["revision"]), (200, &told["revision"]));
    assert_eq!(kept(&app, &filed).await.len(), 1);
    // What is typed beside it by then is judged as any save: it may not go over what it has not seen.
    let stale = [("~revision", "0"), ("~", FIELD), ("~do", "save")];
    assert_eq!(
        sender.finish(&file, &stale).await.status,
        200,
        "it asks for what is there"
    );
    let address = filed.at(&format!("files/{}", files[0]["id"].as_str().unwrap()));
    assert!(me.get(&address).await.body == file);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_changes_nothing() {
    let (app, mut me, filed) = desk().await;
    let file = pdf(1, 200_000);
    let mut sender = sender(&mut me, &filed);
    sender.begin(FIELD, "a.pdf", file.len()).await;
    for (offset, bytes, expected) in [
        (5, &file[5..], (409, Some(0))),
        (file.len() + 10, &file[..], (409, Some(0))),
        (usize::MAX, &file[..], (409, Some(0))),
        (0, &[&file[..], b"more"].concat()[..], (413, Some(0))),
        (0, &file[..100], (400, Some(0))),
        (0, &[][..], (400, Some(0))),
        (0, &vec![0; CHUNK + 1][..], (413, None)),
    ] {
        assert_eq!(
            sender.send(offset, bytes).await,
            expected,
            "{} bytes at {offset}",
            bytes.len()
        );
    }
    assert_eq!((sender.stands().await, parts(&app)), (Some(0), 0));
    assert_eq!(sender.send(0, &file[..100_000]).await, (204, Some(100_000)));
    assert_eq!(sender.send(0, &file[..100_000]).await, (409, Some(100_000)));

    // A file that changed between: its size is as announced and its bytes are not.
    let changed = pdf(2, 200_000);
    assert_eq!(sender.send(100_000, &changed[100_000..]).await, (204, Some(200_000)));
    for digest in ["", "zz", &"0".repeat(63), &"A".repeat(64)] {
        let unproven = sender.finish_as(digest, &[]).await;
        assert_eq!(unproven.status, 422, "{digest}");
    }
    assert_eq!(sender.stands().await, Some(200_000));
    let refused = sender.finish(&file, &[]).await;
    assert!(
        refused.status == 422 && refused.text().contains("不一致"),
        "{}",
        refused.text()
    );
    assert_eq!((sender.stands().await, parts(&app)), (None, 0));
    assert!(kept(&app, &filed).await.is_empty());

    // What is refused when it is posted is refused here.
    let program = [b"MZ", &vec![7; 99_998][..]].concat();
    sender.whole(FIELD, "程序.pdf", &program).await;
    let refused = sender.finish(&program, &[]).await;
    let told: Json = serde_json::from_slice(&refused.body).unwrap();
    assert!(told["refused"].as_str().unwrap().contains("内容却不是"), "{told}");
    assert_eq!((sender.stands().await, parts(&app)), (None, 0));
    assert!(kept(&app, &filed).await.is_empty());
}

#[tokio::test]
async fn what_may_not_be_begun_is_not() {
    let (app, mut me, filed) = desk().await;
    let mut sender = sender(&mut me, &filed);
    for (field, size, status) in [
        (FIELD, (20 << 20) + 1, 413),
        (FIELD, usize::MAX, 413),
        (FIELD, 0, 422),
        ("name", 10, 422),
        ("nothing", 10, 422),
        ("evaluation_proof[0]", 10, 422),
        ("people[99].proof", 10, 422),
        ("", 10, 400),
    ] {
        assert_eq!(
            sender.ask_to_begin(field, "a.pdf", size).await.status,
            status,
            "{field} {size}"
        );
    }
    let summary = filed.page("summary");
    assert_eq!(
        Sender::new(&mut me, &summary)
            .ask_to_begin(FIELD, "a.pdf", 10)
            .await
            .status,
        422
    );
    let nowhere = filed.page("nowhere");
    assert_eq!(
        Sender::new(&mut me, &nowhere)
            .ask_to_begin(FIELD, "a.pdf", 10)
            .await
            .status,
        404
    );

    // Another version of the protocol, or none.
    let mut sender = self::sender(&mut me, &filed);
    sender.version = "0.2.2";
    let refused = sender.ask_to_begin(FIELD, "a.pdf", 10).await;
    assert_eq!((refused.status, refused.header("tus-version")), (412, "1.0.0"));

    // Five files are enough for this field.
    for name in ["1", "2", "3", "4", "5"] {
        let file = pdf(1, 1000 + name.parse::<usize>().unwrap());
        let mut sender = self::sender(&mut me, &filed);
        sender.whole(FIELD, name, &file).await;
        assert_eq!(sender.finish(&file, &[]).await.status, 200);
    }
    let sixth = self::sender(&mut me, &filed).ask_to_begin(FIELD, "6", 10).await;
    assert!(
        sixth.status == 422 && sixth.text().contains("最多上传 5 个文件"),
        "{}",
        sixth.text()
    );
    assert_eq!(kept(&app, &filed).await.len(), 5);
}

#[tokio::test]
async fn nobody_else_sees_it() {
    let (app, mut me, filed) = desk().await;
    let file = pdf(1, 100_000);
    let mut mine = sender(&mut me, &filed);
    mine.begin(FIELD, "a.pdf", file.len()).await;
    let address = mine.address.clone();
    // Another applicant, with the same address and with one of an application of their own.
    let mut other = app.colleague(REGION, "invited@demo.example", "other").await;
    let form = app.form(REGION, "applied-technology");
    let theirs = other.add(REGION, &form, &app.answers(REGION, "complete")).await;
    let id = address.rsplit('/').next().unwrap();
    for address in [address.clone(), format!("{}/uploads/{id}", theirs.page("attachments"))] {
        let mut sender = Sender::new(&mut other, "");
        sender.address = address;
        assert_eq!(sender.stands().await, None);
        assert_eq!(sender.send(0, &file).await.0, 404);
        assert_eq!(sender.finish(&file, &[]).await.status, 404);
        assert_eq!(sender.give_up().await, 404);
    }
    // Its owner, from another page.
    let mut mine = Sender::new(&mut me, "");
    mine.address = format!("{}/uploads/{id}", filed.page("summary"));
    assert_eq!(mine.stands().await, None);
    mine.address = address;
    assert_eq!(mine.stands().await, Some(0));
    assert_eq!(mine.give_up().await, 204);
    assert_eq!(mine.stands().await, None);
}

/// Two tabs, or one that is pressed twice: one chunk is kept, the other is told where the file stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_senders_make_one_file() {
    let (app, mut me, filed) = desk().await;
    let file = pdf(1, 600_000);
    let mut first = sender(&mut me, &filed);
    first.begin(FIELD, "a.pdf", file.len()).await;
    let address = first.address.clone();
    let send = |offset: usize, length: usize| {
        let (mut me, address) = (me.clone(), address.clone());
        let chunk = file[offset..offset + length].to_vec();
        tokio::spawn(async move {
            let mut sender = Sender::new(&mut me, "");
            sender.address = address;
            sender.send(offset, &chunk).await
        })
    };
    let both = [send(0, 300_000), send(0, 200_000), send(0, 300_000), send(0, 100_000)];
    let mut answers = Vec::new();
    for one in both {
        answers.push(one.await.unwrap());
    }
    let taken: Vec<_> = answers.iter().filter(|(status, _)| *status == 204).collect();
    assert_eq!(taken.len(), 1, "{answers:?}");
    let stands = taken[0].1.unwrap();
    assert!(
        answers.iter().all(|(status, _)| [204, 409].contains(status)),
        "{answers:?}"
    );
    let mut rest = sender(&mut me, &filed);
    rest.address.clone_from(&address);
    assert_eq!(rest.stands().await, Some(stands));
    assert_eq!(rest.send(stands, &file[stands..]).await, (204, Some(file.len())));
    let finish = || {
        let (mut me, address, file) = (me.clone(), address.clone(), file.clone());
        tokio::spawn(async move {
            let mut sender = Sender::new(&mut me, "");
            sender.address = address;
            sender.finish(&file, &[]).await.status
        })
    };
    for one in [finish(), finish(), finish()] {
        assert_eq!(one.await.unwrap(), 200);
    }
    assert_eq!(kept(&app, &filed).await.len(), 1);
    assert_eq!(parts(&app), 0);
}

#[tokio::test]
async fn what_is_typed_is_saved_with_the_file_and_a_stale_page_is_told() {
    let (app, mut me, filed) = desk().await;
    let file = pdf(1, 100_000);
    let page = filed.page("attachments");
    let old = me.get(&page).await.hidden("~revision").unwrap();
    let mut sender = sender(&mut me, &filed);
    sender.whole(FIELD, "a.pdf", &file).await;
    let address = sender.address.clone();
    // Another file is saved meanwhile, from another tab.
    let mut other = self::sender(&mut me, &filed);
    let second = pdf(2, 100_000);
    other.whole(FIELD, "b.pdf", &second).await;
    assert_eq!(other.finish(&second, &[]).await.status, 200);
    let mut sender = self::sender(&mut me, &filed);
    sender.address = address;
    let stale = sender.finish(&file, &[("~revision", &old), ("~", FIELD)]).await;
    assert!(
        stale.status == 409 && stale.text().contains("别处已保存"),
        "{}",
        stale.text()
    );
    assert_eq!(sender.stands().await, Some(file.len()), "nothing of it is lost");
    let now = me.get(&page).await.hidden("~revision").unwrap();
    let mut sender = self::sender(&mut me, &filed);
    sender.address = format!("{page}/uploads/{}", stale_id(&app).await);
    assert_eq!(
        sender.finish(&file, &[("~revision", &now), ("~", FIELD)]).await.status,
        200
    );
    assert_eq!(kept(&app, &filed).await.len(), 2);
}

async fn stale_id(app: &TestApp) -> String {
    let tickets = app.registry.store().all_tickets(REGION).await.unwrap();
    let mut waiting = tickets
        .iter()
        .filter(|ticket| ticket.kind.starts_with("sending ") && ticket.data.get("taken").is_none());
    waiting.next().unwrap().data["id"].as_str().unwrap().to_owned()
}

/// A person begins as many as they like; the oldest make room, and time and the sweep take what is left.
#[tokio::test]
async fn what_is_begun_is_bounded_and_ends() {
    let (app, mut me, filed) = desk().await;
    let file = pdf(1, 100_000);
    let mut first = String::new();
    for at in 0..11 {
        let mut sender = sender(&mut me, &filed);
        sender.begin(FIELD, &format!("{at}.pdf"), file.len()).await;
        assert_eq!(sender.send(0, &file[..70_000]).await, (204, Some(70_000)));
        if at == 0 {
            first = sender.address;
        }
        app.clock.pass(SignedDuration::from_secs(1));
    }
    assert_eq!(parts(&app), 10);
    let mut sender = sender(&mut me, &filed);
    sender.address = first;
    assert_eq!(sender.stands().await, None);
    // Twenty megabytes each: no more than 256 in all, whatever is sent of them.
    for _ in 0..20 {
        sender.begin(FIELD, "large.pdf", 20 << 20).await;
    }
    let tickets = app.registry.store().all_tickets(REGION).await.unwrap();
    let sizes = tickets.iter().filter_map(|ticket| ticket.data["size"].as_u64());
    assert!(sizes.sum::<u64>() <= 256 << 20);
    assert_eq!(sender.send(0, &file).await.0, 204);

    app.registry.purge().await.unwrap();
    assert_eq!(
        sender.stands().await,
        Some(file.len()),
        "what may still come is not swept"
    );
    app.clock.pass(SignedDuration::from_hours(49));
    assert_eq!(sender.stands().await, None);
    app.registry.purge().await.unwrap();
    assert_eq!(parts(&app), 0);
}

/// The page's own rules hold when it begins and when it ends.
#[tokio::test]
async fn an_application_that_was_submitted_takes_nothing_more() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut me = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, "applied-technology");
    let filed = me.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    let before = kept(&app, &filed).await;
    let file = pdf(1, 100_000);
    let mut sender = sender(&mut me, &filed);
    sender.whole(FIELD, "a.pdf", &file).await;
    let address = sender.address.clone();
    me.must_act(&filed, "submit", &[]).await;
    let mut sender = self::sender(&mut me, &filed);
    sender.address = address;
    assert_eq!(sender.stands().await, None);
    assert_eq!(sender.finish(&file, &[]).await.status, 404);
    assert_eq!(sender.ask_to_begin(FIELD, "a.pdf", 10).await.status, 404);
    assert_eq!(kept(&app, &filed).await, before);
}
