//! A way in that no region of ours has, added in YAML alone: approval without e-mail, by a unit's own administrator.

use std::fs;

use dengji_tests::{Copied, TestApp};

use super::counter::{PASSWORD, account, but, enter, entered, filled, inputs, led, link_to, told};

const REGION: &str = "guangxi";
const FORM: &str = "form: visitor
title: 访问学者登记
version: \"1\"
pages:
  person:
    title: 访问学者
    intro: 由所在单位的管理员审核。
    fields:
      name: {label: 姓名, type: text, required: true, maxLength: 50}
      unit: {label: 访问单位, type: lookup, from: units, required: true}
      until: {label: 访问至, type: date, required: true}
rules:
  not_over:
    assert: 'until >= today'
    at: until
    message: 访问期已结束。
";
const WAY: &str = "accounts:
  visitor:
    label: 访问学者
    help: 在广西的单位访问的学者。
    form: visitor
    creates: {role: registrant}
    joins: unit
    activation: approval
    approvedBy: unit_admin
";

#[tokio::test]
async fn a_third_way_is_yaml_alone() {
    let copied = Copied::of(&[REGION]);
    copied.edit("forms/guangxi/region.yaml", "accounts:\n", WAY);
    fs::write(copied.file("forms/guangxi/accounts/visitor.form.yaml"), FORM).unwrap();
    let app = TestApp::of(copied.folders()).await;
    app.staff(REGION).await;
    let mut browser = app.client();
    assert!(told(&browser.get("/guangxi/sign-up").await).contains("访问学者"));
    let form = browser.get("/guangxi/sign-up/visitor").await;
    assert_eq!(
        inputs(&form),
        ["name", "unit", "until", "sign_in_name", "password", "again", "captcha"]
    );
    let admin = account(&app, REGION, "unit_admin").await.unwrap();
    let of = admin.unit.unwrap();
    let typed = [
        ("name", "阿里木江·买买提"),
        ("unit", &*of),
        ("until", "2027-06-30"),
        ("sign_in_name", "alimujiang"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let over = but(&typed, &[("until", "2020-01-01")]);
    super::counter::refused(
        &browser.post("/guangxi/sign-up/visitor", &filled(&over)).await,
        "访问期已结束",
    );
    let waits = browser.post("/guangxi/sign-up/visitor", &filled(&typed)).await;
    led(&waits, "/guangxi/sign-up/visitor/waits");
    let done = told(&browser.get(waits.location()).await);
    assert!(done.contains("完成单位管理员"), "{done}");
    assert!(
        !done.contains("邮箱"),
        "no address was asked, so nothing is sent: {done}"
    );
    assert_eq!(enter(&app, REGION, "alimujiang", PASSWORD).await.1.status, 422);
    // The office does not approve this way; the unit's own administrator does.
    let mut clerk = super::counter::office(&app, REGION).await;
    assert!(!told(&clerk.get("/guangxi/approvals").await).contains("阿里木江"));
    let mut admin = app.signed_in(REGION, "unit_admin").await;
    let one = link_to(&admin.get("/guangxi/approvals").await, "/approvals/", "阿里木江·买买提");
    assert!(told(&admin.get(&one).await).contains("2027-06-30"));
    led(&admin.post(&one, &[("do", "approve")]).await, "/guangxi/approvals");
    let mut browser = entered(&app, REGION, "alimujiang", PASSWORD).await;
    assert!(
        browser
            .get("/guangxi/applications")
            .await
            .page()
            .contains("阿里木江·买买提")
    );
    assert_eq!(app.letters(REGION).await, [], "nobody was written to");
    app.audit_holds(REGION).await;
}
