//! From a field's definition to the parts of its markup that never change.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::escape::escaped;
use super::options::Options;
use super::readers::Readers;
use crate::definition::form::{Choice, FileRules, Table};
use crate::definition::{CodeList, Field, FieldType, Id, Language};
use crate::theme::Theme;
use crate::theme::input_name::{FEW, SLOTS};

/// One field in one language, everything in it escaped.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) id: Id,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) required: bool,
    pub(super) sensitive: bool,
    /// What else the form shows depends on it.
    pub(super) read_by_others: bool,
    pub(super) kind: Kind,
    pub(super) default: Option<Json>,
}

/// How a field is asked for.
#[derive(Debug)]
pub(super) enum Kind {
    /// `<input>` with these attributes; `typed` is its `type` while it holds something valid.
    Input {
        typed: &'static str,
        attributes: String,
        /// The class that says how much room it takes.
        width: &'static str,
        /// How many 元 one is, of an amount that is said again in words.
        money: Option<u32>,
    },
    /// `<textarea>`.
    Area { attributes: String },
    /// Yes or no.
    YesNo,
    /// Radio buttons.
    Radios(Entries),
    /// A select.
    Select(Entries, Options),
    /// Checkboxes.
    Checks(Entries),
    /// An input for something that is searched: in a long list of codes, or among records.
    Pick(Option<Entries>),
    /// What was chosen as checkboxes, and an input for one more.
    Many(Entries),
    /// Numbered inputs.
    Slots {
        count: usize,
        typed: &'static str,
        attributes: String,
    },
    /// A textarea with one item a line.
    Lines,
    /// Rows.
    Table {
        columns: Vec<Prepared>,
        min: usize,
        max: usize,
        ordered: bool,
    },
    /// Uploads.
    Files {
        accept: String,
        multiple: bool,
        max: usize,
        /// Bytes of each.
        most: u64,
        /// The document to print, fill in and return.
        template: Option<Id>,
    },
    /// What the engine works out.
    Computed,
    /// A text to read.
    Note,
}

/// The entries of a choice.
#[derive(Debug)]
pub(super) struct Entries {
    pub(super) list: Arc<CodeList>,
    pub(super) filtered: bool,
    pub(super) leaf_only: bool,
}

impl Prepared {
    pub(super) fn new(field: &Field, language: Language, theme: &Theme, read: &Readers) -> Self {
        let mut label = escaped(field.label.get(language));
        if matches!(field.kind, FieldType::Money) && !label.contains('元') && !label.contains("CNY") {
            label.push_str(&escaped(&theme.text(language, "money_unit", &[])));
        }
        Self {
            id: field.id.clone(),
            label,
            help: help(field, language, theme),
            required: field.required,
            sensitive: field.sensitive,
            kind: Kind::new(field, language, theme, read),
            read_by_others: read.contains(&field.id),
            default: field.default.clone(),
        }
    }
}

impl Kind {
    fn new(field: &Field, language: Language, theme: &Theme, read: &Readers) -> Self {
        let placeholder = field.placeholder.as_ref().map(|text| text.get(language));
        match &field.kind {
            FieldType::LongText => Self::Area {
                attributes: attributes(field, placeholder, ""),
            },
            FieldType::YesNo => Self::YesNo,
            FieldType::Choice(choice) if !choice.list.is_tree() && choice.list.entries().len() <= FEW => {
                Self::Radios(Entries::new(choice, language))
            }
            FieldType::Choice(choice) if !choice.is_long() => Self::select(choice, language),
            FieldType::Choice(choice) | FieldType::Tree(choice) => Self::Pick(Some(Entries::new(choice, language))),
            FieldType::Choices(choice) if !choice.is_long() => Self::Checks(Entries::new(choice, language)),
            FieldType::Choices(choice) | FieldType::Trees(choice) => Self::Many(Entries::new(choice, language)),
            FieldType::Lookup(_) => Self::Pick(None),
            FieldType::List(item) => Self::list(field, item, language),
            FieldType::Table(table) => Self::table(table, language, theme, read),
            FieldType::File(rules) => Self::files(rules),
            FieldType::Computed(_) => Self::Computed,
            FieldType::Note => Self::Note,
            scalar => {
                let (typed, extra, narrow) = input(scalar);
                let width = if narrow { " narrow" } else { width(field) };
                let (mut extra, mut money) = (extra.to_owned(), None);
                match scalar {
                    FieldType::Money => money = Some(unit(field)),
                    FieldType::Date | FieldType::Month => {
                        let label = escaped(&theme.text(language, "calendar", &[]));
                        let kind = scalar.name();
                        extra.push_str(&format!(" data-calendar=\"{kind}\" data-label=\"{label}\""));
                    }
                    _ => {}
                }
                let example = example(scalar).map(|example| theme.text(language, "example", &[("example", example)]));
                Self::Input {
                    typed,
                    attributes: attributes(field, placeholder.or(example.as_deref()), &extra),
                    width,
                    money,
                }
            }
        }
    }

