//! Too much of everything.

use std::io::{Cursor, Write};

use dengji_tests::{Answer, Copied, Upload};
use rust_xlsxwriter::{Formula, Workbook};
use zip::write::SimpleFileOptions;

use super::whole::{Desk, REGION};

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

fn refused(what: &str, answer: &Answer, statuses: &[u16], told: &str) {
    let page = answer.page();
    assert!(statuses.contains(&answer.status), "{what}: {} {page}", answer.status);
    assert!(page.contains(told), "{what} is not told `{told}`: {page}");
}

#[tokio::test]
async fn ten_thousand_unknown_fields_are_ignored_or_refused_whole() {
    let mut desk = Desk::open().await;
    let before = desk.answers().await;
    let unknown: Vec<(String, String)> = (0..9_990)
        .flat_map(|n| [("~".to_owned(), format!("x{n}")), (format!("x{n}"), "字".to_owned())])
        .take(9_990)
        .collect();
    let mut pairs = owned(&[("~revision", &desk.revision("summary").await)]);
    pairs.extend(owned(&[("~", "summary"), ("summary", "只有这一项")]));
    pairs.extend(unknown);
    assert_eq!(desk.me.post(&desk.filed.page("summary"), &pairs).await.status, 303);
    let after = desk.answers().await;
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).collect();
    assert!(
        changed.len() == 1 && changed[0].1.starts_with("summary: ") && !changed[0].1.contains("x1"),
        "{changed:?}"
    );

    let whole = desk.whole().await;
    pairs.extend((0..10).map(|n| (format!("y{n}"), String::new())));
    for below in [
        "pages/summary",
        "pages/summary/live",
        "pages/overview/suggest?field=discipline",
    ] {
        let answer = desk.me.post(&desk.filed.at(below), &pairs).await;
        refused(below, &answer, &[400, 422], "太多");
    }
    let answer = desk.me.upload(&desk.filed.page("summary"), &pairs, &[]).await;
    refused("in parts", &answer, &[400], "太多");
    assert!(whole == desk.whole().await, "something changed");
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_refused_and_no_row_is_lost() {
    let mut desk = Desk::open().await;
    let before = desk.answers().await;
    let lines = "张三\t男\n".repeat(100_000);
    for rows in ["100000", "4294967296", "99999999999999999999999", "-1", "x", ""] {
        let marker = format!("people:{rows}");
        let revision = desk.revision("people").await;
        let pairs = [("~revision", &*revision), ("~", &*marker), ("people[0].name", "偷改")];
        let answer = desk.me.post(&desk.filed.page("people"), &pairs).await;
        refused(rows, &answer, &[422], "行");
        assert_eq!(desk.answers().await, before, "{rows}");
    }
    // What is pasted, and what stands in a file.
    let revision = desk.revision("people").await;
    let own = [("~revision", &*revision), ("~", "people:3"), ("~do", "fill:people")];
    let mut pairs = owned(&own);
    pairs.push(("~paste:people".into(), lines.clone()));
    let answer = desk.me.post(&desk.filed.page("people"), &pairs).await;
    assert!([413, 422].contains(&answer.status), "{}", answer.page());
    let stored = desk.app.stored(REGION, &desk.filed.id).await["people"].answers["people"].clone();
    assert!(stored.as_array().unwrap().len() <= 100);

    let whole = desk.whole().await;
    let csv = format!("姓名,性别\n{}", lines.replace('\t', ","));
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, head) in ["姓名", "性别"].iter().enumerate() {
        sheet.write(0, u16::try_from(at).unwrap(), *head).unwrap();
    }
    for row in 1..=100_001 {
        sheet.write(row, 0, "张三").unwrap();
    }
    for (name, content, told) in [
        ("x.csv", csv.into_bytes(), "行"),
        ("x.xlsx", workbook.save_to_buffer().unwrap(), "行"),
    ] {
        for how in ["append", "replace"] {
            let answer = import(&mut desk, how, name, content.clone()).await;
            refused(name, &answer, &[422], told);
        }
    }
    let _ = whole;
    let stored = desk.app.stored(REGION, &desk.filed.id).await["people"].answers["people"].clone();
    assert!(stored.as_array().unwrap().len() <= 100);
}

async fn import(desk: &mut Desk, how: &str, name: &str, content: Vec<u8>) -> Answer {
    let stored = desk.app.stored(REGION, &desk.filed.id).await["people"].answers["people"].clone();
    let rows = format!("people:{}", stored.as_array().unwrap().len());
    let button = format!("{how}:people");
    let revision = desk.revision("people").await;
    let pairs = owned(&[("~revision", &*revision), ("~", &*rows), ("~do", &*button)]);
    let file = Upload {
        field: "~sheet:people".into(),
        name: name.into(),
        content,
    };
    desk.me.upload(&desk.filed.page("people"), &pairs, &[file]).await
}

