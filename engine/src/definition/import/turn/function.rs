//! The functions of XLSForms.

use std::ops::Range;

use super::cel::{Cel, Level, Literal};
use super::{Around, What, decimal, quoted, whole};
use crate::definition::expression::Type;
use crate::definition::import::xpath::{Expr, Piece, Wrong};

impl Around<'_> {
    pub(super) fn call(&self, name: &str, arguments: &[Piece], at: Range<usize>) -> Result<Cel, Wrong> {
        let text_call = |of: Cel, call: String, ty: Type| Ok(Cel::atom(call, ty).reading(&[&of]));
        match (name, arguments) {
            ("true" | "false", []) => Ok(Cel::asks(name)),
            ("today" | "now", []) => Ok(Cel::atom(self.day, Type::Date)),
            ("not" | "boolean", [_]) => {
                let call = Piece {
                    expr: Expr::Call(name.to_owned(), arguments.to_vec()),
                    at,
                };
                self.condition(&call, false)
            }
            ("selected", [of, code]) => self.selected(of, code),
            ("count-selected", [of]) => {
                let of = self.single(of)?;
                Ok(match of.ty {
                    Type::List(_) => Cel::atom(format!("size({})", of.text), Type::Int),
                    _ => Cel::new(format!("filled({}) ? 1 : 0", of.text), Type::Int, Level::Choose),
                })
            }
            ("selected-at", [of, place]) => {
                let (of, place) = (self.single(of)?, whole(&self.numeric(place)?));
                let ty = match &of.ty {
                    Type::List(element) => (**element).clone(),
                    _ => return Err(self.not_offered(name, at)),
                };
                text_call(of.clone(), format!("{}[{}]", of.at(Level::Atom), place.text), ty)
            }
            ("jr:choice-name", [of, _]) => {
                let of = self.single(of)?;
                text_call(of.clone(), format!("label({})", of.text), Type::Text)
            }
            ("if", [when, yes, no]) => {
                let when = self.condition(when, false)?;
                Ok(choose(&when, self.single(yes)?, self.single(no)?))
            }
            ("coalesce", [first, second]) => {
                let of = self.single(first)?;
                let when = Cel::asks(format!("filled({})", of.text));
                Ok(choose(&when, of, self.single(second)?))
            }
            ("concat", [first, rest @ ..]) => {
                let mut whole = self.worded(first)?;
                for next in rest {
                    whole = Cel::joined(&whole, "+", &self.worded(next)?, Type::Text, Level::Add);
                }
                Ok(whole)
            }
            ("string", [of]) => self.worded(of),
            ("string-length", of @ ([] | [_])) => {
                let of = match of {
                    [of] => self.worded(of)?,
                    _ => self.worded(&Piece { expr: Expr::Dot, at })?,
                };
                text_call(of.clone(), format!("size({})", of.text), Type::Int)
            }
            ("contains" | "starts-with" | "ends-with", [of, part]) => {
                let (of, part) = (self.worded(of)?, self.worded(part)?);
                let method = match name {
                    "contains" => "contains",
                    "starts-with" => "startsWith",
                    _ => "endsWith",
                };
                let text = format!("{}.{method}({})", of.at(Level::Atom), part.text);
                Ok(Cel::asks(text).reading(&[&of, &part]))
            }
            ("regex", [of, pattern]) => self.matches(of, pattern),
            ("number", [of]) => self.numeric(of),
            ("int" | "floor", [of]) => Ok(whole(&self.numeric(of)?)),
            ("round", [of, digits @ ..]) if digits.len() <= 1 => self.round(of, digits.first()),
            ("abs", [of]) => {
                let of = self.numeric(of)?;
                let text = format!("{} < 0 ? -{} : {}", of.at(Level::Add), of.at(Level::Atom), of.text);
                Ok(Cel::new(text, of.ty.clone(), Level::Choose).reading(&[&of]))
            }
            ("min" | "max", [a, b]) => {
                let (a, b) = (self.numeric(a)?, self.numeric(b)?);
                let sign = if name == "min" { "<" } else { ">" };
                let ty = super::joined(&a, &b);
                let text = format!(
                    "{} {sign} {} ? {} : {}",
                    a.at(Level::Add),
                    b.at(Level::Add),
                    a.text,
                    b.text
                );
                Ok(Cel::new(text, ty, Level::Choose).reading(&[&a, &b]))
            }
            ("sum", [of]) => {
                let of = self.value(of)?;
                let element = match &of.ty {
                    Type::List(element) if of.rows.is_some() => (**element).clone(),
                    _ => return Err(self.not_offered(name, at)),
                };
                Ok(Cel::atom(format!("sum({})", of.text), element))
            }
            ("count", [of]) => self.count(of, &at),
            ("count-non-empty", [of]) => match self.value(of)?.rows {
                Some((table, column)) => {
                    let text = format!("size({table}.filter(r, filled(r.{column})))");
                    Ok(Cel::atom(text, Type::Int))
                }
                None => Err(self.not_offered(name, at)),
            },
            ("indexed-repeat", [of, _, place]) => {
                let (of, place) = (self.value(of)?, whole(&self.numeric(place)?));
                let (Some((table, column)), Type::List(element)) = (&of.rows, &of.ty) else {
                    return Err(self.not_offered(name, at));
                };
                let place = match &place.literal {
                    Some(Literal::Number(text)) => {
                        text.parse::<i64>().map_or(place.text.clone(), |n| (n - 1).to_string())
                    }
                    _ => format!("{} - 1", place.at(Level::Add)),
                };
                let text = format!("{table}[{place}].{column}");
                Ok(Cel {
                    reads: vec![text.clone()],
                    ..Cel::atom(text, (**element).clone())
                })
            }
            ("position", [of]) if matches!(of.expr, Expr::Around) && !self.tables.is_empty() => {
                Ok(Cel::atom("row.index", Type::Int))
            }
            ("date", [of]) => {
                let of = self.single(of)?;
                Ok(if of.is_date() {
                    of
                } else {
                    Cel::atom(format!("date({})", of.text), Type::Date).reading(&[&of])
                })
            }
            ("format-date" | "format-date-time", [of, format]) => self.formatted(of, format, &at),
            _ => Err(self.not_offered(name, at)),
        }
    }

    fn not_offered(&self, name: &str, at: Range<usize>) -> Wrong {
        Wrong::new(
            at,
            format!("{name}() 这样的用法没有对应的写法"),
            format!("there is nothing that `{name}()` could be turned into"),
        )
    }

    fn selected(&self, of: &Piece, code: &Piece) -> Result<Cel, Wrong> {
        let (of, code) = (self.single(of)?, self.worded(code)?);
        Ok(match of.ty {
            Type::List(_) => {
                let text = format!("{} in {}", code.at(Level::Add), of.at(Level::Add));
                Cel::new(text, Type::Bool, Level::Compare).reading(&[&code])
            }
            _ => Cel::joined(&of, "==", &code, Type::Bool, Level::Compare),
        })
    }

    /// A value as a text.
    fn worded(&self, piece: &Piece) -> Result<Cel, Wrong> {
        Ok(as_text(self.single(piece)?))
    }

    /// The pattern has to fit the whole answer.
    fn matches(&self, of: &Piece, pattern: &Piece) -> Result<Cel, Wrong> {
        let Expr::Text(written) = &pattern.expr else {
            return Err(Wrong::new(
                pattern.at.clone(),
                "regex() 的模式要直接写出",
                "the pattern of regex() is to be written out",
            ));
        };
        let anchored = written.starts_with('^') && written.ends_with('$') && !written.contains('|');
        let whole = if anchored {
            written.clone()
        } else {
            format!("^(?:{written})$")
        };
        let of = self.worded(of)?;
        let text = format!("{}.matches({})", of.at(Level::Atom), quoted(&whole));
        Ok(Cel::asks(text).reading(&[&of]))
    }

    /// Rounded to so many digits; halves go away from zero.
    fn round(&self, of: &Piece, digits: Option<&Piece>) -> Result<Cel, Wrong> {
        let digits = match digits.map(|digits| &digits.expr) {
            None => 0,
            Some(Expr::Number(text)) if matches!(text.parse(), Ok(0..=9_usize)) => text.parse().unwrap_or(0),
            Some(_) => {
                let (zh, en) = (
                    "位数要直接写出，从 0 到 9",
                    "the digits are to be written out, from 0 to 9",
                );
                return Err(Wrong::new(of.at.clone(), zh, en));
            }
        };
        let of = decimal(&self.numeric(of)?);
        let factor = format!("1{}.0", "0".repeat(digits));
        let scaled = if digits == 0 {
            of.at(Level::Add)
        } else {
            format!("{} * {factor}", of.at(Level::Multiply))
        };
        let text = format!("int({scaled} + ({} < 0.0 ? -0.5 : 0.5))", of.at(Level::Add));
        Ok(match digits {
            0 => Cel::atom(text, Type::Int).reading(&[&of]),
            _ => Cel::new(format!("double({text}) / {factor}"), Type::Decimal, Level::Multiply).reading(&[&of]),
        })
    }

    /// `count(${table})`; a column counts as its table's rows.
    fn count(&self, of: &Piece, at: &Range<usize>) -> Result<Cel, Wrong> {
        let cel = self.value(of)?;
        if let Some((table, _)) = &cel.rows {
            return Ok(Cel::atom(format!("size({table})"), Type::Int));
        }
        let is_table = matches!(&of.expr, Expr::Ref(name) if self.names.get(name).is_some_and(|named| matches!(named.what, What::Table)));
        if is_table {
            return Ok(Cel::atom(format!("size({})", cel.text), Type::Int));
        }
        Err(self.not_offered("count", at.clone()))
    }

    fn formatted(&self, of: &Piece, format: &Piece, at: &Range<usize>) -> Result<Cel, Wrong> {
        let of = self.single(of)?;
        let day = if of.is_text() {
            Cel::atom(format!("date({})", of.text), Type::Date).reading(&[&of])
        } else {
            of
        };
        match &format.expr {
            Expr::Text(format) if format == "%Y" => {
                let text = format!("string({}.getFullYear())", day.at(Level::Atom));
                Ok(Cel::atom(text, Type::Text).reading(&[&day]))
            }
            Expr::Text(format) if format == "%Y-%m-%d" => {
                Ok(Cel::atom(format!("string({})", day.text), Type::Text).reading(&[&day]))
            }
            Expr::Text(format) if format == "%Y-%m" => {
                Ok(Cel::atom(format!("string(month({}))", day.text), Type::Text).reading(&[&day]))
            }
            _ => Err(self.not_offered("format-date", at.clone())),
        }
    }
}

/// `when ? yes : no`; a text beside something else makes texts of both.
fn choose(when: &Cel, mut yes: Cel, mut no: Cel) -> Cel {
    if yes.is_text() != no.is_text() {
        (yes, no) = (as_text(yes), as_text(no));
    }
    let ty = match (&yes.ty, &no.ty) {
        (Type::Int, Type::Decimal) | (Type::Decimal, Type::Int) => Type::Decimal,
        (Type::Code(_), _) | (_, Type::Code(_)) => Type::Text,
        (ty, _) => ty.clone(),
    };
    let text = format!(
        "{} ? {} : {}",
        when.at(Level::Or),
        yes.at(Level::Or),
        no.at(Level::Choose)
    );
    Cel::new(text, ty, Level::Choose).reading(&[when, &yes, &no])
}

fn as_text(cel: Cel) -> Cel {
    match (&cel.literal, &cel.ty) {
        (Some(Literal::Number(text)), _) => Cel::text_literal(text),
        (_, Type::Text | Type::Code(_)) => cel,
        _ => Cel::atom(format!("string({})", cel.text), Type::Text).reading(&[&cel]),
    }
}
