//! A value as a person reads it and as JSON.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Number, Value as Json};

use super::{Language, Type, Value};

/// As many digits as a stored decimal may have (LANGUAGE L3).
const DIGITS: u32 = 15;

/// A value in a message: a code as its label, a record as its name, a list joined.
pub(super) fn show(value: &Value, ty: &Type, language: Language) -> String {
    match (value, ty) {
        (Value::Text(code), Type::Code(list)) => list.label(code).to_owned(),
        (Value::Bool(value), _) => yes_or_no(*value, language).to_owned(),
        (Value::List(items), Type::List(of)) => {
            let shown: Vec<String> = items.iter().map(|item| show(item, of, language)).collect();
            let between = if language == Language::Chinese { "、" } else { ", " };
            shown
                .into_iter()
                .filter(|item| !item.is_empty())
                .collect::<Vec<_>>()
                .join(between)
        }
        (Value::Record(values), Type::Record(record)) => {
            let name = record
                .columns
                .get_full("name")
                .and_then(|(at, _, ty)| Some((values.get(at)?, ty)));
            name.map(|(value, ty)| show(value, ty, language)).unwrap_or_default()
        }
        _ => plain(value),
    }
}

/// Whether [`show`] has something to say of a type.
pub(super) fn is_shown(ty: &Type) -> bool {
    match ty {
        Type::Period => false,
        Type::Record(record) => record.columns.contains_key("name"),
        Type::List(of) => is_shown(of),
        _ => true,
    }
}

fn yes_or_no(value: bool, language: Language) -> &'static str {
    match (language, value) {
        (Language::Chinese, true) => "是",
        (Language::Chinese, false) => "否",
        (Language::English, true) => "yes",
        (Language::English, false) => "no",
    }
}

/// A scalar as it is stored; nothing for what is no scalar.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Month(day) => format!("{:04}-{:02}", day.year(), day.month()),
        Value::Empty | Value::Period(_) | Value::List(_) | Value::Record(_) => String::new(),
    }
}

impl Value {
    /// As an answer is stored (LANGUAGE L3); null for what is empty and for periods, an array for a
    /// list, and an array of its columns for a record, whose names only its type knows.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Empty | Self::Period(_) => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(number) => Json::from(*number),
            Self::Decimal(number) => decimal(*number),
            Self::Text(_) | Self::Date(_) | Self::Month(_) => Json::String(plain(self)),
            Self::List(values) | Self::Record(values) => values.iter().map(Self::to_json).collect(),
        }
    }
}

/// A decimal as a JSON number, which holds its 15 leading digits exactly.
fn decimal(number: Decimal) -> Json {
    let number = number.round_sf(DIGITS).unwrap_or(number).normalize();
    if let (0, Some(whole)) = (number.scale(), number.to_i64()) {
        return Json::from(whole);
    }
    let double = number.to_string().parse().ok().and_then(Number::from_f64);
    double.map_or(Json::Null, Json::Number)
}
