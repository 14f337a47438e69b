//! What lies in a folder and is no readable file.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::Spoilt;

const FORM: &str = "qingshan/applied.form.yaml";

#[test]
fn a_text_in_no_readable_form() {
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend("form: applied\n".encode_utf16().flat_map(u16::to_le_bytes));
    let cases: [(&str, Vec<u8>); 6] = [
        (FORM, b"form: applied\ntitle: \xff\xfe\x80\n".to_vec()),
        (FORM, b"form: applied\ntitle: a\0b\n".to_vec()),
        (FORM, utf16),
        ("qingshan/texts/faq.md", vec![0; 64]),
        ("qingshan/codes/level.csv", b"code,name\n\0,\0\n".to_vec()),
        ("qingshan/workflow.yaml", (0..=255).collect()),
    ];
    for (file, bytes) in cases {
        Spoilt::new().write(file, bytes).is("file-unreadable", file);
    }
}

#[test]
fn a_link_out_of_the_folder() {
    for (link, target) in [
        (FORM, "/etc/passwd"),
        ("qingshan/workflow.yaml", "/dev/zero"),
        ("qingshan/texts/faq.md", "/proc/self/environ"),
        ("qingshan/documents/letter.typ", "/etc/hostname"),
        ("qingshan/codes/more.csv", "../../../elsewhere.csv"),
        ("qingshan/theme", "/usr"),
    ] {
        let spoilt = Spoilt::new();
        let path = spoilt.path(link);
        let _ = fs::remove_file(&path);
        fs::write(spoilt.folder.path().join("elsewhere.csv"), "code,name\na,b\n").unwrap();
        symlink(target, path).unwrap();
        spoilt.is("file-unreadable", link);
    }
}

#[test]
fn a_link_inside_is_as_good_as_the_file() {
    let spoilt = Spoilt::new();
    let (real, link) = (spoilt.path("qingshan/.real.yaml"), spoilt.path(FORM));
    fs::rename(&link, &real).unwrap();
    symlink(".real.yaml", &link).unwrap();
    let told = spoilt.check();
    assert!(told.problems.is_empty(), "{told:#?}");
}

#[test]
fn links_that_lead_in_circles() {
    for (link, target) in [
        ("qingshan/round", "."),
        ("qingshan/texts/up", ".."),
        ("qingshan/loop.form.yaml", "loop.form.yaml"),
        ("qingshan/gone.form.yaml", "nowhere.yaml"),
    ] {
        let spoilt = Spoilt::new();
        symlink(target, spoilt.path(link)).unwrap();
        // Two of them would make a tree of 2^40 folders for whoever follows links.
        symlink(".", spoilt.path("qingshan/again")).unwrap();
        spoilt.is("file-unreadable", link);
        spoilt.is("file-unreadable", "qingshan/again");
    }
}

#[test]
fn a_region_file_that_is_a_link_out() {
    let spoilt = Spoilt::new();
    let region = spoilt.path("qingshan/region.yaml");
    let outside = spoilt.folder.path().join("region.yaml");
    fs::rename(&region, &outside).unwrap();
    symlink(outside, region).unwrap();
    spoilt.is("file-unreadable", "qingshan/region.yaml");
}

#[test]
fn a_name_that_leads_out() {
    for region in [
        "menu: ../../secret.yaml\n",
        "menu: /etc/passwd\n",
        "units: ../../secret.csv\n",
    ] {
        let spoilt = Spoilt::new();
        fs::write(spoilt.folder.path().join("secret.yaml"), "- {zh: secret}\n").unwrap();
        fs::write(spoilt.folder.path().join("secret.csv"), "id,name\nsecret,secret\n").unwrap();
        let text = fs::read_to_string(spoilt.path("qingshan/region.yaml")).unwrap();
        let kept: String = text
            .lines()
            .filter(|line| !line.starts_with("units:"))
            .map(|line| format!("{line}\n"))
            .collect();
        spoilt.write("qingshan/region.yaml", format!("{kept}{region}"));
        let told = spoilt.check();
        assert!(
            !told.problems.is_empty() && !format!("{told:?}").contains("root:"),
            "{region}: {told:#?}"
        );
    }
    for base in ["../../outside", "/etc/passwd", "base/../../../outside"] {
        let spoilt = Spoilt::new();
        fs::write(spoilt.folder.path().join("outside.form.yaml"), "title: outside\n").unwrap();
        spoilt.write(FORM, format!("form: applied\nextends: [base/applied, {base}]\n"));
        let told = spoilt.check();
        let refused = told
            .problems
            .iter()
            .any(|(rule, ..)| rule == "file-unreadable" || rule == "extends-missing");
        assert!(refused, "{base}: {told:#?}");
    }
}

#[test]
fn what_is_no_file() {
    for file in [
        FORM,
        "qingshan/workflow.yaml",
        "qingshan/codes/level.csv",
        "qingshan/documents/letter.typ",
    ] {
        let spoilt = Spoilt::new();
        let path = spoilt.path(file);
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        spoilt.is("file-unreadable", file);
    }
    for file in [
        "qingshan/other.form.yaml",
        "qingshan/codes/other.csv",
        "qingshan/texts/other.md",
    ] {
        let spoilt = Spoilt::new();
        fs::create_dir_all(spoilt.path(file)).unwrap();
        spoilt.is("file-unreadable", file);
    }
}

#[test]
fn a_file_name_that_is_no_utf_8() {
    let spoilt = Spoilt::new();
    let name = OsStr::from_bytes(b"\xd6\xd0.form.yaml");
    fs::write(spoilt.path("qingshan").join(name), "form: x\n").unwrap();
    spoilt.is("file-unreadable", "qingshan/\u{fffd}\u{fffd}.form.yaml");

    let spoilt = Spoilt::new();
    let folder = spoilt.path("").join(OsStr::from_bytes(b"\xd6\xd0"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("region.yaml"), "name: x\n").unwrap();
    spoilt.is("file-unreadable", "\u{fffd}\u{fffd}");
}

#[test]
fn a_table_with_other_columns() {
    for (file, text, rule) in [
        ("qingshan/codes/level.csv", "", "empty-file"),
        ("qingshan/codes/level.csv", "\n\n\n", "empty-file"),
        ("qingshan/codes/level.csv", "代码,名称\n1,一\n", "csv-header"),
        ("qingshan/codes/level.csv", "code;name\n1;一\n", "csv-header"),
        ("qingshan/codes/level.csv", "code\tname\n1\t一\n", "csv-header"),
        (
            "qingshan/codes/level.csv",
            "code,name,code,name\n1,一,2,二\n",
            "csv-header",
        ),
        ("qingshan/codes/level.csv", "code,name\n1\n", "csv-row"),
        ("qingshan/codes/level.csv", "code,name\n1,一,二,三\n", "csv-row"),
        ("qingshan/codes/level.csv", "code,name\n\"1,一\n2,二\n", "csv-row"),
        ("qingshan/codes/level.csv", "code,name\n", "code-list-empty"),
        ("qingshan/codes/level.csv", "code,name\n,\n", "code-list-row"),
        ("qingshan/codes/units.csv", "name\n一\n", "csv-header"),
        ("qingshan/calendars/cn.csv", "day\n2026-01-01\n", "csv-header"),
        (
            "qingshan/calendars/cn.csv",
            "date,kind\n2026-02-30,off\n",
            "calendar-row",
        ),
    ] {
        let spoilt = Spoilt::new();
        spoilt.write(file, text);
        let told = spoilt.check();
        assert!(told.has(rule, file), "{text:?}: no {rule}: {told:#?}");
    }
}
