//! `/preview/{region}/{form}`: a page of a form as applicants see it, filled with a sample, and beside it
//! what the engine makes of the answers. Only while the files are watched; nothing is stored.

mod chosen;
mod origin;
mod panel;
mod sheet;
mod source;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, Response};

use self::chosen::{Asked, Chosen};
use self::sheet::Sheet;
use crate::check::{Context, posted};
use crate::definition::{Language, Text};
use crate::http::body::PagePosting;
use crate::http::visit::Visit;
use crate::http::{App, Error, cookie, shell};
use crate::registry::Command;
use crate::theme::view::{Link, PreviewRegion, Previews};

pub(in crate::http) use source::show as source;

/// Every form of every region.
pub(in crate::http) async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Html<String>, Error> {
    let language = cookie::read_language(&headers).unwrap_or(Language::Chinese);
    let regions = app.registry().offices().map(|office| office.region());
    let regions = regions.map(|region| PreviewRegion {
        label: region.title.get(language).to_owned(),
        href: format!("/{}/", region.id),
        forms: region
            .forms
            .values()
            .map(|form| Link {
                label: form.title.get(language).to_owned(),
                href: format!("/preview/{}/{}", region.id, form.id),
            })
            .collect(),
    });
    let view = Previews {
        regions: regions.collect(),
    };
    let shell = shell::bare(&app, None, language, "/preview/", &headers);
    Ok(Html(app.front().page(&shell, &view)?))
}

/// The page with a sample's answers.
pub(in crate::http) async fn show(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let chosen = Chosen::read(visit, &form, &asked).await?;
    let tried = chosen.tried(chosen.answers()?).await?;
    let sheet = Sheet::new(&chosen, &tried);
    sheet.answer(StatusCode::OK)
}

/// The page with what was typed, as it comes back after a save or, with the button 检查, with all that
/// is found.
pub(in crate::http) async fn check(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    posting: PagePosting,
) -> Result<Response, Error> {
    let chosen = Chosen::read(visit, &form, &asked).await?;
    let page = chosen.page()?;
    let stored = chosen.tried(chosen.answers()?).await?;
    let open = |path: &str| {
        let place = path.parse().ok();
        let state = place.and_then(|path| stored.checked.evaluated.at(&path));
        chosen.edits() && state.is_none_or(|state| !state.read_only)
    };
    let mut posted = posted::decode(&page.fields, &posting.pairs, &open).map_err(|_| too_many())?;
    let context = Context {
        app: &stored.app,
        today: stored.today,
        lookups: &stored.units,
    };
    posted.settle(chosen.form(), &page.fields, &stored.answers, &context);
    let mut own = stored.answers.clone();
    own.retain(|id, _| page.fields.contains_key(id.as_str()));
    let mut given = posted.merge(&page.fields, &own);
    if posted.refused.is_empty() {
        // A full table stays as it is: its button is not offered.
        let _ = posted.command.perform(&page.fields, &mut given, &mut None);
    }
    if posted.command == Command::SaveNext
        && let Some(next) = chosen.neighbours(&stored.checked.evaluated).1
    {
        return Ok(chosen.visit.redirect(&chosen.address(&next), None));
    }
    let mut answers = stored.answers.clone();
    answers.retain(|id, _| !page.fields.contains_key(id.as_str()));
    answers.extend(given);
    let tried = chosen.tried(answers).await?;
    let mut sheet = Sheet::new(&chosen, &tried);
    sheet.typed(posted.refused, posted.command == Command::Check);
    sheet.answer(StatusCode::OK)
}

fn too_many() -> Error {
    Error::BadRequest(Text::both("一次提交的内容太多", "Too much was posted at once."))
}
