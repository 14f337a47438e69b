//! Conditions: schemas that answers have to fit, as expressions.
#![expect(
    clippy::result_large_err,
    reason = "a remark is made once for a mistake and moved a few steps"
)]

use super::super::remark::Remark;
use super::super::turn::quoted;
use super::seen::{Seen, items};
use super::{Part, Reading, Section, below, changed, left, place, step};
use crate::definition::expression::{Scope, Type, compile};
use crate::definition::scope::App;
use crate::definition::source::{Node, Value};

/// Under which condition something is asked or has to be answered.
#[derive(Debug, Clone)]
pub(super) enum When<'r> {
    /// The object fits this.
    Fits(Seen<'r>),
    /// This property is answered.
    Filled(String),
    /// Of the object, these properties fit this.
    Declared(Seen<'r>, Vec<String>),
}

impl When<'_> {
    /// Whether it asks about a property of the object.
    pub(super) fn is_about(&self, name: &str) -> bool {
        match self {
            Self::Fits(seen) => seen.all("properties").iter().any(|(node, _)| node.get(name).is_some()),
            Self::Filled(path) => path.rsplit('/').next() == Some(name),
            Self::Declared(_, names) => names.iter().any(|known| known == name),
        }
    }
}

/// A condition of an object, and what it is about.
#[derive(Debug)]
pub(super) struct Conditional<'r> {
    pub(super) when: When<'r>,
    pub(super) negated: bool,
    /// The object.
    pub(super) path: String,
    /// The properties that have to be answered.
    pub(super) requires: Vec<String>,
    /// The properties that are asked.
    pub(super) shows: Vec<String>,
}

/// How deep schemas of conditions may stand in one another.
const DEEPEST: usize = 8;
/// The most schemas that all conditions of a form may hold.
pub(super) const MOST_SCHEMAS: usize = 10_000;

type Turned = Result<String, Remark>;

impl<'r> Reading<'r> {
    /// Turns every condition that was found.
    pub(super) fn conditions(&mut self) {
        for conditional in std::mem::take(&mut self.conditionals) {
            if conditional.requires.is_empty() && conditional.shows.is_empty() {
                continue;
            }
            let Some(condition) = self.when(&conditional) else {
                continue;
            };
            for name in &conditional.shows {
                let path = below(&conditional.path, name);
                self.shows.entry(path).or_default().push(condition.clone());
            }
            for name in &conditional.requires {
                let path = below(&conditional.path, name);
                self.requires.entry(path).or_default().push(condition.clone());
            }
        }
    }

    fn when(&mut self, conditional: &Conditional<'r>) -> Option<String> {
        let path = &conditional.path;
        let turned = match &conditional.when {
            When::Filled(path) => match self.answers.get(path) {
                Some((id, _)) => Ok(format!("filled({id})")),
                None => return None,
            },
            When::Fits(seen) => {
                self.vacuous(seen);
                self.fits(seen, path, None, 0)
            }
            When::Declared(seen, names) => self.fits(seen, path, Some(names), 0),
        };
        let turned = turned.map(|condition| {
            if conditional.negated {
                self.otherwise(&condition)
            } else {
                condition
            }
        });
        match turned.and_then(|condition| self.compiled(condition, &conditional.when)) {
            Ok(condition) => Some(condition),
            Err(remark) => {
                self.once(remark);
                None
            }
        }
    }

    /// A condition that the engine takes.
    fn compiled(&self, condition: String, when: &When<'_>) -> Turned {
        let at = match when {
            When::Fits(seen) | When::Declared(seen, _) => seen.place(),
            When::Filled(_) => Seen::default().place(),
        };
        self.sound(condition, at)
    }

    /// The condition, if it compiles and can be met and missed.
    pub(super) fn sound(&self, condition: String, at: super::Place) -> Turned {
        match compile(&condition, &self.scope(), Some(&Type::Bool)) {
            Ok(compiled) if compiled.verdict().is_some() => Err(left(
                "import-condition",
                at,
                "这个条件不看填了什么，没有导入",
                "this condition does not depend on what was answered: it is left out",
            )),
            Ok(_) => Ok(condition),
            Err(mistakes) => {
                let message = mistakes
                    .into_iter()
                    .next()
                    .map(|mistake| mistake.message)
                    .unwrap_or_default();
                Err(Remark::left("import-condition", at, message))
            }
        }
    }

