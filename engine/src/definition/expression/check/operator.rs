//! What operators take and give, and the mends of comparing things that are not alike.

use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::{CallExpr, Expr, IdedExpr, operators};

use super::super::mistake::{TYPE, UNKNOWN_CODE, UNKNOWN_NAME, mistake, nearest};
use super::super::node::{Comparison, Function, Node, Operator};
use super::super::types::{called, called_in_chinese};
use super::super::{CodeList, Mistake, Type};
use super::{Checker, Typed};

impl Checker<'_> {
    /// An operator or a function: CEL's tree has both as calls.
    pub(super) fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Typed {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => self.choose(condition, yes, no),
            (operators::LOGICAL_AND, [left, right]) => self.logic(Node::And, left, right),
            (operators::LOGICAL_OR, [left, right]) => self.logic(Node::Or, left, right),
            (operators::LOGICAL_NOT, [of]) => {
                let of = self.condition(of);
                let start = self.span(expr).start;
                Typed::new(Node::Not(Box::new(of.node)), Type::Bool, start..of.span.end)
            }
            (operators::NEGATE, [of]) => self.negate(expr, of),
            (operators::EQUALS, [left, right]) => self.equality(Comparison::Equal, left, right),
            (operators::NOT_EQUALS, [left, right]) => self.equality(Comparison::Unequal, left, right),
            (operators::LESS, [left, right]) => self.order(Comparison::Less, left, right),
            (operators::LESS_EQUALS, [left, right]) => self.order(Comparison::LessOrEqual, left, right),
            (operators::GREATER, [left, right]) => self.order(Comparison::Greater, left, right),
            (operators::GREATER_EQUALS, [left, right]) => self.order(Comparison::GreaterOrEqual, left, right),
            (operators::IN, [left, right]) => self.membership(left, right),
            (operators::INDEX, [of, at]) => self.element(expr, of, at),
            (operators::ADD, [left, right]) => self.arithmetic(Operator::Add, expr, left, right),
            (operators::SUBSTRACT, [left, right]) => self.subtraction(expr, left, right),
            (operators::MULTIPLY, [left, right]) => self.arithmetic(Operator::Multiply, expr, left, right),
            (operators::DIVIDE, [left, right]) => self.arithmetic(Operator::Divide, expr, left, right),
            (operators::MODULO, [left, right]) => self.arithmetic(Operator::Remainder, expr, left, right),
            _ => self.function(expr, call),
        }
    }

    /// A part that has to be true or false.
    pub(super) fn condition(&mut self, expr: &IdedExpr) -> Typed {
        let typed = self.value(expr);
        if !typed.ty.is_bool() {
            let found = self.mismatch(&typed, &Type::Bool);
            let found = self.as_condition(found, &typed);
            self.mistakes.push(found);
        }
        typed
    }

    /// `found` with the help that makes a condition of `typed`.
    pub(super) fn as_condition(&self, found: Mistake, typed: &Typed) -> Mistake {
        self.wrapped(found, "filled", &typed.span)
    }

    fn logic(&mut self, make: fn(Box<[Node; 2]>) -> Node, left: &IdedExpr, right: &IdedExpr) -> Typed {
        let (left, right) = (self.condition(left), self.condition(right));
        let span = left.span.start..right.span.end;
        Typed::new(make(Box::new([left.node, right.node])), Type::Bool, span)
    }

    fn choose(&mut self, condition: &IdedExpr, yes: &IdedExpr, no: &IdedExpr) -> Typed {
        let (condition, yes, no) = (self.condition(condition), self.value(yes), self.value(no));
        let span = condition.span.start..no.span.end;
        let Some(ty) = yes.ty.join(&no.ty) else {
            let found = self.mismatch(&no, &yes.ty);
            return self.wrong(found.help("两个分支要同一类型", "both branches give the same type"));
        };
        let literals = yes.literals.iter().chain(&no.literals).cloned().collect();
        let nodes = [condition.node, yes.promoted(&ty).node, no.promoted(&ty).node];
        Typed {
            literals,
            ..Typed::new(Node::Choose(Box::new(nodes)), ty, span)
        }
    }

    fn negate(&mut self, expr: &IdedExpr, of: &IdedExpr) -> Typed {
        let start = self.span(expr).start;
        let of = self.value(of);
        if !of.ty.is_number() {
            let found = self.mismatch(&of, &Type::Int);
            return self.wrong(found);
        }
        Typed::new(Node::Negate(Box::new(of.node)), of.ty, start..of.span.end)
    }

    fn equality(&mut self, how: Comparison, left: &IdedExpr, right: &IdedExpr) -> Typed {
        let (left, right) = (self.value(left), self.value(right));
        if !left.ty.is_comparable(&right.ty) {
            return self.unlike(&left, &right);
        }
        self.codes(&left.ty, &right.literals);
        self.codes(&right.ty, &left.literals);
        compared(how, left, right)
    }

    fn order(&mut self, how: Comparison, left: &IdedExpr, right: &IdedExpr) -> Typed {
        let (left, right) = (self.value(left), self.value(right));
        if !left.ty.is_ordered_with(&right.ty) {
            return self.unlike(&left, &right);
        }
        compared(how, left, right)
    }

    fn membership(&mut self, left: &IdedExpr, right: &IdedExpr) -> Typed {
        let (left, right) = (self.value(left), self.value(right));
        let Some(of) = right.ty.element() else {
            let found = self.mismatch(&right, &Type::List(Box::new(left.ty.clone())));
            return self.wrong(found);
        };
        if !left.ty.is_comparable(of) {
            let of = Typed::new(Node::List(Vec::new()), of.clone(), right.span.clone());
            return self.unlike(&left, &of);
        }
        self.codes(&left.ty, &right.literals);
        self.codes(&right.ty, &left.literals);
        let span = left.span.start..right.span.end;
        Typed::new(Node::In(Box::new([left.node, right.node])), Type::Bool, span)
    }

    fn element(&mut self, expr: &IdedExpr, of: &IdedExpr, at: &IdedExpr) -> Typed {
        let (of, at) = (self.part(of), self.value(at));
        let span = of.span.start..self.close(expr);
        let Some(ty) = of.ty.element().cloned() else {
            self.record(of.path.clone());
            let found = self.mismatch(&of, &Type::List(Box::new(Type::Unknown)));
            return self.wrong(found);
        };
        if !matches!(at.ty, Type::Int | Type::Unknown) {
            let found = self.mismatch(&at, &Type::Int);
            self.mistakes.push(found);
        }
        Typed {
            path: of.path,
            ..Typed::new(Node::Element(Box::new([of.node, at.node])), ty, span)
        }
    }

    /// A subtraction, or an id that holds a hyphen.
    fn subtraction(&mut self, expr: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Typed {
        if let (Expr::Ident(first), Expr::Ident(second)) = (&left.expr, &right.expr) {
            let (before, behind, sign) = (self.span(left), self.span(right), self.span(expr));
            let joined = before.end == sign.start && sign.end == behind.start;
            if joined && !(self.knows(first) && self.knows(second)) {
                let found = self.hyphen(first, second, before.start..behind.end);
                return self.wrong(found);
            }
        }
        self.arithmetic(Operator::Subtract, expr, left, right)
    }

    fn hyphen(&self, first: &str, second: &str, span: Range<usize>) -> Mistake {
        let (hyphened, meant) = (format!("{first}-{second}"), format!("{first}_{second}"));
        let (zh, en) = (
            format!("没有 {hyphened} 这个名字"),
            format!("there is no name `{hyphened}`"),
        );
        let near = if self.knows(&meant) {
            vec![meant.as_str()]
        } else {
            self.near(&meant)
        };
        let (mut help_zh, mut help_en) = HYPHEN;
        let (with_zh, with_en);
        if !near.is_empty() {
            with_zh = format!("{help_zh}；相近的有：{}", near.join("、"));
            with_en = format!("{help_en}; did you mean: {}", near.join(", "));
            (help_zh, help_en) = (&with_zh, &with_en);
        }
        mistake(UNKNOWN_NAME, span, zh, en).help(help_zh, help_en)
    }

    fn arithmetic(&mut self, operator: Operator, expr: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Typed {
        let (left, right) = (self.value(left), self.value(right));
        let span = left.span.start..right.span.end;
        let Some(ty) = result(operator, &left.ty, &right.ty) else {
            let found = self.cannot(operator, expr, &left, &right);
            return self.wrong(found);
        };
        if let (Type::Month, Node::Call(Function::Days | Function::Workdays, _)) = (&left.ty, &right.node) {
            let (zh, en) = (
                "年月只能加减 months 或 years".into(),
                "a month takes months and years only".into(),
            );
            return self.wrong(mistake(TYPE, right.span, zh, en));
        }
        Typed::new(Node::Arithmetic(operator, Box::new([left.node, right.node])), ty, span)
    }

    fn cannot(&self, operator: Operator, expr: &IdedExpr, left: &Typed, right: &Typed) -> Mistake {
        let sign = self.tokens.written(&self.span(expr)).to_owned();
        let (a, b) = (left.ty.name(), right.ty.name());
        let ((a_zh, a_en), (b_zh, b_en)) = (a.in_both(), b.in_both());
        let span = left.span.start..right.span.end;
        let (zh, en) = (
            format!("{sign} 不能用于{a_zh}和{b_zh}"),
            format!("`{sign}` does not take {a_en} and {b_en}"),
        );
        let found = mistake(TYPE, span, zh, en);
        match (operator, &left.ty, &right.ty) {
            (Operator::Add | Operator::Subtract, Type::Date, Type::Int) => self.wrapped(found, "days", &right.span),
            (Operator::Subtract, Type::Date, Type::Date) => {
                let (a, b) = (self.tokens.written(&left.span), self.tokens.written(&right.span));
                found.help(
                    format!("比较 {a} 与 {b} + days(n)"),
                    format!("compare {a} with {b} + days(n)"),
                )
            }
            (Operator::Add, ty, number) if ty.is_text() && number.is_number() => {
                self.wrapped(found, "string", &right.span)
            }
            (Operator::Add, number, ty) if ty.is_text() && number.is_number() => {
                self.wrapped(found, "string", &left.span)
            }
            (Operator::Subtract, ..) => found.help(HYPHEN.0, HYPHEN.1),
            _ => found,
        }
    }

    /// That two things cannot be compared, with the mend where there is a usual one.
    fn unlike(&mut self, left: &Typed, right: &Typed) -> Typed {
        let (a, b) = (left.ty.name(), right.ty.name());
        let ((a_zh, a_en), (b_zh, b_en)) = (a.in_both(), b.in_both());
        let span = left.span.start..right.span.end.max(left.span.end);
        let (zh, en) = (
            format!("{a_zh}不能与{b_zh}比较"),
            format!("{a_en} cannot be compared with {b_en}"),
        );
        let found = mistake(TYPE, span, zh, en);
        let help = self.mend(left, right).or_else(|| self.mend(right, left));
        let found = match help {
            Some(help) => found.help(format!("写 {help}"), format!("write {help}")),
            None => found,
        };
        self.wrong(found)
    }

    /// What to write for `other` or `of` so that the two compare.
    fn mend(&self, of: &Typed, other: &Typed) -> Option<String> {
        let (part, written) = (self.tokens.written(&of.span), self.tokens.written(&other.span));
        let quoted = matches!(other.node, Node::Constant(_)) && other.ty.is_number();
        match (&of.ty, &other.ty) {
            (Type::Date, Type::Text) if !other.literals.is_empty() => Some(format!("date({written})")),
            (Type::Month, Type::Text) if !other.literals.is_empty() => Some("month(date(\"2026-11-01\"))".into()),
            (Type::Month, Type::Date) => Some(format!("month({written})")),
            (Type::Int, Type::Date) => Some(format!("{written}.getFullYear()")),
            (Type::Text | Type::Code(_), Type::Int | Type::Decimal) if quoted => Some(format!("\"{written}\"")),
            (Type::Int | Type::Decimal, Type::Text) => {
                let (text, _) = other.literals.first().filter(|(text, _)| text.parse::<f64>().is_ok())?;
                Some(text.to_string())
            }
            (Type::Record(record), ty) if ty.is_text() => {
                let key = ["id", "code"]
                    .into_iter()
                    .find(|key| record.columns.contains_key(*key))?;
                Some(format!("{part}.{key}"))
            }
            (Type::List(element), ty) if element.is_comparable(ty) => Some(format!("{written} in {part}")),
            _ => None,
        }
    }

    /// Says which of the literal texts are no codes of `ty`.
    pub(super) fn codes(&mut self, ty: &Type, literals: &[(Arc<str>, Range<usize>)]) {
        let list = match ty {
            Type::Code(list) => list,
            Type::List(of) => return self.codes(of, literals),
            _ => return,
        };
        for (text, span) in literals {
            if list.get(text).is_none() {
                let found = unknown_code(list, text, span.clone());
                self.mistakes.push(found);
            }
        }
    }
}

/// What is told where `-` may have been meant as part of an id.
const HYPHEN: (&str, &str) = ("- 是减号，id 里不能有 -", "`-` subtracts, and an id cannot hold it");

fn compared(how: Comparison, left: Typed, right: Typed) -> Typed {
    let span = left.span.start..right.span.end;
    Typed::new(Node::Compare(how, Box::new([left.node, right.node])), Type::Bool, span)
}

/// What an arithmetic operator gives for two types; `None` where it does not take them.
fn result(operator: Operator, left: &Type, right: &Type) -> Option<Type> {
    match (operator, left, right) {
        (_, Type::Unknown, _) | (_, _, Type::Unknown) => Some(Type::Unknown),
        (Operator::Remainder, Type::Int, Type::Int) => Some(Type::Int),
        (Operator::Remainder, ..) => None,
        (_, a, b) if a.is_number() && b.is_number() => a.join(b),
        (Operator::Add, a, b) if a.is_text() && b.is_text() => Some(Type::Text),
        (Operator::Add, Type::List(_), Type::List(_)) => left.join(right),
        (Operator::Add | Operator::Subtract, Type::Date | Type::Month, Type::Period) => Some(left.clone()),
        _ => None,
    }
}

fn unknown_code(list: &CodeList, text: &str, span: Range<usize>) -> Mistake {
    let (zh, en) = (
        format!("{} 没有代码 \"{text}\"", called_in_chinese(list)),
        format!("{} has no code \"{text}\"", called(list)),
    );
    let found = mistake(UNKNOWN_CODE, span, zh, en);
    if text.is_empty() {
        return found.help("用 filled(x) 问是否填写", "use filled(x) to ask whether it is answered");
    }
    if let Some(entry) = list.entries().iter().find(|entry| &*entry.name == text) {
        let code = &entry.code;
        return found.help(
            format!("写代码 \"{code}\"，“{text}”是它的名称"),
            format!("write the code \"{code}\"; \"{text}\" is its label"),
        );
    }
    let words = list.entries().iter().flat_map(|entry| [&*entry.code, &*entry.name]);
    let near: Vec<String> = nearest(text, words)
        .into_iter()
        .filter_map(|word| shown(list, word))
        .collect();
    let few = near.is_empty() && list.entries().len() <= FEW_CODES;
    if few {
        let all: Vec<String> = list
            .entries()
            .iter()
            .filter_map(|entry| shown(list, &entry.code))
            .collect();
        return found.help(
            format!("可以写：{}", all.join("、")),
            format!("one of: {}", all.join(", ")),
        );
    }
    found.suggest(&near.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The most codes of a list that are all told where none is near.
const FEW_CODES: usize = 12;

/// An entry by its code or name: `"2"（未应用）`.
fn shown(list: &CodeList, word: &str) -> Option<String> {
    let entry = list
        .get(word)
        .or_else(|| list.entries().iter().find(|entry| &*entry.name == word))?;
    Some(if entry.code == entry.name {
        format!("\"{}\"", entry.code)
    } else {
        format!("\"{}\"（{}）", entry.code, entry.name)
    })
}
