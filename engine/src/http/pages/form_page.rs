//! `…/pages/{page}`: one page of the form, to fill or to read.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value as Json};

use super::head::head;
use super::{conflict, live, pick};
use crate::check::{Evaluated, Finding, posted};
use crate::definition::Page;
use crate::definition::form::Severity;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::PagePosting;
use crate::http::filling::{filling, newly_typed, tell};
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Case, Command, Refused, Saved};
use crate::theme::Filling;
use crate::theme::input_name::{PICK, REVISION};
use crate::theme::markdown;
use crate::theme::view::{ErrorLink, FormPage, Notice, NoticeKind, Opinion, Upkeep};
use crate::workflow::Editing;

/// What an address ends with where the page stands as it was typed before the session ended.
pub(in crate::http) const TYPED: &str = "?typed";

/// The page with what is stored, or as it was typed when the session had ended.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    if visit.address.ends_with(TYPED)
        && case.editing() != Editing::No
        && let Some(pairs) = registry.kept(&person, &id, &page).await?
    {
        return render(&visit, &case, &page, Outcome::kept(&case, &page, &pairs)?).await;
    }
    render(&visit, &case, &page, Outcome::default()).await
}

/// Saves the page. What was stored whole leads on; otherwise the page comes back as it was typed, and where it was
/// saved elsewhere meanwhile, both versions. A page's script is answered in JSON.
pub(in crate::http) async fn save(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
    posting: PagePosting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let pressed = posting.get(PICK).map(str::to_owned);
    let command: Command = posting
        .get("~do")
        .and_then(|command| command.parse().ok())
        .unwrap_or_default();
    let (pairs, seen) = live::without_seen(conflict::decided(posting.pairs));
    let saved = registry.save_page(&person, &case, &page, &pairs, &posting.files).await;
    if saved.is_ok() && visit.address.ends_with(TYPED) {
        registry.forget_kept(&person, &id, &page).await?;
    }
    if live::asked(&visit) {
        let now = registry.case(&person, &id).await?;
        return live::saved(&visit, (&case, &now), &page, (&pairs, &seen), saved);
    }
    match saved {
        Ok(saved) => {
            if let Some(at) = pressed.filter(|at| leads_to_pick(&saved, at)) {
                return Ok(to_pick(&visit, &case, &page, &at, &saved));
            }
            if saved.is_whole() {
                return Ok(lead_on(&visit, &case, &page, &command, &saved));
            }
            let case = registry.case(&person, &id).await?;
            render(&visit, &case, &page, Outcome::partly(&case, &page, saved)).await
        }
        Err(Refused::Stale(text)) => {
            let case = registry.case(&person, &id).await?;
            conflict::page(&visit, &case, &page, &pairs, !posting.files.is_empty(), &text).await
        }
        Err(Refused::Input(text)) => {
            let case = registry.case(&person, &id).await?;
            let outcome = Outcome::refused(&case, &page, &pairs, text.get(visit.language))?;
            render(&visit, &case, &page, outcome).await
        }
        Err(refused) => Err(refused.into()),
    }
}

/// Whether all that was typed is stored, but for what stands in the field that is to be picked. A branch is stored, and
/// told as soon as the page is saved for itself.
fn leads_to_pick(saved: &Saved, at: &str) -> bool {
    let mut lost = saved
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && finding.rule != "not-leaf");
    saved.refused.iter().all(|refused| refused.path == at)
        && lost.all(|finding| finding.at.as_ref().is_some_and(|place| place.to_string() == at))
}

/// To where the field is picked; what was typed in it and could not be read is looked for there.
fn to_pick(visit: &Visit, case: &Case, page: &str, at: &str, saved: &Saved) -> Response {
    let typed = saved.refused.first().map(|refused| refused.raw.as_str());
    visit.redirect(&pick::address(visit, case, page, at, typed, None), Some("saved"))
}

