//! A region as large as nobody writes one: to see how time grows with the size of a definition.

use std::fmt::Write;
use std::fs;

use dengji::definition::load::Folders;
use tempfile::TempDir;

use super::{copied, repository};

/// The region's name.
pub const LARGE: &str = "large";

/// Fields of one page.
const PAGE: usize = 40;

/// A region with one form of `fields` fields. Every second field has a condition that reads the one before
/// it; every tenth is a table; a rule stands for every twentieth, a named expression for every fortieth.
pub struct LargeRegion {
    folder: TempDir,
}

impl LargeRegion {
    /// The region of `fixtures/mini` with another form.
    pub fn new(fields: usize) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let mini = repository().join("tests/fixtures/mini");
        let region = folder.path().join(LARGE);
        copied::copy(&mini.join("base"), &folder.path().join("base"));
        copied::copy(&mini.join("qingshan"), &region);
        fs::remove_dir_all(region.join("samples")).expect("the samples are of another form");
        fs::write(region.join("applied.form.yaml"), form(fields)).expect("the form can be written");
        Self { folder }
    }

    /// Where it lies.
    pub fn folders(&self) -> Folders {
        Folders {
            forms: self.folder.path().to_path_buf(),
            plugins: self.folder.path().join("none"),
        }
    }
}

fn form(fields: usize) -> String {
    let mut text = String::from(
        "form: applied\ntitle: 大登记表\nversion: \"1\"\ncode: Y\ncreate: [f0]\npages:\n  unit:\n    title: 单位\n    fields:\n      recommender: {label: 推荐单位, type: lookup, from: units, required: true}\n",
    );
    for at in 0..fields {
        if at % PAGE == 0 {
            write!(
                text,
                "  page_{}:\n    title: 第 {} 页\n    fields:\n",
                at / PAGE,
                at / PAGE + 1
            )
            .expect("a string takes it");
        }
        writeln!(text, "      f{at}: {{label: 第 {at} 项, help: 请填写, {}}}", field(at)).expect("a string takes it");
    }
    text += "let:\n";
    for at in (0..fields).step_by(40) {
        writeln!(text, "  l{at}: 'filled(f{at}) && f{} > 3'", at + 1).expect("a string takes it");
    }
    text += "rules:\n";
    for at in (0..fields).step_by(20) {
        let named = at / 40 * 40;
        writeln!(
            text,
            "  r{at}: {{when: 'l{named}', assert: 'f{at} != \"不\" && f{} < 900', at: f{at}, message: '第 {{f{}}} 项不对'}}",
            at + 1,
            at + 1
        )
        .expect("a string takes it");
    }
    text
}

fn field(at: usize) -> String {
    let before = at.saturating_sub(1);
    match at % 10 {
        0 => "type: text, maxLength: 100, required: true".to_owned(),
        1 => format!("type: integer, minimum: 0, maximum: 999, showWhen: 'filled(f{before})'"),
        2 => "type: choice, codes: level".to_owned(),
        3 => format!("type: date, showWhen: 'f{before} == \"leading\"'"),
        4 => "type: yes-no".to_owned(),
        5 => format!("type: long-text, pattern: '^[^<>]*$', requireWhen: 'f{before}'"),
        6 => "type: table, maxRows: 20, columns: {name: {label: 姓名, type: text, required: true}, age: {label: 年龄, type: integer}}".to_owned(),
        7 => format!("type: decimal, showWhen: 'f{before}.exists(p, p.age > 60)'"),
        8 => "type: choice, codes: {a: 甲, b: 乙, c: 丙}".to_owned(),
        _ => format!("type: tree, codes: place, leafOnly: true, showWhen: 'f{before} in [\"a\", \"b\"]'"),
    }
}
