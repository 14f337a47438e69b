//! The preview of forms: the applicants' own page filled with a sample, and what the engine makes of it.

use dengji_tests::{Answer, TestApp, page_pairs};

const FORM: &str = "/preview/gansu/applied-technology";

fn shows(answer: &Answer, texts: &[&str]) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.page();
    for text in texts {
        assert!(page.contains(text), "{text} is not in {page}");
    }
}

/// The part of a page between two texts.
fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from} in {page}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} behind {from}")).0
}

#[tokio::test]
async fn every_page_of_every_form_is_shown_with_every_sample_and_case() {
    let app = TestApp::start().await;
    let mut client = app.watching();
    let list = client.get("/preview/").await;
    for region in ["gansu", "guangxi"] {
        for form in app.office(region).region().forms.values() {
            let address = format!("/preview/{region}/{}", form.id);
            shows(&list, &[&address]);
            let first = client.get(&address).await;
            let samples = options(&first, "sample");
            let known = app.samples(region);
            let known = known.iter().filter(|sample| *sample.form == *form.id);
            assert_eq!(
                samples.len(),
                1 + known.map(|sample| 1 + sample.cases.len()).sum::<usize>()
            );
            assert_eq!(options(&first, "page").len(), form.pages.len());
            for sample in &samples {
                let answer = client.get(&format!("{address}?sample={sample}")).await;
                shows(&answer, &["class=\"preview-panel\""]);
                assert!(!answer.text().contains("class=\"difference\""), "{address}: {sample}");
            }
            for page in form.pages.keys() {
                for role in ["", "office"] {
                    let answer = client.get(&format!("{address}?page={page}&lang=en&role={role}")).await;
                    shows(&answer, &["<html lang=\"en\">", "class=\"preview-panel\""]);
                }
            }
        }
    }
}

/// The tabs tell what they tell an applicant.
#[tokio::test]
async fn tabs_show_how_far_each_page_is_filled() {
    let app = TestApp::start().await;
    let mut client = app.watching();
    let tab = |page: &str, id: &str| {
        let links = between(page, "<nav class=\"tabs\"", "</nav>").to_owned();
        let link = links
            .split("<a ")
            .find(|link| link.contains(&format!("page={id}&")))
            .unwrap()
            .to_owned();
        between(&link, "class=\"", "\"").to_owned()
    };
    let blank = client.get(&format!("{FORM}?page=overview&sample=")).await.page();
    assert_eq!(
        (tab(&blank, "guide").as_str(), tab(&blank, "overview").as_str()),
        ("plain", "untouched")
    );
    let complete = client.get(&format!("{FORM}?page=overview")).await.page();
    assert_eq!(tab(&complete, "overview"), "complete");
    let reversed = with(&app, "overview", "period_end", "2001-01-01").await.page();
    assert_eq!(tab(&reversed, "overview"), "wrong");
    let lacking = with(&app, "overview", "period_end", "").await.page();
    assert_eq!(tab(&lacking, "overview"), "missing");
}

