//! Sentences of forms/LANGUAGE.md, each over the made-up region of `fixtures/mini` with a few files laid
//! over it. What is wrong in a definition is `problems.rs`'s; what an expression means is tested beside
//! the expressions, what an action does beside the workflow.
//!
//! Tables whose rows quote their sentences stand in `language/`; what needs more than a row stands here.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "language/fields.rs"]
mod fields;
#[path = "language/files.rs"]
mod files;
#[path = "language/office.rs"]
mod office;
#[path = "language/tables.rs"]
mod tables;
#[path = "language/values.rs"]
mod values;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use dengji::check::{self, Answers, CompiledForm, Context, Evaluated, Lookups};
use dengji::definition::code_list::OutOfTerm;
use dengji::definition::form::Statistic;
use dengji::definition::load::{Folders, Loaded, load, merged_form, pinned};
use dengji::definition::scope::App;
use dengji::definition::{FieldType, Form, Language, Region};
use jiff::civil::{Date, date};
use serde_json::{Value as Json, json};

const TODAY: Date = date(2026, 11, 20);
const REGION: &str =
    "extends: base\nname: 青山省\ntitle: 系统\nauthority: 厅\nplace: \"630000\"\nunits: codes/units.csv\n";

/// The mini region with files laid over it, and the folder that must stay while it is used.
fn laid_over(files: &[(&str, &str)]) -> (Loaded, Folders, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mini"),
        folder.path(),
    );
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let folders = Folders {
        forms: folder.path().to_path_buf(),
        plugins: folder.path().join("none"),
    };
    (load(&folders, None).unwrap(), folders, folder)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn region(files: &[(&str, &str)]) -> Arc<Region> {
    let (loaded, ..) = laid_over(files);
    assert!(!loaded.has_errors(), "{:#?}", loaded.problems);
    Arc::clone(&loaded.regions["qingshan"])
}

/// The region whose form has these pages, written in YAML, instead of the ordinary ones.
fn with_pages(pages: &str) -> Arc<Region> {
    let form = format!("form: applied\nextends: base/applied\npages:\n{pages}");
    region(&[("qingshan/applied.form.yaml", &form)])
}

/// Records by register.
struct Records(Json);

impl Lookups for Records {
    fn get(&self, register: &str, id: &str) -> Option<Json> {
        self.all(register).find(|record| record["id"] == id)
    }

    fn all(&self, register: &str) -> Box<dyn Iterator<Item = Json> + '_> {
        Box::new(self.0[register].as_array().into_iter().flatten().cloned())
    }
}

fn app(filed_on: Date) -> App {
    App {
        filed_on,
        applicant_name: "甲".into(),
        applicant_unit: None,
        applicant_role: "registrant".into(),
        state: "draft".into(),
        region: "qingshan".into(),
        category: "applied".into(),
    }
}

/// The findings at fields whose name begins with `about`, as `rule@place`.
fn findings(form: &Arc<Form>, answers: Json, records: Json, filed_on: Date, about: &str) -> Vec<String> {
    let compiled = CompiledForm::new(Arc::clone(form)).unwrap();
    let (app, lookups) = (app(filed_on), Records(records));
    let context = Context {
        app: &app,
        today: TODAY,
        lookups: &lookups,
    };
    let checked = check::check(&compiled, &object(answers), &context);
    let told = checked
        .findings
        .iter()
        .filter_map(|finding| Some(format!("{}@{}", finding.rule, finding.at.as_ref()?)));
    told.filter(|told| told.split('@').nth(1).is_some_and(|at| at.starts_with(about)))
        .collect()
}

fn object(answers: Json) -> Answers {
    answers.as_object().unwrap().clone()
}

