//! The version of the server that is live: every request is answered by one version from its first
//! step to its last, and the next request by whatever is live then.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use tower::ServiceExt;

use super::{App, router};

/// Answers with the version that is live. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    versions: Arc<RwLock<Versions>>,
}

#[derive(Clone)]
struct Versions {
    now: Router,
    /// A page of the version before may still ask for its style and scripts.
    before: Option<Router>,
}

impl Live {
    /// Begins with this version.
    pub fn new(app: App) -> Self {
        let versions = Versions {
            now: router(app),
            before: None,
        };
        Self {
            versions: Arc::new(RwLock::new(versions)),
        }
    }

    /// Makes this version live. Requests under way end as they began.
    pub fn swap(&self, app: App) {
        let next = router(app);
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut versions.now, next);
        versions.before = Some(before);
    }

    /// A router that always answers with what is live.
    pub fn router(&self) -> Router {
        let live = self.clone();
        let service = tower::service_fn(move |request: Request| {
            let live = live.clone();
            async move { Ok::<_, Infallible>(live.answer(request).await) }
        });
        Router::new().fallback_service(service)
    }

    async fn answer(&self, request: Request) -> Response {
        let Versions { now, before } = self.versions.read().unwrap_or_else(PoisonError::into_inner).clone();
        let file = request.method() == Method::GET && request.uri().path().starts_with("/static/");
        let again = before.filter(|_| file).map(|before| (before, request.uri().clone()));
        let response = oneshot(now, request).await;
        match again {
            Some((before, address)) if response.status() == StatusCode::NOT_FOUND => {
                let mut request = Request::new(Body::empty());
                *request.uri_mut() = address;
                oneshot(before, request).await
            }
            _ => response,
        }
    }
}

async fn oneshot(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
