//! Answers × form → findings.
//!
//! [`check`] runs everything an application must pass; [`check_page`] only what a draft must not
//! break. Findings are data for the applicant, never errors. Plugins are run by the caller, who adds
//! what they found with [`Checked::merge`].
//!
//! Slots behind a form's own in an expression (see [`crate::definition::expression::Scope::with`]):
//! in a column's conditions and in `each:` rules `row`, then `outer` where the row lies in an inner
//! table; in a `where` the same and then `it`.

mod answer;
mod branches;
mod candidates;
pub mod compiled;
pub mod context;
pub mod evaluated;
pub mod exercised;
pub mod finding;
pub mod limits;
pub mod path;
pub mod picker;
pub mod posted;
mod print_mark;
pub mod rules;
mod table;
mod walk;
mod wording;

#[cfg(test)]
mod tests;

pub use compiled::{BadForm, CompiledForm};
pub use context::{Context, Lookups};
pub use evaluated::{Evaluated, FieldState, RowState};
pub use exercised::{Exercised, Part, PartKind};
pub use finding::{Checked, Finding};
pub use path::Path;
pub use picker::Picker;

use crate::definition::{Field, Form, Id};

/// What an applicant has filled: stored answers by field id (LANGUAGE L3).
pub type Answers = serde_json::Map<String, serde_json::Value>;

/// Checks `answers` as if they were submitted: presence, schema, code lists, look-ups, files, rules.
///
/// Findings stand in the order of the form, then of its rules.
pub fn check(form: &CompiledForm, answers: &Answers, context: &Context<'_>) -> Checked {
    let evaluated = Evaluated::new(form.form(), answers, context);
    let mut findings = walk::complete(form, answers, &evaluated, context);
    rules::run(form.form(), &evaluated, &mut findings);
    Checked::new(evaluated, findings)
}

/// Checks the answers of one page for saving a draft: types and limits. Nothing need be complete,
/// and whether a question is asked now does not matter.
pub fn check_page(form: &CompiledForm, page: &str, answers: &Answers, context: &Context<'_>) -> Vec<Finding> {
    let fields = form
        .form()
        .pages
        .get(page)
        .into_iter()
        .flat_map(|page| page.fields.values());
    walk::draft(form, fields, answers, context)
}

/// The branches on a page that were chosen where only a smallest branch may be: a draft keeps them, and the person is
/// told at once what lies below.
pub fn branches_chosen(form: &Form, page: &str, answers: &Answers) -> Vec<Finding> {
    branches::chosen(form, page, answers)
}

/// The same for single fields, such as those that are asked when an application is added.
pub fn check_fields(form: &CompiledForm, fields: &[Id], answers: &Answers, context: &Context<'_>) -> Vec<Finding> {
    let fields = fields.iter().filter_map(|id| form.form().field(id));
    walk::draft(form, fields, answers, context)
}

/// What a new application starts with: the constant `default` of every field that has one.
pub fn initial_answers(form: &Form) -> Answers {
    let default = |field: &Field| Some((field.id.to_string(), field.default.clone()?));
    form.fields().filter_map(|(_, field)| default(field)).collect()
}
