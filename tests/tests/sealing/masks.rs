//! Who is shown what is sensitive: nobody, but for those who handle an application and say why.

use dengji_tests::{Copied, TestApp};

use super::{FORM, ID, REGION};

const MASKED: &str = "620***********1017";

/// A form with further sensitive columns: what is masked is masked whatever its type.
async fn office() -> (TestApp, Vec<dengji::registry::demo::DemoAccount>, Copied) {
    let copied = Copied::of(&[REGION]);
    let base = "forms/national/result.form.yaml";
    copied.edit(
        base,
        "codes: id-type, required: true}",
        "codes: id-type, required: true, sensitive: true}",
    );
    copied.edit(
        base,
        "type: text, required: true, maxLength: 300}",
        "type: text, required: true, maxLength: 300, sensitive: true, printInFull: true}",
    );
    let app = TestApp::of(copied.folders()).await;
    let accounts = app.staff(REGION).await;
    (app, accounts, copied)
}

#[tokio::test]
async fn whoever_handles_an_application_sees_it_in_full_once_and_says_why() {
    let (app, accounts, _copied) = office().await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    assert_eq!(registrant.act(&filed, "submit", &[]).await.status, 303);
    let (unmask, review) = (filed.at("unmask"), filed.at("review"));

    let mut unit = app.in_role(REGION, &accounts, "unit_admin", None).await;
    let shown = unit.get(&review).await.page();
    assert!(shown.contains(MASKED) && !shown.contains(ID), "{shown}");
    assert!(shown.contains(&format!("href=\"{unmask}\"")), "{shown}");
    assert!(!shown.contains("居民身份证"), "a choice is masked like a text");
    let asked = unit.get(&unmask).await;
    assert!(asked.status == 200 && asked.text().contains("name=\"reason\"") && !asked.page().contains(ID));

    let too_long = "原".repeat(201);
    for reason in ["", "  ", "看看", &too_long, "a\u{7}bcd"] {
        let refused = unit.post(&unmask, &[("reason", reason)]).await;
        assert_eq!(refused.status, 422, "{reason}");
        assert!(!refused.page().contains(ID) && refused.page().contains("3 至 200 字"));
    }
    let reason = "核对完成人身份 <b>";
    let full = unit.post(&unmask, &[("reason", reason)]).await;
    let page = full.page();
    assert!(
        full.status == 200 && page.contains(ID) && page.contains("居民身份证") && page.contains(reason),
        "{page}"
    );
    assert!(!full.text().contains("<b>") && full.header("cache-control").contains("no-store"));
    assert!(
        !page.contains("成果简介</h2>"),
        "pages without anything sensitive are left out"
    );
    for address in [&unmask, &review, &filed.page("people")] {
        assert!(!unit.get(address).await.page().contains(ID), "{address} is as before");
    }

    let entries = app.registry.store().audit(REGION, &filed.id).await.unwrap();
    let seen: Vec<_> = entries.iter().filter(|entry| entry.act == "unmask").collect();
    assert_eq!(seen.len(), 1, "what was refused left no entry, and looking left one");
    let detail = seen[0].detail.as_ref().unwrap();
    assert_eq!(
        (seen[0].role.as_str(), detail["reason"].as_str()),
        ("unit_admin", Some(reason))
    );
    let fields: Vec<_> = detail["fields"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it.as_str())
        .collect();
    assert!(
        fields.contains(&"people.id_no") && !detail.to_string().contains(ID),
        "{detail}"
    );
    app.audit_holds(REGION).await;

    // Whoever has handled it still may; whoever has not yet, may not.
    assert_eq!(unit.act(&filed, "unit_pass", &[]).await.status, 303);
    assert_eq!(unit.post(&unmask, &[("reason", "来函询问")]).await.status, 200);
    let mut office = app.in_role(REGION, &accounts, "office", None).await;
    assert_eq!(
        office.get(&review).await.status,
        200,
        "the office sees the whole region"
    );
    assert!(!office.get(&review).await.page().contains(&unmask));
}

#[tokio::test]
async fn nobody_else_is_shown_anything() {
    let (app, accounts, _copied) = office().await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    let unmask = filed.at("unmask");
    let reason = [("reason", "核对完成人身份")];
    let mut unit = app.in_role(REGION, &accounts, "unit_admin", None).await;
    assert_eq!(
        unit.post(&unmask, &reason).await.status,
        404,
        "a draft is its applicant's own"
    );
    assert_eq!(registrant.act(&filed, "submit", &[]).await.status, 303);

    let mut office = app.in_role(REGION, &accounts, "office", None).await;
    let mut recommender = app.in_role(REGION, &accounts, "recommender", None).await;
    let mut solo = app.in_role(REGION, &accounts, "registrant", Some(false)).await;
    for (who, browser, status) in [
        ("the applicant", &mut registrant, 403),
        ("the office, before it is asked", &mut office, 403),
        ("the recommending unit, before it is asked", &mut recommender, 404),
        ("another applicant", &mut solo, 404),
        ("a stranger", &mut app.client(), 303),
    ] {
        let asked = browser.get(&unmask).await;
        let posted = browser.post(&unmask, &reason).await;
        assert_eq!((asked.status, posted.status), (status, status), "{who}");
        assert!(!asked.page().contains(ID) && !posted.page().contains(ID), "{who}");
    }
    let entries = app.registry.store().audit(REGION, &filed.id).await.unwrap();
    assert!(entries.iter().all(|entry| entry.act != "unmask"));
}

#[tokio::test]
async fn prints_are_masked_unless_the_form_says_otherwise() {
    let (app, accounts, _copied) = office().await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    let answers = app.answers(REGION, "complete");
    let contribution = answers["people"][0]["contribution"].as_str().unwrap();
    let read = registrant.get(&filed.page("people")).await.page();
    assert!(
        !read.contains(ID) && !read.contains(contribution),
        "on the page it is masked all the same"
    );
    let pdf = registrant.get(&filed.at("documents/form/pdf")).await;
    assert_eq!(pdf.status, 200);
    if let Some(text) = dengji_tests::pdf_text(&pdf.body) {
        let text = text.replace(char::is_whitespace, "");
        assert!(!text.contains(ID) && text.contains(contribution), "{text}");
    }
}
