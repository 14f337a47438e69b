//! Branches chosen where only a smallest branch may be.

use serde_json::{Map, Value as Json};

use super::finding::Finding;
use super::path::Path;
use super::{Answers, limits, wording};
use crate::definition::form::{Choice, Severity};
use crate::definition::{Field, FieldType, Form, Id, Text};

pub(super) fn chosen(form: &Form, page: &str, answers: &Answers) -> Vec<Finding> {
    let mut findings = Vec::new();
    for field in form.pages.get(page).into_iter().flat_map(|page| page.fields.values()) {
        of_field(form, field, &Path::field(Id::clone(&field.id)), answers, &mut findings);
    }
    findings
}

fn of_field(form: &Form, field: &Field, at: &Path, answers: &Map<String, Json>, findings: &mut Vec<Finding>) {
    let Some(answer) = answers.get(&*field.id) else { return };
    match (&field.kind, answer) {
        (FieldType::Choice(choice) | FieldType::Tree(choice), Json::String(code)) => {
            findings.extend(told(form, field, choice, code, at.clone()));
        }
        (FieldType::Choices(choice) | FieldType::Trees(choice), Json::Array(codes)) => {
            let codes = codes.iter().filter_map(Json::as_str).enumerate();
            findings.extend(codes.filter_map(|(item, code)| told(form, field, choice, code, at.row(item))));
        }
        (FieldType::Table(table), Json::Array(rows)) => {
            for (number, row) in rows.iter().take(limits::ROWS).enumerate() {
                let Some(row) = row.as_object() else { continue };
                for column in table.columns.values() {
                    let at = at.row(number).column(Id::clone(&column.id));
                    of_field(form, column, &at, row, findings);
                }
            }
        }
        _ => {}
    }
}

fn told(form: &Form, field: &Field, choice: &Choice, code: &str, at: Path) -> Option<Finding> {
    choice.list.get(code).filter(|entry| !choice.takes(entry))?;
    let message = wording::at(&at.label(form), &not_leaf(field, choice, code));
    Some(Finding::new(form, Severity::Error, "not-leaf", Some(at), message))
}

/// The chosen entry is named only where the answer is not sensitive.
pub(super) fn not_leaf(field: &Field, choice: &Choice, code: &str) -> Text {
    if field.sensitive {
        return Text::both("只能选择最小分支", "only a smallest branch can be chosen");
    }
    wording::not_leaf(&choice.list, code, limits::LEAVES_NAMED)
}
