//! (see lib.rs)
pub mod plugin;
