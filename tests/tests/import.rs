//! Forms and official lists of other systems: what they become, that it passes the check of a region and
//! is served, and that no bad file does harm.
//!
//! Workbooks are written here. What comes of them is compared with `fixtures/import/expected`;
//! `UPDATE=1 cargo test --test import` writes that anew.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use dengji::definition::Language;
use dengji::definition::import::{Imported, Source, import, print};
use dengji::definition::load::{Folders, load};
use dengji::definition::official;
use dengji::definition::problem::Problem;
use dengji::definition::sheet;
use dengji_tests::TestApp;
use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

type Rows<'a> = &'a [&'a [&'a str]];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import")
}

/// A workbook with these sheets.
fn workbook(sheets: &[(&str, Rows<'_>)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                match cell.parse::<f64>() {
                    Ok(number) if !cell.starts_with('0') => sheet.write_number(row, column, number).unwrap(),
                    _ => sheet.write_string(row, column, *cell).unwrap(),
                };
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// An office's form for experts: pages, tables, cascades, calculations, rules; all of it can be said.
fn experts() -> Vec<u8> {
    workbook(&[
        (
            "survey",
            &[
                &[
                    "type",
                    "name",
                    "label::中文 (zh)",
                    "label::English (en)",
                    "hint",
                    "required",
                    "relevant",
                    "constraint",
                    "constraint_message",
                    "calculation",
                    "choice_filter",
                    "appearance",
                    "default",
                    "repeat_count",
                ],
                &["today", "today"],
                &["begin_group", "basics", "基本情况", "Basics"],
                &["text", "fullName", "姓名", "Name", "与身份证一致", "yes"],
                &["select_one sex", "sex", "性别", "Sex", "", "yes"],
                &[
                    "date",
                    "born",
                    "出生日期",
                    "Born on",
                    "",
                    "yes",
                    "",
                    "int((today() - .) div 365.25) >= 18",
                    "须年满 18 周岁",
                ],
                &[
                    "integer",
                    "papers",
                    "论文数",
                    "Papers",
                    "",
                    "",
                    "",
                    ". >= 0 and . <= 2000",
                    "",
                    "",
                    "",
                    "",
                    "0",
                ],
                &["select_one province", "province", "所在省", "Province", "", "yes"],
                &[
                    "select_one city",
                    "city",
                    "所在市",
                    "City",
                    "",
                    "yes",
                    "${province} != ''",
                    "",
                    "",
                    "",
                    "province = ${province}",
                ],
                &[
                    "select_multiple field or_other",
                    "fields",
                    "研究领域",
                    "Fields",
                    "",
                    "yes",
                    "",
                    "count-selected(.) <= 3",
                    "最多选三项",
                    "",
                ],
                &["end_group"],
                &[
                    "begin_group",
                    "work",
                    "工作情况",
                    "Work",
                    "",
                    "",
                    "${papers} > 0 or selected(${fields}, 'it')",
                ],
                &["select_one yes_no", "no", "是否在职", "Employed", "", "yes"],
                &[
                    "text",
                    "employer",
                    "单位: 全称",
                    "Employer",
                    "",
                    "",
                    "${no} = 'yes'",
                    "regex(., '[^0-9]+')",
                    "单位名称不能有数字",
                    "",
                    "",
                    "multiline",
                ],
                &["begin_group", "pay", "待遇", "Pay", "", "", "${no} = 'yes'"],
                &[
                    "decimal",
                    "salary",
                    "年薪（万元）",
                    "Salary",
                    "",
                    "${no} = 'yes'",
                    "",
                    ". < 1000",
                    "年薪 ${salary} 太高，{请核对}",
                ],
                &["end_group"],
                &[
                    "begin_repeat",
                    "projects",
                    "承担项目",
                    "Projects",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "3",
                ],
                &["text", "title", "项目名称", "Title", "", "yes"],
                &["integer", "amount", "经费", "Amount", "", "", "${title} != ''"],
                &[
                    "integer",
                    "own",
                    "其中自筹",
                    "Own",
                    "",
                    "",
                    "",
                    ". <= ${amount}",
                    "自筹不能多于经费",
                ],
                &[
                    "calculate",
                    "share",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "if(${amount} > 0, ${own} div ${amount}, 0)",
                ],
                &["end_repeat"],
                &["calculate", "total", "", "", "", "", "", "", "", "sum(${amount})"],
                &[
                    "calculate",
                    "kind",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "if(${total} >= 100, 'large', 'small')",
                ],
                &["note", "thanks", "谢谢，以上信息仅用于评审。", "Thank you."],
                &["end_group"],
                &["image", "photo", "照片", "Photo", "", "yes"],
                &["file", "proof", "证明材料", "Proof", "", "", "${kind} = 'large'"],
            ],
        ),
        (
            "choices",
            &[
                &[
                    "list_name",
                    "name",
                    "label::中文 (zh)",
                    "label::English (en)",
                    "province",
                ],
                &["sex", "1", "男", "Male"],
                &["sex", "2", "女", "Female"],
                &["yes_no", "yes", "是", "Yes"],
                &["yes_no", "no", "否", "No"],
                &["field", "it", "信息", "Computing"],
                &["field", "bio", "生物", "Biology"],
                &["field", "012", "其余: 理学", "Sciences"],
                &["province", "62", "甲省"],
                &["province", "45", "乙省"],
                &["city", "6201", "甲一市", "", "62"],
                &["city", "4501", "乙一市", "", "45"],
                &["city", "4502", "乙二市", "", "45"],
            ],
        ),
        (
            "settings",
            &[
                &["form_title", "form_id", "version", "default_language"],
                &["专家登记表", "experts", "2026", "中文 (zh)"],
            ],
        ),
    ])
}

/// A form of which much cannot be said here.
fn troubled() -> Vec<u8> {
    workbook(&[
        (
            "Survey",
            &[
                &[
                    "type",
                    "name",
                    "label",
                    "hint",
                    "required",
                    "relevant",
                    "constraint",
                    "calculation",
                    "default",
                    "media::image",
                    "label::Français (fr)",
                    "choice_filter",
                ],
                &["geopoint", "where", "位置"],
                &["text", "name", "名称", "", "yes", "", "", "", "", "a.png", "Nom"],
                &["text", "Name", "又一个名称"],
                &["select_one nowhere", "pick", "选项"],
                &[
                    "select_one list",
                    "choice",
                    "选择",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "z",
                    "",
                    "",
                    "pulldata('x', 'y') = 1",
                ],
                &["integr", "age", "年龄"],
                &["integer", "count", "数量", "", "", "${where} != ''", "${nobody} > 1"],
                &["calculate", "a", "", "", "", "", "", "${b} + 1"],
                &["calculate", "b", "", "", "", "", "", "${a} + 1"],
                &[
                    "calculate",
                    "c",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "pulldata('list', 'x', 'y', ${name})",
                ],
                &["text", "last", "最后", "", "", "${c} = 1 and ${choice} = 'q'"],
                &["text", "bad", "坏条件", "", "", "${choice} = 'q'"],
                &["begin_repeat", "rows", "行"],
                &["begin_repeat", "inner", "内层"],
                &["begin_repeat", "deepest", "再内层"],
                &["text", "x", "甲"],
                &["end_repeat"],
                &["text", "y", "乙"],
                &["end_repeat"],
                &["end_group"],
                &["text", "after", "之后", "", "", "${y} = 'a'"],
                &["end_group"],
                &["begin_group", "open", "没有结束"],
                &["", "untyped"],
                &["text", "", "没有名称"],
                &["dateTime", "when", "何时"],
            ],
        ),
        (
            "choices",
            &[
                &["list name", "name", "label"],
                &["list", "a", "甲"],
                &["list", "a", "甲甲"],
                &["list", "b", ""],
                &["list", "", "丙"],
            ],
        ),
    ])
}

const SCHEMA: &str = r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "企业登记表",
  "type": "object",
  "required": ["name", "kind"],
  "properties": {
    "name": {"type": "string", "title": "企业名称", "maxLength": 100, "examples": ["某某有限公司"]},
    "creditCode": {"type": "string", "title": "统一社会信用代码", "format": "cn-credit-code"},
    "kind": {"title": "企业类型", "oneOf": [{"const": "1", "title": "高新技术企业"}, {"const": "no", "title": "其他"}]},
    "certified": {"type": "string", "title": "认定日期", "format": "date"},
    "address": {
      "type": "object", "title": "地址", "required": ["city"],
      "properties": {
        "city": {"type": "string", "title": "城市"},
        "postcode": {"type": "string", "title": "邮政编码", "pattern": "^[0-9]{6}$"},
        "place": {"$ref": "#/definitions/place"}
      }
    },
    "listed": {"type": "boolean", "title": "是否上市"},
    "staff": {
      "type": "array", "title": "研发人员", "minItems": 1, "maxItems": 20,
      "items": {"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string", "title": "姓名"}, "years": {"type": "integer", "title": "从业年限", "minimum": 0}}}
    },
    "tags": {"type": "array", "title": "领域", "uniqueItems": true, "items": {"type": "string", "enum": ["a", "b"], "enumNames": ["电子", "生物"]}},
    "secret": {"type": "string", "pattern": "^(?=x)"},
    "anything": {}
  },
  "if": {"properties": {"kind": {"const": "1"}}, "required": ["kind"]},
  "then": {"required": ["certified"]},
  "dependencies": {"listed": {"oneOf": [
    {"properties": {"listed": {"const": false}}},
    {"properties": {"listed": {"const": true}, "stock": {"type": "string", "title": "股票代码"}}, "required": ["stock"]}
  ]}},
  "patternProperties": {"^x-": {}},
  "definitions": {"place": {"type": "string", "title": "详细地址", "maxLength": 300}}
}"##;

