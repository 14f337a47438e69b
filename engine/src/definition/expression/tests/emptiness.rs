//! LANGUAGE L3: an expression is empty only if its result depends on what is empty.

use serde_json::json;

use super::{check, people};

#[test]
fn conditions() {
    // `ok`, `age` and `name` are unanswered.
    check(
        &json!({}),
        &[
            ("false && ok", json!(false)),
            ("ok && false", json!(false)),
            ("true && ok", json!(null)),
            ("ok && ok", json!(null)),
            ("true || ok", json!(true)),
            ("ok || true", json!(true)),
            ("false || ok", json!(null)),
            ("!ok", json!(null)),
            ("ok ? 1 : 2", json!(null)),
            ("true ? age : 1", json!(null)),
            ("age == 1", json!(null)),
            ("age != 1", json!(null)),
            ("age < 1", json!(null)),
            ("name == ''", json!(null)),
            ("age == age", json!(null)),
            ("name.startsWith('a')", json!(null)),
        ],
    );
}

#[test]
fn arithmetic() {
    check(
        &json!({"age": 40}),
        &[
            ("age + amount", json!(null)),
            ("-amount", json!(null)),
            ("age / 0", json!(null)),
            ("age % 0", json!(null)),
            ("1.5 / 0.0", json!(null)),
            ("9223372036854775807 + age", json!(null)),
            ("-9223372036854775807 - age", json!(null)),
            ("age * 9223372036854775807", json!(null)),
            ("7922816251426433759354395033.5 * 100.0", json!(null)),
            ("period_end + days(1)", json!(null)),
            ("today + days(999999999999)", json!(null)),
            ("today + workdays(999999999999)", json!(null)),
            ("name + 'a'", json!(null)),
            ("int('x')", json!(null)),
        ],
    );
}

#[test]
fn lists_read_as_none() {
    check(
        &json!({"report": []}),
        &[
            ("keywords", json!([])),
            ("size(keywords)", json!(0)),
            ("people.exists(p, true)", json!(false)),
            ("people.all(p, false)", json!(true)),
            ("people.map(p, p.name)", json!([])),
            ("sum(people.map(p, p.age))", json!(0)),
            ("sum(people.map(p, p.share))", json!(0)),
            ("keywords == []", json!(true)),
            ("'a' in keywords", json!(false)),
            ("name in keywords", json!(false)),
            ("name in ['a']", json!(null)),
            ("'completing' in recommender.kinds", json!(false)),
            ("recommender.name", json!(null)),
            ("keywords[0]", json!(null)),
            ("app.applicant.unit", json!(null)),
        ],
    );
}

#[test]
fn rows_whose_condition_is_empty() {
    // The second person has no `age` and no `born`, the third no `share`.
    check(
        &people(),
        &[
            ("people.exists(p, p.age < 0)", json!(false)),
            ("people.exists(p, p.age == 30)", json!(true)),
            ("people.all(p, p.age >= 30)", json!(true)),
            ("people.all(p, p.age >= 31)", json!(false)),
            ("people.exists_one(p, p.age > 30)", json!(true)),
            ("people.exists_one(p, p.age > 0)", json!(false)),
            ("people.filter(p, p.age > 0).map(p, p.name)", json!(["张三", "王五"])),
            ("people.filter(p, !(p.age > 0)).size()", json!(0)),
            ("people.map(p, p.age)", json!([40, 30])),
            ("sum(people.map(p, p.share))", json!(0.3)),
            ("people[1].age", json!(null)),
            ("people[3].name", json!(null)),
            ("people[-1].name", json!(null)),
        ],
    );
}

#[test]
fn filled_asks_for_an_answer() {
    check(
        &json!({"name": "", "keywords": [], "age": 0, "ok": false, "status": "1", "statuses": ["2"],
            "recommender": {"id": "u"}, "people": [{}]}),
        &[
            ("filled(name)", json!(false)),
            ("filled(keywords)", json!(false)),
            ("filled(report)", json!(false)),
            ("filled(amount)", json!(false)),
            ("filled(age)", json!(true)),
            ("filled(ok)", json!(true)),
            ("filled(status)", json!(true)),
            ("filled(statuses)", json!(true)),
            ("filled(recommender)", json!(true)),
            ("filled(recommender.name)", json!(false)),
            ("has(recommender.id)", json!(true)),
            ("filled(people)", json!(true)),
            ("has(people[0].name)", json!(false)),
        ],
    );
}
