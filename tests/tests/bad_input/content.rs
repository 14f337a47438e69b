//! Posts that are well formed and yet not what a page of ours sends.

use dengji::definition::{Field, FieldType};
use dengji_tests::{Answer, Client, Filed, TestApp, Upload, page_pairs, with};
use serde_json::{Value as Json, json};

use super::{FORM, REGION};

async fn registrant() -> (TestApp, Client, Filed) {
    let app = TestApp::start().await;
    let accounts = app.staff(REGION).await;
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let filed = registrant
        .add(REGION, &app.form(REGION, FORM), &app.answers(REGION, "complete"))
        .await;
    (app, registrant, filed)
}

/// Posts pairs to a page at its present revision.
async fn save(client: &mut Client, filed: &Filed, page: &str, pairs: &[(&str, &str)]) -> Answer {
    let revision = client.get(&filed.page(page)).await.hidden("~revision").unwrap();
    let mut all = vec![("~revision", revision.as_str())];
    all.extend(pairs);
    client.post(&filed.page(page), &all).await
}

#[tokio::test]
async fn unknown_fields_are_ignored_and_never_stored() {
    let (app, mut client, filed) = registrant().await;
    let pairs = [
        ("~", "summary"),
        ("summary", "简介"),
        ("~", "nothing"),
        ("nothing", "x"),
        // A field of another page, a table of another page, and what the engine works out itself.
        ("~", "name"),
        ("name", "偷改"),
        ("~", "people:1"),
        ("~", "people[0].name"),
        ("people[0].name", "偷改"),
        ("~", "secrecy"),
        ("secrecy", "绝密"),
        ("state", "done"),
        ("number", "9622026Y9999"),
        ("__proto__", "x"),
        ("~do", "remove:people:0"),
        // Known, but not marked as offered.
        ("summary[0]", "x"),
    ];
    assert_eq!(save(&mut client, &filed, "summary", &pairs).await.status, 303);
    let stored = app.stored(REGION, &filed.id).await;
    let answers: Vec<&String> = stored.values().flat_map(|page| page.answers.keys()).collect();
    assert_eq!(answers, ["summary"]);
    assert_eq!(stored["summary"].answers["summary"], "简介");
    assert_eq!(app.application(REGION, &filed.id).await.state, "draft");
    // What is not marked stays as it is.
    assert_eq!(
        save(&mut client, &filed, "summary", &[("summary", "未标记")])
            .await
            .status,
        303
    );
    assert_eq!(
        app.stored(REGION, &filed.id).await["summary"].answers["summary"],
        "简介"
    );
}

#[tokio::test]
async fn wrong_types_are_told_at_their_fields() {
    let (app, mut client, filed) = registrant().await;
    let cases: [(&str, &[(&str, &str)]); 8] = [
        ("overview", &[("~", "period_start"), ("period_start", "明天")]),
        ("overview", &[("~", "period_start"), ("period_start", "2026-02-30")]),
        ("overview", &[("~", "embodiment"), ("embodiment", "没有的代码")]),
        ("project", &[("~", "fund_own"), ("fund_own", "1e999")]),
        ("project", &[("~", "fund_own"), ("fund_own", "12345678901234567890")]),
        ("project", &[("~", "fund_own"), ("fund_own", "NaN")]),
        ("summary", &[("~", "summary"), ("summary", "a\0b")]),
        (
            "people",
            &[("~", "people:1"), ("~", "people[0].born"), ("people[0].born", "1970年")],
        ),
    ];
    for (page, pairs) in cases {
        let answer = save(&mut client, &filed, page, pairs).await;
        assert_eq!(answer.status, 422, "{pairs:?}: {}", answer.page());
        let (field, _) = pairs.last().unwrap();
        assert!(
            answer.page().contains(&format!("href=\"#f-{field}\"")),
            "{field}: {}",
            answer.page()
        );
    }
    // Scalars where tables are, tables where scalars are, and paths into nowhere.
    let odd: [(&str, &[(&str, &str)]); 7] = [
        ("people", &[("~", "people"), ("people", "x")]),
        ("people", &[("~", "people:-1"), ("people", "[]")]),
        ("summary", &[("~", "summary:3"), ("summary", "x"), ("summary", "y")]),
        ("overview", &[("~", "keywords"), ("keywords[99999999999]", "x")]),
        ("overview", &[("~", "funded"), ("funded", "maybe")]),
        (
            "people",
            &[
                ("~", "people:1"),
                ("people[0][1].name", "x"),
                ("people[", "x"),
                ("people].", "x"),
                ("", "x"),
            ],
        ),
        (
            "people",
            &[
                ("~", "people:1"),
                ("~do", "up:people:4294967295"),
                ("~do", "remove-file:people:../x"),
            ],
        ),
    ];
    for (page, pairs) in odd {
        let answer = save(&mut client, &filed, page, pairs).await;
        assert!([303, 422].contains(&answer.status), "{pairs:?}: {}", answer.status);
    }
    let stored = app.stored(REGION, &filed.id).await;
    assert!(
        stored.values().all(|page| page
            .answers
            .keys()
            .all(|field| ["people", "keywords", "summary", "funded"].contains(&field.as_str()))),
        "{stored:?}"
    );
    assert_eq!(client.get(&filed.at("check")).await.status, 200);
}

