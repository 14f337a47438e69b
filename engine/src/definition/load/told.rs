//! Expressions out of nodes, and what is told where they are wrong.

use std::path::Path;

use super::Loader;
use crate::definition::expression::{self, Expression, Message, Mistake, Scope, Type};
use crate::definition::folder::Odd;
use crate::definition::problem::Place;
use crate::definition::source::{Node, Problems, Spot, replaced, string_of, text_of};
use crate::definition::{Language, Text};

/// The most other places that one mistake names.
const MOST_RELATED: usize = 3;

/// Warns of folders with YAML in them but no `region.yaml`: they are not read. A folder whose name cannot
/// be written down is an error.
pub(super) fn folders_without_region(forms: &Path, problems: &mut Problems) {
    let listed = std::fs::read_dir(forms).into_iter().flatten().flatten();
    let (listed, nameless): (Vec<_>, Vec<_>) = listed.partition(|entry| entry.file_name().to_str().is_some());
    for folder in nameless {
        let spot = Spot::whole(Path::new(&*folder.file_name().to_string_lossy()));
        problems.error("file-unreadable", &spot, Odd::Name.message(), Some(Odd::Name.help()));
    }
    for folder in listed
        .into_iter()
        .filter(|entry| entry.path().is_dir() && !entry.path().join("region.yaml").is_file())
    {
        let name = folder.file_name().to_string_lossy().into_owned();
        let inside = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
        let yaml = |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|ending| ending == "yaml");
        if name.starts_with('.') || !inside.into_iter().any(yaml) {
            continue;
        }
        let message = Text::both(
            format!("文件夹 {name} 里没有 region.yaml，不会被读取"),
            format!("the folder {name} has no region.yaml and is not read"),
        );
        let help = Text::both(
            "写一个 region.yaml，或移走这个文件夹",
            "write a region.yaml, or move the folder away",
        );
        problems.warning(
            "folder-without-region",
            &Spot::whole(Path::new(&name)),
            message,
            Some(help),
        );
    }
}

impl Loader<'_> {
    /// Compiles the expression at `node`; mistakes become problems at their characters.
    pub(super) fn expression(&mut self, node: &Node, scope: &Scope, expected: Option<&Type>) -> Option<Expression> {
        let source = string_of(node, self.problems)?;
        if self.problems.is_full() {
            self.problems.unread();
            return None;
        }
        match expression::compile(&source, scope, expected) {
            Ok(compiled) => Some(compiled),
            Err(mistakes) => {
                self.tell_mistakes(node, &source, mistakes);
                None
            }
        }
    }

    /// Compiles a condition.
    pub(super) fn condition(&mut self, node: Option<&Node>, scope: &Scope) -> Option<Expression> {
        let node = node?;
        let condition = self.expression(node, scope, Some(&Type::Bool))?;
        if let Some(always) = condition.verdict() {
            let (zh, en) = match (condition.reads().is_empty(), always) {
                (true, _) => (
                    "这个条件不看任何内容，结果永远一样",
                    "this condition reads nothing and is always the same",
                ),
                (false, true) => ("这个条件永远成立", "this condition always holds"),
                (false, false) => ("这个条件不可能成立", "this condition can never hold"),
            };
            let help = Text::both(
                "写上它取决于哪个字段，或删去这个条件",
                "say which field it depends on, or delete it",
            );
            self.problems
                .at_node("constant-condition", node, Text::both(zh, en), Some(help));
        }
        Some(condition)
    }

    /// Compiles a message with `{expression}` in it.
    pub(super) fn message(&mut self, node: &Node, scope: &Scope) -> Option<Message> {
        let text = text_of(node, self.problems)?;
        if self.problems.is_full() {
            self.problems.unread();
            return None;
        }
        let mistakes = match Message::compile(&text, scope) {
            Ok(message) => return Some(message),
            Err(mistakes) => mistakes,
        };
        // The offsets are into the Chinese text, unless that alone is right.
        let chinese = text.get(Language::Chinese);
        let (written, key) = match Message::compile(&Text::chinese(chinese), scope) {
            Ok(_) => (text.get(Language::English), "en"),
            Err(_) => (chinese, "zh"),
        };
        self.tell_mistakes(node.get(key).unwrap_or(node), written, mistakes);
        None
    }

    fn tell_mistakes(&mut self, node: &Node, source: &str, mistakes: Vec<Mistake>) {
        for mistake in mistakes {
            let spot = node.spot.within(source, mistake.start, mistake.end);
            let related = self.related(node, source, &mistake);
            self.problems
                .error_with(mistake.rule, &spot, mistake.message, mistake.help, related);
        }
    }

    /// What an expression came over; and for one that was inherited, where a name that it reads was
    /// taken away or changed.
    fn related(&self, node: &Node, source: &str, mistake: &Mistake) -> Vec<(Place, Text)> {
        let mut related = replaced(node);
        let name = source.get(mistake.start..mistake.end).unwrap_or_default();
        related.extend(self.taken_away(name));
        let inherited = !node.spot.file.path.starts_with(&*self.id);
        let about_values = matches!(mistake.rule, "expression-type" | "expression-unknown-code");
        for word in words(source).filter(|_| inherited && about_values) {
            let own = self
                .fields
                .get(word)
                .filter(|spot| spot.file.path.starts_with(&*self.id));
            let Some(place) = own.map(Spot::place) else { continue };
            if related.len() < MOST_RELATED && related.iter().all(|(known, _)| *known != place) {
                let note = Text::both(format!("{word} 在这里改过"), format!("{word} is changed here"));
                related.push((place, note));
            }
        }
        related
    }

    /// Where a `null` took `name` out of the definition at hand.
    pub(super) fn taken_away(&self, name: &str) -> Option<(Place, Text)> {
        let (_, spot) = self.removed.iter().find(|(removed, _)| removed == name)?;
        Some((spot.place(), Text::both("在这里去掉了", "taken away here")))
    }

    /// A name that is none of `known`: which is nearest, or where it was taken away.
    pub(super) fn unknown_here<'k>(
        &mut self,
        rule: &'static str,
        node: &Node,
        what: (&str, &str),
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let Some(removed) = self.taken_away(name) else {
            return self.problems.unknown(rule, node, what, name, known);
        };
        let message = Text::both(
            format!("没有名为「{name}」的{}", what.0),
            format!("there is no {} called `{name}`", what.1),
        );
        let related = replaced(node).into_iter().chain([removed]).collect();
        self.problems.error_with(rule, &node.spot, message, None, related);
    }

    /// Says that `name` is no field: which is nearest, or where it was taken away.
    pub(super) fn unknown_field<'k>(&mut self, node: &Node, name: &str, known: impl IntoIterator<Item = &'k str>) {
        self.unknown_here("unknown-field", node, ("字段", "field"), name, known);
    }
}

/// The names that stand in a source.
fn words(source: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    source.split(move |c| !inside(c)).filter(|word| !word.is_empty())
}
