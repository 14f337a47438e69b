//! The web: router, extractors, handlers, error page. No business rules: what happens is
//! [`crate::registry`]'s, how it looks is [`crate::theme`]'s.

mod access;
mod app;
mod body;
mod captcha;
mod client;
mod cookie;
mod error;
mod filling;
mod guard;
mod kept;
mod live;
mod pages;
mod router;
mod server;
mod sheet;
mod shell;
mod visit;
mod watch;

pub use access::Access;
pub use app::{App, AppError, DemoAccount, Settings, Shop};
pub use client::{BehindProxy, Peer};
pub use error::Error;
pub use live::Live;
pub use router::{Declared, router, routes};
pub use server::{ServeLimits, serve};
pub use watch::{Told, Troubles, Watch};
