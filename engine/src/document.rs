//! What is printed: a Typst template (or a plugin's layout) and an application's data become a PDF
//! or a PNG.
//!
//! Typst cannot be stopped from inside, so it runs in child processes of this same program, under
//! limits of memory and time; a template sees the files of its [`Job`] and nothing else. This module
//! hides Typst, the processes and what passes between them. The same job gives the same bytes.

mod compile;
pub mod data;
mod frame;
mod glyph;
mod job;
mod leaves;
mod limits;
mod renderer;
mod serve;
mod worker;
mod world;

pub use data::{Applicant, Application, Office, Subject, application, columns, data, over, text};
pub use job::{Diagnostic, Job, Output, RenderError, Rendered};
pub use leaves::Leaves;
pub use renderer::{Renderer, RendererOptions};
pub use serve::serve_jobs;
