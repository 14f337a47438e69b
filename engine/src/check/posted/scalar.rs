//! One typed value from what a person typed.
//!
//! Forgiving where the meaning is plain (full-width digits, 2026年1月2日, thousands commas, spaces
//! at the ends), and exact in what is stored.

use jiff::civil::Date;
use serde_json::{Number, Value as Json};

use super::Reason;
use crate::definition::{FieldType, unseen};

/// No number has more significant digits (LANGUAGE L3).
const MAX_DIGITS: usize = 15;

/// The answer in `raw`; null where nothing was typed.
pub(super) fn read(kind: &FieldType, raw: &str) -> Result<Json, Reason> {
    if raw.contains('\0') {
        return Err(Reason::ForbiddenCharacter);
    }
    match kind {
        FieldType::LongText => lines(raw).map(text),
        FieldType::Integer => integer(raw),
        FieldType::Decimal | FieldType::Money => decimal(raw),
        FieldType::Date => date(raw),
        FieldType::Month => month(raw),
        FieldType::Year => year(raw),
        FieldType::YesNo => yes_no(raw),
        FieldType::Text | FieldType::Lookup(_) => Ok(text(line(raw))),
        _ => Ok(text(narrow(&line(raw)))),
    }
}

fn text(value: String) -> Json {
    if value.is_empty() {
        Json::Null
    } else {
        Json::String(value)
    }
}

/// One line: no control characters, none that nobody sees, no white space at the ends.
fn line(raw: &str) -> String {
    if raw.chars().all(is_plain) {
        return raw.trim().to_owned();
    }
    let flat: String = raw
        .chars()
        .map(|letter| if is_space(letter) { ' ' } else { letter })
        .collect();
    let clean: String = flat
        .chars()
        .filter(|letter| !letter.is_control() && !unseen(*letter))
        .collect();
    clean.trim().to_owned()
}

/// Whether a letter stays as it is wherever it stands.
fn is_plain(letter: char) -> bool {
    !(is_space(letter) || letter.is_control() || unseen(letter))
}

fn is_space(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Several lines: `\n` ends each, no other control characters, none that nobody sees, no white space at the ends.
pub(super) fn lines(raw: &str) -> Result<String, Reason> {
    if raw.contains('\0') {
        return Err(Reason::ForbiddenCharacter);
    }
    Ok(cleaned(raw))
}

/// The same of a text that is never refused: characters that it may not have are left out.
pub(super) fn cleaned(raw: &str) -> String {
    if raw.chars().all(|letter| is_plain(letter) || letter == '\n') {
        return raw.trim().to_owned();
    }
    let unix = raw.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let clean: String = unix
        .chars()
        .filter(|letter| (!letter.is_control() && !unseen(*letter)) || matches!(letter, '\n' | '\t'))
        .collect();
    clean.trim().to_owned()
}

/// Full-width letters, digits and signs (U+FF01 to U+FF5E) as ASCII, the ideographic space as one.
fn narrow(text: &str) -> String {
    let one = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(one).collect::<String>().trim().to_owned()
}

/// The number without thousands commas, which must stand where they belong.
fn number(raw: &str) -> Option<String> {
    let text = narrow(&line(raw));
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    let good = (!grouped || (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3);
    let whole = whole.replace(',', "");
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !good || !all_digits(&whole) || fraction.is_some_and(|fraction| !all_digits(fraction)) {
        return None;
    }
    Some(match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    })
}

fn significant(number: &str) -> usize {
    let whole_only = !number.contains('.');
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let from_left = digits.trim_start_matches('0');
    if whole_only {
        from_left.len()
    } else {
        from_left.trim_end_matches('0').len()
    }
}

fn integer(raw: &str) -> Result<Json, Reason> {
    if line(raw).is_empty() {
        return Ok(Json::Null);
    }
    let number = number(raw)
        .filter(|number| !number.contains('.'))
        .ok_or(Reason::NotAnInteger)?;
    if significant(&number) > MAX_DIGITS {
        return Err(Reason::TooManyDigits);
    }
    number.parse::<i64>().map(Json::from).map_err(|_| Reason::NotAnInteger)
}

/// A number that a double holds exactly as it is printed, because it has 15 digits or fewer.
fn decimal(raw: &str) -> Result<Json, Reason> {
    if line(raw).is_empty() {
        return Ok(Json::Null);
    }
    let number = number(raw).ok_or(Reason::NotANumber)?;
    if significant(&number) > MAX_DIGITS || number.len() > 2 * MAX_DIGITS {
        return Err(Reason::TooManyDigits);
    }
    let whole = match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => &number,
    };
    if let Ok(integer) = whole.parse::<i64>() {
        return Ok(Json::from(integer));
    }
    let float = number.parse::<f64>().ok().and_then(Number::from_f64);
    float.map(Json::Number).ok_or(Reason::NotANumber)
}

/// The numbers of a date: `2026-1-2`, `2026/1/2`, `2026.1.2`, `2026年1月2日`; eight digits as well.
fn date_parts(raw: &str) -> Option<Vec<i16>> {
    let text = narrow(&line(raw));
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = match compact {
        true => format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]),
        false => text,
    };
    let parts = text
        .trim_end_matches(['日', '号', '月', '年'])
        .split(['-', '/', '.', '年', '月']);
    parts
        .map(|part| part.trim().parse().ok().filter(|_| !part.contains(['+', '-'])))
        .collect()
}

