//! An application stays with the form that it began with, whatever the office writes later.

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
