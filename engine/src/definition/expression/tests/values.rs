//! What operators and functions give.

use std::sync::Arc;

use serde_json::json;

use super::super::{Frame, TooCostly, Type, Value, compile};
use super::{check, compiled, evaluated, people, scope, slots};

#[test]
fn numbers_are_exact() {
    check(
        &json!({"age": 7, "amount": 0.1}),
        &[
            ("0.1 + 0.2 == 0.3", json!(true)),
            ("amount + 0.2 == 0.3", json!(true)),
            ("amount * 3", json!(0.3)),
            ("age / 2", json!(3)),
            ("age / 2.0", json!(3.5)),
            ("age % 4", json!(3)),
            ("-age + 1", json!(-6)),
            ("- -age", json!(7)),
            ("-1.5e1 == -15", json!(true)),
            ("age == 7.0", json!(true)),
            ("age > 6.99 && 7.01 > age", json!(true)),
            ("0x10", json!(16)),
            ("1 + 2 * 3 - 4", json!(3)),
            ("(1 + 2) * 3", json!(9)),
            ("int(2.9) + int('3')", json!(5)),
            ("double('2.50')", json!(2.5)),
            ("double(2) / 4", json!(0.5)),
            (
                "string(2.50) + string(1) + string(true) + string(today)",
                json!("2.501true2026-11-21"),
            ),
            ("[1, 2.5, 3]", json!([1, 2.5, 3])),
            ("sum([1, 2, 3])", json!(6)),
            ("sum([1, 0.5])", json!(1.5)),
            ("[1, 2] + [3]", json!([1, 2, 3])),
            ("[1, 2, 3][1]", json!(2)),
            ("[1] == [1.0]", json!(true)),
            ("2 in [1, 2.0]", json!(true)),
        ],
    );
}

#[test]
fn texts_and_codes() {
    check(
        &json!({"name": "成果abc", "status": "3", "place": "6201", "statuses": ["1", "3"], "keywords": ["甲", "乙"]}),
        &[
            ("name + '!' + \"\\u4e00\"", json!("成果abc!一")),
            ("size(name)", json!(5)),
            ("name.size()", json!(5)),
            ("name.startsWith('成果')", json!(true)),
            ("name.endsWith('c') && name.contains('果a')", json!(true)),
            ("name.matches('^成果[a-z]{3}$')", json!(true)),
            ("name.matches(r'\\d')", json!(false)),
            ("status == '3'", json!(true)),
            ("status in ['3', '4']", json!(true)),
            ("'1' in statuses", json!(true)),
            ("status in statuses", json!(true)),
            ("statuses == ['1', '3']", json!(true)),
            ("label(status)", json!("未应用")),
            ("within(place, '62')", json!(true)),
            ("within(place, '45')", json!(false)),
            ("place.startsWith('62')", json!(true)),
            ("keywords.exists(k, k == '乙')", json!(true)),
            ("keywords[1]", json!("乙")),
            ("'b' > 'a' && name != 'x'", json!(true)),
            ("app.state == 'draft' ? app.applicant.name : ''", json!("李四")),
        ],
    );
}

#[test]
fn tables() {
    check(
        &people(),
        &[
            (
                "people.exists(p, people.exists(q, p.index < q.index && p.id_no == q.id_no))",
                json!(true),
            ),
            ("people.all(p, people.exists_one(q, q.name == p.name))", json!(true)),
            ("people.map(p, p.index)", json!([1, 2, 3])),
            ("people.map(p, p.age > 30, p.name)", json!(["张三"])),
            ("people.filter(p, p.papers.size() > 0)[0].papers[0].title", json!("甲")),
            (
                "people.filter(p, p.id_no == 'A').filter(q, q.age < 35).map(q, q.name)",
                json!(["王五"]),
            ),
            ("sum(people.map(p, sum(p.papers.map(x, x.pages))))", json!(3)),
            ("people.map(p, p.name) == ['张三', '李四', '王五']", json!(true)),
            ("people.exists(name, name.name == '李四')", json!(true)),
            ("size(people) == 3 && people.size() == 3", json!(true)),
        ],
    );
}

#[test]
fn the_place_promotes_whole_numbers() {
    let expression = compile("age + 1", &scope(), Some(&Type::Decimal)).unwrap();
    assert!(matches!(expression.ty(), Type::Decimal));
    let slots = slots(&json!({"age": 1}));
    assert_eq!(
        expression.eval(&Frame {
            base: &slots,
            extra: &[]
        }),
        Ok(Value::Decimal(2.into()))
    );
}

#[test]
fn rows_stand_behind_the_form() {
    let scope = scope();
    let row = scope.names.get("people").unwrap().element().cloned().unwrap();
    let scope = scope.with("row", row.clone());
    let expression = compile("row.index == 2 && people.exists(p, p.id_no == row.id_no)", &scope, None).unwrap();
    let slots = slots(&people());
    let Value::List(rows) = &slots[scope.names.get_index_of("people").unwrap()] else {
        panic!()
    };
    let held = |at: usize| {
        expression
            .holds(&Frame {
                base: &slots,
                extra: &rows[at..=at],
            })
            .unwrap()
    };
    assert_eq!([held(0), held(1)], [false, true]);
    assert_eq!(
        expression.reads().iter().map(|id| &**id).collect::<Vec<_>>(),
        ["row", "people"]
    );
}

#[test]
fn an_evaluation_has_a_budget() {
    let rows: Vec<_> = (0..2_000).map(|at| json!({"name": at.to_string()})).collect();
    let slots = slots(&json!({"people": rows}));
    let expression = compiled("people.all(p, people.exists_one(q, q.name == p.name))");
    assert_eq!(
        expression.eval(&Frame {
            base: &slots,
            extra: &[]
        }),
        Err(TooCostly)
    );
}

#[test]
fn two_nested_tables_of_200_rows_fit_the_budget() {
    let rows: Vec<_> = (0..200)
        .map(|at| json!({"name": at.to_string(), "id_no": "x", "age": at}))
        .collect();
    let answers = json!({"people": rows});
    let source = "people.all(p, people.exists_one(q, q.name == p.name && q.id_no == p.id_no && q.age + 1 > p.age))";
    assert_eq!(evaluated(source, &answers), Value::Bool(true));
}

#[test]
fn the_longest_expression_needs_little_stack() {
    let sources = [
        vec!["age"; 150].join("+"),
        vec!["ok"; 140].join("||"),
        format!("{}1", "ok?1:".repeat(90)),
        format!("{}1{}", "(".repeat(32), ")".repeat(32)),
        format!("{}ok", "!".repeat(500)),
        format!("name{}", ".size()"),
    ];
    let run = move || {
        let slots = slots(&json!({"age": 1, "ok": false}));
        for source in &sources {
            compiled(source)
                .eval(&Frame {
                    base: &slots,
                    extra: &[],
                })
                .unwrap();
        }
    };
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn an_expression_is_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &Arc<T>) {}
    shared(&Arc::new(compiled("true")));
}
