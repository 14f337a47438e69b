//! Numbers that carry a check digit or a fixed shape, and what is wrong with one.
//!
//! Every function reads its input as a person may write it: full-width characters count as their
//! ASCII forms, lower case as upper case, and spaces and hyphens are passed over. Nothing here says
//! that a number was ever given out.

use jiff::civil::Date;

/// What is wrong with a number. No fault repeats any part of it: numbers can be sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It has the wrong number of characters.
    #[error("{found} characters instead of {wanted}")]
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be, for example `10 / 13`.
        wanted: &'static str,
    },
    /// A character stands where it cannot stand.
    #[error("character {at} cannot stand there")]
    Character {
        /// Its place, from 1, after normalising.
        at: usize,
    },
    /// The date in it is no day of the calendar.
    #[error("the date in it does not exist")]
    Date,
    /// The check digit does not belong to the rest.
    #[error("the check digit does not belong to the rest")]
    CheckDigit,
}

/// What a resident identity number says about its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Day of birth.
    pub born: Date,
    /// Sex.
    pub sex: Sex,
}

/// Sex as GB/T 2261.1 codes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// 1 男.
    Male,
    /// 2 女.
    Female,
}

impl Sex {
    /// The code of GB/T 2261.1.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

/// `text` with full-width characters made ASCII, letters made upper case, spaces and hyphens removed.
pub fn normalise(text: &str) -> String {
    text.chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace() && !is_hyphen(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// 统一社会信用代码, GB 32100-2015: 18 characters; modulus 31 with the weights 3^i.
pub fn credit_code(text: &str) -> Result<(), Fault> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let values = values(&normalise(text), "18", &[18], |_, c| ALPHABET.find(c))?;
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    agree((31 - sum % 31) % 31 == values[17])
}

/// 组织机构代码, GB 11714-1997: eight digits or letters and a check character.
pub fn org_code(text: &str) -> Result<(), Fault> {
    const WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let values = values(&normalise(text), "9", &[9], |at, c| match c {
        'X' if at == 8 => Some(10),
        'A'..='Z' if at < 8 => Some(c as usize - 'A' as usize + 10),
        _ => digit(c),
    })?;
    agree((11 - weighted(&values, &WEIGHTS) % 11) % 11 == values[8])
}

/// 公民身份号码, GB 11643-1999: 18 characters with a real date of birth. Gives what it says of its holder.
pub fn resident_id(text: &str) -> Result<Holder, Fault> {
    const WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const TABLE: [usize; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    let values = values(&normalise(text), "18", &[18], |at, c| {
        if at == 17 { digit_or_x(c) } else { digit(c) }
    })?;
    let number = |range: std::ops::Range<usize>| values[range].iter().fold(0, |sum, value| sum * 10 + *value as i16);
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    if year < 1800 {
        return Err(Fault::Date);
    }
    let born = Date::new(year, month as i8, day as i8).map_err(|_| Fault::Date)?;
    agree(TABLE[weighted(&values, &WEIGHTS) % 11] == values[17])?;
    let sex = if values[16] % 2 == 1 { Sex::Male } else { Sex::Female };
    Ok(Holder { born, sex })
}

/// 专利申请号, ZC 0006-2003: twelve digits since October 2003, eight before, each with a check
/// character behind a point that may be left out. `CN` or `ZL` may stand before it.
pub fn patent_number(text: &str) -> Result<(), Fault> {
    let normal = normalise(text);
    let number = normal
        .strip_prefix("ZL")
        .or_else(|| normal.strip_prefix("CN"))
        .unwrap_or(&normal);
    let without_point = match number.rsplit_once('.') {
        Some((before, check)) if check.chars().count() == 1 => format!("{before}{check}"),
        _ => number.to_owned(),
    };
    let last = without_point.chars().count().saturating_sub(1);
    let values = values(&without_point, "9 / 13", &[9, 13], |at, c| {
        if at == last { digit_or_x(c) } else { digit(c) }
    })?;
    let weights: Vec<usize> = (2..=9).cycle().take(last).collect();
    agree(weighted(&values, &weights) % 11 == values[last])
}

/// ISBN of 10 or 13 digits, GB/T 5795 / ISO 2108.
pub fn isbn(text: &str) -> Result<(), Fault> {
    let normal = normalise(text);
    let normal = normal
        .strip_prefix("ISBN")
        .map(|rest| rest.trim_start_matches(':'))
        .unwrap_or(&normal);
    let long = normal.chars().count() == 13;
    let values = values(normal, "10 / 13", &[10, 13], |at, c| {
        if !long && at == 9 { digit_or_x(c) } else { digit(c) }
    })?;
    if !long {
        let weights: Vec<usize> = (2..=10).rev().collect();
        return agree((weighted(&values, &weights) + values[9]).is_multiple_of(11));
    }
    if values[..2] != [9, 7] || !(8..=9).contains(&values[2]) {
        return Err(Fault::Character { at: 1 });
    }
    let weights: Vec<usize> = [1, 3].into_iter().cycle().take(13).collect();
    agree(weighted(&values, &weights).is_multiple_of(10))
}

/// ISSN, GB/T 9999 / ISO 3297: seven digits and a check character.
pub fn issn(text: &str) -> Result<(), Fault> {
    let normal = normalise(text);
    let normal = normal
        .strip_prefix("ISSN")
        .map(|rest| rest.trim_start_matches(':'))
        .unwrap_or(&normal);
    let values = values(
        normal,
        "8",
        &[8],
        |at, c| if at == 7 { digit_or_x(c) } else { digit(c) },
    )?;
    agree((weighted(&values, &[8, 7, 6, 5, 4, 3, 2]) + values[7]).is_multiple_of(11))
}

/// A mobile number of mainland China: `1`, then `3` to `9`, eleven digits; `+86` may stand before it.
pub fn mobile(text: &str) -> Result<(), Fault> {
    let normal = normalise(text);
    let number = normal.strip_prefix("+86").unwrap_or(&normal);
    values(number, "11", &[11], |at, c| match (at, c) {
        (0, '1') | (1, '3'..='9') => digit(c),
        (0 | 1, _) => None,
        _ => digit(c),
    })?;
    Ok(())
}

/// A telephone number: a mobile one, one with an area code, a service number, or one with `+` and a
/// country's code; an extension may follow behind `转`, `#` or `x`.
pub fn phone(text: &str) -> Result<(), Fault> {
    let normal: String = normalise(text).chars().filter(|c| !matches!(c, '(' | ')')).collect();
    let number = normal.split(['转', '#', 'X']).next().unwrap_or_default();
    if number.starts_with('1') && number.len() == 11 {
        return mobile(number);
    }
    let digits = number.strip_prefix('+').unwrap_or(number);
    values(digits, "7–16", &[7, 8, 9, 10, 11, 12, 13, 14, 15, 16], |_, c| {
        digit(c)
    })?;
    Ok(())
}

fn digit(c: char) -> Option<usize> {
    c.to_digit(10).map(|value| value as usize)
}

fn digit_or_x(c: char) -> Option<usize> {
    if c == 'X' { Some(10) } else { digit(c) }
}

fn values(
    text: &str,
    wanted: &'static str,
    lengths: &[usize],
    value: impl Fn(usize, char) -> Option<usize>,
) -> Result<Vec<usize>, Fault> {
    let found = text.chars().count();
    if !lengths.contains(&found) {
        return Err(Fault::Length { found, wanted });
    }
    text.chars()
        .enumerate()
        .map(|(at, c)| value(at, c).ok_or(Fault::Character { at: at + 1 }))
        .collect()
}

fn weighted(values: &[usize], weights: &[usize]) -> usize {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

fn agree(agrees: bool) -> Result<(), Fault> {
    if agrees { Ok(()) } else { Err(Fault::CheckDigit) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;

    #[test]
    fn published_and_constructed_vectors() {
        type Check = fn(&str) -> bool;
        let kinds: [(&str, Check); 6] = [
            ("uscc", |text| credit_code(text).is_ok()),
            ("org_code", |text| org_code(text).is_ok()),
            ("resident_id", |text| resident_id(text).is_ok()),
            ("patent_app", |text| patent_number(text).is_ok()),
            ("isbn", |text| isbn(text).is_ok()),
            ("issn", |text| issn(text).is_ok()),
        ];
        let vectors: Json = serde_json::from_str(include_str!("../../../tests/data/check_vectors.json")).unwrap();
        for (kind, check) in kinds {
            for vector in vectors[kind].as_array().unwrap() {
                let text = vector[0].as_str().unwrap();
                assert_eq!(check(text), vector[1].as_bool().unwrap(), "{kind} {text}");
            }
        }
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let cases: [(Result<(), Fault>, Result<(), Fault>); 13] = [
            (credit_code("1262"), Err(Fault::Length { found: 4, wanted: "18" })),
            (credit_code("1262000OMM00000190"), Err(Fault::Character { at: 8 })),
            (credit_code("12620000MM00000191"), Err(Fault::CheckDigit)),
            (credit_code("１２６２００００mm ００００ ０１９０"), Ok(())),
            (org_code("D2143569－x"), Ok(())),
            (resident_id("450103198502300025").map(drop), Err(Fault::Date)),
            (patent_number("zl 2017 1 0601862.3"), Ok(())),
            (
                patent_number("201710601862"),
                Err(Fault::Length {
                    found: 12,
                    wanted: "9 / 13",
                }),
            ),
            (isbn("ISBN 7-302-02368-X"), Err(Fault::CheckDigit)),
            (isbn("0-306-40615-2"), Ok(())),
            (mobile("+86 139-0000-0000"), Ok(())),
            (mobile("12900000000"), Err(Fault::Character { at: 2 })),
            (phone("0931-8888888转12"), Ok(())),
        ];
        for (at, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found, expected, "case {at}");
        }
    }

    #[test]
    fn resident_id_tells_birth_and_sex() {
        let holder = resident_id("620102199001010011").unwrap();
        assert_eq!((holder.born, holder.sex), (jiff::civil::date(1990, 1, 1), Sex::Male));
    }

    #[test]
    fn nothing_panics() {
        for text in [
            "",
            "X",
            "🀄🀄🀄🀄🀄🀄🀄🀄🀄",
            "…",
            "ISBN:",
            "CN.",
            "ＺＬ",
            "+",
            "+86",
            "000000000000000000",
        ] {
            let _ = (
                credit_code(text),
                org_code(text),
                resident_id(text),
                patent_number(text),
            );
            let _ = (isbn(text), issn(text), mobile(text), phone(text));
        }
    }
}
