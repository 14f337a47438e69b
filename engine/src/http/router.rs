//! The table of contents: every address, who may ask for it, and who answers. URL shape equals folder shape.
//!
//! A route is a line of [`table`]: there is no other way to add one, and no line without its [`Access`].

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{self, MethodRouter};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::access::{self, Access};
use super::app::App;
use super::pages::{
    account, actions, activation, applications, approvals, captcha, certificates, check, create, documents, files,
    form_page, health, home, language, live, outbox, overview, people, pick, preview, profile, queue, reference,
    regions, register_documents, registers, reset, roles, second_factor, sign_in, sign_up, statics, statistics,
    table_file, text_size, texts, units, unmask, uploads, verify, watch,
};
use super::{BehindProxy, Error, error, guard};

/// An address, what is asked of it, and who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// `GET`, which answers `HEAD` too, `POST`, or what uploads are asked with: `HEAD`, `PATCH`, `DELETE`.
    pub method: &'static str,
    /// The address, with names in braces.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
}

/// A line of the table.
struct Route {
    declared: Declared,
    answer: MethodRouter<App>,
}

/// Every route, in the order of the table, those of a demonstration and of watching included.
pub fn routes() -> Vec<Declared> {
    table().into_iter().map(|route| route.declared).collect()
}

/// Every address of the server.
pub fn router(app: App) -> Router {
    let behind_proxy = app.settings().behind_proxy;
    let mut router = Router::new();
    for Route { declared, answer } in table() {
        if !declared.access.is_there(app.settings()) {
            continue;
        }
        let answer = match declared.access.needs_session() {
            true => answer.route_layer(from_fn_with_state((app.clone(), declared.access), access::gate)),
            false => answer,
        };
        router = router.route(declared.path, answer);
    }
    let router = router
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::Method)
        // Each kind of post has its own limit in `body`.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(Error::Internal("a handler panicked".into()))
        }))
        .layer(from_fn(guard::layer))
        .layer(from_fn_with_state(app.clone(), error::page))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(guard::is_text),
        )
        .with_state(app);
    match behind_proxy {
        true => router.layer(axum::Extension(BehindProxy)),
        false => router,
    }
}

fn table() -> Vec<Route> {
    let mut table = at_the_door();
    table.extend(accounts());
    table.extend(care());
    table.extend(applications());
    table.extend(figures());
    table.extend(watched());
    table
}

/// What needs no account, and the ways to one.
fn at_the_door() -> Vec<Route> {
    use Access::{Anyone, Demonstration, Link, SignedIn};
    vec![
        get("/", Anyone, regions::show),
        get("/healthz", Anyone, health::show),
        get("/static/{hash}/{file}", Anyone, statics::show),
        get("/language/{tag}", Anyone, language::take),
        get("/text-size/{size}", Anyone, text_size::take),
        get("/verify/{region}/{token}", Anyone, verify::show),
        get("/demo/outbox", Demonstration, outbox::list),
        get("/demo/outbox/{region}/{message}", Demonstration, outbox::show),
        get("/{region}/", Anyone, home::show),
        get("/{region}", Anyone, home::add_slash),
        get("/{region}/texts/{text}", Anyone, texts::show),
        get("/{region}/sign-in", Anyone, sign_in::show),
        post("/{region}/sign-in", Anyone, sign_in::sign_in),
        get("/{region}/sign-in/code", Anyone, sign_in::code_alone),
        post("/{region}/sign-in/code", Anyone, sign_in::code),
        post("/{region}/sign-out", SignedIn, sign_in::sign_out),
        get("/{region}/captcha", Anyone, captcha::fresh),
        get("/{region}/captcha/{picture}", Anyone, captcha::picture),
        get("/{region}/sign-up", Anyone, sign_up::choose),
        get("/{region}/sign-up/{way}", Anyone, sign_up::show),
        post("/{region}/sign-up/{way}", Anyone, sign_up::sign_up),
        post("/{region}/sign-up/{way}/check", Anyone, sign_up::live),
        post("/{region}/sign-up/{way}/suggest", Anyone, pick::suggest_sign_up),
        get("/{region}/sign-up/{way}/{outcome}", Anyone, sign_up::done),
        get("/{region}/activation/{token}", Link, activation::show),
        post("/{region}/activation/{token}", Link, activation::activate),
        post("/{region}/activation/{token}/suggest", Link, pick::suggest_activation),
        get("/{region}/activated", Anyone, activation::done),
        get("/{region}/verify-email/{token}", Link, activation::mail),
        post("/{region}/verify-email/{token}", Link, activation::mail_verified),
        get("/{region}/reset", Anyone, reset::show),
        post("/{region}/reset", Anyone, reset::ask),
        get("/{region}/reset/sent", Anyone, reset::sent),
        get("/{region}/reset/done", Anyone, reset::done),
        get("/{region}/reset/{token}", Link, reset::choose),
        post("/{region}/reset/{token}", Link, reset::take),
    ]
}

