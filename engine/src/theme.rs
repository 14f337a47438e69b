//! Page templates, prepared field markup, texts and static files.
//!
//! A theme is a folder: `templates/`, `texts/`, `static/`. It is read whole when it is loaded, a
//! mistake in it stops the load, and nothing is read from disk afterwards. This is the only module
//! that knows minijinja.

mod assets;
mod error;
pub mod filling;
mod fold;
pub mod form;
mod frame;
pub mod input_name;
pub mod lettering;
pub mod mail;
mod markdown;
mod split;
mod texts;
pub mod view;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, context};

use crate::definition::{Language, Text};
pub use assets::Asset;
use assets::Assets;
pub use error::ThemeError;
pub use filling::Filling;
pub use form::{PreparedFields, PreparedForm};
use frame::Frames;
pub use markdown::{markdown, title};
use texts::{Catalogue, Texts};
use view::{Shell, View};

/// The languages a page is offered in, the first one first.
pub const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

/// A theme as one region sees it: with the region's own templates, texts and words over it.
#[derive(Debug)]
pub struct Theme {
    texts: Texts,
    assets: Arc<Assets>,
    environments: [Environment<'static>; 2],
    frames: Frames,
    folders: Vec<PathBuf>,
}

impl Theme {
    /// Reads the theme `name` under `themes`, then each folder of `overrides` over it, and last
    /// the region's `words` by text key.
    ///
    /// The overrides are a region's `theme/` folders, nearest first as in `Region::folders`; any
    /// of them may be missing. They may replace templates, texts and static files one by one.
    ///
    /// Fails with the file and the line of whatever is wrong: a template that does not parse or
    /// asks for a text that is not there, a text that one language lacks, a word no theme says.
    pub fn load(
        themes: &Path,
        name: &str,
        overrides: &[PathBuf],
        words: &IndexMap<String, Text>,
    ) -> Result<Self, ThemeError> {
        let read = folders(themes, name, overrides);
        let folders: Vec<&Path> = read.iter().rev().map(PathBuf::as_path).collect();
        let mut texts = Texts::load(&folders)?;
        texts.take_words(words)?;
        let assets = Arc::new(Assets::load(&folders)?);
        let templates = read_templates(&folders)?;
        for (name, source) in &templates {
            texts.check_keys(name, source)?;
        }
        let environments = [
            environment(&templates, texts.catalogue(Language::Chinese), &assets)?,
            environment(&templates, texts.catalogue(Language::English), &assets)?,
        ];
        Ok(Self {
            texts,
            assets,
            frames: Frames::new(&templates),
            environments,
            folders: read,
        })
    }

    /// The folders it was read from, nearest first.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The page `view` in its frame, in the language of the frame.
    ///
    /// Fails only where a template asks for something that the view does not have.
    pub fn page<V: View>(&self, shell: &Shell, view: &V) -> Result<String, ThemeError> {
        let environment = &self.environments[place(shell.frame.language)];
        let data = context! { shell => frame::value(shell), view => Value::from(Serde(view)) };
        let around = self.frames.around(environment, shell, V::TEMPLATE)?;
        match around {
            Some(frame) => frame.filled(environment, V::TEMPLATE, &data),
            None => Ok(environment.get_template(V::TEMPLATE)?.render(data)?),
        }
    }

    /// What the theme says for `key`, with each `{name}` replaced; the key itself where the theme
    /// says nothing. The result is plain text and is escaped by whoever prints it.
    pub fn text(&self, language: Language, key: &str, args: &[(&str, &str)]) -> String {
        self.texts
            .catalogue(language)
            .text(key, args)
            .unwrap_or_else(|| key.to_owned())
    }

    /// What the theme says for `key` in both languages.
    pub fn text_in_both(&self, key: &str, args: &[(&str, &str)]) -> Text {
        Text::both(
            self.text(Language::Chinese, key, args),
            self.text(Language::English, key, args),
        )
    }

    /// The address of the static file `name`: `/static/HASH/NAME`, where the hash changes with
    /// any of the files, so that it may be cached for ever.
    pub fn asset(&self, name: &str) -> Option<String> {
        self.assets.address(name)
    }

    /// The static file at `address`, for serving it.
    pub fn file(&self, address: &str) -> Option<&Asset> {
        self.assets.at(address)
    }
}

/// The folders that a theme is read from, nearest first: the overrides that are there, then its own.
pub fn folders(themes: &Path, name: &str, overrides: &[PathBuf]) -> Vec<PathBuf> {
    let there = overrides.iter().filter(|folder| folder.is_dir()).cloned();
    there.chain([themes.join(name)]).collect()
}

fn place(language: Language) -> usize {
    match language {
        Language::Chinese => 0,
        Language::English => 1,
    }
}

/// The templates by file name; those of later folders replace earlier ones.
fn read_templates(folders: &[&Path]) -> Result<IndexMap<String, String>, ThemeError> {
    let mut templates = IndexMap::new();
    for folder in folders {
        for (name, path) in assets::files_in(&folder.join("templates"))? {
            let source = std::fs::read_to_string(&path).map_err(|source| ThemeError::Read { path, source })?;
            templates.insert(name, source);
        }
    }
    Ok(templates)
}

fn environment(
    templates: &IndexMap<String, String>,
    catalogue: &Arc<Catalogue>,
    assets: &Arc<Assets>,
) -> Result<Environment<'static>, ThemeError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let (says, files, own) = (Arc::clone(catalogue), Arc::clone(assets), Arc::clone(assets));
    environment.add_function("t", move |key: String, args: Kwargs| say(&says, &key, &args));
    environment.add_function("asset", move |name: String| {
        files
            .address(&name)
            .ok_or_else(|| missing(format!("there is no static file {name:?}")))
    });
    environment.add_function("has_asset", move |name: &str| own.address(name).is_some());
    for (name, source) in templates {
        environment.add_template_owned(name.clone(), fold::fold(source, catalogue, assets))?;
    }
    for (name, source) in frame::parts(templates) {
        environment.add_template_owned(name, fold::fold(&source, catalogue, assets))?;
    }
    Ok(environment)
}

fn say(catalogue: &Catalogue, key: &str, args: &Kwargs) -> Result<String, minijinja::Error> {
    let mut values = Vec::new();
    for name in args.args() {
        values.push((name.to_owned(), args.get::<Value>(name)?.to_string()));
    }
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    catalogue
        .text(key, &values)
        .ok_or_else(|| missing(format!("the theme says nothing for {key:?}")))
}

fn missing(detail: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, detail)
}

#[cfg(test)]
mod tests;
