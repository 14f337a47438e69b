//! Page templates, prepared field markup, texts and static files.

pub mod filling;
pub mod view;
