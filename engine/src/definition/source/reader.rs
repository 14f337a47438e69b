//! Reading typed values out of a [`Node`], each mistake told at its place.

use super::{Entry, Node, Spot, Value};
use crate::definition::form::Severity;
use crate::definition::problem::{Place, Problem};
use crate::definition::shape::{Key, Keys, Shape};
use crate::definition::{Id, Language, Text, limits};

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
                None if problems.is_full() => problems.leave_out(Severity::Error),
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

fn is_blank(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar { text, plain: true } if text.is_empty())
}

fn empty_value(entry: &Entry, problems: &mut Problems) {
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
    // What has no Chinese in it, such as ISBN, reads the same in every language.
    let chinese = text.to_string().chars().any(|c| c >= '\u{2e80}');
    if chinese && !text.has_english() {
        problems.one_language.push(node.spot.clone());
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