/// A person's own account.
fn accounts() -> Vec<Route> {
    use Access::SignedIn;
    vec![
        get("/{region}/account", SignedIn, account::show),
        post("/{region}/account", SignedIn, account::change),
        get("/{region}/account/second-factor", SignedIn, second_factor::show),
        post("/{region}/account/second-factor", SignedIn, second_factor::set),
        get(
            "/{region}/account/second-factor/picture",
            SignedIn,
            second_factor::picture,
        ),
        get("/{region}/profile", SignedIn, profile::show),
        post("/{region}/profile", SignedIn, profile::save),
        post("/{region}/profile/suggest", SignedIn, pick::suggest_profile),
        get("/{region}/roles", SignedIn, roles::show),
        post("/{region}/role", SignedIn, roles::take),
    ]
}

/// The people and units that somebody looks after.
fn care() -> Vec<Route> {
    use Access::{Approves, ChangesUnits, Invites, Keeps, People, Units};
    vec![
        get("/{region}/people", People, people::show),
        get("/{region}/people/new/{way}", Invites, people::new),
        post("/{region}/people/new/{way}", Invites, people::invite),
        get("/{region}/people/{account}", People, people::one),
        post("/{region}/people/{account}", People, people::change),
        get("/{region}/units", Units, units::show),
        get("/{region}/units/{unit}", Units, units::one),
        post("/{region}/units/{unit}", ChangesUnits, units::change),
        get("/{region}/registers", Keeps, registers::list),
        get("/{region}/registers/{register}", Keeps, registers::show),
        get("/{region}/registers/{register}/new", Keeps, registers::new),
        post("/{region}/registers/{register}/new", Keeps, registers::add),
        get("/{region}/registers/{register}/entries/{entry}", Keeps, registers::one),
        post(
            "/{region}/registers/{register}/entries/{entry}",
            Keeps,
            registers::change,
        ),
        get("/{region}/approvals", Approves, approvals::show),
        get("/{region}/approvals/{id}", Approves, approvals::one),
        post("/{region}/approvals/{id}", Approves, approvals::decide),
    ]
}

