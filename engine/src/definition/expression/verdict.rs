//! What can be said of a condition without any answer: that it always or never holds.
//!
//! Four things are looked at: literals, comparisons of a field with itself, what `==`, `!=`, `in` and truth
//! values ask of one field at a time, and between which numbers or days that lets it lie. What is said is
//! sure; of what is not understood, nothing is said.

mod range;

use std::collections::BTreeMap;

use super::node::{Comparison, Node};
use super::{Calendar, Expression, Frame, Scope, Type, Value, eval};
use range::Range;

/// A field, or a column of the row at hand: its slot, then positions in records.
type Place = Vec<usize>;

/// The values that a place may have.
#[derive(Clone, Debug)]
enum Allowed {
    Only(Vec<Value>),
    Not(Vec<Value>),
}

/// What a condition asks of each place; `never` is a place that nothing can satisfy.
#[derive(Debug, Default)]
struct Facts {
    places: BTreeMap<Place, Allowed>,
    ranges: BTreeMap<Place, Range>,
    never: Option<Place>,
}

impl Expression {
    /// Whether the condition always holds or never does; none where that depends on answers. One that
    /// is empty without an answer does not always hold.
    pub fn verdict(&self) -> Option<bool> {
        let never = || facts(&self.root, true).never.map(|_| false);
        always(&self.root, &self.calendar).or_else(never)
    }
}

/// Of conditions over one scope, each to be met or not: what they ask of one field that cannot be so
/// at the same time, by its name. None where they may all be as wanted.
pub fn contradiction(conditions: &[(&Expression, bool)], scope: &Scope) -> Option<String> {
    let all = conditions
        .iter()
        .map(|(condition, wanted)| facts(&condition.root, *wanted));
    let never = all.fold(Facts::default(), Facts::and).never?;
    name(&never, scope)
}

/// `status` or `row.kind`.
fn name(place: &[usize], scope: &Scope) -> Option<String> {
    let (slot, columns) = place.split_first()?;
    let (name, mut ty) = scope.names.get_index(*slot)?;
    let mut written = name.to_string();
    for column in columns {
        let Type::Record(record) = ty else { return None };
        let (name, inner) = record.columns.get_index(*column)?;
        written = format!("{written}.{name}");
        ty = inner;
    }
    Some(written)
}

