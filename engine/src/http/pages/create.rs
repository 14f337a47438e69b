//! `/{region}/applications/new`: which category, then what is asked first.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value as Json};

use crate::check::CompiledForm;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::filling::{refuse, without_label};
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Person, Saved};
use crate::theme::filling::{Filling, Message};
use crate::theme::view::{Category, CreateApplication, ErrorLink, NewApplication};

/// The categories.
pub(in crate::http) async fn choose(SignedIn { visit, .. }: SignedIn) -> Result<Response, Error> {
    let region = visit.office.region();
    let category = |form: &std::sync::Arc<crate::definition::Form>| Category {
        category: form.category.get(visit.language).into(),
        form: form.title.get(visit.language).into(),
        version: form.version.clone(),
        href: visit.href(&format!("applications/new/{}", form.id)),
        starts: form.create.is_empty(),
    };
    let view = NewApplication {
        categories: region.forms.values().map(category).collect(),
        once: visit.app.registry().once()?,
    };
    let stand = Stand::at(MenuTarget::Applications).then(visit.text("new_application", &[]), None);
    let shell = visit.shell(stand).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// What is asked first.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, form)): Path<(String, String)>,
) -> Result<Response, Error> {
    let form = visit.office.form(&form).ok_or(Error::NotFound)?;
    page(&visit, &person, form, StatusCode::OK, &Map::new(), None).await
}

/// Adds the application and leads to its first page.
pub(in crate::http) async fn create(
    SignedIn { visit, person }: SignedIn,
    Path((_, form)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let compiled = visit.office.form(&form).ok_or(Error::NotFound)?;
    if posting.asks_again() {
        let again = visit
            .app
            .registry()
            .first_again(&person, compiled, &posting.pairs)
            .await?;
        return page(&visit, &person, compiled, StatusCode::OK, &again.given, Some(&again)).await;
    }
    match visit.app.registry().create(&person, &form, &posting.pairs).await? {
        Ok(id) => {
            let first = compiled
                .form()
                .pages
                .keys()
                .next()
                .map(|page| format!("/pages/{page}"))
                .unwrap_or_default();
            Ok(visit.redirect(&visit.href(&format!("applications/{id}{first}")), Some("created")))
        }
        Err(saved) => {
            page(
                &visit,
                &person,
                compiled,
                StatusCode::UNPROCESSABLE_ENTITY,
                &saved.given,
                Some(&saved),
            )
            .await
        }
    }
}

async fn page(
    visit: &Visit,
    person: &Person,
    form: &CompiledForm,
    status: StatusCode,
    answers: &Map<String, Json>,
    saved: Option<&Saved>,
) -> Result<Response, Error> {
    let definition = form.form();
    let mut filling = Filling::new(answers);
    let registry = visit.app.registry();
    let (candidates, names) = registry.first_candidates(person, form, answers).await?;
    filling.asked_mut().offer(candidates);
    filling.asked_mut().names = names;
    filling.picks = true;
    let mut errors = Vec::new();
    let mut tell = |filling: &mut Filling<'_>, path: String, text: String| {
        let label = path
            .parse::<crate::check::Path>()
            .map(|path| path.label(definition).get(visit.language).to_owned())
            .unwrap_or_default();
        let text = without_label(&text, &label).to_owned();
        errors.push(ErrorLink {
            label,
            message: text.clone(),
            href: format!("#{}", crate::theme::input_name::anchor(&path)),
        });
        let message = Message {
            severity: crate::definition::form::Severity::Error,
            text,
        };
        filling.messages.entry(path).or_default().push(message);
    };
    for refused in saved.iter().flat_map(|saved| &saved.refused) {
        let text = refuse(visit, refused, &mut filling);
        tell(&mut filling, refused.path.clone(), text);
    }
    for finding in saved.iter().flat_map(|saved| &saved.findings) {
        if let Some(at) = &finding.at {
            tell(
                &mut filling,
                at.to_string(),
                finding.message.get(visit.language).to_owned(),
            );
        }
    }
    let view = CreateApplication {
        category: definition.category.get(visit.language).into(),
        form: definition.title.get(visit.language).into(),
        fields: visit.shop.form(definition).create().fill(visit.language, &filling),
        once: registry.once()?,
        errors,
        back: visit.href("applications/new"),
        suggest: visit.href(&format!("applications/new/{}/suggest", definition.id)),
    };
    let stand = Stand::at(MenuTarget::Applications)
        .then(visit.text("new_application", &[]), Some(visit.href("applications/new")));
    let shell = visit.shell(stand.then(view.category.clone(), None)).await?;
    visit.page(status, &shell, &view)
}
