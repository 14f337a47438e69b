//! Working days: which days an office rests, and how a period is counted.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// A calendar of days off and of weekend days that are worked.
///
/// A day that the calendar's data says nothing of is a working day from Monday to Friday.
#[derive(Debug, Default, Clone)]
pub struct Calendar {
    /// Exceptions from Monday-to-Friday: true where the day is worked.
    pub exceptions: BTreeMap<Date, bool>,
    /// Whether a deadline that ends on a day off moves to the next working day.
    pub rollover: bool,
}

impl Calendar {
    /// Whether `day` is worked.
    pub fn is_workday(&self, day: Date) -> bool {
        match self.exceptions.get(&day) {
            Some(&worked) => worked,
            None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// The day that lies `count` working days after `day`; `day` itself is not counted.
    pub fn add_workdays(&self, day: Date, count: i64) -> Date {
        let (step, mut left) = if count < 0 { (-1, -count) } else { (1, count) };
        let mut at = day;
        while left > 0 {
            let Ok(next) = at.checked_add(step.days()) else {
                return at;
            };
            at = next;
            if self.is_workday(at) {
                left -= 1;
            }
        }
        at
    }

    /// `day`, or the next working day where it is off and the region rolls over.
    pub fn roll(&self, day: Date) -> Date {
        let mut at = day;
        while self.rollover && !self.is_workday(at) {
            let Ok(next) = at.checked_add(1.day()) else { return at };
            at = next;
        }
        at
    }
}
