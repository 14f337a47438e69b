//! Stored answers and back.

use serde_json::json;

use super::super::{Type, Value, value_of};
use super::{list, record};

#[test]
fn answers_that_fit_come_back() {
    for (ty, json) in [
        (Type::Bool, json!(true)),
        (Type::Int, json!(-3)),
        (Type::Decimal, json!(0.1)),
        (Type::Decimal, json!(123456789012.345)),
        (Type::Decimal, json!(12)),
        (Type::Text, json!("")),
        (Type::Date, json!("2026-11-20")),
        (Type::Month, json!("2026-11")),
        (list(Type::Int), json!([1, 2])),
        (list(Type::Int), json!([])),
        (Type::Bool, json!(null)),
    ] {
        assert_eq!(value_of(&json, &ty).to_json(), json, "{ty:?}");
    }
}

#[test]
fn answers_that_do_not_fit_are_empty() {
    for (ty, json) in [
        (Type::Bool, json!("true")),
        (Type::Int, json!(1.5)),
        (Type::Int, json!("x")),
        (Type::Int, json!(1e300)),
        (Type::Decimal, json!("1.5")),
        (Type::Decimal, json!(1e300)),
        (Type::Text, json!(1)),
        (Type::Date, json!("2026-02-30")),
        (Type::Date, json!("20260228")),
        (Type::Date, json!("2026-02-28T00:00")),
        (Type::Month, json!("2026-13")),
        (list(Type::Int), json!({})),
        (record("r", &[]), json!([])),
        (Type::Period, json!(1)),
    ] {
        assert_eq!(value_of(&json, &ty), Value::Empty, "{ty:?} {json}");
    }
}

#[test]
fn other_spellings_and_rows() {
    let row = record(
        "t",
        &[
            ("b", Type::Int),
            ("index", Type::Int),
            ("a", Type::Text),
            ("c", list(Type::Text)),
        ],
    );
    for (ty, json, expected) in [
        (Type::Int, json!("2026"), json!(2026)),
        (Type::Int, json!(5.0), json!(5)),
        (list(Type::Int), json!(null), json!([])),
        (list(Type::Int), json!([1, "x"]), json!([1, null])),
        (
            list(row),
            json!([{"a": "x", "b": 1, "index": 9}, {"c": ["y"]}]),
            json!([[1, 1, "x", []], [null, 2, null, ["y"]]]),
        ),
    ] {
        assert_eq!(value_of(&json, &ty).to_json(), expected, "{json}");
    }
}
