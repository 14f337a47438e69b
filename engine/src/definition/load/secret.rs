//! What is sensitive stays so: in messages, and in what is computed from it.

use indexmap::IndexMap;

use super::Loader;
use crate::definition::expression::{Expression, Type};
use crate::definition::form::{Let, Table};
use crate::definition::source::{Entry, Node};
use crate::definition::{Field, FieldType, Id, Page, Text, scope};

/// The fields and lets of a form, to find out what an expression reads behind its names.
#[derive(Clone, Copy)]
pub(super) struct Behind<'a> {
    pub(super) pages: &'a IndexMap<Id, Page>,
    pub(super) lets: &'a IndexMap<Id, Let>,
}

impl Behind<'_> {
    /// Whether the day on which it is worked out changes it, by a let too.
    pub(super) fn reads_today(&self, expression: &Expression) -> bool {
        let all = self.all_paths(expression.reads_paths(), Carries::All);
        all.iter().any(|read| &*read.path == "today")
    }

    /// Of the paths that are read, those that give away a sensitive answer in what `carries` it. `each` is
    /// the table of `row`.
    fn sensitive<'p>(&self, paths: &'p [Id], carries: Carries, each: Option<&[Id]>) -> Vec<&'p Id> {
        let all = self.all_paths(paths, carries).into_iter();
        let given_away = all.filter(|read| {
            let way = self.way(&read.path, each);
            let numeric = way
                .last()
                .is_some_and(|field| is_number(&scope::field_type(&field.kind)));
            let carried = match read.carries {
                Carries::All => true,
                Carries::Numbers => numeric,
                Carries::Nothing => false,
            };
            carried && is_sensitive(&way)
        });
        let mut found: Vec<&Id> = given_away.map(|read| read.written).collect();
        found.dedup();
        found
    }

    /// The paths of a message that give away a sensitive answer.
    pub(super) fn sensitive_in_text<'p>(&self, paths: &'p [Id], each: Option<&[Id]>) -> Vec<&'p Id> {
        self.sensitive(paths, Carries::All, each)
    }

    /// Each path as it is written, with itself and what the lets in its place read.
    fn all_paths<'p>(&self, paths: &'p [Id], carries: Carries) -> Vec<Read<'p>> {
        let mut all: Vec<Read<'p>> = Vec::new();
        for written in paths {
            let first = all.len();
            let mut waiting = vec![(written.clone(), carries)];
            while let Some((path, carries)) = waiting.pop() {
                if all[first..]
                    .iter()
                    .any(|read| read.path == path && read.carries == carries)
                {
                    continue;
                }
                if let Some(named) = self.lets.get(&path) {
                    let carries = carries.through(named.expression.ty());
                    let read = named.expression.reads_paths().iter().cloned();
                    waiting.extend(read.map(|path| (path, carries)));
                }
                all.push(Read { written, path, carries });
            }
        }
        all
    }

    /// The fields on the way of a path: the table, its column; none where it leads to no field.
    fn way(&self, path: &str, each: Option<&[Id]>) -> Vec<&Field> {
        let mut names = path.split('.');
        let on_page = |id: &str| self.pages.values().find_map(|page| page.fields.get(id));
        let below = |ids: &[Id]| {
            let mut way: Vec<&Field> = ids.first().and_then(|id| on_page(id)).into_iter().collect();
            for id in ids.iter().skip(1) {
                way.extend(way.last().and_then(|field| columns(field)?.get(id)));
            }
            way
        };
        let mut way = match (names.next().unwrap_or_default(), each) {
            ("row", Some(each)) => below(each),
            ("outer", Some([outer @ .., _])) => below(outer),
            (first, _) => on_page(first).into_iter().collect(),
        };
        for name in names {
            match way.last().and_then(|field| columns(field)?.get(name)) {
                Some(column) => way.push(column),
                None => break,
            }
        }
        way
    }
}

/// What of an answer may come out of an expression.
#[derive(Clone, Copy, PartialEq)]
enum Carries {
    /// Anything.
    All,
    /// A number: of a text or a day, no more than a count.
    Numbers,
    /// Yes or no.
    Nothing,
}

impl Carries {
    /// What still comes out where this passes through a value of that type.
    fn through(self, ty: &Type) -> Self {
        match (self, ty) {
            (Self::Nothing, _) | (_, Type::Bool) => Self::Nothing,
            (Self::Numbers, _) => Self::Numbers,
            (Self::All, ty) if is_number(ty) => Self::Numbers,
            (Self::All, _) => Self::All,
        }
    }
}

/// A path that is read, where it is written, and what of it comes out.
struct Read<'p> {
    written: &'p Id,
    path: Id,
    carries: Carries,
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Decimal)
}

/// Whether one of these fields is sensitive; of a table that is read whole, nothing but its size can be said.
fn is_sensitive(way: &[&Field]) -> bool {
    let whole = way
        .last()
        .is_some_and(|field| matches!(field.kind, FieldType::Table(_)));
    !whole && way.iter().any(|field| field.sensitive)
}

fn columns(field: &Field) -> Option<&IndexMap<Id, Field>> {
    match &field.kind {
        FieldType::Table(Table { columns, .. }) => Some(columns),
        _ => None,
    }
}

impl Loader<'_> {
    /// Tells every computed value that shows more than it may.
    pub(super) fn computed_stay_sensitive(&mut self, pages: &[Entry], behind: Behind<'_>) {
        for page in pages {
            let fields = behind.pages.get(page.key.as_str()).map(|page| &page.fields);
            if let (Some(fields), Some(node)) = (fields, page.value.get("fields")) {
                self.computed_in(fields, node, &mut Vec::new(), behind);
            }
        }
    }

    fn computed_in(&mut self, fields: &IndexMap<Id, Field>, node: &Node, each: &mut Vec<Id>, behind: Behind<'_>) {
        for field in fields.values().filter(|field| !field.sensitive) {
            let Some(node) = node.get(&field.id) else { continue };
            match &field.kind {
                FieldType::Computed(computed) => {
                    let row = (!each.is_empty()).then_some(each.as_slice());
                    let carries = Carries::All.through(computed.compute.ty());
                    let read = behind.sensitive(computed.compute.reads_paths(), carries, row);
                    if let (Some(path), Some(node)) = (read.first(), node.get("compute")) {
                        let message = Text::both(
                            format!("这里由敏感字段「{path}」算出，自己却不是敏感的"),
                            format!("this is computed from the sensitive field `{path}`, and is not sensitive itself"),
                        );
                        let help = Text::both(
                            "加上 sensitive: true，或不用那个字段",
                            "add `sensitive: true`, or do not read that field",
                        );
                        self.problems.at_node("sensitive-computed", node, message, Some(help));
                    }
                }
                FieldType::Table(table) => {
                    if let Some(node) = node.get("columns") {
                        each.push(field.id.clone());
                        self.computed_in(&table.columns, node, each, behind);
                        each.pop();
                    }
                }
                _ => {}
            }
        }
    }
}
