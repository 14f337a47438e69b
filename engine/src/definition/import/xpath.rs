//! The expressions of an XLSForm: XPath 1.0 with `${name}`, as far as forms use it. [`parse`] reads,
//! [`super::turn`] writes them in the language of this house.

mod token;

use std::ops::Range;

use token::{Kind, Token};

use crate::definition::Text;

/// The longest expression, in bytes: more than the language takes.
const LONGEST: usize = 4_000;
/// The most names, numbers, texts and marks of one.
const MOST_TOKENS: usize = 800;
/// How many operators may stand in a row: each is one step deeper.
const DEEPEST_TREE: usize = 80;
/// How deep brackets may stand in one another.
const DEEPEST: usize = 32;

/// A piece of an expression and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) expr: Expr,
    pub(super) at: Range<usize>,
}

/// What can be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// As it is written: `1`, `0.5`.
    Number(String),
    /// What stands between the quotes.
    Text(String),
    /// `${name}`, or a path whose last step is this name.
    Ref(String),
    /// A bare name: a column of the list of choices.
    Name(String),
    /// `.`
    Dot,
    /// `..`: the group or row around.
    Around,
    /// `name(arguments)`
    Call(String, Vec<Piece>),
    /// `-x`
    Minus(Box<Piece>),
    /// `left operator right`
    Binary(Operator, Box<[Piece; 2]>),
}

/// What stands between two pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Why an expression cannot be read or turned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wrong {
    pub(super) at: Range<usize>,
    pub(super) message: Text,
}

impl Wrong {
    pub(super) fn new(at: Range<usize>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let message = Text::both(zh.into(), en.into());
        Self { at, message }
    }
}

/// Reads an expression.
pub(super) fn parse(source: &str) -> Result<Piece, Wrong> {
    if source.len() > LONGEST {
        return Err(Wrong::new(
            0..source.len(),
            format!("表达式超过 {LONGEST} 字节的上限"),
            format!("the expression has more than {LONGEST} bytes, which is the limit"),
        ));
    }
    let tokens = token::read(source)?;
    if tokens.len() > MOST_TOKENS {
        return Err(Wrong::new(
            0..source.len(),
            format!("表达式超过 {MOST_TOKENS} 个词的上限"),
            format!("the expression has more than {MOST_TOKENS} words, which is the limit"),
        ));
    }
    let mut parser = Parser {
        tokens: &tokens,
        next: 0,
        depth: 0,
        end: source.len(),
    };
    let piece = parser.binary(0)?;
    match parser.tokens.get(parser.next) {
        None if depth(&piece) > DEEPEST_TREE => Err(Wrong::new(
            0..source.len(),
            format!("连写的运算超过 {DEEPEST_TREE} 个的上限"),
            format!("more than {DEEPEST_TREE} operators stand in a row, which is the limit"),
        )),
        None => Ok(piece),
        Some(token) => Err(unexpected(token)),
    }
}

/// How many pieces stand in one another, at most.
fn depth(piece: &Piece) -> usize {
    let (mut deepest, mut left) = (0, vec![(piece, 1)]);
    while let Some((piece, depth)) = left.pop() {
        deepest = deepest.max(depth);
        match &piece.expr {
            Expr::Call(_, arguments) => left.extend(arguments.iter().map(|argument| (argument, depth + 1))),
            Expr::Minus(of) => left.push((of, depth + 1)),
            Expr::Binary(_, both) => left.extend(both.iter().map(|side| (side, depth + 1))),
            _ => {}
        }
    }
    deepest
}

/// Binary operators from the loosest to the tightest.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::Unequal)],
    &[
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[
        ("*", Operator::Multiply),
        ("div", Operator::Divide),
        ("mod", Operator::Remainder),
    ],
];

struct Parser<'t> {
    tokens: &'t [Token],
    next: usize,
    depth: usize,
    end: usize,
}

