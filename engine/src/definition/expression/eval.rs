//! Walks a compiled tree over a frame. Emptiness follows LANGUAGE L3; scalars are compared in place.

mod function;
mod number;

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use super::node::{Comparison, Macro, Node, Operator};
use super::{Calendar, Frame, MOST_STEPS, TooCostly, Value};

static EMPTY: Value = Value::Empty;
static NO_ROWS: LazyLock<Value> = LazyLock::new(|| Value::List(Arc::new([])));

type Evaluated<'e> = Result<Cow<'e, Value>, TooCostly>;

/// The value of `root`.
pub(super) fn run(root: &Node, frame: &Frame<'_>, calendar: &Calendar) -> Result<Value, TooCostly> {
    let left = Cell::new(MOST_STEPS);
    let env = Env {
        frame: *frame,
        local: None,
        left: &left,
        calendar,
    };
    eval(root, &env).map(Cow::into_owned)
}

/// What a node is evaluated in.
#[derive(Clone, Copy)]
struct Env<'e> {
    frame: Frame<'e>,
    local: Option<&'e Local<'e>>,
    left: &'e Cell<u32>,
    calendar: &'e Calendar,
}

/// A macro's row, and the rows of the macros round it.
struct Local<'e> {
    value: &'e Value,
    outer: Option<&'e Local<'e>>,
}

impl<'e> Env<'e> {
    fn spend(&self, steps: usize) -> Result<(), TooCostly> {
        let steps = u32::try_from(steps).map_err(|_| TooCostly)?;
        self.left.set(self.left.get().checked_sub(steps).ok_or(TooCostly)?);
        Ok(())
    }

    fn slot(&self, at: usize) -> &'e Value {
        let extra = || self.frame.extra.get(at - self.frame.base.len());
        self.frame.base.get(at).or_else(extra).unwrap_or(&EMPTY)
    }

    fn local(&self, up: usize) -> &'e Value {
        let mut local = self.local;
        for _ in 0..up {
            local = local.and_then(|inner| inner.outer);
        }
        local.map_or(&EMPTY, |local| local.value)
    }
}

/// The elements of a list; none where it is empty.
fn items(list: &Value) -> &[Value] {
    match list {
        Value::List(items) => items,
        _ => &[],
    }
}

