//! The texts of letters: a theme's folder `mail/`, and a region's own over it.
//!
//! `KIND.zh.txt` and `KIND.en.txt` are templates of plain text: the first line is the subject, then a blank line, then
//! the letter. A short message to a phone is text alone. The HTML of a letter is made from its plain text, in
//! `frame.html`, so that nobody writes a letter twice. A region may also have `action-ID.zh.txt`, which speaks in
//! place of the general text when its action ID has led to the letter.
//!
//! Everything is read and tried out when it is loaded: a template may read what its kind of letter has and nothing
//! else, so a mistake stops the start and not a letter.

mod html;
mod kind;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Map, Value as Json, json};

use super::{LANGUAGES, ThemeError, assets};
use crate::definition::Language;
pub use html::{Part, paragraphs};
pub use kind::{KINDS, Kind};

/// Characters of a subject; further ones are cut off.
const SUBJECT: usize = 120;

/// What the HTML of all letters is set in.
const FRAME: &str = "frame.html";

/// The letters of a theme as one region writes them.
#[derive(Debug)]
pub struct Letters {
    environment: Environment<'static>,
}

/// A letter as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// One line; empty where the letter is a short message.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The same as HTML; empty where the letter is a short message.
    pub html: String,
}

impl Letters {
    /// Reads `mail/` of the theme `name` under `themes` and of each folder of `overrides` over it, as
    /// [`super::Theme::load`] does. `actions` are the ids of the region's actions.
    pub fn load<'a>(
        themes: &Path,
        name: &str,
        overrides: &[PathBuf],
        actions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ThemeError> {
        let base = themes.join(name);
        let folders = std::iter::once(&base).chain(overrides.iter().rev().filter(|folder| folder.is_dir()));
        let mut sources = IndexMap::new();
        for folder in folders {
            for (name, path) in assets::files_in(&folder.join("mail"))? {
                let source = std::fs::read_to_string(&path).map_err(|source| ThemeError::Read { path, source })?;
                sources.insert(name, source);
            }
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
            true => AutoEscape::Html,
            false => AutoEscape::None,
        });
        let actions: BTreeSet<&str> = actions.into_iter().collect();
        let letters = Self { environment }.filled(sources, &actions)?;
        letters.complete()?;
        Ok(letters)
    }

    /// The letter of this kind, or that of the action that has led to it. `data` has what [`KINDS`] says; `root` is how
    /// this server is reached, and only addresses below it become links.
    pub fn write(
        &self,
        kind: &str,
        language: Language,
        data: &Map<String, Json>,
        root: &str,
    ) -> Result<Written, ThemeError> {
        let action = data.get("action_id").and_then(Json::as_str).unwrap_or_default();
        let known = |name: &String| self.environment.get_template(name).is_ok();
        let own =
            Some(file(&format!("action-{action}"), language)).filter(|_| Kind::of(kind).is_some_and(Kind::is_news));
        let name = own.filter(known).unwrap_or_else(|| file(kind, language));
        self.render(
            &name,
            language,
            Kind::of(kind).is_some_and(|kind| kind.phone),
            data,
            root,
        )
    }

    fn filled(mut self, sources: IndexMap<String, String>, actions: &BTreeSet<&str>) -> Result<Self, ThemeError> {
        for (name, source) in sources {
            self.environment
                .add_template_owned(name.clone(), source)
                .map_err(|error| told(&name, &error))?;
            if name != FRAME {
                let kind = kind_of(&name, actions)?;
                self.check_names(&name, kind)?;
            }
        }
        // Tried out once everything is there, because letters need the frame.
        let names: Vec<String> = self.environment.templates().map(|(name, _)| name.to_owned()).collect();
        for name in names.iter().filter(|name| *name != FRAME) {
            self.try_out(name, kind_of(name, actions)?)?;
        }
        Ok(self)
    }

    /// Every kind has a text in every language.
    fn complete(&self) -> Result<(), ThemeError> {
        for kind in KINDS {
            for language in LANGUAGES {
                let name = file(kind.name, language);
                if self.environment.get_template(&name).is_err() {
                    return Err(wrong(&name, 0, "there is no such text".into()));
                }
            }
        }
        Ok(())
    }

    /// A template reads what its kind has.
    fn check_names(&self, name: &str, kind: &Kind) -> Result<(), ThemeError> {
        let template = self
            .environment
            .get_template(name)
            .map_err(|error| told(name, &error))?;
        let globals: BTreeSet<&str> = self.environment.globals().map(|(global, _)| global).collect();
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|read| !kind.has(read) && !globals.contains(&**read));
        unknown.sort();
        let Some(read) = unknown.first() else {
            return Ok(());
        };
        let line = template.source().lines().position(|line| line.contains(&**read));
        let near = kind
            .nearest(read)
            .map(|near| format!("; did you mean {near:?}?"))
            .unwrap_or_default();
        let message = format!("a letter of kind {} has no {read:?}{near}", kind.name);
        Err(wrong(name, line.map_or(0, |line| line + 1), message))
    }

    /// Writes a letter with everything there, and one with everything empty.
    fn try_out(&self, name: &str, kind: &Kind) -> Result<(), ThemeError> {
        let language = if name.contains(".en.") {
            Language::English
        } else {
            Language::Chinese
        };
        for value in ["https://office.example/x", ""] {
            let data = kind.names().map(|name| (name.to_owned(), json!(value))).collect();
            let written = self.render(name, language, kind.phone, &data, "https://office.example")?;
            if !kind.phone && (written.subject.is_empty() || written.text.is_empty()) {
                return Err(wrong(
                    name,
                    1,
                    "the first line is the subject, the second is blank, then comes the letter".into(),
                ));
            }
        }
        Ok(())
    }

    fn render(
        &self,
        name: &str,
        language: Language,
        phone: bool,
        data: &Map<String, Json>,
        root: &str,
    ) -> Result<Written, ThemeError> {
        let fill = |name: &str, data: Value| {
            let template = self.environment.get_template(name);
            template
                .and_then(|template| template.render(data))
                .map_err(|error| told(name, &error))
        };
        let told = fill(name, Value::from(Serde(data)))?;
        if phone {
            return Ok(Written {
                subject: String::new(),
                text: one_line(&told),
                html: String::new(),
            });
        }
        let (subject, text) = told.split_once("\n\n").unwrap_or((&told, ""));
        let (subject, text) = (cut(one_line(subject)), text.trim().to_owned() + "\n");
        let frame = json!({
            "language": language.tag(), "subject": subject, "paragraphs": paragraphs(&text, root),
        });
        let html = fill(FRAME, Value::from(Serde(frame)))?;
        Ok(Written { subject, text, html })
    }
}

