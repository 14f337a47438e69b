//! `…/check`: 填写检查.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::head::head;
use crate::check::Finding;
use crate::definition::form::Severity;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::filling::error_link;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Case;
use crate::theme::view::{CheckPage, ErrorLink, FindingGroup};

/// Everything that is found, by page, each linked to its field.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let case = visit.app.registry().case(&person, &id).await?;
    let checked = case.check().await;
    let (findings, trouble) = match checked {
        Ok(checked) => (checked.findings, None),
        Err(error) => {
            tracing::error!(plugin = &*error.plugin, fault = %error.fault, "a plugin could not be asked");
            (
                case.check_without_plugins().findings.clone(),
                Some(visit.text("check_unavailable", &[("plugin", &error.plugin)])),
            )
        }
    };
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let view = CheckPage {
        head: head(&visit, &case, case.look(), None),
        errors: groups(&visit, &case, &findings, Severity::Error),
        warnings: groups(&visit, &case, &findings, Severity::Warning),
        error_count: count(Severity::Error),
        warning_count: count(Severity::Warning),
        trouble,
    };
    let stand = Stand::at(MenuTarget::Applications).then(visit.text("check", &[]), None);
    let shell = visit.shell(stand).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

fn groups(visit: &Visit, case: &Case, findings: &[Finding], severity: Severity) -> Vec<FindingGroup> {
    let of = |page: Option<&str>| -> Vec<ErrorLink> {
        let mine = findings
            .iter()
            .filter(|finding| finding.severity == severity && finding.page.as_deref() == page);
        mine.map(|finding| link(visit, case, finding)).collect()
    };
    let pages = case
        .form()
        .pages
        .values()
        .map(|page| (Some(page.title.get(visit.language).to_owned()), of(Some(&page.id))));
    let groups = pages
        .chain([(None, of(None))])
        .filter(|(_, findings)| !findings.is_empty());
    groups.map(|(page, findings)| FindingGroup { page, findings }).collect()
}

fn link(visit: &Visit, case: &Case, finding: &Finding) -> ErrorLink {
    let path = finding.at.as_ref().map(ToString::to_string);
    let mut link = error_link(
        visit,
        case,
        path.as_deref(),
        finding.message.get(visit.language).to_owned(),
    );
    if let Some(page) = &finding.page {
        link.href = format!("{}{}", visit.of(case, &format!("pages/{page}")), link.href);
    }
    link
}
