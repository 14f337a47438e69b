//! Bytes → text: UTF-8, and what offices in China save besides.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::SheetError;
use crate::definition::Text;

/// How a text was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB 18030 and what it contains: GBK, GB 2312.
    Gb18030,
    /// UTF-16 with a byte order mark: Excel's `Unicode text`.
    Utf16,
}

impl Encoding {
    /// What people call it; none of UTF-8, which needs no word.
    pub fn told(self) -> Option<Text> {
        let name = match self {
            Self::Utf8 => return None,
            Self::Gb18030 => "GB 18030",
            Self::Utf16 => "UTF-16",
        };
        Some(Text::both(
            format!("这个文件是 {name} 编码，已按此读取"),
            format!("the file is {name} and was read as such"),
        ))
    }

    /// How to make UTF-8 of it.
    pub fn mend(self) -> Text {
        let name = match self {
            Self::Utf16 => "UTF-16",
            Self::Utf8 | Self::Gb18030 => "GB18030",
        };
        Text::both(
            format!("另存为 UTF-8：Excel 选“CSV UTF-8”，或 iconv -f {name} -t UTF-8 旧.csv > 新.csv"),
            format!("save it as UTF-8: `CSV UTF-8` in Excel, or iconv -f {name} -t UTF-8 OLD.csv > NEW.csv"),
        )
    }
}

/// So many characters of good UTF-8 besides ASCII before the first mistake do not come about by chance.
const SURELY_UTF8: usize = 4;

/// The text of a file and how it was encoded; a byte order mark is left out.
pub fn decoded(bytes: &[u8]) -> Result<(String, Encoding), SheetError> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return UTF_16LE
            .decode_without_bom_handling_and_without_replacement(rest)
            .filter(|text| is_text(text))
            .map(|text| (text.into_owned(), Encoding::Utf16))
            .ok_or(SheetError::NotText);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return UTF_16BE
            .decode_without_bom_handling_and_without_replacement(rest)
            .filter(|text| is_text(text))
            .map(|text| (text.into_owned(), Encoding::Utf16))
            .ok_or(SheetError::NotText);
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) if is_text(text) => {
            return Ok((text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(), Encoding::Utf8));
        }
        Ok(_) => return Err(SheetError::NotText),
        Err(error) => error,
    };
    let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let good = std::str::from_utf8(good).unwrap_or_default();
    if good.chars().filter(|c| !c.is_ascii()).count() >= SURELY_UTF8 {
        let last = good.rsplit('\n').next().unwrap_or_default();
        return Err(SheetError::Damaged {
            line: good.matches('\n').count() + 1,
            column: last.chars().count() + 1,
        });
    }
    GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .filter(|text| is_text(text))
        .map(|text| (text.into_owned(), Encoding::Gb18030))
        .ok_or(SheetError::NotText)
}

/// Whether nothing stands in it that no text has: control characters, or characters for private use,
/// which is what other bytes give when they are taken for GB 18030.
fn is_text(text: &str) -> bool {
    let odd = |c: char| (c.is_control() && !matches!(c, '\t' | '\r' | '\n')) || ('\u{e000}'..='\u{f8ff}').contains(&c);
    !text.chars().any(odd)
}