/// The value of a condition that reads nothing, or whose literals decide it.
fn always(node: &Node, calendar: &Calendar) -> Option<bool> {
    let of = |node: &Node| always(node, calendar);
    match node {
        Node::Not(inner) => of(inner).map(|value| !value),
        Node::And(both) => decided(both, false, calendar),
        Node::Or(both) => decided(both, true, calendar),
        Node::Choose(parts) => match of(&parts[0]) {
            Some(true) => of(&parts[1]),
            Some(false) => of(&parts[2]),
            None => of(&parts[1]).filter(|value| of(&parts[2]) == Some(*value)),
        },
        node if node.is_closed() => match eval::run(node, &Frame { base: &[], extra: &[] }, calendar) {
            Ok(Value::Bool(value)) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// `x && y`, which one false decides, or `x || y`, which one true does.
fn decided(both: &[Node; 2], by: bool, calendar: &Calendar) -> Option<bool> {
    match both.each_ref().map(|node| always(node, calendar)) {
        [Some(value), _] | [_, Some(value)] if value == by => Some(by),
        [Some(_), Some(_)] => Some(!by),
        _ => None,
    }
}

fn facts(node: &Node, wanted: bool) -> Facts {
    match node {
        Node::Not(inner) => facts(inner, !wanted),
        Node::And(both) | Node::Or(both) => {
            let [left, right] = both.each_ref().map(|node| facts(node, wanted));
            if matches!(node, Node::And(_)) == wanted {
                left.and(right)
            } else {
                left.or(right)
            }
        }
        Node::Compare(how, both) if place_of(&both[0]).is_some() && place_of(&both[0]) == place_of(&both[1]) => {
            use Comparison as C;
            let reflexive = matches!(how, C::Equal | C::LessOrEqual | C::GreaterOrEqual);
            Facts {
                never: place_of(&both[0]).filter(|_| reflexive != wanted),
                ..Facts::default()
            }
        }
        Node::Compare(how, both) if ranged(*how, both, wanted).is_some() => Facts {
            ranges: ranged(*how, both, wanted).into_iter().collect(),
            ..Facts::default()
        },
        Node::Compare(how @ (Comparison::Equal | Comparison::Unequal), both) => {
            let equal = (*how == Comparison::Equal) == wanted;
            let sides = [(&both[0], &both[1]), (&both[1], &both[0])];
            let found = sides
                .into_iter()
                .find_map(|(place, value)| Some((place_of(place)?, literal(value)?)));
            found.map_or_else(Facts::default, |(place, value)| Facts::of(place, vec![value], equal))
        }
        Node::In(both) => match (place_of(&both[0]), literals(&both[1])) {
            (Some(place), Some(values)) => Facts::of(place, values, wanted),
            _ => Facts::default(),
        },
        node => place_of(node).map_or_else(Facts::default, |place| {
            Facts::of(place, vec![Value::Bool(wanted)], true)
        }),
    }
}

/// The range in which a comparison of a place with a literal number, day or month holds it.
fn ranged(how: Comparison, both: &[Node; 2], wanted: bool) -> Option<(Place, Range)> {
    use Comparison as C;
    let turned = match how {
        C::Less => C::Greater,
        C::LessOrEqual => C::GreaterOrEqual,
        C::Greater => C::Less,
        C::GreaterOrEqual => C::LessOrEqual,
        same => same,
    };
    let [left, right] = both;
    [(left, right, how), (right, left, turned)]
        .into_iter()
        .find_map(|(place, value, how)| match value {
            Node::Constant(value) => Some((place_of(place)?, Range::of(how, value, wanted)?)),
            _ => None,
        })
}

fn place_of(node: &Node) -> Option<Place> {
    match node {
        Node::Slot { at, list: false } => Some(vec![*at]),
        Node::Column { of, at, list: false } => {
            let mut place = place_of(of)?;
            place.push(*at);
            Some(place)
        }
        _ => None,
    }
}

/// A text or truth value: numbers may be equal in several ways.
fn literal(node: &Node) -> Option<Value> {
    match node {
        Node::Constant(value @ (Value::Text(_) | Value::Bool(_))) => Some(value.clone()),
        _ => None,
    }
}

fn literals(node: &Node) -> Option<Vec<Value>> {
    match node {
        Node::List(nodes) => nodes.iter().map(literal).collect(),
        Node::Constant(Value::List(values)) => {
            let plain = values
                .iter()
                .all(|value| matches!(value, Value::Text(_) | Value::Bool(_)));
            plain.then(|| values.to_vec())
        }
        _ => None,
    }
}

impl Facts {
    fn of(place: Place, values: Vec<Value>, only: bool) -> Self {
        let allowed = if only {
            Allowed::Only(values)
        } else {
            Allowed::Not(values)
        };
        Self {
            places: [(place, allowed)].into(),
            ..Self::default()
        }
    }

    /// Both are so.
    fn and(mut self, other: Self) -> Self {
        self.never = self.never.or(other.never);
        for (place, allowed) in other.places {
            let both = match self.places.remove(&place) {
                Some(first) => first.and(allowed),
                None => allowed,
            };
            if matches!(&both, Allowed::Only(values) if values.is_empty()) {
                self.never.get_or_insert_with(|| place.clone());
            }
            self.places.insert(place, both);
        }
        for (place, range) in other.ranges {
            let both = self.ranges.get(&place).map_or(range, |first| first.and(range));
            if both.is_empty() {
                self.never.get_or_insert_with(|| place.clone());
            }
            self.ranges.insert(place, both);
        }
        self
    }

    /// One of the two is so.
    fn or(self, mut other: Self) -> Self {
        match (&self.never, &other.never) {
            (Some(_), _) => return other,
            (None, Some(_)) => return self,
            (None, None) => {}
        }
        let places = self.places.into_iter().filter_map(|(place, allowed)| {
            let second = other.places.remove(&place)?;
            Some((place, allowed.or(second)))
        });
        let ranges = self.ranges.into_iter().filter_map(|(place, range)| {
            let second = other.ranges.remove(&place)?;
            Some((place, range.or(second)))
        });
        Self {
            places: places.collect(),
            ranges: ranges.collect(),
            never: None,
        }
    }
}

impl Allowed {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => Self::Only(a.into_iter().filter(|value| b.contains(value)).collect()),
            (Self::Only(a), Self::Not(b)) | (Self::Not(b), Self::Only(a)) => {
                Self::Only(a.into_iter().filter(|value| !b.contains(value)).collect())
            }
            (Self::Not(a), Self::Not(b)) => Self::Not([a, b].concat()),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => Self::Only([a, b].concat()),
            (Self::Only(a), Self::Not(b)) | (Self::Not(b), Self::Only(a)) => {
                Self::Not(b.into_iter().filter(|value| !a.contains(value)).collect())
            }
            (Self::Not(a), Self::Not(b)) => Self::Not(a.into_iter().filter(|value| b.contains(value)).collect()),
        }
    }
}
