//! How a mistake is put: its rule, its place, and the nearest names that would have been right.

use std::ops::Range;

use super::{Mistake, Text};

/// The source is not an expression.
pub(super) const SYNTAX: &str = "expression-syntax";
/// The source, its tree or its nesting is larger than an expression may be.
pub(super) const TOO_LONG: &str = "expression-too-long";
/// Brackets or macros stand too deep in one another.
pub(super) const TOO_DEEP: &str = "expression-too-deep";
/// A value is of another type than its place takes.
pub(super) const TYPE: &str = "expression-type";
/// A name or column does not exist.
pub(super) const UNKNOWN_NAME: &str = "expression-unknown-name";
/// A function does not exist.
pub(super) const UNKNOWN_FUNCTION: &str = "expression-unknown-function";
/// A function gets too few or too many arguments.
pub(super) const ARGUMENTS: &str = "expression-arguments";
/// A code does not stand in its list.
pub(super) const UNKNOWN_CODE: &str = "expression-unknown-code";
/// CEL has it, expressions here do not.
pub(super) const UNSUPPORTED: &str = "expression-unsupported";
/// A number, date or pattern that cannot be read.
pub(super) const LITERAL: &str = "expression-literal";

/// A mistake at `span`, in Chinese and English.
pub(super) fn mistake(rule: &'static str, span: Range<usize>, zh: String, en: String) -> Mistake {
    Mistake {
        rule,
        start: span.start,
        end: span.end,
        message: Text::both(zh, en),
        help: None,
    }
}

impl Mistake {
    /// The same mistake with a help.
    pub(super) fn help(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.help = Some(Text::both(zh.into(), en.into()));
        self
    }

    /// The same mistake with the nearest names as its help; without one where nothing is near.
    pub(super) fn suggest(self, names: &[&str]) -> Self {
        if names.is_empty() {
            return self;
        }
        let (zh, en) = (names.join("、"), names.join(", "));
        self.help(format!("相近的有：{zh}"), format!("did you mean: {en}"))
    }
}

/// The up to three of `candidates` that are most like `word`, the most like first.
///
/// A candidate is near when few letters differ or when one contains the other; where nothing is near,
/// nothing is returned.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| distance(&word, &candidate.to_lowercase()).map(|far| (far, candidate)))
        .collect();
    near.sort();
    near.dedup();
    near.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// How far apart two words are, where they are near at all.
fn distance(word: &str, candidate: &str) -> Option<usize> {
    let length = word.chars().count().max(candidate.chars().count());
    let far = strsim::damerau_levenshtein(word, candidate);
    let shortest = word.chars().count().min(candidate.chars().count());
    let contained = shortest >= 2 && (word.contains(candidate) || candidate.contains(word));
    (far <= 1.max(length / 3) && far < length || contained).then_some(far)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_come_first_and_far_ones_not_at_all() {
        let names = ["period_start", "period_end", "name", "未应用", "产业化应用"];
        for (word, expected) in [
            ("period_strat", vec!["period_start"]),
            ("period", vec!["period_end", "period_start"]),
            ("nmae", vec!["name"]),
            ("产业化", vec!["产业化应用"]),
            ("zzz", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }
}
