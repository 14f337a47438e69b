//! The compiled tree: every name is a slot, every function is known, every literal is a value.

use std::sync::Arc;

use regex::Regex;

use super::{CodeList, Value};

/// One node. Its type was proved by the checker and is not kept.
#[derive(Debug)]
pub(super) enum Node {
    /// A literal.
    Constant(Value),
    /// A name of the scope; `list` makes an unanswered one read as `[]`.
    Slot { at: usize, list: bool },
    /// A macro's variable; 0 is the innermost.
    Local { up: usize },
    /// A record's column.
    Column { of: Box<Node>, at: usize, list: bool },
    /// A list's element, from 0.
    Element(Box<[Node; 2]>),
    /// A list literal.
    List(Vec<Node>),
    /// `!x`
    Not(Box<Node>),
    /// `-x`
    Negate(Box<Node>),
    /// `x && y`
    And(Box<[Node; 2]>),
    /// `x || y`
    Or(Box<[Node; 2]>),
    /// `x ? y : z`
    Choose(Box<[Node; 3]>),
    /// A comparison of two values of like type.
    Compare(Comparison, Box<[Node; 2]>),
    /// `x in list`
    In(Box<[Node; 2]>),
    /// Arithmetic on numbers, texts, lists and dates.
    Arithmetic(Operator, Box<[Node; 2]>),
    /// `range.exists(x, body)` and its like; the row is the innermost local of `body`.
    Macro {
        kind: Macro,
        range: Box<Node>,
        body: Box<Node>,
    },
    /// A function.
    Call(Function, Vec<Node>),
}

impl Node {
    /// Whether it reads no name, so that its value is known before there is any answer.
    pub(super) fn is_closed(&self) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::Slot { .. } | Self::Local { .. } | Self::Macro { .. } => false,
            Self::Column { of, .. } | Self::Not(of) | Self::Negate(of) => of.is_closed(),
            Self::Element(both)
            | Self::And(both)
            | Self::Or(both)
            | Self::Compare(_, both)
            | Self::In(both)
            | Self::Arithmetic(_, both) => both.iter().all(Self::is_closed),
            Self::Choose(parts) => parts.iter().all(Self::is_closed),
            Self::List(nodes) | Self::Call(_, nodes) => nodes.iter().all(Self::is_closed),
        }
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// What is done with the elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Macro {
    Exists,
    All,
    ExistsOne,
    Map,
    Filter,
}

/// A function after its name and arguments were checked.
#[derive(Debug)]
pub(super) enum Function {
    Filled,
    Size,
    /// `decimal` where the list is one of decimals, so that an empty one adds up to a decimal zero.
    Sum {
        decimal: bool,
    },
    Date,
    Month,
    FullYear,
    Days,
    Workdays,
    Months,
    Years,
    Deadline,
    StartsWith,
    EndsWith,
    Contains,
    Matches(Regex),
    ToInt,
    ToDecimal,
    ToText,
    Within(Arc<CodeList>),
    Label(Arc<CodeList>),
}
