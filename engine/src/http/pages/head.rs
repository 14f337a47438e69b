//! What the pages of an application share: the head with tabs, toolbar and state.

use std::collections::HashSet;

use crate::check::Answers;
use crate::definition::form::Severity;
use crate::definition::workflow::{By, Edits, State};
use crate::definition::{Field, Id, Page};
use crate::http::Error;
use crate::http::visit::Visit;
use crate::registry::{Case, Look};
use crate::theme::view::{ActionLink, ApplicationHead, Frame, Link, Progress, Shell, Tab, TabProgress, TabStrip, Tone};
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
pub(super) fn head(visit: &Visit, case: &Case, look: Look<'_>, current: Option<&str>) -> ApplicationHead {
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
        tabs: tabs(visit, case, look, current, editable),
        progress: editable.then(|| progress(case, look)),
        actions: actions(visit, case, look),
        documents: case.documents().into_iter().map(document).collect(),
        check: editable.then(|| visit.of(case, "check")),
        unmask: case.may_unmask().then(|| visit.of(case, "unmask")),
        back: visit.href(back),
    }
}

fn actions(visit: &Visit, case: &Case, look: Look<'_>) -> Vec<ActionLink> {
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
    let offered = case.offered_over(look.evaluated).into_iter().map(|action| {
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

/// What a page still lacks, as opposed to what is wrong on it.
const LACKING: [&str; 4] = ["required", "min-rows", "min-items", "lookup-no-candidate"];

/// How far the pages of a form are filled.
pub(super) struct Standing<'c> {
    lacking: HashSet<&'c Id>,
    wrong: HashSet<&'c Id>,
}

impl<'c> Standing<'c> {
    pub(super) fn of(look: Look<'c>) -> Self {
        let errors = look.findings.iter();
        let errors = errors.filter(|finding| finding.severity == Severity::Error);
        let errors = errors.filter_map(|finding| Some((finding, finding.page.as_ref()?)));
        let (lacking, wrong): (Vec<_>, Vec<_>) =
            errors.partition(|(finding, _)| LACKING.contains(&finding.rule.as_str()));
        let pages = |errors: Vec<(_, &'c Id)>| errors.into_iter().map(|(_, page)| page).collect();
        Self {
            lacking: pages(lacking),
            wrong: pages(wrong),
        }
    }

    /// Whether something on the page must be filled or mended.
    fn blocks(&self, page: &Id) -> bool {
        self.lacking.contains(page) || self.wrong.contains(page)
    }

    fn of_page(&self, case: &Case, page: &Page) -> TabProgress {
        let touched = case.page_revision(&page.id) > 0 || is_given(case.answers(), page);
        self.progress(page, touched)
    }

    /// How far a page is filled that somebody has touched, or nobody.
    pub(super) fn progress(&self, page: &Page, touched: bool) -> TabProgress {
        if page.fields.is_empty() {
            TabProgress::Plain
        } else if !touched {
            TabProgress::Untouched
        } else if self.wrong.contains(&page.id) {
            TabProgress::Wrong
        } else if self.lacking.contains(&page.id) {
            TabProgress::Missing
        } else {
            TabProgress::Complete
        }
    }
}

/// Whether there are answers on the page besides those that it begins with: from what is asked first, or from a copy.
pub(super) fn is_given(answers: &Answers, page: &Page) -> bool {
    let given = |field: &Field| {
        let given = answers.get(&*field.id);
        given.is_some_and(|given| Some(given) != field.default.as_ref())
    };
    page.fields.values().any(given)
}

fn shown<'c>(case: &'c Case, look: Look<'c>) -> impl Iterator<Item = &'c Page> {
    let pages = case.form().pages.values();
    pages.filter(|page| look.evaluated.page_shown(&page.id))
}

fn progress(case: &Case, look: Look<'_>) -> Progress {
    let standing = Standing::of(look);
    let mut progress = Progress::default();
    for page in shown(case, look) {
        let complete = standing.of_page(case, page) == TabProgress::Complete;
        progress.done += usize::from(complete);
        progress.all += usize::from(complete || standing.blocks(&page.id));
    }
    progress
}

/// The strip of tabs alone, for a page that has saved itself.
pub(super) fn tab_strip(visit: &Visit, case: &Case, current: &str) -> Result<String, Error> {
    let look = case.look();
    let editable = case.editing() != Editing::No;
    let strip = TabStrip {
        tabs: tabs(visit, case, look, Some(current), editable),
        progress: editable.then(|| progress(case, look)),
    };
    let shell = Shell {
        frame: Frame {
            language: visit.language,
            ..Frame::default()
        },
        ..Shell::default()
    };
    Ok(visit.shop.theme.page(&shell, &strip)?)
}

/// How far a page is filled, in words.
pub(super) fn said(visit: &Visit, progress: TabProgress) -> String {
    progress.text_key().map(|key| visit.text(key, &[])).unwrap_or_default()
}

fn tabs(visit: &Visit, case: &Case, look: Look<'_>, current: Option<&str>, editable: bool) -> Vec<Tab> {
    let standing = Standing::of(look);
    let marks = case.application().returned.as_ref();
    let marks = marks.map(|returned| returned.marks.as_slice()).unwrap_or_default();
    let marked = |page: &Page| {
        let mut roots = marks.iter().map(|mark| mark.split(['[', '.']).next().unwrap_or(mark));
        roots.any(|root| page.fields.contains_key(root))
    };
    let tab = |page: &Page| {
        let progress = match editable {
            true => standing.of_page(case, page),
            false => TabProgress::Plain,
        };
        Tab {
            label: page.title.get(visit.language).into(),
            href: visit.of(case, &format!("pages/{}", page.id)),
            current: current == Some(&*page.id),
            progress,
            said: said(visit, progress),
            marked: marked(page),
        }
    };
    shown(case, look).map(tab).collect()
}
