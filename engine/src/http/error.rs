//! What goes wrong at the counter, and the page that says so.
//!
//! - The person's: not found, not allowed, stale, bad request, too large: told in their language,
//!   not logged.
//! - Ours: logged once, here, with a reference that the page shows.
//!
//! A handler returns [`Error`]; [`page`] is the layer that makes the page of it, because only the
//! layer knows region, theme and language.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::{Told, cookie, guard, shell};
use crate::definition::{Language, Text};
use crate::registry::Refused;
use crate::theme::ThemeError;
use crate::theme::view::{ErrorPage, Link};

/// Why a request was not answered with its page.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is no such page, or not for this person.
    #[error("not found")]
    NotFound,
    /// The address takes no such method.
    #[error("method not allowed")]
    Method,
    /// Nobody is signed in: to sign-in, and back.
    #[error("sign in first")]
    SignIn {
        /// The region.
        region: String,
        /// Where to go afterwards.
        next: String,
    },
    /// Something else must be done first, at this address.
    #[error("go to {0}")]
    Elsewhere(String),
    /// The person may not.
    #[error("forbidden: {0}")]
    Forbidden(Text),
    /// Somebody was quicker.
    #[error("conflict: {0}")]
    Conflict(Text),
    /// The request cannot be read.
    #[error("bad request: {0}")]
    BadRequest(Text),
    /// The request is too large.
    #[error("too large: {0}")]
    TooLarge(Text),
    /// What was given cannot be taken.
    #[error("unprocessable: {0}")]
    Unprocessable(Text),
    /// Too much is going on, a plugin could not be asked, or a document not be made.
    #[error("try again: {0}")]
    Unavailable(Text, String),
    /// The region's definition has mistakes and there is no earlier version to serve.
    #[error("the definition of the region is broken")]
    Broken,
    /// A template of the theme asks for what its page does not have.
    #[error("{0}")]
    Theme(Arc<ThemeError>),
    /// Ours.
    #[error("{0}")]
    Internal(String),
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotFound | Refused::NotSignedIn => Self::NotFound,
            Refused::NotAllowed(text) => Self::Forbidden(text),
            Refused::Stale(text) => Self::Conflict(text),
            Refused::Action { text, .. } | Refused::Input(text) | Refused::Unprintable(text) => {
                Self::Unprocessable(text)
            }
            Refused::Plugin(error) => Self::Unavailable(
                Text::both(
                    format!(
                        "插件“{}”暂时不能检查，没有任何改动。请稍后再试；反复出现时请联系技术支持",
                        error.plugin
                    ),
                    format!(
                        "The plugin “{}” could not be asked; nothing was changed. Try again later, or ask for support.",
                        error.plugin
                    ),
                ),
                error.to_string(),
            ),
            Refused::Document(cause) => Self::Unavailable(
                Text::both(
                    "文书没有生成，没有任何改动。请稍后再试；反复出现时请联系技术支持检查文书模板",
                    "No document was made; nothing was changed. Try again later, or ask for support to look at the document's template.",
                ),
                cause,
            ),
            Refused::Busy => Self::Unavailable(
                Text::both(
                    "系统正忙，没有任何改动，请稍后再试",
                    "The system is busy; nothing was changed. Please try again.",
                ),
                "busy".into(),
            ),
            Refused::Failed(cause) => Self::Internal(cause),
        }
    }
}

