//! What may be picked now: the records of look-ups and the codes of choices with a `where`.

use std::collections::BTreeMap;

use super::context::Lookups;
use super::{Evaluated, RowState, limits};
use crate::definition::expression::{Value, value_of};
use crate::definition::form::{Choice, Lookup};
use crate::definition::{Field, FieldType, Id};
use indexmap::IndexMap;

/// The value to store and the name to read.
type Candidate = (String, String);

impl Evaluated<'_> {
    /// The candidates of every look-up and of every choice that other answers or the day narrow, among
    /// `fields`, by path; those of a column that is in no row yet stand under the path without row
    /// numbers.
    pub fn candidates(
        &self,
        fields: &IndexMap<Id, Field>,
        lookups: &dyn Lookups,
    ) -> BTreeMap<String, Vec<(String, String)>> {
        let mut found = BTreeMap::new();
        for field in fields.values() {
            let rows = self
                .field(&field.id)
                .map(|state| state.rows.as_slice())
                .unwrap_or_default();
            self.collect(field, &field.id, &[], rows, lookups, &mut found);
        }
        found
    }

    fn collect(
        &self,
        field: &Field,
        path: &str,
        extra: &[Value],
        rows: &[RowState],
        lookups: &dyn Lookups,
        found: &mut BTreeMap<String, Vec<Candidate>>,
    ) {
        match &field.kind {
            FieldType::Lookup(lookup) => {
                found.insert(path.to_owned(), self.records(lookup, extra, lookups));
            }
            FieldType::Choice(choice)
            | FieldType::Choices(choice)
            | FieldType::Tree(choice)
            | FieldType::Trees(choice)
                if choice.is_narrowed() =>
            {
                found.insert(path.to_owned(), self.codes(choice, extra));
            }
            FieldType::Table(table) => {
                for column in table.columns.values() {
                    self.collect(
                        column,
                        &format!("{path}.{}", column.id),
                        &[Value::Empty],
                        &[],
                        lookups,
                        found,
                    );
                    for (at, row) in rows.iter().enumerate() {
                        let mut inner = vec![row.record().clone()];
                        inner.extend(extra.iter().take(1).cloned());
                        let below = row
                            .columns
                            .get(&column.id)
                            .map(|state| state.rows.as_slice())
                            .unwrap_or_default();
                        self.collect(
                            column,
                            &format!("{path}[{at}].{}", column.id),
                            &inner,
                            below,
                            lookups,
                            found,
                        );
                    }
                }
            }
            _ => {}
        }
    }

    fn records(&self, lookup: &Lookup, extra: &[Value], lookups: &dyn Lookups) -> Vec<Candidate> {
        let fitting = lookups.all(&lookup.from).filter(|record| {
            self.record_fits(lookup, value_of(record, &lookup.record), extra)
                .unwrap_or(false)
        });
        let named = fitting.filter_map(|record| {
            let text = |key: &str| record.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
            Some((text("id")?, text("name")?))
        });
        named.take(limits::CANDIDATES).collect()
    }

    fn codes(&self, choice: &Choice, extra: &[Value]) -> Vec<Candidate> {
        let entries = choice.list.entries().iter().filter(|entry| {
            let selectable = !choice.leaf_only || choice.list.is_leaf(&entry.code);
            let selectable = selectable && entry.term.misses(self.filed_on()).is_none();
            selectable && self.code_fits(choice, &entry.code, extra).unwrap_or(false)
        });
        entries
            .map(|entry| (entry.code.to_string(), choice.list.path(&entry.code)))
            .collect()
    }
}
