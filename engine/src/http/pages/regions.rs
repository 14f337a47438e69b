//! `/`: the offices on this server.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;

use crate::definition::Language;
use crate::http::{App, Error, cookie, shell};
use crate::theme::view::{RegionCard, Regions};

/// Each office with its entrance.
pub(in crate::http) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Html<String>, Error> {
    let language = cookie::read_language(&headers).unwrap_or(Language::Chinese);
    let regions = app.registry().offices().map(|office| office.region());
    let card = |region: &std::sync::Arc<crate::definition::Region>| RegionCard {
        name: region.name.get(language).into(),
        title: region.title.get(language).into(),
        authority: region.authority.get(language).into(),
        href: format!("/{}/", region.id),
    };
    let view = Regions {
        regions: regions.map(card).collect(),
    };
    let shell = shell::bare(&app, None, language, "/", &headers);
    Ok(Html(app.front().page(&shell, &view)?))
}
