//! The only user of the CEL parser: mended tokens in, its tree out.
//!
//! Macros are not expanded here, so that `exists` and its like arrive as calls.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use cel::common::ast::{IdedExpr, SourceInfo};
use cel::{Env, ParseError, ParseErrors};

use super::mistake::{LITERAL, SYNTAX, mistake};
use super::token::Tokens;
use super::{MOST_NODES, Mistake};

/// The parser recurses once a nesting and operator; the longest source that [`Tokens`] lets through
/// needs less than this, however small the caller's stack is.
const STACK: usize = 64 << 20;

/// What the loader itself takes below that, at the very most.
const LOADER_STACK: usize = 16 << 20;

thread_local! {
    /// Whether this thread has that much stack left for every parse.
    static ROOMY: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` where every expression finds room to be parsed: in one thread for all of them, which is
/// quicker than one for each. Where there is no such thread to be had, `work` is done here.
pub fn with_room<T: Send>(work: impl Fn() -> T + Sync) -> T {
    if ROOMY.get() {
        return work();
    }
    thread::scope(|scope| {
        let roomy = || {
            ROOMY.set(true);
            work()
        };
        match thread::Builder::new()
            .stack_size(STACK + LOADER_STACK)
            .spawn_scoped(scope, roomy)
        {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => work(),
        }
    })
}

/// A parsed expression.
pub(super) struct Tree {
    /// CEL's own tree.
    pub(super) root: IdedExpr,
    places: SourceInfo,
}

impl Tree {
    /// The index of the token that a node was made for: its name, operator or opening bracket.
    pub(super) fn token(&self, node: &IdedExpr, tokens: &Tokens) -> Option<usize> {
        let (start, _) = self.places.offset_for(node.id)?;
        Some(tokens.at(start as usize))
    }
}

/// Parses the mended source; the first thing that is wrong with it otherwise.
pub(super) fn parse(tokens: &Tokens) -> Result<Tree, Mistake> {
    let source = tokens.mended();
    let parse = || {
        let parser = Env::default().parser().max_recursion_depth(MOST_NODES as u16);
        parser.parse_with_source_info(source)
    };
    let parsed = if ROOMY.get() {
        catch_unwind(AssertUnwindSafe(parse)).ok()
    } else {
        thread::scope(|scope| {
            let parser = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse);
            parser.ok()?.join().ok()
        })
    };
    match parsed {
        Some(Ok((root, places))) => Ok(Tree { root, places }),
        Some(Err(ParseErrors { errors })) => Err(first(&errors, tokens)),
        None => Err(mistake(
            SYNTAX,
            0..tokens.length(),
            "表达式无法解析".into(),
            "the expression cannot be parsed".into(),
        )),
    }
}

/// The first error in the author's words; what follows it is mostly its echo.
fn first(errors: &[ParseError], tokens: &Tokens) -> Mistake {
    let Some(error) = errors.first() else {
        return unfinished(tokens);
    };
    let at = offset(tokens.mended(), error.pos);
    if at >= tokens.mended().len() {
        return unfinished(tokens);
    }
    let index = tokens.at(at);
    let (span, word) = (tokens.span(index), tokens.get(index).map_or("", |token| &token.text));
    if error.msg.starts_with("reserved identifier") {
        let (zh, en) = (
            format!("{word} 是保留字，不能作 id"),
            format!("`{word}` is a reserved word and no id"),
        );
        mistake(SYNTAX, span, zh, en)
    } else if error.msg.starts_with("invalid") {
        mistake(
            LITERAL,
            span,
            format!("{word} 不能读取"),
            format!("`{word}` cannot be read"),
        )
    } else {
        mistake(
            SYNTAX,
            span,
            format!("这里不应出现 {word}"),
            format!("`{word}` is not expected here"),
        )
    }
}

fn unfinished(tokens: &Tokens) -> Mistake {
    let end = tokens.length();
    let last = tokens.span(tokens.at(tokens.mended().len()));
    mistake(
        SYNTAX,
        last.start..end,
        "表达式没有写完".into(),
        "the expression breaks off".into(),
    )
}

/// The byte of a place that the parser gives as line and column, both from 1, in characters.
fn offset(source: &str, (line, column): (isize, isize)) -> usize {
    let (line, column) = (
        usize::try_from(line).unwrap_or(1).max(1),
        usize::try_from(column).unwrap_or(1).max(1),
    );
    let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &source[before..];
    before + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
}
