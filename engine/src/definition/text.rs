//! Texts that a person reads, in the languages an author gave.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A language that pages and messages are offered in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Simplified Chinese, the first language of every text.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The BCP 47 tag, as in the `lang` attribute of a page.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// A text in Chinese and, where the author gave it, in English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    zh: Arc<str>,
    en: Option<Arc<str>>,
}

impl Text {
    /// A text in one language only.
    pub fn chinese(zh: impl Into<Arc<str>>) -> Self {
        Self {
            zh: zh.into(),
            en: None,
        }
    }

    /// A text in both languages.
    pub fn both(zh: impl Into<Arc<str>>, en: impl Into<Arc<str>>) -> Self {
        Self {
            zh: zh.into(),
            en: Some(en.into()),
        }
    }

    /// The text in `language`, in Chinese where there is no other.
    pub fn get(&self, language: Language) -> &str {
        match (language, &self.en) {
            (Language::English, Some(en)) => en,
            _ => &self.zh,
        }
    }

    /// Whether an English text was given.
    pub fn has_english(&self) -> bool {
        self.en.is_some()
    }

    /// The same text with `change` applied in each language.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self {
            zh: change(&self.zh).into(),
            en: self.en.as_deref().map(|en| change(en).into()),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh)
    }
}

impl From<&str> for Text {
    fn from(zh: &str) -> Self {
        Self::chinese(zh)
    }
}
