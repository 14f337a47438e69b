//! What somebody has typed is not lost: judged while it is typed, saved twice as once, chosen where it was saved
//! elsewhere, kept where the session has ended.

use std::collections::BTreeMap;

use dengji::check::Answers;
use dengji::definition::{FieldType, Form, Page};
use dengji::registry::{Entrance, From, demo};
use dengji_tests::{Answer, Client, Copied, Filed, TestApp, Upload, page_pairs, with};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

type Pairs = Vec<(String, String)>;

fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// What a page's script posts.
async fn quietly(client: &mut Client, address: &str, pairs: &[(String, String)]) -> (u16, Json) {
    use axum::body::Body;
    use axum::http::Request;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let body: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    let request = Request::post(address)
        .header("sec-fetch-site", "same-origin")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")));
    let answer = client.send(request.unwrap()).await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// How the page says that its fields stand.
fn seen(page: &Answer) -> String {
    let page = page.text();
    let seen = page.split("data-seen=\"").nth(1).unwrap().split('"').next().unwrap();
    seen.replace("&quot;", "\"")
        .replace("&#x2f;", "/")
        .replace("&#x27;", "'")
}

/// Whether the page marks a field as required.
fn is_marked(page: &str, path: &str) -> bool {
    let label = page
        .split(&format!("for=\"f-{path}\">"))
        .nth(1)
        .map(|rest| rest.split("</label>").next().unwrap());
    let legend = || {
        let rest = page.split(&format!(" id=\"f-{path}\"")).nth(1).unwrap();
        rest.split("<legend>")
            .nth(1)
            .unwrap()
            .split("</legend>")
            .next()
            .unwrap()
    };
    label.unwrap_or_else(legend).contains("class=\"mark\"")
}

async fn office() -> (TestApp, Client, Filed) {
    office_of(TestApp::start().await).await
}

async fn office_of(app: TestApp) -> (TestApp, Client, Filed) {
    let accounts = app.staff(REGION).await;
    let mut client = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let filed = client.add(REGION, &form, &app.answers(REGION, "complete")).await;
    (app, client, filed)
}

/// Answers to a page that make others come and go: each choice and each yes or no taken another way.
fn variants(page: &Page, answers: &Answers) -> Vec<Answers> {
    let mut variants = vec![answers.clone()];
    for field in page.fields.values() {
        let others: Vec<Json> = match &field.kind {
            FieldType::YesNo => vec![json!(true), json!(false)],
            FieldType::Choice(choice) => {
                let codes = choice.list.entries().iter().take(12).map(|entry| json!(&*entry.code));
                codes.collect()
            }
            FieldType::Money | FieldType::Integer | FieldType::Decimal => vec![json!(7), Json::Null],
            FieldType::Table(_) => vec![json!([{}]), Json::Null],
            _ => vec![],
        };
        variants.extend(others.into_iter().map(|other| with(answers, &[(&field.id, other)])));
    }
    variants
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_judged_while_it_is_typed_is_what_saving_shows() {
    let app = TestApp::start().await;
    for (region, form) in [(REGION, FORM), ("guangxi", "applied-technology")] {
        let accounts = app.staff(region).await;
        let account = accounts.iter().find(|account| account.role == "registrant").unwrap();
        let mut client = app.signed_in(region, &account.name).await;
        let entered = app
            .registry
            .sign_in(region, &account.name, demo::PASSWORD, &From::default())
            .await;
        let Entrance::In(entered) = entered.unwrap() else {
            panic!("the password fits")
        };
        let form = app.form(region, form);
        let complete = app.answers(region, "complete");
        let filed = client.add(region, &form, &complete).await;
        let mut judged = 0;
        for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
            for answers in variants(page, &complete) {
                let case = app.registry.case(&entered.person, &filed.id).await.unwrap();
                if !case.evaluated().page_shown(&page.id) {
                    continue;
                }
                agrees(&app, &mut client, &filed, page, &answers).await;
                let case = app.registry.case(&entered.person, &filed.id).await.unwrap();
                found(
                    &mut client,
                    &filed,
                    &form,
                    page,
                    &answers,
                    &case.check_without_plugins().findings,
                )
                .await;
                judged += 1;
            }
        }
        assert!(judged > 60, "{region}: {judged} pages were judged");
    }
}

/// The answer while it is typed against the page once the same is saved.
async fn agrees(app: &TestApp, client: &mut Client, filed: &Filed, page: &Page, answers: &Answers) {
    let address = filed.page(&page.id);
    let shown = client.get(&address).await;
    let revision = shown.revision().unwrap();
    let (posted, _) = page_pairs(&page.fields, answers, revision);
    let mut typed = posted.clone();
    typed.push(("~seen".into(), seen(&shown)));
    let commits = app.registry.store().commits();
    let (status, told) = quietly(client, &format!("{address}/live"), &typed).await;
    assert_eq!(status, 200, "{address}");
    assert_eq!(app.registry.store().commits(), commits, "judging stores nothing");
    let saved = client.post(&address, &posted).await;
    if saved.status != 303 {
        return;
    }
    let saved = client.get(&address).await;
    let text = saved.text();
    let what = || {
        format!(
            "{address} {:?}",
            posted
                .iter()
                .filter(|(name, _)| !name.starts_with('~'))
                .collect::<Vec<_>>()
        )
    };
    let now: Json = serde_json::from_str(&seen(&saved)).unwrap();
    assert_eq!(told["seen"], now, "{}", what());
    for (path, needed) in told["required"].as_object().unwrap() {
        assert_eq!(
            needed.as_bool().unwrap(),
            is_marked(&text, path),
            "{path} of {}",
            what()
        );
    }
    for (path, value) in told["computed"].as_object().unwrap() {
        let output = text.split(&format!("id=\"f-{path}\"")).nth(1).unwrap();
        let output = output
            .split("<output class=\"answer\">")
            .nth(1)
            .unwrap()
            .split("</output>")
            .next()
            .unwrap();
        assert_eq!(value, output, "{path} of {}", what());
    }
    for change in told["changes"].as_array().unwrap() {
        let at = change["at"].as_str().unwrap();
        match change["markup"].as_str() {
            Some(markup) => assert!(text.contains(markup), "{at} of {}: {markup}", what()),
            None => assert!(!text.contains(&format!("id=\"f-{at}\"")), "{at} of {}", what()),
        }
    }
}

/// What is found while it is typed against the check of what is stored.
async fn found(
    client: &mut Client,
    filed: &Filed,
    form: &Form,
    page: &Page,
    answers: &Answers,
    findings: &[dengji::check::Finding],
) {
    let address = filed.page(&page.id);
    let (typed, _) = page_pairs(&form.pages[&page.id].fields, answers, 0);
    let (_, told) = quietly(client, &format!("{address}/live"), &typed).await;
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.page.as_deref() == Some(&*page.id))
    {
        *expected.entry(finding.at.as_ref().unwrap().to_string()).or_default() += 1;
    }
    let told = told["messages"].as_object().unwrap();
    let told: BTreeMap<String, usize> = told
        .iter()
        .map(|(path, all)| (path.clone(), all.as_array().unwrap().len()))
        .collect();
    // What is wrong in itself is not stored; all else is found alike.
    if told != expected {
        let posted = client.post(&address, &typed).await;
        assert_ne!(posted.status, 303, "{address}: {told:?} {expected:?}");
    }
}

