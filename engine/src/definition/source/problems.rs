//! The problems of a region while it is read: the first of very many, and that there were more.

use super::{Node, Spot, nearest, replaced};
use crate::definition::form::Severity;
use crate::definition::problem::{Place, Problem};
use crate::definition::{Language, Text, limits};

/// All problems found so far; of very many, the first.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    /// Whether any is an error, kept or not.
    errors: bool,
    /// The severest of those that were not kept, and how many they are.
    left_out: Option<(Severity, usize)>,
    one_language: Vec<Spot>,
}

impl Problems {
    /// Adds an error.
    pub fn error(&mut self, rule: &'static str, spot: &Spot, message: Text, help: Option<Text>) {
        self.error_with(rule, spot, message, help, Vec::new());
    }

    /// Adds an error that is about further places too.
    pub fn error_with(
        &mut self,
        rule: &'static str,
        spot: &Spot,
        message: Text,
        help: Option<Text>,
        related: Vec<(Place, Text)>,
    ) {
        if self.is_full() {
            return self.leave_out(Severity::Error);
        }
        self.add(Problem {
            rule,
            severity: Severity::Error,
            place: spot.place(),
            message,
            help,
            related,
        });
    }

    /// Adds that there is more of something than there may be.
    pub(in crate::definition) fn too_large(&mut self, spot: &Spot, what: (&str, &str), most: usize) {
        let message = Text::both(
            format!("{}超过了上限 {most}", what.0),
            format!("{} are more than {most}", what.1),
        );
        self.error("too-large", spot, message, None);
    }

    /// Adds a warning.
    pub fn warning(&mut self, rule: &'static str, spot: &Spot, message: Text, help: Option<Text>) {
        if self.is_full() {
            return self.leave_out(Severity::Warning);
        }
        let place = spot.place();
        self.add(Problem {
            rule,
            severity: Severity::Warning,
            place,
            message,
            help,
            related: Vec::new(),
        });
    }

    /// Adds a problem, unless the very same is there already (a base is read once for each region).
    pub fn add(&mut self, mut problem: Problem) {
        if self.is_full() {
            return self.leave_out(problem.severity);
        }
        problem.message = cut(problem.message);
        problem.help = problem.help.map(cut);
        self.errors |= problem.severity == Severity::Error;
        if !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }

    /// Adds all of another list.
    pub fn take(&mut self, other: Self) {
        if let Some((severity, count)) = other.left_out {
            self.errors |= severity == Severity::Error;
            let before = self.left_out.map_or(0, |(_, count)| count);
            self.left_out = Some((severity, before + count));
        }
        other.list.into_iter().for_each(|problem| self.add(problem));
    }

    /// Whether no more are kept: what is costly to find out for a message alone can be left.
    pub fn is_full(&self) -> bool {
        self.list.len() >= limits::PROBLEMS
    }

    /// Notes that something was not read because there are too many problems already.
    pub(in crate::definition) fn unread(&mut self) {
        self.leave_out(Severity::Error);
    }

    fn leave_out(&mut self, severity: Severity) {
        self.errors |= severity == Severity::Error;
        let count = self.left_out.map_or(0, |(_, count)| count);
        let severity = if self.errors { Severity::Error } else { severity };
        self.left_out = Some((severity, count + 1));
    }

    /// Adds an error at a node; where the node came over a base, names the base's place too.
    pub fn at_node(&mut self, rule: &'static str, node: &Node, message: Text, help: Option<Text>) {
        self.error_with(rule, &node.spot, message, help, replaced(node));
    }

    /// A name that is none of `known`.
    pub fn unknown<'a>(
        &mut self,
        rule: &'static str,
        node: &Node,
        what: (&str, &str),
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        if self.is_full() {
            return self.leave_out(Severity::Error);
        }
        let message = Text::both(
            format!("没有名为「{name}」的{}", what.0),
            format!("there is no {} called `{name}`", what.1),
        );
        self.at_node(rule, node, message, nearest(name, known));
    }

    /// Notes a text in Chinese that has no English beside it.
    pub(in crate::definition) fn written_in_one_language(&mut self, spot: &Spot) {
        self.one_language.push(spot.clone());
    }

    /// Where a text in Chinese was read that has no English beside it.
    pub fn in_one_language(&self) -> &[Spot] {
        &self.one_language
    }

    /// Whether anything keeps the region from being served.
    pub fn has_errors(&self) -> bool {
        self.errors
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len() + self.left_out.map_or(0, |(_, count)| count)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether one of these rules was broken since there were `count`; of a problem that was not kept,
    /// that is assumed.
    pub fn any_since(&self, count: usize, rules: &[&str]) -> bool {
        let lost = self.left_out.is_some() && self.len() > count;
        lost || self
            .list
            .iter()
            .skip(count)
            .any(|problem| rules.contains(&problem.rule))
    }

    /// All of them, by file and line.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.list.sort_by(|a, b| {
            (&a.place.file, a.place.line, a.place.column).cmp(&(&b.place.file, b.place.line, b.place.column))
        });
        if let (Some((severity, count)), Some(last)) = (self.left_out, self.list.last()) {
            let message = Text::both(
                format!("另有 {count} 个问题没有列出，一次最多列出 {} 个", limits::PROBLEMS),
                format!("{count} more problems are not listed: at most {} are", limits::PROBLEMS),
            );
            self.list.push(Problem {
                rule: "too-large",
                severity,
                place: last.place.clone(),
                message,
                help: None,
                related: Vec::new(),
            });
        }
        self.list
    }
}

/// A text that is no longer than it may be.
fn cut(text: Text) -> Text {
    let is_short = |text: &str| text.len() <= limits::MESSAGE_LENGTH;
    if is_short(text.get(Language::Chinese)) && is_short(text.get(Language::English)) {
        return text;
    }
    let cut = |language: Language| {
        let text = text.get(language);
        let end = text.char_indices().nth(limits::MESSAGE_LENGTH).map(|(at, _)| at);
        end.map_or_else(|| text.to_owned(), |end| format!("{}…", &text[..end]))
    };
    Text::both(cut(Language::Chinese), cut(Language::English))
}