fn day(year: i16, month: i16, day: i16) -> Option<Date> {
    let year = Some(year).filter(|year| (1000..=9999).contains(year))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn date(raw: &str) -> Result<Json, Reason> {
    if line(raw).is_empty() {
        return Ok(Json::Null);
    }
    let date = match date_parts(raw).as_deref() {
        Some(&[y, m, d]) => day(y, m, d),
        _ => None,
    };
    date.map(|date| Json::String(date.to_string())).ok_or(Reason::NotADate)
}

fn month(raw: &str) -> Result<Json, Reason> {
    if line(raw).is_empty() {
        return Ok(Json::Null);
    }
    let first = match date_parts(raw).as_deref() {
        Some(&[y, m]) => day(y, m, 1),
        _ => None,
    };
    let month = first.map(|day| format!("{:04}-{:02}", day.year(), day.month()));
    month.map(Json::String).ok_or(Reason::NotAMonth)
}

fn year(raw: &str) -> Result<Json, Reason> {
    if line(raw).is_empty() {
        return Ok(Json::Null);
    }
    let text = narrow(&line(raw));
    let digits = text.trim_end_matches('年').trim();
    let year = digits.parse::<i64>().ok().filter(|year| (1000..=9999).contains(year));
    year.filter(|_| digits.len() == 4)
        .map(Json::from)
        .ok_or(Reason::NotAYear)
}

fn yes_no(raw: &str) -> Result<Json, Reason> {
    match raw.trim() {
        "" => Ok(Json::Null),
        "true" => Ok(Json::Bool(true)),
        "false" => Ok(Json::Bool(false)),
        _ => Err(Reason::UnknownChoice),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(kind: FieldType, cases: &[(&str, Result<Json, Reason>)]) {
        for (raw, expected) in cases {
            assert_eq!(read(&kind, raw), *expected, "{} {raw:?}", kind.name());
        }
    }

    #[test]
    fn numbers() {
        check(
            FieldType::Integer,
            &[
                ("", Ok(Json::Null)),
                (" 12 ", Ok(json!(12))),
                ("１２", Ok(json!(12))),
                ("-3", Ok(json!(-3))),
                ("1,234", Ok(json!(1234))),
                ("1,23", Err(Reason::NotAnInteger)),
                ("1.0", Err(Reason::NotAnInteger)),
                ("十", Err(Reason::NotAnInteger)),
                ("--1", Err(Reason::NotAnInteger)),
                ("1234567890123456", Err(Reason::TooManyDigits)),
            ],
        );
        check(
            FieldType::Money,
            &[
                ("0.1", Ok(json!(0.1))),
                ("１００．５０", Ok(json!(100.5))),
                ("5.00", Ok(json!(5))),
                ("0005", Ok(json!(5))),
                ("123456789012.345", Ok(json!(123456789012.345))),
                ("1234567890123.456", Err(Reason::TooManyDigits)),
                ("1e5", Err(Reason::NotANumber)),
                (".5", Err(Reason::NotANumber)),
                ("5万", Err(Reason::NotANumber)),
                ("NaN", Err(Reason::NotANumber)),
                ("0.0000000000000000000000000000000000001", Err(Reason::TooManyDigits)),
            ],
        );
    }

    #[test]
    fn days_months_and_years() {
        check(
            FieldType::Date,
            &[
                ("2026-01-02", Ok(json!("2026-01-02"))),
                ("2026/1/2", Ok(json!("2026-01-02"))),
                ("2026年1月2日", Ok(json!("2026-01-02"))),
                ("２０２６．１．２", Ok(json!("2026-01-02"))),
                ("20260102", Ok(json!("2026-01-02"))),
                ("2026-02-30", Err(Reason::NotADate)),
                ("26-1-2", Err(Reason::NotADate)),
                ("2026-1", Err(Reason::NotADate)),
                ("2026-+1-2", Err(Reason::NotADate)),
                ("明天", Err(Reason::NotADate)),
            ],
        );
        check(
            FieldType::Month,
            &[
                ("2026-11", Ok(json!("2026-11"))),
                ("2026年1月", Ok(json!("2026-01"))),
                ("2026-13", Err(Reason::NotAMonth)),
                ("2026", Err(Reason::NotAMonth)),
            ],
        );
        check(
            FieldType::Year,
            &[
                ("2026", Ok(json!(2026))),
                ("２０２６年", Ok(json!(2026))),
                ("26", Err(Reason::NotAYear)),
            ],
        );
    }

    #[test]
    fn texts() {
        check(
            FieldType::Text,
            &[
                (" 王 伟\u{7}任 ", Ok(json!("王 伟任"))),
                ("a\r\nb", Ok(json!("a  b"))),
                (" \t ", Ok(Json::Null)),
                ("a\0b", Err(Reason::ForbiddenCharacter)),
                ("a\u{202e}b\u{2066}c\u{200b}\u{feff}\u{e0041}", Ok(json!("abc"))),
                ("\u{200f}\u{2060}", Ok(Json::Null)),
                ("a\u{2028}b", Ok(json!("a b"))),
                ("ن\u{200c}م 葛\u{e0101}", Ok(json!("ن\u{200c}م 葛\u{e0101}"))),
                ("\u{20000}\u{2B820}", Ok(json!("\u{20000}\u{2B820}"))),
            ],
        );
        check(
            FieldType::LongText,
            &[
                ("a\r\n\r\nb\r", Ok(json!("a\n\nb"))),
                ("a\u{2029}\u{202e}b\u{1b}", Ok(json!("a\nb"))),
                ("\n", Ok(Json::Null)),
            ],
        );
        check(FieldType::CnIdNumber, &[("６２０１０２Ｘ", Ok(json!("620102X")))]);
        check(
            FieldType::YesNo,
            &[
                ("true", Ok(json!(true))),
                ("", Ok(Json::Null)),
                ("1", Err(Reason::UnknownChoice)),
            ],
        );
    }
}
