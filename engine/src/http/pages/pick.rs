//! `…/pages/{page}/pick` and `…/suggest`: searching what is too long for a page, with and without JavaScript.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::check::picker::{Found, Offered};
use crate::definition::FieldType;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::{PagePosting, Posting};
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Case, Wanted};
use crate::theme::input_name::{REVISION, anchor};
use crate::theme::view::{Link, PickPage, PickRow};

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Asked {
    field: String,
    q: Option<String>,
    below: Option<String>,
}

/// The longest text that is looked for, in bytes; more of it counts for nothing.
const LONGEST: usize = 300;

impl Asked {
    fn wanted<'a>(&'a self, visit: &Visit, pairs: &'a [(String, String)]) -> Wanted<'a> {
        let typed = self.q.as_deref().unwrap_or_default().trim();
        Wanted {
            at: &self.field,
            typed: &typed[..typed.floor_char_boundary(LONGEST)],
            below: self.below.as_deref().or_else(|| typed.is_empty().then_some("")),
            language: visit.language,
            pairs,
        }
    }
}

/// The address at which a field is picked.
pub(super) fn address(
    visit: &Visit,
    case: &Case,
    page: &str,
    field: &str,
    typed: Option<&str>,
    below: Option<&str>,
) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut address = visit.of(case, &format!("pages/{page}/pick?field={}", encoded(field)));
    for (name, value) in [("q", typed), ("below", below)] {
        if let Some(value) = value {
            address.push_str(&format!("&{name}={}", encoded(value)));
        }
    }
    address
}

