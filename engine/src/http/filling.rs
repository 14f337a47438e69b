//! From what the engine worked out to what a page is filled with.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::visit::Visit;
use crate::check::{Evaluated, Finding, posted};
use crate::definition::{Field, FieldType, Page};
use crate::registry::{Case, asked};
use crate::theme::filling::{Candidate, Editing, Filling, Message};
use crate::theme::view::ErrorLink;
use crate::workflow;

/// A page's filling: answers, what is shown, required and computed now, what can be picked.
pub(super) fn filling<'a>(
    visit: &Visit,
    case: &Case,
    page: &Page,
    evaluated: &Evaluated,
    answers: &'a serde_json::Map<String, Json>,
) -> Filling<'a> {
    let mut filling = Filling::new(answers);
    filling.asked = match std::ptr::eq(evaluated, case.evaluated()) {
        true => Arc::clone(&case.page_now(page).asked),
        false => {
            let mut typed = asked(page, evaluated, answers, case.units());
            typed.names.extend(case.names());
            typed.into()
        }
    };
    filling.editing = match case.editing() {
        workflow::Editing::No => Editing::Nothing,
        workflow::Editing::All => Editing::All,
        workflow::Editing::Only(fields) => Editing::Only(fields.iter().map(ToString::to_string).collect()),
    };
    filling.picks = true;
    filling.remarks = case.remarks();
    filling.changed = visit.app.registry().changed(case);
    filling.files_at = format!("{}/", visit.of(case, "files"));
    filling.documents_at = format!("{}/", visit.of(case, "documents"));
    filling.tables_at = format!("{}/", visit.of(case, "tables"));
    filling.removed = case.removed(&page.id).map(|(table, at)| (table.to_owned(), at));
    filling
}

/// Puts findings and what could not be read at their fields, and gives the summary above the form.
pub(super) fn tell(
    visit: &Visit,
    case: &Case,
    findings: &[Finding],
    refused: &[posted::Refused],
    filling: &mut Filling<'_>,
) -> Vec<ErrorLink> {
    let mut summary = Vec::new();
    for item in refused {
        let text = refuse(visit, item, filling);
        summary.push(error_link(visit, case, Some(&item.path), text.clone()));
        let message = Message {
            severity: crate::definition::form::Severity::Error,
            text,
        };
        filling.messages.entry(item.path.clone()).or_default().push(message);
    }
    for finding in findings {
        let path = finding.at.as_ref().map(ToString::to_string);
        let text = finding.message.get(visit.language).to_owned();
        let link = error_link(visit, case, path.as_deref(), text);
        if let Some(path) = path {
            filling.messages.entry(path).or_default().push(Message {
                severity: finding.severity,
                text: link.message.clone(),
            });
        }
        summary.push(link);
    }
    summary
}

/// Shows again what could not be read, with what may have been meant, and gives what is to be said.
pub(super) fn refuse(visit: &Visit, item: &posted::Refused, filling: &mut Filling<'_>) -> String {
    filling.refused.insert(item.path.clone(), item.raw.clone());
    let near = item.near.iter().map(|near| Candidate {
        value: near.value.clone(),
        label: near.label.clone(),
    });
    filling.offers.insert(item.path.clone(), near.collect());
    said(visit, item)
}

/// Why something could not be read, and what may have been meant.
pub(super) fn said(visit: &Visit, item: &posted::Refused) -> String {
    match item.reason.near_key().filter(|_| !item.near.is_empty()) {
        None => visit.text(item.reason.text_key(), &[("raw", &item.raw)]),
        Some(key) => {
            let names: Vec<&str> = item.near.iter().map(|near| near.label.as_str()).collect();
            let near = names.join(&visit.text("list_comma", &[]));
            visit.text(key, &[("near", &near)])
        }
    }
}

/// One entry of an error summary, linked to its field on the same page.
pub(super) fn error_link(visit: &Visit, case: &Case, path: Option<&str>, message: String) -> ErrorLink {
    let label = path
        .and_then(|path| path.parse::<crate::check::Path>().ok())
        .map(|path| path.label(case.form()));
    let label = label
        .map(|label| label.get(visit.language).to_owned())
        .unwrap_or_default();
    ErrorLink {
        message: without_label(&message, &label).to_owned(),
        label,
        href: path
            .map(|path| format!("#{}", crate::theme::input_name::anchor(path)))
            .unwrap_or_default(),
    }
}

/// A finding names its field where it stands alone; beside the label that is once too often.
pub(super) fn without_label<'m>(message: &'m str, label: &str) -> &'m str {
    let rest = message.strip_prefix(label).filter(|_| !label.is_empty());
    let rest = rest.and_then(|rest| rest.strip_prefix('：').or_else(|| rest.strip_prefix(": ")));
    rest.unwrap_or(message)
}

/// The sensitive texts among the answers given to a page that are not stored: shown to whoever has just typed them.
pub(super) fn newly_typed(
    page: &Page,
    given: &serde_json::Map<String, Json>,
    stored: &serde_json::Map<String, Json>,
) -> BTreeSet<String> {
    let (mut typed, mut known) = (BTreeSet::new(), BTreeSet::new());
    sensitive_texts(page.fields.values(), given, &mut typed);
    if !typed.is_empty() {
        sensitive_texts(page.fields.values(), stored, &mut known);
    }
    &typed - &known
}

fn sensitive_texts<'f>(
    fields: impl Iterator<Item = &'f Field>,
    answers: &serde_json::Map<String, Json>,
    found: &mut BTreeSet<String>,
) {
    for field in fields {
        match (&field.kind, answers.get(&*field.id)) {
            (FieldType::Table(table), Some(Json::Array(rows))) => {
                for row in rows.iter().filter_map(Json::as_object) {
                    sensitive_texts(table.columns.values(), row, found);
                }
            }
            (_, Some(Json::String(text))) if field.sensitive => drop(found.insert(text.clone())),
            _ => {}
        }
    }
}

/// Nothing but texts that were filled in: for an action's inputs.
pub(super) fn plain<'a>(answers: &'a serde_json::Map<String, Json>) -> Filling<'a> {
    Filling::new(answers)
}

#[cfg(test)]
mod tests {
    use super::without_label;

    #[test]
    fn a_label_is_said_once() {
        for (message, label, expected) in [
            ("成果名称：为必填项，请填写。", "成果名称", "为必填项，请填写。"),
            ("Name: is required.", "Name", "is required."),
            ("成果名称应与专利名称一致", "成果名称", "成果名称应与专利名称一致"),
            ("：空", "", "：空"),
        ] {
            assert_eq!(without_label(message, label), expected);
        }
    }
}