    fn select(choice: &Choice, language: Language) -> Self {
        let entries = Entries::new(choice, language);
        let options = Options::new(&entries);
        Self::Select(entries, options)
    }

    fn list(field: &Field, item: &FieldType, language: Language) -> Self {
        match item {
            FieldType::Choice(choice) | FieldType::Choices(choice) => Self::Checks(Entries::new(choice, language)),
            FieldType::Tree(choice) | FieldType::Trees(choice) => Self::Many(Entries::new(choice, language)),
            scalar => match slots(&field.constraints) {
                Some(count) => {
                    let (typed, extra, _) = input(scalar);
                    Self::Slots {
                        count,
                        typed,
                        attributes: extra.to_owned(),
                    }
                }
                None => Self::Lines,
            },
        }
    }

    fn table(table: &Table, language: Language, theme: &Theme, read: &Readers) -> Self {
        let columns = table
            .columns
            .values()
            .map(|column| Prepared::new(column, language, theme, read))
            .collect();
        Self::Table {
            columns,
            min: table.min_rows,
            max: table.max_rows,
            ordered: table.ordered,
        }
    }

    fn files(rules: &FileRules) -> Self {
        let accept: Vec<String> = rules.accept.iter().map(|kind| format!(".{kind}")).collect();
        Self::Files {
            accept: escaped(&accept.join(",")),
            multiple: rules.max_items > 1,
            max: rules.max_items,
            most: rules.max_size,
            template: rules.template.clone().or_else(|| rules.print_of.clone()),
        }
    }
}

impl Entries {
    fn new(choice: &Choice, language: Language) -> Self {
        Self {
            list: choice.list.in_language(language),
            filtered: choice.is_narrowed(),
            leaf_only: choice.leaf_only,
        }
    }

    /// Whether all entries fit beside another field; of a filtered list few are shown.
    pub(super) fn is_short(&self) -> bool {
        const CHARACTERS: usize = 12;
        let lengths = self.list.entries().iter().map(|entry| entry.name.chars().count());
        self.filtered || lengths.sum::<usize>() <= CHARACTERS
    }
}

/// How many inputs a list of this many items has, where that is few.
pub(super) fn slots(constraints: &Map<String, Json>) -> Option<usize> {
    let max = constraints
        .get("maxItems")
        .and_then(Json::as_u64)
        .filter(|max| *max <= SLOTS)?;
    usize::try_from(max).ok()
}

/// The input's type, further attributes, and whether it is short.
fn input(kind: &FieldType) -> (&'static str, &'static str, bool) {
    match kind {
        FieldType::Integer => ("text", " inputmode=\"numeric\"", true),
        FieldType::Year => ("text", " inputmode=\"numeric\" size=\"6\"", true),
        FieldType::Decimal | FieldType::Money => ("text", " inputmode=\"decimal\"", true),
        FieldType::Date | FieldType::Month => ("text", " inputmode=\"numeric\"", true),
        FieldType::Email => ("email", " spellcheck=\"false\"", false),
        FieldType::Phone => ("tel", "", false),
        FieldType::Url => ("text", " inputmode=\"url\" spellcheck=\"false\"", false),
        FieldType::CnIdNumber
        | FieldType::CnCreditCode
        | FieldType::CnOrgCode
        | FieldType::CnPatentNumber
        | FieldType::Isbn
        | FieldType::Issn => ("text", " autocapitalize=\"characters\" spellcheck=\"false\"", false),
        _ => ("text", "", false),
    }
}

