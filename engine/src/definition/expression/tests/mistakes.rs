//! What is told of a mistake: its rule, the piece of source it stands at, and its mend.

use std::fmt::Write;

use super::super::{DEEPEST_BRACKETS, Type, compile};
use super::{mistakes_of, scope};

#[test]
fn rules_and_places() {
    for (source, expected) in [
        ("", vec![("expression-syntax", "")]),
        ("period_end >=", vec![("expression-syntax", ">=")]),
        ("'成果' == name name", vec![("expression-syntax", "name")]),
        ("if == 1", vec![("expression-syntax", "if")]),
        ("(age", vec![("expression-syntax", "(")]),
        (
            "99999999999999999999",
            vec![("expression-literal", "99999999999999999999")],
        ),
        (
            "0.00000000000000000000000000000000001",
            vec![("expression-literal", "0.00000000000000000000000000000000001")],
        ),
        ("'成果' + nmae", vec![("expression-unknown-name", "nmae")]),
        (
            "nmae == agee",
            vec![("expression-unknown-name", "nmae"), ("expression-unknown-name", "agee")],
        ),
        (
            "people.exists(p, p.nmae == '甲')",
            vec![("expression-unknown-name", "nmae")],
        ),
        ("app.filed == today", vec![("expression-unknown-name", "filed")]),
        ("period-end > today", vec![("expression-unknown-name", "period-end")]),
        ("name-name == ''", vec![("expression-type", "name-name")]),
        ("fill(name)", vec![("expression-unknown-function", "fill")]),
        ("name.include('x')", vec![("expression-unknown-function", "include")]),
        ("name.filled()", vec![("expression-arguments", "filled")]),
        ("filled(name, age)", vec![("expression-arguments", "filled")]),
        ("period_end > 2026", vec![("expression-type", "period_end > 2026")]),
        (
            "period_end > '2026-01-01'",
            vec![("expression-type", "period_end > '2026-01-01'")],
        ),
        ("name == 1", vec![("expression-type", "name == 1")]),
        ("founded == today", vec![("expression-type", "founded == today")]),
        (
            "recommender == app.applicant.unit",
            vec![("expression-type", "recommender == app.applicant.unit")],
        ),
        ("keywords == 'x'", vec![("expression-type", "keywords == 'x'")]),
        ("status == place", vec![("expression-type", "status == place")]),
        ("age in ['1']", vec![("expression-type", "age in ['1']")]),
        ("status == '未应用'", vec![("expression-unknown-code", "'未应用'")]),
        (
            "status in ['1', '9', '停用']",
            vec![
                ("expression-unknown-code", "'9'"),
                ("expression-unknown-code", "'停用'"),
            ],
        ),
        ("'9' in statuses", vec![("expression-unknown-code", "'9'")]),
        ("status == (ok ? '1' : '8')", vec![("expression-unknown-code", "'8'")]),
        ("within(place, '63')", vec![("expression-unknown-code", "'63'")]),
        ("label(name)", vec![("expression-type", "name")]),
        ("name && ok", vec![("expression-type", "name")]),
        ("ok ? 1 : 'a'", vec![("expression-type", "'a'")]),
        ("[1, 'a']", vec![("expression-type", "'a'")]),
        ("people.name == 'x'", vec![("expression-type", "people.name")]),
        ("name.first", vec![("expression-type", "name.first")]),
        ("name.exists(c, true)", vec![("expression-type", "name")]),
        ("people.exists(1, true)", vec![("expression-arguments", "exists")]),
        ("age + 'x'", vec![("expression-type", "age + 'x'")]),
        ("today + 5", vec![("expression-type", "today + 5")]),
        ("today - period_end", vec![("expression-type", "today - period_end")]),
        ("founded + days(1)", vec![("expression-type", "days(1)")]),
        ("days(1.5)", vec![("expression-type", "1.5")]),
        ("date('2021-13-01')", vec![("expression-literal", "'2021-13-01'")]),
        ("name.matches('(')", vec![("expression-literal", "'('")]),
        ("name.matches(name)", vec![("expression-literal", "name")]),
        ("name == null", vec![("expression-unsupported", "null")]),
        ("{'a': 1}", vec![("expression-unsupported", "{")]),
        ("1u + 1", vec![("expression-unsupported", "1u")]),
        ("keywords['a']", vec![("expression-type", "'a'")]),
        (
            "people.all(a, people.all(b, people.all(c, true)))",
            vec![("expression-too-deep", "all")],
        ),
        (
            "状态 == 1 && age = 'x'",
            vec![
                ("expression-syntax", "状态"),
                ("expression-type", "状态 == 1"),
                ("expression-type", "age = 'x'"),
                ("expression-syntax", "="),
            ],
        ),
        (
            "name == “甲” && agee ≥ 1",
            vec![
                ("expression-syntax", "“甲”"),
                ("expression-unknown-name", "agee"),
                ("expression-syntax", "≥"),
            ],
        ),
    ] {
        let found = mistakes_of(source);
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.rule, &source[found.start..found.end]))
            .collect();
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn limits() {
    for (source, rule) in [
        (format!("name == '{}'", "a".repeat(2000)), "expression-too-long"),
        (vec!["1"; 151].join("+"), "expression-too-long"),
        (vec!["1"; 400].join("+"), "expression-too-long"),
        (format!("{}1", "(".repeat(DEEPEST_BRACKETS + 1)), "expression-too-deep"),
    ] {
        let found = mistakes_of(&source);
        assert_eq!(
            found.iter().map(|found| found.rule).collect::<Vec<_>>(),
            [rule],
            "{source}"
        );
    }
}

#[test]
fn what_the_place_takes() {
    for (source, expected) in [
        ("name", Type::Bool),
        ("1.5", Type::Int),
        ("today", Type::Month),
        ("1", Type::Text),
    ] {
        let found = compile(source, &scope(), Some(&expected)).unwrap_err();
        assert_eq!(
            found.iter().map(|found| found.rule).collect::<Vec<_>>(),
            ["expression-type"],
            "{source}"
        );
    }
    for (source, expected) in [
        ("1", Type::Decimal),
        ("label(status)", Type::Text),
        ("[]", Type::List(Type::Int.into())),
    ] {
        compile(source, &scope(), Some(&expected)).unwrap();
    }
}

#[test]
fn how_they_read() {
    let mut told = String::new();
    for source in [
        "nmae == ''",
        "people.exists(p, p.nmae == '')",
        "people.exists(p, id_no == '')",
        "period-end > today",
        "name-name",
        "status == '未应用'",
        "status == '应用停用'",
        "status == ''",
        "period_end > '2026-01-01'",
        "period_end.getFullYear() > period_end",
        "founded < today",
        "name == 1",
        "age == '1'",
        "recommender == name",
        "keywords == 'x'",
        "name && ok",
        "people.name",
        "recommender.kind",
        "app.aplicant",
        "today + 5",
        "today - period_end",
        "name + 1",
        "contain(name, 'x')",
        "ages = 1 and ok",
        "filled（name）",
        "name == 甲",
        "\"甲”",
    ] {
        for found in mistakes_of(source) {
            let (zh, en) = found.message.in_both();
            writeln!(told, "{source}\n  {zh} | {en}").unwrap();
            if let Some(help) = &found.help {
                let (zh, en) = help.in_both();
                writeln!(told, "  → {zh} | {en}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(told);
}
