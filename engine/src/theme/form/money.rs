//! An amount said once more, so that a slip by ten thousand shows: in Chinese capitals as on a cheque, in English
//! in full.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::definition::Language;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 4] = ["", "万", "亿", "万亿"];

/// The amount `typed`, of which one is `yuan` 元; none for what is no amount, or none that can be paid.
pub(super) fn again(typed: &str, yuan: u32, language: Language) -> Option<String> {
    let amount: Decimal = typed.parse().ok()?;
    let cents = amount
        .checked_mul(Decimal::from(yuan))?
        .checked_mul(Decimal::ONE_HUNDRED)?;
    let cents = cents.is_integer().then(|| cents.to_u64())??;
    match language {
        Language::Chinese => capitals(cents),
        Language::English => Some(format!("CNY {}", grouped(cents))),
    }
}

fn grouped(cents: u64) -> String {
    let whole = (cents / 100).to_string();
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    match cents % 100 {
        0 => out,
        rest => format!("{out}.{rest:02}"),
    }
}

/// 壹佰贰拾万元整; none from ten thousand times 万亿 on, which nobody writes so.
fn capitals(cents: u64) -> Option<String> {
    let whole = cents / 100;
    if whole >= 10_000_000_000_000_000 {
        return None;
    }
    let mut out = String::new();
    let mut gap = false;
    for at in (0..GROUPS.len()).rev() {
        let group = whole / 10_000_u64.pow(u32::try_from(at).ok()?) % 10_000;
        if group == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap || (!out.is_empty() && group < 1_000) {
            out.push(DIGITS[0]);
        }
        gap = false;
        out.push_str(&thousands(group));
        // 万亿 is said once: 壹万贰仟亿.
        let next = whole / 10_000_u64.pow(2) % 10_000;
        out.push_str(if at == 3 && next > 0 { "万" } else { GROUPS[at] });
    }
    let (tens, ones) = ((cents % 100 / 10) as usize, (cents % 10) as usize);
    if !out.is_empty() || (tens, ones) == (0, 0) {
        out = if out.is_empty() { "零元".into() } else { out + "元" };
    }
    match (tens, ones) {
        (0, 0) => out.push('整'),
        (0, ones) => out.extend(
            [
                "零".chars().next().filter(|_| whole > 0),
                Some(DIGITS[ones]),
                Some('分'),
            ]
            .into_iter()
            .flatten(),
        ),
        (tens, ones) => {
            out.extend([DIGITS[tens], '角']);
            match ones {
                0 => out.push('整'),
                ones => out.extend([DIGITS[ones], '分']),
            }
        }
    }
    Some(out)
}

/// Up to 9999, with one 零 for zeros in between.
fn thousands(group: u64) -> String {
    let mut out = String::new();
    let mut gap = false;
    for at in (0..PLACES.len()).rev() {
        let digit = (group / 10_u64.pow(at as u32) % 10) as usize;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(DIGITS[0]);
        }
        gap = false;
        out.push(DIGITS[digit]);
        out.push_str(PLACES[at]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::again;
    use crate::definition::Language;

    #[test]
    fn amounts_are_said_as_on_a_cheque() {
        for (typed, yuan, expected) in [
            ("120", 10_000, Some("壹佰贰拾万元整")),
            ("0", 10_000, Some("零元整")),
            ("1234567", 1, Some("壹佰贰拾叁万肆仟伍佰陆拾柒元整")),
            ("1001", 1, Some("壹仟零壹元整")),
            ("10010", 1, Some("壹万零壹拾元整")),
            ("100000001", 1, Some("壹亿零壹元整")),
            ("100100000", 1, Some("壹亿零壹拾万元整")),
            ("0.05", 1, Some("伍分")),
            ("0.5", 1, Some("伍角整")),
            ("12.34", 1, Some("壹拾贰元叁角肆分")),
            ("12.04", 1, Some("壹拾贰元零肆分")),
            ("1.5", 10_000, Some("壹万伍仟元整")),
            ("12000", 100_000_000, Some("壹万贰仟亿元整")),
            ("10000", 100_000_000, Some("壹万亿元整")),
            ("0.0000001", 10_000, None),
            ("-5", 1, None),
            ("很多", 1, None),
            ("", 1, None),
            ("99999999999999999", 1, None),
        ] {
            assert_eq!(again(typed, yuan, Language::Chinese).as_deref(), expected, "{typed}");
        }
        assert_eq!(
            again("120.5", 10_000, Language::English).as_deref(),
            Some("CNY 1,205,000")
        );
        assert_eq!(again("0.05", 1, Language::English).as_deref(), Some("CNY 0.05"));
    }
}
