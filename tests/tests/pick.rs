//! What is too long for a page is picked by search or branch by branch, with and without JavaScript; typed values are
//! taken; whoever may not change an application learns nothing by it.

use std::fmt::Write as _;

use dengji_tests::{Answer, Client, Copied, Filed, TestApp, first_pairs, with};
use serde_json::{Value as Json, json};

const REGION: &str = "guangxi";
const FORM: &str = "applied-technology";
const NOTHING: [(&str, &str); 0] = [];

/// An application with what is asked first, and its applicant.
async fn begun(app: &TestApp) -> (Client, Filed) {
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.add(REGION, &form, &app.answers(REGION, "complete")).await;
    (registrant, filed)
}

async fn answer(app: &TestApp, filed: &Filed, page: &str, field: &str) -> Json {
    let stored = app.stored(REGION, &filed.id).await;
    stored
        .get(page)
        .and_then(|page| page.answers.get(field))
        .cloned()
        .unwrap_or_default()
}

/// Posts one field of a page, as of its revision.
async fn post(client: &mut Client, address: &str, pairs: &[(&str, &str)]) -> Answer {
    let revision = client.get(address).await.hidden("~revision").unwrap_or_default();
    let mut all = vec![("~revision", revision.as_str())];
    all.extend(pairs);
    client.post(address, &all).await
}

async fn suggested(client: &mut Client, filed: &Filed, query: &str, pairs: &[(&str, &str)]) -> Json {
    let found = client
        .post(&filed.page(&format!("overview/suggest?{query}")), pairs)
        .await;
    assert_eq!(found.status, 200, "{query}: {}", found.text());
    serde_json::from_slice(&found.body).unwrap()
}

