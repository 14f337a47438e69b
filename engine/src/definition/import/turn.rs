//! XPath as forms use it → expressions of this language, which the typed compiler then has to accept.
//!
//! An answer that is not there is an empty text in XPath and *empty* here. Where that makes a
//! difference, it is written out: `${x} != 'a'` also holds while nothing is answered, so it becomes
//! `!filled(x) || x != "a"`.

mod cel;
mod compare;
mod function;

use std::ops::Range;

use indexmap::IndexMap;

use cel::{Cel, Level};

use super::xpath::{Expr, Operator, Piece, Wrong, parse};
use crate::definition::Language;
use crate::definition::expression::{self, Expression, Scope, Type};

pub(super) use cel::quoted;

/// What `${name}` is.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) id: String,
    /// The tables that it is in, by id.
    pub(super) tables: Vec<String>,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// A field or column that reads as this.
    Answer(Type),
    /// A table.
    Table,
    /// A calculation whose type is not known yet.
    Pending,
    /// Nothing came of it.
    Left,
    /// Something that the language has its own word for.
    Word(&'static str, Type),
    /// Stands more than once in the form.
    Ambiguous,
}

/// All names of a form.
pub(super) type Names = IndexMap<String, Named>;

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) names: &'a Names,
    /// The tables in whose row it stands, outermost first.
    pub(super) tables: &'a [String],
    /// What `.` is: a name, and whether it is answered for sure.
    pub(super) dot: Option<(&'a str, bool)>,
    /// The word for the day: `today`, or `app.filed_on` in rules.
    pub(super) day: &'static str,
    /// The columns of the list that is filtered: as it is called, and its id.
    pub(super) columns: &'a [(String, String)],
}

/// What an expression is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Condition,
    Value,
}

/// An expression of this language that compiles.
#[derive(Debug)]
pub(super) struct Turned {
    pub(super) text: String,
    pub(super) compiled: Expression,
}

/// Turns `source`; what comes of it is compiled against `scope`.
pub(super) fn turn(source: &str, around: Around<'_>, wanted: Wanted, scope: &Scope) -> Result<Turned, Wrong> {
    let piece = parse(source)?;
    let cel = match wanted {
        Wanted::Condition => around.condition(&piece, false)?,
        Wanted::Value => around.single(&piece)?,
    };
    let expected = (wanted == Wanted::Condition).then_some(Type::Bool);
    match expression::compile(&cel.text, scope, expected.as_ref()) {
        Ok(compiled) => Ok(Turned {
            text: cel.text,
            compiled,
        }),
        Err(mistakes) => {
            let message = mistakes.into_iter().next().map(|mistake| mistake.message);
            Err(Wrong {
                at: piece.at,
                message: message.unwrap_or_default(),
            })
        }
    }
}

/// The names that a source reads; none where it cannot be parsed.
pub(super) fn reads(source: &str, dot: &str) -> Vec<String> {
    let (mut found, mut left) = (Vec::new(), Vec::from_iter(parse(source).ok()));
    while let Some(piece) = left.pop() {
        match piece.expr {
            Expr::Ref(name) => found.push(name),
            Expr::Dot => found.push(dot.to_owned()),
            Expr::Call(_, arguments) => left.extend(arguments),
            Expr::Minus(of) => left.push(*of),
            Expr::Binary(_, both) => left.extend(*both),
            Expr::Number(_) | Expr::Text(_) | Expr::Name(_) | Expr::Around => {}
        }
    }
    found
}

