//! What time it is in the office.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// The time of an office: China Standard Time, UTC+8 without summer time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at noon of `day` until it is set, for samples and tests.
    pub fn fixed(day: Date) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(noon(day)))))
    }

    /// Sets a fixed clock to noon of `day`; the machine's clock is not touched.
    pub fn set(&self, day: Date) {
        if let Source::Fixed(at) = &self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = noon(day);
        }
    }

    /// Lets so much time pass on a fixed clock; the machine's clock is not touched.
    pub fn pass(&self, time: SignedDuration) {
        if let Source::Fixed(at) = &self.0 {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.saturating_add(time).unwrap_or(*at);
        }
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// A moment as the office's clock shows it, to the minute: `2026-11-20 12:00`.
    pub fn shown(&self, at: Timestamp) -> String {
        shown(at)
    }

    /// The day in the office.
    pub fn today(&self) -> Date {
        local(self.now()).date()
    }
}

/// A moment as the office's calendar and wall clock show it.
pub(super) fn local(at: Timestamp) -> DateTime {
    at.to_zoned(zone()).datetime()
}

/// A moment as the office's clock shows it, to the minute.
pub(super) fn shown(at: Timestamp) -> String {
    local(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0)
        .to_zoned(zone())
        .map(|zoned| zoned.timestamp())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let clock = Clock::fixed(Date::constant(2026, 11, 20));
        assert_eq!(clock.today(), Date::constant(2026, 11, 20));
        assert_eq!(clock.now().to_string(), "2026-11-20T04:00:00Z");
        clock.set(Date::constant(2026, 12, 31));
        assert_eq!(clock.today(), Date::constant(2026, 12, 31));
        clock.pass(SignedDuration::from_hours(12));
        assert_eq!(clock.today(), Date::constant(2027, 1, 1));
    }
}
