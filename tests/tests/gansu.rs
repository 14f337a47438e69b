//! The steps of Gansu's 科技成果登记人操作手册 (December 2021), in its order.

use dengji::registry::demo::DemoAccount;
use dengji_tests::{Answer, Client, Filed, TODAY, TestApp, with};
use jiff::civil::date;
use serde_json::json;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

/// The office with an account for each role, and a registrant of 陇原大学 at the counter.
async fn counter() -> (TestApp, Vec<DemoAccount>, Client) {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    (app, accounts, registrant)
}

/// Whether the page offers anything to fill in.
fn can_be_filled(page: &Answer) -> bool {
    page.text().contains("id=\"page-form\"")
}

/// 登录系统，点击“新增科技成果”，根据成果类别选择，点击“填写申请”.
#[tokio::test]
async fn a_result_is_added_by_its_category() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut browser = app.client();
    let asked = browser.get("/gansu/applications").await;
    assert_eq!(
        (asked.status, asked.location()),
        (303, "/gansu/sign-in?next=%2Fgansu%2Fapplications")
    );
    let wrong = browser
        .post(
            "/gansu/sign-in",
            &[("name", "invited@demo.example"), ("password", "wrong")],
        )
        .await;
    assert_eq!(wrong.status, 422);
    let entered = [
        ("name", "invited@demo.example"),
        ("password", "Dengji#2026"),
        ("next", "/gansu/applications"),
    ];
    assert_eq!(
        browser.post("/gansu/sign-in", &entered).await.location(),
        "/gansu/applications"
    );

    let listed = browser.get("/gansu/applications").await.text();
    for words in [
        "欢迎您",
        "王伟任-成果登记人",
        "当前有: (0)条工作提醒",
        "当前页面",
        "申报管理",
        "科技成果登记",
        "填写科技成果",
        "新增科技成果",
        "400-161-6289",
    ] {
        assert!(listed.contains(words), "{words} is missing: {listed}");
    }
    let categories = browser.get("/gansu/applications/new").await.text();
    assert!(
        categories.contains("应用技术类") && categories.contains("填写申请"),
        "{categories}"
    );

    let form = app.form(REGION, FORM);
    let filed = browser.add(REGION, &form, &app.answers(REGION, "complete")).await;
    let first = browser.get(&filed.page("overview")).await.text();
    for page in form.pages.values() {
        assert!(first.contains(&page.title.to_string()), "{} is no tab", page.title);
    }
    for words in [
        "保存",
        "下载PDF",
        "提交到单位管理员",
        "返回",
        "填写检查",
        "版本号",
        "以此生成成果证书",
    ] {
        assert!(first.contains(words), "{words} is missing");
    }
}

/// 为了防止你在填写时丢失信息，请经常记住按“保存”按钮.
#[tokio::test]
async fn pages_are_saved_one_by_one_and_may_be_incomplete() {
    let (app, _, mut registrant) = counter().await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let filed = registrant.add(REGION, &form, &complete).await;
    let half = with(
        &complete,
        &[
            ("period_end", json!(null)),
            ("keywords", json!(["光伏"])),
            ("recommender", json!(null)),
        ],
    );
    let saved = registrant.save(&filed, &form, "overview", &half).await;
    assert_eq!((saved.status, saved.location()), (303, filed.page("overview").as_str()));
    let again = registrant.get(&filed.page("overview")).await.text();
    assert!(
        again.contains("已保存")
            && again.contains("戈壁地区光伏储能一体化微电网关键技术")
            && again.contains("value=\"2021-03-01\""),
        "{again}"
    );
    assert_eq!(
        app.stored(REGION, &filed.id).await["overview"].answers["keywords"],
        json!(["光伏"])
    );

    // What cannot be read is told at its field; everything else of the page is kept.
    let shown = registrant.get(&filed.page("project")).await;
    let pairs = [
        ("~revision", shown.hidden("~revision").unwrap()),
        ("~", "plan_name".into()),
        ("plan_name", "地方计划".into()),
        ("~", "fund_own".into()),
        ("fund_own", "八十".into()),
    ];
    let partly = registrant.post(&filed.page("project"), &pairs).await;
    let text = partly.text();
    assert_eq!(partly.status, 422);
    assert!(
        text.contains("href=\"#f-fund_own\"") && text.contains("请填写数字") && text.contains("八十"),
        "{text}"
    );
    assert_eq!(
        app.stored(REGION, &filed.id).await["project"].answers.get("plan_name"),
        Some(&json!("地方计划"))
    );
}