/// What the page shows besides what is stored.
struct Outcome {
    status: StatusCode,
    /// The page's answers as they were typed.
    given: Option<Map<String, Json>>,
    refused: Vec<posted::Refused>,
    findings: Vec<Finding>,
    /// What stopped all of it.
    problem: Option<String>,
    notice: Option<&'static str>,
    /// The revision that the page was typed at.
    revision: Option<String>,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            given: None,
            refused: Vec::new(),
            findings: Vec::new(),
            problem: None,
            notice: None,
            revision: None,
        }
    }
}

/// The revision that the page was typed at, so that what was saved elsewhere meanwhile is told when it is saved again.
fn shown_at(pairs: &[(String, String)]) -> Option<String> {
    let revision = pairs.iter().find(|(name, _)| name == REVISION);
    revision.map(|(_, revision)| revision.clone())
}

impl Outcome {
    /// Some of it was stored, which made the case what it is `now`.
    fn partly(now: &Case, page: &str, saved: Saved) -> Self {
        // Where it was saved elsewhere since, that stays to be told.
        let elsewhere = now.page_revision(page) != saved.revision;
        Self {
            revision: elsewhere.then(|| saved.revision.to_string()),
            status: StatusCode::UNPROCESSABLE_ENTITY,
            given: Some(saved.given),
            refused: saved.refused,
            findings: saved.findings,
            notice: Some("saved_partly"),
            ..Self::default()
        }
    }

    /// Nothing of it was stored.
    fn refused(case: &Case, page: &str, pairs: &[(String, String)], problem: &str) -> Result<Self, Error> {
        let judged = case.judge(page, pairs)?;
        Ok(Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            given: Some(judged.given),
            refused: judged.refused,
            problem: Some(problem.to_owned()),
            revision: shown_at(pairs),
            ..Self::default()
        })
    }

    /// It was typed before the session ended. The revision is that of then, so that what was saved meanwhile shows.
    fn kept(case: &Case, page: &str, pairs: &[(String, String)]) -> Result<Self, Error> {
        let judged = case.judge(page, pairs)?;
        Ok(Self {
            given: Some(judged.given),
            refused: judged.refused,
            notice: Some("typed_restored"),
            revision: shown_at(pairs),
            ..Self::default()
        })
    }
}

fn lead_on(visit: &Visit, case: &Case, page: &str, command: &Command, saved: &Saved) -> Response {
    let here = visit.of(case, &format!("pages/{page}"));
    match command {
        Command::Save => visit.redirect(&here, Some("saved")),
        Command::SaveNext => match neighbours(case, case.evaluated(), page).1 {
            Some(next) => visit.redirect(&visit.of(case, &format!("pages/{next}")), Some("saved")),
            None => visit.redirect(&here, Some("saved")),
        },
        Command::Check => visit.redirect(&visit.of(case, "check"), Some("saved")),
        _ => {
            // Brackets may not stand in a Location header. The page's script is not told what stands behind `#`.
            let place = saved.show.as_deref().map(crate::theme::input_name::anchor);
            let place = place.map(|place| place.replace('[', "%5B").replace(']', "%5D"));
            let place = place.map(|place| format!("?row={place}#{place}"));
            visit.redirect(&format!("{here}{}", place.unwrap_or_default()), Some("saved"))
        }
    }
}

/// The pages before and after, of those that are shown.
fn neighbours(case: &Case, evaluated: &Evaluated, page: &str) -> (Option<String>, Option<String>) {
    let pages = case.form().pages.keys().map(|id| &**id);
    let shown: Vec<&str> = pages.filter(|id| evaluated.page_shown(id)).collect();
    let at = shown.iter().position(|id| *id == page);
    let take = |at: Option<usize>| at.and_then(|at| shown.get(at)).map(|id| (*id).to_owned());
    (take(at.and_then(|at| at.checked_sub(1))), take(at.map(|at| at + 1)))
}

