//! Every constraining word of JSON Schema 2020-12 is enforced, on a type where it means something.

use std::collections::BTreeSet;

use super::*;
use crate::definition::form::Computed;
use crate::definition::form_schema::words::{Takes, WORDS, takes};

/// Words that describe and constrain nothing.
const DESCRIBING: [&str; 13] = [
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "examples",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "$comment",
    "$defs",
    "definitions",
];

fn text() -> Kind {
    Kind::Text
}

fn number() -> Kind {
    Kind::Plain(T::Decimal)
}

fn texts() -> Kind {
    Kind::Plain(T::List(Box::new(T::Text)))
}

fn rows() -> Kind {
    Kind::Table {
        columns: vec![ask("a", Kind::Text), ask("b", Kind::Text)],
        min: 0,
        max: 9,
        unique: Vec::new(),
    }
}

/// The field's type, its words, an answer that fits and one that does not.
type Word = (fn() -> Kind, Json, Json, Json);

fn cases() -> Vec<Word> {
    let row = |a: &str, b: &str| json!({"a": a, "b": b});
    vec![
        (
            text,
            json!({"type": ["string", "null"], "maxLength": 2}),
            json!("ab"),
            json!("abc"),
        ),
        (text, json!({"type": "string"}), json!("a"), json!(1)),
        (text, json!({"enum": ["a", "b"]}), json!("b"), json!("c")),
        (text, json!({"const": "a"}), json!("a"), json!("b")),
        (number, json!({"multipleOf": 0.5}), json!(1.5), json!(1.3)),
        (number, json!({"maximum": 2}), json!(2), json!(3)),
        (number, json!({"exclusiveMaximum": 2}), json!(1.9), json!(2)),
        (number, json!({"minimum": 2}), json!(2), json!(1)),
        (number, json!({"exclusiveMinimum": 2}), json!(2.1), json!(2)),
        (text, json!({"minLength": 2}), json!("ab"), json!("a")),
        (text, json!({"pattern": "^[a-z]+$"}), json!("ab"), json!("AB")),
        (text, json!({"format": "ipv4"}), json!("10.0.0.1"), json!("10.0.0.256")),
        (
            text,
            json!({"format": "uuid"}),
            json!("123e4567-e89b-12d3-a456-426614174000"),
            json!("x"),
        ),
        (texts, json!({"maxItems": 1}), json!(["a"]), json!(["a", "b"])),
        (texts, json!({"minItems": 2}), json!(["a", "b"]), json!(["a"])),
        (
            texts,
            json!({"uniqueItems": true}),
            json!(["a", "b"]),
            json!(["a", "a"]),
        ),
        (
            texts,
            json!({"contains": {"const": "a"}}),
            json!(["b", "a"]),
            json!(["b"]),
        ),
        (
            texts,
            json!({"contains": {"const": "a"}, "minContains": 2}),
            json!(["a", "a"]),
            json!(["a"]),
        ),
        (
            texts,
            json!({"contains": {"const": "a"}, "maxContains": 1}),
            json!(["a"]),
            json!(["a", "a"]),
        ),
        (
            texts,
            json!({"prefixItems": [{"const": "a"}]}),
            json!(["a", "b"]),
            json!(["b"]),
        ),
        (texts, json!({"items": {"minLength": 2}}), json!(["ab"]), json!(["a"])),
        (
            texts,
            json!({"prefixItems": [{"type": "string"}], "unevaluatedItems": false}),
            json!(["a"]),
            json!(["a", "b"]),
        ),
        (
            text,
            json!({"allOf": [{"minLength": 2}, {"pattern": "a"}]}),
            json!("ab"),
            json!("bb"),
        ),
        (
            text,
            json!({"anyOf": [{"const": "a"}, {"const": "b"}]}),
            json!("b"),
            json!("c"),
        ),
        (
            text,
            json!({"oneOf": [{"minLength": 2}, {"pattern": "^a"}]}),
            json!("bb"),
            json!("ab"),
        ),
        (text, json!({"not": {"const": "a"}}), json!("b"), json!("a")),
        (
            text,
            json!({"if": {"pattern": "^a"}, "then": {"minLength": 2}, "else": {"maxLength": 1}}),
            json!("ab"),
            json!("bb"),
        ),
        (
            text,
            json!({"if": {"pattern": "^a"}, "then": {"minLength": 2}}),
            json!("b"),
            json!("a"),
        ),
        (
            rows,
            json!({"items": {"maxProperties": 1}}),
            json!([{"a": "x"}]),
            json!([row("x", "y")]),
        ),
        (
            rows,
            json!({"items": {"minProperties": 2}}),
            json!([row("x", "y")]),
            json!([{"a": "x"}]),
        ),
        (
            rows,
            json!({"items": {"required": ["b"]}}),
            json!([row("x", "y")]),
            json!([{"a": "x"}]),
        ),
        (
            rows,
            json!({"items": {"dependentRequired": {"a": ["b"]}}}),
            json!([{"b": "x"}]),
            json!([{"a": "x"}]),
        ),
        (
            rows,
            json!({"items": {"dependentSchemas": {"a": {"required": ["b"]}}}}),
            json!([{"b": "x"}]),
            json!([{"a": "x"}]),
        ),
        (
            rows,
            json!({"items": {"properties": {"a": {"const": "x"}}}}),
            json!([row("x", "y")]),
            json!([row("y", "y")]),
        ),
        (
            rows,
            json!({"items": {"patternProperties": {"^a": {"const": "x"}}}}),
            json!([row("x", "y")]),
            json!([row("y", "y")]),
        ),
        (
            rows,
            json!({"items": {"properties": {"a": {}}, "additionalProperties": false}}),
            json!([{"a": "x"}]),
            json!([row("x", "y")]),
        ),
        (
            rows,
            json!({"items": {"propertyNames": {"const": "a"}}}),
            json!([{"a": "x"}]),
            json!([{"b": "x"}]),
        ),
        (
            rows,
            json!({"items": {"properties": {"a": {}}, "unevaluatedProperties": false}}),
            json!([{"a": "x"}]),
            json!([row("x", "y")]),
        ),
        (
            rows,
            json!({"contains": {"properties": {"a": {"const": "lead"}}}}),
            json!([row("x", "y"), row("lead", "y")]),
            json!([row("x", "y")]),
        ),
        (
            || files(0, 3, 100),
            json!({"items": {"properties": {"name": {"pattern": r"\.pdf$"}}}}),
            json!([file("a", 1, "pdf")]),
            json!([file("a", 1, "jpg")]),
        ),
        (
            || Kind::Choice(codes("list", &["a", "b"]), None, false),
            json!({"enum": ["a"]}),
            json!("a"),
            json!("b"),
        ),
    ]
}

