//! Reading typed values out of a [`Node`], each mistake told at its place.

use super::{Entry, Node, Problems, Spot, Value};
use crate::definition::problem::Place;
use crate::definition::shape::{Key, Keys, Shape};
use crate::definition::{Id, Language, Text, limits};

/// The place in a base that a node came over.
pub(in crate::definition) fn replaced(node: &Node) -> Vec<(Place, Text)> {
    let note = || Text::both("它覆盖了这里", "it replaces this");
    node.replaced.iter().map(|spot| (spot.place(), note())).collect()
}

/// The one of `known` that `name` is most like, where it is like any.
fn best<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > limits::NAME_BYTES {
        return None;
    }
    let word = name.to_lowercase();
    let far = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
    let (distance, candidate) = known
        .into_iter()
        .filter(|candidate| candidate.len() <= limits::NAME_BYTES)
        .map(|candidate| (far(candidate), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    let length = stem_length(&word).min(stem_length(candidate));
    (distance <= (length / 2).max(1) && distance < length.max(2)).then_some(candidate)
}

/// How long a name is without its folder and ending, which many names share.
fn stem_length(name: &str) -> usize {
    let stem = name.rsplit('/').next().unwrap_or(name);
    stem.split('.').next().unwrap_or(stem).chars().count()
}

/// The help that names what may have been meant.
pub(in crate::definition) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Text> {
    let mut all: Vec<&str> = known.into_iter().collect();
    if all.is_empty() {
        return None;
    }
    if let Some(candidate) = best(name, all.iter().copied()) {
        return Some(Text::both(
            format!("是否要写「{candidate}」？"),
            format!("did you mean `{candidate}`?"),
        ));
    }
    let more = all.len() > MOST_NAMES;
    all.truncate(MOST_NAMES);
    let (zh, en) = (all.join("、"), all.join(", "));
    Some(if more {
        Text::both(format!("可以写：{zh}……"), format!("for example: {en}, …"))
    } else {
        Text::both(format!("可以写：{zh}"), format!("one of: {en}"))
    })
}

/// The most names that a help lists.
const MOST_NAMES: usize = 30;

/// A map whose keys were checked.
#[derive(Debug, Clone, Copy)]
pub struct MapReader<'n> {
    /// The map itself.
    pub node: &'n Node,
    entries: &'n [Entry],
    keys: Option<&'static Keys>,
}

impl<'n> MapReader<'n> {
    /// Reads a map, telling every key that `keys` does not list. `None` where it is no map.
    pub fn new(node: &'n Node, keys: &'static Keys, problems: &mut Problems) -> Option<Self> {
        let reader = Self {
            keys: Some(keys),
            ..Self::open(node, keys.what, problems)?
        };
        for entry in reader.entries {
            match keys.key(&entry.key) {
                None if problems.is_full() => problems.unread(),
                None => unknown_key(entry, keys, problems),
                Some(key) if !entry.value.is_null() && !is_blank(&entry.value) => key.tell(&entry.value, problems),
                Some(_) => {}
            }
            empty_value(entry, problems);
        }
        Some(reader)
    }

    /// Reads a map whose keys are the author's own names.
    pub fn open(node: &'n Node, what: (&str, &str), problems: &mut Problems) -> Option<Self> {
        match node.entries() {
            Some(entries) => Some(Self {
                node,
                entries,
                keys: None,
            }),
            None => {
                wrong_type(node, ("一组「键: 值」", "a map"), Some(what), problems);
                None
            }
        }
    }

