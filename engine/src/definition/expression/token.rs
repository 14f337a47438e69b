//! Cuts the source into tokens and mends the usual slips, so that the rest of an expression is still
//! checked (LANGUAGE L11): full-width marks, `=` for `==`, `and` for `&&`, a Chinese word without quotes.
//!
//! The parser gets the mended source; [`Tokens::at`] leads from a place in it back to the author's.

mod slip;

use std::ops::Range;

use super::mistake::{SYNTAX, TOO_DEEP, TOO_LONG, mistake};
use super::{DEEPEST_BRACKETS, LONGEST_SOURCE, MOST_NODES, Mistake};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    Text,
    Open,
    Close,
    Mark,
}

/// A token of the source.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it stands in what the author wrote.
    pub(super) span: Range<usize>,
    /// What it reads after mending.
    pub(super) text: String,
    /// Where it stands in the mended source.
    start: usize,
    /// The index of the other bracket.
    pair: Option<usize>,
}

/// All tokens of a source and the mended source they make.
#[derive(Debug)]
pub(super) struct Tokens {
    all: Vec<Token>,
    mended: String,
    source: String,
    broken: bool,
}

impl Tokens {
    /// Whether a mistake was found that could not be mended, so that parsing is of no use.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// The source to parse.
    pub(super) fn mended(&self) -> &str {
        &self.mended
    }

    /// The index of the token at a byte of the mended source; the last one behind its end.
    pub(super) fn at(&self, mended: usize) -> usize {
        self.all
            .partition_point(|token| token.start <= mended)
            .saturating_sub(1)
    }

    /// The index of the token that stands at `span` of what the author wrote.
    pub(super) fn index_of(&self, span: &Range<usize>) -> usize {
        self.all.partition_point(|token| token.span.start < span.start)
    }

    /// The token with this index.
    pub(super) fn get(&self, index: usize) -> Option<&Token> {
        self.all.get(index)
    }

    /// Where a token stands in what the author wrote; the end of the source behind the last.
    pub(super) fn span(&self, index: usize) -> Range<usize> {
        self.all
            .get(index)
            .map_or(self.length()..self.length(), |token| token.span.clone())
    }

    /// The end of the bracket that closes the one at `index`.
    pub(super) fn close(&self, index: usize) -> usize {
        let pair = self.all.get(index).and_then(|token| token.pair);
        self.span(pair.unwrap_or(index)).end
    }

    /// How many bytes the author wrote.
    pub(super) fn length(&self) -> usize {
        self.source.len()
    }

    /// What the author wrote there.
    pub(super) fn written(&self, span: &Range<usize>) -> &str {
        self.source.get(span.clone()).unwrap_or_default()
    }
}

/// Reads the tokens of `source` with every mistake in them.
pub(super) fn read(source: &str) -> (Tokens, Vec<Mistake>) {
    let mut reader = Reader {
        source,
        at: 0,
        all: Vec::new(),
        mistakes: Vec::new(),
        broken: false,
    };
    if source.len() > LONGEST_SOURCE {
        let (zh, en) = (
            format!("表达式有 {} 个字节，最多 {LONGEST_SOURCE} 个", source.len()),
            format!(
                "the expression has {} bytes, at most {LONGEST_SOURCE} are allowed",
                source.len()
            ),
        );
        reader.fatal(mistake(TOO_LONG, 0..source.len(), zh, en).help(SPLIT.0, SPLIT.1));
    } else {
        reader.tokens();
        slip::mend_words(&mut reader);
        reader.brackets();
        reader.count();
    }
    reader.finish()
}

/// What helps against an expression that is too long.
pub(super) const SPLIT: (&str, &str) = ("用 let 给一部分起名", "name a part of it with let");

/// Reads tokens from the front of a source.
struct Reader<'s> {
    source: &'s str,
    at: usize,
    all: Vec<Token>,
    mistakes: Vec<Mistake>,
    broken: bool,
}

