//! Who asks, of which office, in which language: the extractors of every handler.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::app::{App, Shop};
use super::body::Posting;
use super::{Error, client, cookie};
use crate::definition::Language;
use crate::registry::{Case, From, Office, Once, Person};
use crate::theme::view::{Shell, View};

/// A request to an office, by somebody who may be signed in.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) app: App,
    pub(super) office: Arc<Office>,
    pub(super) shop: Arc<Shop>,
    pub(super) language: Language,
    pub(super) person: Option<Person>,
    /// Path and query, for coming back.
    pub(super) address: String,
    pub(super) headers: HeaderMap,
    /// The client's address, as far as it is known.
    pub(super) client: Option<IpAddr>,
}

/// A request by somebody who is signed in; others are sent to sign-in and back.
#[derive(Clone)]
pub(super) struct SignedIn {
    pub(super) visit: Visit,
    pub(super) person: Person,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = App::from_ref(state);
        let Path(names) = Path::<HashMap<String, String>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::NotFound)?;
        let region = names.get("region").ok_or(Error::NotFound)?;
        let office = Arc::clone(app.registry().office(region)?);
        let shop = Arc::clone(app.shop(region).ok_or(Error::NotFound)?);
        let language = cookie::read_language(&parts.headers).unwrap_or(office.region().language);
        let person = match cookie::read(&parts.headers, &cookie::session_name(region)) {
            Some(token) => app.registry().person(region, token).await?,
            None => None,
        };
        let address = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        Ok(Self {
            app,
            office,
            shop,
            language,
            person,
            address,
            headers: parts.headers.clone(),
            client: client::address(parts),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        // The gate before the handler has asked already.
        if let Some(known) = parts.extensions.remove::<Self>() {
            return Ok(known);
        }
        let reads = parts.method == axum::http::Method::GET || parts.method == axum::http::Method::HEAD;
        let visit = Visit::from_request_parts(parts, state).await?;
        let region = visit.office.region().id.to_string();
        match visit.person.clone() {
            // Whoever lacks the second factor of their role sets it up before anything else.
            Some(person) if person.lacks_second_factor && !may_without(&visit, parts.uri.path()) => {
                Err(Error::Elsewhere(visit.href("account/second-factor")))
            }
            Some(person) => Ok(Self { visit, person }),
            None => {
                // A post cannot be repeated after signing in: lead to the page it came from, or to the
                // entrance where the address has no page.
                let path = visit.address.split('?').next().unwrap_or_default();
                let next = match path {
                    _ if reads => visit.address.clone(),
                    path if path.contains("/applications/") => path.to_owned(),
                    _ => visit.href(""),
                };
                Err(Error::SignIn { region, next })
            }
        }
    }
}

/// What can be done before a second factor is set up.
fn may_without(visit: &Visit, path: &str) -> bool {
    [
        "account/second-factor",
        "account/second-factor/picture",
        "sign-out",
        "role",
        "roles",
    ]
    .iter()
    .any(|below| path == visit.href(below))
}

impl Visit {
    /// Where a sign-in comes from.
    pub(super) fn from(&self) -> From {
        let region = &self.office.region().id;
        let agent = self
            .headers
            .get(header::USER_AGENT)
            .and_then(|agent| agent.to_str().ok());
        From {
            address: self.client,
            browser: cookie::read(&self.headers, &cookie::browser_name(region)).map(str::to_owned),
            agent: agent.unwrap_or_default().to_owned(),
        }
    }

    /// The form that was posted here, by which it is known when it comes a second time.
    pub(super) fn once(&self, posting: &Posting) -> Once {
        let by = self.person.as_ref().map_or("", |person| person.account.as_str());
        Once::of(&self.address, by, &posting.pairs)
    }

    /// Counts one more sign-up from the client's address, or refuses it.
    pub(super) async fn count_sign_up(&self) -> Result<(), Error> {
        let region = &self.office.region().id;
        Ok(self.app.registry().count_sign_up(region, self.client).await?)
    }

    /// Counts one more request for a letter from the client's address, or refuses it.
    pub(super) async fn count_ask(&self) -> Result<(), Error> {
        let region = &self.office.region().id;
        Ok(self.app.registry().count_ask(region, self.client).await?)
    }

    /// Counts one more search without a session from the client's address, or refuses it.
    pub(super) async fn count_suggest(&self) -> Result<(), Error> {
        let region = &self.office.region().id;
        Ok(self.app.registry().count_suggest(region, self.client).await?)
    }

    /// What the theme says for `key`.
    pub(super) fn text(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.shop.theme.text(self.language, key, args)
    }

    /// The label of a role.
    pub(super) fn role(&self, role: &str) -> String {
        self.office
            .role(role)
            .map_or_else(|| role.to_owned(), |role| role.label.get(self.language).to_owned())
    }

    /// An address of this region.
    pub(super) fn href(&self, below: &str) -> String {
        format!("/{}/{below}", self.office.region().id)
    }

    /// An address of an application.
    pub(super) fn of(&self, case: &Case, below: &str) -> String {
        let tail = if below.is_empty() {
            String::new()
        } else {
            format!("/{below}")
        };
        self.href(&format!("applications/{}{tail}", case.application().id))
    }

    /// A page with this status; the notice that it shows is forgotten.
    pub(super) fn page<V: View>(&self, status: StatusCode, shell: &Shell, view: &V) -> Result<Response, Error> {
        let body = self.shop.theme.page(shell, view)?;
        let mut response = (status, Html(body)).into_response();
        if shell.notice.is_some() {
            response
                .headers_mut()
                .append(header::SET_COOKIE, cookie::forget_notice(self.secure()));
        }
        Ok(response)
    }

    /// To another page of ours, which tells what was done.
    pub(super) fn redirect(&self, to: &str, notice: Option<&str>) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(to) = HeaderValue::try_from(to) {
            response.headers_mut().insert(header::LOCATION, to);
        }
        if let Some(notice) = notice {
            response
                .headers_mut()
                .append(header::SET_COOKIE, cookie::notice(notice, self.secure()));
        }
        response
    }

    pub(super) fn secure(&self) -> bool {
        self.app.settings().secure
    }
}
