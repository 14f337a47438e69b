//! The shape of every definition file, as tables: which keys a map takes, and what each of them holds.
//!
//! The tables stand beside their readers in [`super::load`]. Whatever is said of the shape of a file
//! comes out of them: the loader's `unknown-key` and `wrong-type`, the words that a key may be, where
//! `after:` and `before:` may stand, the published JSON Schema ([`publish`]) and the reference
//! ([`keywords`]). So none of these can differ from the others.

mod fits;
mod kind;
mod publish;
mod reference;

pub use kind::{FileKind, KINDS};
pub use publish::publish;
pub use reference::{Cases, keywords, problems};

/// The greatest whole number that a key of [`Shape::Count`] holds.
pub const GREATEST_COUNT: u64 = 999_999_999_999_999;

/// The words that may stand at an entry of a map of the author's own names, to say where it stands
/// among its neighbours (LANGUAGE L2).
pub const PLACES: [Key; 2] = [
    Key::new(
        "after",
        Shape::Word,
        "排在哪一项之后",
        "behind which neighbour it stands",
    )
    .such_as("name"),
    Key::new(
        "before",
        Shape::Word,
        "排在哪一项之前",
        "before which neighbour it stands",
    )
    .such_as("name"),
];

/// A map of known keys.
#[derive(Debug)]
pub struct Keys {
    /// Its name in the published schema and in the reference.
    pub name: &'static str,
    /// What the map is, in Chinese and English.
    pub what: (&'static str, &'static str),
    /// The keys.
    pub keys: &'static [Key],
    /// Whether exactly one of the keys is written.
    pub single: bool,
    /// Where the keys depend on a type: which.
    pub by_type: Option<&'static ByType>,
}

/// Which keys go with which type.
#[derive(Debug)]
pub struct ByType {
    /// The key that names the type.
    pub key: &'static str,
    /// The types.
    pub types: &'static Words,
    /// Whether this type takes this key.
    pub takes: fn(&str, &str) -> bool,
    /// The keys without which this type is nothing.
    pub needs: fn(&str) -> &'static [&'static str],
}

/// One key and what it holds.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What it means, in Chinese.
    pub zh: &'static str,
    /// What it means, in English.
    pub en: &'static str,
    /// Whether its absence is a problem.
    pub needed: bool,
    /// What holds where it is not written, in both languages; empty where that goes without saying.
    pub usually: (&'static str, &'static str),
    /// A value as an author writes it; empty where the shape says enough.
    pub example: &'static str,
}

/// What a key holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text for people: a string, or `{zh: …, en: …}`.
    Text,
    /// A text for people with `{expression}` in it.
    Message,
    /// A plain string; numbers and truth values are taken as they are written.
    Word,
    /// An expression.
    Expression,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0 to [`GREATEST_COUNT`].
    Count,
    /// A whole number from 0 to 100.
    Percent,
    /// A number.
    Number,
    /// A string of a fixed form.
    Written(&'static Pattern),
    /// One of these words.
    OneOf(&'static Words),
    /// One name or a list of names.
    Names,
    /// One of these words or a list of them.
    SomeOf(&'static Words),
    /// A map of known keys.
    Map(&'static Keys),
    /// A map of the author's own names, each of which holds this.
    Each(Ids, &'static Shape),
    /// A list, each item of which is this.
    List(&'static Shape),
    /// A map that is read by `these` where its `type` is `word`, and by `otherwise` else.
    Marked {
        /// The type.
        word: &'static str,
        /// The keys of such a map.
        these: &'static Keys,
        /// The keys of any other.
        otherwise: &'static Keys,
    },
    /// This; over a JSON Schema also a list of the names of its properties, of which the loader has
    /// made this before it is read.
    Picked(&'static Shape),
    /// Anything at all; it only passes through.
    Data,
    /// Any map; it only passes through.
    DataMap,
    /// Any list; it only passes through.
    DataList,
    /// One of several shapes.
    Any(&'static [Shape]),
}

/// Which names an author may give (LANGUAGE L1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// `[a-z][a-z0-9_]*`, and no word of expressions.
    Plain,
    /// The same, with `-`.
    Dashed,
    /// Any.
    Free,
}

/// A closed set of words.
#[derive(Debug)]
pub struct Words {
    /// The rule that another word breaks.
    pub rule: &'static str,
    /// What the words are, in Chinese and English.
    pub what: (&'static str, &'static str),
    /// Word, meaning in Chinese, meaning in English.
    pub words: &'static [(&'static str, &'static str, &'static str)],
    /// Words of other tongues, with what is written here instead, in Chinese and English.
    pub slips: &'static [(&'static [&'static str], &'static str, &'static str)],
}

/// A string of a fixed form.
#[derive(Debug)]
pub struct Pattern {
    /// The regular expression that all of it meets.
    pub regex: &'static str,
    /// What is expected, in Chinese and English.
    pub what: (&'static str, &'static str),
}

impl Keys {
    /// A table of keys that go together in any number.
    pub const fn new(name: &'static str, what: (&'static str, &'static str), keys: &'static [Key]) -> Self {
        Self {
            name,
            what,
            keys,
            single: false,
            by_type: None,
        }
    }

    /// The key called `name`.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// Whether `name` is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.key(name).is_some()
    }

    /// All of their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.keys.iter().map(|key| key.name)
    }
}

impl Key {
    /// A key that may be left out.
    pub const fn new(name: &'static str, shape: Shape, zh: &'static str, en: &'static str) -> Self {
        Self {
            name,
            shape,
            zh,
            en,
            needed: false,
            usually: ("", ""),
            example: "",
        }
    }

    /// The same, whose absence is a problem.
    pub const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    /// The same, with what holds where it is not written.
    pub const fn usually(mut self, zh: &'static str, en: &'static str) -> Self {
        self.usually = (zh, en);
        self
    }

    /// The same, with a value as an author writes it.
    pub const fn such_as(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

impl Words {
    /// Words of which no other tongue has a name of its own.
    pub const fn new(
        rule: &'static str,
        what: (&'static str, &'static str),
        words: &'static [(&'static str, &'static str, &'static str)],
    ) -> Self {
        Self {
            rule,
            what,
            words,
            slips: &[],
        }
    }

    /// Whether `word` is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.names().any(|known| known == word)
    }

    /// The words alone.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.words.iter().map(|(word, ..)| *word)
    }
}

#[cfg(test)]
mod tests;
