use std::sync::Arc;

use jiff::civil::{Date, date};
use serde_json::{Value as Json, json};

use super::*;
use crate::definition::build::{Kind, Must, Tab, ask, codes, files, form, must};
use crate::definition::scope::App;
use crate::definition::{FieldType as T, Language};

mod verdicts;
mod words;

const TODAY: Date = date(2026, 11, 20);

struct Units;

impl Lookups for Units {
    fn get(&self, register: &str, id: &str) -> Option<Json> {
        // Looked up by what was stored, but no longer offered.
        let closed = json!({"id": "closed", "name": "CLOSED", "kinds": ["recommending"], "active": false});
        self.all(register).chain([closed]).find(|unit| unit["id"] == id)
    }

    fn all(&self, register: &str) -> Box<dyn Iterator<Item = Json> + '_> {
        assert_eq!(register, "units");
        let unit = |id: &str, kind: &str| json!({"id": id, "name": id.to_uppercase(), "kinds": [kind], "active": true});
        Box::new(
            [
                unit("kj", "recommending"),
                unit("lzu", "completing"),
                unit("jy", "recommending"),
            ]
            .into_iter(),
        )
    }
}

fn app() -> App {
    App {
        filed_on: TODAY,
        applicant_name: "张三".into(),
        applicant_unit: None,
        applicant_role: "registrant".into(),
        state: "draft".into(),
        region: "r".into(),
        category: "f".into(),
    }
}

fn answers(answers: Json) -> Answers {
    answers.as_object().unwrap().clone()
}

fn run(form: &CompiledForm, answers: &Answers) -> Vec<String> {
    let app = app();
    let checked = check(
        form,
        answers,
        &Context {
            app: &app,
            today: TODAY,
            lookups: &Units,
        },
    );
    checked.findings.iter().map(told).collect()
}

fn told(finding: &Finding) -> String {
    let at = finding.at.as_ref().map_or_else(|| "-".into(), Path::to_string);
    assert_eq!(finding.page.is_some(), finding.at.is_some());
    format!("{}@{at}", finding.rule)
}

