//! What stands above a code, where only its own shape says it.

use std::collections::HashSet;
use std::str::FromStr;

use super::Code;
use crate::definition::Text;

/// How the code above follows from a code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Looked at: padded where codes end in zeroes and are of one length, else by the longest beginning.
    #[default]
    Guess,
    /// There is nothing above.
    Flat,
    /// The longest beginning that is a code itself, as in GB/T 13745 and GB/T 4754.
    Prefix,
    /// Levels of so many characters, of which the lower ones are filled with zeroes, as in GB/T 2260
    /// (2, 2, 2).
    Padded(Vec<usize>),
    /// Levels of so many characters: what is above is this much shorter, whether it is there or not.
    Levels(Vec<usize>),
}

impl FromStr for Scheme {
    type Err = String;

    /// `none`, `prefix`, `padded`, `padded:2,2,2` or `levels:3,2,2`; what is none of these is the error.
    fn from_str(text: &str) -> Result<Self, String> {
        let widths = |text: &str| {
            let widths: Option<Vec<usize>> = text.split(',').map(|width| width.trim().parse().ok()).collect();
            widths
                .filter(|widths| widths.iter().all(|width| (1..=20).contains(width)) && widths.len() <= 20)
                .ok_or_else(|| text.to_owned())
        };
        Ok(match text.split_once(':') {
            None if text == "guess" => Self::Guess,
            None if text == "none" => Self::Flat,
            None if text == "prefix" => Self::Prefix,
            None if text == "padded" => Self::Padded(vec![2, 2, 2]),
            Some(("padded", list)) => Self::Padded(widths(list)?),
            Some(("levels", list)) => Self::Levels(widths(list)?),
            _ => return Err(text.to_owned()),
        })
    }
}

/// Writes the parents, and says by which rule.
pub(super) fn fill(codes: &mut [Code], scheme: &Scheme) -> Option<Text> {
    let known: HashSet<String> = codes.iter().map(|code| code.code.clone()).collect();
    let scheme = match scheme {
        Scheme::Guess => guess(codes, &known),
        scheme => scheme.clone(),
    };
    for code in codes.iter_mut() {
        let above = match &scheme {
            Scheme::Guess | Scheme::Flat => None,
            Scheme::Prefix => beginnings(&code.code)
                .find(|start| known.contains(*start))
                .map(str::to_owned),
            Scheme::Padded(widths) => padded(&code.code, widths, &known),
            Scheme::Levels(widths) => level_above(&code.code, widths),
        };
        code.parent = above.unwrap_or_default();
    }
    let list = |widths: &[usize]| widths.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    Some(match scheme {
        Scheme::Guess | Scheme::Flat => return None,
        Scheme::Prefix => Text::both(
            "上级按代码的开头得出（--parents prefix）",
            "parents follow from how codes begin (--parents prefix)",
        ),
        Scheme::Padded(widths) => Text::both(
            format!("上级按补零的层级得出（--parents padded:{}）", list(&widths)),
            format!(
                "parents follow from levels filled with zeroes (--parents padded:{})",
                list(&widths)
            ),
        ),
        Scheme::Levels(widths) => Text::both(
            format!("上级按各层的位数得出（--parents levels:{}）", list(&widths)),
            format!(
                "parents follow from the length of levels (--parents levels:{})",
                list(&widths)
            ),
        ),
    })
}

/// So many of a hundred codes have to have a parent for the rule to be taken unasked.
const SURELY: usize = 50;

fn guess(codes: &[Code], known: &HashSet<String>) -> Scheme {
    let most = |count: usize| count * 100 >= codes.len() * SURELY;
    let six = codes
        .iter()
        .all(|code| code.code.len() == 6 && code.code.bytes().all(|byte| byte.is_ascii_digit()));
    let widths = vec![2, 2, 2];
    if six
        && most(
            codes
                .iter()
                .filter(|code| padded(&code.code, &widths, known).is_some())
                .count(),
        )
    {
        return Scheme::Padded(widths);
    }
    let begins = |code: &&Code| beginnings(&code.code).any(|start| known.contains(start));
    if most(codes.iter().filter(begins).count()) {
        return Scheme::Prefix;
    }
    Scheme::Flat
}

/// The beginnings of a code, longest first.
fn beginnings(code: &str) -> impl Iterator<Item = &str> {
    let ends: Vec<usize> = code.char_indices().map(|(at, _)| at).skip(1).collect();
    ends.into_iter()
        .rev()
        .map(|end| code[..end].trim_end_matches(['.', '-', '/', '—']))
}

/// The nearest level above that is in the list: `620102` is below `620100`, or below `620000` where
/// that is missing.
fn padded(code: &str, widths: &[usize], known: &HashSet<String>) -> Option<String> {
    let total: usize = widths.iter().sum();
    if code.len() != total || !code.is_ascii() {
        return None;
    }
    let mut end = total;
    for width in widths.iter().rev() {
        let level = &code[end - width..end];
        end -= width;
        if level.bytes().all(|byte| byte == b'0') || end == 0 {
            continue;
        }
        let above = format!("{}{}", &code[..end], "0".repeat(total - end));
        if known.contains(&above) {
            return Some(above);
        }
    }
    None
}

fn level_above(code: &str, widths: &[usize]) -> Option<String> {
    let length = code.chars().count();
    let mut end = 0;
    for width in widths {
        if end + width >= length {
            break;
        }
        end += width;
    }
    (end > 0).then(|| code.chars().take(end).collect())
}
