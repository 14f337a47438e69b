//! What of a form has been exercised by the answers that were checked so far: which fields were
//! answered, which rules were broken and kept, which conditions held and did not.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::evaluated::{Evaluated, FieldState, RowState};
use super::{Answers, answer, rules};
use crate::definition::expression::{Expression, Value};
use crate::definition::{Field, FieldType, Form, Id};

/// What can be exercised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// A field or a column: once answered; a note, once shown.
    Field,
    /// A rule: once kept and once broken.
    Rule,
    /// A condition: once holding and once not.
    Condition,
}

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// The keys that lead to it in the form's definition: `pages`, `overview`, `fields`, `name`.
    pub path: Vec<Id>,
}

/// The parts of one form, each with what has been seen of it: the good outcome (answered, kept, held)
/// and the other one.
#[derive(Clone, Debug, Default)]
pub struct Exercised(BTreeMap<Part, Seen>);

/// Which outcomes of a part have been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Answered, kept, held.
    pub yes: bool,
    /// Broken, not held.
    pub no: bool,
}

impl Part {
    /// As an author would call it: `name`, `people.id_no`, `level.showWhen`, a rule's id.
    pub fn name(&self) -> String {
        let steps = self.path.iter().enumerate();
        let named = steps.filter(|(at, key)| match at {
            0 => false,
            2 => &***key != "fields",
            // Behind a field stand `columns` and a name by turns.
            at => at % 2 == 1 || &***key != "columns",
        });
        let named: Vec<&str> = named.map(|(_, key)| &**key).collect();
        // A field is known without its page.
        let page = usize::from(self.path.len() > 3 && &*self.path[2] == "fields");
        named[page..].join(".")
    }
}

impl Seen {
    /// Whether nothing is left to be seen of a part of this kind.
    pub fn is_enough(self, kind: PartKind) -> bool {
        self.yes && (self.no || kind == PartKind::Field)
    }

    fn add(&mut self, good: bool) {
        self.yes |= good;
        self.no |= !good;
    }
}

impl Exercised {
    /// Every part of the form, nothing of it exercised.
    pub fn none_of(form: &Form) -> Self {
        let mut parts = Self::default();
        for page in form.pages.values() {
            let path = [Id::from("pages"), Id::clone(&page.id)];
            parts.expect_condition(&path, "showWhen", page.show_when.as_ref());
            parts.expect_condition(&path, "requireWhen", page.require_when.as_ref());
            parts.expect_fields(&below(&path, "fields"), page.fields.values());
        }
        for rule in form.rules.values() {
            let path = [Id::from("rules"), Id::clone(&rule.id)];
            parts.seen(PartKind::Rule, path.to_vec());
            parts.expect_condition(&path, "when", rule.when.as_ref());
        }
        parts
    }

    /// Every part with what has been seen of it, in order of kinds and paths.
    pub fn parts(&self) -> impl Iterator<Item = (&Part, Seen)> {
        self.0.iter().map(|(part, seen)| (part, *seen))
    }

    /// Adds what these answers exercise.
    pub fn take(&mut self, evaluated: &Evaluated, answers: &Answers) {
        for page in evaluated.form().pages.values() {
            let path = [Id::from("pages"), Id::clone(&page.id)];
            if page.show_when.is_some() {
                self.condition(&path, "showWhen", evaluated.page_shown(&page.id));
            }
            if !evaluated.page_shown(&page.id) {
                continue;
            }
            self.judge(&path, "requireWhen", page.require_when.as_ref(), evaluated, &[]);
            let path = below(&path, "fields");
            for field in page.fields.values() {
                if let Some(state) = evaluated.field(&field.id) {
                    self.field(&path, field, state, answers.get(&*field.id), evaluated, &[]);
                }
            }
        }
        for (rule, when, kept) in rules::outcomes(evaluated) {
            let path = [Id::from("rules"), Id::clone(&rule.id)];
            if rule.when.is_some() {
                self.condition(&path, "when", when);
            }
            if let Some(kept) = kept {
                self.seen(PartKind::Rule, path.to_vec()).add(kept);
            }
        }
    }

    fn field(
        &mut self,
        above: &[Id],
        field: &Field,
        state: &FieldState,
        given: Option<&Json>,
        evaluated: &Evaluated,
        extra: &[Value],
    ) {
        let path = below(above, &field.id);
        if field.show_when.is_some() {
            self.condition(&path, "showWhen", state.shown);
        }
        if !state.shown {
            return;
        }
        let answered = match &field.kind {
            FieldType::Note => true,
            FieldType::Computed(_) => state.given.is_some(),
            _ => answer::answered(given).is_some() || state.given.is_some(),
        };
        if answered {
            self.seen(PartKind::Field, path.clone()).add(true);
        }
        self.judge(&path, "requireWhen", field.require_when.as_ref(), evaluated, extra);
        self.judge(&path, "readOnlyWhen", field.read_only_when.as_ref(), evaluated, extra);
        if let FieldType::Table(table) = &field.kind {
            let path = below(&path, "columns");
            let rows = given.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            for (row, cells) in state.rows.iter().zip(rows) {
                let columns = table.columns.values();
                self.row(&path, columns, row, cells.as_object(), evaluated, extra);
            }
        }
    }

    fn row<'a>(
        &mut self,
        path: &[Id],
        columns: impl Iterator<Item = &'a Field>,
        row: &RowState,
        cells: Option<&Map<String, Json>>,
        evaluated: &Evaluated,
        outer: &[Value],
    ) {
        let extra: Vec<Value> = [row.record().clone()]
            .into_iter()
            .chain(outer.first().cloned())
            .collect();
        for column in columns {
            if let Some(state) = row.columns.get(&column.id) {
                let given = cells.and_then(|cells| cells.get(&*column.id));
                self.field(path, column, state, given, evaluated, &extra);
            }
        }
    }

    /// Notes whether a condition that is there holds.
    fn judge(
        &mut self,
        path: &[Id],
        word: &str,
        condition: Option<&Expression>,
        evaluated: &Evaluated,
        extra: &[Value],
    ) {
        let held = condition.and_then(|condition| condition.holds(&evaluated.frame(extra)).ok());
        if let Some(held) = held {
            self.condition(path, word, held);
        }
    }

    fn condition(&mut self, path: &[Id], word: &str, held: bool) {
        self.seen(PartKind::Condition, below(path, word)).add(held);
    }

    fn seen(&mut self, kind: PartKind, path: Vec<Id>) -> &mut Seen {
        self.0.entry(Part { kind, path }).or_default()
    }

    fn expect_condition(&mut self, path: &[Id], word: &str, condition: Option<&Expression>) {
        if condition.is_some() {
            self.seen(PartKind::Condition, below(path, word));
        }
    }

    fn expect_fields<'a>(&mut self, above: &[Id], fields: impl Iterator<Item = &'a Field>) {
        for field in fields {
            let path = below(above, &field.id);
            self.seen(PartKind::Field, path.clone());
            self.expect_condition(&path, "showWhen", field.show_when.as_ref());
            self.expect_condition(&path, "requireWhen", field.require_when.as_ref());
            self.expect_condition(&path, "readOnlyWhen", field.read_only_when.as_ref());
            if let FieldType::Table(table) = &field.kind {
                self.expect_fields(&below(&path, "columns"), table.columns.values());
            }
        }
    }
}

fn below(path: &[Id], key: &str) -> Vec<Id> {
    path.iter().cloned().chain([Id::from(key)]).collect()
}
