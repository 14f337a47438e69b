//! Between which numbers, days or months a value may lie.

use std::cmp::Ordering;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::super::Value;
use super::super::node::Comparison;

/// The values that are let in; an end that is not there lets in all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    low: Option<End>,
    high: Option<End>,
}

/// The last value at one end.
#[derive(Clone, Copy, Debug)]
struct End {
    at: Key,
    /// Whether it is let in itself.
    closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Number(Decimal),
    Day(Date),
    Month(Date),
}

impl Range {
    /// What is such that `it how value`, or that this is not so; none where that is no range.
    pub(super) fn of(how: Comparison, value: &Value, wanted: bool) -> Option<Self> {
        use Comparison as C;
        let at = Key::of(value)?;
        let end = |closed| Some(End { at, closed });
        let how = match (how, wanted) {
            (how, true) => how,
            (C::Less, false) => C::GreaterOrEqual,
            (C::LessOrEqual, false) => C::Greater,
            (C::Greater, false) => C::LessOrEqual,
            (C::GreaterOrEqual, false) => C::Less,
            (C::Equal, false) => C::Unequal,
            (C::Unequal, false) => C::Equal,
        };
        let (low, high) = match how {
            C::Less => (None, end(false)),
            C::LessOrEqual => (None, end(true)),
            C::Greater => (end(false), None),
            C::GreaterOrEqual => (end(true), None),
            C::Equal => (end(true), end(true)),
            C::Unequal => return None,
        };
        Some(Self { low, high })
    }

    /// What both let in.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            low: narrower(self.low, other.low, Ordering::Greater),
            high: narrower(self.high, other.high, Ordering::Less),
        }
    }

    /// What one of them lets in, and all between.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            low: wider(self.low, other.low, Ordering::Less),
            high: wider(self.high, other.high, Ordering::Greater),
        }
    }

    /// Whether nothing is let in.
    pub(super) fn is_empty(&self) -> bool {
        let (Some(low), Some(high)) = (self.low, self.high) else {
            return false;
        };
        match low.at.compared(&high.at) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !(low.closed && high.closed),
            _ => false,
        }
    }
}

/// Of two ends, the one whose value lies further in the direction `inward`; of the same, the open one.
fn narrower(one: Option<End>, other: Option<End>, inward: Ordering) -> Option<End> {
    let (Some(a), Some(b)) = (one, other) else {
        return one.or(other);
    };
    Some(match a.at.compared(&b.at) {
        Some(Ordering::Equal) => End {
            closed: a.closed && b.closed,
            ..a
        },
        Some(order) if order == inward => a,
        _ => b,
    })
}

/// Of two ends, the one whose value lies further in the direction `outward`; none where one lets in all.
fn wider(one: Option<End>, other: Option<End>, outward: Ordering) -> Option<End> {
    let (a, b) = one.zip(other)?;
    match a.at.compared(&b.at)? {
        Ordering::Equal => Some(End {
            closed: a.closed || b.closed,
            ..a
        }),
        order if order == outward => Some(a),
        _ => Some(b),
    }
}

impl Key {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Number(Decimal::from(*number))),
            Value::Decimal(number) => Some(Self::Number(*number)),
            Value::Date(day) => Some(Self::Day(*day)),
            Value::Month(month) => Some(Self::Month(*month)),
            _ => None,
        }
    }

    fn compared(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Day(a), Self::Day(b)) | (Self::Month(a), Self::Month(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}
