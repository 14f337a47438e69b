//! The steps of 广西科技成果登记系统简要操作手册 (2022.1), in its order.

use dengji_tests::{TestApp, first_pairs, with};
use jiff::civil::date;
use serde_json::json;

const REGION: &str = "guangxi";
const FORM: &str = "applied-technology";

/// 在弹出的“添加信息”窗口中填写；若直接输入单位名称，将会提示“推荐单位不能为空”.
#[tokio::test]
async fn what_is_asked_first_must_be_complete() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let list = registrant.get("/guangxi/applications").await;
    assert!(list.page().contains("添加科技成果信息"), "{}", list.page());
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let address = format!("/guangxi/applications/new/{FORM}");

    let asked = registrant.get(&address).await;
    for words in [
        "成果名称",
        "第一完成单位",
        "推荐单位",
        "是否获得财政资助",
        "请不要键入简称",
    ] {
        assert!(asked.page().contains(words), "{words} is not asked first");
    }
    assert!(
        !asked.page().contains("研究起始日期"),
        "the rest is asked on its own pages"
    );
    let none: [(&str, &str); 0] = [];
    let suggested = registrant
        .post(&format!("{address}/suggest?field=recommender"), &none)
        .await;
    let suggested = suggested.text();
    assert!(
        suggested.contains("绿城市科学技术局") && !suggested.contains("邕江智能装备有限公司"),
        "only who recommends is suggested: {suggested}"
    );

    // Nothing picked, a name typed in, and a unit that does not recommend.
    for (given, told) in [
        (json!(null), "不能为空"),
        (json!("绿城市科技局"), "推荐单位"),
        (json!("yongjiang"), "推荐单位"),
    ] {
        let pairs = first_pairs(&form, &with(&complete, &[("recommender", given.clone())]));
        let refused = registrant.post(&address, &pairs).await;
        let page = refused.page();
        assert_eq!(refused.status, 422, "{given}: {page}");
        assert!(
            page.contains("href=\"#f-recommender\"") && page.contains(told),
            "{given}: {page}"
        );
        assert!(
            page.contains("甘蔗联合收获机切割损失控制技术及装备"),
            "what was typed is lost"
        );
        if given.is_null() {
            assert!(page.contains("推荐单位不能为空，请从候选项中选取"), "{page}");
        }
    }
    let none = registrant.get("/guangxi/applications").await.page();
    assert!(
        !none.contains("甘蔗联合收获机切割损失控制技术及装备"),
        "a refused addition left something behind"
    );
    assert_eq!(
        registrant.post(&address, &first_pairs(&form, &complete)).await.status,
        303
    );
}

/// 个人科技成果登记: 单位名称和信用代码不需要填写，不经单位核查.
#[tokio::test]
async fn an_individual_skips_the_unit() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut individual = app.in_role(REGION, &accounts, "basic", None).await;
    let form = app.form(REGION, FORM);
    let filed = individual.fill(REGION, &form, &app.answers(REGION, "individual")).await;
    assert!(
        individual
            .get(&filed.at("check"))
            .await
            .page()
            .contains("所有检查全部合格")
    );
    assert!(
        individual
            .get(&filed.action("submit"))
            .await
            .page()
            .contains("提交后将无法修改")
    );
    individual.must_act(&filed, "submit", &[]).await;
    let waits = app.application(REGION, &filed.id).await.waits_for.unwrap();
    assert_eq!(
        (waits.role.as_str(), waits.unit.as_deref()),
        ("recommender", Some("lvcheng"))
    );

    let mut recommender = app.in_role(REGION, &accounts, "recommender", None).await;
    recommender
        .must_act(&filed, "recommend_pass", &[("opinion", "同意推荐。")])
        .await;
    let mut office = app.in_role(REGION, &accounts, "office", None).await;
    office.must_act(&filed, "approve", &[]).await;
    let application = app.application(REGION, &filed.id).await;
    assert_eq!(
        (application.state.as_str(), application.number.as_deref()),
        ("done", Some("9452026Y0001"))
    );
    let pdf = individual.get(&filed.at("documents/certificate/pdf")).await;
    assert_eq!(pdf.status, 200);
    if let Some(text) = dengji_tests::pdf_text(&pdf.body) {
        let text = text.replace(char::is_whitespace, "");
        assert!(
            text.contains("广西科学技术成果登记证书") && text.contains("9452026Y0001"),
            "{text}"
        );
    }
    app.audit_holds(REGION).await;
}

