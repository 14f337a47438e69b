//! What can be wrong with a theme. All of it is found when the theme is loaded, except
//! [`ThemeError::Template`] for a template that reads what its view does not have.

use std::path::PathBuf;

/// A mistake in a theme.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No font has the letters that pictures are drawn with.
    #[error("no font in {} has the letters {letters}", path.display())]
    NoFont {
        /// The folder of fonts.
        path: PathBuf,
        /// What it should have.
        letters: &'static str,
    },
    /// A template is broken, or reads something that is not there.
    #[error("templates/{file}:{line}: {message}")]
    Template {
        /// The file under `templates/`.
        file: String,
        /// Its line, from 1; 0 where it is not known.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A letter's text is broken, or reads something that its kind of letter does not have.
    #[error("mail/{file}{}: {message}", if *line > 0 { format!(":{line}") } else { String::new() })]
    Mail {
        /// The file under `mail/`.
        file: String,
        /// Its line, from 1; 0 where it is not known.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A catalogue is not a map of texts.
    #[error("{}: {message}", path.display())]
    Catalogue {
        /// Which.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// A template, an override or the region's words use a text key that the theme does not have.
    #[error("{at}: the theme has no text {key:?}{}", nearest.as_ref().map(|name| format!("; did you mean {name:?}?")).unwrap_or_default())]
    UnknownText {
        /// Where it is used.
        at: String,
        /// The key.
        key: String,
        /// The key that comes nearest.
        nearest: Option<String>,
    },
    /// One language lacks texts that the other has.
    #[error("texts/{language}.yaml lacks {}", keys.join(", "))]
    Incomplete {
        /// The language's tag.
        language: &'static str,
        /// The missing keys.
        keys: Vec<String>,
    },
}

impl From<minijinja::Error> for ThemeError {
    fn from(error: minijinja::Error) -> Self {
        let message = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        Self::Template {
            // A block of a file goes by the file's name.
            file: error
                .name()
                .and_then(|name| name.split('#').next())
                .unwrap_or("?")
                .to_owned(),
            line: error.line().unwrap_or(0),
            message,
        }
    }
}