/// Applications, from the first question to the certificate.
fn applications() -> Vec<Route> {
    use Access::{Acts, Applicants, Edits, Owns, Sees, SignedIn, Unmasks};
    vec![
        get("/{region}/queue", SignedIn, queue::show),
        get("/{region}/certificates", SignedIn, certificates::show),
        get("/{region}/applications", SignedIn, applications::show),
        get("/{region}/applications/new", Applicants, create::choose),
        get("/{region}/applications/new/{form}", Applicants, create::show),
        post("/{region}/applications/new/{form}", Applicants, create::create),
        post(
            "/{region}/applications/new/{form}/suggest",
            Applicants,
            pick::suggest_first,
        ),
        get("/{region}/applications/{id}", Sees, overview::show),
        post("/{region}/applications/{id}/copy", Owns, applications::copy),
        get("/{region}/applications/{id}/review", Sees, overview::review),
        get("/{region}/applications/{id}/pages/{page}", Sees, form_page::show),
        post("/{region}/applications/{id}/pages/{page}", Edits, form_page::save),
        get("/{region}/applications/{id}/pages/{page}/pick", Edits, pick::show),
        post("/{region}/applications/{id}/pages/{page}/pick", Edits, pick::choose),
        post("/{region}/applications/{id}/pages/{page}/suggest", Edits, pick::suggest),
        post("/{region}/applications/{id}/pages/{page}/live", Edits, live::judge),
        post(
            "/{region}/applications/{id}/pages/{page}/uploads",
            Edits,
            uploads::begin,
        ),
        head(
            "/{region}/applications/{id}/pages/{page}/uploads/{upload}",
            Edits,
            uploads::stands,
        ),
        patch(
            "/{region}/applications/{id}/pages/{page}/uploads/{upload}",
            Edits,
            uploads::take,
        ),
        post(
            "/{region}/applications/{id}/pages/{page}/uploads/{upload}",
            Edits,
            uploads::finish,
        ),
        delete(
            "/{region}/applications/{id}/pages/{page}/uploads/{upload}",
            Edits,
            uploads::give_up,
        ),
        get("/{region}/applications/{id}/check", Sees, check::show),
        get("/{region}/applications/{id}/unmask", Unmasks, unmask::show),
        post("/{region}/applications/{id}/unmask", Unmasks, unmask::unmask),
        get("/{region}/applications/{id}/actions/{action}", Acts, actions::show),
        post("/{region}/applications/{id}/actions/{action}", Acts, actions::act),
        get(
            "/{region}/applications/{id}/documents/{document}",
            Sees,
            documents::show,
        ),
        get(
            "/{region}/applications/{id}/documents/{document}/pdf",
            Sees,
            documents::pdf,
        ),
        get(
            "/{region}/applications/{id}/documents/{document}/png",
            Sees,
            documents::png,
        ),
        get("/{region}/applications/{id}/files/{file}", Sees, files::show),
        get("/{region}/applications/{id}/tables/{table}", Sees, table_file::show),
    ]
}

/// What is made of many applications: documents over a register, statistics.
fn figures() -> Vec<Route> {
    use Access::{PrintsOver, SignedIn};
    vec![
        get("/{region}/documents", PrintsOver, register_documents::list),
        get("/{region}/documents/{document}", PrintsOver, register_documents::show),
        get(
            "/{region}/documents/{document}/{entry}/pdf",
            PrintsOver,
            register_documents::pdf,
        ),
        get("/{region}/statistics", SignedIn, statistics::show),
        get("/{region}/statistics/csv", SignedIn, statistics::csv),
        get("/{region}/statistics/xlsx", SignedIn, statistics::xlsx),
    ]
}

/// What there is only while the files are watched.
fn watched() -> Vec<Route> {
    use Access::Watching;
    vec![
        get("/watch", Watching, watch::next),
        get("/theme", Watching, reference::show),
        get("/theme/{region}", Watching, reference::show),
        get("/preview/", Watching, preview::list),
        get("/preview/files/{*path}", Watching, preview::source),
        get("/preview/{region}/{form}", Watching, preview::show),
        post("/preview/{region}/{form}", Watching, preview::check),
    ]
}

/// The functions that make a line of the table, one a method.
macro_rules! methods {
    ($($name:ident $method:literal),*) => {$(
        fn $name<H, T>(path: &'static str, access: Access, handler: H) -> Route
        where
            H: Handler<T, App>,
            T: 'static,
        {
            let method = $method;
            Route {
                declared: Declared { method, path, access },
                answer: routing::$name(handler),
            }
        }
    )*};
}

methods!(get "GET", post "POST", head "HEAD", patch "PATCH", delete "DELETE");
