//! Differences as they are found, and the sentences that tell them.

use serde_json::Value as Json;

use super::{Consequence, Difference, How, What};
use crate::definition::problem::Place;
use crate::definition::source::{Entry, Node, Spot};
use crate::definition::{Id, Language, Text};

/// Characters of a value that a sentence shows.
const SHOWN: usize = 120;

/// What has been found so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) differences: Vec<Difference>,
    /// The region at hand.
    pub(super) region: Option<Id>,
    /// The form at hand.
    pub(super) form: Option<Id>,
}

/// Something with a name, as both versions have it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) what: What,
    /// Its id, or its path.
    pub(super) id: String,
    /// `字段 成果名称 (name)`, `field 成果名称 (name)`.
    pub(super) name: Text,
}

impl Subject {
    /// `字段 成果名称 (name)`.
    pub(super) fn new(what: What, (zh, en): (&str, &str), label: Option<&Text>, id: &str) -> Self {
        let named =
            |word: &str, language| match label.map(|label| label.get(language)).filter(|label| !label.is_empty()) {
                Some(label) => format!("{word} {label} ({id})"),
                None => format!("{word} {id}"),
            };
        Self {
            what,
            id: id.to_owned(),
            name: Text::both(named(zh, Language::Chinese), named(en, Language::English)),
        }
    }

    fn zh(&self) -> &str {
        self.name.get(Language::Chinese)
    }

    fn en(&self) -> &str {
        self.name.get(Language::English)
    }
}

/// Where something is on each side.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) old: Option<Place>,
    pub(super) new: Option<Place>,
}

impl Places {
    /// Of two keys.
    pub(super) fn of(old: Option<&Entry>, new: Option<&Entry>) -> Self {
        Self {
            old: old.and_then(|entry| place(&entry.key_spot)),
            new: new.and_then(|entry| place(&entry.key_spot)),
        }
    }

    /// Of two values; where one is missing, of what it would stand in.
    pub(super) fn of_values(old: Option<&Node>, new: Option<&Node>, around: &Self) -> Self {
        let spot = |node: Option<&Node>| node.and_then(|node| place(&node.spot));
        Self {
            old: spot(old).or_else(|| around.old.clone()),
            new: spot(new).or_else(|| around.new.clone()),
        }
    }
}

/// Where a spot is; nowhere for a stored version.
pub(super) fn place(spot: &Spot) -> Option<Place> {
    (!spot.file.path.as_os_str().is_empty()).then(|| spot.place())
}

/// The entry of a map.
pub(super) fn entry<'n>(node: Option<&'n Node>, key: &str) -> Option<&'n Entry> {
    node?.entries()?.iter().find(|entry| entry.key == key)
}

impl Told {
    /// Adds a difference.
    pub(super) fn add(
        &mut self,
        subject: &Subject,
        how: How,
        key: Option<&str>,
        consequence: Consequence,
        message: Text,
        places: Places,
    ) {
        self.differences.push(Difference {
            what: subject.what,
            how,
            region: self.region.clone(),
            form: self.form.clone(),
            id: subject.id.clone(),
            key: key.map(str::to_owned),
            consequence,
            message,
            old: places.old,
            new: places.new,
        });
    }

    pub(super) fn added(&mut self, subject: &Subject, consequence: Consequence, more: (&str, &str), places: Places) {
        let message = Text::both(
            format!("新增{}{}", subject.zh(), more.0),
            format!("new: {}{}", subject.en(), more.1),
        );
        self.add(
            subject,
            How::Added,
            None,
            consequence,
            message,
            Places { old: None, ..places },
        );
    }

    pub(super) fn removed(&mut self, subject: &Subject, consequence: Consequence, more: (&str, &str), places: Places) {
        let message = Text::both(
            format!("去掉{}{}", subject.zh(), more.0),
            format!("gone: {}{}", subject.en(), more.1),
        );
        self.add(
            subject,
            How::Removed,
            None,
            consequence,
            message,
            Places { new: None, ..places },
        );
    }

    pub(super) fn renamed(&mut self, subject: &Subject, old: &str, places: Places) {
        let message = Text::both(
            format!("{}由「{old}」改名而来", subject.zh()),
            format!("{} was called `{old}`", subject.en()),
        );
        self.add(subject, How::Renamed, None, Consequence::Safe, message, places);
    }

    /// That one thing about the subject is other than it was, in these words.
    pub(super) fn changed(
        &mut self,
        subject: &Subject,
        key: &str,
        consequence: Consequence,
        (zh, en): (String, String),
        places: Places,
    ) {
        let message = Text::both(format!("{}：{zh}", subject.zh()), format!("{}: {en}", subject.en()));
        self.add(subject, How::Changed, Some(key), consequence, message, places);
    }
}

/// A value as a sentence shows it.
pub(super) fn shown(value: &Json) -> String {
    let text = match value {
        Json::String(text) => format!("「{text}」"),
        Json::Bool(true) => "true".into(),
        Json::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let plain = |item: &Json| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", "))
        }
        Json::Object(map) if map.keys().all(|key| matches!(key.as_str(), "zh" | "en")) => {
            let texts = map.values().filter_map(Json::as_str);
            format!("「{}」", texts.collect::<Vec<_>>().join(" / "))
        }
        other => other.to_string(),
    };
    let text = text.replace('\n', " ");
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