    fn scope(&self) -> Scope {
        let mut scope = Scope::default();
        for (id, ty) in self.answers.values() {
            scope.names.insert(id.as_str().into(), ty.clone());
        }
        scope.names.insert("today".into(), Type::Date);
        scope.names.insert("app".into(), App::ty());
        scope
    }

    /// A condition without `required` also holds where nothing is answered; nobody means that.
    fn vacuous(&mut self, seen: &Seen<'_>) {
        let properties = seen.all("properties");
        let names = properties
            .iter()
            .flat_map(|(node, _)| node.entries().unwrap_or_default());
        let missing: Vec<&str> = names
            .map(|entry| entry.key.as_str())
            .filter(|name| !seen.requires(name))
            .collect();
        if let Some(name) = missing.first() {
            let remark = changed(
                "import-condition",
                seen.place(),
                format!("按 JSON Schema，「{name}」没有填时条件也成立；这里改为填了才成立"),
                format!("by JSON Schema this also holds while `{name}` is not answered; here it holds once it is"),
            );
            self.once(remark);
        }
    }

    /// What holds wherever the condition does not, also while nothing is answered.
    pub(super) fn otherwise(&self, condition: &str) -> String {
        let scope = self.scope();
        let read = compile(condition, &scope, None)
            .map(|compiled| compiled.reads().to_vec())
            .unwrap_or_default();
        let scalar = |id: &&crate::definition::Id| !matches!(scope.names.get(*id), Some(Type::List(_)) | None);
        let asked: Vec<String> = read.iter().filter(scalar).map(|id| format!("filled({id})")).collect();
        match asked.as_slice() {
            [one] if one == condition => negated(condition),
            [one] => format!("!{one} || {}", negated(condition)),
            // All of them are answered where the condition holds, unless one is enough.
            [_, _, ..] if !condition.contains("||") => format!("!({} && {condition})", asked.join(" && ")),
            _ => negated(condition),
        }
    }

    /// An object that fits a schema; with `only`, of its properties these.
    fn fits(&mut self, seen: &Seen<'r>, path: &str, only: Option<&[String]>, depth: usize) -> Turned {
        self.spent(seen)?;
        let mut all = Vec::new();
        for (word, node, pointer) in seen.entries() {
            match word {
                "properties" => {
                    for entry in node.entries().unwrap_or_default() {
                        if only.is_some_and(|names| !names.contains(&entry.key)) {
                            continue;
                        }
                        let property = self.seen(&entry.value, &step(&pointer, &entry.key));
                        all.push(self.value(&property, &below(path, &entry.key), depth + 1)?);
                    }
                }
                "required" if only.is_none() => {
                    for name in items(node).iter().filter_map(Node::scalar) {
                        let asked = seen.all("properties").iter().any(|(node, _)| node.get(name).is_some());
                        if !asked {
                            let (id, _) = self.answer(&below(path, name), node, &pointer)?;
                            all.push(format!("filled({id})"));
                        }
                    }
                }
                "allOf" | "anyOf" | "oneOf" | "not" => all.push(self.joined(word, node, &pointer, path, true, depth)?),
                "type" | "title" | "description" | "$comment" | "$ref" | "required" => {}
                _ => return Err(unsupported(node, &pointer, word)),
            }
        }
        Ok(and(all))
    }

    /// Counts a schema; too many are told.
    fn spent(&mut self, seen: &Seen<'_>) -> Result<(), Remark> {
        self.schemas = self.schemas.saturating_sub(1);
        if self.schemas > 0 {
            return Ok(());
        }
        Err(left(
            "import-condition",
            seen.place(),
            format!("条件里的 schema 超过 {MOST_SCHEMAS} 个的上限"),
            format!("the conditions hold more than {MOST_SCHEMAS} schemas, which is the limit"),
        ))
    }