#[tokio::test]
async fn too_many_inputs_and_rows_are_refused_whole() {
    let (app, mut client, filed) = registrant().await;
    let many: Vec<(String, String)> = (0..10_001).map(|n| (format!("x{n}"), String::new())).collect();
    for address in [
        filed.page("summary"),
        filed.action("submit"),
        "/gansu/applications/new/applied-technology".into(),
    ] {
        let answer = client.post(&address, &many).await;
        assert!([400, 422].contains(&answer.status), "{address}: {}", answer.status);
        assert!(answer.page().contains("太多"), "{address}: {}", answer.page());
    }
    for rows in ["101", "4294967295", "99999999999999999999"] {
        let marker = format!("people:{rows}");
        let answer = save(
            &mut client,
            &filed,
            "people",
            &[("~", &marker), ("~", "people[0].name"), ("people[0].name", "甲")],
        )
        .await;
        assert!([303, 422].contains(&answer.status), "{rows}: {}", answer.status);
    }
    let stored = app.stored(REGION, &filed.id).await;
    let rows = stored
        .get("people")
        .and_then(|page| page.answers.get("people"))
        .and_then(Json::as_array)
        .map_or(0, Vec::len);
    assert!(rows <= 100, "{rows} rows are stored");

    // The hundredth row is the last.
    let people: Vec<Json> = (0..100).map(|n| json!({"name": format!("第{n}人")})).collect();
    let answers = with(&app.answers(REGION, "complete"), &[("people", json!(people))]);
    assert_eq!(
        client
            .save(&filed, &app.form(REGION, FORM), "people", &answers)
            .await
            .status,
        303
    );
    let full = save(
        &mut client,
        &filed,
        "people",
        &[("~", "people:100"), ("~do", "add:people")],
    )
    .await;
    assert_eq!(full.status, 422);
    assert!(full.page().contains("最多 100 行"), "{}", full.page());
    assert_eq!(
        app.stored(REGION, &filed.id).await["people"].answers["people"]
            .as_array()
            .unwrap()
            .len(),
        100
    );
}

/// The revision that the page of attachments shows now.
async fn revision(client: &mut Client, filed: &Filed) -> String {
    client
        .get(&filed.page("attachments"))
        .await
        .hidden("~revision")
        .unwrap()
}