const FORMS_UI: &str = r##"{
  "type": "Categorization",
  "elements": [
    {"type": "Category", "label": "基本信息", "elements": [
      {"type": "Control", "scope": "#/properties/name"},
      {"type": "Control", "scope": "#/properties/creditCode"},
      {"type": "Control", "scope": "#/properties/kind"},
      {"type": "Control", "scope": "#/properties/certified",
       "rule": {"effect": "SHOW", "condition": {"scope": "#/properties/kind", "schema": {"enum": ["1"]}}}},
      {"type": "Group", "label": "地址", "elements": [{"type": "Control", "scope": "#/properties/address"}]}
    ]},
    {"type": "Category", "label": "研发", "elements": [
      {"type": "Control", "scope": "#/properties/staff"},
      {"type": "Control", "scope": "#/properties/tags"},
      {"type": "Control", "scope": "#/properties/listed"}
    ], "rule": {"effect": "HIDE", "condition": {"scope": "#/properties/name", "schema": {"maxLength": 1}}}}
  ]
}"##;

const REACT_UI: &str = r##"{
  "ui:order": ["kind", "name", "*"],
  "name": {"ui:widget": "textarea", "ui:placeholder": "与营业执照一致", "ui:help": "写全称"},
  "tags": {"ui:widget": "checkboxes"},
  "staff": {"items": {"ui:order": ["years", "name"], "years": {"ui:title": "年限"}}},
  "listed": {"ui:widget": "starRating"}
}"##;

