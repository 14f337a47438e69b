//! The child process that documents are rendered in, as the tests start it.

use std::process::ExitCode;

fn main() -> ExitCode {
    dengji::cli::render_worker::run()
}
