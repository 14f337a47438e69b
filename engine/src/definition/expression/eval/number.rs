//! Exact numbers: whole ones stay whole, and a decimal makes the other operand one.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::super::Value;
use super::super::node::Operator;

/// Two numbers of one kind.
enum Pair {
    Int(i64, i64),
    Decimal(Decimal, Decimal),
}

fn pair(left: &Value, right: &Value) -> Option<Pair> {
    Some(match (left, right) {
        (Value::Int(a), Value::Int(b)) => Pair::Int(*a, *b),
        _ => Pair::Decimal(decimal(left)?, decimal(right)?),
    })
}

/// A number as a decimal.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

/// How two numbers are ordered; `None` where either is none.
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match pair(left, right)? {
        Pair::Int(a, b) => a.cmp(&b),
        Pair::Decimal(a, b) => a.cmp(&b),
    })
}

/// `-x`
pub(super) fn negate(value: &Value) -> Value {
    match value {
        Value::Int(number) => number.checked_neg().map_or(Value::Empty, Value::Int),
        Value::Decimal(number) => Value::Decimal(-*number),
        _ => Value::Empty,
    }
}

/// Arithmetic on two numbers; empty on overflow and on division by zero.
pub(super) fn calculate(operator: Operator, left: &Value, right: &Value) -> Value {
    let result = match pair(left, right) {
        None => None,
        Some(Pair::Int(a, b)) => whole(operator, a, b).map(Value::Int),
        Some(Pair::Decimal(a, b)) => exact(operator, a, b).map(Value::Decimal),
    };
    result.unwrap_or_default()
}

fn whole(operator: Operator, a: i64, b: i64) -> Option<i64> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        Operator::Remainder => a.checked_rem(b),
    }
}

fn exact(operator: Operator, a: Decimal, b: Decimal) -> Option<Decimal> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        Operator::Remainder => a.checked_rem(b),
    }
}