impl From<ThemeError> for Error {
    fn from(error: ThemeError) -> Self {
        Self::Theme(Arc::new(error))
    }
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::SignIn { .. } | Self::Elsewhere(_) => StatusCode::SEE_OTHER,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable(..) | Self::Broken => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) | Self::Theme(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn detail(&self) -> Text {
        match self {
            Self::NotFound => Text::both(
                "地址有误，或者您无权查看这个页面",
                "The address is wrong, or the page is not for you to see.",
            ),
            Self::Method => Text::both("这个地址不接受这种请求", "This address does not take such a request."),
            Self::SignIn { .. } => Text::both("请先登录", "Please sign in first."),
            Self::Elsewhere(_) => Text::default(),
            Self::Forbidden(text)
            | Self::Conflict(text)
            | Self::BadRequest(text)
            | Self::TooLarge(text)
            | Self::Unprocessable(text)
            | Self::Unavailable(text, _) => text.clone(),
            Self::Broken => Text::both(
                "这个地区的定义有错，还没有可用的版本。改好下面列出的问题并保存，页面会自动打开",
                "The definition of this region has mistakes, and there is no earlier version to show. Mend what is listed below and save; the page opens by itself.",
            ),
            Self::Internal(_) | Self::Theme(_) => Text::both(
                "系统出错，没有任何改动。请稍后再试，并把下面的编号告诉技术支持",
                "Something is broken here; nothing was changed. Please try again later and tell the support the reference below.",
            ),
        }
    }

    fn title(&self) -> Text {
        match self {
            Self::NotFound => Text::both("没有这个页面", "There is no such page"),
            Self::Method | Self::BadRequest(_) => Text::both("请求无法识别", "The request could not be read"),
            Self::SignIn { .. } | Self::Elsewhere(_) => Text::both("请先登录", "Please sign in"),
            Self::Forbidden(_) => Text::both("不能进行这项操作", "This is not for you to do"),
            Self::Conflict(_) => Text::both("内容已被更新", "Somebody was quicker"),
            Self::TooLarge(_) => Text::both("提交的内容太大", "The post is too large"),
            Self::Unprocessable(_) => Text::both("没有办成", "This could not be done"),
            Self::Unavailable(..) => Text::both("请稍后再试", "Please try again later"),
            Self::Broken => Text::both("地区还不能使用", "The region cannot be used yet"),
            Self::Internal(_) | Self::Theme(_) => Text::both("系统出错", "Something is broken"),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let to = match &self {
            Self::SignIn { region, next } => {
                let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
                Some(format!("/{region}/sign-in?next={next}"))
            }
            Self::Elsewhere(to) => Some(to.clone()),
            _ => None,
        };
        if let Some(to) = to {
            if let Ok(to) = HeaderValue::try_from(to) {
                response.headers_mut().insert(header::LOCATION, to);
            }
            return response;
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer that makes a page of an [`Error`].
pub(super) async fn page(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let Some(mut error) = response.extensions().get::<Error>().cloned() else {
        return response;
    };
    let segment = path.split('/').nth(1).unwrap_or_default();
    let region = app.registry().region(segment).ok().cloned();
    let watch = app.settings().watch.as_ref();
    if region.is_none() && watch.is_some_and(|watch| watch.is_broken(segment)) {
        error = Error::Broken;
    }
    let language = cookie::read_language(&headers)
        .or(region.as_ref().map(|region| region.language))
        .unwrap_or(Language::Chinese);
    let reference = log(&error);
    let told = match &error {
        Error::Theme(error) => Some(Told::theme(error, &app.theme_folders(region.as_deref()))),
        _ => None,
    };
    let view = ErrorPage {
        status: error.status().as_u16(),
        title: error.title().get(language).to_owned(),
        detail: error.detail().get(language).to_owned(),
        ways_on: ways_on(&error, &path, region.as_ref().map(|region| &*region.id), language),
        reference,
    };
    let theme = region
        .as_ref()
        .and_then(|region| app.shop(&region.id))
        .map_or(app.front(), |shop| &shop.theme);
    let mut shell = shell::bare(&app, region.as_deref(), language, &path, &headers);
    let of_page = (!segment.is_empty()).then_some(segment);
    shell.watch = watch.map(|watch| watch.bar(of_page, language, told));
    // A frame that cannot be rendered either leaves the bare words.
    let body = theme.page(&shell, &view).unwrap_or_else(|failed| match watch {
        Some(_) => format!(
            "<!doctype html><meta charset=\"utf-8\"><title>dengji</title><pre>{}",
            plain(&failed)
        ),
        None => view.title.clone(),
    });
    let mut page = (error.status(), axum::response::Html(body)).into_response();
    guard::page_headers(page.headers_mut());
    page
}

/// A theme's mistake as text that can stand in a page.
fn plain(error: &ThemeError) -> String {
    error.to_string().replace('&', "&amp;").replace('<', "&lt;")
}

/// Logs what is ours to mend, once, and gives the reference that finds it.
fn log(error: &Error) -> Option<String> {
    let cause = match error {
        Error::Internal(cause) | Error::Unavailable(_, cause) => cause.clone(),
        Error::Theme(cause) => cause.to_string(),
        _ => return None,
    };
    let mut bytes = [0; 4];
    let _ = getrandom::fill(&mut bytes);
    let reference: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::error!(reference, cause, "a request failed");
    Some(reference)
}

fn ways_on(error: &Error, path: &str, region: Option<&str>, language: Language) -> Vec<Link> {
    let link = |text: Text, href: String| Link {
        label: text.get(language).to_owned(),
        href,
    };
    let mut ways = Vec::new();
    if matches!(
        error,
        Error::Conflict(_) | Error::Unprocessable(_) | Error::Unavailable(..)
    ) {
        ways.push(link(Text::both("返回重新打开", "Open it again"), path.to_owned()));
    }
    match region {
        Some(region) => ways.push(link(Text::both("返回首页", "To the home page"), format!("/{region}/"))),
        None => ways.push(link(Text::both("选择地区", "Choose a region"), "/".into())),
    }
    ways
}
