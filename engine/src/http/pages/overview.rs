//! `/{region}/applications/{id}`: where an application stands; `…/review` shows all of it to read.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::head::head;
use crate::definition::Field;
use crate::definition::region::MenuTarget;
use crate::definition::workflow::Edits;
use crate::http::Error;
use crate::http::filling::filling;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Case, Event};
use crate::theme::filling::Editing;
use crate::theme::view::{AnswerPage, Happening, Link, Overview, Step, StepPlace};

/// State, history, actions.
pub(in crate::http) async fn show(visit: SignedIn, path: Path<(String, String)>) -> Result<Response, Error> {
    page(visit, path, false).await
}

/// The same with all answers, for whoever decides.
pub(in crate::http) async fn review(visit: SignedIn, path: Path<(String, String)>) -> Result<Response, Error> {
    page(visit, path, true).await
}

async fn page(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
    answers: bool,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let history = registry.history(&case).await?;
    let unit = case
        .application()
        .applicant_unit
        .as_deref()
        .map(|unit| case.units().name(unit).to_owned());
    let view = Overview {
        head: head(&visit, &case, case.look(), None),
        applicant: case.application().applicant_name.clone(),
        unit,
        steps: steps(&visit, &case, &history),
        history: history
            .into_iter()
            .map(|event| happening(&visit, &case, event))
            .collect(),
        editable: case.editing() != crate::workflow::Editing::No,
        answers: if answers || !case.is_applicant() {
            answer_pages(&visit, &case, false)
        } else {
            Vec::new()
        },
    };
    let menu = if case.is_applicant() {
        MenuTarget::Applications
    } else {
        MenuTarget::Queue
    };
    let title = if view.head.name.is_empty() {
        visit.text("unnamed", &[])
    } else {
        view.head.name.clone()
    };
    let shell = visit.shell(Stand::at(menu).then(title, None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// The straight way: the start, every state that somebody waits in, the present one, the end.
fn steps(visit: &Visit, case: &Case, history: &[Event]) -> Vec<Step> {
    let workflow = &case.office().region().workflow;
    let here = case.application().state.as_str();
    let reached = |state: &str| {
        let event = history.iter().find(|event| event.state.as_deref() == Some(state));
        event.map(|event| event.at.strftime("%Y-%m-%d").to_string())
    };
    let mut behind = true;
    let mut steps = Vec::new();
    let good_end = workflow.actions.values().find(|action| {
        !action.effects.is_empty()
            && action
                .to
                .iter()
                .any(|target| workflow.states.get(&target.to).is_some_and(|state| state.is_final))
    });
    let good_end = good_end.and_then(|action| action.to.last()).map(|target| &*target.to);
    for state in workflow.states.values() {
        let present = &*state.id == here;
        let side = state.edits == Edits::Marked || (state.is_final && Some(&*state.id) != good_end);
        let skipped = behind
            && !present
            && state.waits_for.is_some()
            && reached(&state.id).is_none()
            && !is_before(case, history);
        if (side || skipped) && !present {
            continue;
        }
        let place = if present {
            behind = false;
            StepPlace::Here
        } else if behind
            && (reached(&state.id).is_some() || state.id == workflow.start)
            && case.application().filed_on.is_some()
        {
            StepPlace::Behind
        } else {
            StepPlace::Ahead
        };
        let due = case
            .application()
            .due_on
            .filter(|_| present)
            .map(|due| visit.text("due_by", &[("date", &due.to_string())]));
        let note = due.or_else(|| reached(&state.id).filter(|_| place != StepPlace::Ahead));
        steps.push(Step {
            label: state.label.get(visit.language).into(),
            place,
            note,
        });
    }
    steps
}

/// Whether nothing has been submitted yet.
fn is_before(case: &Case, history: &[Event]) -> bool {
    case.application().filed_on.is_none() || history.len() <= 1
}

fn happening(visit: &Visit, case: &Case, event: Event) -> Happening {
    let workflow = &case.office().region().workflow;
    let action = workflow
        .actions
        .get(&*event.act)
        .map(|action| action.label.get(visit.language).to_owned());
    let state = event.state.as_deref().and_then(|state| workflow.states.get(state));
    let mark = |mark: &String| {
        let root = mark.split(['[', '.']).next().unwrap_or(mark);
        let field = case.form().field(root)?;
        let page = case.form().page_of.get(root)?;
        Some(Link {
            label: field.label.get(visit.language).into(),
            href: format!(
                "{}#{}",
                visit.of(case, &format!("pages/{page}")),
                crate::theme::input_name::anchor(root)
            ),
        })
    };
    Happening {
        on: event.at.strftime("%Y-%m-%d %H:%M").to_string(),
        by: format!("{}（{}）", event.name, visit.role(&event.role)),
        action: action.unwrap_or_else(|| visit.text("new_application", &[])),
        state: state
            .map(|state| state.label.get(visit.language).to_owned())
            .unwrap_or_default(),
        opinion: event.opinion,
        marks: event.marks.iter().filter_map(mark).collect(),
    }
}

/// All answers by page, to read; with `reveal` only the pages that have sensitive ones, in full.
pub(super) fn answer_pages(visit: &Visit, case: &Case, reveal: bool) -> Vec<AnswerPage> {
    let evaluated = case.evaluated();
    let prepared = visit.shop.form(case.form());
    let pages = case
        .form()
        .pages
        .values()
        .filter(|page| !page.fields.is_empty() && evaluated.page_shown(&page.id))
        .filter(|page| !reveal || page.fields.values().any(Field::has_sensitive));
    let show = |page: &crate::definition::Page| {
        let mut filling = filling(visit, case, page, evaluated, case.answers());
        filling.editing = Editing::Nothing;
        filling.reveal = reveal;
        Some(AnswerPage {
            title: page.title.get(visit.language).into(),
            id: page.id.to_string(),
            body: prepared.page(&page.id)?.fill(visit.language, &filling),
        })
    };
    pages.filter_map(show).collect()
}