/// 完成单位填报人: 单位核查, then 推荐单位, then 形式审查.
#[tokio::test]
async fn a_unit_checks_what_its_registrant_files() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    registrant.must_act(&filed, "submit", &[]).await;
    assert_eq!(
        app.application(REGION, &filed.id).await.waits_for.unwrap().role,
        "unit_admin"
    );

    // Nobody else's turn: neither the applicant's nor the recommending unit's.
    let own = registrant.post(&filed.action("unit_pass"), &[("~revision", "2")]).await;
    assert!(
        own.status == 403 && own.page().contains("完成单位管理员"),
        "{} {}",
        own.status,
        own.page()
    );
    let mut recommender = app.in_role(REGION, &accounts, "recommender", None).await;
    assert_eq!(
        recommender.get(&filed.at("review")).await.status,
        404,
        "it does not wait for them yet"
    );

    let mut unit = app.in_role(REGION, &accounts, "unit_admin", None).await;
    unit.must_act(&filed, "unit_pass", &[("opinion", "情况属实。")]).await;
    assert_eq!(
        recommender.act(&filed, "recommend_pass", &[]).await.status,
        422,
        "推荐意见 is required"
    );
    recommender
        .must_act(&filed, "recommend_pass", &[("opinion", "同意推荐。")])
        .await;
    let application = app.application(REGION, &filed.id).await;
    assert_eq!(
        (application.state.as_str(), application.due_on),
        ("office", Some(date(2026, 11, 27)))
    );
    let mut office = app.in_role(REGION, &accounts, "office", None).await;
    let review = office.get(&filed.at("review")).await.page();
    for words in [
        "情况属实。",
        "同意推荐。",
        "甘蔗联合收获机切割损失控制技术及装备",
        "2026-11-27",
    ] {
        assert!(review.contains(words), "the reviewer does not see {words}");
    }
}

/// 学科分类、中图分类、职称等的树形选择需要点开选择弹出框中最小的分支项.
#[tokio::test]
async fn trees_take_their_smallest_branches_only() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let form = app.form(REGION, FORM);
    let wrong = with(
        &app.answers(REGION, "complete"),
        &[("discipline", json!("460")), ("people[1].title", json!("010"))],
    );
    let filed = registrant.add(REGION, &form, &wrong).await;
    let saved = registrant.save(&filed, &form, "overview", &wrong).await;
    registrant.save(&filed, &form, "people", &wrong).await;
    assert!([303, 422].contains(&saved.status));
    let checked = registrant.get(&filed.at("check")).await.page();
    // The message names branches that would do.
    assert!(
        checked.contains(&format!("{}#f-discipline", filed.page("overview"))),
        "{checked}"
    );
    assert!(
        checked.contains("只能选择最小分支，请在“机械工程”之下选择：机械史、机械学"),
        "{checked}"
    );
    assert!(
        checked.contains(&format!("{}#f-people[1].title", filed.page("people"))),
        "{checked}"
    );
    assert!(checked.contains("教授"), "{checked}");
    assert_eq!(registrant.act(&filed, "submit", &[]).await.status, 422);
}

/// 科技成果登记已没有时间限制且既往未登记的科技成果现已均可进行登记.
#[tokio::test]
async fn old_results_are_welcome() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let form = app.form(REGION, FORM);
    let old = with(
        &app.answers(REGION, "complete"),
        &[
            ("period_start", json!("1988-01-01")),
            ("period_end", json!("1991-12-31")),
            ("evaluated_on", json!("1992-05-01")),
        ],
    );
    let filed = registrant.fill(REGION, &form, &old).await;
    let checked = registrant.get(&filed.at("check")).await.page();
    assert!(checked.contains("所有检查全部合格"), "{checked}");
    registrant.must_act(&filed, "submit", &[]).await;
}

/// 请填写每个页面后在该页面下点击“保存”; 提交后将无法修改.
#[tokio::test]
async fn each_page_is_saved_by_itself_and_none_after_submission() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    let list = registrant.get("/guangxi/applications").await.page();
    assert!(list.contains("详细修改"), "{list}");
    registrant.must_act(&filed, "submit", &[]).await;
    assert!(
        !registrant
            .get("/guangxi/applications")
            .await
            .page()
            .contains("详细修改")
    );
    for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
        let field = page.fields.keys().next().unwrap();
        let forged = registrant
            .post(
                &filed.page(&page.id),
                &[("~revision", "1"), ("~", &**field), (&**field, "x")],
            )
            .await;
        assert_eq!(forged.status, 403, "{} took a post after submission", page.id);
        assert!(
            !registrant
                .get(&filed.page(&page.id))
                .await
                .text()
                .contains("id=\"page-form\"")
        );
    }
}
