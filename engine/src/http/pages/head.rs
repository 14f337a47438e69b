//! What the pages of an application share: the head with tabs, toolbar and state.

use std::collections::HashSet;

use crate::check::Checked;
use crate::definition::Id;
use crate::definition::form::Severity;
use crate::definition::workflow::{By, Edits, State};
use crate::http::visit::Visit;
use crate::registry::Case;
use crate::theme::view::{ActionLink, ApplicationHead, Link, Tab, TabProgress, Tone};
use crate::workflow::Editing;

/// How an application is going.
pub(super) fn tone(state: Option<&State>, certified: bool) -> Tone {
    match state {
        _ if certified => Tone::Done,
        Some(state) if state.is_final => Tone::Ended,
        Some(state) => match state.edits {
            Edits::Applicant => Tone::Draft,
            Edits::Marked => Tone::Returned,
            Edits::Nobody => Tone::Waiting,
        },
        None => Tone::Ended,
    }
}

/// The head of an application's page over [`Case::look`]; `current` is the page of the form that is shown.
pub(super) fn head(visit: &Visit, case: &Case, checked: &Checked<'_>, current: Option<&str>) -> ApplicationHead {
    let language = visit.language;
    let application = case.application();
    let form = case.form();
    let editable = case.editing() != Editing::No;
    let back = if case.is_applicant() { "applications" } else { "queue" };
    let document = |document: &crate::definition::region::Document| Link {
        label: if document.issued {
            document.label.get(language).to_owned()
        } else {
            visit.text("download", &[])
        },
        href: visit.of(
            case,
            &format!("documents/{}{}", document.id, if document.issued { "" } else { "/pdf" }),
        ),
    };
    ApplicationHead {
        id: application.id.clone(),
        href: visit.of(case, ""),
        name: application.title.clone(),
        form: form.title.get(language).into(),
        version: form.version.clone(),
        state: case
            .state()
            .map(|state| state.label.get(language).to_owned())
            .unwrap_or_default(),
        tone: tone(case.state(), application.certificate.is_some()),
        number: application.number.clone(),
        tabs: tabs(visit, case, checked, current, editable),
        actions: actions(visit, case, checked),
        documents: case.documents().into_iter().map(document).collect(),
        check: editable.then(|| visit.of(case, "check")),
        unmask: case.may_unmask().then(|| visit.of(case, "unmask")),
        back: visit.href(back),
    }
}

fn actions(visit: &Visit, case: &Case, checked: &Checked<'_>) -> Vec<ActionLink> {
    let forward = |action: &crate::definition::workflow::Action| {
        let edits = |state: &Id| {
            case.office()
                .region()
                .workflow
                .states
                .get(state)
                .map_or(Edits::Nobody, |state| state.edits)
        };
        let ahead = action.to.iter().all(|target| edits(&target.to) == Edits::Nobody);
        ahead && (action.by.contains(&By::Applicant) || !action.effects.is_empty())
    };
    let mut first = true;
    let offered = case.offered_over(&checked.evaluated).into_iter().map(|action| {
        let primary = first && forward(action);
        first &= !primary;
        ActionLink {
            label: action.label.get(visit.language).into(),
            href: visit.of(case, &format!("actions/{}", action.id)),
            primary,
        }
    });
    offered.collect()
}

fn tabs(visit: &Visit, case: &Case, checked: &Checked<'_>, current: Option<&str>, editable: bool) -> Vec<Tab> {
    let evaluated = &checked.evaluated;
    let errors = checked.findings.iter();
    let errors = errors.filter(|finding| finding.severity == Severity::Error);
    let wrong: HashSet<&Id> = errors.filter_map(|finding| finding.page.as_ref()).collect();
    let marked = |page: &crate::definition::Page| {
        let marks = case
            .application()
            .returned
            .as_ref()
            .map(|returned| returned.marks.as_slice())
            .unwrap_or_default();
        marks
            .iter()
            .any(|mark| page.fields.contains_key(mark.split(['[', '.']).next().unwrap_or(mark)))
    };
    let pages = case.form().pages.values().filter(|page| evaluated.page_shown(&page.id));
    let tab = |page: &crate::definition::Page| {
        let missing = editable.then(|| wrong.contains(&page.id));
        Tab {
            label: page.title.get(visit.language).into(),
            href: visit.of(case, &format!("pages/{}", page.id)),
            current: current == Some(&*page.id),
            progress: match missing {
                Some(true) => TabProgress::Missing,
                // A page that nobody has saved yet is not done, even if nothing on it is required.
                Some(false) if case.page_revision(&page.id) > 0 => TabProgress::Complete,
                _ => TabProgress::Plain,
            },
            marked: marked(page),
        }
    };
    pages.map(tab).collect()
}
