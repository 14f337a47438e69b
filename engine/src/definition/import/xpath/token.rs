//! An expression cut into its tokens.

use std::ops::Range;

use super::Wrong;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Ref,
    Name,
    Mark,
}

/// A token: of a text what stands between the quotes, of `${name}` the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

const MARKS: [&str; 19] = [
    "!=", "<=", ">=", "..", "=", "<", ">", "(", ")", ",", "+", "-", "*", ".", "/", "[", "]", "|", "@",
];

pub(super) fn read(source: &str) -> Result<Vec<Token>, Wrong> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let token = one(source, at, c)?;
        at = token.at.end;
        tokens.push(token);
    }
    Ok(tokens)
}

fn one(source: &str, at: usize, c: char) -> Result<Token, Wrong> {
    let rest = &source[at..];
    let token = |kind, text: &str, length: usize| Token {
        kind,
        text: text.to_owned(),
        at: at..at + length,
    };
    // What a word processor makes of quotes is taken for them.
    let closing = match c {
        '\'' | '"' => Some(c),
        '‘' | '’' => Some('’'),
        '“' | '”' => Some('”'),
        _ => None,
    };
    if let Some(closing) = closing {
        let inner = &rest[c.len_utf8()..];
        let Some(end) = inner.find(closing) else {
            return Err(Wrong::new(
                at..source.len(),
                "引号没有配对",
                "the quote has no counterpart",
            ));
        };
        let length = c.len_utf8() + end + closing.len_utf8();
        return Ok(token(Kind::Text, &inner[..end], length));
    }
    if let Some(inner) = rest.strip_prefix("${") {
        let Some(end) = inner.find('}') else {
            return Err(Wrong::new(at..source.len(), "${ 没有配对的 }", "`${` has no `}`"));
        };
        // `${last-saved#name}` is not offered; it is told as a name that does not exist.
        return Ok(token(Kind::Ref, inner[..end].trim(), end + 3));
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let behind = rest[whole..].strip_prefix('.').map_or(0, digits);
    if whole > 0 || behind > 0 {
        let length = whole + if behind > 0 { behind + 1 } else { 0 };
        return Ok(token(Kind::Number, &rest[..length], length));
    }
    if is_name(c) && !c.is_ascii_digit() && !matches!(c, '-' | '.') {
        let mut length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        // A point that ends a name is not its own.
        while rest[..length].ends_with('.') {
            length -= 1;
        }
        return Ok(token(Kind::Name, &rest[..length], length));
    }
    let mark = MARKS.iter().find(|mark| rest.starts_with(**mark));
    mark.map(|mark| token(Kind::Mark, mark, mark.len())).ok_or_else(|| {
        Wrong::new(
            at..at + c.len_utf8(),
            format!("表达式里不能有 {c}"),
            format!("`{c}` cannot stand in an expression"),
        )
    })
}

/// What a name may hold behind its first character; a function may be called `jr:choice-name`.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}
