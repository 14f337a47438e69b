//! A form with its schemas compiled, made once when a region is loaded.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::path::Path;
use crate::definition::form_schema::{BadSchema, Validator, field_schema, own_schema};
use crate::definition::{Field, FieldType, Form, Id};

/// A form that is ready to check answers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CompiledForm {
    form: Arc<Form>,
    fields: Arc<Checkers>,
}

/// The compiled schemas of a form's fields or a table's columns.
pub(super) type Checkers = HashMap<Id, Checker>;

/// How one field is checked against its schema.
#[derive(Debug)]
pub(super) enum Checker {
    /// As one value.
    Whole(Validator),
    /// Cell by cell, so that every misfit has its row and column; and against what the author says of
    /// the table as a whole.
    Table {
        /// Each column's.
        columns: Checkers,
        /// The table's own.
        whole: Option<Validator>,
    },
}

/// A field whose schema does not compile; the loader tells the author first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct BadForm {
    /// The field or column.
    pub at: Path,
    /// What is wrong with its words.
    pub problem: BadSchema,
}

impl CompiledForm {
    /// Compiles the schema of every field.
    pub fn new(form: Arc<Form>) -> Result<Self, BadForm> {
        let fields = form
            .fields()
            .map(|(_, field)| (field, Path::field(Id::clone(&field.id))));
        let fields = Arc::new(compile(fields)?);
        Ok(Self { form, fields })
    }

    /// The form itself.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    pub(super) fn checkers(&self) -> &Checkers {
        &self.fields
    }
}

/// Compiles fields that belong to no form, such as the inputs of an action.
pub(super) fn compile<'a>(fields: impl Iterator<Item = (&'a Field, Path)>) -> Result<Checkers, BadForm> {
    let mut checkers = HashMap::new();
    for (field, at) in fields {
        let own = |schema: Option<serde_json::Value>| {
            let compiled = schema.map(|schema| Validator::new(&schema)).transpose();
            compiled.map_err(|problem| BadForm {
                at: at.clone(),
                problem,
            })
        };
        let checker = match &field.kind {
            FieldType::Table(table) => Some(Checker::Table {
                columns: compile_columns(&table.columns, &at)?,
                whole: own(own_schema(field))?,
            }),
            // What the engine takes apart or works out itself is of its type already.
            FieldType::File(_) | FieldType::Computed(_) => own(own_schema(field))?.map(Checker::Whole),
            FieldType::Note => None,
            _ => own(Some(field_schema(field)))?.map(Checker::Whole),
        };
        checkers.extend(checker.map(|checker| (Id::clone(&field.id), checker)));
    }
    Ok(checkers)
}

fn compile_columns(columns: &IndexMap<Id, Field>, above: &Path) -> Result<Checkers, BadForm> {
    compile(
        columns
            .values()
            .map(|column| (column, above.column(Id::clone(&column.id)))),
    )
}
