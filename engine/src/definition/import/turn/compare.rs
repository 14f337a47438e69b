//! Conditions: what holds, what does not, and what an answer that is not there makes of it.

use super::cel::{Cel, Level, Literal};
use super::{Around, whole};
use crate::definition::expression::Type;
use crate::definition::import::xpath::{Expr, Operator, Piece, Wrong};

impl Around<'_> {
    /// What has to hold, or has to fail where `negated`.
    ///
    /// Its length is looked at by whoever asked for it.
    pub(super) fn condition(&self, piece: &Piece, negated: bool) -> Result<Cel, Wrong> {
        match &piece.expr {
            Expr::Binary(operator @ (Operator::And | Operator::Or), both) => {
                let (left, right) = (self.condition(&both[0], negated)?, self.condition(&both[1], negated)?);
                let and = (*operator == Operator::And) != negated;
                let (sign, level) = if and { ("&&", Level::And) } else { ("||", Level::Or) };
                Ok(Cel::joined(&left, sign, &right, Type::Bool, level))
            }
            Expr::Call(name, arguments) if name == "not" && arguments.len() == 1 => {
                self.condition(&arguments[0], !negated)
            }
            Expr::Call(name, arguments) if name == "boolean" && arguments.len() == 1 => {
                self.condition(&arguments[0], negated)
            }
            Expr::Binary(operator, both) if is_comparison(*operator) => {
                self.compared(*operator, &both[0], &both[1], negated)
            }
            _ => {
                let holds = truth(self.value(piece)?);
                Ok(if negated { fails(&holds) } else { holds })
            }
        }
    }

    pub(super) fn compared(
        &self,
        operator: Operator,
        left: &Piece,
        right: &Piece,
        negated: bool,
    ) -> Result<Cel, Wrong> {
        let operator = match (operator, negated) {
            (Operator::Equal, true) => Operator::Unequal,
            (Operator::Unequal, true) => Operator::Equal,
            (operator, _) => operator,
        };
        if let Some(found) = self.lengths_of_time(operator, left, right)? {
            let ordered = !matches!(operator, Operator::Equal | Operator::Unequal);
            return Ok(if negated && ordered { fails(&found) } else { found });
        }
        let (mut a, mut b) = (self.single(left)?, self.single(right)?);
        if let Some(asked) = answered(operator, &a, &b).or_else(|| answered(operator, &b, &a)) {
            return Ok(asked);
        }
        (a, b) = (like(&a, &b, operator), like(&b, &a, operator));
        let compared = Cel::joined(&a, sign(operator), &b, Type::Bool, Level::Compare);
        Ok(match operator {
            Operator::Unequal => or_unanswered(&compared),
            Operator::Equal => compared,
            _ if negated => fails(&compared),
            _ => compared,
        })
    }

    /// A difference of two days, in days or in years, compared with a number.
    fn lengths_of_time(&self, operator: Operator, left: &Piece, right: &Piece) -> Result<Option<Cel>, Wrong> {
        if let Some(length) = self.length(left) {
            return Ok(Some(length.compared(operator, &whole(&self.numeric(right)?))));
        }
        match self.length(right) {
            Some(length) => Ok(Some(
                length.compared(turned_round(operator), &whole(&self.numeric(left)?)),
            )),
            None => Ok(None),
        }
    }

    /// `a - b` of two days, `(a - b) div 365.25`, and either inside `int()`.
    fn length(&self, piece: &Piece) -> Option<Length> {
        match &piece.expr {
            Expr::Binary(Operator::Subtract, both) if both.iter().all(is_simple) => {
                let (to, from) = (self.single(&both[0]).ok()?, self.single(&both[1]).ok()?);
                (to.is_date() && from.is_date()).then_some(Length {
                    from,
                    to,
                    years: false,
                    full: false,
                })
            }
            Expr::Binary(Operator::Divide, both) => {
                let year = matches!(&both[1].expr, Expr::Number(days) if matches!(days.as_str(), "365" | "365.25" | "365.2425"));
                let days = self
                    .length(&both[0])
                    .filter(|length| year && !length.years && !length.full)?;
                Some(Length { years: true, ..days })
            }
            Expr::Call(name, arguments) if matches!(name.as_str(), "int" | "floor") => match arguments.as_slice() {
                [of] => self.length(of).map(|length| Length { full: true, ..length }),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A name or a day: what is looked at twice without a cost.
fn is_simple(piece: &Piece) -> bool {
    match &piece.expr {
        Expr::Ref(_) | Expr::Dot => true,
        Expr::Call(name, arguments) if matches!(name.as_str(), "today" | "now" | "date") => arguments
            .iter()
            .all(|argument| matches!(argument.expr, Expr::Ref(_) | Expr::Dot | Expr::Text(_))),
        _ => false,
    }
}

/// The time between two days.
struct Length {
    from: Cel,
    to: Cel,
    /// Counted in years, not in days.
    years: bool,
    /// Only full ones are counted.
    full: bool,
}

impl Length {
    /// `to - from operator count`
    fn compared(&self, operator: Operator, count: &Cel) -> Cel {
        let more = match &count.literal {
            Some(Literal::Number(text)) => text
                .parse::<i64>()
                .ok()
                .and_then(|n| n.checked_add(1))
                .map(|n| n.to_string()),
            _ => None,
        };
        let more = more.unwrap_or_else(|| format!("{} + 1", count.text));
        let end = |count: &str| {
            let period = if self.years { "years" } else { "days" };
            let period = Cel::atom(format!("{period}({count})"), Type::Period);
            Cel::joined(&self.from, "+", &period, Type::Date, Level::Add)
        };
        let than = |sign: &str, count: &str| Cel::joined(&self.to, sign, &end(count), Type::Bool, Level::Compare);
        // Of full years, more than 17 is 18 or more.
        let full = self.full && self.years;
        let cel = match operator {
            Operator::Greater if full => than(">=", &more),
            Operator::LessOrEqual if full => than("<", &more),
            Operator::Equal if full => {
                let (least, below) = (than(">=", &count.text), than("<", &more));
                Cel::joined(&least, "&&", &below, Type::Bool, Level::And)
            }
            Operator::Unequal if full => {
                let (below, above) = (than("<", &count.text), than(">=", &more));
                Cel::joined(&below, "||", &above, Type::Bool, Level::Or)
            }
            operator => than(sign(operator), &count.text),
        };
        cel.reading(&[count])
    }
}

fn is_comparison(operator: Operator) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Equal | O::Unequal | O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual
    )
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Unequal => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        _ => "==",
    }
}

