//! The `dengji` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    dengji::cli::run()
}
