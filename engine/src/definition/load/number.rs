//! `numbering:`: how numbers are made (LANGUAGE L7).

use super::Loader;
use crate::definition::Text;
use crate::definition::region::{CounterKey, NumberPart, Numbering};
use crate::definition::shape::{Key, Keys, Pattern, Shape, Words};
use crate::definition::source::{Entry, MapReader, Node, string_of};

pub(super) static NUMBERING: Keys = Keys::new(
    "numbering",
    ("编号规则", "a numbering"),
    &[
        Key::new(
            "pattern",
            Shape::Written(&PATTERN),
            "样式：文字、{year}（年）、{category}（类别字母）、{serial:位数}（流水号）",
            "the pattern: text, {year}, {category} and {serial:digits}",
        )
        .needed()
        .such_as("'999{year}{category}{serial:4}'"),
        Key::new(
            "counter",
            Shape::SomeOf(&COUNTER),
            "按什么分别计数",
            "what has a count of its own",
        )
        .usually("全部一起计数", "one count for all")
        .such_as("[year, category]"),
    ],
);

static PATTERN: Pattern = Pattern {
    regex: r"^([^{]|\{[^{}]*\})*$",
    what: ("成对的 { }", "paired { }"),
};

static COUNTER: Words = Words::new(
    "unknown-counter",
    ("计数方式", "counter key"),
    &[("year", "每年", "each year"), ("category", "每个类别", "each category")],
);

impl Loader<'_> {
    /// One numbering: its pattern counts, and no two counts make the same number.
    pub(super) fn numbering(&mut self, entry: &Entry) -> Option<Numbering> {
        let map = MapReader::new(&entry.value, &NUMBERING, self.problems)?;
        let node = map.need("pattern", self.problems)?;
        let pattern = self.number_pattern(node)?;
        if !pattern.iter().any(|part| matches!(part, NumberPart::Serial(_))) {
            let message = Text::both(
                "编号样式里没有 {serial:n}，各份编号会相同",
                "the pattern has no {serial:n}: all numbers would be the same",
            );
            let help = Text::both("例如在末尾加 {serial:4}", "add {serial:4} at the end, for example");
            self.problems
                .at_node("number-without-serial", node, message, Some(help));
        }
        let mut counter = Vec::new();
        for (name, _) in map.names("counter", self.problems) {
            counter.push(match &*name {
                "year" => CounterKey::Year,
                _ => CounterKey::Category,
            });
        }
        for (part, key, name) in [
            (NumberPart::Year, CounterKey::Year, "year"),
            (NumberPart::Category, CounterKey::Category, "category"),
        ] {
            if counter.contains(&key) && !pattern.contains(&part) {
                let message = Text::both(
                    format!("按 {name} 分别计数，编号里却没有 {{{name}}}，会出现重号"),
                    format!("counted by {name}, but the pattern lacks {{{name}}}: numbers would repeat"),
                );
                let help = Text::both(
                    format!("在样式里加 {{{name}}}，或从 counter 里删去 {name}"),
                    format!("add {{{name}}} to the pattern, or take {name} out of `counter`"),
                );
                self.problems.at_node("number-repeats", node, message, Some(help));
            }
        }
        Some(Numbering { pattern, counter })
    }

    fn number_pattern(&mut self, node: &Node) -> Option<Vec<NumberPart>> {
        let source = string_of(node, self.problems)?;
        let mut parts = Vec::new();
        let mut rest = source.as_str();
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(NumberPart::Text(rest[..open].into()));
            }
            let close = rest[open..].find('}')?;
            let name = &rest[open + 1..open + close];
            parts.push(match name.split_once(':') {
                None if name == "year" => NumberPart::Year,
                None if name == "category" => NumberPart::Category,
                Some(("serial", digits)) if digits.parse::<usize>().is_ok_and(|digits| (1..=12).contains(&digits)) => {
                    NumberPart::Serial(digits.parse().unwrap_or(4))
                }
                _ => {
                    self.problems.unknown(
                        "unknown-number-part",
                        node,
                        ("编号部分", "part of a number"),
                        name,
                        ["year", "category", "serial:4"],
                    );
                    return None;
                }
            });
            rest = &rest[open + close + 1..];
        }
        if !rest.is_empty() {
            parts.push(NumberPart::Text(rest.into()));
        }
        Some(parts)
    }
}