#[tokio::test]
async fn a_script_is_told_of_its_save_in_json() {
    let (app, mut client, filed) = office().await;
    let address = filed.page("summary");
    let typed = |revision: u64, text: &str| {
        pairs(&[
            ("~revision", &revision.to_string()),
            ("~", "summary"),
            ("summary", text),
        ])
    };
    let (status, told) = quietly(&mut client, &address, &typed(0, "简介")).await;
    assert_eq!((status, told.get("problem")), (200, None));
    // The page goes on from there, and its tabs show how far each is filled now.
    let now = client.get(&address).await;
    assert_eq!(told["revision"].as_str(), now.hidden("~revision").as_deref());
    let tabs = told["tabs"].as_str().unwrap();
    assert!(now.text().contains(tabs.trim()), "{tabs}");
    assert!(tabs.contains("class=\"complete\" aria-current=\"page\""), "{tabs}");
    let (status, told) = quietly(&mut client, &address, &typed(0, "另一份简介")).await;
    assert_eq!(status, 409);
    assert!(told["problem"].as_str().unwrap().contains("别处已保存过"), "{told}");
    assert_eq!(
        app.stored(REGION, &filed.id).await["summary"].answers["summary"],
        json!("简介")
    );
    let (status, told) = quietly(
        &mut client,
        &filed.page("project"),
        &pairs(&[("~revision", "0"), ("~", "fund_national"), ("fund_national", "一百万")]),
    )
    .await;
    assert_eq!(status, 200);
    assert!(told["problem"].as_str().unwrap().contains("1 处"), "{told}");
    assert_eq!(told["messages"]["fund_national"][0]["kind"], "error", "{told}");
    // Nobody is signed in: the script is led to sign-in, and nothing is kept for it.
    let mut stranger = app.client();
    assert_eq!(quietly(&mut stranger, &address, &typed(1, "简介")).await.0, 303);
    assert_eq!(
        quietly(&mut stranger, &format!("{address}/live"), &typed(1, "简介"))
            .await
            .0,
        303
    );
}

