//! Which answers may be changed where an application stands.

use std::collections::BTreeSet;

use super::standing::{Actor, Standing};
use crate::definition::workflow::{Edits, Workflow};
use crate::definition::{Field, FieldType, Form, Id, Page};

/// Which answers may be changed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Editing {
    /// None.
    No,
    /// All.
    All,
    /// Only these fields of the form.
    Only(BTreeSet<Id>),
}

impl Editing {
    /// Whether the field may be changed.
    pub fn allows(&self, field: &str) -> bool {
        match self {
            Self::No => false,
            Self::All => true,
            Self::Only(fields) => fields.contains(field),
        }
    }
}

/// What `actor` may change. After a return with marks: the marked fields and what depends on them.
pub fn may_edit(workflow: &Workflow, form: &Form, standing: &Standing, actor: &Actor) -> Editing {
    let Actor::Person(person) = actor else {
        return Editing::No;
    };
    let Some(state) = workflow.states.get(&standing.state).filter(|_| person.is_applicant) else {
        return Editing::No;
    };
    match state.edits {
        Edits::Nobody => Editing::No,
        Edits::Applicant => Editing::All,
        Edits::Marked => {
            let marked: BTreeSet<Id> = standing
                .marks
                .iter()
                .flat_map(|mark| fields_of_mark(form, mark))
                .collect();
            if marked.is_empty() {
                Editing::All
            } else {
                Editing::Only(with_dependents(form, marked))
            }
        }
    }
}

/// The fields that a mark names: `field`, `page:id`, or a place in a table. None where it names nothing.
pub(super) fn fields_of_mark(form: &Form, mark: &str) -> Vec<Id> {
    if let Some(page) = mark.strip_prefix("page:") {
        return form
            .pages
            .get(page)
            .map_or_else(Vec::new, |page| page.fields.keys().cloned().collect());
    }
    let root = mark.split(['[', '.']).next().unwrap_or_default();
    form.field(root)
        .map_or_else(Vec::new, |field| vec![Id::clone(&field.id)])
}

/// Adds every field that is shown, required or chosen by what a marked one says, and so on.
fn with_dependents(form: &Form, mut marked: BTreeSet<Id>) -> BTreeSet<Id> {
    let mut changed: BTreeSet<Id> = marked.clone();
    loop {
        let lets = form
            .lets
            .values()
            .filter(|named| reads_any(named.expression.reads(), &changed));
        let lets = lets.map(|named| Id::clone(&named.id));
        let fields = form.fields().filter(|(page, field)| depends(page, field, &changed));
        let fields: Vec<Id> = fields.map(|(_, field)| Id::clone(&field.id)).collect();
        let before = changed.len();
        let more: Vec<Id> = lets.chain(fields.iter().cloned()).collect();
        changed.extend(more);
        marked.extend(fields);
        if changed.len() == before {
            return marked;
        }
    }
}

fn depends(page: &Page, field: &Field, changed: &BTreeSet<Id>) -> bool {
    let page = [&page.show_when, &page.require_when];
    page.into_iter()
        .flatten()
        .any(|condition| reads_any(condition.reads(), changed))
        || field_reads(field, changed)
}

fn field_reads(field: &Field, changed: &BTreeSet<Id>) -> bool {
    let conditions = [&field.show_when, &field.require_when, &field.read_only_when];
    let own = conditions
        .into_iter()
        .flatten()
        .any(|condition| reads_any(condition.reads(), changed));
    own || match &field.kind {
        FieldType::Choice(choice) | FieldType::Choices(choice) | FieldType::Tree(choice) | FieldType::Trees(choice) => {
            choice
                .filter
                .as_ref()
                .is_some_and(|filter| reads_any(filter.reads(), changed))
        }
        FieldType::Lookup(lookup) => lookup
            .filter
            .as_ref()
            .is_some_and(|filter| reads_any(filter.reads(), changed)),
        FieldType::Computed(computed) => reads_any(computed.compute.reads(), changed),
        FieldType::Table(table) => table.columns.values().any(|column| field_reads(column, changed)),
        _ => false,
    }
}

fn reads_any(reads: &[Id], changed: &BTreeSet<Id>) -> bool {
    reads.iter().any(|name| changed.contains(name))
}
