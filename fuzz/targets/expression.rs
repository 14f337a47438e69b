//! Expressions and messages: compiled against a form, evaluated without answers and with some.
#![no_main]
#![allow(missing_docs, reason = "the macro makes public functions")]

use std::sync::LazyLock;

use dengji::definition::expression::{Frame, Message, Scope, Type, Value, compile};
use dengji::definition::{Language, Text};
use dengji_fuzz::{REGION, Spoilt};
use libfuzzer_sys::fuzz_target;

/// The names of a form, and answers to them.
static FORM: LazyLock<(Scope, Vec<Value>)> = LazyLock::new(|| {
    let loaded = Spoilt::new().load();
    let scope = loaded.regions[REGION].forms["applied"].scope.clone();
    let answers = scope.names.values().map(|ty| answer(ty, 0)).collect();
    (scope, answers)
});

fn answer(ty: &Type, depth: usize) -> Value {
    let day = || "2026-11-20".parse().unwrap_or_default();
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Int => Value::Int(i64::MAX),
        Type::Decimal => Value::Decimal("0.1".parse().unwrap_or_default()),
        Type::Text | Type::Code(_) => Value::Text("文字 text".into()),
        Type::Date => Value::Date(day()),
        Type::Month => Value::Month(day()),
        Type::List(of) if depth < 3 => Value::List(vec![answer(of, depth + 1); 3].into()),
        Type::Record(record) if depth < 3 => {
            let columns = record.columns.values().map(|ty| answer(ty, depth + 1));
            Value::Record(columns.collect::<Vec<_>>().into())
        }
        _ => Value::Empty,
    }
}

fuzz_target!(|source: &str| {
    let (scope, answers) = &*FORM;
    let empty = vec![Value::Empty; answers.len()];
    let frames = [&empty, answers].map(|base| Frame { base, extra: &[] });
    for expected in [None, Some(&Type::Bool)] {
        match compile(source, scope, expected) {
            Ok(expression) => {
                expression.verdict();
                for frame in &frames {
                    let _ = expression.eval(frame);
                }
            }
            Err(mistakes) => {
                assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    assert!(
                        mistake.start <= mistake.end && mistake.end <= source.len(),
                        "{mistake:?}"
                    );
                    assert!(source.get(mistake.start..mistake.end).is_some(), "{mistake:?}");
                }
            }
        }
    }
    if let Ok(message) = Message::compile(&Text::both(source, source), scope) {
        for frame in &frames {
            message.fill(frame).get(Language::English);
        }
    }
});