#[tokio::test]
async fn the_same_post_twice_is_one_save() {
    let (app, mut client, filed) = office().await;
    let summary = pairs(&[("~revision", "0"), ("~", "summary"), ("summary", "按了两次")]);
    for _ in 0..2 {
        let saved = client.post(&filed.page("summary"), &summary).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
    }
    let row = pairs(&[
        ("~revision", "0"),
        ("~", "people:1"),
        ("~", "people[0].name"),
        ("people[0].name", "王伟任"),
        ("~do", "add:people"),
    ]);
    for _ in 0..2 {
        let saved = client.post(&filed.page("people"), &row).await;
        assert_eq!(saved.status, 303, "{}", saved.page());
    }
    // What could not be read comes back the second time as it did the first.
    let wrong = pairs(&[
        ("~revision", "0"),
        ("~", "fund_national"),
        ("fund_national", "一百万"),
        ("~", "fund_local"),
        ("fund_local", "5"),
    ]);
    let revision = client.get(&filed.page("project")).await.hidden("~revision").unwrap();
    let wrong: Pairs = wrong
        .into_iter()
        .map(|(name, value)| {
            if name == "~revision" {
                (name, revision.clone())
            } else {
                (name, value)
            }
        })
        .collect();
    for _ in 0..2 {
        let saved = client.post(&filed.page("project"), &wrong).await;
        assert_eq!(saved.status, 422);
        assert!(saved.page().contains("value=\"一百万\""), "{}", saved.page());
    }
    let stored = app.stored(REGION, &filed.id).await;
    assert_eq!(stored["summary"].revision, 1);
    assert_eq!(stored["people"].revision, 1);
    assert_eq!(
        stored["people"].answers["people"].as_array().unwrap().len(),
        2,
        "one row was added, once"
    );
    // Both at the same moment.
    let address = filed.page("summary");
    let both = pairs(&[("~revision", "1"), ("~", "summary"), ("summary", "同时按了两次")]);
    let (mut one, mut other) = (client.clone(), client.clone());
    let (one, other) = tokio::join!(one.post(&address, &both), other.post(&address, &both));
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(app.stored(REGION, &filed.id).await["summary"].revision, 2);
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn both_versions_are_shown_and_chosen_field_by_field() {
    let (app, mut here, filed) = office().await;
    let mut there = here.clone();
    let address = filed.page("project");
    let revision = here.get(&address).await.hidden("~revision").unwrap();
    let typed = |national: &str, local: &str| {
        pairs(&[
            ("~revision", &revision),
            ("~", "fund_national"),
            ("fund_national", national),
            ("~", "fund_local"),
            ("fund_local", local),
            ("~", "fund_own"),
            ("fund_own", "3"),
        ])
    };
    assert_eq!(there.post(&address, &typed("11", "12")).await.status, 303);
    let stale = here.post(&address, &typed("21", "<b>一百</b>")).await;
    assert_eq!(stale.status, 409);
    let page = stale.text();
    assert!(
        page.contains("name=\"~choose.fund_national\"") && page.contains("name=\"~choose.fund_local\""),
        "{page}"
    );
    assert!(!page.contains("~choose.fund_own"), "only what differs is asked");
    assert!(
        page.contains("&lt;b&gt;一百&lt;") && !page.contains("<b>一百"),
        "what could not be read is shown, escaped"
    );
    // What was typed is all in the form, to be posted again.
    let fresh = stale.hidden("~revision").unwrap();
    let mut again = typed("21", "<b>一百</b>");
    again[0].1 = fresh;
    again.extend(pairs(&[
        ("~choose.fund_national", "mine"),
        ("~choose.fund_local", "theirs"),
    ]));
    let saved = here.post(&address, &again).await;
    assert_eq!(saved.status, 303, "{}", saved.page());
    let stored = &app.stored(REGION, &filed.id).await["project"].answers;
    assert_eq!(
        (&stored["fund_national"], &stored["fund_local"]),
        (&json!(21), &json!(12))
    );
}

#[tokio::test]
async fn what_nobody_touched_is_as_it_was_saved_elsewhere() {
    let (app, mut here, filed) = office().await;
    let address = filed.page("project");
    let revision = |answer: &Answer| answer.hidden("~revision").unwrap();
    let typed = |revision: &str, given: [&str; 3]| {
        let mut posted = pairs(&[("~revision", revision)]);
        for (field, value) in ["fund_national", "fund_local", "fund_own"].into_iter().zip(given) {
            posted.extend(pairs(&[("~", field), (field, value)]));
        }
        posted
    };
    let began = revision(&here.get(&address).await);
    assert_eq!(here.post(&address, &typed(&began, ["1", "2", "3"])).await.status, 303);
    // Two pages are open: one changes the first and the second, the other the second and the third.
    let seen = revision(&here.get(&address).await);
    let mut there = here.clone();
    assert_eq!(there.post(&address, &typed(&seen, ["11", "12", "3"])).await.status, 303);
    let stale = here.post(&address, &typed(&seen, ["1", "22", "23"])).await;
    assert_eq!(stale.status, 409);
    let page = stale.text();
    for (field, chosen) in [
        ("fund_national", "theirs"),
        ("fund_local", "mine"),
        ("fund_own", "mine"),
    ] {
        let is_chosen = |which: &str| page.contains(&format!("name=\"~choose.{field}\" value=\"{which}\" checked"));
        assert_eq!(
            (is_chosen("mine"), is_chosen("theirs")),
            (chosen == "mine", chosen == "theirs"),
            "{field}"
        );
    }
    // As it comes it loses nothing of either.
    let mut again = typed(&revision(&stale), ["1", "22", "23"]);
    again.extend(pairs(&[("~choose.fund_national", "theirs")]));
    assert_eq!(here.post(&address, &again).await.status, 303);
    let stored = &app.stored(REGION, &filed.id).await["project"].answers;
    let stored = ["fund_national", "fund_local", "fund_own"].map(|field| stored[field].clone());
    assert_eq!(stored, [json!(11), json!(22), json!(23)]);
    // A mark tells nothing of an answer: the same one elsewhere has another.
    let other = here
        .add(REGION, &app.form(REGION, FORM), &app.answers(REGION, "complete"))
        .await;
    let began = revision(&here.get(&other.page("project")).await);
    here.post(&other.page("project"), &typed(&began, ["1", "2", "3"])).await;
    let others = revision(&here.get(&other.page("project")).await);
    assert_ne!(others.split('.').nth(1), seen.split('.').nth(1));
}

#[tokio::test]
async fn files_of_rows_that_come_twice_are_one_save() {
    let copied = Copied::of(&[REGION]);
    let date = "          date: {label: {zh: 申请或授权日期, en: Date}, type: date, required: true}\n";
    let proof = "          proof: {label: {zh: 证书, en: Proof}, type: file, accept: [pdf], maxSize: 1 MB}\n";
    copied.edit(
        "forms/national/applied-technology.form.yaml",
        date,
        &format!("{date}{proof}"),
    );
    let (app, mut client, filed) = office_of(TestApp::of(copied.folders()).await).await;
    let address = filed.page("ip");
    let row = pairs(&[
        ("~revision", "0"),
        ("~", "ip:1"),
        ("~", "ip[0].name"),
        ("ip[0].name", "一种装置"),
        ("~", "ip[0].proof"),
    ]);
    let proof = |content: &str| Upload {
        field: "ip[0].proof".into(),
        name: "证书.pdf".into(),
        content: format!("%PDF-1.7 {content}\n%%EOF").into_bytes(),
    };
    for _ in 0..2 {
        let saved = client.upload(&address, &row, &[proof("one")]).await;
        assert_eq!(saved.status, 303, "{}", saved.page());
    }
    let stored = &app.stored(REGION, &filed.id).await["ip"];
    assert_eq!(stored.revision, 1);
    assert_eq!(stored.answers["ip"][0]["proof"].as_array().unwrap().len(), 1);
    // Another file is not the same post.
    let other = client.upload(&address, &row, &[proof("two")]).await;
    assert_eq!(other.status, 409, "{}", other.page());
}

#[tokio::test]
async fn a_table_is_chosen_as_a_whole() {
    let (app, mut here, filed) = office().await;
    let mut there = here.clone();
    let address = filed.page("people");
    let rows = |names: &[&str]| {
        let mut posted = pairs(&[("~revision", "0"), ("~", &format!("people:{}", names.len()))]);
        for (at, name) in names.iter().enumerate() {
            posted.extend(pairs(&[
                ("~", &format!("people[{at}].name")),
                (&format!("people[{at}].name"), name),
            ]));
        }
        posted
    };
    assert_eq!(there.post(&address, &rows(&["先来"])).await.status, 303);
    let stale = here.post(&address, &rows(&["后来", "又来"])).await;
    assert_eq!(stale.status, 409);
    let page = stale.page();
    assert!(page.contains("先来") && page.contains("又来"), "{page}");
    assert_eq!(page.matches("~choose.people").count(), 2);
    let ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "no id stands twice: {ids:?}");
    let mut again = rows(&["后来", "又来"]);
    again[0].1 = stale.hidden("~revision").unwrap();
    let mut theirs = again.clone();
    theirs.extend(pairs(&[("~choose.people", "theirs")]));
    assert_eq!(here.post(&address, &theirs).await.status, 303);
    let names = |page: &dengji::store::AnswerPage| {
        let rows = page.answers["people"].as_array().unwrap().iter();
        rows.map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&app.stored(REGION, &filed.id).await["people"]), ["先来"]);
}