fn texts(found: &Json) -> Vec<&str> {
    let items = found["items"].as_array().unwrap();
    items.iter().map(|item| item[1].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_tree_is_picked_without_javascript() {
    let app = TestApp::start().await;
    let (mut registrant, filed) = begun(&app).await;
    let page = filed.page("overview");
    let shown = registrant.get(&page).await.text();
    assert!(shown.contains("name=\"~pick\" value=\"discipline\""));
    assert!(!shown.contains("数理逻辑"), "no list stands in the page");

    // The button saves what was typed and leads to the search.
    let typed = [
        ("~", "discipline"),
        ("discipline", ""),
        ("~", "funded"),
        ("funded", "true"),
        ("~pick", "discipline"),
    ];
    let led = post(&mut registrant, &page, &typed).await;
    assert_eq!(
        (led.status, led.location()),
        (303, &*format!("{page}/pick?field=discipline")),
        "{}",
        led.text()
    );
    let picker = registrant.get(led.location()).await.page();
    assert!(picker.contains(">110 数学</a>"), "{picker}");
    assert!(
        !picker.contains("<button class=\"link\" name=\"value\" value=\"110\""),
        "a branch is looked into, not picked"
    );
    let below = registrant.get(&format!("{page}/pick?field=discipline&below=110")).await;
    assert!(
        below.page().contains("11011 数学史") && below.page().contains(">全部<"),
        "{}",
        below.page()
    );
    for query in ["11011", "数学史", "sxs", "ＳＸＳ", "%E5%AD%A6%E5%8F%B2"] {
        let found = registrant.get(&format!("{page}/pick?field=discipline&q={query}")).await;
        assert!(
            found.text().contains("value=\"11011\">11011 数学史"),
            "{query}: {}",
            found.text()
        );
    }
    let none = registrant.get(&format!("{page}/pick?field=discipline&q=xyzzy")).await;
    assert!(none.page().contains("没有找到"));

    let picked = [("field", "discipline"), ("value", "11011")];
    let done = post(&mut registrant, &format!("{page}/pick?field=discipline"), &picked).await;
    assert_eq!(
        (done.status, done.location()),
        (303, &*format!("{page}#f-discipline")),
        "{}",
        done.text()
    );
    assert_eq!(answer(&app, &filed, "overview", "discipline").await, "11011");
    let shown = registrant.get(&page).await.text();
    assert!(shown.contains("value=\"11011 数学史\"") && shown.contains("数学 / 数学史"));
    // Looking begins where the answer stands.
    assert!(registrant.get(led.location()).await.page().contains("11011 数学史"));

    // What may not be picked is not, whoever asks.
    for value in ["110", "nothing", ""] {
        let refused = post(
            &mut registrant,
            &format!("{page}/pick?field=discipline"),
            &[("field", "discipline"), ("value", value)],
        )
        .await;
        assert_eq!(refused.status, 422, "{value}");
    }
    let stale = [("~revision", "0"), ("field", "discipline"), ("value", "11014")];
    assert_eq!(registrant.post(&format!("{page}/pick"), &stale).await.status, 409);
    assert_eq!(answer(&app, &filed, "overview", "discipline").await, "11011");
}

#[tokio::test]
async fn a_button_loses_nothing() {
    let app = TestApp::start().await;
    let (mut registrant, filed) = begun(&app).await;
    let page = filed.page("overview");
    // What cannot be read in the field itself is what is looked for.
    let typed = [
        ("~", "discipline"),
        ("discipline", "数学"),
        ("~", "clc"),
        ("clc", "没有的"),
        ("~pick", "clc"),
    ];
    let led = post(&mut registrant, &page, &typed).await;
    assert!(
        led.location()
            .ends_with("/pick?field=clc&q=%E6%B2%A1%E6%9C%89%E7%9A%84"),
        "{}",
        led.location()
    );
    let page_of_people = filed.page("people");
    let row = [
        ("~", "people:1"),
        ("~", "people[0].name"),
        ("people[0].name", "韦明"),
        ("~", "people[0].born"),
        ("people[0].born", "春天"),
        ("~pick", "people[0].title"),
    ];
    let back = post(&mut registrant, &page_of_people, &row).await;
    assert_eq!(back.status, 422, "what cannot be read elsewhere comes first");
    assert!(back.text().contains("春天") && back.text().contains("韦明"));
    let led = post(&mut registrant, &page_of_people, &[&row[..3], &row[5..]].concat()).await;
    assert_eq!(
        led.location(),
        format!("{page_of_people}/pick?field=people%5B0%5D%2Etitle"),
        "{}",
        led.text()
    );
    let picker = registrant.get(&format!("{}&q=js", led.location())).await;
    assert!(
        picker.page().contains("第 1 行 职称") && picker.page().contains("教授"),
        "{}",
        picker.page()
    );
    let code = picker
        .text()
        .split("教授</button>")
        .next()
        .and_then(|before| before.rsplit("value=\"").next().map(str::to_owned))
        .unwrap();
    let code = code.split('"').next().unwrap();
    let done = post(
        &mut registrant,
        led.location(),
        &[("field", "people[0].title"), ("value", code)],
    )
    .await;
    assert_eq!(
        done.location(),
        format!("{page_of_people}#f-people%5B0%5D.title"),
        "{}",
        done.text()
    );
    assert_eq!(
        answer(&app, &filed, "people", "people").await,
        json!([{"name": "韦明", "title": code}])
    );
    // A row that is not there yet is made by the pick.
    let next = [("field", "people[1].title"), ("value", code)];
    post(&mut registrant, led.location(), &next).await;
    assert_eq!(
        answer(&app, &filed, "people", "people").await[1],
        json!({"title": code})
    );
}

#[tokio::test]
async fn what_is_typed_is_taken_or_told() {
    let app = TestApp::start().await;
    let (mut registrant, filed) = begun(&app).await;
    let page = filed.page("overview");
    for (typed, stored) in [
        ("11014", "11014"),
        ("数学史", "11011"),
        (" 11017 数论 ", "11017"),
        ("", ""),
    ] {
        let saved = post(&mut registrant, &page, &[("~", "discipline"), ("discipline", typed)]).await;
        assert_eq!(saved.status, 303, "{typed}: {}", saved.text());
        let answer = answer(&app, &filed, "overview", "discipline").await;
        assert_eq!(answer.as_str().unwrap_or_default(), stored, "{typed}");
    }
    // Nothing has this name: what is near is named, and can be ticked.
    let none = post(
        &mut registrant,
        &page,
        &[("~", "discipline"), ("discipline", "数学史学")],
    )
    .await;
    assert!(
        none.status == 422 && none.page().contains("不在列表中"),
        "{}",
        none.page()
    );
    let near = post(
        &mut registrant,
        &page,
        &[("~", "discipline"), ("discipline", "逻辑与数学")],
    )
    .await;
    assert!(
        near.status == 422 && near.page().contains("相近的有：数学 / 数理逻辑与数学基础"),
        "{}",
        near.page()
    );
    assert!(
        near.text()
            .contains("type=\"radio\" name=\"discipline\" value=\"11014\"")
    );
    assert!(
        near.text().contains("value=\"逻辑与数学\""),
        "what was typed is still there"
    );
    let ticked = [
        ("~", "discipline"),
        ("discipline", "逻辑与数学"),
        ("discipline", "11014"),
    ];
    assert_eq!(post(&mut registrant, &page, &ticked).await.status, 303);
    assert_eq!(answer(&app, &filed, "overview", "discipline").await, "11014");
    // A branch is kept in the draft, and what lies below it is named at once.
    let branch = post(&mut registrant, &page, &[("~", "discipline"), ("discipline", "数学")]).await;
    assert!(
        branch.status == 422
            && branch
                .page()
                .contains("只能选择最小分支，请在“数学”之下选择：数学史、数理逻辑与数学基础"),
        "{}",
        branch.page()
    );
    assert_eq!(answer(&app, &filed, "overview", "discipline").await, "110");
    // Several places have this name.
    let several = post(
        &mut registrant,
        &filed.page("units"),
        &[
            ("~", "completing_units:1"),
            ("~", "completing_units[0].place"),
            ("completing_units[0].place", "市辖区"),
        ],
    )
    .await;
    assert!(
        several.status == 422 && several.page().contains("不止一项"),
        "{}",
        several.page()
    );
}

#[tokio::test]
async fn a_unit_is_taken_by_its_whole_name_only() {
    let app = TestApp::start().await;
    let (mut registrant, filed) = begun(&app).await;
    let page = filed.page("overview");
    let shown = registrant.get(&page).await.text();
    assert!(
        shown.contains("value=\"绿城市科学技术局\""),
        "the name stands there, not the id"
    );
    let name = |name: &'static str| [("~", "recommender"), ("recommender", name)];
    let saved = post(&mut registrant, &page, &name("柳江市科学技术局")).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(answer(&app, &filed, "overview", "recommender").await, "liujiang");
    // Untouched, it stays what it is.
    assert_eq!(
        post(&mut registrant, &page, &name("柳江市科学技术局")).await.status,
        303
    );
    for (typed, told) in [
        ("柳江市", "相近的有：柳江市科学技术局"),
        ("邕江智能装备有限公司", "未登记或不能选取"),
        ("没有的单位", "请及时联系管理单位管理员"),
    ] {
        let refused = post(&mut registrant, &page, &name(typed)).await;
        assert!(
            refused.status == 422 && refused.page().contains(told),
            "{typed}: {}",
            refused.page()
        );
        assert!(
            refused.text().contains(&format!("value=\"{typed}\"")),
            "{typed} is gone"
        );
        assert_eq!(answer(&app, &filed, "overview", "recommender").await, "liujiang");
    }
}

#[tokio::test]
async fn suggestions_pass_the_judgement_of_the_page() {
    let app = TestApp::start().await;
    let (mut registrant, filed) = begun(&app).await;
    let accounts = app.staff(REGION).await;
    let mine = accounts.iter().find(|account| account.role == "registrant").unwrap();
    let found = suggested(&mut registrant, &filed, "field=recommender&q=%E5%B8%82", &NOTHING).await;
    assert_eq!(
        texts(&found),
        ["柳江市科学技术局", "绿城市科学技术局"],
        "only who recommends: {found}"
    );
    assert_eq!(found["status"], "找到 2 项");
    let left = suggested(&mut registrant, &filed, "field=recommender&q=lj", &NOTHING).await;
    assert!(
        texts(&left)[0].starts_with("漓江") || texts(&left)[0].starts_with("柳江"),
        "{left}"
    );
    let tree = suggested(&mut registrant, &filed, "field=discipline&q=sx", &NOTHING).await;
    assert_eq!(tree["items"][0], json!(["110", "110 数学", "", false, true]));
    assert!(tree["items"].as_array().unwrap().len() <= 200);
    let below = suggested(&mut registrant, &filed, "field=discipline&below=110", &NOTHING).await;
    assert_eq!(below["way"], json!([["110", "数学"]]));
    assert_eq!(below["items"][0], json!(["11011", "11011 数学史", "数学", true, false]));
    // What is no field, not of this page, or not picked, is not there; nor is one in another's application.
    for field in [
        "nothing",
        "name",
        "people[0].title",
        "discipline[0]",
        "a.b",
        "",
        "people[999999999999999999999].title",
    ] {
        let asked = registrant
            .post(&filed.page(&format!("overview/suggest?field={field}")), &NOTHING)
            .await;
        assert_eq!(asked.status, 404, "{field}");
        assert_eq!(
            registrant
                .get(&filed.page(&format!("overview/pick?field={field}")))
                .await
                .status,
            404,
            "{field}"
        );
    }
    let mut other = app.colleague(REGION, &mine.name, "another").await;
    for address in ["overview/suggest?field=discipline", "overview/pick?field=discipline"] {
        assert_eq!(other.post(&filed.page(address), &NOTHING).await.status, 404);
    }
    let long = format!("field=discipline&q={}", "%E6%95%B0".repeat(3000));
    assert_eq!(
        texts(&suggested(&mut registrant, &filed, &long, &NOTHING).await),
        Vec::<&str>::new()
    );
}

#[tokio::test]
async fn what_is_asked_first_is_picked_too() {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let form = app.form(REGION, FORM);
    let address = format!("/{REGION}/applications/new/{FORM}");
    let answers = with(&app.answers(REGION, "complete"), &[("recommender", json!("柳江"))]);
    let mut pairs = first_pairs(&form, &answers);
    pairs.push(("~pick".into(), "recommender".into()));
    let offered = registrant.post(&address, &pairs).await;
    assert_eq!(offered.status, 200);
    assert!(
        offered
            .text()
            .contains("type=\"radio\" name=\"recommender\" value=\"liujiang\""),
        "{}",
        offered.text()
    );
    let name = answers["name"].as_str().unwrap();
    assert!(offered.page().contains(name), "what was typed is still there");
    let stored = with(&answers, &[("recommender", json!("柳江市科学技术局"))]);
    let created = registrant.post(&address, &first_pairs(&form, &stored)).await;
    assert_eq!(created.status, 303, "{}", created.text());
}

/// A list of 45,000 entries, and one that other answers narrow.
#[tokio::test]
async fn a_very_long_list_is_searched_at_once() {
    let copied = Copied::of(&[REGION]);
    let mut list = String::from("code,name,parent\n");
    for at in 0..45_000 {
        let parent = if at < 100 { String::new() } else { (at / 20).to_string() };
        writeln!(list, "{at},第{at}类计算机科学,{parent}").unwrap();
    }
    std::fs::write(copied.file("forms/national/codes/huge.csv"), list).unwrap();
    copied.edit(
        "forms/guangxi/common.form.yaml",
        "    fields:\n",
        "    fields:\n      huge: {label: 很长的表, type: tree, codes: huge, leafOnly: true}\n      narrowed: {label: 变窄的表, type: tree, codes: huge, where: 'it.parent == huge'}\n",
    );
    let app = TestApp::of(copied.folders()).await;
    let (mut registrant, filed) = begun(&app).await;
    let size = registrant.get(&filed.page("overview")).await.body.len();
    assert!(size < 60 * 1024, "{size}");
    for (query, first) in [
        ("q=jsj", "第"),
        ("q=44999", "44999 第44999类计算机科学"),
        ("below=", "0 第0类计算机科学"),
        ("q=%E7%B1%BB", ""),
    ] {
        let begun = std::time::Instant::now();
        let found = suggested(&mut registrant, &filed, &format!("field=huge&{query}"), &NOTHING).await;
        let took = begun.elapsed();
        assert!(texts(&found)[0].contains(first), "{query}: {found}");
        assert!(found["items"].as_array().unwrap().len() <= 200);
        // The whole request without optimisation; the first builds the index.
        assert!(took.as_millis() < 3_000, "{query}: {took:?}");
    }
    // The filter reads what stands in the page, saved or not.
    let none = suggested(&mut registrant, &filed, "field=narrowed&q=9", &NOTHING).await;
    assert_eq!(texts(&none), Vec::<&str>::new());
    let typed = [("~", "huge"), ("huge", "2249")];
    let fitting = suggested(&mut registrant, &filed, "field=narrowed&below=", &typed).await;
    assert_eq!(fitting["items"].as_array().unwrap().len(), 20, "{fitting}");
    let one = suggested(&mut registrant, &filed, "field=narrowed&q=44981", &typed).await;
    assert_eq!(texts(&one), ["44981 第44981类计算机科学"]);
}

/// On English pages codes read in English where somebody has said it, and are found and taken by both names.
#[tokio::test]
async fn names_are_those_of_the_page() {
    let copied = Copied::of(&[REGION]);
    let list = "code,name,name_en,parent\n1,红色,Red,\n11,深红,Dark red,1\n12,浅红,Light red,1\n13,绿色,,1\n";
    std::fs::write(copied.file("forms/national/codes/colours.csv"), list).unwrap();
    copied.edit(
        "forms/guangxi/common.form.yaml",
        "    fields:\n",
        "    fields:\n      colour: {label: {zh: 颜色, en: Colour}, type: tree, codes: colours, leafOnly: true}\n",
    );
    let app = TestApp::of(copied.folders()).await;
    let (mut registrant, filed) = begun(&app).await;
    let of = |found: &Json| found["items"].clone();
    let chinese = suggested(&mut registrant, &filed, "field=colour&q=sh", &NOTHING).await;
    assert_eq!(of(&chinese), json!([["11", "11 深红", "红色", true, false]]));
    registrant.get("/language/en").await;
    for query in ["q=dark", "q=%E6%B7%B1%E7%BA%A2", "q=sh", "q=11"] {
        let found = suggested(&mut registrant, &filed, &format!("field=colour&{query}"), &NOTHING).await;
        assert_eq!(
            of(&found),
            json!([["11", "11 Dark red", "Red", true, false]]),
            "{query}"
        );
    }
    let below = suggested(&mut registrant, &filed, "field=colour&below=1", &NOTHING).await;
    assert_eq!(below["way"], json!([["1", "Red"]]));
    assert_eq!(texts(&below), ["11 Dark red", "12 Light red", "13 绿色"]);
    let page = registrant.get(&filed.page("overview/pick?field=colour&below=1")).await;
    assert!(page.page().contains(">12 Light red</button>"), "{}", page.page());
    for (typed, stored) in [
        ("Light red", "12"),
        ("11 Dark red", "11"),
        ("浅红", "12"),
        ("绿色", "13"),
    ] {
        let saved = post(
            &mut registrant,
            &filed.page("overview"),
            &[("~", "colour"), ("colour", typed)],
        )
        .await;
        assert_eq!(saved.status, 303, "{typed}: {}", saved.page());
        assert_eq!(answer(&app, &filed, "overview", "colour").await, stored, "{typed}");
    }
}

/// What is typed into an action's form is read as a page is.
#[tokio::test]
async fn an_action_takes_names_too() {
    let copied = Copied::of(&[REGION]);
    copied.edit(
        "forms/guangxi/workflow.yaml",
        "  recommend_pass:\n",
        "  hand:\n    label: {zh: 转送, en: Hand over}\n    from: unit\n    by: unit_admin\n    to: recommend\n    \
         form:\n      to: {label: {zh: 转送单位, en: To}, type: lookup, from: units, where: '\"recommending\" in it.kinds', required: true}\n      \
         place: {label: {zh: 地区, en: Place}, type: tree, codes: gbt2260, leafOnly: true}\n      \
         days: {label: {zh: 天数, en: Days}, type: integer}\n    effects: [{handTo: input.to}]\n  recommend_pass:\n",
    );
    let app = TestApp::of(copied.folders()).await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", None).await;
    let form = app.form(REGION, FORM);
    let filed = registrant.fill(REGION, &form, &app.answers(REGION, "complete")).await;
    registrant.must_act(&filed, "submit", &[]).await;
    let mut unit = app.in_role(REGION, &accounts, "unit_admin", None).await;
    let shown = unit.get(&filed.action("hand")).await.text();
    assert!(
        !shown.contains("name=\"~pick\""),
        "no button is there that would lead nowhere"
    );
    for (input, told) in [
        (
            [("to", "柳江市"), ("place", ""), ("days", "")],
            "相近的有：柳江市科学技术局",
        ),
        (
            [("to", "邕江智能装备有限公司"), ("place", ""), ("days", "")],
            "未登记或不能选取",
        ),
        (
            [("to", "柳江市科学技术局"), ("place", "南宁"), ("days", "")],
            "相近的有：",
        ),
        ([("to", "柳江市科学技术局"), ("place", ""), ("days", "三天")], "三天"),
        ([("to", ""), ("place", ""), ("days", "")], "必填"),
    ] {
        let refused = unit.act(&filed, "hand", &input).await;
        assert!(
            refused.status == 422 && refused.page().contains(told),
            "{told}: {}",
            refused.page()
        );
        assert_eq!(app.application(REGION, &filed.id).await.state, "unit");
    }
    // One of those that were named can be ticked, and what was typed elsewhere is still there.
    let near = unit
        .act(&filed, "hand", &[("to", "柳江市"), ("days", "3")])
        .await
        .text();
    assert!(
        near.contains("type=\"radio\" name=\"to\" value=\"liujiang\"") && near.contains("value=\"3\""),
        "{near}"
    );
    unit.must_act(&filed, "hand", &[("to", "柳江市"), ("to", "liujiang"), ("days", "3")])
        .await;
    let stored = app.application(REGION, &filed.id).await;
    assert_eq!(stored.waits_for.unwrap().unit.as_deref(), Some("liujiang"));
    app.audit_holds(REGION).await;
}