/// 点击“填写检查”按钮，检查合格点击“提交到单位管理员”.
#[tokio::test]
async fn what_fails_the_check_cannot_be_submitted() {
    let (app, _, mut registrant) = counter().await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let wrong = with(
        &complete,
        &[
            ("period_end", json!("2020-01-01")),
            ("people[0].id_no", json!(null)),
            ("summary", json!(null)),
        ],
    );
    let filed = registrant.fill(REGION, &form, &wrong).await;

    let checked = registrant.get(&filed.at("check")).await.page();
    assert!(
        checked.contains("检查未通过") && !checked.contains("所有检查全部合格"),
        "{checked}"
    );
    for (page, field) in [
        ("overview", "period_end"),
        ("people", "people[0].id_no"),
        ("summary", "summary"),
    ] {
        let link = format!("href=\"{}#f-{field}\"", filed.page(page));
        assert!(checked.contains(&link), "no link to {page}, {field}: {checked}");
        assert!(
            registrant
                .get(&filed.page(page))
                .await
                .text()
                .contains(&format!("id=\"f-{field}\"")),
            "nothing to link to: {field}"
        );
    }
    let refused = registrant.act(&filed, "submit", &[]).await;
    let text = refused.page();
    assert_eq!(refused.status, 422);
    assert!(
        text.contains("填写检查未通过，还有 3 处需要修改") && text.contains(&format!("href=\"{}\"", filed.at("check"))),
        "{text}"
    );
    assert_eq!(
        (
            app.application(REGION, &filed.id).await.state.as_str(),
            app.application(REGION, &filed.id).await.filed_on
        ),
        ("draft", None)
    );

    for page in ["overview", "people", "summary"] {
        assert_eq!(registrant.save(&filed, &form, page, &complete).await.status, 303);
    }
    assert!(
        registrant
            .get(&filed.at("check"))
            .await
            .page()
            .contains("所有检查全部合格")
    );
    registrant.must_act(&filed, "submit", &[]).await;
    assert_eq!(app.application(REGION, &filed.id).await.state, "unit");
}

/// 提交后不能修改；退回修改只改标出的栏目.
#[tokio::test]
async fn after_submission_only_a_return_lets_the_marked_fields_be_changed() {
    let (app, accounts, mut registrant) = counter().await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let filed = registrant.fill(REGION, &form, &complete).await;
    let asked = registrant.get(&filed.action("submit")).await.text();
    assert!(asked.contains("提交后不能修改，确定提交吗？"), "{asked}");
    registrant.must_act(&filed, "submit", &[]).await;

    for page in form.pages.keys() {
        assert!(
            !can_be_filled(&registrant.get(&filed.page(page)).await),
            "{page} can still be filled in"
        );
    }
    let before = app.stored(REGION, &filed.id).await;
    let forged = registrant
        .post(
            &filed.page("summary"),
            &[("~revision", "1"), ("~", "summary"), ("summary", "改了")],
        )
        .await;
    assert_eq!(forged.status, 403);
    assert!(forged.text().contains("只有退回后申请人才能修改"), "{}", forged.text());
    assert!(
        before == app.stored(REGION, &filed.id).await,
        "a forged post changed something"
    );

    // 单位管理员 is reminded and returns it with an opinion, a mark and a remark.
    let mut unit = app.in_role(REGION, &accounts, "unit_admin", None).await;
    let queue = unit.get("/gansu/queue").await.text();
    assert!(
        queue.contains("当前有: (1)条工作提醒") && queue.contains("戈壁地区光伏储能一体化微电网关键技术"),
        "{queue}"
    );
    let unmotivated = unit.act(&filed, "send_back", &[("marks", "application_state")]).await;
    assert_eq!(unmotivated.status, 422, "a return says why");
    unit.must_act(
        &filed,
        "send_back",
        &[
            ("opinion", "请核对应用状态。"),
            ("marks", "application_state"),
            ("marks.application_state", "与用户证明不符"),
        ],
    )
    .await;

    let list = registrant.get("/gansu/applications").await.text();
    assert!(
        list.contains("当前有: (1)条工作提醒") && list.contains("退回修改"),
        "{list}"
    );
    let page = registrant.get(&filed.page("conversion")).await;
    let text = page.text();
    assert!(
        text.contains("请核对应用状态。") && text.contains("与用户证明不符"),
        "{text}"
    );
    // The marked field and what depends on it can be filled in, and nothing else.
    let offers = |page: &str, field: &str| page.contains(&format!("name=\"~\" value=\"{field}\""));
    assert!(
        ["application_state", "conversion_mode", "conversion_income"]
            .iter()
            .all(|field| offers(&text, field)),
        "{text}"
    );
    let unused = with(&complete, &[("application_state", json!("未应用"))]);
    assert_eq!(registrant.save(&filed, &form, "conversion", &unused).await.status, 303);
    assert!(
        offers(&registrant.get(&filed.page("conversion")).await.text(), "unused_reason"),
        "the reason is asked for"
    );
    let other = registrant.get(&filed.page("summary")).await;
    assert!(!offers(&other.text(), "summary"));
    registrant
        .post(
            &filed.page("summary"),
            &[
                ("~revision", &*other.hidden("~revision").unwrap_or("1".into())),
                ("~", "summary"),
                ("summary", "改了"),
            ],
        )
        .await;
    assert!(
        before["summary"].answers == app.stored(REGION, &filed.id).await["summary"].answers,
        "an unmarked field was changed"
    );

    let mended = with(&complete, &[("application_state", json!("试用"))]);
    assert_eq!(registrant.save(&filed, &form, "conversion", &mended).await.status, 303);
    registrant.must_act(&filed, "submit", &[]).await;
    let review = unit.get(&filed.at("review")).await.text();
    assert!(review.contains("请核对应用状态。"), "the history tells of the return");
    assert!(unit.get("/gansu/queue").await.text().contains("修改后重报"));
    assert_eq!(
        app.stored(REGION, &filed.id).await["conversion"].answers["application_state"],
        json!("试用")
    );
    app.audit_holds(REGION).await;
}