/// `${name}` in a text for people as `{path}`, with other braces doubled; none where a name cannot be
/// read there.
pub(super) fn message(text: &str, around: Around<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(inner) = rest.strip_prefix("${")
            && let Some((name, behind)) = inner.split_once('}')
        {
            let read = around.path(name.trim(), 0..0).ok().filter(|read| read.rows.is_none())?;
            out += &format!("{{{}}}", read.text);
            rest = behind;
            continue;
        }
        if matches!(c, '{' | '}') {
            out.push(c);
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Some(out)
}

impl<'a> Around<'a> {
    /// What `${name}` reads as here.
    pub(super) fn path(&self, name: &str, at: Range<usize>) -> Result<Cel, Wrong> {
        let Some(named) = self.names.get(name) else {
            return Err(Wrong::new(
                at,
                format!("表中没有名为 {name} 的问题"),
                format!("there is no question called `{name}`"),
            ));
        };
        let (ty, is_table) = match &named.what {
            What::Answer(ty) => (ty.clone(), false),
            What::Table => (Type::List(Box::new(Type::Unknown)), true),
            What::Word(word, ty) => return Ok(Cel::atom(*word, ty.clone())),
            What::Pending => {
                let (zh, en) = (
                    format!("{name} 的计算绕成了圈"),
                    format!("`{name}` is worked out of itself"),
                );
                return Err(Wrong::new(at, zh, en));
            }
            What::Left => {
                let (zh, en) = (format!("{name} 没有导入"), format!("`{name}` was not taken over"));
                return Err(Wrong::new(at, zh, en));
            }
            What::Ambiguous => {
                let (zh, en) = (
                    format!("名为 {name} 的问题不止一个"),
                    format!("several questions are called `{name}`"),
                );
                return Err(Wrong::new(at, zh, en));
            }
        };
        let (own, here) = (&named.tables, self.tables);
        if here.starts_with(own) {
            let text = match (own.len(), here.len()) {
                (0, _) => named.id.clone(),
                (own, here) if own == here => format!("row.{}", named.id),
                _ => format!("outer.{}", named.id),
            };
            let lists = matches!(ty, Type::List(_));
            let sure = self.dot.is_some_and(|(dot, sure)| sure && dot == name);
            let mut cel = Cel::atom(text.clone(), ty);
            if !lists && !sure {
                cel.reads.push(text);
            }
            return Ok(cel);
        }
        if own.len() == here.len() + 1 && own.starts_with(here) && !is_table {
            let table = own.last().map(String::as_str).unwrap_or_default();
            let table = if here.is_empty() {
                table.to_owned()
            } else {
                format!("row.{table}")
            };
            let text = format!("{table}.map(r, r.{})", named.id);
            return Ok(Cel {
                rows: Some((table, named.id.clone())),
                ..Cel::atom(text, Type::List(Box::new(ty)))
            });
        }
        Err(Wrong::new(
            at,
            format!("{name} 在另一张表格的行里，这里读不到"),
            format!("`{name}` stands in the rows of another table and cannot be read here"),
        ))
    }

    /// A value of one answer: not a column of several rows.
    fn single(&self, piece: &Piece) -> Result<Cel, Wrong> {
        let cel = self.value(piece)?;
        if cel.rows.is_some() {
            return Err(Wrong::new(
                piece.at.clone(),
                "这里读的是表格各行的一列，要用 sum()、count() 等合成一个值",
                "this reads a column of several rows: make one value of it with sum() or count()",
            ));
        }
        Ok(cel)
    }

    /// A value, or a column of several rows. A piece is written twice by some turns, so its length is
    /// looked at on the way.
    fn value(&self, piece: &Piece) -> Result<Cel, Wrong> {
        let cel = self.unbounded(piece)?;
        if cel.text.len() > expression::LONGEST_SOURCE {
            return Err(Wrong::new(
                piece.at.clone(),
                format!("转换后超过 {} 字节的上限", expression::LONGEST_SOURCE),
                format!(
                    "it becomes longer than {} bytes, which is the limit",
                    expression::LONGEST_SOURCE
                ),
            ));
        }
        Ok(cel)
    }

    fn unbounded(&self, piece: &Piece) -> Result<Cel, Wrong> {
        let at = piece.at.clone();
        match &piece.expr {
            Expr::Number(text) => number(text, at),
            Expr::Text(text) => Ok(Cel::text_literal(text)),
            Expr::Ref(name) => self.path(name, at),
            Expr::Name(name) => self.column(name, at),
            Expr::Dot => match self.dot {
                Some((name, _)) => self.path(name, at),
                None => Err(Wrong::new(
                    at,
                    "这里的 . 不指任何问题",
                    "`.` stands for no question here",
                )),
            },
            Expr::Around => Err(Wrong::new(at, "这里不能用 ..", "`..` cannot be used here")),
            Expr::Call(name, arguments) => self.call(name, arguments, at),
            Expr::Minus(of) => {
                let of = self.numeric(of)?;
                let text = format!("-{}", of.at(Level::Atom));
                Ok(Cel::new(text, of.ty.clone(), Level::Unary).reading(&[&of]))
            }
            Expr::Binary(operator, both) => self.binary(*operator, both, piece),
        }
    }

    fn column(&self, name: &str, at: Range<usize>) -> Result<Cel, Wrong> {
        if let Some((_, id)) = self.columns.iter().find(|(written, _)| written == name) {
            let text = format!("it.{id}");
            let mut cel = Cel::atom(text.clone(), Type::Text);
            cel.reads.push(text);
            return Ok(cel);
        }
        let (zh, en) = if self.names.contains_key(name) {
            (
                format!("问题要写成 ${{{name}}}"),
                format!("a question is written ${{{name}}}"),
            )
        } else {
            (format!("没有 {name} 这个名字"), format!("there is no name `{name}`"))
        };
        Err(Wrong::new(at, zh, en))
    }

    fn binary(&self, operator: Operator, both: &[Piece; 2], piece: &Piece) -> Result<Cel, Wrong> {
        let [left, right] = both;
        match operator {
            Operator::Or | Operator::And => self.condition(piece, false),
            Operator::Equal
            | Operator::Unequal
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => self.compared(operator, left, right, false),
            Operator::Add | Operator::Subtract => self.sum(operator, left, right, piece),
            Operator::Multiply => {
                let (a, b) = (self.numeric(left)?, self.numeric(right)?);
                Ok(Cel::joined(&a, "*", &b, joined(&a, &b), Level::Multiply))
            }
            Operator::Divide => {
                // `5 div 2` is 2.5, so whole numbers are divided as decimals.
                let (a, b) = (decimal(&self.numeric(left)?), decimal(&self.numeric(right)?));
                Ok(Cel::joined(&a, "/", &b, Type::Decimal, Level::Multiply))
            }
            Operator::Remainder => {
                let (a, b) = (self.numeric(left)?, self.numeric(right)?);
                if !matches!((&a.ty, &b.ty), (Type::Int, Type::Int)) {
                    let (zh, en) = ("mod 只能用于整数", "`mod` takes whole numbers only");
                    return Err(Wrong::new(piece.at.clone(), zh, en));
                }
                Ok(Cel::joined(&a, "%", &b, Type::Int, Level::Multiply))
            }
        }
    }

    /// Addition and subtraction: of numbers, and of days and a number of days.
    fn sum(&self, operator: Operator, left: &Piece, right: &Piece, piece: &Piece) -> Result<Cel, Wrong> {
        let sign = if operator == Operator::Add { "+" } else { "-" };
        let (day, other) = (self.single(left)?, self.single(right)?);
        if day.is_date() && other.is_date() {
            return Err(Wrong::new(
                piece.at.clone(),
                "两个日期不能相减；可以比较 a 与 b + days(n)",
                "two days cannot be subtracted; compare a with b + days(n)",
            ));
        }
        if day.is_date() {
            let count = whole(&as_number(other, &right.at)?);
            let period = Cel::atom(format!("days({})", count.text), Type::Period).reading(&[&count]);
            return Ok(Cel::joined(&day, sign, &period, Type::Date, Level::Add));
        }
        let (a, b) = (as_number(day, &left.at)?, as_number(other, &right.at)?);
        Ok(Cel::joined(&a, sign, &b, joined(&a, &b), Level::Add))
    }

    /// A number; a text is read as one.
    fn numeric(&self, piece: &Piece) -> Result<Cel, Wrong> {
        as_number(self.single(piece)?, &piece.at)
    }
}

fn as_number(cel: Cel, at: &Range<usize>) -> Result<Cel, Wrong> {
    if let Some(cel::Literal::Text(text)) = &cel.literal
        && text.trim().parse::<f64>().is_ok()
    {
        return number(text.trim(), at.clone());
    }
    if cel.is_number() {
        return Ok(cel);
    }
    if cel.is_text() {
        return Ok(Cel::atom(format!("double({})", cel.text), Type::Decimal).reading(&[&cel]));
    }
    let name = cel.ty.name();
    let (zh, en) = (name.get(Language::Chinese), name.get(Language::English));
    Err(Wrong::new(
        at.clone(),
        format!("这里要数字，而这是{zh}"),
        format!("this takes a number, but it is {en}"),
    ))
}

fn number(text: &str, at: Range<usize>) -> Result<Cel, Wrong> {
    let whole = !text.contains('.');
    let digits = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let fits = digits
        && if whole {
            text.parse::<i64>().is_ok()
        } else {
            text.len() <= 20 && text.parse::<f64>().is_ok()
        };
    if !fits {
        let (zh, en) = (format!("{text} 的位数太多"), format!("{text} has too many digits"));
        return Err(Wrong::new(at, zh, en));
    }
    Ok(Cel::number(&match text.strip_prefix('.') {
        Some(digits) => format!("0.{digits}"),
        None => text.to_owned(),
    }))
}

/// The type of the sum or product of two numbers.
fn joined(a: &Cel, b: &Cel) -> Type {
    match (&a.ty, &b.ty) {
        (Type::Int, Type::Int) => Type::Int,
        _ => Type::Decimal,
    }
}

/// A number as a decimal.
fn decimal(cel: &Cel) -> Cel {
    match (&cel.ty, &cel.literal) {
        (Type::Int, Some(cel::Literal::Number(text))) => Cel::number(&format!("{text}.0")),
        (Type::Int, _) => Cel::atom(format!("double({})", cel.text), Type::Decimal).reading(&[cel]),
        _ => cel.clone(),
    }
}

/// A number as a whole one.
fn whole(cel: &Cel) -> Cel {
    match cel.ty {
        Type::Int => cel.clone(),
        _ => Cel::atom(format!("int({})", cel.text), Type::Int).reading(&[cel]),
    }
}

#[cfg(test)]
mod tests;
