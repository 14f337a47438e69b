//! What stands ready to be picked when a page is shown: the codes of short choices with a `where`, and what a
//! `pick: only` look-up picks by itself. Everything longer is searched by a [`super::Picker`].

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::context::Lookups;
use super::{Evaluated, FieldState, RowState};
use crate::definition::expression::Value;
use crate::definition::form::Choice;
use crate::definition::{Field, FieldType, Id};

/// The value to store and the name to read.
type Candidate = (String, String);

impl Evaluated {
    /// What stands ready among `fields`, by path; what belongs to a column that is in no row yet stands under the path
    /// without row numbers. A look-up stands here only where it is `pick: only` and unanswered: with its sole
    /// candidate, or with none where there is nothing to pick.
    pub fn candidates(
        &self,
        fields: &IndexMap<Id, Field>,
        lookups: &dyn Lookups,
    ) -> BTreeMap<String, Vec<(String, String)>> {
        let mut found = BTreeMap::new();
        for field in fields.values() {
            self.collect(field, &field.id, &[], self.field(&field.id), lookups, &mut found);
        }
        found
    }

    fn collect(
        &self,
        field: &Field,
        path: &str,
        extra: &[Value],
        state: Option<&FieldState>,
        lookups: &dyn Lookups,
        found: &mut BTreeMap<String, Vec<Candidate>>,
    ) {
        match &field.kind {
            FieldType::Lookup(lookup) => {
                let Some(state) = state else { return };
                let sole = state
                    .given
                    .as_ref()
                    .and_then(|id| lookups.get(&lookup.from, id.as_str()?));
                let text = |key: &str| Some(sole.as_ref()?.get(key)?.as_str()?.to_owned());
                let sole = text("id").zip(text("name"));
                if sole.is_some() || state.no_candidate {
                    found.insert(path.to_owned(), sole.into_iter().collect());
                }
            }
            FieldType::Choice(choice) | FieldType::Choices(choice) if choice.is_narrowed() && !choice.is_long() => {
                found.insert(path.to_owned(), self.codes(choice, extra));
            }
            FieldType::Table(table) => {
                let rows: &[RowState] = state.map(|state| state.rows.as_slice()).unwrap_or_default();
                for column in table.columns.values() {
                    let below = format!("{path}.{}", column.id);
                    self.collect(column, &below, &[Value::Empty], None, lookups, found);
                    for (at, row) in rows.iter().enumerate() {
                        let mut inner = vec![row.record().clone()];
                        inner.extend(extra.iter().take(1).cloned());
                        let below = format!("{path}[{at}].{}", column.id);
                        self.collect(column, &below, &inner, row.columns.get(&column.id), lookups, found);
                    }
                }
            }
            _ => {}
        }
    }

    fn codes(&self, choice: &Choice, extra: &[Value]) -> Vec<Candidate> {
        let entries = choice.list.entries().iter().filter(|entry| {
            let selectable = choice.takes(entry) && entry.term.misses(self.filed_on()).is_none();
            selectable && self.code_fits(choice, &entry.code, extra).unwrap_or(false)
        });
        entries
            .map(|entry| (entry.code.to_string(), choice.list.path(&entry.code)))
            .collect()
    }
}