async fn render(visit: &Visit, case: &Case, id: &str, outcome: Outcome) -> Result<Response, Error> {
    let form = case.form();
    let page = form.pages.get(id).ok_or(Error::NotFound)?;
    let stored = case.look();
    let typed = outcome.given.as_ref().map(|given| case.over_page(page, given));
    let over_typed = typed.as_ref().map(|answers| case.evaluated_over(answers));
    let evaluated = over_typed.as_ref().unwrap_or(stored.evaluated);
    if !evaluated.page_shown(id) {
        return Err(Error::NotFound);
    }
    let mut filling = filling(visit, case, page, evaluated, typed.as_ref().unwrap_or(case.answers()));
    if let Some(given) = &outcome.given {
        filling.typed = newly_typed(page, given, case.answers());
    }
    let mut errors = tell(visit, case, &outcome.findings, &outcome.refused, &mut filling);
    let wrong = errors.len().to_string();
    if let Some(problem) = outcome.problem {
        errors.push(ErrorLink {
            label: String::new(),
            message: problem,
            href: String::new(),
        });
    }
    let prepared = visit.shop.form(form);
    let fields = prepared.page(id).ok_or(Error::NotFound)?;
    let (previous, next) = neighbours(case, evaluated, id);
    let address = |page: String| visit.of(case, &format!("pages/{page}"));
    let text = page
        .text
        .as_ref()
        .and_then(|text| visit.office.region().texts.get(&**text));
    let editable = case.editing() != Editing::No && !page.fields.is_empty();
    let here = address(id.to_owned());
    let restored = outcome.notice == Some("typed_restored");
    let upkeep = match editable {
        true => Upkeep {
            live: format!("{here}/live"),
            uploads: format!("{here}/uploads"),
            key: live::key(visit, case, id),
            sensitive: live::sensitive(page),
            seen: seen(case, page, evaluated, &filling),
            unsaved: outcome.given.is_some(),
        },
        false => Upkeep::default(),
    };
    let view = FormPage {
        suggest: Some(format!("{here}/suggest")),
        address: if restored { format!("{here}{TYPED}") } else { here },
        head: head(visit, case, stored, Some(id)),
        title: page.title.get(visit.language).into(),
        intro: page.intro.as_ref().map(|intro| intro.get(visit.language).to_owned()),
        text: text.map(|text| markdown(text)),
        fields: fields.fill(visit.language, &filling),
        multipart: fields.has_files(),
        editable,
        revision: match outcome.revision {
            Some(revision) => revision,
            None if editable => visit.app.registry().stamp(case, page),
            None => String::new(),
        },
        errors,
        opinion: opinion(visit, case).await?,
        previous: previous.map(address),
        next: next.map(address),
        upkeep,
    };
    let mut shell = visit
        .shell(Stand::at(MenuTarget::Applications).then(view.title.clone(), None))
        .await?;
    if let Some(notice) = outcome.notice {
        shell.notice = Some(Notice {
            kind: NoticeKind::Warning,
            text: visit.text(notice, &[("n", &wrong)]),
        });
    }
    visit.page(outcome.status, &shell, &view)
}

/// How the fields stand that can come, go or change.
fn seen(case: &Case, page: &Page, evaluated: &Evaluated, filling: &Filling<'_>) -> String {
    let marks = || live::Marks::of(page, evaluated, filling).to_json();
    match std::ptr::eq(evaluated, case.evaluated()) {
        true => case.page_now(page).seen.get_or_init(marks).clone(),
        false => marks(),
    }
}

/// What the reviewer wrote, while the application is returned.
async fn opinion(visit: &Visit, case: &Case) -> Result<Option<Opinion>, Error> {
    let Some(text) = case.returned_text() else {
        return Ok(None);
    };
    let history = visit.app.registry().history(case).await?;
    let event = history.into_iter().find(|event| event.opinion.is_some());
    let by = event
        .as_ref()
        .map(|event| format!("{}（{}）", event.name, visit.role(&event.role)))
        .unwrap_or_default();
    let on = event
        .map(|event| event.at.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default();
    Ok(Some(Opinion {
        by,
        on,
        text: text.get(visit.language).into(),
    }))
}