/// The page is posted after the session has ended by time, and its sign-in page is given.
async fn too_late(app: &TestApp, client: &mut Client, address: &str, typed: &[(String, String)]) -> Answer {
    app.clock.pass(SignedDuration::from_hours(3));
    let answer = client.post_as_it_is(address, typed).await;
    assert_eq!(answer.status, 303);
    assert!(
        answer.location().starts_with(&format!("/{REGION}/sign-in?next=")),
        "{}",
        answer.location()
    );
    let to = answer.location().to_owned();
    client.get(&to).await
}

/// Signs in and goes where the sign-in page leads.
async fn back_in(client: &mut Client, name: &str, next: &str) -> Answer {
    let entered = client
        .post(
            &format!("/{REGION}/sign-in"),
            &[("name", name), ("password", demo::PASSWORD), ("next", next)],
        )
        .await;
    assert_eq!(entered.status, 303, "{}", entered.page());
    let to = entered.location().to_owned();
    client.get(&to).await
}

#[tokio::test]
async fn what_was_typed_outlives_the_session() {
    let (app, mut client, filed) = office().await;
    let address = filed.page("people");
    let accounts = app.staff(REGION).await;
    let own = accounts
        .iter()
        .find(|account| account.role == "registrant" && account.unit.is_some())
        .unwrap();
    let typed = pairs(&[
        ("~revision", "0"),
        ("~", "people:1"),
        ("~", "people[0].name"),
        ("people[0].name", "退出前填的人"),
        ("~", "people[0].id_type"),
        ("people[0].id_type", "1"),
        ("~", "people[0].id_no"),
        ("people[0].id_no", "11010519491231002X"),
    ]);
    let sign_in = too_late(&app, &mut client, &address, &typed).await;
    assert!(sign_in.page().contains("已保留"), "{}", sign_in.page());
    let next = sign_in.hidden("next").unwrap().replace("&#x2f;", "/");
    assert_eq!(next, format!("{address}?typed"));
    assert!(
        !app.stored(REGION, &filed.id).await.contains_key("people"),
        "nothing is saved without its person"
    );
    let database = std::fs::read(app.data().join("dengji.redb")).unwrap();
    let has = |text: &str| database.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!has("退出前填的人") && !has("11010519491231002X"), "it is sealed");

    // Somebody else finds nothing.
    let other = accounts
        .iter()
        .find(|account| account.role == "registrant" && account.unit.is_none())
        .unwrap();
    let theirs = back_in(&mut app.client(), &other.name, &next).await;
    assert!(theirs.status == 404 && !theirs.page().contains("退出前填的人"));

    let page = back_in(&mut client, &own.name, &next).await;
    assert_eq!(page.status, 200);
    let text = page.page();
    assert!(
        text.contains("value=\"退出前填的人\"") && text.contains("尚未保存") && text.contains("data-changed"),
        "{text}"
    );
    assert!(
        text.contains("11010519491231002X"),
        "whoever typed it may post it again"
    );
    assert!(
        !app.stored(REGION, &filed.id).await.contains_key("people"),
        "it is shown, not saved"
    );

    let saved = client.post(&next, &typed).await;
    assert_eq!((saved.status, saved.location()), (303, &*address));
    assert_eq!(
        app.stored(REGION, &filed.id).await["people"].answers["people"][0]["name"],
        json!("退出前填的人")
    );
    let again = client.get(&next).await;
    assert!(!again.page().contains("尚未保存"), "what is saved is no longer kept");
}

