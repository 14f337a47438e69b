//! Types CEL's tree against a scope and turns it into [`Node`]s.
//!
//! A part that is mistaken gets the type `Unknown`, which fits everything, so that one mistake is told
//! once and the rest is still checked.

mod function;
mod name;
mod operator;

use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use indexmap::IndexSet;
use rust_decimal::Decimal;

use super::mistake::{LITERAL, SYNTAX, TYPE, UNSUPPORTED, mistake};
use super::node::{Function, Node};
use super::syntax::Tree;
use super::token::{Tokens, too_many};
use super::{Id, MOST_NODES, Mistake, Scope, Type, Value};

/// What checking a whole expression gave.
pub(super) struct Checked {
    pub(super) root: Node,
    pub(super) ty: Type,
    pub(super) reads: Vec<Id>,
    pub(super) paths: Vec<Id>,
    pub(super) mistakes: Vec<Mistake>,
}

/// Checks `tree`; the result is to be used only where it holds no mistakes.
pub(super) fn check(tree: &Tree, tokens: &Tokens, scope: &Scope, expected: Option<&Type>) -> Checked {
    let mut checker = Checker {
        tree,
        tokens,
        scope,
        locals: Vec::new(),
        reads: IndexSet::new(),
        paths: IndexSet::new(),
        mistakes: Vec::new(),
        nodes: 0,
    };
    let mut root = checker.value(&tree.root);
    if checker.nodes > MOST_NODES {
        checker.mistakes.push(too_many(checker.nodes, tokens.length()));
    }
    if let Some(expected) = expected {
        root = checker.placed(root, expected);
    }
    Checked {
        root: root.node,
        ty: root.ty,
        reads: checker.reads.into_iter().collect(),
        paths: checker.paths.into_iter().collect(),
        mistakes: checker.mistakes,
    }
}

struct Checker<'a> {
    tree: &'a Tree,
    tokens: &'a Tokens,
    scope: &'a Scope,
    locals: Vec<Local>,
    reads: IndexSet<Id>,
    paths: IndexSet<Id>,
    mistakes: Vec<Mistake>,
    nodes: usize,
}

/// A macro's variable.
struct Local {
    name: String,
    ty: Type,
    path: Option<String>,
}

/// A checked part of the expression.
struct Typed {
    node: Node,
    ty: Type,
    span: Range<usize>,
    /// The path it reads, until it is recorded: `people`, then `people.name`.
    path: Option<String>,
    /// The literal texts that it may be, for comparing with codes.
    literals: Vec<(Arc<str>, Range<usize>)>,
}

impl Typed {
    fn new(node: Node, ty: Type, span: Range<usize>) -> Self {
        Self {
            node,
            ty,
            span,
            path: None,
            literals: Vec::new(),
        }
    }

    /// A part that a mistake was told about.
    fn mistaken(span: Range<usize>) -> Self {
        Self::new(Node::Constant(Value::Empty), Type::Unknown, span)
    }

    /// The same as a decimal, where `ty` is one and it is a whole number.
    fn promoted(mut self, ty: &Type) -> Self {
        if let (Type::Int, Type::Decimal) = (&self.ty, ty) {
            self.node = match self.node {
                Node::Constant(Value::Int(number)) => Node::Constant(Value::Decimal(number.into())),
                node => Node::Call(Function::ToDecimal, vec![node]),
            };
            self.ty = Type::Decimal;
        }
        self
    }
}

