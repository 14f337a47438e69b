//! `dengji render-worker`: the child process that documents are rendered in. Not for people.

use std::process::ExitCode;

/// Serves render jobs on standard input and output until its parent closes them.
pub fn run() -> ExitCode {
    crate::document::serve_jobs()
}
