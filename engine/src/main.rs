//! The `dengji` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("render-worker") {
        return dengji::cli::render_worker::run();
    }
    ExitCode::SUCCESS
}