#[tokio::test]
async fn what_is_kept_is_few_and_small_and_its_account_s_own() {
    let (app, mut client, filed) = office().await;
    let form = app.form(REGION, FORM);
    let kept = |answer: &Answer| answer.page().contains("已保留");
    let typed = |text: &str| pairs(&[("~revision", "0"), ("~", "summary"), ("summary", text)]);
    let account = app.application(REGION, &filed.id).await.applicant;
    let kind = format!("typed {account}");
    for page in form.pages.keys().chain(form.pages.keys()) {
        assert!(
            kept(&too_late(&app, &mut client, &filed.page(page), &typed("简介")).await),
            "{page}"
        );
        app.clock.pass(SignedDuration::from_hours(-3));
    }
    assert_eq!(app.registry.store().tickets(REGION, &kind).await.unwrap().len(), 8);
    assert!(form.pages.len() > 8);
    // Too much, no such page, somebody else's application, and no session at all.
    assert!(!kept(
        &too_late(&app, &mut client, &filed.page("summary"), &typed(&"长".repeat(100_000))).await
    ));
    assert!(!kept(
        &too_late(&app, &mut client, &filed.page("nothing"), &typed("简介")).await
    ));
    let mut other = app.colleague(REGION, "office@demo.example", "another").await;
    assert!(!kept(
        &too_late(&app, &mut other, &filed.page("summary"), &typed("别人填的")).await
    ));
    assert!(!kept(
        &too_late(&app, &mut app.client(), &filed.page("summary"), &typed("简介")).await
    ));
    // Of another site nothing is read.
    use axum::body::Body;
    use axum::http::Request;
    let foreign = Request::post(filed.page("summary"))
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("~=summary&summary=x"));
    assert_eq!(client.send(foreign.unwrap()).await.status, 403);
    // A day later nobody knows any more whose the session was, and what was kept is gone.
    app.clock.pass(SignedDuration::from_hours(30));
    app.registry.purge().await.unwrap();
    assert!(!kept(
        &too_late(&app, &mut client, &filed.page("summary"), &typed("简介")).await
    ));
    assert!(app.registry.store().tickets(REGION, &kind).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_signs_out_leaves_nothing_behind() {
    let (app, mut client, filed) = office().await;
    let token = client.cookie("session-gansu").unwrap().to_owned();
    assert_eq!(
        client.post(&format!("/{REGION}/sign-out"), &[("", "")]).await.status,
        303
    );
    client.set_cookie("session-gansu", &token);
    let typed = pairs(&[("~revision", "0"), ("~", "summary"), ("summary", "简介")]);
    let sign_in = too_late(&app, &mut client, &filed.page("summary"), &typed).await;
    assert!(!sign_in.page().contains("已保留"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_that_is_pressed_twice_acts_once() {
    let (app, mut client, _) = office().await;
    let form = app.form(REGION, FORM);
    let filed = client.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    let revision = client.get(&filed.action("submit")).await.hidden("~revision").unwrap();
    let press = [("~revision", revision.as_str())];
    let first = client.post(&filed.action("submit"), &press).await;
    let second = client.post(&filed.action("submit"), &press).await;
    assert_eq!((first.status, second.status), (303, 303), "{}", second.page());
    assert_eq!(first.location(), second.location());
    let acts = app.registry.store().audit(REGION, &filed.id).await.unwrap();
    assert_eq!(acts.iter().filter(|entry| entry.act == "submit").count(), 1);
    // Later it is no double press any more, and is told what stands in the way.
    app.clock.pass(SignedDuration::from_mins(2));
    assert_eq!(client.post(&filed.action("submit"), &press).await.status, 409);
}