fn form_of(kind: Kind, words: &Json) -> CompiledForm {
    let mut field = ask("x", kind);
    field.words = words.clone();
    let tab = Tab {
        id: "p",
        fields: vec![field],
        ..Tab::default()
    };
    CompiledForm::new(Arc::new(form(vec![tab], &[], Vec::new(), &[]))).unwrap_or_else(|bad| panic!("{words}: {bad}"))
}

#[test]
fn every_word_is_enforced() {
    for (kind, words, good, bad) in cases() {
        let form = form_of(kind(), &words);
        assert_eq!(
            run(&form, &answers(json!({"x": good}))),
            Vec::<String>::new(),
            "{words}"
        );
        let told = run(&form, &answers(json!({"x": bad})));
        assert!(!told.is_empty(), "{words} lets {bad} pass");
    }
}

#[test]
fn no_word_is_left_out() {
    let mut tried = BTreeSet::new();
    for (_, words, ..) in cases() {
        tried.extend(used(&words));
    }
    let constrains = |word: &&str| !DESCRIBING.contains(word);
    let missing: Vec<_> = WORDS
        .map(|(word, _)| word)
        .into_iter()
        .filter(constrains)
        .filter(|word| !tried.contains(*word))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn used(words: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (word, value) in words.as_object().into_iter().flatten() {
        found.insert(word.clone());
        match takes(word).unwrap() {
            Takes::Schema => found.extend(used(value)),
            Takes::Schemas => found.extend(value.as_array().into_iter().flatten().flat_map(used)),
            Takes::Named => found.extend(
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, value)| used(value)),
            ),
            Takes::Value => {}
        }
    }
    found
}

/// A computed value is held to its words too.
#[test]
fn a_computed_value_keeps_its_limits() {
    let words = json!({"maximum": 10});
    let mut total = ask("total", Kind::Computed(T::Integer, "x * 2"));
    total.words = words;
    let tab = Tab {
        id: "p",
        fields: vec![ask("x", Kind::Plain(T::Integer)), total],
        ..Tab::default()
    };
    let form = CompiledForm::new(Arc::new(form(vec![tab], &[], Vec::new(), &[]))).unwrap();
    assert!(matches!(
        form.form().field("total").unwrap().kind,
        T::Computed(Computed { .. })
    ));
    assert_eq!(run(&form, &answers(json!({"x": 5}))), Vec::<String>::new());
    assert_eq!(run(&form, &answers(json!({"x": 6}))), ["maximum@total"]);
}

/// A returned print is one of the answers as they are; the mark does not mind the slot itself.
#[test]
fn a_print_of_other_answers_is_stale() {
    let mut slot = crate::definition::form::FileRules {
        accept: vec!["pdf".into()],
        max_size: 100,
        min_items: 0,
        max_items: 1,
        template: None,
        print_of: Some("form".into()),
    };
    slot.template = slot.print_of.clone();
    let fields = vec![ask("name", Kind::Text), ask("signed", Kind::Plain(T::File(slot)))];
    let tab = Tab {
        id: "p",
        fields,
        ..Tab::default()
    };
    let form = CompiledForm::new(Arc::new(form(vec![tab], &[], Vec::new(), &[]))).unwrap();
    let mark = |answers: &Answers| {
        let app = app();
        let context = Context {
            app: &app,
            today: TODAY,
            lookups: &Units,
        };
        Evaluated::new(form.form(), answers, &context).print_mark(answers)
    };
    let printed = mark(&answers(json!({"name": "甲"})));
    let signed = |name: &str, print: Option<&str>| {
        let mut file = file("a", 1, "pdf");
        file["print"] = json!(print);
        answers(json!({"name": name, "signed": [file]}))
    };
    assert_eq!(printed, mark(&signed("甲", Some("0"))));
    for (name, print, findings) in [
        ("甲", Some(&*printed), &[][..]),
        ("甲", None, &[]),
        ("乙", Some(&printed), &["stale-print@signed"]),
        ("甲", Some("0"), &["stale-print@signed"]),
    ] {
        assert_eq!(run(&form, &signed(name, print)), findings, "{name} {print:?}");
    }
}
