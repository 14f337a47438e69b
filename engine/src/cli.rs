//! (see lib.rs)

pub mod render_worker;
