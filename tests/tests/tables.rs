//! Tables through the router: rows, the clipboard, workbooks.

use std::collections::BTreeSet;

use dengji::check::Answers;
use dengji::definition::sheet::{self, Row};
use dengji::definition::{Field, FieldType, Form};
use dengji_tests::{Answer, Client, Filed, TestApp, Upload};
use serde_json::{Value as Json, json};

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

/// A desk with one application that is filled in.
struct Desk {
    app: TestApp,
    answers: Answers,
    filed: Filed,
    me: Client,
}

impl Desk {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let accounts = app.staff(REGION).await;
        let mut me = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
        let form = app.form(REGION, FORM);
        let answers = app.answers(REGION, "complete");
        let filed = me.fill(REGION, &form, &answers).await;
        Self {
            app,
            answers,
            filed,
            me,
        }
    }

    /// Presses a button on a page that posts nothing but the marker of `table`, whose rows stay as they are.
    async fn press(&mut self, page: &str, table: &str, button: &str, more: &[(&str, &str)]) -> Answer {
        let pairs = self.pairs(page, table, button, more).await;
        self.me.post(&self.filed.page(page), &pairs).await
    }

    async fn import(&mut self, page: &str, table: &str, how: &str, name: &str, content: Vec<u8>) -> Answer {
        let pairs = self.pairs(page, table, &format!("{how}:{table}"), &[]).await;
        let file = Upload {
            field: format!("~sheet:{table}"),
            name: name.into(),
            content,
        };
        self.me.upload(&self.filed.page(page), &pairs, &[file]).await
    }

    async fn pairs(&mut self, page: &str, table: &str, button: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let shown = self.me.get(&self.filed.page(page)).await;
        let revision = shown.hidden("~revision").unwrap();
        let rows = self.rows(page, table).await.len();
        let own = [
            ("~revision", revision.as_str()),
            ("~", &format!("{table}:{rows}")),
            ("~do", button),
        ];
        let all = own.iter().chain(more);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    async fn rows(&self, page: &str, table: &str) -> Vec<Json> {
        let stored = self.app.stored(REGION, &self.filed.id).await;
        let rows = stored
            .get(page)
            .and_then(|page| page.answers.get(table))
            .and_then(Json::as_array);
        rows.cloned().unwrap_or_default()
    }

    async fn names(&self) -> Vec<String> {
        let rows = self.rows("people", "people").await;
        rows.iter()
            .map(|row| row["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    async fn exported(&mut self, table: &str) -> Vec<Row> {
        let answer = self.me.get(&self.filed.at(&format!("tables/{table}"))).await;
        assert_eq!(answer.status, 200, "{table}: {}", answer.text());
        sheet::read(&answer.body, "").unwrap().sheets.remove(0).rows
    }
}

fn leads_to(answer: &Answer, place: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let place = place.replace('[', "%5B").replace(']', "%5D");
    assert!(
        answer.location().ends_with(&format!("?row={place}#{place}")),
        "{}",
        answer.location()
    );
}

#[tokio::test]
async fn a_removed_row_comes_back_as_it_was() {
    let mut desk = Desk::open().await;
    let before = desk.exported("people").await;
    let names = desk.names().await;
    let removed = desk.press("people", "people", "remove:people:1", &[]).await;
    leads_to(&removed, "f-people-removed");
    assert_eq!(desk.names().await.len(), names.len() - 1);

    let page = desk.me.get(&desk.filed.page("people")).await.text();
    assert!(
        page.contains("第 2 行已删除") && page.contains("value=\"restore:people\""),
        "{page}"
    );
    let kept = desk.app.stored(REGION, &desk.filed.id).await["people"]
        .removed
        .clone()
        .unwrap()
        .to_string();
    let id_no = before[2].cells.iter().find(|cell| cell.len() == 18).unwrap();
    assert!(!kept.contains(id_no.as_str()) && kept.contains("sealed"), "{kept}");

    // It stays while other things are done, and comes back where it was.
    leads_to(
        &desk.press("people", "people", "add:people", &[]).await,
        &format!("f-people[{}]", names.len() - 1),
    );
    let last = format!("remove:people:{}", names.len() - 1);
    leads_to(&desk.press("people", "people", &last, &[]).await, "f-people");
    leads_to(
        &desk.press("people", "people", "restore:people", &[]).await,
        "f-people[1]",
    );
    assert_eq!(desk.names().await, names);
    assert_eq!(desk.exported("people").await, before);
    let page = desk.me.get(&desk.filed.page("people")).await.text();
    assert!(!page.contains("restore:people"), "{page}");
    // Asked a second time there is nothing to bring back.
    desk.press("people", "people", "restore:people", &[]).await;
    assert_eq!(desk.names().await, names);
    // Whoever goes on leaves it behind.
    desk.press("people", "people", "remove:people:0", &[]).await;
    desk.press("people", "people", "save-next", &[]).await;
    assert_eq!(desk.app.stored(REGION, &desk.filed.id).await["people"].removed, None);
}

#[tokio::test]
async fn rows_are_copied_moved_and_added() {
    let mut desk = Desk::open().await;
    let names = desk.names().await;
    leads_to(
        &desk.press("people", "people", "copy:people:0", &[]).await,
        "f-people[1]",
    );
    let rows = desk.rows("people", "people").await;
    assert_eq!((rows.len(), &rows[1]["name"]), (names.len() + 1, &rows[0]["name"]));
    assert!(rows[0].get("id_no").is_some() && rows[1].get("id_no").is_none());
    leads_to(
        &desk.press("people", "people", "down:people:1", &[]).await,
        "f-people[2]",
    );
    leads_to(&desk.press("people", "people", "up:people:2", &[]).await, "f-people[1]");
    let more = desk.press("people", "people", "add:people:5", &[]).await;
    leads_to(&more, &format!("f-people[{}]", names.len() + 1));
    assert_eq!(desk.names().await.len(), names.len() + 6);
    for _ in 0..3 {
        desk.press("people", "people", "add:people:50", &[]).await;
    }
    assert_eq!(desk.names().await.len(), 100);
    let full = desk.press("people", "people", "copy:people:0", &[]).await;
    assert!(
        full.status == 422 && full.text().contains("最多 100 行"),
        "{}",
        full.text()
    );
}

#[tokio::test]
async fn rows_are_pasted() {
    let mut desk = Desk::open().await;
    let before = desk.names().await.len();
    // By headings, codes by name or by code; what does not fit is told at its cell.
    let lines =
        "姓名\t性别\t出生年月\t学历\t附注\r\n张三\t男\t1980-05\t博士研究生毕业\tx\r\n李四\t性别不明\t1979年2月\t\t\r\n";
    let pasted = desk
        .press("people", "people", "fill:people", &[("~paste:people", lines)])
        .await;
    let text = pasted.text();
    assert_eq!(pasted.status, 422, "{text}");
    assert!(
        text.contains(&format!("href=\"#f-people[{}].sex\"", before + 1)),
        "{text}"
    );
    assert!(text.contains("附注") && text.contains("没有对应的栏目"), "{text}");
    let rows = desk.rows("people", "people").await;
    assert_eq!(rows.len(), before + 2);
    assert_eq!(
        (&rows[before]["name"], &rows[before]["sex"], &rows[before]["born"]),
        (&json!("张三"), &json!("1"), &json!("1980-05"))
    );
    assert_eq!(
        (&rows[before + 1]["born"], rows[before + 1].get("sex")),
        (&json!("1979-02"), None)
    );

    // From a cell on, over what stands there.
    let cell = [("~paste:people", "王五\t女\n赵六\t1")];
    leads_to(
        &desk.press("people", "people", "fill:people:1:name", &cell).await,
        "f-people[1]",
    );
    let rows = desk.rows("people", "people").await;
    assert_eq!((&rows[1]["name"], &rows[1]["sex"]), (&json!("王五"), &json!("2")));
    assert_eq!((&rows[2]["name"], &rows[2]["sex"]), (&json!("赵六"), &json!("1")));

    for (button, lines, told) in [
        ("fill:people", "", "没有可填入的内容"),
        ("fill:people", " \t \n", "没有可填入的内容"),
    ] {
        let refused = desk
            .press("people", "people", button, &[("~paste:people", lines)])
            .await;
        assert!(
            refused.status == 422 && refused.text().contains(told),
            "{}",
            refused.text()
        );
    }
    // No table, a column that there is not, a row far away: nothing happens, and nothing breaks.
    for button in [
        "fill:name",
        "fill:people:0:nothing",
        "fill:people:99999999:name",
        "fill:people[7].x",
    ] {
        let rows = desk.rows("people", "people").await;
        let answer = desk.press("people", "people", button, &[("~paste:people", "x")]).await;
        assert!(answer.status < 500, "{button}: {}", answer.status);
        assert!(desk.rows("people", "people").await.len() <= rows.len() + 1, "{button}");
    }
}

#[tokio::test]
async fn too_many_rows_are_told() {
    let mut desk = Desk::open().await;
    let before = desk.rows("people", "people").await;
    let lines = "x\n".repeat(100_000);
    let pasted = desk
        .press("people", "people", "fill:people", &[("~paste:people", &lines)])
        .await;
    let left = (100_000 - (100 - before.len())).to_string();
    assert!(
        pasted.status == 422 && pasted.text().contains(&format!("有 {left} 行没有填入")),
        "{}",
        pasted.status
    );
    assert_eq!(desk.rows("people", "people").await.len(), 100);

    let revision = desk
        .me
        .get(&desk.filed.page("units"))
        .await
        .hidden("~revision")
        .unwrap();
    let units = desk.rows("units", "completing_units").await;
    let posted = [
        ("~revision", revision.as_str()),
        ("~", "completing_units:100000"),
        ("~", "completing_units[99999].name"),
        ("completing_units[99999].name", "x"),
        ("completing_units[-1].name", "x"),
        ("completing_units[1e9].name", "x"),
    ];
    let refused = desk.me.post(&desk.filed.page("units"), &posted).await;
    assert!(
        refused.status == 422 && refused.text().contains("行数超过上限"),
        "{}",
        refused.text()
    );
    assert_eq!(desk.rows("units", "completing_units").await, units);
}

/// The answers without what is sealed anew at each save.
fn unsealed(rows: &[Json]) -> Vec<Json> {
    let rows = rows.iter().map(|row| {
        let cells = row.as_object().unwrap().iter();
        cells
            .filter(|(_, cell)| !cell.is_object())
            .map(|(id, cell)| (id.clone(), cell.clone()))
            .collect()
    });
    rows.map(Json::Object).collect()
}

fn tables(form: &Form) -> impl Iterator<Item = (&str, &Field)> {
    let fields = form.fields().map(|(page, field)| (&*page.id, field));
    fields.filter(|(_, field)| matches!(field.kind, FieldType::Table(_)))
}

#[tokio::test]
async fn what_is_exported_and_imported_is_unchanged() {
    let app = TestApp::start().await;
    for region in ["gansu", "guangxi"] {
        let accounts = app.staff(region).await;
        let mut me = app.in_role(region, &accounts, "registrant", None).await;
        let mut tried: BTreeSet<String> = BTreeSet::new();
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for form in app.office(region).region().forms.values() {
            wanted.extend(tables(form).map(|(_, field)| field.id.to_string()));
        }
        for sample in app.samples(region) {
            let form = app.form(region, &sample.form);
            let answers = app.answers(region, &sample.name);
            let filled: Vec<_> = tables(&form)
                .filter(|(_, field)| answers.contains_key(&*field.id))
                .collect();
            if filled.iter().all(|(_, field)| tried.contains(&*field.id)) {
                continue;
            }
            let filed = me.add(region, &form, &answers).await;
            for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
                if me.get(&filed.page(&page.id)).await.status == 200 {
                    me.save(&filed, &form, &page.id, &answers).await;
                }
            }
            for (page, field) in filled {
                let address = filed.at(&format!("tables/{}", field.id));
                let exported = me.get(&address).await;
                let before = app.stored(region, &filed.id).await;
                let Some(rows) = before
                    .get(page)
                    .and_then(|page| page.answers[&*field.id].as_array())
                    .cloned()
                else {
                    continue;
                };
                if exported.status == 404 {
                    continue;
                }
                let cells = sheet::read(&exported.body, "").unwrap().sheets.remove(0).rows;
                assert_eq!(cells.len(), rows.len() + 1, "{}", field.id);
                for how in ["replace", "append"] {
                    let pairs = pairs_for(&mut me, &filed, page, &format!("{}:{}", field.id, rows.len()), how).await;
                    let file = Upload {
                        field: format!("~sheet:{}", field.id),
                        name: "x.xlsx".into(),
                        content: exported.body.to_vec(),
                    };
                    let imported = me.upload(&filed.page(page), &pairs, &[file]).await;
                    assert_eq!(imported.status, 303, "{region} {} {how}: {}", field.id, imported.page());
                    let now = app.stored(region, &filed.id).await;
                    let now = now[page].answers[&*field.id].as_array().unwrap().clone();
                    let again = me.get(&address).await;
                    let again = sheet::read(&again.body, "").unwrap().sheets.remove(0).rows;
                    match how {
                        "replace" => {
                            assert_eq!(unsealed(&now), unsealed(&rows), "{region} {}", field.id);
                            assert_eq!(again, cells, "{region} {}", field.id);
                        }
                        _ => {
                            assert_eq!(unsealed(&now[rows.len()..]), unsealed(&rows), "{region} {}", field.id);
                            assert_eq!(again.len(), 2 * rows.len() + 1);
                        }
                    }
                }
                tried.insert(field.id.to_string());
            }
        }
        assert_eq!(tried, wanted, "{region}");
    }
}

async fn pairs_for(me: &mut Client, filed: &Filed, page: &str, marker: &str, how: &str) -> Vec<(String, String)> {
    let revision = me.get(&filed.page(page)).await.hidden("~revision").unwrap();
    let table = marker.split(':').next().unwrap();
    let button = format!("{how}:{table}");
    [("~revision", revision.as_str()), ("~", marker), ("~do", &button)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

#[tokio::test]
async fn files_of_every_kind_are_imported() {
    let mut desk = Desk::open().await;
    let before = desk.names().await;
    let csv = "序号,工作单位,姓名 *,出生年月\n1,省实验室,\"张,三\",1980/5\n2,,=1+1,1981-06-01\n";
    let (gb, ..) = encoding_rs::GB18030.encode(csv);
    let done = desk
        .import("people", "people", "append", "名单.csv", gb.into_owned())
        .await;
    // The column that there is not is told, everything else is in.
    assert!(
        done.status == 422 && done.text().contains("没有填入：序号"),
        "{}",
        done.text()
    );
    let rows = desk.rows("people", "people").await;
    let at = before.len();
    assert_eq!(rows.len(), at + 2);
    assert_eq!(
        (&rows[at]["name"], &rows[at]["employer"], &rows[at]["born"]),
        (&json!("张,三"), &json!("省实验室"), &json!("1980-05"))
    );
    assert_eq!(
        (&rows[at + 1]["name"], &rows[at + 1]["born"]),
        (&json!("=1+1"), &json!("1981-06"))
    );
    // A formula to be stays a text in the workbook.
    let out = desk.exported("people").await;
    assert_eq!(out[at + 2].cell(0), "=1+1");

    // In place of all rows, which can be brought back.
    let csv = "Name,Sex\n孙七,2\n".as_bytes().to_vec();
    leads_to(
        &desk.import("people", "people", "replace", "list.csv", csv).await,
        "f-people[0]",
    );
    assert_eq!(desk.names().await, ["孙七"]);
    let page = desk.me.get(&desk.filed.page("people")).await.text();
    assert!(page.contains("原有各行已被导入的内容替换"), "{page}");
    leads_to(
        &desk.press("people", "people", "restore:people", &[]).await,
        "f-people[0]",
    );
    assert_eq!(desk.names().await.len(), before.len() + 2);
    desk.app.audit_holds(REGION).await;
}

/// A packed file that claims little and unpacks to much.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("xl/workbook.xml", packed).unwrap();
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..100 {
        archive.write_all(&zeros).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn bad_files_are_refused_whole() {
    let mut desk = Desk::open().await;
    let before = desk.rows("people", "people").await;
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("large.csv", vec![b'x'; (5 << 20) + 1], "超过 5 MB"),
        ("bomb.xlsx", bomb(), "解压后超过"),
        (
            "old.xls",
            vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
            "旧格式",
        ),
        ("empty.csv", b" \n".to_vec(), "空的"),
        ("broken.xlsx", b"PK\x03\x04 broken".to_vec(), "不是可以读的工作簿"),
        ("picture.csv", vec![0xff, 0xd8, 0xff, 0x00, 0x80], "既不是"),
        ("heads.csv", "a,b\n1,2\n".into(), "没有本表的栏目名"),
        ("long.csv", "姓名\n".repeat(100_010).into(), "行的上限"),
    ];
    for (name, content, told) in cases {
        for how in ["append", "replace"] {
            let refused = desk.import("people", "people", how, name, content.clone()).await;
            assert!(
                refused.status == 422 && refused.text().contains(told),
                "{name}: {}",
                refused.page()
            );
            assert_eq!(desk.rows("people", "people").await.len(), before.len(), "{name}");
        }
    }
    let none = desk.press("people", "people", "replace:people", &[]).await;
    assert!(
        none.status == 422 && none.text().contains("请先选择要导入的文件"),
        "{}",
        none.text()
    );
    // The file of another table is left alone.
    let pairs = desk.pairs("people", "people", "replace:people", &[]).await;
    let file = Upload {
        field: "~sheet:committee".into(),
        name: "x.csv".into(),
        content: b"x".to_vec(),
    };
    let refused = desk.me.upload(&desk.filed.page("people"), &pairs, &[file]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(desk.rows("people", "people").await, before);
}

#[tokio::test]
async fn only_whoever_fills_in_the_table_sees_numbers_in_full() {
    let mut desk = Desk::open().await;
    let id_no = desk.answers["people"][0]["id_no"].as_str().unwrap().to_owned();
    let all = |rows: &[Row]| rows.iter().flat_map(|row| row.cells.clone()).collect::<Vec<_>>();
    assert!(all(&desk.exported("people").await).contains(&id_no));
    let entries = desk.app.registry.store().audit(REGION, &desk.filed.id).await.unwrap();
    let noted = entries.iter().filter(|entry| entry.act == "export-table").count();
    assert_eq!(noted, 1);
    // Nothing sensitive, nothing to note.
    desk.exported("completing_units").await;
    let entries = desk.app.registry.store().audit(REGION, &desk.filed.id).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.act == "export-table").count(), 1);

    desk.me.must_act(&desk.filed, "submit", &[]).await;
    let masked = all(&desk.exported("people").await);
    assert!(!masked.contains(&id_no), "{masked:?}");
    assert!(masked.iter().any(|cell| cell.contains("****")), "{masked:?}");
    for missing in ["nothing", "summary", "people[0].name", "people[", "name"] {
        let path = missing.replace('[', "%5B").replace(']', "%5D");
        let answer = desk.me.get(&desk.filed.at(&format!("tables/{path}"))).await;
        assert_eq!(answer.status, 404, "{missing}");
    }
}

/// Pages with tables come as `multipart/form-data`; their texts have the same limit as other forms.
#[tokio::test]
async fn megabytes_of_text_are_refused() {
    let mut desk = Desk::open().await;
    let before = desk.rows("people", "people").await;
    let lines = "甲\n".repeat(600_000);
    let pairs = desk
        .pairs("people", "people", "fill:people", &[("~paste:people", &lines)])
        .await;
    let refused = desk.me.upload(&desk.filed.page("people"), &pairs, &[]).await;
    assert!(
        refused.status == 413 && refused.text().contains("2 MB"),
        "{}",
        refused.status
    );
    assert_eq!(desk.rows("people", "people").await, before);
}

#[tokio::test]
async fn an_empty_table_gives_a_sheet_to_fill_in() {
    let mut desk = Desk::open().await;
    let rows = desk.rows("people", "people").await.len();
    for _ in 0..rows {
        desk.press("people", "people", "remove:people:0", &[]).await;
    }
    let page = desk.me.get(&desk.filed.page("people")).await.text();
    assert!(
        page.contains("下载空白表格") && page.contains("tables/people\""),
        "{page}"
    );
    let answer = desk.me.get(&desk.filed.at("tables/people")).await;
    assert!(answer.header("content-disposition").contains("attachment"));
    let book = sheet::read(&answer.body, "").unwrap();
    assert_eq!(book.sheets[0].rows.len(), 1);
    assert_eq!(book.sheets[0].rows[0].cell(0), "姓名");
    // What can be chosen, narrowed as on the page, stands on a sheet of its own.
    let options: Vec<&str> = book.sheets[1]
        .rows
        .iter()
        .map(|row| row.cell(1))
        .filter(|cell| !cell.is_empty())
        .collect();
    assert_eq!(options, ["1 男性", "2 女性"]);
}