#[test]
fn l1_a_region_offers_its_own_forms_and_a_base_is_not_served() {
    let (loaded, ..) = laid_over(&[("qingshan/part.form.yaml", "pages: {more: {title: 更多}}")]);
    assert!(!loaded.has_errors(), "{:#?}", loaded.problems);
    assert_eq!(loaded.regions.keys().map(|id| &**id).collect::<Vec<_>>(), ["qingshan"]);
    assert_eq!(
        loaded.regions["qingshan"]
            .forms
            .keys()
            .map(|id| &**id)
            .collect::<Vec<_>>(),
        ["applied"]
    );
}

#[test]
fn l2_a_file_is_laid_over_its_bases() {
    let region = with_pages(
        "  overview:\n    fields:\n      fund: null\n      name: {maxLength: 20}\n      keywords: {type: text}\n      \
         extra: {label: 附加, type: text, before: name}\n  people: {before: overview}\n",
    );
    let form = &region.forms["applied"];
    assert!(form.field("fund").is_none());
    assert_eq!(form.field("name").unwrap().constraints["maxLength"], 20);
    assert!(form.field("name").unwrap().required);
    // Another type discards the inherited constraints and keeps the label.
    let keywords = form.field("keywords").unwrap();
    assert!(keywords.constraints.is_empty() && matches!(keywords.kind, FieldType::Text));
    assert_eq!(keywords.label.get(Language::Chinese), "关键词");
    assert_eq!(
        form.pages.keys().map(|id| &**id).collect::<Vec<_>>(),
        ["guide", "people", "overview", "files"]
    );
    assert_eq!(&**form.pages["overview"].fields.keys().next().unwrap(), "extra");
}

#[test]
fn l2_show_names_the_origin_of_every_line() {
    let (_, folders, _folder) = laid_over(&[]);
    let node = merged_form(&folders, "qingshan", "applied").unwrap().unwrap();
    let shown = dengji::definition::show::show(&node);
    let origin = |start: &str| {
        let line = shown.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
        line.split("  # ").nth(1).unwrap().to_owned()
    };
    assert_eq!(origin("version:"), "qingshan/applied.form.yaml:3");
    assert_eq!(origin("maxLength: 100"), "base/result.form.yaml:7");
    assert_eq!(origin("where: 'it.scope"), "base/applied.form.yaml:19");
    assert!(!shown.contains("head_count"));
}

#[test]
fn l4_the_words_of_a_field() {
    let region = with_pages(
        "  overview:\n    fields:\n      status: {statistic: count}\n      fund: {statistic: sum, renamedFrom: money}\n      \
         period_end: {statistic: year}\n      rest: {label: 其余, type: text, default: 012, readOnlyWhen: 'funded'}\n  \
         files:\n    fields:\n      signed: {label: 盖章页, type: file, template: form, printOf: form}\n",
    );
    let form = &region.forms["applied"];
    let statistic = |id: &str| form.field(id).unwrap().statistic;
    assert_eq!(
        ["status", "fund", "period_end", "name"].map(statistic),
        [
            Some(Statistic::Count),
            Some(Statistic::Sum),
            Some(Statistic::Year),
            None
        ]
    );
    assert_eq!(form.field("fund").unwrap().renamed_from, ["money".into()]);
    // A default is what its type makes of it.
    assert_eq!(check::initial_answers(form)["rest"], "012");
    let FieldType::File(rules) = &form.field("signed").unwrap().kind else {
        panic!("a file")
    };
    assert_eq!(
        (rules.template.as_deref(), rules.print_of.as_deref()),
        (Some("form"), Some("form"))
    );
    let (app, none) = (app(TODAY), Records(json!({})));
    let context = Context {
        app: &app,
        today: TODAY,
        lookups: &none,
    };
    for (funded, expected) in [(json!(true), true), (json!(false), false), (json!(null), false)] {
        let evaluated = Evaluated::new(form, &object(json!({"funded": funded})), &context);
        assert_eq!(evaluated.field("rest").unwrap().read_only, expected);
    }
}

