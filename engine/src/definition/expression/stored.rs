//! Stored answers as values (LANGUAGE L3).

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Number, Value as Json};

use super::{RecordType, Type, Value};

/// The column that holds a row's position.
const INDEX: &str = "index";

/// A stored answer as a value: JSON that does not fit `ty` reads as empty, an unanswered list as `[]`.
///
/// A record is read from an object by its columns' names. In a list of records, a column `index` is
/// the row's position from 1, whatever was stored.
pub fn value_of(json: &Json, ty: &Type) -> Value {
    read(json, ty).unwrap_or_default()
}

fn read(json: &Json, ty: &Type) -> Option<Value> {
    Some(match (ty, json) {
        (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
        (Type::Int, Json::Number(number)) => Value::Int(whole(number)?),
        // A year is stored as its four digits.
        (Type::Int, Json::String(text)) => Value::Int(text.parse().ok()?),
        (Type::Decimal, Json::Number(number)) => Value::Decimal(exact(number)?),
        (Type::Text | Type::Code(_), Json::String(text)) => Value::Text(text.as_str().into()),
        (Type::Date, Json::String(text)) => Value::Date(day(text)?),
        (Type::Month, Json::String(text)) => Value::Month(day(&format!("{text}-01"))?),
        (Type::List(of), Json::Array(items)) => Value::List(list(items, of)),
        (Type::List(_), Json::Null) => Value::List(Arc::new([])),
        (Type::Record(record), Json::Object(_)) => Value::Record(columns(json, record, None)),
        _ => return None,
    })
}

/// A day in the one form that is stored.
fn day(text: &str) -> Option<Date> {
    (text.len() == "2026-11-20".len()).then(|| text.parse().ok()).flatten()
}

/// A number by its digits, so that 0.1 is a tenth.
fn exact(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    if text.contains(['e', 'E']) {
        Decimal::from_scientific(&text).ok()
    } else {
        Decimal::from_str_exact(&text).ok()
    }
}

fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let number = exact(number)?.normalize();
        if number.scale() == 0 {
            number.to_string().parse().ok()
        } else {
            None
        }
    })
}

fn list(items: &[Json], of: &Type) -> Arc<[Value]> {
    let item = |(at, json): (usize, &Json)| match (of, json) {
        (Type::Record(record), Json::Object(_)) => Value::Record(columns(json, record, Some(at + 1))),
        _ => value_of(json, of),
    };
    items.iter().enumerate().map(item).collect()
}

fn columns(json: &Json, record: &RecordType, position: Option<usize>) -> Arc<[Value]> {
    let column = |(id, ty): (&Arc<str>, &Type)| match position {
        Some(position) if &**id == INDEX => Value::Int(position as i64),
        _ => value_of(json.get(&**id).unwrap_or(&Json::Null), ty),
    };
    record.columns.iter().map(column).collect()
}