    /// Several schemas together.
    fn joined(&mut self, word: &str, node: &'r Node, pointer: &str, path: &str, object: bool, depth: usize) -> Turned {
        if depth > DEEPEST {
            return Err(unsupported(node, pointer, word));
        }
        let one = std::slice::from_ref(node);
        let schemas = if word == "not" { one } else { items(node) };
        let mut parts = Vec::new();
        for (at, schema) in schemas.iter().enumerate() {
            let pointer = if word == "not" {
                pointer.to_owned()
            } else {
                format!("{pointer}/{at}")
            };
            let seen = self.seen(schema, &pointer);
            parts.push(if object {
                self.fits(&seen, path, None, depth + 1)?
            } else {
                self.value(&seen, path, depth + 1)?
            });
        }
        Ok(match word {
            "not" => negated(&and(parts)),
            "allOf" => and(parts),
            _ => {
                let parts: Vec<String> = parts.iter().map(|part| bracketed(part, "&&")).collect();
                parts.join(" || ")
            }
        })
    }

    fn answer(&self, path: &str, node: &Node, pointer: &str) -> Result<(String, Type), Remark> {
        self.answers.get(path).cloned().ok_or_else(|| {
            left(
                "import-condition",
                place(node, pointer),
                format!("条件用到的「{path}」没有导入"),
                format!("the condition asks about `{path}`, which was not taken over"),
            )
        })
    }

    /// The answer at `path` that fits a schema.
    pub(super) fn value(&mut self, seen: &Seen<'r>, path: &str, depth: usize) -> Turned {
        if seen.get("properties").is_some() && !self.answers.contains_key(path) && depth <= DEEPEST {
            return self.fits(seen, path, None, depth);
        }
        self.spent(seen)?;
        let at = seen.layers.first().cloned().unwrap_or((self.root, String::new()));
        let (id, ty) = self.answer(path, at.0, &at.1)?;
        let list = matches!(ty, Type::List(_));
        let mut all = Vec::new();
        for (word, node, pointer) in seen.entries() {
            let wrong = || unsupported(node, &pointer, word);
            let text = node.scalar();
            let number = || {
                text.filter(|text| serde_json::from_str::<serde_json::Number>(text).is_ok())
                    .ok_or_else(wrong)
            };
            all.push(match word {
                "const" => equal(&id, &ty, node).ok_or_else(wrong)?,
                "enum" => {
                    let values: Option<Vec<String>> = items(node).iter().map(|item| literal(&ty, item)).collect();
                    match values.ok_or_else(wrong)?.as_slice() {
                        [one] => format!("{id} == {one}"),
                        many => format!("{id} in [{}]", many.join(", ")),
                    }
                }
                "minimum" => format!("{id} >= {}", number()?),
                "maximum" => format!("{id} <= {}", number()?),
                "exclusiveMinimum" => format!("{id} > {}", number()?),
                "exclusiveMaximum" => format!("{id} < {}", number()?),
                "minLength" | "minItems" if text == Some("1") => format!("filled({id})"),
                "minLength" | "minItems" => format!("size({id}) >= {}", number()?),
                "maxLength" | "maxItems" => format!("size({id}) <= {}", number()?),
                "pattern" => format!("{id}.matches({})", quoted(text.ok_or_else(wrong)?)),
                "contains" if list => {
                    let element = match &ty {
                        Type::List(element) => (**element).clone(),
                        _ => Type::Unknown,
                    };
                    let value = node.get("const").and_then(|value| literal(&element, value));
                    match (value, node.get("enum")) {
                        (Some(value), _) => format!("{value} in {id}"),
                        (None, Some(values)) => {
                            let values: Option<Vec<String>> =
                                items(values).iter().map(|item| literal(&element, item)).collect();
                            let each = values.ok_or_else(wrong)?;
                            each.iter()
                                .map(|value| format!("{value} in {id}"))
                                .collect::<Vec<_>>()
                                .join(" || ")
                        }
                        _ => return Err(wrong()),
                    }
                }
                "not" => {
                    let inner = self.joined(word, node, &pointer, path, false, depth)?;
                    // What is not answered is not the value either.
                    if list {
                        inner
                    } else {
                        format!("!filled({id}) || {inner}")
                    }
                }
                "allOf" | "anyOf" | "oneOf" => self.joined(word, node, &pointer, path, false, depth)?,
                "type" | "title" | "description" | "$comment" | "$ref" | "format" => continue,
                _ => return Err(wrong()),
            });
        }
        Ok(if all.is_empty() {
            format!("filled({id})")
        } else {
            and(all)
        })
    }

