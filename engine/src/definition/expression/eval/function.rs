//! What the functions give.

use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::super::node::{Function, Node, Operator};
use super::super::show::plain;
use super::super::{Period, TooCostly, Value};
use super::{Env, Evaluated, eval, items, known, number, owned};

/// The most working days that are counted.
const MOST_WORKDAYS: i64 = 20_000;

/// Calls a function on its arguments.
pub(super) fn call<'e>(function: &'e Function, arguments: &'e [Node], env: &Env<'e>) -> Evaluated<'e> {
    let [first, rest @ ..] = arguments else {
        return owned(Value::Empty);
    };
    let first = eval(first, env)?;
    if let Function::Filled = function {
        return known(Some(is_filled(&first)));
    }
    if let Some(second) = rest.first() {
        let second = eval(second, env)?;
        return of_two(function, &first, &second, env);
    }
    owned(match (function, &*first) {
        (Function::Size, Value::Text(text)) => {
            env.spend(text.len() / 32)?;
            Value::Int(text.chars().count() as i64)
        }
        (Function::Size, Value::List(items)) => Value::Int(items.len() as i64),
        (Function::Sum { decimal }, list) => {
            env.spend(items(list).len())?;
            sum(items(list), *decimal)
        }
        (Function::Date, Value::Text(text)) => text.parse().map_or(Value::Empty, Value::Date),
        (Function::Month, Value::Date(day)) => Value::Month(day.first_of_month()),
        (Function::FullYear, Value::Date(day) | Value::Month(day)) => Value::Int(day.year().into()),
        (Function::Days, Value::Int(count)) => Value::Period(Period::Days(*count)),
        (Function::Workdays, Value::Int(count)) => Value::Period(Period::Workdays(*count)),
        (Function::Months, Value::Int(count)) => Value::Period(Period::Months(*count)),
        (Function::Years, Value::Int(count)) => Value::Period(Period::Years(*count)),
        (Function::ToInt, value) => to_int(value),
        (Function::ToDecimal, value) => to_decimal(value),
        (Function::ToText, value) if *value != Value::Empty => Value::Text(plain(value).into()),
        (Function::Label(list), Value::Text(code)) => Value::Text(
            list.get(code)
                .map_or_else(|| Arc::clone(code), |entry| Arc::clone(&entry.name)),
        ),
        _ => Value::Empty,
    })
}

fn of_two<'e>(function: &Function, first: &Value, second: &Value, env: &Env<'_>) -> Evaluated<'e> {
    if let (Function::Deadline, Value::Date(_), Value::Period(period)) = (function, first, second) {
        return owned(match shifted(first, *period, 1, env)? {
            Value::Date(day) => Value::Date(env.calendar.roll(day)),
            other => other,
        });
    }
    let (Value::Text(text), Value::Text(part)) = (first, second) else {
        return owned(Value::Empty);
    };
    env.spend(text.len() / 32)?;
    known(match function {
        Function::StartsWith => Some(text.starts_with(&**part)),
        Function::EndsWith => Some(text.ends_with(&**part)),
        Function::Contains => Some(text.contains(&**part)),
        Function::Matches(pattern) => Some(pattern.is_match(text)),
        Function::Within(list) => Some(list.is_within(text, part)),
        _ => None,
    })
}

/// Whether it is answered; a text or list also holds something.
fn is_filled(value: &Value) -> bool {
    match value {
        Value::Empty => false,
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => true,
    }
}

fn sum(items: &[Value], decimal: bool) -> Value {
    let zero = if decimal {
        Value::Decimal(Decimal::ZERO)
    } else {
        Value::Int(0)
    };
    let answered = items.iter().filter(|item| **item != Value::Empty);
    answered.fold(zero, |total, item| number::calculate(Operator::Add, &total, item))
}

fn to_int(value: &Value) -> Value {
    let number = match value {
        Value::Text(text) => text.trim().parse().ok(),
        value => number::decimal(value).and_then(|number| number.trunc().to_i64()),
    };
    number.map_or(Value::Empty, Value::Int)
}

fn to_decimal(value: &Value) -> Value {
    let number = match value {
        Value::Text(text) => Decimal::from_str_exact(text.trim()).ok(),
        value => number::decimal(value),
    };
    number.map_or(Value::Empty, Value::Decimal)
}

/// A day or month moved by a period, forwards for `sign` 1; empty where no day is there.
pub(super) fn shifted(from: &Value, period: Period, sign: i64, env: &Env<'_>) -> Result<Value, TooCostly> {
    if let (Value::Date(day), Period::Workdays(count)) = (from, period) {
        if count.unsigned_abs() > MOST_WORKDAYS.unsigned_abs() {
            return Ok(Value::Empty);
        }
        env.spend(count.unsigned_abs() as usize)?;
        return Ok(Value::Date(env.calendar.add_workdays(*day, count * sign)));
    }
    Ok(match from {
        Value::Date(day) => moved(*day, period, sign).map_or(Value::Empty, Value::Date),
        Value::Month(day) if matches!(period, Period::Months(_) | Period::Years(_)) => {
            moved(*day, period, sign).map_or(Value::Empty, Value::Month)
        }
        _ => Value::Empty,
    })
}

/// A day moved by calendar units; month ends clamp.
fn moved(day: Date, period: Period, sign: i64) -> Option<Date> {
    let span = match period {
        Period::Days(count) => Span::new().try_days(count.checked_mul(sign)?),
        Period::Months(count) => Span::new().try_months(count.checked_mul(sign)?),
        Period::Years(count) => Span::new().try_years(count.checked_mul(sign)?),
        Period::Workdays(_) => return None,
    };
    day.checked_add(span.ok()?).ok()
}