fn source<'a>(name: &'a str, bytes: &'a [u8], ui: Option<&'a str>, language: Language) -> Source<'a> {
    Source {
        name,
        bytes,
        ui,
        id: None,
        language,
    }
}

fn imported(name: &str, bytes: &[u8], ui: Option<&str>) -> Imported {
    import(&source(name, bytes, ui, Language::Chinese)).unwrap()
}

/// The files that are imported, with their UI schema.
fn files() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    vec![
        ("experts.xlsx", experts(), None),
        ("troubled.xlsx", troubled(), None),
        ("company.json", SCHEMA.into(), None),
        ("company-forms.json", SCHEMA.into(), Some(FORMS_UI)),
        ("company-react.json", SCHEMA.into(), Some(REACT_UI)),
    ]
}

#[test]
fn forms_become_what_is_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for (name, bytes, ui) in files() {
        let form = imported(name, &bytes, ui);
        let stem = name.split('.').next().unwrap();
        let mut texts = vec![(format!("{stem}.form.yaml"), form.yaml.clone())];
        texts.extend(
            form.lists
                .iter()
                .map(|(path, text)| (path.replace('/', "-"), text.clone())),
        );
        for (ending, language) in [("zh", Language::Chinese), ("en", Language::English)] {
            texts.push((
                format!("{stem}.{ending}.txt"),
                print(&form.remarks, name, "ui.json", language),
            ));
        }
        for (file, text) in texts {
            let path = fixtures().join("expected").join(&file);
            if update {
                fs::write(&path, &text).unwrap();
            } else if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
                wrong.push(format!("{file}\n{text}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "otherwise than expected (UPDATE=1 writes it anew):\n\n{}",
        wrong.join("\n")
    );
}

/// A region with these forms, and its folder.
fn region(forms: &[Imported]) -> (Folders, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("lantian");
    fs::create_dir_all(own.join("codes")).unwrap();
    for entry in fs::read_dir(fixtures().join("office")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), own.join(entry.file_name())).unwrap();
    }
    for form in forms {
        fs::write(own.join(format!("{}.form.yaml", form.id)), &form.yaml).unwrap();
        for (path, text) in &form.lists {
            fs::write(own.join(path), text).unwrap();
        }
    }
    let folders = Folders {
        forms: folder.path().to_path_buf(),
        plugins: folder.path().join("none"),
    };
    (folders, folder)
}

