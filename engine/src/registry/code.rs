//! Codes of six digits that somebody reads in one place and types in another.

use super::Refused;

/// How many digits a code has.
const DIGITS: usize = 6;
/// How many codes there are.
const CODES: u32 = 1_000_000;

/// A code by chance, each equally likely.
pub(super) fn fresh() -> Result<String, Refused> {
    // Rejection keeps every code equally likely.
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
        let number = u32::from_le_bytes(bytes);
        if number < u32::MAX - u32::MAX % CODES {
            return Ok(format!("{:0DIGITS$}", number % CODES));
        }
    }
}

/// A code as it was typed: spaces and hyphens are left out, full-width digits read. `None` for anything else.
pub(super) fn typed(text: &str) -> Option<String> {
    let digits = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－'))
        .take(DIGITS + 1);
    let digits: String = digits.map(digit).collect::<Option<_>>()?;
    (digits.len() == DIGITS).then_some(digits)
}

/// A digit, also of full width, as the plain one.
pub(super) fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for (text, expected) in [
            ("012345", Some("012345")),
            (" 012 345 ", Some("012345")),
            ("012-345", Some("012345")),
            ("０１２３４５", Some("012345")),
            ("01234", None),
            ("0123456", None),
            ("01234a", None),
            ("", None),
        ] {
            assert_eq!(typed(text).as_deref(), expected, "{text}");
        }
        assert_eq!(typed(&"1".repeat(1 << 20)), None);
    }

    #[test]
    fn a_fresh_code_can_be_typed() {
        for _ in 0..100 {
            let code = fresh().unwrap();
            assert_eq!(typed(&code), Some(code));
        }
    }
}
