//! Form pages whose markup is prepared at load, once a field and language.
//!
//! What never changes (labels, hints, options, attributes) is escaped and joined when a region is
//! loaded; filling a page only copies it and puts escaped values between.

mod answer;
mod escape;
mod fill;
mod group;
mod money;
mod options;
mod part;
mod pick;
mod prepare;
mod readers;
mod table;
mod words;

use indexmap::IndexMap;

pub(super) use self::escape::escaped;
use self::fill::Writer;
use self::prepare::Prepared;
use self::readers::Readers;
use self::words::Words;
use super::filling::Filling;
use super::view::Html;
use super::{LANGUAGES, Theme};
use crate::definition::{Field, FieldType, Form, Id, Language};

/// What is said again below an amount, as [`PreparedFields`] writes it; nothing for what is no amount.
pub fn amount(field: &Field, answer: Option<&serde_json::Value>, language: Language) -> String {
    let typed = answer.map(answer::typed).unwrap_or_default();
    money::again(&typed, prepare::unit(field), language).unwrap_or_default()
}

/// A form, ready to be filled.
#[derive(Debug)]
pub struct PreparedForm {
    pages: IndexMap<Id, PreparedFields>,
    create: PreparedFields,
}

impl PreparedForm {
    /// Prepares every page and the fields that are asked first.
    pub fn new(form: &Form, theme: &Theme) -> Self {
        let read = readers::read_by_others(form);
        let prepared = |page: &crate::definition::Page| PreparedFields::prepare(page.fields.values(), theme, &read);
        Self {
            pages: form
                .pages
                .iter()
                .map(|(id, page)| (id.clone(), prepared(page)))
                .collect(),
            create: PreparedFields::new(form.create.iter().filter_map(|id| form.field(id)), theme),
        }
    }

    /// The page called `id`.
    pub fn page(&self, id: &str) -> Option<&PreparedFields> {
        self.pages.get(id)
    }

    /// The fields that are asked when an application is added; may be none.
    pub fn create(&self) -> &PreparedFields {
        &self.create
    }
}

/// Some fields, ready to be filled: a page, the fields asked first, an action's inputs.
#[derive(Debug)]
pub struct PreparedFields {
    languages: [(Words, Vec<Prepared>); 2],
    has_files: bool,
}

impl PreparedFields {
    /// Prepares `fields` in each language.
    pub fn new<'f>(fields: impl Iterator<Item = &'f Field>, theme: &Theme) -> Self {
        Self::prepare(fields, theme, &Readers::new())
    }

    fn prepare<'f>(fields: impl Iterator<Item = &'f Field>, theme: &Theme, read: &Readers) -> Self {
        let fields: Vec<&Field> = fields.collect();
        let languages = LANGUAGES.map(|language| {
            let words = Words::new(theme, language);
            let prepared = fields
                .iter()
                .map(|field| Prepared::new(field, language, theme, read))
                .collect();
            (words, prepared)
        });
        Self {
            languages,
            has_files: fields.iter().any(|field| has_files(field)),
        }
    }

    /// The markup with everything of `filling` in it. With [`super::filling::Editing::Nothing`] it
    /// is there to be read and has no inputs. Every value is escaped.
    pub fn fill(&self, language: Language, filling: &Filling<'_>) -> Html {
        let (_, fields) = &self.languages[super::place(language)];
        self.filled(language, filling, fields)
    }

    /// The same in two parts: up to the field `last`, and what follows it.
    pub fn fill_split(&self, language: Language, filling: &Filling<'_>, last: &str) -> (Html, Html) {
        let (_, fields) = &self.languages[super::place(language)];
        let first = fields
            .iter()
            .position(|field| *field.id == *last)
            .map_or(0, |at| at + 1);
        let (before, after) = fields.split_at(first);
        (
            self.filled(language, filling, before),
            self.filled(language, filling, after),
        )
    }

    fn filled(&self, language: Language, filling: &Filling<'_>, fields: &[Prepared]) -> Html {
        let (words, _) = &self.languages[super::place(language)];
        let mut writer = Writer::new(words, filling);
        for field in fields {
            let value = filling.answers.get(&*field.id);
            writer.field(field, &field.id, value, writer.may_edit(&field.id));
        }
        Html(writer.out)
    }

    /// The field or cell at `path` alone, as [`Self::fill`] shows it; nothing where there is none.
    pub fn one(&self, language: Language, path: &str, filling: &Filling<'_>) -> Html {
        let (words, fields) = &self.languages[super::place(language)];
        let mut writer = Writer::new(words, filling);
        if let Some((field, value)) = part::find(fields, filling.answers, path) {
            let root = path.split(['[', '.']).next().unwrap_or(path);
            writer.field(field, path, value, writer.may_edit(root));
        }
        Html(writer.out)
    }

    /// What stands in the field or cell at `path`, to be read: words, rows, files, or what is worked out.
    pub fn read(&self, language: Language, path: &str, filling: &Filling<'_>) -> Html {
        let (words, fields) = &self.languages[super::place(language)];
        let mut writer = Writer::new(words, filling);
        if let Some((field, value)) = part::find(fields, filling.answers, path) {
            writer.answer_content(field, path, value);
        }
        // Two versions of an answer may stand on one page; no value can hold a quotation mark.
        Html(writer.out.replace(" id=\"f-", " data-at=\"f-"))
    }

    /// Whether the page must be posted as `multipart/form-data`: it takes files, or tables out of files.
    pub fn has_files(&self) -> bool {
        self.has_files
    }
}

fn has_files(field: &Field) -> bool {
    matches!(field.kind, FieldType::File(_) | FieldType::Table(_))
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
