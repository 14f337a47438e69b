//! What the theme says, in each language, by key.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use super::ThemeError;
use crate::definition::{Language, Text};

/// The texts of one language.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    says: IndexMap<String, String>,
}

impl Catalogue {
    /// The text of `key` with each `{name}` of `args` replaced.
    pub(super) fn text(&self, key: &str, args: &[(&str, &str)]) -> Option<String> {
        let text = self.says.get(key)?;
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((before, name, after)) = next_hole(rest) {
            out.push_str(before);
            match args.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => out.push_str(value),
                None => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }
}

/// Splits at the first `{name}`.
fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// The catalogues of a theme. Both languages have the same keys.
#[derive(Debug)]
pub(super) struct Texts {
    chinese: Arc<Catalogue>,
    english: Arc<Catalogue>,
}

impl Texts {
    /// Reads `texts/zh-CN.yaml` and `texts/en.yaml` of each folder. The first folder's must be
    /// complete; later ones replace single texts.
    pub(super) fn load(folders: &[&Path]) -> Result<Self, ThemeError> {
        let mut both = [Catalogue::default(), Catalogue::default()];
        for (depth, folder) in folders.iter().enumerate() {
            for (catalogue, language) in both.iter_mut().zip([Language::Chinese, Language::English]) {
                let path = folder.join("texts").join(format!("{}.yaml", language.tag()));
                if depth > 0 && !path.is_file() {
                    continue;
                }
                for (key, text) in read(&path)? {
                    if depth > 0 && !catalogue.says.contains_key(&key) {
                        return Err(unknown(path.display().to_string(), key, catalogue));
                    }
                    catalogue.says.insert(key, text);
                }
            }
        }
        let [chinese, english] = both;
        complete(&chinese, &english, Language::English)?;
        complete(&english, &chinese, Language::Chinese)?;
        Ok(Self {
            chinese: chinese.into(),
            english: english.into(),
        })
    }

    /// Puts a region's own words in place of the theme's. A word without English leaves the
    /// theme's English as it is.
    pub(super) fn take_words(&mut self, words: &IndexMap<String, Text>) -> Result<(), ThemeError> {
        for (key, word) in words {
            if !self.chinese.says.contains_key(key) {
                return Err(unknown("words".to_owned(), key.clone(), &self.chinese));
            }
            Arc::make_mut(&mut self.chinese)
                .says
                .insert(key.clone(), word.get(Language::Chinese).to_owned());
            if word.has_english() {
                Arc::make_mut(&mut self.english)
                    .says
                    .insert(key.clone(), word.get(Language::English).to_owned());
            }
        }
        Ok(())
    }

    /// The texts of `language`.
    pub(super) fn catalogue(&self, language: Language) -> &Arc<Catalogue> {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }

    /// Looks for `t("key"` in a template, so that a slip is found at load and not on a page.
    pub(super) fn check_keys(&self, template: &str, source: &str) -> Result<(), ThemeError> {
        for (at, line) in source.lines().enumerate() {
            for call in line.split(" t(\"").skip(1).chain(line.split("(t(\"").skip(1)) {
                let key = call.split('"').next().unwrap_or_default();
                if !self.chinese.says.contains_key(key) {
                    let place = format!("templates/{template}:{}", at + 1);
                    return Err(unknown(place, key.to_owned(), &self.chinese));
                }
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<IndexMap<String, String>, ThemeError> {
    let source = std::fs::read_to_string(path).map_err(|source| ThemeError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_yaml::from_str(&source).map_err(|error| ThemeError::Catalogue {
        path: path.to_owned(),
        message: error.to_string(),
    })
}

fn complete(has: &Catalogue, needs: &Catalogue, language: Language) -> Result<(), ThemeError> {
    let keys: Vec<String> = has
        .says
        .keys()
        .filter(|key| !needs.says.contains_key(*key))
        .cloned()
        .collect();
    if keys.is_empty() {
        Ok(())
    } else {
        Err(ThemeError::Incomplete {
            language: language.tag(),
            keys,
        })
    }
}

fn unknown(at: String, key: String, catalogue: &Catalogue) -> ThemeError {
    let nearest = catalogue
        .says
        .keys()
        .map(|known| (strsim::osa_distance(known, &key), known))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, known)| known.clone());
    ThemeError::UnknownText { at, key, nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_once() {
        let mut catalogue = Catalogue::default();
        catalogue.says.insert("greet".into(), "{name}，你好 {name}{".into());
        for (args, expected) in [
            (&[("name", "{name}")][..], "{name}，你好 {name}{"),
            (&[("name", "王")][..], "王，你好 王{"),
            (&[][..], "{name}，你好 {name}{"),
        ] {
            assert_eq!(catalogue.text("greet", args).as_deref(), Some(expected));
        }
        assert_eq!(catalogue.text("nothing", &[]), None);
    }
}
