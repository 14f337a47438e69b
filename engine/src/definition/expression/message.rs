//! Texts with `{expression}` in them.

use std::ops::Range;

use indexmap::IndexSet;

use super::super::limits::MESSAGE_EXPRESSIONS;
use super::mistake::{SYNTAX, TOO_LONG, TYPE, mistake};
use super::show::{is_shown, show};
use super::{Expression, Frame, Id, Language, Mistake, Scope, Text, compile};

/// A text with `{expression}` in it, in each language.
#[derive(Debug)]
pub struct Message {
    zh: Vec<Part>,
    en: Option<Vec<Part>>,
}

/// A piece of a message.
#[derive(Debug)]
enum Part {
    Plain(String),
    Value(Expression),
}

impl Message {
    /// Compiles every `{expression}` of each language's text. `{{` and `}}` are braces.
    ///
    /// Mistakes are those of the Chinese text, or, where it has none, those of the English one; the
    /// offsets are into that text, and a mistake in the English text says so.
    pub fn compile(text: &Text, scope: &Scope) -> Result<Self, Vec<Mistake>> {
        let zh = parts(text.get(Language::Chinese), scope)?;
        let english = text
            .has_english()
            .then(|| parts(text.get(Language::English), scope))
            .transpose();
        let en = english.map_err(|mistakes| mistakes.into_iter().map(in_english).collect::<Vec<_>>())?;
        Ok(Self { zh, en })
    }

    /// The text with the values of `frame` filled in: a code as its label, a date as 2026-11-20, what
    /// is empty or too costly as nothing.
    pub fn fill(&self, frame: &Frame<'_>) -> Text {
        let zh = filled(&self.zh, frame, Language::Chinese);
        match &self.en {
            Some(en) => Text::both(zh, filled(en, frame, Language::English)),
            None => Text::chinese(zh),
        }
    }

    /// The names of the scope it reads in any language, each once.
    pub fn reads(&self) -> Vec<Id> {
        self.collect(Expression::reads)
    }

    /// What it reads, as [`Expression::reads_paths`].
    pub fn reads_paths(&self) -> Vec<Id> {
        self.collect(Expression::reads_paths)
    }

    fn collect(&self, read: impl Fn(&Expression) -> &[Id]) -> Vec<Id> {
        let parts = self.zh.iter().chain(self.en.iter().flatten());
        let all: IndexSet<Id> = parts
            .filter_map(|part| match part {
                Part::Value(expression) => Some(read(expression)),
                Part::Plain(_) => None,
            })
            .flatten()
            .cloned()
            .collect();
        all.into_iter().collect()
    }
}

fn in_english(found: Mistake) -> Mistake {
    let (zh, en) = found.message.in_both();
    let message = Text::both(format!("英文文本：{zh}"), format!("in the English text: {en}"));
    Mistake { message, ..found }
}

fn filled(parts: &[Part], frame: &Frame<'_>, language: Language) -> String {
    let piece = |part: &Part| match part {
        Part::Plain(text) => text.clone(),
        Part::Value(expression) => {
            let value = expression.eval(frame).unwrap_or_default();
            show(&value, expression.ty(), language)
        }
    };
    parts.iter().map(piece).collect()
}

fn parts(text: &str, scope: &Scope) -> Result<Vec<Part>, Vec<Mistake>> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut mistakes = Vec::new();
    let mut at = 0;
    let mut expressions = 0;
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            plain.push(next);
            at += 2;
        } else if next == '{' {
            let inner = at + 1..at + 1 + length(&rest[1..]);
            expressions += 1;
            if expressions > MESSAGE_EXPRESSIONS {
                let (zh, en) = (
                    format!("一段文字里最多有 {MESSAGE_EXPRESSIONS} 个表达式"),
                    format!("a text may hold at most {MESSAGE_EXPRESSIONS} expressions"),
                );
                return Err(vec![mistake(TOO_LONG, at..at + 1, zh, en)]);
            }
            parts.push(Part::Plain(std::mem::take(&mut plain)));
            match value(text, inner.clone(), scope) {
                Ok(expression) => parts.push(Part::Value(expression)),
                Err(found) => mistakes.extend(found),
            }
            at = text.len().min(inner.end + 1);
        } else if next == '}' {
            let (zh, en) = ("这个 } 没有配对".into(), "this } has no counterpart".into());
            mistakes.push(mistake(SYNTAX, at..at + 1, zh, en).help("要显示 } 写 }}", "write }} to show a }"));
            at += 1;
        } else {
            plain.push(next);
            at += next.len_utf8();
        }
    }
    parts.push(Part::Plain(plain));
    if mistakes.is_empty() { Ok(parts) } else { Err(mistakes) }
}

/// How long the expression is that `rest` begins with: up to a `}` outside of its texts.
fn length(rest: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return at,
            _ => {}
        }
    }
    rest.len()
}

fn value(text: &str, inner: Range<usize>, scope: &Scope) -> Result<Expression, Vec<Mistake>> {
    if inner.end >= text.len() {
        let (zh, en) = ("这个 { 没有配对".into(), "this { has no counterpart".into());
        let found = mistake(SYNTAX, inner.start - 1..inner.start, zh, en);
        return Err(vec![found.help("要显示 { 写 {{", "write {{ to show a {")]);
    }
    let moved = |found: Mistake| Mistake {
        start: found.start + inner.start,
        end: found.end + inner.start,
        ..found
    };
    let expression = compile(&text[inner.clone()], scope, None)
        .map_err(|mistakes| mistakes.into_iter().map(moved).collect::<Vec<_>>())?;
    if is_shown(expression.ty()) {
        return Ok(expression);
    }
    let name = expression.ty().name();
    let (zh, en) = name.in_both();
    let (zh, en) = (format!("{zh}不能直接显示"), format!("{en} cannot be shown"));
    Err(vec![
        mistake(TYPE, inner, zh, en).help("写它的一列", "name one of its columns"),
    ])
}
