//! Plugins and templates that do harm: each is stopped and named, nothing of the application changes,
//! and the server goes on.

use std::collections::BTreeMap;

use dengji::store::{AnswerPage, Application};
use dengji_tests::{Client, Copied, Filed, TestApp, with};
use serde_json::json;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

/// A checker whose whole guest is this body.
fn checker(body: &str) -> Vec<u8> {
    let component = include_str!("../../engine/src/plugin/tests/checker.wat")
        .replace("{body}", body)
        .replace("{memory}", "1")
        .replace("{instance}", "(core instance $i (instantiate $guest))")
        .replace("{version}", dengji::plugin::CONTRACT_VERSION);
    ["{data}", "{imports}", "{core_imports}"]
        .iter()
        .fold(component, |text, part| text.replace(part, ""))
        .into_bytes()
}

/// Everything that an action could have changed.
#[derive(PartialEq)]
struct Whole {
    application: Application,
    pages: BTreeMap<String, AnswerPage>,
    acts: Vec<String>,
    counter: u64,
}

async fn whole(app: &TestApp, filed: &Filed) -> Whole {
    let store = app.registry.store();
    let entries = store.audit(REGION, &filed.id).await.unwrap();
    app.audit_holds(REGION).await;
    Whole {
        application: app.application(REGION, &filed.id).await,
        pages: app.stored(REGION, &filed.id).await,
        acts: entries.into_iter().map(|entry| entry.hash).collect(),
        counter: store.counter(REGION, "registration/2026/Y").await.unwrap(),
    }
}

async fn still_serves(client: &mut Client, filed: &Filed) {
    for address in ["/gansu/applications", &filed.page("overview"), "/gansu/"] {
        assert_eq!(client.get(address).await.status, 200, "{address}");
    }
}

#[tokio::test]
async fn a_checker_that_does_harm_passes_nothing() {
    let endless = "(loop $again (br $again)) unreachable";
    let greedy = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
    for (kind, body) in [
        ("loops", endless),
        ("grows", greedy),
        ("traps", "unreachable"),
        ("answers nonsense", "(i32.const -4)"),
    ] {
        let copied = Copied::of(&[REGION]);
        copied.replace_plugin(REGION, "gansu-checks.wasm", &checker(body));
        let app = TestApp::of(copied.folders()).await;
        let accounts = app.staff(REGION).await;
        let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
        let form = app.form(REGION, FORM);
        // A draft is never kept from being saved.
        let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
        let before = whole(&app, &filed).await;

        let checked = registrant.get(&filed.at("check")).await;
        let page = checked.page();
        assert_eq!(checked.status, 200, "{kind}");
        assert!(
            page.contains("插件“gansu-checks”暂时不能检查") && !page.contains("所有检查全部合格"),
            "{kind}: {page}"
        );
        // Repeated, so that the plugin rests: that is a refusal as well.
        for _ in 0..4 {
            let refused = registrant.act(&filed, "submit", &[]).await;
            assert_eq!(refused.status, 503, "{kind}: {}", refused.page());
            assert!(
                refused.page().contains("插件“gansu-checks”暂时不能检查，没有任何改动"),
                "{kind}: {}",
                refused.page()
            );
        }
        assert!(before == whole(&app, &filed).await, "{kind}: something changed");
        still_serves(&mut registrant, &filed).await;
    }
}

/// An application that waits for the office, whose second person is called `name`.
async fn at_the_office(app: &TestApp, name: &str) -> (Client, Client, Filed) {
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let answers = with(&app.answers(REGION, "complete"), &[("people[1].name", json!(name))]);
    let filed = registrant.fill(REGION, &app.form(REGION, FORM), &answers).await;
    registrant.must_act(&filed, "submit", &[]).await;
    pass(app, &filed).await;
    let office = app.in_role(REGION, &accounts, "office", None).await;
    (registrant, office, filed)
}

/// Passes it on through the unit and the recommending unit.
async fn pass(app: &TestApp, filed: &Filed) {
    app.signed_in(REGION, "unit@demo.example")
        .await
        .must_act(filed, "unit_pass", &[])
        .await;
    app.signed_in(REGION, "recommending@demo.example")
        .await
        .must_act(filed, "recommend_pass", &[("opinion", "同意推荐。")])
        .await;
}

#[tokio::test]
async fn a_template_that_never_ends_approves_nothing() {
    let copied = Copied::of(&[REGION]);
    let template = "forms/gansu/documents/certificate.typ";
    let whole_template = std::fs::read_to_string(copied.file(template)).unwrap();
    let endless = "#for i in range(100000) { for j in range(100000) { let k = i * j } }\n";
    std::fs::write(copied.file(template), format!("{endless}{whole_template}")).unwrap();
    let app = TestApp::of(copied.folders()).await;
    let (mut registrant, mut office, filed) = at_the_office(&app, "马晓燕").await;
    let before = whole(&app, &filed).await;
    let refused = office.act(&filed, "approve", &[]).await;
    assert_eq!(refused.status, 503, "{}", refused.page());
    assert!(
        refused.page().contains("文书没有生成，没有任何改动"),
        "{}",
        refused.page()
    );
    assert!(before == whole(&app, &filed).await, "something changed");
    still_serves(&mut registrant, &filed).await;

    // With the template mended, the same application gets the number that was not used up.
    std::fs::write(copied.file(template), whole_template).unwrap();
    drop((registrant, office));
    let app = app.restart().await;
    let mut office = app.signed_in(REGION, "office@demo.example").await;
    office.must_act(&filed, "approve", &[]).await;
    assert_eq!(
        app.application(REGION, &filed.id).await.number.as_deref(),
        Some("9622026Y0001")
    );
}

#[tokio::test]
async fn a_character_that_no_font_has_is_named_and_can_be_mended() {
    let app = TestApp::start().await;
    let (mut registrant, mut office, filed) = at_the_office(&app, "马\u{e000}燕").await;
    let before = whole(&app, &filed).await;
    let refused = office.act(&filed, "approve", &[]).await;
    let page = refused.page();
    assert_eq!(refused.status, 422, "{page}");
    assert!(
        page.contains("U+E000") && page.contains("姓名"),
        "neither character nor field is named: {page}"
    );
    assert!(before == whole(&app, &filed).await, "something changed");

    office
        .must_act(
            &filed,
            "send_back",
            &[("opinion", "请更正姓名用字。"), ("marks", "people")],
        )
        .await;
    let answers = app.answers(REGION, "complete");
    assert_eq!(
        registrant
            .save(&filed, &app.form(REGION, FORM), "people", &answers)
            .await
            .status,
        303
    );
    registrant.must_act(&filed, "submit", &[]).await;
    pass(&app, &filed).await;
    office.must_act(&filed, "approve", &[]).await;
    let application = app.application(REGION, &filed.id).await;
    assert_eq!(
        (application.state.as_str(), application.number.as_deref()),
        ("done", Some("9622026Y0001"))
    );
    assert!(application.certificate.is_some());
    app.audit_holds(REGION).await;
}