fn unexpected(token: &Token) -> Wrong {
    Wrong::new(
        token.at.clone(),
        format!("这里不该有 {}", token.text),
        format!("`{}` is not expected here", token.text),
    )
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self
            .peek()
            .is_some_and(|token| token.kind == Kind::Mark && token.text == mark);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, mark: &str) -> Result<(), Wrong> {
        if self.take(mark) {
            return Ok(());
        }
        Err(self.peek().map_or_else(
            || {
                Wrong::new(
                    self.end..self.end,
                    format!("这里缺少 {mark}"),
                    format!("`{mark}` is missing here"),
                )
            },
            unexpected,
        ))
    }

    fn binary(&mut self, level: usize) -> Result<Piece, Wrong> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            self.next += 1;
            let right = self.binary(level + 1)?;
            left = Piece {
                at: left.at.start..right.at.end,
                expr: Expr::Binary(operator, Box::new([left, right])),
            };
        }
        Ok(left)
    }

    fn operator(&self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let token = self
            .peek()
            .filter(|token| matches!(token.kind, Kind::Mark | Kind::Name))?;
        let found = operators.iter().find(|(written, _)| *written == token.text)?;
        Some(found.1)
    }

    fn unary(&mut self) -> Result<Piece, Wrong> {
        let start = self.peek().map_or(self.end, |token| token.at.start);
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Wrong::new(
                start..self.end,
                format!("括号嵌套超过 {DEEPEST} 层的上限"),
                format!("brackets stand more than {DEEPEST} deep in one another, which is the limit"),
            ));
        }
        let piece = if self.take("-") {
            let of = self.unary()?;
            Piece {
                at: start..of.at.end,
                expr: Expr::Minus(Box::new(of)),
            }
        } else {
            self.path()?
        };
        self.depth -= 1;
        Ok(piece)
    }

    /// A value, and the steps of a path behind it, of which the last counts.
    fn path(&mut self) -> Result<Piece, Wrong> {
        let start = self.peek().map_or(self.end, |token| token.at.start);
        let mut piece = if self.take("/") { self.step()? } else { self.primary()? };
        while self.take("/") {
            let step = self.step()?;
            piece = Piece {
                at: start..step.at.end,
                expr: step.expr,
            };
        }
        if let Some(token) = self.peek().filter(|token| token.text == "[") {
            return Err(Wrong::new(
                token.at.clone(),
                "不能转换带 [条件] 的路径",
                "a path with a [condition] cannot be turned",
            ));
        }
        Ok(piece)
    }

    /// A step of a path: `name`, `.` or `..`.
    fn step(&mut self) -> Result<Piece, Wrong> {
        let piece = self.primary()?;
        let expr = match piece.expr {
            Expr::Name(name) => Expr::Ref(name),
            expr @ (Expr::Dot | Expr::Around | Expr::Ref(_)) => expr,
            _ => {
                return Err(Wrong::new(
                    piece.at,
                    "路径的这一段不能转换",
                    "this step of the path cannot be turned",
                ));
            }
        };
        Ok(Piece { expr, at: piece.at })
    }

    fn primary(&mut self) -> Result<Piece, Wrong> {
        let Some(token) = self.peek() else {
            let (zh, en) = ("表达式在这里中断", "the expression breaks off here");
            return Err(Wrong::new(self.end..self.end, zh, en));
        };
        self.next += 1;
        let at = token.at.clone();
        let text = token.text.clone();
        let expr = match token.kind {
            Kind::Number => Expr::Number(text),
            Kind::Text => Expr::Text(text),
            Kind::Ref => Expr::Ref(text),
            Kind::Name if self.take("(") => return self.call(text, at),
            Kind::Name => Expr::Name(text),
            Kind::Mark => match text.as_str() {
                "." => Expr::Dot,
                ".." => Expr::Around,
                "(" => {
                    let inner = self.binary(0)?;
                    self.expect(")")?;
                    let end = self.tokens.get(self.next - 1).map_or(at.end, |token| token.at.end);
                    return Ok(Piece {
                        expr: inner.expr,
                        at: at.start..end,
                    });
                }
                _ => return Err(unexpected(token)),
            },
        };
        Ok(Piece { expr, at })
    }

    fn call(&mut self, name: String, at: Range<usize>) -> Result<Piece, Wrong> {
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.binary(0)?);
                if !self.take(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        let end = self.tokens.get(self.next - 1).map_or(at.end, |token| token.at.end);
        Ok(Piece {
            expr: Expr::Call(name, arguments),
            at: at.start..end,
        })
    }
}
