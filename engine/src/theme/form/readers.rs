//! Which fields decide what else a form shows, so that a page can ask the server again when one of
//! them changes instead of waiting for the next save.

use std::collections::HashSet;

use crate::definition::form::{Choice, Form, Lookup};
use crate::definition::{Expression, Field, FieldType, Id};

/// Ids of fields and columns.
pub(super) type Readers = HashSet<Id>;

/// The fields that a condition, a filter or a computation reads, directly or through a `let`.
/// Where one reads `row`, every column of the same table that is chosen from a list counts.
pub(super) fn read_by_others(form: &Form) -> Readers {
    let mut read = Readers::new();
    for page in form.pages.values() {
        take(page.show_when.iter().chain(&page.require_when), form, &mut read);
        for field in page.fields.values() {
            of_field(field, form, &mut read);
        }
    }
    read
}

fn of_field(field: &Field, form: &Form, read: &mut Readers) {
    take(expressions(field), form, read);
    if let FieldType::Table(table) = &field.kind {
        for column in table.columns.values() {
            of_field(column, form, read);
        }
        let in_row = |column: &Field| expressions(column).any(|one| one.reads().iter().any(|name| &**name == "row"));
        if table.columns.values().any(in_row) {
            read.extend(
                table
                    .columns
                    .values()
                    .filter(|column| is_chosen(column))
                    .map(|column| column.id.clone()),
            );
        }
    }
}

fn expressions(field: &Field) -> impl Iterator<Item = &Expression> {
    let filter = match &field.kind {
        FieldType::Choice(Choice { filter, .. })
        | FieldType::Choices(Choice { filter, .. })
        | FieldType::Tree(Choice { filter, .. })
        | FieldType::Trees(Choice { filter, .. })
        | FieldType::Lookup(Lookup { filter, .. }) => filter.as_ref(),
        FieldType::Computed(computed) => Some(&computed.compute),
        _ => None,
    };
    let conditions = [&field.show_when, &field.require_when, &field.read_only_when];
    conditions.into_iter().flatten().chain(filter)
}

fn is_chosen(field: &Field) -> bool {
    use FieldType::{Choice, Choices, Lookup, Tree, Trees, YesNo};
    matches!(
        field.kind,
        Choice(_) | Choices(_) | Lookup(_) | Tree(_) | Trees(_) | YesNo
    )
}

fn take<'f>(expressions: impl Iterator<Item = &'f Expression>, form: &'f Form, read: &mut Readers) {
    for expression in expressions {
        for name in expression.reads() {
            if let Some(named) = form.lets.get(name) {
                // Lets read only earlier lets, so this ends.
                take(std::iter::once(&named.expression), form, read);
            } else if form.page_of.contains_key(name) {
                read.insert(name.clone());
            }
        }
    }
}