/// An unanswered list as `[]`.
fn listed(value: Cow<'_, Value>, list: bool) -> Cow<'_, Value> {
    if list && *value == Value::Empty {
        Cow::Borrowed(&NO_ROWS)
    } else {
        value
    }
}

fn owned<'e>(value: Value) -> Evaluated<'e> {
    Ok(Cow::Owned(value))
}

/// True, false or, where neither is known, empty.
fn known<'e>(value: Option<bool>) -> Evaluated<'e> {
    owned(value.map_or(Value::Empty, Value::Bool))
}

fn eval<'e>(node: &'e Node, env: &Env<'e>) -> Evaluated<'e> {
    env.spend(1)?;
    match node {
        Node::Constant(value) => Ok(Cow::Borrowed(value)),
        Node::Slot { at, list } => Ok(listed(Cow::Borrowed(env.slot(*at)), *list)),
        Node::Local { up } => Ok(Cow::Borrowed(env.local(*up))),
        Node::Column { of, at, list } => Ok(listed(part(eval(of, env)?, *at), *list)),
        Node::Element(both) => element(both, env),
        Node::List(nodes) => {
            let values = nodes.iter().map(|node| Ok(eval(node, env)?.into_owned()));
            owned(Value::List(values.collect::<Result<_, TooCostly>>()?))
        }
        Node::Not(of) => known(truth(of, env)?.map(|value| !value)),
        Node::Negate(of) => owned(number::negate(&*eval(of, env)?)),
        Node::And(both) => known(decided(both, false, env)?),
        Node::Or(both) => known(decided(both, true, env)?),
        Node::Choose(parts) => {
            let [condition, yes, no] = &**parts;
            match truth(condition, env)? {
                Some(true) => eval(yes, env),
                Some(false) => eval(no, env),
                None => Ok(Cow::Borrowed(&EMPTY)),
            }
        }
        Node::Compare(how, both) => known(compare(*how, &*eval(&both[0], env)?, &*eval(&both[1], env)?, env)?),
        Node::In(both) => known(contains(&*eval(&both[1], env)?, &*eval(&both[0], env)?, env)?),
        Node::Arithmetic(operator, both) => owned(calculate(
            *operator,
            &*eval(&both[0], env)?,
            &*eval(&both[1], env)?,
            env,
        )?),
        Node::Macro { kind, range, body } => over_list(*kind, range, body, env),
        Node::Call(function, arguments) => function::call(function, arguments, env),
    }
}

/// An element of a list or a column of a record; empty past the end.
fn part(of: Cow<'_, Value>, at: usize) -> Cow<'_, Value> {
    match of {
        Cow::Borrowed(Value::List(values) | Value::Record(values)) => Cow::Borrowed(values.get(at).unwrap_or(&EMPTY)),
        Cow::Owned(Value::List(values) | Value::Record(values)) => {
            Cow::Owned(values.get(at).cloned().unwrap_or_default())
        }
        _ => Cow::Borrowed(&EMPTY),
    }
}

fn element<'e>(both: &'e [Node; 2], env: &Env<'e>) -> Evaluated<'e> {
    let of = eval(&both[0], env)?;
    match *eval(&both[1], env)? {
        Value::Int(at) => Ok(usize::try_from(at).map_or(Cow::Borrowed(&EMPTY), |at| part(of, at))),
        _ => Ok(Cow::Borrowed(&EMPTY)),
    }
}

fn truth(node: &Node, env: &Env<'_>) -> Result<Option<bool>, TooCostly> {
    Ok(match *eval(node, env)? {
        Value::Bool(value) => Some(value),
        _ => None,
    })
}

/// Two conditions joined: `decisive` on either side decides, whatever the other is.
fn decided(both: &[Node; 2], decisive: bool, env: &Env<'_>) -> Result<Option<bool>, TooCostly> {
    let left = truth(&both[0], env)?;
    if left == Some(decisive) {
        return Ok(left);
    }
    let right = truth(&both[1], env)?;
    Ok(if right == Some(decisive) {
        right
    } else {
        left.and(right)
    })
}

fn compare(how: Comparison, left: &Value, right: &Value, env: &Env<'_>) -> Result<Option<bool>, TooCostly> {
    Ok(match how {
        Comparison::Equal => same(left, right, env)?,
        Comparison::Unequal => same(left, right, env)?.map(|same| !same),
        Comparison::Less => order(left, right).map(Ordering::is_lt),
        Comparison::LessOrEqual => order(left, right).map(Ordering::is_le),
        Comparison::Greater => order(left, right).map(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(left, right).map(Ordering::is_ge),
    })
}

/// Whether two values are the same; `None` where either is empty.
fn same(left: &Value, right: &Value, env: &Env<'_>) -> Result<Option<bool>, TooCostly> {
    let (Value::List(a), Value::List(b)) = (left, right) else {
        let known = *left != Value::Empty && *right != Value::Empty;
        return Ok(known.then(|| order(left, right).map_or_else(|| left == right, Ordering::is_eq)));
    };
    if a.len() != b.len() {
        return Ok(Some(false));
    }
    env.spend(a.len())?;
    let mut all = Some(true);
    for (a, b) in a.iter().zip(b.iter()) {
        match same(a, b, env)? {
            Some(true) => {}
            Some(false) => return Ok(Some(false)),
            None => all = None,
        }
    }
    Ok(all)
}

/// How two scalars of like type are ordered.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) | (Value::Month(a), Value::Month(b)) => Some(a.cmp(b)),
        _ => number::order(left, right),
    }
}

/// Whether a list holds a value; elements that are empty are not it.
fn contains(list: &Value, value: &Value, env: &Env<'_>) -> Result<Option<bool>, TooCostly> {
    let items = items(list);
    if items.is_empty() {
        return Ok(Some(false));
    }
    if *value == Value::Empty {
        return Ok(None);
    }
    env.spend(items.len())?;
    for item in items {
        if same(item, value, env)? == Some(true) {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}

/// Arithmetic; empty where an operand is, where a number overflows and where zero divides.
fn calculate(operator: Operator, left: &Value, right: &Value, env: &Env<'_>) -> Result<Value, TooCostly> {
    Ok(match (operator, left, right) {
        (Operator::Add, Value::Text(a), Value::Text(b)) => {
            env.spend((a.len() + b.len()) / 16)?;
            Value::Text([&**a, &**b].concat().into())
        }
        (Operator::Add, Value::List(a), Value::List(b)) => {
            env.spend(a.len() + b.len())?;
            Value::List(a.iter().chain(b.iter()).cloned().collect())
        }
        (Operator::Add, Value::Date(_) | Value::Month(_), Value::Period(period)) => {
            function::shifted(left, *period, 1, env)?
        }
        (Operator::Subtract, Value::Date(_) | Value::Month(_), Value::Period(period)) => {
            function::shifted(left, *period, -1, env)?
        }
        _ => number::calculate(operator, left, right),
    })
}

fn over_list<'e>(kind: Macro, range: &'e Node, body: &'e Node, env: &Env<'e>) -> Evaluated<'e> {
    let range = eval(range, env)?;
    let mut kept = Vec::new();
    let mut count = 0;
    for item in items(&range) {
        env.spend(1)?;
        let local = Local {
            value: item,
            outer: env.local,
        };
        let row = Env {
            local: Some(&local),
            ..*env
        };
        let value = eval(body, &row)?;
        match (kind, &*value) {
            (Macro::Exists, Value::Bool(true)) => return owned(Value::Bool(true)),
            (Macro::All, Value::Bool(false)) => return owned(Value::Bool(false)),
            (Macro::ExistsOne, Value::Bool(true)) => count += 1,
            (Macro::Filter, Value::Bool(true)) => kept.push(item.clone()),
            (Macro::Map, value) if *value != Value::Empty => kept.push(value.clone()),
            _ => {}
        }
    }
    owned(match kind {
        Macro::Exists => Value::Bool(false),
        Macro::All => Value::Bool(true),
        Macro::ExistsOne => Value::Bool(count == 1),
        Macro::Map | Macro::Filter => Value::List(kept.into()),
    })
}