/// The values of the select `name`.
fn options(answer: &Answer, name: &str) -> Vec<String> {
    let page = answer.page();
    let select = between(&page, &format!("id=\"preview-{name}\""), "</select>");
    let values = select.split("value=\"").skip(1);
    values.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_fires_and_what_is_hidden_leads_to_its_field_and_its_line() {
    let app = TestApp::start().await;
    let mut client = app.watching();
    let complete = client.get(&format!("{FORM}?page=overview")).await;
    shows(
        &complete,
        &[
            "检查结果（0）",
            "戈壁地区光伏储能一体化微电网关键技术",
            "embodiment == \"其他应用技术\"",
        ],
    );
    let page = complete.page();
    let line = between(&page, "/preview/files/", "\"");
    let source = client
        .get(&format!("/preview/files/{}", line.split('#').next().unwrap()))
        .await;
    shows(&source, &[&format!("id=\"{}\"", line.split('#').nth(1).unwrap())]);

    let reversed = with(&app, "overview", "period_end", "2001-01-01").await;
    let page = reversed.page();
    let rules = between(&page, "<h2>规则</h2>", "</ul>");
    assert!(
        rules.contains("class=\"broken\"") && rules.contains("/preview/files/"),
        "{rules}"
    );
    let findings = between(&page, "<h2>检查结果（", "</ul>");
    assert!(findings.contains("href=\"#f-period_"), "{findings}");
    assert!(page.contains("id=\"summary\"") && page.contains("is-invalid"));
    shows(&reversed, &["检查的是刚才填写的内容"]);

    let again = client.get(&format!("{FORM}?page=overview")).await;
    shows(&again, &["检查结果（0）", "2026-05-31"]);
}

/// What a browser posts of a page of the complete sample.
fn pairs(app: &TestApp, page: &str) -> Vec<(String, String)> {
    let form = app.form("gansu", "applied-technology");
    page_pairs(&form.pages[page].fields, &app.answers("gansu", "complete"), 0).0
}

/// Posts the page with one answer changed, as the button 填写检查 does.
async fn with(app: &TestApp, page: &str, field: &str, answer: &str) -> Answer {
    let mut pairs = pairs(app, page);
    let known = pairs.iter_mut().find(|(name, _)| name == field);
    known.unwrap_or_else(|| panic!("{page} has no {field}")).1 = answer.into();
    pairs.push(("~do".into(), "check".into()));
    app.watching().post(&format!("{FORM}?page={page}"), &pairs).await
}

#[tokio::test]
async fn what_is_typed_decides_what_is_shown_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let mut client = app.watching();
    let other = with(&app, "overview", "embodiment", "其他应用技术").await;
    shows(&other, &["name=\"embodiment_other\""]);
    let refused = with(&app, "overview", "period_start", "soon").await;
    shows(&refused, &["value=\"soon\"", "id=\"summary\""]);
    let before = client.get(&format!("{FORM}?page=people")).await.text();
    let mut pairs = pairs(&app, "people");
    pairs.push(("~do".into(), "add:people".into()));
    let added = client.post(&format!("{FORM}?page=people"), &pairs).await;
    let rows = |page: &str| page.matches("class=\"row\"").count();
    assert_eq!(rows(&added.text()), rows(&before) + 1);
    assert_eq!(
        rows(&client.get(&format!("{FORM}?page=people")).await.text()),
        rows(&before)
    );
    assert!(
        app.registry
            .store()
            .accounts("gansu", &dengji::store::Accounts::All)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn nothing_outside_the_definitions_can_be_read_and_wrong_names_are_not_found() {
    let app = TestApp::start().await;
    let mut client = app.watching();
    for address in [
        "/preview/files/../Cargo.toml",
        "/preview/files/..%2f..%2fCargo.lock.yaml",
        "/preview/files/gansu/plugins/x.wasm",
        "/preview/files/gansu",
        "/preview/files//etc/passwd.csv",
        "/preview/nowhere/form",
        "/preview/gansu/nothing",
    ] {
        assert_eq!(client.get(address).await.status, 404, "{address}");
    }
    // What the address names wrongly is chosen by the page.
    let answer = client
        .get(&format!("{FORM}?page=nothing&sample=nothing:9&role=nobody&lang=xx"))
        .await;
    shows(&answer, &["（空白）", "<html lang=\"zh-CN\">"]);
    let plain = app.client().get(FORM).await;
    assert_eq!(plain.status, 404, "only while the files are watched");
}

#[tokio::test]
async fn the_theme_s_reference_has_a_field_of_every_type_in_every_look() {
    let app = TestApp::start().await;
    let mut client = app.watching();
    for (look, texts) in [
        ("empty", ["name=\"text\"", "name=\"table[0].name\""]),
        ("filled", ["value=\"2026-11-20\"", "name=\"table[1].name\""]),
        ("wrong", ["value=\"2026-02-30\"", "aria-invalid=\"true\""]),
        ("marked", ["class=\"remark\"", "class=\"changed\""]),
        ("read", ["干旱区节水灌溉关键技术", "<output class=\"answer\">2"]),
    ] {
        for address in ["/theme", "/theme/guangxi"] {
            let answer = client.get(&format!("{address}?look={look}")).await;
            shows(&answer, &texts);
            shows(&answer, &["id=\"f-lookup\"", "class=\"paging\"", "class=\"steps\""]);
        }
    }
    assert_eq!(client.get("/theme/nowhere").await.status, 404);
    assert_eq!(app.client().get("/theme").await.status, 404);
}
