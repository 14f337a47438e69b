//! An application stays with the form that it began with, whatever the office writes later.

use std::fs;

use dengji_tests::{Copied, TestApp};

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

#[tokio::test]
async fn an_application_outlives_a_changed_form() {
    let copy = Copied::of(&[REGION]);
    let app = TestApp::of(copy.folders()).await;
    let accounts = app.staff(REGION).await;
    let form = app.form(REGION, FORM);
    let answers = app.answers(REGION, "complete");
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let old = registrant.fill(REGION, &form, &answers).await;
    drop(registrant);

    // The office takes a question away, adds one that must be answered, and shortens a code list.
    copy.edit(
        "forms/national/result.form.yaml",
        "      period_end:\n",
        "      began_how: {label: 怎样开始, type: text, required: true}\n      period_end:\n",
    );
    copy.edit("forms/national/codes/stage.csv", "成熟应用阶段,成熟应用阶段,\n", "");
    let app = app.restart().await;
    let changed = app.form(REGION, FORM);
    assert_ne!(form.hash, changed.hash);
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;

    // The old one shows, checks and goes through as it began.
    let page = registrant.get(&old.page("overview")).await;
    assert!(page.status == 200 && !page.page().contains("怎样开始") && page.page().contains("成熟应用阶段"));
    assert!(
        registrant
            .get(&old.at("check"))
            .await
            .page()
            .contains("所有检查全部合格")
    );
    registrant.must_act(&old, "submit", &[]).await;
    assert_eq!(app.application(REGION, &old.id).await.state, "unit");
    assert_eq!(app.application(REGION, &old.id).await.form_hash, form.hash);

    // A new one asks the new question.
    let new = registrant.add(REGION, &changed, &answers).await;
    let page = registrant.get(&new.page("overview")).await;
    assert!(page.page().contains("怎样开始") && !page.page().contains("成熟应用阶段"));
    assert!(
        !registrant
            .get(&new.at("check"))
            .await
            .page()
            .contains("所有检查全部合格")
    );
    assert_eq!(app.application(REGION, &new.id).await.form_hash, changed.hash);
}

/// A checker that fails whenever it is asked.
fn failing() -> Vec<u8> {
    let component = include_str!("../../engine/src/plugin/tests/checker.wat")
        .replace("{body}", "unreachable")
        .replace("{memory}", "1")
        .replace("{instance}", "(core instance $i (instantiate $guest))")
        .replace("{version}", dengji::plugin::CONTRACT_VERSION);
    ["{data}", "{imports}", "{core_imports}"]
        .iter()
        .fold(component, |text, part| text.replace(part, ""))
        .into_bytes()
}

#[tokio::test]
async fn an_application_is_checked_by_the_plugin_that_it_began_with() {
    let copy = Copied::of(&[REGION]);
    let app = TestApp::of(copy.folders()).await;
    let accounts = app.staff(REGION).await;
    let form = app.form(REGION, FORM);
    let answers = app.answers(REGION, "complete");
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let (old, lost) = (
        registrant.fill(REGION, &form, &answers).await,
        registrant.fill(REGION, &form, &answers).await,
    );
    drop(registrant);
    let pinned = form.source["plugins"]["gansu-checks"]["sha256"]
        .as_str()
        .unwrap()
        .to_owned();

    copy.replace_plugin(REGION, "gansu-checks.wasm", &failing());
    let app = app.restart().await;
    let changed = app.form(REGION, FORM);
    assert_ne!(form.hash, changed.hash, "the plugin is part of the version");
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    registrant.must_act(&old, "submit", &[]).await;
    assert_eq!(app.application(REGION, &old.id).await.state, "unit");
    let new = registrant.fill(REGION, &changed, &answers).await;
    let refused = registrant.act(&new, "submit", &[]).await;
    assert_ne!(refused.status, 303, "the plugin of today fails");
    // Whether it passes the new one is not known, so it does not move.
    let mut fates = Vec::new();
    let told = |fate: dengji::registry::Fate| fates.push(fate);
    let only = Some(old.id.as_str());
    let outcome = app.registry.migrate(REGION, only, true, told).await.unwrap();
    assert_eq!((outcome.counts, outcome.moved), ([0, 0, 0, 1], 0), "{fates:?}");
    drop(registrant);

    // Without the component that was kept nothing passes, and the pages still show.
    fs::remove_file(app.data().join("files").join(&pinned[..2]).join(&pinned[2..])).unwrap();
    let app = app.restart().await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    assert_eq!(registrant.get(&lost.page("overview")).await.status, 200);
    let refused = registrant.act(&lost, "submit", &[]).await;
    assert_ne!(refused.status, 303);
    assert_eq!(app.application(REGION, &lost.id).await.state, "draft");
}