/// The candidates of a field.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
    Query(mut asked): Query<Asked>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    if asked.q.is_none() && asked.below.is_none() {
        asked.below = branch(&case, &page, &asked.field);
    }
    let found = registry.suggest(&case, &page, &asked.wanted(&visit, &[]))?;
    let label = asked.field.parse::<crate::check::Path>().map_err(|_| Error::NotFound)?;
    let look = |code: &str| address(&visit, &case, &page, &asked.field, None, Some(code));
    let view = PickPage {
        label: label.label(case.form()).get(visit.language).into(),
        form: case.form().title.get(visit.language).into(),
        field: asked.field.clone(),
        typed: asked.q.clone().unwrap_or_default(),
        status: status(&visit, &found),
        way: way(&visit, &found, look),
        rows: found.offered.into_iter().map(|offered| row(offered, look)).collect(),
        revision: case.page_revision(&page),
        address: visit.of(&case, &format!("pages/{page}/pick")),
        back: field_address(&visit, &case, &page, &asked.field),
    };
    let stand = Stand::at(MenuTarget::Applications).then(
        case.form()
            .pages
            .get(page.as_str())
            .map(|page| page.title.get(visit.language))
            .unwrap_or_default(),
        Some(view.back.clone()),
    );
    let shell = visit.shell(stand.then(view.label.clone(), None)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// Stores the pick and leads back to its field.
pub(in crate::http) async fn choose(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    let text = |name| posting.get(name).unwrap_or_default();
    let revision = text(REVISION).parse().unwrap_or(0);
    let field = text("field");
    registry
        .pick(&person, &case, &page, (field, text("value")), revision)
        .await?;
    Ok(visit.redirect(&field_address(&visit, &case, &page, field), Some("saved")))
}

/// The same for pages with JavaScript.
pub(in crate::http) async fn suggest(
    SignedIn { visit, person }: SignedIn,
    Path((_, id, page)): Path<(String, String, String)>,
    Query(asked): Query<Asked>,
    posting: PagePosting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let case = registry.case(&person, &id).await?;
    Ok(answer(
        &visit,
        &registry.suggest(&case, &page, &asked.wanted(&visit, &posting.pairs))?,
    ))
}

/// For what is asked before there is an application.
pub(in crate::http) async fn suggest_first(
    SignedIn { visit, person }: SignedIn,
    Path((_, form)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    posting: Posting,
) -> Result<Response, Error> {
    let form = visit.office.form(&form).ok_or(Error::NotFound)?;
    let registry = visit.app.registry();
    let found = registry
        .first_suggest(&person, form, &asked.wanted(&visit, &posting.pairs))
        .await?;
    Ok(answer(&visit, &found))
}

/// For a form by which somebody signs up.
pub(in crate::http) async fn suggest_sign_up(
    visit: Visit,
    Path((_, way)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    posting: Posting,
) -> Result<Response, Error> {
    let (_, sheet) = visit.app.registry().open_way(&visit.office.region().id, &way).await?;
    visit.count_suggest().await?;
    Ok(answer(
        &visit,
        &sheet.suggest(&asked.wanted(&visit, &posting.pairs), &sheet.initial())?,
    ))
}

/// For a form by which an account is activated.
pub(in crate::http) async fn suggest_activation(
    visit: Visit,
    Path((_, token)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    posting: Posting,
) -> Result<Response, Error> {
    let activation = visit
        .app
        .registry()
        .activation(&visit.office.region().id, &token)
        .await?;
    let Some(activation) = activation else {
        return super::activation::dead(&visit, "activation").await;
    };
    let Some(sheet) = &activation.sheet else {
        return Ok(answer(&visit, &Found::default()));
    };
    visit.count_suggest().await?;
    Ok(answer(
        &visit,
        &sheet.suggest(&asked.wanted(&visit, &posting.pairs), &activation.known)?,
    ))
}

/// For the person's own details.
pub(in crate::http) async fn suggest_profile(
    SignedIn { visit, person }: SignedIn,
    Query(asked): Query<Asked>,
    posting: Posting,
) -> Result<Response, Error> {
    let profile = visit.app.registry().profile(&person).await?;
    let (sheet, known) = profile.ok_or(Error::NotFound)?;
    Ok(answer(
        &visit,
        &sheet.suggest(&asked.wanted(&visit, &posting.pairs), &known)?,
    ))
}

/// What was found as JSON: `{status, up, open, way: [[code, name]], items: [[value, text, above, picks, opens]]}`.
fn answer(visit: &Visit, found: &Found) -> Response {
    let item = |it: &Offered| json!([it.value, it.text, it.above, it.picks, it.opens]);
    let items: Vec<Json> = found.offered.iter().map(item).collect();
    let body = json!({
        "status": status(visit, found),
        "up": visit.text("pick_all", &[]),
        "open": visit.text("pick_open", &[]),
        "way": found.way,
        "items": items,
    });
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (headers, body.to_string()).into_response()
}

fn status(visit: &Visit, found: &Found) -> String {
    let n = found.offered.len().to_string();
    match (found.offered.is_empty(), found.more) {
        (true, _) => visit.text("pick_none", &[]),
        (false, true) => visit.text("pick_more", &[("n", &n)]),
        (false, false) => visit.text("pick_found", &[("n", &n)]),
    }
}

/// The branch of what is picked now, so that looking begins there.
fn branch(case: &Case, page: &str, field: &str) -> Option<String> {
    let at: crate::check::Path = field.parse().ok()?;
    let question = at.question(&case.form().pages.get(page)?.fields)?;
    let (FieldType::Choice(choice) | FieldType::Tree(choice)) = &question.kind else {
        return None;
    };
    let above = choice.list.get(at.get(case.answers())?.as_str()?)?.parent?;
    Some(choice.list.entries()[above].code.to_string())
}

fn way(visit: &Visit, found: &Found, look: impl Fn(&str) -> String) -> Vec<Link> {
    let Some(((_, last), above)) = found.way.split_last() else {
        return Vec::new();
    };
    let all = Link {
        label: visit.text("pick_all", &[]),
        href: look(""),
    };
    let link = |(code, name): &(String, String)| Link {
        label: name.clone(),
        href: look(code),
    };
    let here = Link {
        label: last.clone(),
        href: String::new(),
    };
    std::iter::once(all)
        .chain(above.iter().map(link))
        .chain([here])
        .collect()
}

fn row(offered: Offered, look: impl Fn(&str) -> String) -> PickRow {
    PickRow {
        open: offered.opens.then(|| look(&offered.value)),
        value: offered.value,
        text: offered.text,
        above: offered.above,
        picks: offered.picks,
    }
}

/// The field on its page.
fn field_address(visit: &Visit, case: &Case, page: &str, field: &str) -> String {
    // Brackets may not stand in a Location header.
    let anchor = anchor(field).replace('[', "%5B").replace(']', "%5D");
    visit.of(case, &format!("pages/{page}#{anchor}"))
}