    /// Its entries in order.
    pub fn entries(&self) -> &'n [Entry] {
        self.entries
    }

    /// The value of `key`; none where it has not the shape that the key asks for, which was told.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        let node = self.written(key)?;
        let known = self.keys.and_then(|keys| keys.key(key));
        let fits = known.is_none_or(|key| !is_blank(node) && key.shape.fits(node));
        fits.then_some(node)
    }

    fn written(&self, key: &str) -> Option<&'n Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (!entry.value.is_null()).then_some(&entry.value)
    }

    /// The value of `key`, whose absence is a problem.
    pub fn need(&self, key: &str, problems: &mut Problems) -> Option<&'n Node> {
        let found = self.get(key);
        if self.written(key).is_none() && (problems.is_full() || !self.misspells(key)) {
            self.lacks(key, problems);
        }
        found
    }

    fn lacks(&self, key: &str, problems: &mut Problems) {
        let spot = Spot {
            file: self.node.spot.file.clone(),
            range: first_line(&self.node.spot),
        };
        let (zh, en) = self.keys.map_or(("这里", "this map"), |keys| keys.what);
        let message = Text::both(format!("{zh}缺少「{key}」"), format!("{en} lacks `{key}`"));
        let known = self.keys.and_then(|keys| keys.key(key));
        let help = known.map(|known| Text::both(format!("{key}：{}", known.zh), format!("{key}: {}", known.en)));
        // Of a whole file, the base's place says nothing.
        let related = if self.node.get("extends").is_some() {
            Vec::new()
        } else {
            replaced(self.node)
        };
        problems.error_with("missing-key", &spot, message, help, related);
    }

    /// Whether a key that is not known here was surely meant to be `key`; it was told already.
    fn misspells(&self, key: &str) -> bool {
        let Some(keys) = self.keys else { return false };
        let mut unknown = self.entries.iter().filter(|entry| !keys.has(&entry.key));
        unknown.any(|entry| best(&entry.key, keys.names()) == Some(key))
    }

    /// A text for people.
    pub fn text(&self, key: &str, problems: &mut Problems) -> Option<Text> {
        text_of(self.get(key)?, problems)
    }

    /// A plain string.
    pub fn string(&self, key: &str, problems: &mut Problems) -> Option<String> {
        string_of(self.get(key)?, problems)
    }

    /// A truth value.
    pub fn bool(&self, key: &str) -> Option<bool> {
        Some(self.get(key)?.scalar()? == "true")
    }

    /// A whole number from 0.
    pub fn count(&self, key: &str) -> Option<usize> {
        usize::try_from(self.get(key)?.whole_number()?).ok()
    }

    /// One name or a list of names.
    pub fn names(&self, key: &str, problems: &mut Problems) -> Vec<(Id, &'n Node)> {
        self.get(key).map(|node| names_of(node, problems)).unwrap_or_default()
    }
}

fn unknown_key(entry: &Entry, keys: &Keys, problems: &mut Problems) {
    let message = Text::both(
        format!("{}没有「{}」这个键", keys.what.0, entry.key),
        format!("{} has no key `{}`", keys.what.1, entry.key),
    );
    let help = nearest(&entry.key, keys.names());
    problems.error("unknown-key", &entry.key_spot, message, help);
}

fn first_line(spot: &Spot) -> std::ops::Range<usize> {
    let text = spot.file.text.get(spot.range.clone()).unwrap_or_default();
    spot.range.start..spot.range.start + text.find('\n').unwrap_or(text.len())
}

/// Whether nothing is written where a value belongs.
fn is_blank(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar { text, plain: true } if text.is_empty())
}

/// Tells a key without a value.
pub(in crate::definition) fn empty_value(entry: &Entry, problems: &mut Problems) {
    let key = &entry.key;
    if is_blank(&entry.value) {
        let message = Text::both(format!("「{key}」后面没有值"), format!("`{key}` has no value"));
        problems.error("empty-value", &entry.key_spot, message, Some(nothing_written()));
    }
}

/// How to mend a key without a value.
fn nothing_written() -> Text {
    Text::both(
        "要去掉继承来的内容请写 null，否则请删去这一行",
        "write `null` to remove what is inherited, or delete the line",
    )
}

