//! The slips of people who type Chinese, or who know another language than CEL.

use std::ops::Range;

use super::super::Mistake;
use super::super::mistake::{SYNTAX, mistake};
use super::{Kind, Reader, Token};

/// The marks of CEL, and what is written in their place; longer ones first.
const MARKS: &[(&str, &str)] = &[
    ("===", "=="),
    ("!==", "!="),
    ("==", "=="),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("=<", "<="),
    ("=>", ">="),
    ("<>", "!="),
    ("&&", "&&"),
    ("||", "||"),
    ("=", "=="),
    ("&", "&&"),
    ("|", "||"),
    ("<", "<"),
    (">", ">"),
    ("!", "!"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("?", "?"),
    (":", ":"),
    (",", ","),
    (".", "."),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    ("{", "{"),
    ("}", "}"),
    ("≥", ">="),
    ("≤", "<="),
    ("≠", "!="),
    ("×", "*"),
    ("÷", "/"),
    ("−", "-"),
    ("–", "-"),
    ("、", ","),
    ("。", "."),
    ("【", "["),
    ("】", "]"),
];

/// The mark that `rest` begins with: how many bytes it has, and what CEL writes.
///
/// Full-width forms are read as the ASCII marks they stand for.
pub(super) fn mark(rest: &str) -> Option<(usize, &'static str)> {
    MARKS
        .iter()
        .find_map(|&(written, plain)| Some((length_of(rest, written)?, plain)))
}

/// How many bytes of `rest` spell `written`, in any width.
fn length_of(rest: &str, written: &str) -> Option<usize> {
    let mut chars = rest.chars();
    let mut length = 0;
    for wanted in written.chars() {
        let found = chars.next()?;
        if narrow(found) != wanted {
            return None;
        }
        length += found.len_utf8();
    }
    Some(length)
}

/// The ASCII character of a full-width one; any other as it is.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '“' | '”' | '„' => '"',
        '‘' | '’' => '\'',
        _ => c,
    }
}

/// That `plain` is meant where `written` stands.
pub(super) fn wrong_mark(written: &str, plain: &str, span: Range<usize>) -> Mistake {
    let (zh, en) = match plain {
        "==" if written.len() == 1 => ("一个 = 不是比较".into(), "a single `=` does not compare".into()),
        _ => (
            format!("这里不能写 {written}"),
            format!("`{written}` is not written here"),
        ),
    };
    mistake(SYNTAX, span, zh, en).help(format!("写 {plain}"), format!("write `{plain}`"))
}

/// What begins with a character that CEL does not know: full-width quotes, letters or digits, or a
/// Chinese word without quotes.
pub(super) fn foreign(reader: &mut Reader<'_>) {
    let start = reader.at;
    let Some(first) = reader.peek() else { return };
    match narrow(first) {
        '"' | '\'' => quoted(reader),
        c if c.is_ascii_alphanumeric() || c == '_' => {
            reader.take_while(|c| narrow(c).is_ascii_alphanumeric() || narrow(c) == '_');
            let plain: String = reader.source[start..reader.at].chars().map(narrow).collect();
            let kind = if c.is_ascii_digit() { Kind::Number } else { Kind::Name };
            let found = wrong_mark(&reader.source[start..reader.at], &plain, start..reader.at);
            reader.mistakes.push(found);
            reader.push(kind, start, plain);
        }
        c if c.is_alphanumeric() => {
            reader.take_while(|c| c.is_alphanumeric() || c == '_' || c == '·');
            let word = reader.source[start..reader.at].to_owned();
            let (zh, en) = (format!("“{word}”不是 id"), format!("`{word}` is not an id"));
            let found = mistake(SYNTAX, start..reader.at, zh, en).help(
                format!("文本要加引号：\"{word}\""),
                format!("a text stands in quotes: \"{word}\""),
            );
            reader.mistakes.push(found);
            reader.push(Kind::Text, start, format!("\"{word}\""));
        }
        _ => {
            reader.at += first.len_utf8();
            let (zh, en) = (format!("不认识的字符 {first}"), format!("unknown character `{first}`"));
            reader.fatal(mistake(SYNTAX, start..reader.at, zh, en));
        }
    }
}

/// A text in full-width quotes.
fn quoted(reader: &mut Reader<'_>) {
    let start = reader.at;
    let Some(first) = reader.peek() else { return };
    let quote = narrow(first);
    reader.at += first.len_utf8();
    let inner = reader.at;
    reader.take_while(|c| narrow(c) != quote && c != '\n');
    let text = reader.source[inner..reader.at].replace('\\', "\\\\");
    let Some(last) = reader.peek().filter(|&c| narrow(c) == quote) else {
        return unclosed_text(reader, start, &quote.to_string());
    };
    reader.at += last.len_utf8();
    let (zh, en) = ("这里用了全角引号".into(), "these are full-width quotes".into());
    let found = mistake(SYNTAX, start..reader.at, zh, en).help(
        format!("写 {quote}{text}{quote}"),
        format!("write {quote}{text}{quote}"),
    );
    reader.mistakes.push(found);
    reader.push(Kind::Text, start, format!("{quote}{text}{quote}"));
}

/// A text that begins at `start` and never ends.
pub(super) fn unclosed_text(reader: &mut Reader<'_>, start: usize, quote: &str) {
    let wide = reader.source[start..]
        .chars()
        .skip(1)
        .any(|c| c != narrow(c) && quote.starts_with(narrow(c)));
    let (zh, en) = (
        format!("文本缺少结束的 {quote}"),
        format!("the text has no closing {quote}"),
    );
    let mut found = mistake(SYNTAX, start..reader.at, zh, en);
    if wide {
        found = found.help("结束处用了全角引号", "it is closed by a full-width quote");
    }
    reader.fatal(found);
}

/// Mends `and`, `or` and `not` where they stand as operators.
pub(super) fn mend_words(reader: &mut Reader<'_>) {
    for at in 0..reader.all.len() {
        let before = at.checked_sub(1).and_then(|before| reader.all.get(before));
        let behind = before.is_some_and(|token| matches!(token.kind, Kind::Number | Kind::Text | Kind::Close))
            || before.is_some_and(|token| token.kind == Kind::Name && token.text != "in");
        let follows = reader.all.get(at + 1).is_some_and(begins_operand);
        let plain = match reader.all[at].text.to_ascii_lowercase().as_str() {
            "and" if behind && follows => "&&",
            "or" if behind && follows => "||",
            "not" if !behind && follows => "!",
            _ => continue,
        };
        let token = &mut reader.all[at];
        if token.kind == Kind::Name {
            reader.mistakes.push(wrong_mark(&token.text, plain, token.span.clone()));
            token.kind = Kind::Mark;
            token.text = plain.into();
        }
    }
}

fn begins_operand(token: &Token) -> bool {
    matches!(token.kind, Kind::Name | Kind::Number | Kind::Text | Kind::Open)
        || matches!(token.text.as_str(), "!" | "-")
}
