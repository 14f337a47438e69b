//! Pieces of an expression in this language, put together with the brackets that they need.

use std::fmt::Write;

use crate::definition::expression::Type;

/// How tightly a piece holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::definition::import) enum Level {
    Choose,
    Or,
    And,
    Compare,
    Add,
    Multiply,
    Unary,
    Atom,
}

/// What a piece is, if it is written out.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::definition::import) enum Literal {
    Number(String),
    Text(String),
}

/// A piece.
#[derive(Debug, Clone)]
pub(in crate::definition::import) struct Cel {
    pub(super) text: String,
    pub(super) ty: Type,
    pub(super) level: Level,
    pub(super) literal: Option<Literal>,
    /// The answers that it reads and that may be empty.
    pub(super) reads: Vec<String>,
    /// Of a column that is read from outside its table: the table and the column.
    pub(super) rows: Option<(String, String)>,
}

impl Cel {
    pub(super) fn new(text: impl Into<String>, ty: Type, level: Level) -> Self {
        Self {
            text: text.into(),
            ty,
            level,
            literal: None,
            reads: Vec::new(),
            rows: None,
        }
    }

    /// As it is written.
    pub(in crate::definition::import) fn text(&self) -> &str {
        &self.text
    }

    /// A name or a call.
    pub(super) fn atom(text: impl Into<String>, ty: Type) -> Self {
        Self::new(text, ty, Level::Atom)
    }

    /// A condition out of a call.
    pub(super) fn asks(text: impl Into<String>) -> Self {
        Self::atom(text, Type::Bool)
    }

    pub(super) fn text_literal(text: &str) -> Self {
        Self {
            literal: Some(Literal::Text(text.to_owned())),
            ..Self::atom(quoted(text), Type::Text)
        }
    }

    pub(super) fn number(text: &str) -> Self {
        let ty = if text.contains('.') { Type::Decimal } else { Type::Int };
        Self {
            literal: Some(Literal::Number(text.to_owned())),
            ..Self::atom(text, ty)
        }
    }

    /// As it stands where `level` is needed.
    pub(super) fn at(&self, level: Level) -> String {
        if self.level < level {
            format!("({})", self.text)
        } else {
            self.text.clone()
        }
    }

    /// The same, reading what `others` read.
    pub(super) fn reading(mut self, others: &[&Self]) -> Self {
        for read in others.iter().flat_map(|other| &other.reads) {
            if !self.reads.contains(read) {
                self.reads.push(read.clone());
            }
        }
        self
    }

    /// `left operator right`
    pub(super) fn joined(left: &Self, operator: &str, right: &Self, ty: Type, level: Level) -> Self {
        // What stands on the right of an operator of its own level needs brackets, but for && and ||.
        let above = match level {
            Level::Or => Level::Or,
            Level::And => Level::And,
            Level::Compare => Level::Add,
            Level::Add => Level::Multiply,
            _ => Level::Unary,
        };
        let text = format!(
            "{} {operator} {}",
            left.at(if level == Level::Compare { above } else { level }),
            right.at(above)
        );
        Self::new(text, ty, level).reading(&[left, right])
    }

    /// `!x`
    pub(super) fn not(&self) -> Self {
        Self::new(format!("!{}", self.at(Level::Unary)), Type::Bool, Level::Unary)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self.ty, Type::Int | Type::Decimal)
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.ty, Type::Text | Type::Code(_))
    }

    pub(super) fn is_date(&self) -> bool {
        matches!(self.ty, Type::Date)
    }
}

/// A text in double quotes, so that the whole can stand in YAML's single ones.
pub(in crate::definition::import) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