#[tokio::test]
async fn files_are_told_by_content_and_kept_small() {
    let (app, mut client, filed) = registrant().await;
    let big = [b"%PDF-1.7 ".to_vec(), vec![b'x'; 20 << 20]].concat();
    let cases: [(&str, &str, Vec<u8>, &str); 6] = [
        ("report", "报告.pdf", b"MZ a program".to_vec(), "只接受 pdf"),
        (
            "report",
            "报告.pdf",
            b"\x89PNG\r\n\x1a\n a picture".to_vec(),
            "只接受 pdf",
        ),
        (
            "report",
            "报告.pdf",
            b"<html><script>alert(1)</script></html>".to_vec(),
            "只接受 pdf",
        ),
        (
            "evaluation_proof",
            "照片.jpg",
            b"PK\x03\x04 an archive".to_vec(),
            "只接受 pdf、jpg、png",
        ),
        ("report", "报告.pdf", Vec::new(), "文件是空的"),
        ("report", "报告.pdf", big, "超过 20 MB"),
    ];
    for (field, name, content, told) in cases {
        let pairs = [
            ("~revision".to_owned(), revision(&mut client, &filed).await),
            ("~".to_owned(), field.to_owned()),
        ];
        let file = Upload {
            field: field.into(),
            name: name.into(),
            content,
        };
        let answer = client.upload(&filed.page("attachments"), &pairs, &[file]).await;
        assert_eq!(answer.status, 422, "{told}");
        assert!(answer.page().contains(told), "{told}: {}", answer.page());
    }
    assert!(app.stored(REGION, &filed.id).await["attachments"].answers.is_empty());

    // What is accepted is served as a download under a harmless name.
    let pairs = [
        ("~revision".to_owned(), revision(&mut client, &filed).await),
        ("~".to_owned(), "report".to_owned()),
    ];
    let file = Upload {
        field: "report".into(),
        name: "../../<b>报告.pdf".into(),
        content: b"%PDF-1.7 x".to_vec(),
    };
    assert_eq!(
        client.upload(&filed.page("attachments"), &pairs, &[file]).await.status,
        303
    );
    let entry = app.stored(REGION, &filed.id).await["attachments"].answers["report"][0].clone();
    assert_eq!(entry["name"], "b报告.pdf");
    let served = client
        .get(&filed.at(&format!("files/{}", entry["id"].as_str().unwrap())))
        .await;
    assert_eq!((served.status, served.header("content-type")), (200, "application/pdf"));
    assert!(
        served.header("content-disposition").starts_with("attachment")
            && served.header("content-security-policy").contains("default-src 'none'")
    );

    // A file for a field that takes none, and for one that was not offered.
    for field in ["summary", "user_proof", "nothing"] {
        let pairs = [
            ("~revision".to_owned(), revision(&mut client, &filed).await),
            ("~".to_owned(), "report".to_owned()),
        ];
        let file = Upload {
            field: field.into(),
            name: "a.pdf".into(),
            content: b"%PDF-1.7 y".to_vec(),
        };
        let status = client.upload(&filed.page("attachments"), &pairs, &[file]).await.status;
        assert!([303, 409, 422].contains(&status), "{field}: {status}");
        let kept = app.stored(REGION, &filed.id).await["attachments"].answers.clone();
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["report"], "{field}");
    }
}

const SCRIPT: &str = "\"'><script>x()</script>";

/// The field with a script in every text that takes any text.
fn infected(field: &Field, answer: &mut Json) {
    match (&field.kind, answer) {
        (FieldType::Text | FieldType::LongText, answer @ Json::String(_))
            if !field.constraints.contains_key("pattern") =>
        {
            *answer = Json::String(SCRIPT.into());
        }
        (FieldType::List(_), Json::Array(items)) => items
            .iter_mut()
            .enumerate()
            .for_each(|(n, item)| *item = json!(format!("{n}{SCRIPT}"))),
        (FieldType::Table(table), Json::Array(rows)) => {
            for row in rows {
                for column in table.columns.values() {
                    if let Some(cell) = row.get_mut(&*column.id) {
                        infected(column, cell);
                    }
                }
            }
        }
        _ => {}
    }
}

fn clean(what: &str, answer: &Answer) {
    assert!(answer.status < 500, "{what}");
    let text = answer.text();
    assert!(
        !text.contains("<script>x()") && !text.contains("'><script") && !text.contains("\"'>"),
        "{what}: {text}"
    );
}

