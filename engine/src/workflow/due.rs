//! By when: the last day of a wait.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::standing::{Standing, Stay};
use crate::definition::Calendar;
use crate::definition::expression::Period;
use crate::definition::workflow::{Due, State};

/// The last day of a wait in `state` that begins today; it ends at 24:00. A limit that counts the
/// total is shortened by earlier stays, but never ends before today.
pub(super) fn last_day(state: &State, standing: &Standing, today: Date, calendar: &Calendar) -> Option<Date> {
    let due = state.due.as_ref()?;
    let stays = || standing.stays.iter().filter(|stay| due.total && stay.state == state.id);
    let day = end(due, today, stays(), calendar).max(today);
    Some(calendar.roll(day))
}

fn end<'a>(due: &Due, today: Date, stays: impl Iterator<Item = &'a Stay>, calendar: &Calendar) -> Date {
    match due.within {
        Period::Workdays(count) => {
            let spent: i64 = stays.map(|stay| workdays(stay, calendar)).sum();
            calendar.add_workdays(today, count.saturating_sub(spent))
        }
        Period::Days(count) => add(earlier(today, stays), count, |n| Span::new().try_days(n)),
        Period::Months(count) => add(earlier(today, stays), count, |n| Span::new().try_months(n)),
        Period::Years(count) => add(earlier(today, stays), count, |n| Span::new().try_years(n)),
    }
}

/// Today, moved back by the days already spent.
fn earlier<'a>(today: Date, stays: impl Iterator<Item = &'a Stay>) -> Date {
    stays.fold(today, |day, stay| match stay.until.since(stay.from) {
        Ok(spent) => day.checked_sub(spent).unwrap_or(day),
        Err(_) => day,
    })
}

/// A limit beyond the calendar's end is the calendar's end.
fn add(day: Date, count: i64, span: impl Fn(i64) -> Result<Span, jiff::Error>) -> Date {
    span(count).and_then(|span| day.checked_add(span)).unwrap_or(Date::MAX)
}

fn workdays(stay: &Stay, calendar: &Calendar) -> i64 {
    let mut day = stay.from;
    let mut count = 0;
    while day < stay.until {
        let Ok(next) = day.checked_add(1.day()) else {
            return count;
        };
        day = next;
        count += i64::from(calendar.is_workday(day));
    }
    count
}
