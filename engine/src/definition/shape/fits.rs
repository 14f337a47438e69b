//! Whether what is written has the shape that its key asks for, and what is told where it has not.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;

use super::{GREATEST_COUNT, Key, Pattern, Shape, Words};
use crate::definition::Text;
use crate::definition::source::{Node, Problems, Value, nearest, words_of, wrong_type};

impl Key {
    /// Tells what is wrong with the shape of the value.
    pub(in crate::definition) fn tell(&self, node: &Node, problems: &mut Problems) {
        match (self.shape, &node.value) {
            (shape, _) if shape.fits(node) => {}
            (Shape::OneOf(words) | Shape::SomeOf(words), Value::Scalar { text, .. }) => {
                words.tell(text, node, problems);
            }
            (Shape::SomeOf(words), Value::List(items)) => {
                let wrong = items.iter().filter(|item| !Shape::OneOf(words).fits(item));
                wrong.for_each(|item| match item.scalar() {
                    Some(text) => words.tell(text, item, problems),
                    None => self.tell_type(item, Shape::OneOf(words), problems),
                });
            }
            (Shape::Names, Value::List(items)) => {
                let wrong = items.iter().filter(|item| !Shape::Word.fits(item));
                wrong.for_each(|item| self.tell_type(item, Shape::Word, problems));
            }
            (Shape::Text | Shape::Message, Value::Map(_)) => drop(words_of(node, problems)),
            (shape, _) => self.tell_type(node, shape, problems),
        }
    }

    fn tell_type(&self, node: &Node, shape: Shape, problems: &mut Problems) {
        let (zh, en) = shape.expected();
        let name = (format!("「{}」", self.name), format!("`{}`", self.name));
        wrong_type(node, (&zh, &en), Some((&name.0, &name.1)), problems);
    }
}

impl Words {
    /// Tells that `text` is none of the words.
    fn tell(&self, text: &str, node: &Node, problems: &mut Problems) {
        let (what_zh, what_en) = self.what;
        let message = Text::both(
            format!("没有名为「{text}」的{what_zh}"),
            format!("there is no {what_en} called `{text}`"),
        );
        let slip = self.slips.iter().find(|(others, ..)| others.contains(&text));
        let help = match slip {
            Some((_, zh, en)) => Some(Text::both(format!("这里写 {zh}"), format!("here it is {en}"))),
            None => nearest(text, self.names()),
        };
        problems.at_node(self.rule, node, message, help);
    }
}

impl Shape {
    /// Whether a value has this shape. What stands below a map or in a list of maps is looked at by
    /// whoever reads that map.
    pub(in crate::definition) fn fits(&self, node: &Node) -> bool {
        match (self, &node.value) {
            (Self::Data, _) | (Self::DataMap | Self::Map(_) | Self::Each(..) | Self::Marked { .. }, Value::Map(_)) => {
                true
            }
            (Self::DataList | Self::List(_), Value::List(_)) => true,
            (Self::Picked(shape), _) => shape.fits(node),
            (Self::Any(shapes), _) => shapes.iter().any(|shape| shape.fits(node)),
            (Self::Text | Self::Message, Value::Map(entries)) => {
                node.is_text_map()
                    && node.get("zh").is_some()
                    && entries.iter().all(|entry| entry.value.scalar().is_some())
            }
            (Self::Text | Self::Message | Self::Word | Self::Expression | Self::Names, Value::Scalar { .. }) => true,
            (Self::Names, Value::List(items)) => items.iter().all(|item| item.scalar().is_some()),
            (Self::SomeOf(words), Value::List(items)) => items.iter().all(|item| Self::OneOf(words).fits(item)),
            (Self::OneOf(words) | Self::SomeOf(words), Value::Scalar { text, .. }) => words.has(text),
            (Self::Flag, Value::Scalar { text, plain: true }) => matches!(text.as_str(), "true" | "false"),
            (Self::Count, Value::Scalar { .. }) => node.whole_number().is_some_and(|n| n <= GREATEST_COUNT),
            (Self::Percent, Value::Scalar { .. }) => node.whole_number().is_some_and(|n| n <= 100),
            (Self::Number, Value::Scalar { .. }) => node.to_json().is_number(),
            (Self::Written(pattern), Value::Scalar { text, .. }) => node.to_json().is_string() && pattern.is_met(text),
            _ => false,
        }
    }

    /// What is expected, for people.
    pub(super) fn expected(&self) -> (String, String) {
        let (zh, en) = match self {
            Self::Text | Self::Message => ("文字，或 {zh: …, en: …}", "a text or {zh: …, en: …}"),
            Self::Word => ("文字", "a text"),
            Self::Expression => ("表达式", "an expression"),
            Self::Flag => ("true 或 false", "true or false"),
            Self::Count => (
                "不小于 0 的整数（至多 15 位）",
                "a whole number from 0, of at most 15 digits",
            ),
            Self::Percent => ("0 到 100 的整数", "a whole number from 0 to 100"),
            Self::Number => ("数", "a number"),
            Self::Written(pattern) => pattern.what,
            Self::Names => ("一个名称，或名称的列表", "a name or a list of names"),
            Self::Map(_) | Self::Each(..) | Self::Marked { .. } | Self::DataMap => ("一组「键: 值」", "a map"),
            Self::List(_) | Self::DataList => ("列表", "a list"),
            Self::Picked(shape) => return shape.expected(),
            Self::Data => ("任意内容", "anything"),
            Self::OneOf(words) => return listed(words, ("其中之一：", "one of: ")),
            Self::SomeOf(words) => return listed(words, ("其中一个或几个：", "one or several of: ")),
            Self::Any(shapes) => {
                let all: Vec<(String, String)> = shapes.iter().map(Self::expected).collect();
                let join = |with: &str, pick: fn(&(String, String)) -> &str| {
                    all.iter().map(pick).collect::<Vec<_>>().join(with)
                };
                return (join("，或", |both| &both.0), join(" or ", |both| &both.1));
            }
        };
        (zh.to_owned(), en.to_owned())
    }
}

fn listed(words: &Words, (zh, en): (&str, &str)) -> (String, String) {
    let names: Vec<&str> = words.names().collect();
    (format!("{zh}{}", names.join("、")), format!("{en}{}", names.join(", ")))
}

impl Pattern {
    fn is_met(&self, text: &str) -> bool {
        static COMPILED: LazyLock<Mutex<HashMap<&'static str, Option<Regex>>>> = LazyLock::new(Mutex::default);
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let regex = compiled
            .entry(self.regex)
            .or_insert_with(|| Regex::new(self.regex).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}
