use std::sync::Arc;

use serde_json::json;

use super::super::code_list::Row;
use super::*;

fn field(id: &str, kind: FieldType, constraints: Json) -> Field {
    let Json::Object(constraints) = constraints else {
        panic!("constraints are a map")
    };
    Field {
        id: id.into(),
        label: id.into(),
        help: None,
        placeholder: None,
        kind,
        required: true,
        require_when: None,
        show_when: None,
        read_only_when: None,
        default: None,
        sensitive: false,
        print_in_full: false,
        public: false,
        statistic: None,
        renamed_from: Vec::new(),
        constraints,
    }
}

fn list() -> Choice {
    let rows = ["a", "b"].map(|code| Row {
        code: code.into(),
        name: code.to_uppercase(),
        ..Row::default()
    });
    Choice {
        list: Arc::new(CodeList::new("ab".into(), rows.into()).unwrap()),
        filter: None,
        leaf_only: false,
    }
}

#[test]
fn answers_against_types_and_words() {
    use FieldType as T;
    type Case = (FieldType, Json, Json, &'static [(&'static str, Option<usize>)]);
    let cases: Vec<Case> = vec![
        (T::Text, json!({"maxLength": 2}), json!("𠮷䶮"), &[]),
        (
            T::Text,
            json!({"maxLength": 2}),
            json!("𠮷䶮一"),
            &[("max-length", None)],
        ),
        (
            T::Text,
            json!({"minLength": 2, "pattern": "^[a-z]*$"}),
            json!("Ä"),
            &[("min-length", None), ("pattern", None)],
        ),
        (T::Text, json!({}), json!(1), &[("type", None)]),
        (T::Integer, json!({"minimum": 1}), json!(0), &[("minimum", None)]),
        (T::Integer, json!({}), json!(1.5), &[("type", None)]),
        (
            T::Money,
            json!({"exclusiveMinimum": 0, "multipleOf": 0.01}),
            json!(0),
            &[("exclusive-minimum", None)],
        ),
        (T::Date, json!({}), json!("2026-02-28"), &[]),
        (T::Date, json!({}), json!("2026-02-30"), &[("format", None)]),
        (T::Date, json!({}), json!("20260230"), &[("format", None)]),
        (T::Month, json!({}), json!("2026-13"), &[("format", None)]),
        (T::Month, json!({}), json!("2026-12"), &[]),
        (T::Year, json!({"minimum": 2000}), json!(1999), &[("minimum", None)]),
        (T::YesNo, json!({}), json!("yes"), &[("type", None)]),
        (T::Choice(list()), json!({}), json!("c"), &[("enum", None)]),
        (
            T::Choices(list()),
            json!({}),
            json!(["a", "a"]),
            &[("unique-items", None)],
        ),
        (T::Email, json!({}), json!("a@b.cn"), &[]),
        (T::Email, json!({}), json!("a@"), &[("format", None)]),
        (T::Url, json!({}), json!("javascript:alert(1)"), &[("pattern", None)]),
        (
            T::CnIdNumber,
            json!({}),
            json!("620102199001010010"),
            &[("check-digit", None)],
        ),
        (T::CnIdNumber, json!({}), json!("620102"), &[("format", None)]),
        (T::CnCreditCode, json!({}), json!("12620000MM00000190"), &[]),
        (
            T::List(Box::new(T::Text)),
            json!({"minItems": 3, "maxLength": 2}),
            json!(["一", "二二二"]),
            &[("max-length", Some(1)), ("min-items", None)],
        ),
    ];
    for (kind, words, answer, expected) in cases {
        let field = field("x", kind, words);
        let validator = Validator::new(&field_schema(&field)).unwrap();
        let mut found: Vec<_> = validator
            .misfits(&answer)
            .into_iter()
            .map(|m| (m.word, m.item))
            .collect();
        found.sort();
        let expected: Vec<_> = expected
            .iter()
            .map(|(word, item)| (String::from(*word), *item))
            .collect();
        assert_eq!(found, expected, "{} {answer}", field.kind.name());
    }
}

#[test]
fn misfits_never_repeat_the_answer() {
    let field = field("x", FieldType::CnIdNumber, json!({"minLength": 30}));
    let validator = Validator::new(&field_schema(&field)).unwrap();
    for misfit in validator.misfits(&json!("620102199001010010")) {
        assert!(!format!("{:?}", misfit.message).contains("620102"));
    }
}

#[test]
fn bad_words_are_told() {
    for words in [
        json!({"pattern": "("}),
        json!({"maxLength": "x"}),
        json!({"format": "no-such"}),
        json!({"pattern": "(?=a)"}),
    ] {
        assert!(
            Validator::new(&field_schema(&field("x", FieldType::Text, words.clone()))).is_err(),
            "{words}"
        );
    }
}

#[test]
fn the_same_word_twice_holds_twice() {
    let schema = field_schema(&field("x", FieldType::Year, json!({"minimum": 2000})));
    assert_eq!(schema["allOf"], json!([{ "minimum": 2000 }]));
}

#[test]
fn the_document_is_a_schema_and_requires_what_is_always_required() {
    let mut optional = field("note", FieldType::Text, json!({}));
    optional.required = false;
    let fields = [field("name", FieldType::Text, json!({"maxLength": 3})), optional];
    let page = Page {
        id: "p".into(),
        title: "P".into(),
        intro: None,
        text: None,
        renamed_from: Vec::new(),
        show_when: None,
        require_when: None,
        fields: fields.into_iter().map(|field| (Id::clone(&field.id), field)).collect(),
    };
    let document = schema("f", &"F".into(), &IndexMap::from([("p".into(), page)]));
    assert_eq!(document["required"], json!(["name"]));
    let validator = Validator::new(&document).unwrap();
    assert!(validator.misfits(&json!({"name": "一二三"})).is_empty());
    assert_eq!(validator.misfits(&json!({"name": "一二三四"})).len(), 1);
}