#[test]
fn l4_a_page_binds_by_its_require_when_or_once_something_is_filled() {
    let region = with_pages(
        "  sale:\n    title: 转让\n    requireWhen: 'status == \"applied\"'\n    fields:\n      \
         sold_to: {label: 受让方, type: text, required: true}\n      sold_for: {label: 金额, type: money}\n",
    );
    let form = &region.forms["applied"];
    for (answers, expected) in [
        (json!({"status": "applied"}), &["required@sold_to"][..]),
        (json!({"status": "unused"}), &[]),
        (json!({}), &[]),
        (json!({"status": "unused", "sold_for": 3}), &["required@sold_to"]),
        (json!({"status": "applied", "sold_to": "乙"}), &[]),
    ] {
        assert_eq!(
            findings(form, answers.clone(), json!({}), TODAY, "sold"),
            expected,
            "{answers}"
        );
    }
}

#[test]
fn l4_a_code_is_chosen_in_its_term_only() {
    let codes = "code,name,valid_from,valid_to,retired\nold,旧,,2024-12-31,\nnew,新,2025-01-01,,\ngone,废,,,true\n\
                 left,停,,,2025-06-01\n";
    let form = "form: applied\nextends: base/applied\npages:\n  overview:\n    fields:\n      \
                mode: {label: 方式, type: choice, codes: mode}\n";
    let region = region(&[("qingshan/codes/mode.csv", codes), ("qingshan/applied.form.yaml", form)]);
    let form = &region.forms["applied"];
    for (code, filed_on, expected) in [
        ("old", date(2024, 12, 31), &[][..]),
        ("old", date(2025, 1, 1), &["code-retired@mode"]),
        ("new", date(2024, 12, 31), &["code-retired@mode"]),
        ("new", date(2025, 1, 1), &[]),
        ("gone", date(2020, 1, 1), &["code-retired@mode"]),
        ("left", date(2025, 5, 31), &[]),
        ("left", date(2025, 6, 1), &["code-retired@mode"]),
    ] {
        assert_eq!(
            findings(form, json!({"mode": code}), json!({}), filed_on, "mode"),
            expected,
            "{code} on {filed_on}"
        );
    }
    // It is no longer offered, and what was chosen once is still read by its name.
    let (app, none) = (app(date(2026, 1, 1)), Records(json!({})));
    let context = Context {
        app: &app,
        today: TODAY,
        lookups: &none,
    };
    let evaluated = Evaluated::new(form, &Answers::new(), &context);
    let candidates = evaluated.candidates(&form.pages["overview"].fields, &none);
    assert_eq!(candidates["mode"], [("new".to_owned(), "新".to_owned())]);
    let list = &region.codes["mode"];
    assert_eq!(list.label("old"), "旧");
    assert_eq!(
        list.get("old").unwrap().term.misses(TODAY),
        Some(OutOfTerm::Until(date(2024, 12, 31)))
    );
    // A pinned form keeps the terms.
    let again = pinned(&region, "applied", &form.source).unwrap();
    assert_eq!(
        findings(&Arc::new(again), json!({"mode": "old"}), json!({}), TODAY, "mode"),
        ["code-retired@mode"]
    );
}

const BATCH: &str = "form: batch\ntitle: 批次\npages:\n  batch:\n    title: 批次\n    fields:\n      \
    name: {label: 名称, type: text, required: true}\n      closes: {label: 截止, type: date}\n      \
    rounds: {label: 轮次, type: integer}\n      open: {label: 受理, type: yes-no}\n      \
    kinds: {label: 种类, type: list, of: text}\n      by: {label: 承办, type: lookup, from: units}\n";

fn with_registers() -> Arc<Region> {
    let registers = format!(
        "{REGION}registers:\n  batches: {{label: 批次, form: batch, editedBy: [office], seed: codes/batches.csv}}\n\
         documents:\n  summary: {{label: 汇总表, template: documents/form.typ, over: batches}}\n"
    );
    let form = "form: applied\nextends: base/applied\npages:\n  overview:\n    fields:\n      \
                batch: {label: 批次, type: lookup, from: batches, where: 'it.open && it.rounds > 0'}\n\
                rules:\n  in_time: {assert: 'batch.closes >= app.filed_on', at: batch, message: '{batch.name} 已截止'}\n";
    region(&[
        ("qingshan/region.yaml", &registers),
        ("qingshan/registers/batch.form.yaml", BATCH),
        (
            "qingshan/codes/batches.csv",
            "id,name,closes,rounds,open,kinds,by\nb1,第一批,2026-12-31,2,是,a;b,u1\nb2,第二批,,,false,,\n",
        ),
        ("qingshan/applied.form.yaml", form),
    ])
}

