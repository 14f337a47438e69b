//! In which languages a region speaks, and whether it says everything in all of them.

use super::Loader;
use crate::definition::shape::Words;
use crate::definition::source::{MapReader, Node};
use crate::definition::{Language, Region, Text};

/// The languages by the name that an author writes.
pub(super) static LANGUAGE: Words = Words::new(
    "unknown-language",
    ("语言", "language"),
    &[("zh-CN", "中文", "Chinese"), ("en", "英文", "English")],
);

impl Loader<'_> {
    /// The language of a page before a person chooses.
    pub(super) fn language(&self, map: &MapReader<'_>) -> Language {
        map.get("language").map_or(Language::Chinese, named)
    }

    /// `languages:`, those that every text must be in.
    pub(super) fn languages(&mut self, map: &MapReader<'_>) -> Vec<Language> {
        let names = map.names("languages", self.problems);
        names.into_iter().map(|(_, node)| named(node)).collect()
    }

    /// Warns of every text that was read and is not in English, where the region says that it speaks it.
    pub(super) fn untranslated(&mut self, region: &Region) {
        if !region.languages.contains(&Language::English) {
            return;
        }
        for spot in self.problems.in_one_language().to_vec() {
            let message = Text::both("这段文字没有英文", "this text is not in English");
            let help = Text::both("写成 {zh: …, en: …}", "write it as {zh: …, en: …}");
            self.problems.warning("missing-translation", &spot, message, Some(help));
        }
    }
}

/// One of the two, by its name.
fn named(node: &Node) -> Language {
    match node.scalar() {
        Some("en") => Language::English,
        _ => Language::Chinese,
    }
}
