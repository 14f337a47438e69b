//! Functions and macros: how they are called, what they take and give.

use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::{CallExpr, Expr, IdedExpr};
use regex::{Regex, RegexBuilder};

use super::super::mistake::{ARGUMENTS, LITERAL, TOO_DEEP, TYPE, UNKNOWN_FUNCTION, mistake, nearest};
use super::super::node::{Function, Macro, Node};
use super::super::{CodeList, DEEPEST_MACROS, Type, Value};
use super::{Checker, Local, Typed};

/// How a function is written.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// `size(x)`
    Global,
    /// `x.contains(y)`
    Method,
    /// Either way.
    Both,
}

/// Every function: its name, how it is written, how many arguments it takes (what stands before the
/// point is one), and an example.
const FUNCTIONS: &[(&str, Form, usize, &str)] = &[
    ("filled", Form::Global, 1, "filled(x)"),
    ("has", Form::Global, 1, "has(row.x)"),
    ("size", Form::Both, 1, "size(x)"),
    ("sum", Form::Global, 1, "sum(rows.map(r, r.amount))"),
    ("within", Form::Global, 2, "within(x, \"62\")"),
    ("label", Form::Global, 1, "label(x)"),
    ("date", Form::Global, 1, "date(\"2021-01-01\")"),
    ("month", Form::Global, 1, "month(x)"),
    ("days", Form::Global, 1, "days(5)"),
    ("workdays", Form::Global, 1, "workdays(5)"),
    ("months", Form::Global, 1, "months(6)"),
    ("years", Form::Global, 1, "years(2)"),
    ("deadline", Form::Global, 2, "deadline(x, workdays(5))"),
    ("int", Form::Global, 1, "int(x)"),
    ("double", Form::Global, 1, "double(x)"),
    ("string", Form::Global, 1, "string(x)"),
    ("startsWith", Form::Method, 2, "x.startsWith(\"a\")"),
    ("endsWith", Form::Method, 2, "x.endsWith(\"a\")"),
    ("contains", Form::Method, 2, "x.contains(\"a\")"),
    ("matches", Form::Method, 2, "x.matches(\"^[0-9]+$\")"),
    ("getFullYear", Form::Method, 1, "x.getFullYear()"),
];

const MACROS: &[(&str, Macro)] = &[
    ("exists", Macro::Exists),
    ("all", Macro::All),
    ("exists_one", Macro::ExistsOne),
    ("map", Macro::Map),
    ("filter", Macro::Filter),
];

/// How much a pattern may take once it is compiled.
const PATTERN_SIZE: usize = 1 << 20;

