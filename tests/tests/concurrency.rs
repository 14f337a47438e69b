//! Several people at once: nobody's work is lost, nothing happens twice, and a restart keeps all of it.

use dengji_tests::{Answer, Client, Filed, TestApp, with};
use serde_json::json;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

/// Submits an application of a registrant without a unit and lets it be recommended.
async fn at_the_office(app: &TestApp, solo: &mut Client, recommender: &mut Client) -> Filed {
    let filed = solo
        .fill(REGION, &app.form(REGION, FORM), &app.answers(REGION, "without-unit"))
        .await;
    solo.must_act(&filed, "submit", &[]).await;
    recommender
        .must_act(&filed, "recommend_pass", &[("opinion", "同意推荐。")])
        .await;
    filed
}

async fn solo_and_recommender(app: &TestApp) -> (Client, Client) {
    let accounts = app.staff(REGION).await;
    let solo = app.in_role(REGION, &accounts, "registrant", Some(false)).await;
    (solo, app.in_role(REGION, &accounts, "recommender", None).await)
}

/// Takes an action that a page was opened for at `revision`.
async fn post(mut client: Client, address: String, revision: String) -> Answer {
    client.post(&address, &[("~revision", revision)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_approvals_one_wins() {
    let app = TestApp::start().await;
    let (mut solo, mut recommender) = solo_and_recommender(&app).await;
    let filed = at_the_office(&app, &mut solo, &mut recommender).await;
    let mut first = app.signed_in(REGION, "office@demo.example").await;
    let second = app.colleague(REGION, "office@demo.example", "another").await;
    let revision = first.get(&filed.action("approve")).await.hidden("~revision").unwrap();
    let one = tokio::spawn(post(first.clone(), filed.action("approve"), revision.clone()));
    let other = tokio::spawn(post(second, filed.action("approve"), revision));
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409], "{}{}", one.page(), other.page());
    let loser = if one.status == 409 { one } else { other };
    assert!(
        loser.page().contains("申请的状态已改变") || loser.page().contains("不能进行这项操作"),
        "{}",
        loser.page()
    );

    let store = app.registry.store();
    assert_eq!(store.counter(REGION, "registration/2026/Y").await.unwrap(), 1);
    let acts = store.audit(REGION, &filed.id).await.unwrap();
    assert_eq!(acts.iter().filter(|entry| entry.act == "approve").count(), 1);
    app.audit_holds(REGION).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn approvals_at_once_get_consecutive_numbers() {
    const MANY: usize = 20;
    let app = TestApp::start().await;
    let (solo, recommender) = solo_and_recommender(&app).await;
    let mut filed = Vec::new();
    for _ in 0..MANY {
        filed.push(at_the_office(&app, &mut solo.clone(), &mut recommender.clone()).await);
    }
    let office = app.signed_in(REGION, "office@demo.example").await;
    let approvals: Vec<_> = filed
        .iter()
        .cloned()
        .map(|filed| {
            let mut office = office.clone();
            tokio::spawn(async move { office.must_act(&filed, "approve", &[]).await })
        })
        .collect();
    for approval in approvals {
        approval.await.unwrap();
    }
    let mut numbers = Vec::new();
    for filed in &filed {
        let application = app.application(REGION, &filed.id).await;
        let certificate = app
            .registry
            .store()
            .certificate(REGION, &application.certificate.unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            Some(&certificate.number),
            application.number.as_ref(),
            "the certificate carries another number"
        );
        numbers.push(certificate.number);
    }
    numbers.sort();
    let expected: Vec<String> = (1..=MANY).map(|serial| format!("9622026Y{serial:04}")).collect();
    assert_eq!(numbers, expected);
    app.audit_holds(REGION).await;

    // A restart keeps all of it, sessions included.
    drop((solo, recommender));
    let mut office = office.kept();
    let app = app.restart().await;
    office.connect(&app);
    for (filed, page) in filed
        .iter()
        .zip(["review", "documents/certificate/pdf"].into_iter().cycle())
    {
        assert_eq!(office.get(&filed.at(page)).await.status, 200);
    }
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn a_stale_save_keeps_what_was_typed_on_the_page() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut here = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let mut there = here.clone();
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let filed = here.add(REGION, &form, &complete).await;
    let seen = here.get(&filed.page("summary")).await.hidden("~revision").unwrap();
    assert_eq!(
        there
            .save(
                &filed,
                &form,
                "summary",
                &with(&complete, &[("summary", json!("先保存的简介"))])
            )
            .await
            .status,
        303
    );

    let typed = [
        ("~revision", seen.as_str()),
        ("~", "summary"),
        ("summary", "后保存的简介"),
    ];
    let stale = here.post(&filed.page("summary"), &typed).await;
    let page = stale.page();
    assert_eq!(stale.status, 409);
    assert!(
        page.contains("这一栏在别处已保存过") && page.contains("后保存的简介"),
        "{page}"
    );
    assert_eq!(
        app.stored(REGION, &filed.id).await["summary"].answers["summary"],
        json!("先保存的简介")
    );

    // The page that came back knows the latest revision, so that saving again is a decision.
    let fresh = stale.hidden("~revision").unwrap();
    let again = here
        .post(
            &filed.page("summary"),
            &[
                ("~revision", fresh.as_str()),
                ("~", "summary"),
                ("summary", "后保存的简介"),
            ],
        )
        .await;
    assert_eq!(again.status, 303);
    assert_eq!(
        app.stored(REGION, &filed.id).await["summary"].answers["summary"],
        json!("后保存的简介")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_can_be_saved_at_the_same_time() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let filed = registrant.add(REGION, &form, &complete).await;
    let pages: Vec<_> = form
        .pages
        .values()
        .filter(|page| !page.fields.is_empty())
        .map(|page| page.id.to_string())
        .collect();
    let saves: Vec<_> = pages
        .iter()
        .cloned()
        .map(|page| {
            let (mut client, filed, form, answers) =
                (registrant.clone(), filed.clone(), form.clone(), complete.clone());
            tokio::spawn(async move { client.save(&filed, &form, &page, &answers).await.status })
        })
        .collect();
    for (page, save) in pages.iter().zip(saves) {
        assert_eq!(save.await.unwrap(), 303, "{page}");
    }
    assert!(
        registrant
            .get(&filed.at("check"))
            .await
            .page()
            .contains("所有检查全部合格")
    );
    assert_eq!(app.stored(REGION, &filed.id).await.len(), pages.len());
    app.audit_holds(REGION).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_save_and_a_submission_do_not_pass_each_other() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let filed = registrant.fill(REGION, &form, &complete).await;
    let asked = registrant
        .get(&filed.action("submit"))
        .await
        .hidden("~revision")
        .unwrap();
    let shown = registrant
        .get(&filed.page("summary"))
        .await
        .hidden("~revision")
        .unwrap();
    let submit = tokio::spawn(post(registrant.clone(), filed.action("submit"), asked));
    let mut other = registrant.clone();
    let address = filed.page("summary");
    let save = tokio::spawn(async move {
        other
            .post(&address, &[("~revision", &*shown), ("~", "summary"), ("summary", "")])
            .await
    });
    let (submit, save) = (submit.await.unwrap().status, save.await.unwrap().status);
    let stored = app.stored(REGION, &filed.id).await;
    match app.application(REGION, &filed.id).await.state.as_str() {
        // What was submitted is what was checked.
        "unit" => assert!(
            submit == 303 && save != 303 && stored["summary"].answers.contains_key("summary"),
            "{submit} {save}"
        ),
        state => assert!(
            state == "draft" && submit != 303 && save == 303,
            "{state} {submit} {save}"
        ),
    }
}
