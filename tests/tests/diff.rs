//! `dengji diff` as a person runs it: two folders, and a folder against what an application was begun with.

use std::path::Path;
use std::process::{Command, Stdio};

use dengji_tests::{Copied, TestApp};
use serde_json::Value as Json;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";
const RESULT: &str = "forms/national/result.form.yaml";

/// Exit code, output, errors.
fn diff(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dengji-under-test"));
    let done = command
        .arg("diff")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

fn changed() -> (Copied, Copied) {
    let (old, new) = (Copied::of(&[REGION]), Copied::of(&[REGION]));
    new.edit(
        RESULT,
        "      period_end:\n",
        "      began_how: {label: 怎样开始, type: text, required: true}\n      period_end:\n",
    );
    new.edit("forms/national/codes/stage.csv", "成熟应用阶段,成熟应用阶段,\n", "");
    new.edit("forms/gansu/workflow.yaml", "zh: 省科技厅审核", "zh: 科技厅审核");
    for copy in [&old, &new] {
        // Where a checkout has its components.
        std::fs::create_dir_all(copy.file("plugins/dist")).unwrap();
        for entry in std::fs::read_dir(copy.file("plugins")).unwrap().flatten() {
            if entry.path().is_file() {
                std::fs::copy(entry.path(), copy.file("plugins/dist").join(entry.file_name())).unwrap();
            }
        }
    }
    (old, new)
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn two_folders_are_compared_in_both_languages() {
    let (old, new) = changed();
    let (before, after) = (path(&old.file("forms/gansu")), path(&new.file("forms/gansu")));
    let (code, told, errors) = diff(&[&before, &after, "--lang", "zh"]);
    assert_eq!((code, &*errors), (Some(1), ""), "{told}");
    for words in [
        "会丢失内容：1 处\n  [gansu]\n  代码表 stage：去掉代码 成熟应用阶段 成熟应用阶段\n      national/codes/stage.csv:4 → —",
        "[gansu/applied-technology]\n  新增字段 怎样开始 (began_how)，必填\n      — → national/result.form.yaml:19",
        "状态 科技厅审核 (office)：「状态名称」(label)由 「省科技厅审核 / With the office」 改为 「科技厅审核 / With the office」\n      gansu/workflow.yaml:14 → gansu/workflow.yaml:14",
        "共 5 处不同：可直接转入 1 处，需补填 3 处，会丢失内容 1 处，不能转入 0 处",
    ] {
        assert!(told.contains(words), "{words}\nis not told:\n{told}");
    }
    let (code, told, _) = diff(&[&before, &after, "--lang", "en"]);
    assert!(
        code == Some(1) && told.contains("new: field 怎样开始 (began_how), required"),
        "{told}"
    );

    // A whole folder of definitions, as a program reads it; and the way back.
    let (before, after) = (path(&old.file("forms")), path(&new.file("forms")));
    let (code, told, _) = diff(&[&before, &after, "--format", "json"]);
    let all: Json = serde_json::from_str(&told).unwrap();
    let codes = all.as_array().unwrap().iter().find(|it| it["what"] == "code").unwrap();
    assert_eq!(code, Some(1));
    assert_eq!(
        (&codes["region"], &codes["consequence"], &codes["old"]["line"]),
        (&"gansu".into(), &"loses-answer".into(), &4.into())
    );
    let (code, told, _) = diff(&[&after, &before, "--lang", "en"]);
    assert!(
        code == Some(1) && told.contains("gone: field 怎样开始 (began_how); no `renamedFrom` continues it"),
        "{told}"
    );
}

#[test]
fn what_does_not_differ_and_what_cannot_be_read_have_their_exit_codes() {
    let (old, new) = changed();
    let before = path(&old.file("forms/gansu"));
    assert_eq!(
        diff(&[&before, &before, "--lang", "zh"]),
        (Some(0), "没有不同\n".into(), String::new())
    );
    new.edit(
        RESULT,
        "type: text, required: true}\n      period_end",
        "type: texts, required: true}\n      period_end",
    );
    let (code, told, errors) = diff(&[&before, &path(&new.file("forms/gansu")), "--lang", "en"]);
    assert!(
        code == Some(2) && told.is_empty() && errors.contains("unknown-type"),
        "{errors}"
    );
    let (code, _, errors) = diff(&[&before, "/nowhere/at/all"]);
    assert!(code == Some(2) && errors.contains("/nowhere/at/all"), "{errors}");
}

#[tokio::test]
async fn a_stored_version_is_compared_with_the_folder_of_today() {
    let (old, new) = changed();
    let app = TestApp::of(old.folders()).await;
    let accounts = app.staff(REGION).await;
    let form = app.form(REGION, FORM);
    let answers = app.answers(REGION, "complete");
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    registrant.add(REGION, &form, &answers).await;
    drop(registrant);
    let (_, data) = app.stop();
    let data = path(data.path());
    let named = format!("{REGION}/{FORM}@{}", &form.hash[..8]);
    let folder = path(&new.file("forms/gansu"));
    let forms = path(&new.file("forms"));
    let plugins = path(&new.file("plugins"));
    let around = [
        "--data",
        &data,
        "--forms",
        &forms,
        "--plugins",
        &plugins,
        "--lang",
        "zh",
    ];
    let (code, told, errors) = diff(&[&[&*named, &*folder], &around[..]].concat());
    assert_eq!((code, &*errors), (Some(1), ""), "{told}");
    for words in [
        "代码表 stage：去掉代码 成熟应用阶段",
        "新增字段 怎样开始 (began_how)，必填\n      — → national/result.form.yaml:19",
        "共 2 处不同",
    ] {
        assert!(told.contains(words), "{words}\nis not told:\n{told}");
    }
    let (code, told, _) = diff(&[&[&*named, &*named], &around[..]].concat());
    assert!(code == Some(0) && told == "没有不同\n", "{told}");
    let (code, _, errors) = diff(&[&[&*format!("{REGION}/{FORM}@0000nothing"), &*folder], &around[..]].concat());
    assert!(code == Some(2) && errors.contains(&form.hash[..12]), "{errors}");
}