/// How many 元 one of a field's amounts is: 万元, unless the label says otherwise.
pub(super) fn unit(field: &Field) -> u32 {
    match field.label.get(Language::Chinese) {
        label if label.contains("亿元") => 100_000_000,
        label if label.contains('元') && !label.contains("万元") => 1,
        _ => 10_000,
    }
}

/// How a day or a month is written, said inside its input.
fn example(kind: &FieldType) -> Option<&'static str> {
    match kind {
        FieldType::Date => Some("2026-11-20"),
        FieldType::Month => Some("2026-11"),
        _ => None,
    }
}

/// A text that may be long gets a line of its own.
fn width(field: &Field) -> &'static str {
    let max = field.constraints.get("maxLength").and_then(Json::as_u64);
    if max.is_some_and(|max| max > 60) { " wide" } else { "" }
}

fn attributes(field: &Field, placeholder: Option<&str>, extra: &str) -> String {
    let mut out = extra.to_owned();
    if let Some(text) = placeholder {
        out.push_str(&format!(" placeholder=\"{}\"", escaped(text)));
    }
    if let Some(max) = field.constraints.get("maxLength").and_then(Json::as_u64) {
        out.push_str(&format!(" data-max=\"{max}\""));
    }
    if field.sensitive {
        out.push_str(" autocomplete=\"off\"");
    }
    out
}

/// The author's hint and what the limits of the field say.
fn help(field: &Field, language: Language, theme: &Theme) -> Option<String> {
    if matches!(field.kind, FieldType::Note) {
        return field.help.as_ref().map(|text| escaped(text.get(language)));
    }
    let says = |key: &str, args: &[(&str, &str)]| theme.text(language, key, args);
    let limit = match &field.kind {
        FieldType::LongText => field
            .constraints
            .get("maxLength")
            .and_then(Json::as_u64)
            .map(|max| says("help_max_length", &[("max", &max.to_string())])),
        FieldType::List(item) if is_lines(item) && slots(&field.constraints).is_none() => Some(says("help_lines", &[])),
        FieldType::File(rules) => Some(says(
            if rules.max_items > 1 { "help_files" } else { "help_file" },
            &[
                ("kinds", &rules.accept.join(" ").to_uppercase()),
                ("size", &size(rules.max_size)),
                ("max", &rules.max_items.to_string()),
            ],
        )),
        FieldType::Tree(choice) | FieldType::Trees(choice) if choice.leaf_only => Some(says("help_leaf_only", &[])),
        _ => None,
    };
    let author = field.help.as_ref().map(|text| text.get(language));
    let limit = limit.filter(|_| !author.is_some_and(|author| says_limit(field, author)));
    let text = match (author, limit) {
        (Some(author), Some(limit)) => format!("{author} {limit}"),
        (author, limit) => author.map(str::to_owned).or(limit)?,
    };
    Some(escaped(&text))
}

/// Whether the author's own hint tells the limit already: the length by its number, and whatever is
/// to be said about a tree.
fn says_limit(field: &Field, author: &str) -> bool {
    match &field.kind {
        FieldType::LongText => {
            let max = field.constraints.get("maxLength").and_then(Json::as_u64);
            max.is_some_and(|max| author.contains(&max.to_string()))
        }
        FieldType::Tree(_) | FieldType::Trees(_) => true,
        _ => false,
    }
}

fn is_lines(item: &FieldType) -> bool {
    !matches!(
        item,
        FieldType::Choice(_) | FieldType::Choices(_) | FieldType::Tree(_) | FieldType::Trees(_)
    )
}

/// Bytes for people: `512 KB`, `20 MB`, `1.5 MB`.
pub(super) fn size(bytes: u64) -> String {
    const KILO: u64 = 1024;
    match bytes {
        0..KILO => format!("{bytes} B"),
        KILO..1_048_576 => format!("{} KB", bytes.div_ceil(KILO)),
        _ if bytes.is_multiple_of(KILO * KILO) => format!("{} MB", bytes / (KILO * KILO)),
        _ => {
            let tenths = (bytes * 10).div_ceil(KILO * KILO);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_read_well() {
        for (bytes, expected) in [(12, "12 B"), (1025, "2 KB"), (20 << 20, "20 MB"), (3 << 19, "1.5 MB")] {
            assert_eq!(super::size(bytes), expected);
        }
    }
}
