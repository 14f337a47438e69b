//! The table of contents: every address and who answers it. URL shape equals folder shape.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use super::app::App;
use super::pages::{
    account, actions, activation, applications, approvals, captcha, certificates, check, create, documents, files,
    form_page, health, home, language, outbox, overview, people, profile, queue, regions, reset, roles, second_factor,
    sign_in, sign_up, statics, texts, units, unmask, verify,
};
use super::{BehindProxy, Error, error, guard};

/// Every address of the server.
pub fn router(app: App) -> Router {
    let behind_proxy = app.settings().behind_proxy;
    let router = Router::new()
        .route("/", get(regions::show))
        .route("/healthz", get(health::show))
        .route("/static/{hash}/{file}", get(statics::show))
        .route("/language/{tag}", get(language::take))
        .route("/verify/{region}/{token}", get(verify::show))
        .route("/demo/outbox", get(outbox::list))
        .route("/demo/outbox/{region}/{message}", get(outbox::show))
        .route("/{region}/", get(home::show))
        .route("/{region}", get(home::add_slash))
        .route("/{region}/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/{region}/sign-in/code", get(sign_in::code_alone).post(sign_in::code))
        .route("/{region}/sign-out", post(sign_in::sign_out))
        .route("/{region}/captcha", get(captcha::fresh))
        .route("/{region}/captcha/{picture}", get(captcha::picture))
        .route("/{region}/sign-up", get(sign_up::choose))
        .route("/{region}/sign-up/{way}", get(sign_up::show).post(sign_up::sign_up))
        .route("/{region}/sign-up/{way}/check", post(sign_up::live))
        .route("/{region}/sign-up/{way}/{outcome}", get(sign_up::done))
        .route(
            "/{region}/activation/{token}",
            get(activation::show).post(activation::activate),
        )
        .route("/{region}/activated", get(activation::done))
        .route(
            "/{region}/verify-email/{token}",
            get(activation::mail).post(activation::mail_verified),
        )
        .route("/{region}/reset", get(reset::show).post(reset::ask))
        .route("/{region}/reset/sent", get(reset::sent))
        .route("/{region}/reset/done", get(reset::done))
        .route("/{region}/reset/{token}", get(reset::choose).post(reset::take))
        .route("/{region}/account", get(account::show).post(account::change))
        .route(
            "/{region}/account/second-factor",
            get(second_factor::show).post(second_factor::set),
        )
        .route("/{region}/account/second-factor/picture", get(second_factor::picture))
        .route("/{region}/profile", get(profile::show).post(profile::save))
        .route("/{region}/roles", get(roles::show))
        .route("/{region}/role", post(roles::take))
        .route("/{region}/people", get(people::show))
        .route("/{region}/people/new/{way}", get(people::new).post(people::invite))
        .route("/{region}/people/{account}", get(people::one).post(people::change))
        .route("/{region}/units", get(units::show))
        .route("/{region}/units/{unit}", get(units::one).post(units::change))
        .route("/{region}/approvals", get(approvals::show))
        .route("/{region}/approvals/{id}", get(approvals::one).post(approvals::decide))
        .route("/{region}/texts/{text}", get(texts::show))
        .route("/{region}/queue", get(queue::show))
        .route("/{region}/certificates", get(certificates::show))
        .route("/{region}/applications", get(applications::show))
        .route("/{region}/applications/new", get(create::choose))
        .route(
            "/{region}/applications/new/{form}",
            get(create::show).post(create::create),
        )
        .route("/{region}/applications/{id}", get(overview::show))
        .route("/{region}/applications/{id}/review", get(overview::review))
        .route(
            "/{region}/applications/{id}/pages/{page}",
            get(form_page::show).post(form_page::save),
        )
        .route("/{region}/applications/{id}/check", get(check::show))
        .route(
            "/{region}/applications/{id}/unmask",
            get(unmask::show).post(unmask::unmask),
        )
        .route(
            "/{region}/applications/{id}/actions/{action}",
            get(actions::show).post(actions::act),
        )
        .route("/{region}/applications/{id}/documents/{document}", get(documents::show))
        .route(
            "/{region}/applications/{id}/documents/{document}/pdf",
            get(documents::pdf),
        )
        .route(
            "/{region}/applications/{id}/documents/{document}/png",
            get(documents::png),
        )
        .route("/{region}/applications/{id}/files/{file}", get(files::show))
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::Method)
        // Each kind of post has its own limit in `body`.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(Error::Internal("a handler panicked".into()))
        }))
        .layer(from_fn(guard::layer))
        .layer(from_fn_with_state(app.clone(), error::page))
        .with_state(app);
    match behind_proxy {
        true => router.layer(axum::Extension(BehindProxy)),
        false => router,
    }
}