fn overview() -> Tab {
    let status = codes("status", &["used", "unused"]);
    let tree = codes("tree", &["a", "a1<a", "a2<a", "b"]);
    let mut why = must("why", Kind::Text);
    why.show = Some(r#"status == "unused""#);
    let mut name = must("name", Kind::Text);
    name.words = json!({"maxLength": 5});
    let mut keywords = ask("keywords", Kind::Plain(T::List(Box::new(T::Text))));
    keywords.words = json!({"minItems": 2, "maxItems": 3, "maxLength": 4});
    let mut end = ask("period_end", Kind::Plain(T::Date));
    end.require = Some("filled(period_start)");
    end.read_only = Some(r#"status == "used""#);
    Tab {
        id: "overview",
        fields: vec![
            name,
            ask("period_start", Kind::Plain(T::Date)),
            end,
            ask("status", Kind::Choice(status, None, false)),
            why,
            ask("discipline", Kind::Choice(Arc::clone(&tree), None, true)),
            ask(
                "branch",
                Kind::Choice(tree, Some(r#"it.parent == discipline || status != "used""#), false),
            ),
            must("recommender", Kind::Units(Some(r#""recommending" in it.kinds"#), false)),
            keywords,
            ask("cost", Kind::Plain(T::Money)),
            must("report", files(2, 3, 1_000)),
            ask("extra", files(2, 2, 1_000)),
        ],
        ..Tab::default()
    }
}

fn people() -> Tab {
    let mut boss = must("boss", Kind::Text);
    boss.show = Some(r#"row.name == "甲""#);
    let mut id_no = ask("id_no", Kind::Plain(T::CnIdNumber));
    id_no.sensitive = true;
    let columns = vec![must("name", Kind::Text), id_no, boss];
    let staff = Kind::Table {
        columns: vec![must("name", Kind::Text)],
        min: 0,
        max: 5,
        unique: vec![],
    };
    let amount = ask("amount", Kind::Plain(T::Money));
    let twice = ask("twice", Kind::Computed(T::Money, "row.amount * 2"));
    let units = Kind::Table {
        columns: vec![ask("name", Kind::Text), ask("staff", staff), amount, twice],
        min: 0,
        max: 9,
        unique: vec![],
    };
    Tab {
        id: "people",
        fields: vec![
            must(
                "people",
                Kind::Table {
                    columns,
                    min: 2,
                    max: 3,
                    unique: vec!["id_no".into()],
                },
            ),
            ask("units", units),
            ask("total", Kind::Computed(T::Money, "sum(units.map(u, u.twice))")),
        ],
        ..Tab::default()
    }
}

fn sample() -> CompiledForm {
    let transfer = Tab {
        id: "transfer",
        require: Some(r#"status == "used""#),
        fields: vec![must("mode", Kind::Text), ask("partner", Kind::Text)],
        ..Tab::default()
    };
    let secret = Tab {
        id: "secret",
        show: Some(r#"name == "秘密""#),
        fields: vec![must("clearance", Kind::Text)],
        ..Tab::default()
    };
    let rules = vec![
        Must {
            id: "order",
            assert: "period_end >= period_start",
            at: Some("period_end"),
            message: "晚于 {period_end}",
            ..Must::default()
        },
        Must {
            id: "late",
            when: Some("filled(period_end)"),
            assert: "!is_late",
            warning: true,
            at: Some("period_end"),
            message: "过期",
            ..Must::default()
        },
        Must {
            id: "self",
            each: Some("people"),
            assert: "row.name != name",
            at: Some("row.name"),
            message: "第 {row.index} 行",
            ..Must::default()
        },
        Must {
            id: "staff",
            each: Some("units.staff"),
            assert: "row.name != outer.name",
            at: Some("row.name"),
            message: "同名",
            ..Must::default()
        },
        Must {
            id: "any",
            assert: r#"size(people) < 3 || name != "三人""#,
            message: "整体",
            ..Must::default()
        },
    ];
    let lets = [("is_late", "period_end + months(6) < app.filed_on")];
    let form = form(vec![overview(), people(), transfer, secret], &lets, rules, &[]);
    CompiledForm::new(Arc::new(form)).unwrap()
}

fn file(id: &str, size: u64, kind: &str) -> Json {
    json!({"id": id, "name": format!("{id}.{kind}"), "size": size, "kind": kind})
}

fn complete() -> Json {
    json!({
        "name": "成果",
        "recommender": "kj",
        "report": [file("a", 10, "pdf"), file("b", 10, "jpeg")],
        "people": [{"name": "甲", "boss": "乙"}, {"name": "乙"}],
    })
}

/// Answers to set by path, and the findings they must give.
type Case = (Vec<(&'static str, Json)>, &'static [&'static str]);

/// Each case sets answers by path on the complete ones and tells every finding.
#[test]
fn every_finding_has_its_rule_and_place() {
    let form = sample();
    let cases: Vec<Case> = vec![
        (vec![], &[]),
        (vec![("name", json!(null))], &["required@name"]),
        (vec![("name", json!("  "))], &["required@name"]),
        (vec![("name", json!("一二三四五六"))], &["max-length@name"]),
        (vec![("name", json!(3))], &["type@name"]),
        (vec![("period_start", json!("2026-01-01"))], &["required@period_end"]),
        (vec![("period_start", json!("2026-09-31"))], &["format@period_start"]),
        (
            vec![
                ("period_start", json!("2026-09-02")),
                ("period_end", json!("2026-09-01")),
            ],
            &["order@period_end"],
        ),
        (vec![("period_end", json!("2026-01-01"))], &["late@period_end"]),
        (vec![("status", json!("nothing"))], &["code-unknown@status"]),
        (vec![("status", json!("unused"))], &["required@why"]),
        (vec![("status", json!("used"))], &["required@mode"]),
        (vec![("why", json!(17))], &[]),
        (vec![("partner", json!("某厂"))], &["required@mode"]),
        (vec![("discipline", json!("a"))], &["not-leaf@discipline"]),
        (vec![("discipline", json!("b"))], &[]),
        (
            vec![
                ("branch", json!("a1")),
                ("status", json!("used")),
                ("discipline", json!("b")),
                ("mode", json!("m")),
            ],
            &["where-mismatch@branch"],
        ),
        (vec![("recommender", json!("nobody"))], &["lookup-unknown@recommender"]),
        (vec![("recommender", json!("closed"))], &["lookup-inactive@recommender"]),
        (vec![("recommender", json!("lzu"))], &["where-mismatch@recommender"]),
        (vec![("recommender", json!(null))], &["required@recommender"]),
        (vec![("keywords", json!(["一"]))], &["min-items@keywords"]),
        (
            vec![("keywords", json!(["一", "一二三四五"]))],
            &["max-length@keywords[1]"],
        ),
        (vec![("cost", json!(0.1234567890123456))], &["max-digits@cost"]),
        (vec![("cost", json!(12345678901234.0))], &[]),
        (vec![("report", json!([file("a", 10, "pdf")]))], &["required@report"]),
        (
            vec![("report[2]", file("c", 10, "pdf")), ("report[3]", file("d", 10, "pdf"))],
            &["file-count@report"],
        ),
        (vec![("report[0]", file("a", 1_001, "pdf"))], &["file-size@report"]),
        (vec![("report[1]", file("a", 1, "exe"))], &["file-kind@report"]),
        (vec![("report", json!(["a", "b"]))], &["type@report", "type@report"]),
        (vec![("extra", json!([file("a", 1, "pdf")]))], &["file-count@extra"]),
        (vec![("people", json!(null))], &["required@people"]),
        (vec![("people", json!([{"name": "丙"}]))], &["min-rows@people"]),
        (vec![("people", json!("x"))], &["type@people"]),
        (vec![("people[1]", json!(7))], &["type@people[1]"]),
        (
            vec![("people[2].name", json!("丙")), ("people[3].name", json!("丁"))],
            &["max-rows@people"],
        ),
        (vec![("people[0].boss", json!(null))], &["required@people[0].boss"]),
        (vec![("people[1].name", json!(null))], &["required@people[1].name"]),
        (
            vec![("people[1].id_no", json!("620102199001010010"))],
            &["check-digit@people[1].id_no"],
        ),
        (
            vec![
                ("people[0].id_no", json!("620102199001010011")),
                ("people[1].id_no", json!("620102 19900101 0011")),
            ],
            &["unique@people[1].id_no"],
        ),
        (vec![("people[1].name", json!("成果"))], &["self@people[1].name"]),
        (
            vec![
                ("units[0].name", json!("某大学")),
                ("units[0].staff[0].name", json!("丙")),
                ("units[0].staff[1].name", json!("某大学")),
            ],
            &["staff@units[0].staff[1].name"],
        ),
        (
            vec![("units[0].staff[0]", json!({"other": 1}))],
            &["required@units[0].staff[0].name"],
        ),
        (
            vec![("name", json!("三人")), ("people[2].name", json!("丙"))],
            &["any@-"],
        ),
        (vec![("name", json!("秘密"))], &["required@clearance"]),
        (vec![("clearance", json!(9))], &[]),
        (vec![("nonsense", json!(9))], &[]),
    ];
    for (set, expected) in cases {
        let mut answers = answers(complete());
        for (path, value) in &set {
            path::set(&mut answers, &path.parse().unwrap(), value.clone()).unwrap();
        }
        assert_eq!(run(&form, &answers), expected, "{set:?}");
    }
}

#[test]
fn a_draft_is_held_to_types_and_limits_only() {
    let form = sample();
    let app = app();
    let context = Context {
        app: &app,
        today: TODAY,
        lookups: &Units,
    };
    let cases = [
        ("overview", json!({}), vec![]),
        (
            "overview",
            json!({"keywords": ["一"], "report": [file("a", 1, "pdf")], "discipline": "a"}),
            vec![],
        ),
        ("overview", json!({"why": "x", "recommender": "lzu"}), vec![]),
        (
            "overview",
            json!({"name": "一二三四五六", "status": "x", "recommender": "x"}),
            vec!["max-length@name", "code-unknown@status", "lookup-unknown@recommender"],
        ),
        (
            "people",
            json!({"people": [{}, {"name": 1}, {}, {}]}),
            vec!["max-rows@people", "type@people[1].name"],
        ),
        ("people", json!({"name": 1}), vec![]),
        ("no-such", json!({"name": 1}), vec![]),
    ];
    for (page, given, expected) in cases {
        let found: Vec<String> = check_page(&form, page, &answers(given), &context)
            .iter()
            .map(told)
            .collect();
        assert_eq!(found, expected, "{page}");
    }
}

#[test]
fn hidden_answers_are_left_out_and_computed_ones_are_there() {
    let form = sample();
    let mut given = answers(complete());
    for (path, value) in [
        ("why", json!("隐藏")),
        ("clearance", json!("隐藏")),
        ("people[1].boss", json!("隐藏")),
        ("units[0].amount", json!(1.5)),
        ("units[1].amount", json!(0.25)),
        ("units[0].twice", json!(1000)),
        ("nonsense", json!(1)),
    ] {
        path::set(&mut given, &path.parse().unwrap(), value).unwrap();
    }
    let app = app();
    let evaluated = Evaluated::new(
        form.form(),
        &given,
        &Context {
            app: &app,
            today: TODAY,
            lookups: &Units,
        },
    );
    let visible = Json::Object(evaluated.visible_answers(&given));
    assert!(!visible.to_string().contains("隐藏"));
    assert_eq!(visible["people"], json!([{"name": "甲", "boss": "乙"}, {"name": "乙"}]));
    assert_eq!(
        visible["units"],
        json!([{"amount": 1.5, "twice": 3}, {"amount": 0.25, "twice": 0.5}])
    );
    assert_eq!(visible["total"], json!(3.5));
    assert_eq!(visible.get("nonsense"), None);
    assert!(!evaluated.page_shown("secret"));
    assert!(evaluated.at(&"people[0].boss".parse().unwrap()).unwrap().required);
    assert!(!evaluated.at(&"people[1].boss".parse().unwrap()).unwrap().shown);
    assert!(!evaluated.field("period_end").unwrap().read_only);
}

#[test]
fn a_sole_candidate_is_picked_and_none_is_a_finding() {
    let pick = |filter| {
        let tab = Tab {
            id: "p",
            fields: vec![must("unit", Kind::Units(Some(filter), true))],
            ..Tab::default()
        };
        CompiledForm::new(Arc::new(form(vec![tab], &[], vec![], &[]))).unwrap()
    };
    assert_eq!(run(&pick(r#"it.id == "kj""#), &Answers::new()), [""; 0]);
    assert_eq!(
        run(&pick(r#""recommending" in it.kinds"#), &Answers::new()),
        ["required@unit"]
    );
    assert_eq!(
        run(&pick(r#"it.id == "gone""#), &Answers::new()),
        ["lookup-no-candidate@unit"]
    );
    let (form, app) = (pick(r#"it.id == "kj""#), app());
    let evaluated = Evaluated::new(
        form.form(),
        &Answers::new(),
        &Context {
            app: &app,
            today: TODAY,
            lookups: &Units,
        },
    );
    assert_eq!(
        Json::Object(evaluated.visible_answers(&Answers::new())),
        json!({"unit": "kj"})
    );
}

#[test]
fn messages_name_the_place_and_the_smallest_branches() {
    let form = sample();
    let app = app();
    let mut given = answers(complete());
    for (path, value) in [
        ("discipline", json!("a")),
        ("people[1].id_no", json!("620102199001010010")),
    ] {
        path::set(&mut given, &path.parse().unwrap(), value).unwrap();
    }
    let checked = check(
        &form,
        &given,
        &Context {
            app: &app,
            today: TODAY,
            lookups: &Units,
        },
    );
    let zh: Vec<&str> = checked
        .findings
        .iter()
        .map(|finding| finding.message.get(Language::Chinese))
        .collect();
    assert_eq!(zh[0], "DISCIPLINE：只能选择最小分支，请在“A”之下选择：A1、A2。");
    assert!(zh[1].starts_with("PEOPLE 第 2 行 ID_NO：") && !zh[1].contains("6201"));
    assert!(checked.findings.iter().all(|finding| finding.message.has_english()));
    assert_eq!(checked.errors(), 2);
}

#[test]
fn findings_are_limited_and_counted() {
    let app = app();
    let form = sample();
    let mut checked = check(
        &form,
        &answers(complete()),
        &Context {
            app: &app,
            today: TODAY,
            lookups: &Units,
        },
    );
    assert!(checked.passed());
    let one = Finding::new(
        form.form(),
        crate::definition::form::Severity::Error,
        "p",
        None,
        "x".into(),
    );
    checked.merge(vec![one; limits::FINDINGS + 3]);
    assert_eq!(
        (checked.findings.len(), checked.more, checked.errors()),
        (limits::FINDINGS, 3, limits::FINDINGS + 3)
    );
}

#[test]
fn hostile_answers_never_panic() {
    let form = sample();
    for value in [
        json!(null),
        json!([]),
        json!([[]]),
        json!({}),
        json!([null]),
        json!([{"name": {"a": []}}]),
        json!(1e300),
        json!("\u{0}"),
    ] {
        let all = form
            .form()
            .fields()
            .map(|(_, field)| (field.id.to_string(), value.clone()))
            .collect();
        run(&form, &all);
    }
}

#[test]
fn an_expression_that_costs_too_much_is_a_finding() {
    let table = Kind::Table {
        columns: vec![ask("name", Kind::Text)],
        min: 0,
        max: 2_000,
        unique: vec![],
    };
    let pairs = "rows.all(a, rows.all(b, a.name != b.name || a.index == b.index))";
    let mut shown = ask("shown", Kind::Text);
    shown.show = Some(pairs);
    let tab = Tab {
        id: "p",
        fields: vec![ask("rows", table), shown],
        ..Tab::default()
    };
    let rule = Must {
        id: "pairs",
        assert: pairs,
        at: Some("rows"),
        message: "x",
        ..Must::default()
    };
    let form = CompiledForm::new(Arc::new(form(vec![tab], &[], vec![rule], &[]))).unwrap();
    let rows: Vec<Json> = (0..1_000).map(|number| json!({"name": number.to_string()})).collect();
    let given = Answers::from_iter([("rows".to_owned(), rows.into())]);
    assert_eq!(run(&form, &given), ["rule-too-costly@shown", "rule-too-costly@rows"]);
}

#[test]
fn a_new_application_starts_with_the_defaults() {
    let mut secrecy = ask("secrecy", Kind::Text);
    secrecy.words = json!({"const": "非密"});
    let mut form = form(
        vec![Tab {
            id: "p",
            fields: vec![secrecy],
            ..Tab::default()
        }],
        &[],
        vec![],
        &[],
    );
    form.pages["p"].fields["secrecy"].default = Some("非密".into());
    assert_eq!(Json::Object(initial_answers(&form)), json!({"secrecy": "非密"}));
    let (form, app) = (CompiledForm::new(Arc::new(form)).unwrap(), app());
    let context = Context {
        app: &app,
        today: TODAY,
        lookups: &Units,
    };
    let wrong = answers(json!({"secrecy": "机密"}));
    assert_eq!(check_fields(&form, &["secrecy".into()], &wrong, &context).len(), 1);
    assert!(check_fields(&form, &["secrecy".into()], &initial_answers(form.form()), &context).is_empty());
}
