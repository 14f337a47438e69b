//! Calendar dates, as little of them as deadlines need.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, years 1 to 9999. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, where there is one.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=length(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The same day so many months later, or the last day of that month where it is shorter.
    /// None past the year 9999.
    pub fn plus_months(self, months: u32) -> Option<Self> {
        let count = u32::from(self.year)
            .checked_mul(12)?
            .checked_add(u32::from(self.month) - 1)?
            .checked_add(months)?;
        let (year, month) = (u16::try_from(count / 12).ok()?, u8::try_from(count % 12 + 1).ok()?);
        Self::new(year, month, self.day.min(length(year, month)))
    }

    /// As an official text writes it: `2026年7月1日`.
    pub fn chinese(self) -> String {
        format!("{}年{}月{}日", self.year, self.month, self.day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The text is not a date such as `2026-11-20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADate;

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date such as 2026-11-20")
    }
}

impl std::error::Error for NotADate {}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| {
                if at == 4 || at == 7 {
                    *byte == b'-'
                } else {
                    byte.is_ascii_digit()
                }
            });
        if !shaped {
            return Err(NotADate);
        }
        let part = |range: std::ops::Range<usize>| text[range].parse::<u16>().map_err(|_| NotADate);
        let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
        Self::new(year, month as u8, day as u8).ok_or(NotADate)
    }
}

fn length(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_clamp_at_the_end() {
        for (from, months, to) in [
            ("2026-05-20", 6, "2026-11-20"),
            ("2026-08-31", 6, "2027-02-28"),
            ("2027-08-31", 6, "2028-02-29"),
            ("2026-12-31", 2, "2027-02-28"),
            ("2026-03-31", 1, "2026-04-30"),
            ("2026-01-31", 0, "2026-01-31"),
            ("2026-07-01", 12, "2027-07-01"),
        ] {
            let from: Date = from.parse().unwrap();
            assert_eq!(from.plus_months(months).unwrap().to_string(), to);
        }
        assert_eq!("9999-12-01".parse::<Date>().unwrap().plus_months(1), None);
        assert_eq!("2026-12-01".parse::<Date>().unwrap().plus_months(u32::MAX), None);
    }

    #[test]
    fn only_real_days_are_dates() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "2026/01/01",
            "+026-01-01",
            "",
            "二〇二六-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
        assert!("2024-02-29".parse::<Date>().is_ok());
        assert_eq!("2026-07-01".parse::<Date>().unwrap().chinese(), "2026年7月1日");
    }
}