/// Passes an application through everybody up to the office, which approves it.
async fn pass(app: &TestApp, accounts: &[DemoAccount], filed: &Filed) {
    let mut unit = app.in_role(REGION, accounts, "unit_admin", None).await;
    unit.must_act(filed, "unit_pass", &[]).await;
    let mut recommender = app.in_role(REGION, accounts, "recommender", None).await;
    recommender
        .must_act(filed, "recommend_pass", &[("opinion", "同意推荐。")])
        .await;
    let mut office = app.in_role(REGION, accounts, "office", None).await;
    office.must_act(filed, "approve", &[]).await;
}

/// 工作进度为“审核通过”时，打印科技成果登记证书.
#[tokio::test]
async fn approval_assigns_the_next_number_and_issues_the_certificate() {
    let (app, accounts, mut registrant) = counter().await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let mut numbers = Vec::new();
    for name in ["戈壁微电网关键技术", "戈壁光伏组件清洗技术"] {
        let filed = registrant
            .fill(REGION, &form, &with(&complete, &[("name", json!(name))]))
            .await;
        registrant.must_act(&filed, "submit", &[]).await;
        assert_eq!(
            registrant.get(&filed.at("documents/certificate")).await.status,
            404,
            "there is no certificate yet"
        );
        pass(&app, &accounts, &filed).await;
        let application = app.application(REGION, &filed.id).await;
        assert_eq!(
            (application.state.as_str(), application.registered_on),
            ("done", Some(TODAY))
        );
        numbers.push(application.number.unwrap());
        let progress = registrant.get("/gansu/applications").await.text();
        assert!(
            progress.contains("审核通过") && progress.contains(numbers.last().unwrap()),
            "{progress}"
        );
        certificate(&app, &mut registrant, &filed, name).await;
    }
    assert_eq!(numbers, ["9622026Y0001", "9622026Y0002"]);
    app.audit_holds(REGION).await;
}

