//! The web: router, extractors, handlers, error page. No business rules: what happens is
//! [`crate::registry`]'s, how it looks is [`crate::theme`]'s.

mod app;
mod body;
mod captcha;
mod client;
mod cookie;
mod error;
mod filling;
mod guard;
mod pages;
mod router;
mod server;
mod sheet;
mod shell;
mod visit;

pub use app::{App, AppError, DemoAccount, Settings};
pub use client::{BehindProxy, Peer};
pub use error::Error;
pub use router::router;
pub use server::{ServeLimits, serve};
