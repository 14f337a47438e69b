//! Two maps of the language compared key by key, each key in the author's words.

use indexmap::IndexSet;
use serde_json::Value as Json;

use super::Consequence;
use super::told::{Places, Subject, Told, entry, shown};
use crate::definition::load::{Of, word};
use crate::definition::source::Node;

/// Which way a limit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Tighter,
    Looser,
}

impl Tone {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => ("", ""),
            Self::Tighter => ("（收紧）", " (tightened)"),
            Self::Looser => ("（放宽）", " (loosened)"),
        }
    }
}

/// What a changed key does to applications in progress.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    pub(super) consequence: Consequence,
    pub(super) tone: Tone,
}

impl Weight {
    pub(super) fn of(consequence: Consequence) -> Self {
        let tone = Tone::Plain;
        Self { consequence, tone }
    }

    pub(super) fn tighter() -> Self {
        Self {
            consequence: Consequence::NeedsAnswer,
            tone: Tone::Tighter,
        }
    }

    pub(super) fn looser() -> Self {
        Self {
            consequence: Consequence::Safe,
            tone: Tone::Looser,
        }
    }
}

/// One key that says something else, as JSON; none where it is not there.
pub(super) struct Turn<'a> {
    pub(super) key: &'a str,
    pub(super) old: Option<&'a Json>,
    pub(super) new: Option<&'a Json>,
}

/// Tells every key of two maps that says something else, but for those in `apart`.
pub(super) fn compare(
    told: &mut Told,
    subject: &Subject,
    of: Of,
    (old, new): (&Node, &Node),
    apart: &[&str],
    places: &Places,
    weigh: impl Fn(&Turn<'_>) -> Weight,
) {
    let keys = |node: &Node| -> Vec<String> {
        let entries = node.entries().unwrap_or_default();
        entries.iter().map(|entry| entry.key.clone()).collect()
    };
    let all: IndexSet<String> = keys(new).into_iter().chain(keys(old)).collect();
    for key in all.iter().filter(|key| !apart.contains(&key.as_str())) {
        let (was, is) = (entry(Some(old), key), entry(Some(new), key));
        let (before, after) = (was.and_then(|it| meant(&it.value)), is.and_then(|it| meant(&it.value)));
        if before == after {
            continue;
        }
        let turn = Turn {
            key,
            old: before.as_ref(),
            new: after.as_ref(),
        };
        let weight = weigh(&turn);
        let places = Places::of_values(was.map(|it| &it.value), is.map(|it| &it.value), places);
        told.changed(
            subject,
            key,
            weight.consequence,
            sentence(of, &turn, weight.tone),
            places,
        );
    }
}

/// What a value means: `false` is what is not there, and one name is a list of one.
fn meant(node: &Node) -> Option<Json> {
    match node.to_json() {
        Json::Null | Json::Bool(false) => None,
        Json::Array(mut items) if items.len() == 1 && !items[0].is_object() => items.pop(),
        other => Some(other),
    }
}

fn sentence(of: Of, turn: &Turn<'_>, tone: Tone) -> (String, String) {
    let key = turn.key;
    let (zh, en) = word(of, key).map_or_else(
        || (format!("「{key}」"), format!("`{key}`")),
        |(zh, en)| (format!("「{}」({key})", plain(zh)), format!("`{key}` ({en})")),
    );
    let (tone_zh, tone_en) = tone.words();
    match (turn.old, turn.new) {
        (_, Some(Json::Bool(true))) => (format!("现在{zh}{tone_zh}"), format!("now {en}{tone_en}")),
        (Some(Json::Bool(true)), None) => (format!("不再{zh}{tone_zh}"), format!("no longer {en}{tone_en}")),
        (Some(old), Some(new)) => (
            format!("{zh}由 {} 改为 {}{tone_zh}", shown(old), shown(new)),
            format!("{en} changed from {} to {}{tone_en}", shown(old), shown(new)),
        ),
        (None, Some(new)) => (
            format!("新写了{zh} {}{tone_zh}", shown(new)),
            format!("{en} is new: {}{tone_en}", shown(new)),
        ),
        (Some(old), None) => (
            format!("去掉了{zh}，原为 {}{tone_zh}", shown(old)),
            format!("{en} is gone, it was {}{tone_en}", shown(old)),
        ),
        (None, None) => (zh, en),
    }
}

/// What a key is called, without the values that it may have.
fn plain(meaning: &str) -> &str {
    let name = meaning.split("，如").next().unwrap_or(meaning);
    match name.split_once('：') {
        Some((value, meaning)) if value.is_ascii() => meaning,
        Some((name, _)) => name,
        None => name,
    }
}