impl Reader<'_> {
    fn tokens(&mut self) {
        while let Some(first) = self.peek() {
            match first {
                c if c.is_whitespace() => self.at += c.len_utf8(),
                '/' if self.rest().starts_with("//") => self.take_while(|c| c != '\n'),
                c if c.is_ascii_digit() => self.number(),
                '.' if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
                '"' | '\'' => self.quoted(self.at),
                c if c.is_ascii_alphabetic() || c == '_' => self.name_or_text(),
                _ => {
                    if !self.mark() {
                        slip::foreign(self);
                    }
                }
            }
        }
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        self.at += self.rest().find(|c| !wanted(c)).unwrap_or(self.rest().len());
    }

    fn push(&mut self, kind: Kind, start: usize, text: impl Into<String>) {
        self.all.push(Token {
            kind,
            span: start..self.at,
            text: text.into(),
            start: 0,
            pair: None,
        });
    }

    /// Pushes the source from `start` to here as it stands.
    fn push_source(&mut self, kind: Kind, start: usize) {
        self.push(kind, start, &self.source[start..self.at]);
    }

    fn fatal(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
        self.broken = true;
    }

    fn number(&mut self) {
        let start = self.at;
        if self.rest().starts_with("0x") {
            self.at += 2;
            self.take_while(|c| c.is_ascii_hexdigit());
        } else {
            self.take_while(|c| c.is_ascii_digit());
            if self
                .rest()
                .strip_prefix('.')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            {
                self.at += 1;
                self.take_while(|c| c.is_ascii_digit());
            }
            self.exponent();
        }
        if self.rest().starts_with(['u', 'U']) {
            self.at += 1;
        }
        self.push_source(Kind::Number, start);
    }

    fn exponent(&mut self) {
        let Some(rest) = self.rest().strip_prefix(['e', 'E']) else {
            return;
        };
        let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1 + rest.len() - digits.len();
            self.take_while(|c| c.is_ascii_digit());
        }
    }

    /// A name, or a text behind one of the prefixes that CEL knows.
    fn name_or_text(&mut self) {
        let start = self.at;
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        let prefix = &self.source[start..self.at];
        let is_prefix = ["r", "b", "br", "rb"].contains(&prefix.to_ascii_lowercase().as_str());
        if is_prefix && self.rest().starts_with(['"', '\'']) {
            self.quoted(start);
        } else {
            self.push_source(Kind::Name, start);
        }
    }

    /// A text from `start`, whose opening quote stands here.
    fn quoted(&mut self, start: usize) {
        let raw = self.source[start..self.at].contains(['r', 'R']);
        let one = self.rest()[..1].to_owned();
        let triple = one.repeat(3);
        let quote = if self.rest().starts_with(&triple) { triple } else { one };
        self.at += quote.len();
        while let Some(c) = self.peek() {
            if self.rest().starts_with(&quote) {
                self.at += quote.len();
                return self.push_source(Kind::Text, start);
            }
            if quote.len() == 1 && (c == '\n' || c == '\r') {
                break;
            }
            self.at += c.len_utf8();
            if c == '\\' && !raw {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
        }
        slip::unclosed_text(self, start, &quote);
    }

    /// A mark, plain or mended; false where the next character is none.
    fn mark(&mut self) -> bool {
        let Some((length, plain)) = slip::mark(self.rest()) else {
            return false;
        };
        let start = self.at;
        self.at += length;
        let kind = match plain {
            "(" | "[" | "{" => Kind::Open,
            ")" | "]" | "}" => Kind::Close,
            _ => Kind::Mark,
        };
        if self.source[start..self.at] != *plain {
            let found = slip::wrong_mark(&self.source[start..self.at], plain, start..self.at);
            self.mistakes.push(found);
        }
        self.push(kind, start, plain);
        true
    }

    /// Pairs the brackets and says which stand alone or too deep.
    fn brackets(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        for at in 0..self.all.len() {
            match self.all[at].kind {
                Kind::Open => open.push(at),
                Kind::Close => match open.pop() {
                    Some(before) if closes(&self.all[before].text, &self.all[at].text) => {
                        self.all[before].pair = Some(at);
                        self.all[at].pair = Some(before);
                    }
                    other => return self.lone_bracket(other.unwrap_or(at), at),
                },
                _ => {}
            }
            if open.len() > DEEPEST_BRACKETS {
                let (zh, en) = (
                    format!("括号嵌套超过 {DEEPEST_BRACKETS} 层"),
                    format!("brackets stand more than {DEEPEST_BRACKETS} deep in one another"),
                );
                let found = mistake(TOO_DEEP, self.all[at].span.clone(), zh, en).help(SPLIT.0, SPLIT.1);
                return self.fatal(found);
            }
        }
        if let Some(&last) = open.last() {
            self.lone_bracket(last, last);
        }
    }

    /// Says that the bracket `first` has no other; `second` is where that was seen.
    fn lone_bracket(&mut self, first: usize, second: usize) {
        let bracket = &self.all[first].text;
        let (zh, en) = (format!("{bracket} 没有配对"), format!("`{bracket}` has no counterpart"));
        let mut found = mistake(SYNTAX, self.all[first].span.clone(), zh, en);
        if first != second {
            let wrong = &self.all[second].text;
            found = found.help(format!("它遇到的是 {wrong}"), format!("it meets `{wrong}`"));
        }
        self.fatal(found);
    }

    /// Refuses what the parser would need too much room for.
    fn count(&mut self) {
        let operands = self
            .all
            .iter()
            .filter(|token| matches!(token.kind, Kind::Name | Kind::Number | Kind::Text));
        let count = operands.count();
        if count > MOST_NODES {
            let found = too_many(count, self.source.len());
            self.fatal(found);
        } else if self.all.is_empty() && !self.broken {
            let (zh, en) = ("表达式是空的".into(), "the expression is empty".into());
            self.fatal(mistake(SYNTAX, 0..self.source.len(), zh, en));
        }
    }

    fn finish(mut self) -> (Tokens, Vec<Mistake>) {
        let mut mended = String::with_capacity(self.source.len() + self.all.len());
        for token in &mut self.all {
            if !mended.is_empty() {
                mended.push(' ');
            }
            token.start = mended.len();
            mended.push_str(&token.text);
        }
        (
            Tokens {
                all: self.all,
                mended,
                source: self.source.to_owned(),
                broken: self.broken,
            },
            self.mistakes,
        )
    }
}