#[test]
fn l6_a_register_has_a_form_its_keepers_and_typed_seeds() {
    let region = with_registers();
    let register = &region.registers["batches"];
    assert_eq!(register.label.get(Language::Chinese), "批次");
    assert_eq!(
        register.edited_by.iter().map(|id| &**id).collect::<Vec<_>>(),
        ["office"]
    );
    assert_eq!(register.form.fields().count(), 6);
    let seeds: Vec<Json> = register
        .seed
        .iter()
        .map(|seed| Json::Object(seed.answers.clone()))
        .collect();
    let first =
        json!({"name": "第一批", "closes": "2026-12-31", "rounds": 2, "open": true, "kinds": ["a", "b"], "by": "u1"});
    assert_eq!(seeds, [first, json!({"name": "第二批", "open": false})]);
    // It is no code list, and no one asks who uses it as one.
    assert!(!region.codes.contains_key("batches"));
    assert_eq!(region.documents["summary"].over.as_deref(), Some("batches"));
}

#[test]
fn l6_a_lookup_reads_as_the_record_of_its_register() {
    let region = with_registers();
    let form = &region.forms["applied"];
    let records = json!({"batches": [
        {"id": "b1", "name": "第一批", "closes": "2026-12-31", "rounds": 2, "open": true},
        {"id": "b2", "name": "第二批", "closes": "2026-12-31", "rounds": 1, "open": false},
        {"id": "b3", "name": "第三批", "closes": "2026-01-31", "rounds": 1, "open": true},
    ]});
    for (id, expected) in [
        ("b1", &[][..]),
        ("b2", &["where-mismatch@batch"]),
        ("b3", &["in_time@batch"]),
        ("b4", &["lookup-unknown@batch"]),
    ] {
        assert_eq!(
            findings(form, json!({"batch": id}), records.clone(), TODAY, "batch"),
            expected,
            "{id}"
        );
    }
    let (app, lookups) = (app(TODAY), Records(records));
    let context = Context {
        app: &app,
        today: TODAY,
        lookups: &lookups,
    };
    let evaluated = Evaluated::new(form, &Answers::new(), &context);
    let picker = evaluated.picker(&"batch".parse().unwrap(), &context).unwrap();
    let found = picker.search("");
    let ids: Vec<&str> = found.offered.iter().map(|offered| offered.value.as_str()).collect();
    assert_eq!(ids, ["b1", "b3"]);
    assert!(pinned(&region, "applied", &form.source).is_ok());
}

const SCHEMA: &str = r##"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "来自 Schema 的表",
    "type": "object",
    "required": ["name", "status"],
    "properties": {
        "name": {"type": "string", "title": "名称", "description": "与报告一致", "minLength": 2, "maxLength": 50},
        "status": {"type": "string", "title": "状态", "oneOf": [{"const": "a", "title": "甲"}, {"const": "b", "title": "乙"}]},
        "modes": {"type": "array", "title": "方式", "items": {"type": "string", "enum": ["x", "y"]}, "maxItems": 1},
        "mail": {"$ref": "more.schema.json#/$defs/mail", "title": "邮箱"},
        "when": {"type": "string", "title": "日期", "format": "date"},
        "count": {"type": ["integer", "null"], "title": "数量", "minimum": 1, "default": 3},
        "rate": {"type": "number", "title": "比例", "not": {"const": 0}},
        "agreed": {"type": "boolean", "title": "同意", "const": true},
        "tags": {"type": "array", "title": "标签", "items": {"type": "string", "maxLength": 3}, "uniqueItems": true},
        "text": {"type": "string", "title": "正文", "maxLength": 2000},
        "people": {
            "type": "array", "title": "人员", "minItems": 1, "maxItems": 3,
            "items": {"type": "object", "required": ["who"], "properties": {"who": {"type": "string"}, "age": {"type": "integer"}}}
        },
        "recommender": {"type": "string", "title": "推荐单位"}
    }
}"##;

