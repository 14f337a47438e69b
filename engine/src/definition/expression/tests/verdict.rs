use crate::definition::build::codes;
use crate::definition::expression::{Scope, Type, compile, contradiction};

fn scope() -> Scope {
    let list = codes("s", &["a", "b", "c"]);
    let mut scope = Scope::default();
    scope.names.insert("s".into(), Type::Code(list));
    scope.names.insert("t".into(), Type::Text);
    scope.names.insert("yes".into(), Type::Bool);
    scope.names.insert("n".into(), Type::Int);
    scope.names.insert("d".into(), Type::Date);
    scope
}

#[test]
fn what_can_be_said_without_answers() {
    for (source, expected) in [
        ("true", Some(true)),
        ("1 < 2", Some(true)),
        ("false && yes", Some(false)),
        ("yes || 2 > 1", Some(true)),
        ("yes && 2 > 1", None),
        ("n > 1", None),
        (r#"s == "a" && s == "b""#, Some(false)),
        (r#"s == "a" && t == "b""#, None),
        (r#"s == "a" && s != "a""#, Some(false)),
        (r#"s == "a" || s != "a""#, None),
        (r#"s in ["a", "b"] && s == "c""#, Some(false)),
        (r#"s in ["a", "b"] && s == "b""#, None),
        (r#"(s == "a" || s == "b") && !(s in ["a", "b"])"#, Some(false)),
        (r#"(s == "a" || t == "b") && s == "b""#, None),
        (r#"(s == "a" && s == "b") || t == "x""#, None),
        ("yes && !yes", Some(false)),
        ("yes || !yes", None),
        (r#"filled(t) && !filled(t)"#, None),
        (r#"yes ? 1 < 2 : 2 < 3"#, Some(true)),
        ("n == 1 && n == 2", Some(false)),
        ("n > 5 && n < 3", Some(false)),
        ("n > 5 && 5 >= n", Some(false)),
        ("n >= 5 && n <= 5", None),
        ("n >= 5 && n < 5", Some(false)),
        ("!(n > 5) && n == 6", Some(false)),
        ("(n < 3 || n > 5) && n == 4", None),
        ("(n < 3 || n < 5) && n == 6", Some(false)),
        ("(n < 3 || yes) && n == 6", None),
        (r#"d > date("2026-01-01") && d < date("2025-01-01")"#, Some(false)),
        (r#"d > date("2025-01-01") && d < date("2026-01-01")"#, None),
    ] {
        let compiled =
            compile(source, &scope(), Some(&Type::Bool)).unwrap_or_else(|wrong| panic!("{source}: {wrong:?}"));
        assert_eq!(compiled.verdict(), expected, "{source}");
    }
}

#[test]
fn conditions_that_cannot_meet() {
    for (first, second, expected) in [
        (r#"s == "a""#, r#"s == "b""#, Some("s")),
        (r#"s == "a""#, r#"s in ["a", "b"]"#, None),
        (r#"yes && t == "x""#, r#"t == "y" || !yes"#, None),
        (r#"yes"#, r#"!yes && t == "y""#, Some("yes")),
        ("n >= 10", "n < 10", Some("n")),
        ("n >= 10", "n < 11", None),
    ] {
        let scope = scope();
        let [one, two] = [first, second].map(|source| compile(source, &scope, Some(&Type::Bool)).unwrap());
        let found = contradiction(&[(&one, true), (&two, true)], &scope);
        assert_eq!(found.as_deref(), expected, "{first} and {second}");
    }
}