/// That an expression of `length` bytes has more than the allowed number of nodes.
pub(super) fn too_many(count: usize, length: usize) -> Mistake {
    let (zh, en) = (
        format!("表达式有 {count} 个部分，最多 {MOST_NODES} 个"),
        format!("the expression has {count} parts, at most {MOST_NODES} are allowed"),
    );
    mistake(TOO_LONG, 0..length, zh, en).help(SPLIT.0, SPLIT.1)
}

fn closes(open: &str, close: &str) -> bool {
    matches!((open, close), ("(", ")") | ("[", "]") | ("{", "}"))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn slips_are_mended_and_told_where_they_stand() {
        for (source, mended, slips) in [
            ("a >= b // 说明\n", "a >= b", 0),
            ("状态 == 1", r#""状态" == 1"#, 1),
            ("a = 1", "a == 1", 1),
            ("a === 1 <> b", "a == 1 != b", 2),
            ("a & b | c", "a && b || c", 2),
            ("a and not b OR c", "a && ! b || c", 3),
            ("not (a)", "! ( a )", 1),
            ("a ≥ 1，b ≠ 2", "a >= 1 , b != 2", 3),
            ("filled（a）", "filled ( a )", 2),
            ("status == “未应用”", r#"status == "未应用""#, 1),
            ("status ＝＝ '未“应”用'", "status == '未“应”用'", 1),
            ("ａｇｅ １２", "age 12", 2),
            (
                r#"r"\d" + b'x' + '''a'b''' + "a\"b""#,
                r#"r"\d" + b'x' + '''a'b''' + "a\"b""#,
                0,
            ),
            ("1.5e-3+.5+0x1F+3u", "1.5e-3 + .5 + 0x1F + 3u", 0),
            ("row.x[0]", "row . x [ 0 ]", 0),
        ] {
            let (tokens, mistakes) = read(source);
            assert_eq!(
                (tokens.mended(), mistakes.len()),
                (mended, slips),
                "{source}: {mistakes:?}"
            );
            assert!(!tokens.is_broken(), "{source}");
        }
    }

    #[test]
    fn what_cannot_be_mended_is_broken() {
        for source in [
            "",
            "// x",
            "(a",
            "a)",
            "(a]",
            "\"a",
            "\"a”",
            "'a\nb'",
            "a # b",
            "a ？",
            &"(".repeat(40),
        ] {
            let (tokens, mistakes) = read(source);
            assert_eq!(tokens.is_broken(), source != "a ？", "{source}");
            assert!(!mistakes.is_empty(), "{source}");
        }
    }
}
