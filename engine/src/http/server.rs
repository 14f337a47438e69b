//! Connections: HTTP/1 with time limits, a cap on how many, and a graceful end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::client::Peer;

/// What one connection may take.
#[derive(Debug, Clone)]
pub struct ServeLimits {
    /// Connections at one time; further ones wait to be accepted.
    pub connections: usize,
    /// How long the headers of a request may take, the wait for the next request included.
    pub headers: Duration,
    /// How long a whole request may take, its body included: long enough for a large file on a slow
    /// line. A client that falls silent is given up sooner (`body`).
    pub request: Duration,
    /// How long requests in flight may take once the server ends.
    pub ending: Duration,
}

impl Default for ServeLimits {
    /// 1,024 connections, 20 s for headers, ten minutes a request, 20 s to end.
    fn default() -> Self {
        Self {
            connections: 1024,
            headers: Duration::from_secs(20),
            request: Duration::from_secs(600),
            ending: Duration::from_secs(20),
        }
    }
}

/// Serves until `end` resolves, then lets requests in flight finish.
pub async fn serve(listener: TcpListener, router: Router, limits: ServeLimits, end: impl Future<Output = ()>) {
    let timeout =
        tower_http::timeout::TimeoutLayer::with_status_code(axum::http::StatusCode::REQUEST_TIMEOUT, limits.request);
    let router = router.layer(timeout);
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    tokio::pin!(end);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut end => break,
        };
        let Ok(place) = place else { break };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut end => break,
        };
        let _ = stream.set_nodelay(true);
        let service = router.clone().layer(axum::Extension(Peer(peer)));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.headers)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.ending, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish before the server ended");
    }
}
