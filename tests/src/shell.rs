//! The program as an operator runs it at the machine, on a data folder that no server has open.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{program, repository};

/// What a command has said.
#[derive(Debug)]
pub struct Told {
    /// The exit code.
    pub code: i32,
    /// What was asked for.
    pub out: String,
    /// What else it said.
    pub err: String,
}

impl Told {
    /// The output of a command that must have succeeded.
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
}

/// Runs the program on the repository's definitions and this data, and types `input`.
pub fn dengji(args: &[&str], data: &Path, input: &str) -> Told {
    let mut child = command(args, data).spawn().expect("the program starts");
    let mut typed = child.stdin.take().expect("its input is ours");
    // A command that refuses before it reads has closed its input.
    let _ = typed.write_all(input.as_bytes());
    drop(typed);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it speaks UTF-8");
    Told {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The command behind [`dengji`], to be started in another way.
pub fn command(args: &[&str], data: &Path) -> Command {
    let mut command = Command::new(program("dengji-under-test"));
    command
        .args(args)
        .current_dir(repository())
        .env("DENGJI_DATA", data)
        .env("LANG", "zh_CN.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env_remove("DENGJI_KEYS")
        .env_remove("DENGJI_KEY_FILE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
