//! Files that are handed in, through the router: what is refused, told, replaced and looked at.

use dengji_tests::{Answer, Client, Copied, Filed, TestApp, Upload};
use serde_json::Value as Json;

const REGION: &str = "gansu";

async fn desk() -> (TestApp, Client, Filed) {
    desk_of(TestApp::start().await).await
}

async fn desk_of(app: TestApp) -> (TestApp, Client, Filed) {
    let accounts = app.staff(REGION).await;
    let mut me = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let form = app.form(REGION, "applied-technology");
    let filed = me.add(REGION, &form, &app.answers(REGION, "complete")).await;
    (app, me, filed)
}

async fn hand_in(me: &mut Client, filed: &Filed, field: &str, name: &str, content: &[u8]) -> Answer {
    let address = filed.page("attachments");
    let revision = me.get(&address).await.hidden("~revision").unwrap();
    let pairs = [("~revision".to_owned(), revision), ("~".to_owned(), field.to_owned())];
    let file = Upload {
        field: field.into(),
        name: name.into(),
        content: content.to_vec(),
    };
    me.upload(&address, &pairs, &[file]).await
}

async fn kept(app: &TestApp, filed: &Filed, field: &str) -> Vec<Json> {
    let stored = app.stored(REGION, &filed.id).await;
    let page = stored.get("attachments").and_then(|page| page.answers.get(field));
    page.and_then(Json::as_array).cloned().unwrap_or_default()
}

/// A picture of this size, as far as its header goes.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(width.to_be_bytes());
    png.extend(height.to_be_bytes());
    png
}

#[tokio::test]
async fn what_nobody_can_open_is_refused() {
    let (app, mut me, filed) = desk().await;
    for (name, content, told) in [
        ("照片.png", png(100_000, 100_000), "百万像素"),
        ("照片.png", b"\x89PNG\r\n\x1a\n cut".to_vec(), "文件已损坏"),
        ("照片.jpg", b"\xff\xd8\xff\xe0 no header".to_vec(), "文件已损坏"),
        (
            "图.png",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>".to_vec(),
            "只接受",
        ),
    ] {
        let refused = hand_in(&mut me, &filed, "evaluation_proof", name, &content).await;
        assert!(
            refused.status == 422 && refused.text().contains(told),
            "{told}: {}",
            refused.page()
        );
    }
    assert!(kept(&app, &filed, "evaluation_proof").await.is_empty());
}

