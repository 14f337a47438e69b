//! The program itself, as the tests start it: what a shell sees of it is what they look at.

use std::process::ExitCode;

fn main() -> ExitCode {
    dengji::cli::run()
}