impl Checker<'_> {
    /// A part whose value is used: what it reads is recorded.
    fn value(&mut self, expr: &IdedExpr) -> Typed {
        let mut typed = self.part(expr);
        self.record(typed.path.take());
        typed
    }

    fn record(&mut self, path: Option<String>) {
        if let Some(path) = path {
            self.paths.insert(path.into());
        }
    }

    /// A part that may still be narrowed by a column, an index or a macro.
    fn part(&mut self, expr: &IdedExpr) -> Typed {
        self.nodes += 1;
        let span = self.span(expr);
        match &expr.expr {
            Expr::Ident(name) => self.name(name, span),
            Expr::Literal(literal) => self.literal(literal, span),
            Expr::Select(select) => self.column(expr, select),
            Expr::List(list) => self.list(expr, &list.elements),
            Expr::Call(call) => self.call(expr, call),
            Expr::Map(_) | Expr::Struct(_) => self.unsupported(span, "{…}", None),
            Expr::Unspecified | Expr::Comprehension(_) => {
                let (zh, en) = ("这里无法解析".into(), "this cannot be parsed".into());
                self.wrong(mistake(SYNTAX, span, zh, en))
            }
        }
    }

    /// Where the token of a node stands.
    fn span(&self, expr: &IdedExpr) -> Range<usize> {
        self.tree
            .token(expr, self.tokens)
            .map_or(0..self.tokens.length(), |token| self.tokens.span(token))
    }

    /// The end of the bracket that the token of a node opens.
    fn close(&self, expr: &IdedExpr) -> usize {
        self.tree
            .token(expr, self.tokens)
            .map_or(self.tokens.length(), |token| self.tokens.close(token))
    }

    fn wrong(&mut self, found: Mistake) -> Typed {
        let span = found.start..found.end;
        self.mistakes.push(found);
        Typed::mistaken(span)
    }

    fn unsupported(&mut self, span: Range<usize>, what: &str, help: Option<(&str, &str)>) -> Typed {
        let (zh, en) = (
            format!("表达式里不能用 {what}"),
            format!("`{what}` is not offered in expressions"),
        );
        let mut found = mistake(UNSUPPORTED, span, zh, en);
        if let Some((zh, en)) = help {
            found = found.help(zh, en);
        }
        self.wrong(found)
    }

    /// That a part should be `wanted`.
    fn mismatch(&mut self, typed: &Typed, wanted: &Type) -> Mistake {
        let (name, wanted) = (typed.ty.name(), wanted.name());
        let ((zh, en), (wanted_zh, wanted_en)) = (name.in_both(), wanted.in_both());
        let message = (
            format!("这里要{wanted_zh}，而这是{zh}"),
            format!("this takes {wanted_en}, but it is {en}"),
        );
        mistake(TYPE, typed.span.clone(), message.0, message.1)
    }

    fn literal(&mut self, literal: &LiteralValue, span: Range<usize>) -> Typed {
        let (value, ty) = match literal {
            LiteralValue::Boolean(value) => (Value::Bool(*value.inner()), Type::Bool),
            LiteralValue::Int(value) => (Value::Int(*value.inner()), Type::Int),
            LiteralValue::Double(value) => return self.decimal(value.inner().is_sign_negative(), span),
            LiteralValue::String(value) => {
                let text: Arc<str> = value.inner().into();
                let mut typed = Typed::new(Node::Constant(Value::Text(Arc::clone(&text))), Type::Text, span.clone());
                typed.literals.push((text, span));
                return typed;
            }
            LiteralValue::Null => {
                let help = ("用 filled(x) 或 !filled(x)", "use filled(x) or !filled(x)");
                return self.unsupported(span, "null", Some(help));
            }
            LiteralValue::UInt(_) => return self.unsupported(span, "u", Some(("去掉 u", "leave out the u"))),
            LiteralValue::Bytes(_) => return self.unsupported(span, "b\"…\"", Some(("去掉 b", "leave out the b"))),
        };
        Typed::new(Node::Constant(value), ty, span)
    }

    /// A decimal literal, read from what was written: CEL's own tree has only the nearest double.
    fn decimal(&mut self, negative: bool, span: Range<usize>) -> Typed {
        let at = self.tokens.index_of(&span);
        let text = self.tokens.get(at).map_or("", |token| token.text.as_str());
        let read = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str_exact(text)
        };
        match read {
            Ok(number) => {
                let number = if negative { -number } else { number };
                Typed::new(Node::Constant(Value::Decimal(number)), Type::Decimal, span)
            }
            Err(_) => {
                let (zh, en) = (format!("{text} 的位数太多"), format!("{text} has too many digits"));
                self.wrong(mistake(LITERAL, span, zh, en))
            }
        }
    }

    fn list(&mut self, expr: &IdedExpr, elements: &[IdedExpr]) -> Typed {
        let span = self.span(expr).start..self.close(expr);
        let elements: Vec<Typed> = elements.iter().map(|element| self.value(element)).collect();
        let mut of = Type::Unknown;
        for element in &elements {
            match of.join(&element.ty) {
                Some(joined) => of = joined,
                None => {
                    let found = self.mismatch(element, &of);
                    self.mistakes.push(found);
                }
            }
        }
        let literals = elements.iter().flat_map(|element| element.literals.clone()).collect();
        let nodes = elements.into_iter().map(|element| element.promoted(&of).node).collect();
        Typed {
            literals,
            ..Typed::new(Node::List(nodes), Type::List(Box::new(of)), span)
        }
    }

    /// The whole expression in its place.
    fn placed(&mut self, root: Typed, expected: &Type) -> Typed {
        if !root.ty.fits(expected) {
            let found = self.mismatch(&root, expected);
            let found = match (expected, &root.ty) {
                (Type::Bool, _) => self.as_condition(found, &root),
                (Type::Int, Type::Decimal) => self.wrapped(found, "int", &root.span),
                (Type::Text, Type::Int | Type::Decimal) => self.wrapped(found, "string", &root.span),
                (Type::Month, Type::Date) => self.wrapped(found, "month", &root.span),
                _ => found,
            };
            self.mistakes.push(found);
        }
        self.codes(expected, &root.literals);
        root.promoted(expected)
    }

    /// `found` with the help to put `function` round the part.
    fn wrapped(&self, found: Mistake, function: &str, span: &Range<usize>) -> Mistake {
        let part = self.tokens.written(span);
        found.help(format!("写 {function}({part})"), format!("write {function}({part})"))
    }
}
