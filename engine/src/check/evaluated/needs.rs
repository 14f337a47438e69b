//! Once every value is known: what must be answered and what cannot be changed.

use std::sync::Arc;

use super::{Evaluated, FieldState};
use crate::check::answer;
use crate::check::path::Path;
use crate::definition::expression::{Expression, TooCostly, Value};
use crate::definition::{Field, FieldType, Id, Page};

impl Evaluated {
    /// Settles `required` and `read_only` of every field and cell.
    pub(super) fn settle(&mut self) {
        let form = Arc::clone(&self.form);
        let mut fields = std::mem::take(&mut self.fields);
        let mut costly = std::mem::take(&mut self.costly);
        for page in form.pages.values() {
            let filled = page
                .fields
                .keys()
                .any(|id| fields.get(id).is_some_and(|state| state.filled));
            let binds = filled || self.page_required(page);
            for field in page.fields.values() {
                if let Some(state) = fields.get_mut(&field.id) {
                    self.settle_field(field, state, &[], &Path::field(Id::clone(&field.id)), &mut costly);
                    state.required &= binds;
                }
            }
        }
        self.fields = fields;
        self.costly = costly;
    }

    fn page_required(&self, page: &Page) -> bool {
        page.require_when
            .as_ref()
            .is_none_or(|condition| condition.holds(&self.frame(&[])).unwrap_or(true))
    }

    fn settle_field(&self, field: &Field, state: &mut FieldState, extra: &[Value], at: &Path, costly: &mut Vec<Path>) {
        if !state.shown {
            return;
        }
        let mut holds = |condition: &Option<Expression>| match condition {
            None => false,
            Some(condition) => condition.holds(&self.frame(extra)).unwrap_or_else(|TooCostly| {
                costly.push(at.clone());
                false
            }),
        };
        state.required = answer::is_asked(&field.kind) && (field.required || holds(&field.require_when));
        state.read_only = holds(&field.read_only_when);
        let FieldType::Table(table) = &field.kind else { return };
        for (at, row) in state
            .rows
            .iter_mut()
            .enumerate()
            .map(|(number, row)| (at.row(number), row))
        {
            let extra: Vec<Value> = [row.record.clone()].into_iter().chain(extra.first().cloned()).collect();
            for (id, state) in &mut row.columns {
                if let Some(column) = table.columns.get(id) {
                    self.settle_field(column, state, &extra, &at.column(Id::clone(id)), costly);
                }
            }
        }
    }
}
