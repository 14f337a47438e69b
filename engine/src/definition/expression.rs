//! Expressions: CEL source, typed against a scope at load, evaluated without side effects.
//!
//! LANGUAGE L3 says what an expression means. [`compile`] turns source and [`Scope`] into an
//! [`Expression`] or into every mistake in it; [`Expression::eval`] reads a [`Frame`].
//!
//! The way there: [`token`] cuts the source and mends the usual slips, [`syntax`] lets the CEL parser
//! make a tree, [`check`] types it and resolves every name to a slot, [`eval`] walks the result.

mod check;
mod eval;
mod message;
mod mistake;
mod names;
mod node;
mod show;
mod stored;
mod syntax;
mod token;
mod types;
mod verdict;

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Calendar, CodeList, Id, Language, Text};

pub use message::Message;
pub use mistake::nearest;
pub use names::Names;
pub use stored::value_of;
pub use syntax::with_room;
pub use verdict::contradiction;

/// The longest source an expression may have, in bytes.
pub const LONGEST_SOURCE: usize = 2_000;
/// The most names, literals, operators and calls one expression may hold.
pub const MOST_NODES: usize = 300;
/// How deep brackets may stand in one another.
pub const DEEPEST_BRACKETS: usize = 32;
/// How deep `exists`, `all`, `map` and `filter` may stand in one another.
pub const DEEPEST_MACROS: usize = 2;
/// The most steps one evaluation may take; two nested tables of 200 rows stay well below.
pub const MOST_STEPS: u32 = 2_000_000;

/// What an expression or a name in scope is.
#[derive(Clone, Debug)]
pub enum Type {
    /// true or false.
    Bool,
    /// A whole number (also the type of a `year` field).
    Int,
    /// An exact decimal number.
    Decimal,
    /// A string.
    Text,
    /// A string that is a code of this list.
    Code(Arc<CodeList>),
    /// A day.
    Date,
    /// A month of a year.
    Month,
    /// What `days(n)`, `workdays(n)`, `months(n)` and `years(n)` give.
    Period,
    /// A list.
    List(Box<Type>),
    /// A record: a table's row, a picked unit, a file, `app`.
    Record(Arc<RecordType>),
    /// Nothing is known, as of `[]`: fits every other type.
    Unknown,
}

/// The columns of a record, in order.
#[derive(Debug, Default)]
pub struct RecordType {
    /// What an author calls it: a table's id, `units`, `file`, `app`.
    pub name: String,
    /// Each column's type.
    pub columns: IndexMap<Id, Type>,
}

/// A value at run time.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Hidden, unanswered or not to be computed (LANGUAGE L3).
    #[default]
    Empty,
    /// See [`Type::Bool`].
    Bool(bool),
    /// See [`Type::Int`].
    Int(i64),
    /// See [`Type::Decimal`].
    Decimal(Decimal),
    /// See [`Type::Text`] and [`Type::Code`].
    Text(Arc<str>),
    /// See [`Type::Date`].
    Date(Date),
    /// See [`Type::Month`]; kept as the month's first day.
    Month(Date),
    /// See [`Type::Period`].
    Period(Period),
    /// See [`Type::List`].
    List(Arc<[Value]>),
    /// The columns of a [`Type::Record`], in its order.
    Record(Arc<[Value]>),
}

/// A length of time in calendar units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Calendar days.
    Days(i64),
    /// Working days of the region's calendar.
    Workdays(i64),
    /// Months; month ends clamp.
    Months(i64),
    /// Years; 29 February clamps.
    Years(i64),
}

/// The names an expression may use. The position of a name is its slot in a [`Frame`].
///
/// A form's scope holds every field by id, every `let`, `today` and `app`; a scope made by
/// [`Scope::with`] adds `row`, `outer`, `it` or `input` behind them.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Types by name, in slot order.
    pub names: Names,
    /// For `workdays` and `deadline`.
    pub calendar: Arc<Calendar>,
}

impl Scope {
    /// A scope without any name.
    pub fn new(calendar: Arc<Calendar>) -> Self {
        Self {
            names: Names::default(),
            calendar,
        }
    }

    /// This scope with one more name, in the next slot.
    pub fn with(&self, name: &str, ty: Type) -> Self {
        Self {
            names: self.names.and(name.into(), ty),
            calendar: Arc::clone(&self.calendar),
        }
    }
}

/// The values of a [`Scope`], slot by slot: `base` first, `extra` (row, it, …) behind it.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The form's slots.
    pub base: &'a [Value],
    /// The slots added by [`Scope::with`].
    pub extra: &'a [Value],
}

/// A mistake in an expression; `start..end` are byte offsets into its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The stable rule id, such as `expression-syntax`.
    pub rule: &'static str,
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub help: Option<Text>,
}

/// The expression would take more steps than one check may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the expression takes too many steps")]
pub struct TooCostly;

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: Arc<str>,
    ty: Type,
    reads: Vec<Id>,
    paths: Vec<Id>,
    root: node::Node,
    calendar: Arc<Calendar>,
}

impl Expression {
    /// What the author wrote.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it gives.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The names of the scope it reads, each once, in the order of the source.
    pub fn reads(&self) -> &[Id] {
        &self.reads
    }

    /// What it reads, as dotted paths, each once: `people.id_no` for a column that is read through a
    /// macro or an index, `app.filed_on`, `row.name`; `people` alone where the table is read whole.
    pub fn reads_paths(&self) -> &[Id] {
        &self.paths
    }

    /// Its value.
    pub fn eval(&self, frame: &Frame<'_>) -> Result<Value, TooCostly> {
        eval::run(&self.root, frame, &self.calendar)
    }

    /// Its value as a condition: empty counts as false.
    pub fn holds(&self, frame: &Frame<'_>) -> Result<bool, TooCostly> {
        Ok(self.eval(frame)? == Value::Bool(true))
    }
}

/// Compiles `source`. `expected` is what the place takes; `None` takes anything.
///
/// Where a slip can be mended (a full-width quote, `=` for `==`), the mended source is checked on, so
/// that one call tells as much as can be told.
pub fn compile(source: &str, scope: &Scope, expected: Option<&Type>) -> Result<Expression, Vec<Mistake>> {
    let (tokens, mut mistakes) = token::read(source);
    if tokens.is_broken() {
        return Err(mistakes);
    }
    let tree = match syntax::parse(&tokens) {
        Ok(tree) => tree,
        // A slip that was mended wrongly explains itself better than what the parser makes of it.
        Err(_) if !mistakes.is_empty() => return Err(mistakes),
        Err(mistake) => return Err(vec![mistake]),
    };
    let checked = check::check(&tree, &tokens, scope, expected);
    mistakes.extend(checked.mistakes);
    if !mistakes.is_empty() {
        mistakes.sort_by_key(|mistake| mistake.start);
        return Err(mistakes);
    }
    Ok(Expression {
        source: source.into(),
        ty: checked.ty,
        reads: checked.reads,
        paths: checked.paths,
        root: checked.root,
        calendar: Arc::clone(&scope.calendar),
    })
}

#[cfg(test)]
mod tests;