fn from_schema() -> Arc<Region> {
    let form = "form: applied\nschema: applied.schema.json\npages:\n  one:\n    title: 一\n    fields: [name, status, modes, \
                mail, when]\n  two:\n    title: 二\n    fields:\n      count: {showWhen: 'status == \"a\"'}\n      rate: {}\n      \
                agreed: {label: 同意以上}\n      tags: {}\n      text: {}\n      people: {}\n      recommender: {type: lookup, from: units}\n      \
                own: {label: 自有, type: text}\n";
    region(&[
        ("qingshan/applied.form.yaml", form),
        ("qingshan/applied.schema.json", SCHEMA),
        (
            "qingshan/more.schema.json",
            r#"{"$defs": {"mail": {"type": "string", "format": "email", "title": "?"}}}"#,
        ),
        ("qingshan/samples/complete.yaml", "form: applied\nanswers: {name: 甲}\n"),
    ])
}

#[test]
fn a_form_may_be_given_as_a_json_schema() {
    let region = from_schema();
    let form = &region.forms["applied"];
    assert_eq!(form.title.get(Language::Chinese), "来自 Schema 的表");
    let kinds: Vec<String> = form
        .fields()
        .map(|(_, field)| format!("{} {}", field.id, field.kind.name()))
        .collect();
    assert_eq!(
        kinds,
        [
            "name text",
            "status choice",
            "modes choices",
            "mail email",
            "when date",
            "count integer",
            "rate decimal",
            "agreed yes-no",
            "tags list",
            "text long-text",
            "people table",
            "recommender lookup",
            "own text",
        ]
    );
    let field = |id: &str| form.field(id).unwrap();
    assert_eq!(field("mail").label.get(Language::Chinese), "邮箱");
    assert_eq!(field("agreed").label.get(Language::Chinese), "同意以上");
    assert_eq!(
        field("name").help.as_ref().unwrap().get(Language::Chinese),
        "与报告一致"
    );
    assert!(field("status").required && !field("mail").required);
    assert_eq!(field("count").default, Some(json!(3)));
    let FieldType::Table(people) = &field("people").kind else {
        panic!("a table")
    };
    assert_eq!((people.min_rows, people.max_rows), (1, 3));
    assert!(people.columns["who"].required && !people.columns["age"].required);
    for (answers, about, expected) in [
        (json!({"name": "甲"}), "name", &["min-length@name"][..]),
        (json!({"status": "c"}), "status", &["code-unknown@status"]),
        (json!({"modes": ["x", "y"]}), "modes", &["max-items@modes"]),
        (json!({"mail": "x"}), "mail", &["format@mail"]),
        (json!({"status": "a", "count": 0}), "count", &["minimum@count"]),
        (json!({"status": "b", "count": 0}), "count", &[]),
        (json!({"rate": 0}), "rate", &["not@rate"]),
        (json!({"agreed": false}), "agreed", &["const@agreed"]),
        (json!({"tags": ["一二三四"]}), "tags", &["max-length@tags[0]"]),
        (json!({"tags": ["一", "一"]}), "tags", &["unique-items@tags"]),
        (json!({"people": [{"age": 3}]}), "people", &["required@people[0].who"]),
    ] {
        assert_eq!(
            findings(form, answers.clone(), json!({}), TODAY, about),
            expected,
            "{answers}"
        );
    }
    // What an application is pinned to needs no file.
    let again = pinned(&region, "applied", &form.source).unwrap();
    assert_eq!((again.schema, again.hash), (form.schema.clone(), form.hash.clone()));
}