/// 打印科技成果登记证书: the list, the preview, the download, and what the code on it leads to.
async fn certificate(app: &TestApp, registrant: &mut Client, filed: &Filed, name: &str) {
    let application = app.application(REGION, &filed.id).await;
    let number = application.number.unwrap();
    let list = registrant.get("/gansu/certificates").await.page();
    assert!(
        list.contains("打印科技成果登记证书")
            && list.contains(&number)
            && list.contains(&filed.at("documents/certificate")),
        "{list}"
    );
    let preview = registrant.get(&filed.at("documents/certificate")).await.page();
    assert!(
        preview.contains("打印") && preview.contains(&filed.at("documents/certificate/pdf")),
        "{preview}"
    );
    let pdf = registrant.get(&filed.at("documents/certificate/pdf")).await;
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
    assert!(pdf.header("content-disposition").starts_with("attachment"));
    if let Some(text) = dengji_tests::pdf_text(&pdf.body) {
        let text = text.replace(char::is_whitespace, "");
        assert!(
            text.contains(name) && text.contains(&number) && text.contains("买买提·艾力"),
            "{text}"
        );
    }
    let store = app.registry.store();
    let issued = store
        .certificate(REGION, &application.certificate.unwrap())
        .await
        .unwrap()
        .unwrap();
    let verified = app
        .client()
        .get(&format!("/verify/gansu/{}", issued.verify_token))
        .await
        .text();
    for words in [name, &number, "陇原大学", "甘肃省科学技术厅", "证书有效"] {
        assert!(verified.contains(words), "{words}: {verified}");
    }
    assert!(
        !verified.contains("620102197009141017"),
        "what is sensitive is nobody else's"
    );
    let unknown = app.client().get("/verify/gansu/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(unknown.status == 404 && unknown.text().contains("没有查到该证书"));
}

/// 评价后六个月内登记；按计划类别选择成果类别.
#[tokio::test]
async fn the_deadline_is_six_months_and_the_category_must_fit() {
    let (app, _, mut registrant) = counter().await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let filed = registrant.fill(REGION, &form, &complete).await;
    // Evaluated on 18 June: the last day is 18 December.
    for (today, findings) in [(date(2026, 12, 18), 0), (date(2026, 12, 19), 1)] {
        app.clock.set(today);
        let mut registrant = app.signed_in(REGION, "invited@demo.example").await;
        let checked = registrant.get(&filed.at("check")).await.page();
        assert_eq!(
            checked
                .matches(&format!("{}#f-evaluated_on", filed.page("evaluation")))
                .count(),
            findings,
            "{today}: {checked}"
        );
        assert_eq!(checked.contains("所有检查全部合格"), findings == 0);
    }
    let mut late = app.signed_in(REGION, "invited@demo.example").await;
    assert_eq!(late.act(&filed, "submit", &[]).await.status, 422);
    app.clock.set(TODAY);

    let other = with(
        &complete,
        &[
            ("plan_type", json!("自然科学基金")),
            ("application_state", json!("试用")),
        ],
    );
    for page in ["project", "conversion"] {
        assert_eq!(registrant.save(&filed, &form, page, &other).await.status, 303);
    }
    let checked = registrant.get(&filed.at("check")).await.page();
    assert!(
        checked.contains(&format!("{}#f-plan_type", filed.page("project"))),
        "{checked}"
    );
    assert_eq!(registrant.act(&filed, "submit", &[]).await.status, 422);
}

/// 期限以首次提交之日为准.
#[tokio::test]
async fn a_return_does_not_make_an_application_late() {
    let (app, accounts, mut registrant) = counter().await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    registrant.must_act(&filed, "submit", &[]).await;
    // Returned and handed in again after the six months: the day of first submission counts.
    app.clock.set(date(2027, 1, 20));
    let mut unit = app.in_role(REGION, &accounts, "unit_admin", None).await;
    unit.must_act(
        &filed,
        "send_back",
        &[("opinion", "请补充成果简介。"), ("marks", "summary")],
    )
    .await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    registrant.must_act(&filed, "submit", &[]).await;
    let application = app.application(REGION, &filed.id).await;
    assert_eq!(
        (application.state.as_str(), application.filed_on),
        ("unit", Some(TODAY))
    );
}

/// 成果登记人（无依托单位）.
#[tokio::test]
async fn a_registrant_without_a_unit_skips_the_unit() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut solo = app.in_role(REGION, &accounts, "registrant", Some(false)).await;
    let form = app.form(REGION, FORM);
    let filed = solo.fill(REGION, &form, &app.answers(REGION, "without-unit")).await;
    solo.must_act(&filed, "submit", &[]).await;
    let application = app.application(REGION, &filed.id).await;
    assert_eq!(
        (
            application.state.as_str(),
            application.waits_for.unwrap().unit.as_deref()
        ),
        ("recommend", Some("jincheng"))
    );
}