    /// Writes the conditions to the fields that they are about.
    pub(super) fn apply(&mut self, section: &mut Section) {
        let either = |conditions: &Vec<String>| {
            let mut distinct: Vec<String> = Vec::new();
            for condition in conditions {
                let condition = if conditions.len() > 1 {
                    bracketed(condition, "&&")
                } else {
                    condition.clone()
                };
                if !distinct.contains(&condition) {
                    distinct.push(condition);
                }
            }
            distinct.join(" || ")
        };
        for part in &mut section.parts {
            let path = match part {
                Part::Field(asked) => asked.path.clone(),
                Part::Section(section) => section.path.clone(),
            };
            let (shown, needed) = (self.shows.get(&path).map(either), self.requires.get(&path).map(either));
            match part {
                Part::Field(asked) => {
                    let field = &mut asked.field;
                    // What is asked only then is needed whenever it is asked.
                    match needed {
                        Some(needed) if Some(&needed) == shown.as_ref() => field.required = true,
                        Some(needed) if !field.required => field.require_when = Some(needed),
                        _ => {}
                    }
                    field.show_when = both(field.show_when.take(), shown);
                }
                Part::Section(inner) => {
                    inner.each(&mut |asked| {
                        asked.field.show_when = both(shown.clone(), asked.field.show_when.take());
                    });
                    self.apply(inner);
                }
            }
        }
    }
}

/// Two conditions, both of which have to hold.
pub(super) fn both(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) if first != second => Some(and(vec![first, second])),
        (first, second) => first.or(second),
    }
}

pub(super) fn and(parts: Vec<String>) -> String {
    match parts.as_slice() {
        [] => "true".to_owned(),
        [one] => one.clone(),
        many => many
            .iter()
            .map(|part| bracketed(part, "||"))
            .collect::<Vec<_>>()
            .join(" && "),
    }
}

/// In brackets, where the operator stands in it.
fn bracketed(condition: &str, operator: &str) -> String {
    if condition.contains(operator) {
        format!("({condition})")
    } else {
        condition.to_owned()
    }
}

/// What holds where the condition does not.
pub(super) fn negated(condition: &str) -> String {
    let simple = condition.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        || (condition.starts_with("filled(") && condition.matches('(').count() == 1 && condition.ends_with(')'));
    match condition.split_once(" == ") {
        Some((left, right)) if !condition.contains("&&") && !condition.contains("||") => format!("{left} != {right}"),
        _ if simple => format!("!{condition}"),
        _ => format!("!({condition})"),
    }
}

fn unsupported(node: &Node, pointer: &str, word: &str) -> Remark {
    left(
        "import-condition",
        place(node, pointer),
        format!("条件里的「{word}」没有对应的写法"),
        format!("there is nothing that `{word}` in a condition could become"),
    )
}

/// `id == value`; of a truth value itself.
pub(super) fn equal(id: &str, ty: &Type, node: &Node) -> Option<String> {
    let value = literal(ty, node)?;
    Some(match (ty, value.as_str()) {
        (Type::Bool, "true") => id.to_owned(),
        (Type::Bool, _) => format!("!{id}"),
        _ => format!("{id} == {value}"),
    })
}

/// A value as an expression writes it for an answer of this type.
fn literal(ty: &Type, node: &Node) -> Option<String> {
    let Value::Scalar { text, plain } = &node.value else {
        return None;
    };
    let is_number = *plain && serde_json::from_str::<serde_json::Number>(text).is_ok();
    Some(match ty {
        Type::Text | Type::Code(_) => quoted(text),
        Type::Date => format!("date({})", quoted(text)),
        Type::Bool if *plain && matches!(text.as_str(), "true" | "false") => text.clone(),
        Type::Int | Type::Decimal if is_number => text.clone(),
        _ => return None,
    })
}