fn problems(forms: &[Imported]) -> Vec<Problem> {
    let (folders, _folder) = region(forms);
    load(&folders, None).unwrap().problems
}

#[test]
fn what_is_written_passes_the_check() {
    for (name, bytes, ui) in files() {
        let form = imported(name, &bytes, ui);
        let yaml = form.yaml.clone();
        let problems = problems(&[form]);
        assert!(problems.is_empty(), "{name}: {problems:#?}\n{yaml}");
    }
}

#[tokio::test]
async fn an_imported_form_is_served() {
    let (folders, _folder) = region(&[imported("experts.xlsx", &experts(), None)]);
    let app = TestApp::of(folders).await;
    let accounts = app.staff("lantian").await;
    let mut registrant = app.in_role("lantian", &accounts, "registrant", None).await;
    let form = app.form("lantian", "experts");
    let answers = serde_json::json!({
        "full_name": "张三", "sex": "1", "born": "1980-02-03", "papers": 3, "province": "45", "city": "4502", "fields": ["it"]
    });
    let filed = registrant.add("lantian", &form, answers.as_object().unwrap()).await;
    let page = registrant.get(&filed.page("basics")).await;
    assert_eq!(page.status, 200);
    for text in ["基本情况", "姓名", "乙省", "研究领域", "其他"] {
        assert!(page.page().contains(text), "{text}");
    }
    let saved = registrant
        .save(&filed, &form, "basics", answers.as_object().unwrap())
        .await;
    assert!((300..400).contains(&saved.status), "{}", saved.page());
    // The page that the workbook shows to those with papers.
    let page = registrant.get(&filed.page("work")).await;
    assert!(
        page.status == 200 && page.page().contains("承担项目"),
        "{}",
        page.status
    );
    // The rule of the workbook answers with the workbook's message.
    let mut young = answers.as_object().unwrap().clone();
    young.insert("born".into(), "2020-02-03".into());
    registrant.save(&filed, &form, "basics", &young).await;
    assert!(
        registrant
            .get(&filed.at("check"))
            .await
            .page()
            .contains("须年满 18 周岁")
    );
}

/// A packed file with these entries.
fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What is told of a file that nothing can be made of.
fn refused(name: &str, bytes: &[u8]) -> String {
    match import(&source(name, bytes, None, Language::English)) {
        Ok(form) => form.yaml,
        Err(error) => error.to_string(),
    }
}

#[test]
fn bad_files_are_told() {
    let bomb = packed(&[("xl/worksheets/sheet1.xml", &vec![b' '; 70 << 20])]);
    assert!(bomb.len() < 1 << 20);
    let mut long = Workbook::new();
    let sheet = long.add_worksheet();
    for row in 0..100_002 {
        sheet.write_string(row, 0, "x").unwrap();
    }
    let long = long.save_to_buffer().unwrap();
    for (name, bytes, told) in [
        ("x.xlsx", &b""[..], "the file is empty"),
        ("x.xlsx", b"PK\x03\x04", "this is no workbook (.xlsx) that can be read"),
        ("x.xlsx", b"type,name\ntext,a\n", "there is no sheet `survey`"),
        (
            "x.xlsx",
            &packed(&[("a.txt", b"a")]),
            "this is no workbook (.xlsx) that can be read",
        ),
        (
            "x.xlsx",
            &bomb,
            "the workbook unpacks to more than 64 MB, which is the limit",
        ),
        (
            "x.xlsx",
            &long,
            "`Sheet1` has more than 100000 rows, which is the limit",
        ),
        (
            "x.xlsx",
            &workbook(&[("survey", &[&["kind", "id"]])]),
            "there is no sheet `survey`",
        ),
        (
            "x.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "this is a workbook of the older format (.xls)",
        ),
    ] {
        let said = refused(name, bytes);
        assert!(said.starts_with(told), "{said}");
    }
}