/// Says that something else is expected at `node`.
pub(in crate::definition) fn wrong_type(
    node: &Node,
    expected: (&str, &str),
    what: Option<(&str, &str)>,
    problems: &mut Problems,
) {
    let found = match &node.value {
        Value::Scalar { text, .. } if text.is_empty() => ("空".to_owned(), "nothing".to_owned()),
        Value::Scalar { text, .. } => {
            let start: String = text.chars().take(30).collect();
            (format!("「{start}」"), format!("`{start}`"))
        }
        Value::List(_) => ("列表".to_owned(), "a list".to_owned()),
        Value::Map(_) => ("一组「键: 值」".to_owned(), "a map".to_owned()),
    };
    let (zh, en) = what.map_or(("这里应写".to_owned(), String::new()), |(zh, en)| {
        (format!("{zh}应写成"), format!("{en}: "))
    });
    let message = Text::both(
        format!("{zh}：{}；写的却是{}", expected.0, found.0),
        format!("{en}{} is expected here, found {}", expected.1, found.1),
    );
    let wide = node.scalar().is_some_and(|text| text.contains('：'));
    let help = wide.then(|| {
        Text::both(
            "键后面要用半角冒号加空格「: 」，这里用了全角的「：」",
            "a key is followed by `: `; this is a full-width colon",
        )
    });
    problems.at_node(
        "wrong-type",
        node,
        message,
        help.or_else(|| is_blank(node).then(nothing_written))
            .or_else(|| truth_meant(node, expected.1)),
    );
}

/// What yes and no are called here.
fn truth_meant(node: &Node, expected: &str) -> Option<Text> {
    let truth = match node.scalar().map(str::to_lowercase)?.as_str() {
        "yes" | "y" | "on" | "是" | "true" => "true",
        "no" | "n" | "off" | "否" | "false" => "false",
        _ => return None,
    };
    (expected == "true or false").then(|| {
        Text::both(
            format!("这里写 {truth}，不加引号"),
            format!("write `{truth}`, without quotes"),
        )
    })
}

/// A string; numbers and truth values are taken as written.
pub(in crate::definition) fn string_of(node: &Node, problems: &mut Problems) -> Option<String> {
    match node.scalar() {
        Some(text) => Some(text.to_owned()),
        None => {
            wrong_type(node, ("文字", "a text"), None, problems);
            None
        }
    }
}

/// A text for people: a string, or `{zh: …, en: …}`.
pub(in crate::definition) fn text_of(node: &Node, problems: &mut Problems) -> Option<Text> {
    let text = words_of(node, problems)?;
    if text.get(Language::Chinese).trim().is_empty() {
        let message = Text::both("这段文字是空的", "the text is empty");
        let help = Text::both("写上文字，或删去这一行", "write the text, or delete the line");
        problems.at_node("empty-value", node.get("zh").unwrap_or(node), message, Some(help));
    }
    // What has no Chinese in it, such as ISBN, reads the same in every language.
    let chinese = text.to_string().chars().any(|c| c >= '\u{2e80}');
    if chinese && !text.has_english() {
        problems.written_in_one_language(&node.spot);
    }
    Some(text)
}

/// The same for the names of codes, of which nobody asks in how many languages they are.
pub(in crate::definition) fn words_of(node: &Node, problems: &mut Problems) -> Option<Text> {
    static TEXT: Keys = Keys::new(
        "text",
        ("文字", "a text"),
        &[
            Key::new("zh", Shape::Word, "中文", "in Chinese").needed(),
            Key::new("en", Shape::Word, "英文", "in English"),
        ],
    );
    if let Some(text) = node.scalar() {
        return Some(Text::chinese(text));
    }
    if node.entries().is_none() {
        wrong_type(
            node,
            ("文字，或 {zh: …, en: …}", "a text or {zh: …, en: …}"),
            None,
            problems,
        );
        return None;
    }
    let reader = MapReader::new(node, &TEXT, problems)?;
    let zh = string_of(reader.need("zh", problems)?, problems)?;
    Some(match reader.string("en", problems) {
        Some(en) => Text::both(zh, en),
        None => Text::chinese(zh),
    })
}

/// The items of a list.
pub(in crate::definition) fn list_of<'n>(node: &'n Node, problems: &mut Problems) -> &'n [Node] {
    match &node.value {
        Value::List(items) => items,
        _ => {
            wrong_type(node, ("列表", "a list"), None, problems);
            &[]
        }
    }
}

/// One name or a list of names.
pub(in crate::definition) fn names_of<'n>(node: &'n Node, problems: &mut Problems) -> Vec<(Id, &'n Node)> {
    let items = match &node.value {
        Value::Scalar { .. } => std::slice::from_ref(node),
        _ => list_of(node, problems),
    };
    items
        .iter()
        .filter_map(|item| Some((Id::from(string_of(item, problems)?), item)))
        .collect()
}