#[tokio::test]
async fn a_megabyte_in_a_text_and_ten_pasted_are_refused() {
    let mut desk = Desk::open().await;
    let answers = desk.answers().await;
    for (page, field, text) in [
        ("summary", "summary", "字".repeat(100_000)),
        ("overview", "name", "x".repeat(1 << 20)),
        ("overview", "keywords[0]", "x".repeat(1 << 20)),
        ("people", "people[0].name", "x".repeat(1 << 20)),
        ("people", "people[0].id_no", "1".repeat(1 << 20)),
        ("project", "fund_own", "9".repeat(1 << 20)),
        ("overview", "period_start", "2".repeat(1 << 20)),
        ("overview", "discipline", "x".repeat(1 << 20)),
    ] {
        let revision = desk.revision(page).await;
        let root = field.split('[').next().unwrap();
        let marker = if root == "people" { "people:3" } else { root };
        let pairs = [("~revision", &*revision), ("~", marker), ("~", field), (field, &*text)];
        let answer = desk.me.post(&desk.filed.page(page), &pairs).await;
        assert_eq!(answer.status, 422, "{field}: {}", answer.status);
        assert!(answer.page().contains(&format!("#f-{root}")), "{field} is not named");
        if root != "people" {
            assert_eq!(desk.answers().await, answers, "{field}");
        }
        let suggested = desk
            .me
            .post(&desk.filed.page(&format!("{page}/suggest?field={root}")), &pairs)
            .await;
        assert!([200, 404].contains(&suggested.status), "{field}: {}", suggested.status);
        let judged = desk.me.post(&desk.filed.page(&format!("{page}/live")), &pairs).await;
        assert_eq!(judged.status, 200, "{field}");
    }
    let whole = desk.whole().await;
    let lines = "张三\t男\n".repeat(1 << 20);
    assert!(lines.len() >= 10 << 20);
    let revision = desk.revision("people").await;
    let pairs = [
        ("~revision", &*revision),
        ("~", "people:3"),
        ("~do", "fill:people"),
        ("~paste:people", &*lines),
    ];
    let answer = desk.me.post(&desk.filed.page("people"), &pairs).await;
    refused("pasted", &answer, &[413], "没有保存");
    let answer = desk.me.upload(&desk.filed.page("people"), &owned(&pairs), &[]).await;
    refused("pasted in parts", &answer, &[413], "没有保存");
    let answer = import(&mut desk, "append", "x.csv", lines.into_bytes()).await;
    refused("a file", &answer, &[422], "上限");
    assert!(whole == desk.whole().await, "something changed");
}

/// A packed file with so many megabytes of nothing in it.
fn bomb(name: &str, megabytes: usize) -> Vec<u8> {
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    packed.start_file(name, SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..megabytes {
        packed.write_all(&zeros).unwrap();
    }
    packed.finish().unwrap().into_inner()
}

#[tokio::test]
async fn what_unpacks_without_end_is_refused() {
    let copied = Copied::of(&[REGION]);
    copied.edit(
        "forms/national/result.form.yaml",
        "评估报告、检测报告等。\n        type: file\n        accept: [pdf, jpg, png]",
        "评估报告、检测报告等。\n        type: file\n        accept: [pdf, docx, xlsx, zip]",
    );
    let mut desk = Desk::of_copy(copied).await;
    let answers = desk.answers().await;
    for (name, inside) in [
        ("炸弹.docx", "word/document.xml"),
        ("炸弹.xlsx", "xl/workbook.xml"),
        ("炸弹.zip", "x"),
    ] {
        let content = bomb(inside, 300);
        assert!(content.len() < 1 << 20);
        let revision = desk.revision("attachments").await;
        let file = Upload {
            field: "evaluation_proof".into(),
            name: name.into(),
            content,
        };
        let pairs = owned(&[("~revision", &revision), ("~", "evaluation_proof")]);
        let answer = desk.me.upload(&desk.filed.page("attachments"), &pairs, &[file]).await;
        refused(name, &answer, &[422], "解压后超过");
        assert_eq!(desk.answers().await, answers, "{name}");
    }
    let whole = desk.whole().await;
    let answer = import(&mut desk, "append", "x.xlsx", bomb("xl/workbook.xml", 300)).await;
    refused("a workbook", &answer, &[422], "解压后超过");
    assert!(whole == desk.whole().await, "something changed");
}

#[tokio::test]
async fn a_formula_in_a_workbook_is_a_text_or_its_result() {
    let mut desk = Desk::open().await;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let evil = "=HYPERLINK(\"//elsewhere.example\",\"x\")";
    for (at, head) in ["姓名", "工作单位"].iter().enumerate() {
        sheet.write(0, u16::try_from(at).unwrap(), *head).unwrap();
    }
    let formula = Formula::new("1+1").set_result("结果");
    sheet.write_formula(1, 0, formula).unwrap();
    sheet.write_string(1, 1, evil).unwrap();
    sheet.write_string(2, 0, "=cmd|' /C calc'!A0").unwrap();
    let content = workbook.save_to_buffer().unwrap();
    let answer = import(&mut desk, "replace", "x.xlsx", content).await;
    assert!([303, 422].contains(&answer.status), "{}", answer.page());
    let stored = desk.app.stored(REGION, &desk.filed.id).await["people"].answers["people"].to_string();
    assert!(stored.contains("结果") && !stored.contains("1+1"), "{stored}");
    assert!(stored.contains("cmd|' /C calc'!A0"), "{stored}");
    // What goes out again is a text and not a formula.
    let exported = desk.me.get(&desk.filed.at("tables/people")).await;
    let mut archive = zip::ZipArchive::new(Cursor::new(exported.body)).unwrap();
    let mut found = false;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        if file.name().is_ok_and(|name| name.ends_with(".xml"))
            && std::io::Read::read_to_string(&mut file, &mut text).is_ok()
        {
            assert!(!text.contains("<f>") && !text.contains("<f "), "{text}");
            found |= text.contains("calc");
        }
    }
    assert!(found, "the text is in the file");
}
