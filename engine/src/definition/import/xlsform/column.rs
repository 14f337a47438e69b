//! The columns of a sheet by what they are called, and the languages of those that have several.

use std::collections::HashMap;

use super::super::draft::Words;
use super::super::remark::{Place, Remark};
use super::{changed, left};
use crate::definition::sheet::{Row, Sheet, column_name};

/// The columns that are read.
const READ: [&str; 17] = [
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "appearance",
    "choice_filter",
    "repeat_count",
    "parameters",
    "readonly",
    "list_name",
    "guidance_hint",
];

/// Columns that say nothing of what is asked.
const SILENT: [&str; 9] = [
    "required_message",
    "note",
    "notes",
    "comment",
    "comments",
    "disabled",
    "autoplay",
    "accuracythreshold",
    "instance",
];

/// Columns with a text for people, which may stand in several languages.
const TEXTS: [&str; 4] = ["label", "hint", "guidance_hint", "constraint_message"];

/// Where the columns of a sheet are.
#[derive(Debug, Default)]
pub(super) struct Columns {
    at: HashMap<String, usize>,
    texts: HashMap<&'static str, Texts>,
    /// Columns that are none of these, by the name that they have.
    pub(super) further: Vec<(String, usize)>,
}

/// The columns of one text.
#[derive(Debug, Default, Clone, Copy)]
struct Texts {
    zh: Option<usize>,
    en: Option<usize>,
    plain: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Tongue {
    Chinese,
    English,
    Plain,
    Other,
}

impl Columns {
    /// The columns of `survey`; none where it has no `type` and `name`.
    pub(super) fn survey(sheet: &Sheet, default: &str, remarks: &mut Vec<Remark>) -> Option<Self> {
        let header = sheet.rows.first()?;
        let columns = Self::read(sheet, header, default, remarks);
        columns.at.contains_key("type").then_some(())?;
        columns.at.contains_key("name").then_some(())?;
        for (name, at) in &columns.further {
            let place = Place::Cell {
                sheet: sheet.name.clone(),
                row: header.number,
                column: Some(*at),
            };
            let remark = left(
                "import-column",
                place,
                format!("「{name}」这一列没有对应的写法，没有导入"),
                format!("there is nothing that the column `{name}` could become: it is left out"),
            );
            remarks.push(remark);
        }
        Some(columns)
    }

    /// The columns of a sheet.
    pub(super) fn read(sheet: &Sheet, header: &Row, default: &str, remarks: &mut Vec<Remark>) -> Self {
        let mut columns = Self::default();
        let mut others: Vec<String> = Vec::new();
        for (at, written) in header.cells.iter().enumerate() {
            let (key, tongue) = split(written, default);
            let text = TEXTS.iter().find(|text| **text == key);
            match (text, tongue) {
                (Some(text), tongue) => {
                    let texts = columns.texts.entry(text).or_default();
                    let slot = match tongue {
                        Tongue::Chinese => &mut texts.zh,
                        Tongue::English => &mut texts.en,
                        Tongue::Plain => &mut texts.plain,
                        Tongue::Other => {
                            others.push(format!("{written} ({})", column_name(at)));
                            continue;
                        }
                    };
                    slot.get_or_insert(at);
                }
                (None, Tongue::Plain) if READ.contains(&key.as_str()) => {
                    columns.at.entry(key).or_insert(at);
                }
                (None, Tongue::Plain) if SILENT.contains(&key.as_str()) || key.is_empty() => {}
                (None, _) => columns.further.push((written.trim().to_owned(), at)),
            }
        }
        if !others.is_empty() {
            let place = Place::Cell {
                sheet: sheet.name.clone(),
                row: header.number,
                column: None,
            };
            let all = others.join(", ");
            let remark = changed(
                "import-language",
                place,
                format!("只导入中文和英文，其他语言的列没有导入：{all}"),
                format!("only Chinese and English are taken over; left out: {all}"),
            );
            remarks.push(remark);
        }
        columns
    }

    /// The column of `key`, of a text the first that there is.
    pub(super) fn at(&self, key: &str) -> Option<usize> {
        let text = self
            .texts
            .get(key)
            .and_then(|texts| texts.plain.or(texts.zh).or(texts.en));
        text.or_else(|| self.at.get(key).copied())
    }

    /// The cell of `key`, trimmed.
    pub(super) fn cell<'r>(&self, row: &'r Row, key: &str) -> &'r str {
        super::cell(row, self.at.get(key).copied())
    }

    /// The text of `key` in the languages that it is in. What has no language counts as Chinese,
    /// unless that stands beside it.
    pub(super) fn words(&self, row: &Row, key: &str) -> Words {
        let texts = self.texts.get(key).copied().unwrap_or_default();
        let (plain, mut zh, mut en) = (
            super::cell(row, texts.plain),
            super::cell(row, texts.zh),
            super::cell(row, texts.en),
        );
        let chinese = plain.chars().any(|c| c >= '\u{2e80}');
        if zh.is_empty() && (chinese || !en.is_empty() || texts.zh.is_none()) {
            zh = plain;
        } else if en.is_empty() && !chinese {
            en = plain;
        }
        Words::both(zh, en)
    }
}

/// What a header names, and in which language: `label::中文 (zh)`.
fn split(written: &str, default: &str) -> (String, Tongue) {
    let (key, language) = written
        .split_once("::")
        .or_else(|| {
            // The older way, `label:English`; `media:image` is no language.
            let (key, language) = written.split_once(':')?;
            TEXTS
                .contains(&key.trim().to_lowercase().as_str())
                .then_some((key, language))
        })
        .map_or((written, None), |(key, language)| (key, Some(language)));
    let key = key.trim().to_lowercase().replace([' ', '-'], "_");
    let key = match key.as_str() {
        "relevance" => "relevant",
        "calculate" => "calculation",
        "read_only" => "readonly",
        "caption" => "label",
        "constraint_msg" => "constraint_message",
        "value" => "name",
        key => key,
    };
    let tongue = match language {
        None if TEXTS.contains(&key) && !default.is_empty() => match tongue(default) {
            Tongue::Other => Tongue::Plain,
            known => known,
        },
        None => Tongue::Plain,
        Some(language) => tongue(language),
    };
    (key.to_owned(), tongue)
}

fn tongue(language: &str) -> Tongue {
    let language = language.to_lowercase();
    let tag = language.split(['(', ')']).nth(1).unwrap_or(&language).trim();
    let is = |wanted: &str| {
        tag == wanted || tag.starts_with(&format!("{wanted}-")) || tag.starts_with(&format!("{wanted}_"))
    };
    let says = |words: &[&str]| words.iter().any(|word| language.contains(word));
    if is("zh") || is("cn") || is("chi") || says(&["中文", "汉语", "chinese", "简体"]) {
        Tongue::Chinese
    } else if is("en") || says(&["english", "英文", "英语"]) {
        Tongue::English
    } else {
        Tongue::Other
    }
}
