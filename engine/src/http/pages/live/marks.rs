//! How the fields of a page stand that can come, go or change: what the browser shows, against what it should.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value as Json};

use crate::check::{Evaluated, FieldState};
use crate::definition::form::Table;
use crate::definition::{Field, FieldType, Page};
use crate::theme::Filling;
use crate::theme::input_name::without_rows;

/// By path: `h` is hidden, `r` is there to be read, `e` to be filled in, with a digest of what can be picked.
#[derive(Debug, Default)]
pub(in crate::http) struct Marks(BTreeMap<String, String>);

/// A field that stands otherwise than it did.
pub(super) struct Change {
    pub(super) path: String,
    pub(super) shown: bool,
    pub(super) was_hidden: bool,
    /// The field that is shown before it in the same place.
    pub(super) after: Option<String>,
    /// The row that it stands in; empty on the page itself.
    pub(super) container: String,
}

impl Marks {
    pub(in crate::http) fn of(page: &Page, evaluated: &Evaluated, filling: &Filling<'_>) -> Self {
        let mut marks = Self::default();
        walk(page, evaluated, &mut |field, path, _| {
            if varies(field) {
                marks.0.insert(path.to_owned(), mark(path, filling));
            }
        });
        marks
    }

    /// What a browser says that it shows; nothing where that cannot be read.
    pub(super) fn from_json(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    pub(in crate::http) fn to_json(&self) -> String {
        Json::Object(self.to_map()).to_string()
    }

    pub(super) fn to_map(&self) -> Map<String, Json> {
        self.0
            .iter()
            .map(|(path, mark)| (path.clone(), mark.as_str().into()))
            .collect()
    }

    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Each field and cell of the page.
    pub(super) fn each(&self, page: &Page, evaluated: &Evaluated, with: &mut dyn FnMut(&Field, &str)) {
        walk(page, evaluated, &mut |field, path, _| with(field, path));
    }

    /// What stands otherwise than in `seen`, in the order of the page.
    pub(super) fn against(&self, seen: &Self, page: &Page, filling: &Filling<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        let order: Vec<&str> = page.fields.keys().map(|id| &**id).collect();
        for (path, now) in &self.0 {
            // A row that nobody had filled showed every column, with what can be picked in any row.
            let fresh = || mark_of(filling, &without_rows(path));
            let before = seen.0.get(path).cloned().unwrap_or_else(fresh);
            if before != *now {
                let (container, id) = path.rsplit_once('.').unwrap_or(("", path));
                changes.push(Change {
                    path: path.clone(),
                    shown: now != "h",
                    was_hidden: before == "h",
                    after: before_it(page, filling, container, id),
                    container: container.to_owned(),
                });
            }
        }
        let place = |change: &Change| {
            let root = change.path.split(['[', '.']).next().unwrap_or_default().to_owned();
            order.iter().position(|id| *id == root)
        };
        changes.sort_by_key(place);
        changes
    }
}

/// Whether the field can come, go, be read only, or offer something else than before.
fn varies(field: &Field) -> bool {
    let offers = match &field.kind {
        FieldType::Choice(choice) | FieldType::Choices(choice) | FieldType::Tree(choice) | FieldType::Trees(choice) => {
            choice.is_narrowed()
        }
        FieldType::Lookup(_) => true,
        _ => false,
    };
    offers || field.show_when.is_some() || field.read_only_when.is_some()
}

fn mark(path: &str, filling: &Filling<'_>) -> String {
    if filling.asked.hidden.contains(path) {
        return "h".into();
    }
    if filling.asked.read_only.contains(path) {
        return "r".into();
    }
    mark_of(filling, path)
}

fn mark_of(filling: &Filling<'_>, path: &str) -> String {
    let exact = filling.asked.candidates.get(path);
    let Some(offered) = exact.or_else(|| filling.asked.candidates.get(&without_rows(path))) else {
        return "e".into();
    };
    let mut digest = DefaultHasher::new();
    for candidate in offered {
        candidate.value.hash(&mut digest);
    }
    format!("e{:08x}", digest.finish() >> 32)
}

/// The field before this one, in the page or in its row, that is shown.
fn before_it(page: &Page, filling: &Filling<'_>, container: &str, id: &str) -> Option<String> {
    let path = |id: &str| match container {
        "" => id.to_owned(),
        row => format!("{row}.{id}"),
    };
    let columns = columns(page, container)?;
    let before = columns.into_iter().take_while(|other| *other != id);
    let shown = before.map(path).filter(|path| !filling.asked.hidden.contains(path));
    shown.last()
}

fn columns<'p>(page: &'p Page, container: &str) -> Option<Vec<&'p str>> {
    let mut fields = &page.fields;
    for part in container.split('.').filter(|part| !part.is_empty()) {
        match &fields.get(part.split('[').next()?)?.kind {
            FieldType::Table(Table { columns, .. }) => fields = columns,
            _ => return None,
        }
    }
    Some(fields.keys().map(|id| &**id).collect())
}

fn walk(page: &Page, evaluated: &Evaluated, with: &mut dyn FnMut(&Field, &str, &FieldState)) {
    for field in page.fields.values() {
        if let Some(state) = evaluated.field(&field.id) {
            step(field, &field.id, state, with);
        }
    }
}

fn step(field: &Field, path: &str, state: &FieldState, with: &mut dyn FnMut(&Field, &str, &FieldState)) {
    with(field, path, state);
    let FieldType::Table(table) = &field.kind else { return };
    for (at, row) in state.rows.iter().enumerate() {
        for column in table.columns.values() {
            if let Some(state) = row.columns.get(&column.id) {
                step(column, &format!("{path}[{at}].{}", column.id), state, with);
            }
        }
    }
}