/// The kind that a file's name speaks of.
fn kind_of(name: &str, actions: &BTreeSet<&str>) -> Result<&'static Kind, ThemeError> {
    let stem = name.strip_suffix(".zh.txt").or_else(|| name.strip_suffix(".en.txt"));
    let stem = stem.ok_or_else(|| {
        wrong(
            name,
            0,
            "a text of mail/ is called KIND.zh.txt or KIND.en.txt, the frame frame.html".into(),
        )
    })?;
    if stem
        .strip_prefix("action-")
        .is_some_and(|action| actions.contains(action))
    {
        return Ok(Kind::NEWS);
    }
    Kind::of(stem).ok_or_else(|| {
        let near = kind::nearest(stem, KINDS.iter().map(|kind| kind.name));
        let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
        wrong(name, 0, format!("there is no letter or action {stem:?}{near}"))
    })
}

fn file(kind: &str, language: Language) -> String {
    match language {
        Language::Chinese => format!("{kind}.zh.txt"),
        Language::English => format!("{kind}.en.txt"),
    }
}

/// Without line ends, tabs and doubled spaces: what stands in a header or in a short message.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SUBJECT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn wrong(file: &str, line: usize, message: String) -> ThemeError {
    ThemeError::Mail {
        file: file.to_owned(),
        line,
        message,
    }
}

fn told(file: &str, error: &minijinja::Error) -> ThemeError {
    let message = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    wrong(error.name().unwrap_or(file), error.line().unwrap_or(0), message)
}

#[cfg(test)]
mod tests;
