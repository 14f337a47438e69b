//! A print that is signed and comes back: its link, and whether it is still of the answers as they are.

use dengji_tests::{Copied, TestApp, Upload, page_pairs, with};
use serde_json::json;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

#[tokio::test]
async fn a_signed_print_is_stale_once_answers_have_changed() {
    let copy = Copied::of(&[REGION]);
    copy.edit(
        "forms/gansu/common.form.yaml",
        "      task_book:\n",
        "      signed: {label: 盖章页, type: file, accept: [pdf], printOf: form}\n      task_book:\n",
    );
    let app = TestApp::of(copy.folders()).await;
    let accounts = app.staff(REGION).await;
    let form = app.form(REGION, FORM);
    let answers = app.answers(REGION, "complete");
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let filed = registrant.fill(REGION, &form, &answers).await;

    let page = registrant.get(&filed.page("attachments")).await;
    let print = filed.at("documents/form/pdf");
    assert!(
        page.page().contains(&format!("href=\"{print}\"")),
        "the page leads to the print"
    );
    let printed = registrant.get(&print).await;
    assert!(printed.status == 200 && printed.body.starts_with(b"%PDF-"));

    let revision = page.revision().unwrap();
    let (pairs, mut files) = page_pairs(&form.pages["attachments"].fields, &answers, revision);
    files.push(Upload {
        field: "signed".into(),
        name: "盖章页.pdf".into(),
        content: printed.body.to_vec(),
    });
    let saved = registrant.upload(&filed.page("attachments"), &pairs, &files).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let stale = "盖章";
    let checked = registrant.get(&filed.at("check")).await.page();
    assert!(checked.contains("所有检查全部合格"), "{checked}");

    let changed = with(&answers, &[("name", json!("改了名称的成果"))]);
    let saved = registrant.save(&filed, &form, "overview", &changed).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let checked = registrant.get(&filed.at("check")).await.page();
    assert!(
        checked.contains(stale) && !checked.contains("所有检查全部合格"),
        "{checked}"
    );
}