/// The same comparison with its sides changed.
fn turned_round(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        same => same,
    }
}

/// A value as a condition: XPath takes an empty text and 0 for false.
fn truth(cel: Cel) -> Cel {
    if let Some((table, _)) = &cel.rows {
        return Cel::new(format!("size({table}) > 0"), Type::Bool, Level::Compare);
    }
    match cel.ty {
        Type::Bool => cel,
        Type::Int | Type::Decimal => Cel::joined(&cel, "!=", &Cel::number("0"), Type::Bool, Level::Compare),
        _ => Cel::asks(format!("filled({})", cel.text)),
    }
}

/// What holds where `cel` does not, also because something is not answered.
fn fails(cel: &Cel) -> Cel {
    if cel.reads.is_empty() {
        return cel.not();
    }
    let filled: Vec<String> = cel.reads.iter().map(|read| format!("filled({read})")).collect();
    let all = format!("{} && {}", filled.join(" && "), cel.at(Level::And));
    Cel::new(all, Type::Bool, Level::And).not()
}

/// `x != v`, or nothing is answered: that is unequal too.
fn or_unanswered(compared: &Cel) -> Cel {
    // Two answers that are both not there are equal.
    let [read] = compared.reads.as_slice() else {
        return compared.clone();
    };
    let text = format!("!filled({read}) || {}", compared.text);
    Cel::new(text, Type::Bool, Level::Or)
}

/// `x = ''` and `x != ''`: whether it is answered; `x = true()` of a yes or no.
fn answered(operator: Operator, of: &Cel, with: &Cel) -> Option<Cel> {
    let equal = match operator {
        Operator::Equal => true,
        Operator::Unequal => false,
        _ => return None,
    };
    let filled = || Cel::asks(format!("filled({})", of.text));
    match (&with.literal, &of.ty) {
        (Some(Literal::Text(text)), _) if text.is_empty() && of.literal.is_none() => {
            Some(if equal { filled().not() } else { filled() })
        }
        // An acknowledgement is `OK` or nothing.
        (Some(Literal::Text(text)), Type::Bool) if text == "OK" => Some(if equal { of.clone() } else { fails(of) }),
        (None, Type::Bool) if matches!(with.text.as_str(), "true" | "false") => {
            let holds = (with.text == "true") == equal;
            Some(if holds { of.clone() } else { fails(of) })
        }
        _ => None,
    }
}

/// `cel` as what it is compared with is: `'5'` beside a number is 5, `5` beside a code is `"5"`.
fn like(cel: &Cel, other: &Cel, operator: Operator) -> Cel {
    let ordered = !matches!(operator, Operator::Equal | Operator::Unequal);
    match (&cel.literal, &other.ty) {
        (Some(Literal::Text(text)), Type::Int | Type::Decimal) if text.trim().parse::<f64>().is_ok() => {
            Cel::number(text.trim())
        }
        (Some(Literal::Text(text)), Type::Date) => Cel::atom(format!("date({})", super::quoted(text)), Type::Date),
        (Some(Literal::Number(text)), Type::Text | Type::Code(_)) if !ordered => Cel::text_literal(text),
        (Some(Literal::Text(text)), Type::List(_)) => {
            let codes: Vec<String> = text.split_whitespace().map(super::quoted).collect();
            Cel::atom(format!("[{}]", codes.join(", ")), other.ty.clone())
        }
        // A number that is kept as a text is compared as a number.
        (None, Type::Int | Type::Decimal) if cel.is_text() && (ordered || other.literal.is_none()) => {
            Cel::atom(format!("double({})", cel.text), Type::Decimal).reading(&[cel])
        }
        _ => cel.clone(),
    }
}
