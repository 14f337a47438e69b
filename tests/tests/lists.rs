//! The list of applications: searched, filtered, sorted, in pages; an earlier application copied, a submitted one
//! taken back.

use dengji::store::{Application, Change, Put};
use dengji_tests::{Answer, Client, Filed, TestApp, with};
use jiff::civil::date;
use serde_json::json;

const REGION: &str = "gansu";
const LIST: &str = "/gansu/applications";

/// The names in the list, in its order.
fn names(list: &Answer) -> Vec<String> {
    assert_eq!(list.status, 200);
    let page = list.page();
    let rows = page.split("<th scope=\"row\">").skip(1);
    let name = |row: &str| Some(row.split("</a>").next()?.rsplit('>').next()?.to_owned());
    rows.filter_map(name).collect()
}

async fn found(client: &mut Client, query: &str) -> Vec<String> {
    names(&client.get(&format!("{LIST}?{query}")).await)
}

/// Puts an application as it would stand after years, `changed` from one that is there.
async fn put(app: &TestApp, application: Application) {
    let change = Change {
        expect: Vec::new(),
        put: vec![Put::Application(Box::new(application))],
    };
    app.registry.store().commit(change).await.unwrap();
}

/// A registrant with a draft of each of two categories and three that were filed in other years.
async fn archive() -> (TestApp, Client) {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut registrant = app.signed_in(REGION, "invited@demo.example").await;
    for (form, sample, name) in [
        ("applied-technology", "complete", "光伏储能技术"),
        ("basic-theory", "theory", "黄土地质理论"),
    ] {
        let answers = with(&app.answers(REGION, sample), &[("name", json!(name))]);
        let form = app.form(REGION, form);
        let filed = registrant.add(REGION, &form, &answers).await;
        assert_eq!(registrant.save(&filed, &form, "overview", &answers).await.status, 303);
    }
    let own = app.registry.store();
    let all = own
        .applications(REGION, &dengji::store::Listing::All, &dengji::store::Page::first(10))
        .await
        .unwrap()
        .items;
    let like = all.iter().find(|it| it.title == "光伏储能技术").unwrap();
    for (at, (title, state, year)) in [
        ("沙漠治理", "done", 2024),
        ("风电并网", "office", 2025),
        ("沙棘育种", "unit", 2026),
    ]
    .into_iter()
    .enumerate()
    {
        put(
            &app,
            Application {
                id: format!("older-{at}"),
                title: title.into(),
                state: state.into(),
                filed_on: Some(date(year, 3, 1)),
                number: (state == "done").then(|| "9622024Y0007".to_owned()),
                ..like.clone()
            },
        )
        .await;
    }
    (app, registrant)
}

