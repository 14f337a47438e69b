//! What is sensitive stays so: in messages, and in what is computed from it.

use indexmap::IndexMap;

use super::Loader;
use crate::definition::expression::{Expression, Type};
use crate::definition::form::{Let, Table};
use crate::definition::source::{Entry, Node};
use crate::definition::{Field, FieldType, Id, Page, Text};

/// The fields and lets of a form, to find out what an expression reads behind its names.
#[derive(Clone, Copy)]
pub(super) struct Behind<'a> {
    pub(super) pages: &'a IndexMap<Id, Page>,
    pub(super) lets: &'a IndexMap<Id, Let>,
}

impl Behind<'_> {
    /// Whether the day on which it is worked out changes it, by a let too.
    pub(super) fn reads_today(&self, expression: &Expression) -> bool {
        self.all_paths(expression.reads_paths(), |_| true)
            .iter()
            .any(|(_, path)| &**path == "today")
    }

    /// Of the paths that are read, those that give away a sensitive answer. `each` is the table of `row`.
    pub(super) fn sensitive<'p>(&self, paths: &'p [Id], each: Option<&[Id]>) -> Vec<&'p Id> {
        // A let that only says yes or no gives nothing away.
        let given_away = |named: &Let| !matches!(named.expression.ty(), Type::Bool);
        let all = self.all_paths(paths, given_away);
        let mut found: Vec<&Id> = all
            .into_iter()
            .filter(|(_, path)| self.is_sensitive(path, each))
            .map(|(written, _)| written)
            .collect();
        found.dedup();
        found
    }

    /// Each path as it is written, with itself and what the lets in its place read.
    fn all_paths<'p>(&self, paths: &'p [Id], follow: impl Fn(&Let) -> bool) -> Vec<(&'p Id, Id)> {
        let mut all = Vec::new();
        for written in paths {
            let mut waiting = vec![written.clone()];
            let mut seen = Vec::new();
            while let Some(path) = waiting.pop() {
                if seen.contains(&path) {
                    continue;
                }
                if let Some(named) = self.lets.get(&path).filter(|named| follow(named)) {
                    waiting.extend(named.expression.reads_paths().iter().cloned());
                }
                seen.push(path);
            }
            all.extend(seen.into_iter().map(|path| (written, path)));
        }
        all
    }

    /// Whether a field on the way of `path` is sensitive; of a table that is read whole, nothing but its
    /// size can be said.
    fn is_sensitive(&self, path: &str, each: Option<&[Id]>) -> bool {
        let mut names = path.split('.');
        let on_page = |id: &str| self.pages.values().find_map(|page| page.fields.get(id));
        let table_of = |ids: &[Id]| -> Option<Vec<&Field>> {
            let (first, inner) = ids.split_first()?;
            let mut way = vec![on_page(first)?];
            for id in inner {
                way.push(columns(way.last()?)?.get(id)?);
            }
            Some(way)
        };
        let first = names.next().unwrap_or_default();
        let way = match (first, each) {
            ("row", Some(each)) => table_of(each),
            ("outer", Some([outer @ .., _])) => table_of(outer),
            _ => on_page(first).map(|field| vec![field]),
        };
        let Some(mut way) = way else { return false };
        for name in names {
            match way.last().and_then(|field| columns(field)?.get(name)) {
                Some(column) => way.push(column),
                None => break,
            }
        }
        let whole = way
            .last()
            .is_some_and(|field| matches!(field.kind, FieldType::Table(_)));
        !whole && way.iter().any(|field| field.sensitive)
    }
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
                FieldType::Computed(computed) if !matches!(computed.compute.ty(), Type::Bool) => {
                    let row = (!each.is_empty()).then_some(each.as_slice());
                    let read = behind.sensitive(computed.compute.reads_paths(), row);
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
