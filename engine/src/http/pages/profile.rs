//! `/{region}/profile`: 个人信息维护.

use axum::http::StatusCode;
use axum::response::Response;

use crate::check::Answers;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::sheet::parts;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::accounts::{Sheet, Unfit};
use crate::theme::view::{AccountForm, Link};

/// The person's own details.
pub(in crate::http) async fn show(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    let profile = visit.app.registry().profile(&person).await?;
    let (sheet, answers) = profile.ok_or(Error::NotFound)?;
    page(&visit, &sheet, StatusCode::OK, &answers, None).await
}

/// Saves them.
pub(in crate::http) async fn save(SignedIn { visit, person }: SignedIn, posting: Posting) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let (sheet, known) = registry.profile(&person).await?.ok_or(Error::NotFound)?;
    if posting.asks_again() {
        let again = sheet.again(&posting.pairs, &known)?;
        return page(&visit, &sheet, StatusCode::OK, &again.given, Some(&again)).await;
    }
    match registry.save_profile(&person, &posting.pairs).await? {
        Ok(()) => Ok(visit.redirect(&visit.href("profile"), Some("saved"))),
        Err(unfit) => {
            let given = unfit.given.clone();
            page(&visit, &sheet, StatusCode::UNPROCESSABLE_ENTITY, &given, Some(&unfit)).await
        }
    }
}

async fn page(
    visit: &Visit,
    sheet: &Sheet,
    status: StatusCode,
    answers: &Answers,
    unfit: Option<&Unfit>,
) -> Result<Response, Error> {
    let (parts, errors) = parts(visit, sheet, answers, unfit, &mut Vec::new());
    let view = AccountForm {
        title: sheet.form().title.get(visit.language).into(),
        parts,
        errors,
        submit: visit.text("save", &[]),
        suggest: Some(visit.href("profile/suggest")),
        links: vec![Link {
            label: visit.text("account", &[]),
            href: visit.href("account"),
        }],
        ..AccountForm::default()
    };
    let shell = visit.shell(Stand::at(MenuTarget::Profile)).await?;
    visit.page(status, &shell, &view)
}
