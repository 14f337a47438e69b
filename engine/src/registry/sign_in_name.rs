//! A name to sign in with, where the region signs in by name: written in one way, so that nobody is taken for somebody
//! else. Full-width letters, digits and marks count as the plain ones; letters that only look like Latin ones, and
//! second forms of the same character, cannot stand in it.

use crate::definition::Text;

/// How many characters a name has at most.
const LONGEST: usize = 50;

/// A name as it is kept and compared; the store leaves the case of letters aside.
pub(super) fn plain(typed: &str) -> String {
    let one = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    let plain: String = typed.chars().map(one).collect();
    plain.trim().to_owned()
}

/// Why a text is no name to sign in with.
pub(super) fn fault(typed: &str) -> Option<Text> {
    let name = plain(typed);
    let letters = name.chars().count();
    if name.is_empty() {
        return Some(Text::both("请填写用户名", "Choose a user name."));
    }
    if !(2..=LONGEST).contains(&letters) {
        return Some(Text::both(
            format!("用户名应为 2 至 {LONGEST} 个字符"),
            format!("A user name has 2 to {LONGEST} characters."),
        ));
    }
    let may = |c: &char| (c.is_alphanumeric() && !is_look_alike(*c)) || "._-@·".contains(*c);
    let strange = name.chars().find(|c| !may(c));
    strange.map(|strange| {
        Text::both(
            format!("用户名中不能有“{strange}”，请用汉字、字母、数字和 . _ - @ ·"),
            format!("“{strange}” cannot stand in a user name; use letters, digits and . _ - @ ·"),
        )
    })
}

/// Greek, Cyrillic, Armenian, Cherokee and Lisu letters, which look like Latin ones, a dotless i, kana and Korean
/// letters, which look like Chinese characters, phonetic and mathematical letters, and
/// characters that Unicode has a second time for old character sets.
fn is_look_alike(c: char) -> bool {
    matches!(c,
        '\u{131}' | '\u{17f}' | '\u{1c0}'..='\u{1c3}' | '\u{3040}'..='\u{31ff}' | '\u{a4d0}'..='\u{a4ff}'
        | '\u{250}'..='\u{2ff}' | '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1c80}'..='\u{1c8f}'
        | '\u{1d00}'..='\u{1dbf}' | '\u{1f00}'..='\u{1fff}' | '\u{2070}'..='\u{24ff}' | '\u{2c60}'..='\u{2dff}'
        | '\u{3200}'..='\u{33ff}' | '\u{a640}'..='\u{a69f}' | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{abbf}'
        | '\u{f900}'..='\u{faff}' | '\u{fb00}'..='\u{fdff}' | '\u{fe30}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}'
        | '\u{1f100}'..='\u{1f2ff}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_in_one_way() {
        for (typed, expected) in [
            ("liming", "liming"),
            ("　Ｌｉ＿Ｍｉｎｇ８ ", "Li_Ming8"),
            ("黎·明", "黎·明"),
            ("", ""),
        ] {
            assert_eq!(plain(typed), expected, "{typed:?}");
            assert_eq!(plain(expected), expected);
        }
    }

    #[test]
    fn nobody_takes_a_name_that_looks_like_anothers() {
        for good in [
            "liming",
            "ＬＩＭＩＮＧ",
            "黎明",
            "覃𠮷",
            "ئالىم",
            "bouxcuengh_2",
            "li@x.cn",
            "josé",
        ] {
            assert!(fault(good).is_none(), "{good}");
        }
        for bad in [
            "",
            "黎",
            "li ming",
            "li\u{200b}ming",
            "jose\u{301}",
            "\u{430}dmin",   // Cyrillic а
            "l\u{131}ming",  // i without its dot
            "\u{a4e1}iming", // Lisu ꓡ
            "王\u{30a8}",    // kana エ
            "adm\u{3b9}n",   // Greek ι
            "\u{1d41a}dmin", // mathematical a
            "\u{f9e9}明",    // a second 里
            "admin\u{2170}", // ⅰ
            "\u{202e}nimda",
            "a\r\nb",
        ] {
            assert!(fault(bad).is_some(), "{bad:?}");
        }
        assert!(fault(&"长".repeat(50)).is_none() && fault(&"长".repeat(51)).is_some());
    }
}