impl Checker<'_> {
    pub(super) fn function(&mut self, expr: &IdedExpr, call: &CallExpr) -> Typed {
        if let Some(&(name, kind)) = MACROS.iter().find(|(name, _)| *name == call.func_name) {
            return self.over_list(expr, call, name, kind);
        }
        let (name, span) = (call.func_name.as_str(), self.called(expr));
        let Some(&(_, form, count, example)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            return self.unknown_function(call, span);
        };
        let arguments: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
        let as_method = call.target.is_some();
        if arguments.len() != count || form == Form::Global && as_method || form == Form::Method && !as_method {
            return self.wrong_call(name, example, span);
        }
        let arguments: Vec<Typed> = arguments.into_iter().map(|argument| self.value(argument)).collect();
        let start = if as_method { arguments[0].span.start } else { span.start };
        let made = self.apply(name, &arguments);
        let nodes = arguments.into_iter().map(|argument| argument.node).collect();
        let span = start..self.close(expr);
        match made {
            None => Typed::mistaken(span),
            Some((Made::Value(value), ty)) => Typed::new(Node::Constant(value), ty, span),
            Some((Made::Call(function), ty)) => Typed::new(Node::Call(function, nodes), ty, span),
        }
    }

    /// Where the name of a called function stands.
    fn called(&self, expr: &IdedExpr) -> Range<usize> {
        let bracket = self.tree.token(expr, self.tokens).unwrap_or_default();
        self.tokens.span(bracket.saturating_sub(1))
    }

    fn unknown_function(&mut self, call: &CallExpr, span: Range<usize>) -> Typed {
        let name = &call.func_name;
        let (zh, en) = (
            format!("没有 {name} 这个函数"),
            format!("there is no function `{name}`"),
        );
        let known = FUNCTIONS
            .iter()
            .map(|(known, ..)| *known)
            .chain(MACROS.iter().map(|(known, _)| *known));
        let found = mistake(UNKNOWN_FUNCTION, span.clone(), zh, en).suggest(&nearest(name, known));
        self.mistakes.push(found);
        for argument in call.target.as_deref().into_iter().chain(&call.args) {
            self.value(argument);
        }
        Typed::mistaken(span)
    }

    fn wrong_call(&mut self, name: &str, example: &str, span: Range<usize>) -> Typed {
        let (zh, en) = (
            format!("{name} 不是这样调用的"),
            format!("`{name}` is not called like this"),
        );
        let found = mistake(ARGUMENTS, span, zh, en);
        self.wrong(found.help(format!("例如 {example}"), format!("for example {example}")))
    }

    /// What a function gives for its arguments; `None` after telling why it does not take them.
    fn apply(&mut self, name: &str, arguments: &[Typed]) -> Option<(Made, Type)> {
        let first = arguments.first()?;
        let call = |function, ty| Some((Made::Call(function), ty));
        match name {
            "filled" | "has" => call(Function::Filled, Type::Bool),
            "size" => {
                self.takes(
                    first,
                    first.ty.is_text() || first.ty.is_list(),
                    &Type::List(Box::new(Type::Unknown)),
                )?;
                call(Function::Size, Type::Int)
            }
            "sum" => self.sum(first),
            "within" => {
                let list = self.code_list(first)?;
                self.takes(&arguments[1], arguments[1].ty.is_text(), &Type::Text)?;
                self.codes(&first.ty, &arguments[1].literals);
                call(Function::Within(list), Type::Bool)
            }
            "label" => call(Function::Label(self.code_list(first)?), Type::Text),
            "date" => self.date(first),
            "month" => {
                self.takes(first, first.ty.fits(&Type::Date), &Type::Date)?;
                call(Function::Month, Type::Month)
            }
            "getFullYear" => {
                self.takes(
                    first,
                    first.ty.fits(&Type::Date) || first.ty.fits(&Type::Month),
                    &Type::Date,
                )?;
                call(Function::FullYear, Type::Int)
            }
            "days" => self.period(Function::Days, first),
            "workdays" => self.period(Function::Workdays, first),
            "months" => self.period(Function::Months, first),
            "years" => self.period(Function::Years, first),
            "deadline" => {
                self.takes(first, first.ty.fits(&Type::Date), &Type::Date)?;
                self.takes(&arguments[1], arguments[1].ty.fits(&Type::Period), &Type::Period)?;
                call(Function::Deadline, Type::Date)
            }
            "int" => self.converts(Function::ToInt, first, Type::Int),
            "double" => self.converts(Function::ToDecimal, first, Type::Decimal),
            "string" => {
                let scalar = !matches!(first.ty, Type::List(_) | Type::Record(_) | Type::Period);
                self.takes(first, scalar, &Type::Decimal)?;
                call(Function::ToText, Type::Text)
            }
            _ => self.on_text(name, first, arguments.get(1)?),
        }
    }

    /// `Some` where `fits`; otherwise tells that `argument` should be `wanted`.
    fn takes(&mut self, argument: &Typed, fits: bool, wanted: &Type) -> Option<()> {
        if !fits && !argument.ty.is_unknown() {
            let found = self.mismatch(argument, wanted);
            self.mistakes.push(found);
        }
        (fits || argument.ty.is_unknown()).then_some(())
    }

    fn sum(&mut self, of: &Typed) -> Option<(Made, Type)> {
        let element = of.ty.element().filter(|ty| ty.is_number()).cloned();
        self.takes(of, element.is_some(), &Type::List(Box::new(Type::Decimal)))?;
        // The sum of a list of which nothing is known is that of an empty one.
        let decimal = matches!(element, Some(Type::Decimal));
        let ty = if decimal { Type::Decimal } else { Type::Int };
        Some((Made::Call(Function::Sum { decimal }), ty))
    }

    fn code_list(&mut self, of: &Typed) -> Option<Arc<CodeList>> {
        if let Type::Code(list) = &of.ty {
            return Some(Arc::clone(list));
        }
        if !of.ty.is_unknown() {
            let name = of.ty.name();
            let (zh, en) = name.in_both();
            let message = (
                format!("这里要代码，而这是{zh}"),
                format!("this takes a code, but it is {en}"),
            );
            self.mistakes.push(mistake(TYPE, of.span.clone(), message.0, message.1));
        }
        None
    }

    fn date(&mut self, of: &Typed) -> Option<(Made, Type)> {
        self.takes(of, of.ty.is_text(), &Type::Text)?;
        let Node::Constant(Value::Text(text)) = &of.node else {
            return Some((Made::Call(Function::Date), Type::Date));
        };
        if let Ok(day) = text.parse() {
            return Some((Made::Value(Value::Date(day)), Type::Date));
        }
        let (zh, en) = (format!("{text} 不是日期"), format!("`{text}` is no date"));
        let found = mistake(LITERAL, of.span.clone(), zh, en);
        self.mistakes
            .push(found.help("例如 date(\"2021-01-01\")", "for example date(\"2021-01-01\")"));
        None
    }

    fn period(&mut self, function: Function, count: &Typed) -> Option<(Made, Type)> {
        self.takes(count, count.ty.fits(&Type::Int), &Type::Int)?;
        Some((Made::Call(function), Type::Period))
    }

    fn converts(&mut self, function: Function, of: &Typed, to: Type) -> Option<(Made, Type)> {
        self.takes(of, of.ty.is_number() || of.ty.is_text(), &Type::Decimal)?;
        Some((Made::Call(function), to))
    }

    fn on_text(&mut self, name: &str, text: &Typed, part: &Typed) -> Option<(Made, Type)> {
        self.takes(text, text.ty.is_text(), &Type::Text)?;
        self.takes(part, part.ty.is_text(), &Type::Text)?;
        let function = match name {
            "startsWith" => Function::StartsWith,
            "endsWith" => Function::EndsWith,
            "contains" => Function::Contains,
            _ => Function::Matches(self.pattern(part)?),
        };
        Some((Made::Call(function), Type::Bool))
    }

    /// The pattern of `matches`, which is a literal so that it is known to be right at load.
    fn pattern(&mut self, of: &Typed) -> Option<Regex> {
        let span = of.span.clone();
        let Node::Constant(Value::Text(text)) = &of.node else {
            let (zh, en) = (
                "matches 的模式要直接写出".into(),
                "the pattern of matches is a literal".into(),
            );
            self.mistakes.push(mistake(LITERAL, span, zh, en));
            return None;
        };
        match RegexBuilder::new(text).size_limit(PATTERN_SIZE).build() {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim();
                let (zh, en) = (format!("模式有误：{reason}"), format!("the pattern is wrong: {reason}"));
                self.mistakes.push(mistake(LITERAL, span, zh, en));
                None
            }
        }
    }

    /// `target.exists(x, body)` and its like.
    fn over_list(&mut self, expr: &IdedExpr, call: &CallExpr, name: &str, kind: Macro) -> Typed {
        let span = self.called(expr);
        let (variable, kept, body) = match call.args.as_slice() {
            [variable, body] => (variable, None, body),
            [variable, kept, body] if kind == Macro::Map => (variable, Some(kept), body),
            _ => return self.wrong_call(name, &format!("rows.{name}(r, …)"), span),
        };
        let (Some(target), Expr::Ident(variable)) = (&call.target, &variable.expr) else {
            return self.wrong_call(name, &format!("rows.{name}(r, …)"), span);
        };
        let mut range = self.part(target);
        let Some(of) = range.ty.element().cloned() else {
            let found = self.mismatch(&range, &Type::List(Box::new(Type::Unknown)));
            return self.wrong(found);
        };
        if self.locals.len() >= DEEPEST_MACROS {
            let (zh, en) = (
                format!("{name} 嵌套超过 {DEEPEST_MACROS} 层"),
                format!("`{name}` stands more than {DEEPEST_MACROS} deep in others"),
            );
            self.mistakes.push(mistake(TOO_DEEP, span, zh, en));
        }
        let path = range.path.take();
        self.locals.push(Local {
            name: variable.clone(),
            ty: of.clone(),
            path: path.clone(),
        });
        if let Some(kept) = kept {
            let kept = self.condition(kept);
            range.node = Node::Macro {
                kind: Macro::Filter,
                range: Box::new(range.node),
                body: Box::new(kept.node),
            };
        }
        let body = if kind == Macro::Map {
            self.value(body)
        } else {
            self.condition(body)
        };
        self.locals.pop();
        let span = range.span.start..self.close(expr);
        let node = Node::Macro {
            kind,
            range: Box::new(range.node),
            body: Box::new(body.node),
        };
        match kind {
            Macro::Filter => Typed {
                path,
                ..Typed::new(node, Type::List(Box::new(of)), span)
            },
            Macro::Map => {
                self.read_rows(path);
                Typed::new(node, Type::List(Box::new(body.ty)), span)
            }
            Macro::Exists | Macro::All | Macro::ExistsOne => {
                self.read_rows(path);
                Typed::new(node, Type::Bool, span)
            }
        }
    }

    /// Records a list that a macro went through, unless one of its columns was.
    fn read_rows(&mut self, path: Option<String>) {
        let column = path.as_ref().map(|path| format!("{path}."));
        if column.is_some_and(|column| !self.paths.iter().any(|read| read.starts_with(&column))) {
            self.record(path);
        }
    }
}

/// What a function call compiles to.
enum Made {
    /// It is known already.
    Value(Value),
    /// It is called on its arguments.
    Call(Function),
}