#[tokio::test]
async fn what_looks_wrong_is_told_and_what_is_right_can_be_looked_at() {
    let (app, mut me, filed) = desk().await;
    for (name, content, told) in [
        ("半.pdf", &b"%PDF-1.7 half of"[..], "文件不完整"),
        ("密.pdf", b"%PDF-1.7 trailer << /Encrypt 9 0 R >>\n%%EOF\n", "文件加密"),
        ("a\u{202e}fdp.\u{200b}png", &png(20, 30), "预览"),
    ] {
        let taken = hand_in(&mut me, &filed, "evaluation_proof", name, content).await;
        assert_eq!(taken.status, 303, "{}", taken.page());
        let page = me.get(&filed.page("attachments")).await.text();
        assert!(page.contains(told), "{told}: {page}");
    }
    let files = kept(&app, &filed, "evaluation_proof").await;
    assert_eq!(files[2]["name"], "afdp.png");
    let at = filed.at(&format!("files/{}", files[2]["id"].as_str().unwrap()));
    for (address, how) in [(at.clone(), "attachment"), (format!("{at}?view"), "inline")] {
        let served = me.get(&address).await;
        assert_eq!((served.status, served.header("content-type")), (200, "image/png"));
        assert!(served.header("content-disposition").starts_with(how), "{address}");
        assert!(served.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(served.header("x-content-type-options"), "nosniff");
    }
}

/// The desk of an office where one proof is enough, and whose patents have proofs of their own.
async fn altered_desk() -> (TestApp, Client, Filed) {
    let copied = Copied::of(&[REGION]);
    copied.edit(
        "forms/national/result.form.yaml",
        "评估报告、检测报告等。\n        type: file\n        accept: [pdf, jpg, png]\n        maxSize: 20 MB\n        maxItems: 5",
        "评估报告、检测报告等。\n        type: file\n        accept: [pdf, jpg, png]\n        maxSize: 20 MB\n        maxItems: 1",
    );
    let date = "          date: {label: {zh: 申请或授权日期, en: Date}, type: date, required: true}\n";
    let proof =
        "          proof: {label: {zh: 证书, en: Proof}, type: file, accept: [pdf], maxSize: 1 MB, maxItems: 2}\n";
    copied.edit(
        "forms/national/applied-technology.form.yaml",
        date,
        &format!("{date}{proof}"),
    );
    desk_of(TestApp::of(copied.folders()).await).await
}

#[tokio::test]
async fn a_sole_file_is_replaced() {
    let (app, mut me, filed) = altered_desk().await;
    let field = "evaluation_proof";
    for (name, content) in [
        ("一.pdf", &b"%PDF-1.7 one\n%%EOF"[..]),
        ("二.pdf", b"%PDF-1.7 two\n%%EOF"),
    ] {
        assert_eq!(hand_in(&mut me, &filed, field, name, content).await.status, 303);
        let files = kept(&app, &filed, field).await;
        assert_eq!((files.len(), &files[0]["name"]), (1, &Json::from(name)));
    }
    let page = me.get(&filed.page("attachments")).await.text();
    assert!(
        page.contains("aria-label=\"替换 ") && page.contains("data-most=\""),
        "{page}"
    );
}

#[tokio::test]
async fn rows_have_files_of_their_own() {
    let (app, mut me, filed) = altered_desk().await;
    let address = filed.page("ip");
    let mut pairs = vec![("~revision".to_owned(), "0".to_owned())];
    for (name, value) in [
        ("~", "ip:3"),
        ("~", "ip[0].name"),
        ("ip[0].name", "一种装置"),
        ("~", "ip[0].proof"),
        ("~", "ip[2].proof"),
    ] {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    let file = |field: &str, name: &str| Upload {
        field: field.into(),
        name: name.into(),
        content: format!("%PDF-1.7 {name}\n%%EOF").into_bytes(),
    };
    let files = [
        file("ip[0].proof", "甲.pdf"),
        file("ip[0].proof", "乙.pdf"),
        file("ip[0].proof", "丙.pdf"),
        file("ip[2].proof", "丁.pdf"),
    ];
    let partly = me.upload(&address, &pairs, &files).await;
    // The third is one too many, and a row of nothing but a file is none.
    assert!(
        partly.status == 422 && partly.text().contains("最多上传 2 个文件") && partly.text().contains("请先填写这一行"),
        "{}",
        partly.page()
    );
    let rows = app.stored(REGION, &filed.id).await["ip"].answers["ip"].clone();
    let names: Vec<&str> = rows[0]["proof"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    assert_eq!((rows.as_array().unwrap().len(), names), (1, vec!["甲.pdf", "乙.pdf"]));

    // What a workbook cannot carry is not lost by taking one in.
    let revision = me.get(&address).await.hidden("~revision").unwrap();
    let pairs = [("~revision", revision.as_str()), ("~", "ip:1"), ("~do", "replace:ip")];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let sheet = Upload {
        field: "~sheet:ip".into(),
        name: "x.csv".into(),
        content: "名称\n另一种装置\n".into(),
    };
    let refused = me.upload(&address, &pairs, &[sheet]).await;
    assert!(
        refused.status == 422 && refused.text().contains("替换会丢失"),
        "{}",
        refused.page()
    );
    assert_eq!(app.stored(REGION, &filed.id).await["ip"].answers["ip"], rows);
}
