//! Stored answers, seen without a form: what counts as answered.

use serde_json::Value as Json;

use crate::definition::FieldType;
use crate::definition::expression::{Type, Value};
use crate::definition::form_schema::is_answered;

/// The answer, if there is one.
pub(super) fn answered(answer: Option<&Json>) -> Option<&Json> {
    answer.filter(|answer| is_answered(answer))
}

/// Whether an expression would call the value filled.
pub(super) fn is_filled(value: &Value) -> bool {
    match value {
        Value::Empty => false,
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => true,
    }
}

/// What an unanswered field of this type reads as: lists as `[]`, everything else as empty.
pub(super) fn unanswered(ty: &Type) -> Value {
    match ty {
        Type::List(_) => Value::List([].into()),
        _ => Value::Empty,
    }
}

/// Whether the applicant is asked at all: not for what is worked out or only read.
pub(super) fn is_asked(kind: &FieldType) -> bool {
    !matches!(kind, FieldType::Computed(_) | FieldType::Note)
}