#[tokio::test]
async fn what_is_searched_for_is_found() {
    let (_app, mut registrant) = archive().await;
    assert_eq!(found(&mut registrant, "").await.len(), 5);
    for (query, expected) in [
        ("q=%E6%B2%99", vec!["沙棘育种", "沙漠治理"]),
        ("q=9622024y", vec!["沙漠治理"]),
        ("q=%E6%B2%99+%E8%82%B2%E7%A7%8D", vec!["沙棘育种"]),
        ("form=basic-theory", vec!["黄土地质理论"]),
        ("state=office", vec!["风电并网"]),
        ("year=2024", vec!["沙漠治理"]),
        ("year=2026&state=unit", vec!["沙棘育种"]),
        ("year=1999", vec![]),
        ("state=nothing-like-that&page=99&sort=constructor", vec![]),
    ] {
        let mut found = found(&mut registrant, query).await;
        found.sort();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
    let nothing = registrant.get(&format!("{LIST}?q=%3Cscript%3E")).await.text();
    assert!(
        nothing.contains("没有符合条件的申请") && nothing.contains("清除条件"),
        "{nothing}"
    );
    assert!(
        !nothing.contains("value=\"<script>"),
        "what was searched for is shown escaped"
    );
}

#[tokio::test]
async fn a_list_is_sorted_by_its_headings() {
    let (_app, mut registrant) = archive().await;
    let by_name = found(&mut registrant, "sort=name").await;
    assert!(by_name.is_sorted(), "{by_name:?}");
    let mut back = found(&mut registrant, "sort=-name").await;
    back.reverse();
    assert_eq!(back, by_name);
    // States stand in the order of the workflow: drafts, the unit, the office, done.
    let states = found(&mut registrant, "sort=state").await;
    assert_eq!(states[2..], ["沙棘育种", "风电并网", "沙漠治理"]);
    assert_eq!(found(&mut registrant, "sort=number").await[0], "沙漠治理");
    let page = registrant.get(&format!("{LIST}?sort=name")).await.page();
    assert!(
        page.contains("aria-sort=\"ascending\"") && page.contains("sort=%2Dname"),
        "{page}"
    );
    // Where there is no room for headings, the same orders are chosen above the list.
    assert!(
        page.contains("<option value=\"name\" selected>成果名称（升序）</option>"),
        "{page}"
    );
    for word in ["-name", "category", "-state", "updated", "-number"] {
        let page = registrant.get(&format!("{LIST}?sort={word}")).await.page();
        assert!(page.contains(&format!("<option value=\"{word}\" selected>")), "{word}");
        assert_eq!(page.matches("selected>").count(), 1, "{word}");
    }
    assert!(page.contains("<option value=\"\">新增的在前</option>"), "{page}");
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_adds_one_application() {
    let (app, mut registrant) = archive().await;
    let before = found(&mut registrant, "").await.len();
    let address = "/gansu/applications/new/soft-science";
    let once = registrant.get("/gansu/applications/new").await.hidden("~once").unwrap();
    let press = [("~once", once.as_str())];
    let (mut one, mut other) = (registrant.clone(), registrant.clone());
    let (one, other) = tokio::join!(one.post(address, &press), other.post(address, &press));
    assert_eq!(
        (one.status, other.status),
        (303, 303),
        "{} {}",
        one.text(),
        other.text()
    );
    assert_eq!(one.location(), other.location());
    assert_eq!(registrant.post(address, &press).await.location(), one.location());
    // Another category on the same page is another application; so is the same to somebody who comes back later.
    let theory = registrant.post("/gansu/applications/new/basic-theory", &press).await;
    assert_ne!(theory.location(), one.location());
    app.clock.pass(jiff::SignedDuration::from_mins(2));
    assert_ne!(registrant.post(address, &press).await.location(), one.location());
    assert_eq!(found(&mut registrant, "").await.len(), before + 3);
}

#[tokio::test]
async fn a_long_list_has_pages_and_tells_nobody_of_drafts() {
    let (app, mut registrant) = archive().await;
    let store = app.registry.store();
    let like = store.application(REGION, "older-2").await.unwrap().unwrap();
    for at in 0..50 {
        let id = format!("more-{at:02}");
        let title = format!("成果{at:02}");
        put(
            &app,
            Application {
                id,
                title,
                ..like.clone()
            },
        )
        .await;
    }
    let first = registrant.get(&format!("{LIST}?q=%E6%88%90%E6%9E%9C&sort=name")).await;
    assert!(first.page().contains("第 1 / 3 页，共 50 条"), "{}", first.page());
    assert_eq!(names(&first).len(), 20);
    let last = found(&mut registrant, "q=%E6%88%90%E6%9E%9C&sort=name&page=3").await;
    assert_eq!(last.last().map(String::as_str), Some("成果49"));
    assert_eq!(last.len(), 10);
    // The office sees what was filed, page by page, and counts no drafts.
    let mut office = app.signed_in(REGION, "office@demo.example").await;
    let mut seen = Vec::new();
    for page in 1..=3 {
        seen.extend(found(&mut office, &format!("page={page}")).await);
    }
    assert_eq!(seen.len(), 53);
    assert!(
        !seen.iter().any(|name| name == "光伏储能技术"),
        "a draft is its applicant's own"
    );
    assert!(office.get(LIST).await.page().contains("共 53"));
    assert_eq!(found(&mut office, "q=%E5%85%89%E4%BC%8F").await, Vec::<String>::new());
}

/// A registrant with an application that was submitted.
async fn submitted() -> (TestApp, Client, Filed) {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let form = app.form(REGION, "applied-technology");
    let mut registrant = app.signed_in(REGION, "invited@demo.example").await;
    let complete = app.answers(REGION, "complete");
    let filed = registrant.fill(REGION, &form, &complete).await;
    registrant.must_act(&filed, "submit", &[]).await;
    (app, registrant, filed)
}

#[tokio::test]
async fn an_earlier_application_is_copied() {
    let (app, mut registrant, filed) = submitted().await;
    assert!(registrant.get(LIST).await.page().contains(&filed.at("copy")));
    let copied = registrant.post(&filed.at("copy"), &[("", "")]).await;
    assert_eq!(copied.status, 303, "{}", copied.text());
    let id = copied.location().split('/').nth(3).unwrap().to_owned();
    assert_ne!(id, filed.id);
    let copy = Filed {
        region: REGION.into(),
        id,
    };
    let shown = registrant.get(copied.location()).await.page();
    assert!(shown.contains("已复制为一份新的申请"), "{shown}");
    let stored = app.application(REGION, &copy.id).await;
    assert_eq!((&*stored.state, stored.filed_on, stored.number), ("draft", None, None));
    // The answers are the same, sensitive ones sealed anew; so are the files, which stand on their own.
    let (before, after) = (app.stored(REGION, &filed.id).await, app.stored(REGION, &copy.id).await);
    assert_eq!(before["overview"].answers, after["overview"].answers);
    let store = app.registry.store();
    let files = async |id: &str| {
        let mut files: Vec<String> = store
            .uploads(REGION, id)
            .await
            .unwrap()
            .into_iter()
            .map(|it| it.file)
            .collect();
        files.sort();
        files
    };
    assert_eq!(files(&filed.id).await, files(&copy.id).await);
    assert!(!files(&copy.id).await.is_empty());
    let check = registrant.get(&copy.at("check")).await.page();
    assert!(check.contains("所有检查全部合格"), "{check}");
    registrant.must_act(&copy, "submit", &[]).await;
    // The button pressed twice makes one copy; pressed on a fresh list, it makes another.
    let mut copies = std::collections::BTreeSet::new();
    for presses in [2, 1] {
        let once = registrant.get(LIST).await.hidden("~once").unwrap();
        for _ in 0..presses {
            let copied = registrant.post(&filed.at("copy"), &[("~once", &once)]).await;
            assert_eq!(copied.status, 303, "{}", copied.text());
            copies.insert(copied.location().to_owned());
        }
    }
    assert_eq!(copies.len(), 2, "{copies:?}");
    // Nobody copies what is not theirs.
    for name in ["unit@demo.example", "office@demo.example", "solo@demo.example"] {
        let mut other = app.signed_in(REGION, name).await;
        assert_eq!(other.post(&filed.at("copy"), &[("", "")]).await.status, 404, "{name}");
    }
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn what_nobody_has_reviewed_can_be_taken_back() {
    let (app, mut registrant, filed) = submitted().await;
    let form = app.form(REGION, "applied-technology");
    let submitted = registrant.get(&filed.at("")).await.page();
    assert!(submitted.contains("撤回修改"));
    assert!(
        submitted.contains("现在的工作进度是“单位管理员审核”，下一步由单位管理员办理"),
        "{submitted}"
    );
    registrant.must_act(&filed, "withdraw", &[]).await;
    let taken_back = registrant.get(&filed.at("")).await.page();
    assert!(
        taken_back.contains("现在的工作进度是“填写中”，由申请人修改后重新提交"),
        "{taken_back}"
    );
    let stored = app.application(REGION, &filed.id).await;
    assert_eq!((&*stored.state, stored.filed_on), ("draft", None));
    let mut unit = app.signed_in(REGION, "unit@demo.example").await;
    assert_eq!(unit.get(&filed.at("review")).await.status, 404, "it is a draft again");
    let renamed = with(&app.answers(REGION, "complete"), &[("name", json!("戈壁微电网"))]);
    assert_eq!(registrant.save(&filed, &form, "overview", &renamed).await.status, 303);
    registrant.must_act(&filed, "submit", &[]).await;
    unit.must_act(&filed, "unit_pass", &[]).await;
    // The unit has reviewed it.
    let late = registrant.get(&filed.action("withdraw")).await;
    assert_eq!(late.status, 422, "{}", late.page());
    assert!(
        !registrant
            .get(&filed.at(""))
            .await
            .page()
            .contains(&filed.action("withdraw"))
    );
    assert_eq!(app.application(REGION, &filed.id).await.state, "recommend");
    app.audit_holds(REGION).await;
}
