//! In which languages a region speaks, and whether it says everything in all of them.

use super::Loader;
use crate::definition::source::{MapReader, Node};
use crate::definition::{Language, Region, Text};

/// The languages by the name that an author writes.
const NAMES: [(&str, Language); 2] = [("zh-CN", Language::Chinese), ("en", Language::English)];

impl Loader<'_> {
    /// The language of a page before a person chooses.
    pub(super) fn language(&mut self, map: &MapReader<'_>) -> Language {
        let named = map.get("language").and_then(|node| self.language_named(node));
        named.unwrap_or(Language::Chinese)
    }

    /// `languages:`, those that every text must be in.
    pub(super) fn languages(&mut self, map: &MapReader<'_>) -> Vec<Language> {
        let names = map.names("languages", self.problems);
        names
            .into_iter()
            .filter_map(|(_, node)| self.language_named(node))
            .collect()
    }

    fn language_named(&mut self, node: &Node) -> Option<Language> {
        let name = node.scalar().unwrap_or_default();
        let found = NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, language)| *language);
        if found.is_none() {
            let known = NAMES.map(|(known, _)| known);
            self.problems
                .unknown("unknown-language", node, ("语言", "language"), name, known);
        }
        found
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