#[tokio::test]
async fn no_answer_becomes_markup() {
    let (app, mut client, _) = registrant().await;
    let form = app.form(REGION, FORM);
    let mut answers = app.answers(REGION, "complete");
    for (_, field) in form.fields() {
        if let Some(answer) = answers.get_mut(&*field.id) {
            infected(field, answer);
        }
    }
    // The first unit bears its name, and no expert is called like one of the people: then it passes the check.
    let name = ("completing_units[0].name", json!("陇原大学"));
    let answers = with(
        &answers,
        &[
            name,
            ("committee[0].name", json!("甲")),
            ("committee[1].name", json!("乙")),
        ],
    );
    let other = client.add(REGION, &form, &answers).await;
    let filed = client.fill(REGION, &form, &answers).await;
    for page in form.pages.values() {
        clean(&page.id, &client.get(&filed.page(&page.id)).await);
        // The same where the page comes back with errors.
        if !page.fields.is_empty() {
            let (mut pairs, _) = page_pairs(&page.fields, &answers, 0);
            pairs
                .iter_mut()
                .filter(|(name, _)| !name.starts_with('~'))
                .for_each(|(_, value)| *value = SCRIPT.into());
            clean(&page.id, &client.post(&other.page(&page.id), &pairs).await);
            clean(&page.id, &client.post(&filed.page(&page.id), &pairs).await);
        }
    }
    for address in [filed.at(""), filed.at("check"), "/gansu/applications".into()] {
        let answer = client.get(&address).await;
        clean(&address, &answer);
    }
    client.must_act(&filed, "submit", &[]).await;
    let mut unit = app.signed_in(REGION, "unit@demo.example").await;
    let review = unit.get(&filed.at("review")).await;
    assert!(
        review.text().contains("&lt;script&gt;x()"),
        "the reviewer reads what was written"
    );
    clean("review", &review);
    clean("queue", &unit.get("/gansu/queue").await);
    clean(
        "action",
        &unit
            .post(
                &filed.action("send_back"),
                &[("marks", SCRIPT), ("marks.summary", SCRIPT)],
            )
            .await,
    );
    unit.must_act(
        &filed,
        "send_back",
        &[("opinion", SCRIPT), ("marks", "summary"), ("marks.summary", SCRIPT)],
    )
    .await;
    for address in [filed.page("summary"), filed.at(""), filed.at("review")] {
        clean(&address, &client.get(&address).await);
    }
    for address in [
        format!("/gansu/sign-in?next=/{}", "%22%3E%3Cscript%3Ex()%3C/script%3E"),
        "/%22%27%3E%3Cscript%3Ex()".into(),
        "/gansu/%22%27%3E%3Cscript%3Ex()".into(),
    ] {
        clean(&address, &app.client().get(&address).await);
    }
    let name = app
        .client()
        .post("/gansu/sign-in", &[("name", SCRIPT), ("password", SCRIPT)])
        .await;
    clean("sign-in", &name);
}

#[tokio::test]
async fn an_identity_number_that_was_typed_is_not_lost_to_its_mask() {
    let (app, mut client, filed) = registrant().await;
    let form = app.form(REGION, FORM);
    let complete = app.answers(REGION, "complete");
    let number = complete["people"][0]["id_no"].as_str().unwrap().to_owned();
    let mut wrong = complete.clone();
    wrong["people"][1]["id_no"] = json!("62010519860315202Z");
    let answer = client.save(&filed, &form, "people", &wrong).await;
    assert_eq!(answer.status, 422, "{}", answer.text());

    // The wrong cell alone is missing; the page shows every number as it was typed.
    let (place, sealer) = ("people", "$sealed");
    let rows = app.stored(REGION, &filed.id).await[place].answers["people"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 3);
    assert!(rows[0]["id_no"].get(sealer).is_some() && rows[1].get("id_no").is_none());
    assert!(answer.page().contains("62010519860315202Z"), "{}", answer.page());

    // What is stored comes masked, and a mask that comes back leaves it as it is.
    let shown = client.get(&filed.page("people")).await;
    assert!(!shown.page().contains(&number) && shown.page().contains("620***********"));
    let mut mended = complete.clone();
    mended["people"][0]["id_no"] = json!(format!("{}***********{}", &number[..3], &number[14..]));
    assert_eq!(client.save(&filed, &form, "people", &mended).await.status, 303);
    let checked = client.get(&filed.at("check")).await;
    assert!(!checked.page().contains("身份证"), "{}", checked.page());

    // A mask of nothing is no answer.
    let mut masked = complete.clone();
    masked["people"][2]["id_other"] = json!("E0****001");
    let before = app.stored(REGION, &filed.id).await["people"].answers["people"][2]["id_other"].clone();
    assert_eq!(client.save(&filed, &form, "people", &masked).await.status, 303);
    let after = app.stored(REGION, &filed.id).await["people"].answers["people"][2]["id_other"].clone();
    assert!(before.get(sealer).is_some() && after.get(sealer).is_some());
}