/// Bytes that are lost or changed: an answer or a sentence, never a panic.
#[test]
fn damaged_workbooks_do_no_harm() {
    let good = experts();
    let parts: Vec<(String, Vec<u8>)> = {
        let mut archive = zip::ZipArchive::new(Cursor::new(&good)).unwrap();
        (0..archive.len())
            .map(|at| {
                let mut file = archive.by_index(at).unwrap();
                let mut bytes = Vec::new();
                std::io::copy(&mut file, &mut bytes).unwrap();
                (file.name().unwrap().into_owned(), bytes)
            })
            .collect()
    };
    for (at, (name, bytes)) in parts.iter().enumerate() {
        for cut in [0, 1, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
            for change in [&b""[..], b"<", b"&", b"\"", b"99999999999", b"\xff"] {
                let mut broken = parts.clone();
                let rest = &bytes[(cut + 1).min(bytes.len())..];
                broken[at].1 = [&bytes[..cut], change, rest].concat();
                let entries: Vec<(&str, &[u8])> = broken
                    .iter()
                    .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                    .collect();
                assert!(!refused("x.xlsx", &packed(&entries)).is_empty(), "{name}");
            }
        }
    }
    for at in (0..good.len()).step_by(97) {
        let mut broken = good.clone();
        broken[at] ^= 0x5a;
        refused("x.xlsx", &broken);
        refused("x.xlsx", &good[..at]);
    }
}

/// Lists of a region that are not what they should be: told, within bounds.
#[test]
fn lists_of_a_region_are_bounded() {
    let told = |bytes: &[u8]| {
        let (folders, folder) = region(&[imported("experts.xlsx", &experts(), None)]);
        fs::write(folder.path().join("lantian/codes/experts-city.csv"), bytes).unwrap();
        let problems = load(&folders, None).unwrap().problems;
        problems
            .iter()
            .map(|problem| (problem.rule, problem.message.get(Language::English).to_owned()))
            .collect::<Vec<_>>()
    };
    let long = format!("code,name,province\n{}", "1,a,b\n".repeat(100_001));
    assert_eq!(
        told(long.as_bytes()),
        [(
            "file-unreadable",
            "there are more than 100000 rows, which is the limit".into()
        )]
    );
    let large = vec![b'x'; (32 << 20) + 1];
    assert_eq!(
        told(&large),
        [("file-unreadable", "the file has more than 8388608 bytes".into())]
    );
    assert_eq!(
        told(&experts()),
        [("file-unreadable", "this is a workbook, not a CSV".into())]
    );
    let twice = format!("code,name,province\n{}", "1,a,b\n".repeat(40));
    let rules: Vec<&str> = told(twice.as_bytes()).iter().map(|(rule, _)| *rule).collect();
    assert_eq!(rules, [vec!["code-list-duplicate"; 20], vec!["csv-more"]].concat());
    // A chain as deep as the list is long, and one that goes round, take no time.
    let chain: String = (1..50_000).map(|at| format!("{at},a,b,{}\n", at - 1)).collect();
    let chain = format!("code,name,province,parent\n0,a,b,PARENT\n{chain}");
    let deep = told(chain.replace("PARENT", "").as_bytes());
    assert!(deep.len() == 1 && deep[0].0 == "too-large", "{deep:?}");
    let circle = told(chain.replace("PARENT", "49999").as_bytes());
    assert!(circle.len() == 1 && circle[0].0 == "code-list-loop", "{circle:?}");
}

#[test]
fn an_official_list_in_a_workbook_is_read() {
    let bytes = workbook(&[
        ("说明", &[&["本表依据某某标准"]]),
        (
            "代码",
            &[
                &["某某分类与代码"],
                &[],
                &["序号", "类目代码", "类目名称"],
                &["一", "A", "农业"],
                &["二", "A01", "种植 "],
                &["三", "Ａ02", "林业"],
            ],
        ),
    ]);
    let book = sheet::read(&bytes, "list.xlsx").unwrap();
    let list = official::read(&book, &official::Options::default()).unwrap();
    assert_eq!(list.to_csv(), "code,name,parent\nA,农业,\nA01,种植,A\nA02,林业,A\n");
    let told = official::print(&list.remarks, "list.xlsx", Language::English);
    assert_eq!(
        told,
        "warning[codes-spaces] list.xlsx 代码!C5: `种植 ` has spaces around it: they are taken away\n\
         warning[codes-full-width] list.xlsx 代码!B6: Ａ02 holds full-width letters or digits: it becomes A02\n"
    );
}
