//! The program itself: what it refuses to start with, what it says, and what it leaves alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use dengji_tests::{Copied, repository};
use tempfile::TempDir;

fn serve(copied: &Copied, data: &Path) -> Command {
    let folders = copied.folders();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dengji-under-test"));
    command
        .args(["serve", "--lang", "en", "--listen", "127.0.0.1:0", "--forms"])
        .arg(folders.forms);
    command
        .arg("--plugins")
        .arg(folders.plugins)
        .arg("--themes")
        .arg(repository().join("themes"))
        .arg("--data")
        .arg(data);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts it where it cannot run: its exit code, and what it says.
fn refused(copied: &Copied, data: &Path) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = serve(copied, data).output().unwrap();
    assert!(
        stdout.is_empty(),
        "it announced itself: {}",
        String::from_utf8_lossy(&stdout)
    );
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

/// A running server, ended with the test.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(copied: &Copied, data: &Path) -> Self {
        let mut child = serve(copied, data).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .unwrap_or_default()
            .to_owned();
        assert!(!address.is_empty(), "it did not start: {line}");
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: office\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn broken_definitions_are_told_all_at_once_and_nothing_is_served() {
    let (copied, data) = (Copied::of(&["gansu", "guangxi"]), TempDir::new().unwrap());
    copied.edit("forms/gansu/workflow.yaml", "start: draft", "start: drafft");
    copied.edit("forms/gansu/region.yaml", "sees: unit", "sees: units");
    copied.edit("forms/guangxi/region.yaml", "theme: default", "thema: default");
    let (code, text) = refused(&copied, data.path());
    assert_eq!(code, Some(1), "{text}");
    for told in [
        "gansu/workflow.yaml",
        "draft",
        "gansu/region.yaml",
        "sees",
        "guangxi/region.yaml",
        "theme",
    ] {
        assert!(text.contains(told), "{told} is not told: {text}");
    }
    assert!(
        std::fs::read_dir(data.path()).unwrap().next().is_none(),
        "something was written"
    );
}

#[test]
fn a_missing_or_altered_plugin_is_a_problem() {
    let (copied, data) = (Copied::of(&["gansu"]), TempDir::new().unwrap());
    let plugin = copied.file("plugins/gansu-checks.wasm");
    let mut bytes = std::fs::read(&plugin).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&plugin, bytes).unwrap();
    let (code, text) = refused(&copied, data.path());
    assert!(
        code == Some(1) && text.contains("sha256") && text.contains("region.yaml"),
        "{code:?} {text}"
    );
    std::fs::remove_file(&plugin).unwrap();
    let (code, text) = refused(&copied, data.path());
    assert!(
        code == Some(1) && text.contains("gansu-checks.wasm") && text.contains("region.yaml"),
        "{code:?} {text}"
    );
}

#[test]
fn a_database_that_is_none_is_left_as_it_is() {
    let (copied, data) = (Copied::of(&["gansu"]), TempDir::new().unwrap());
    drop(Served::start(&copied, data.path()));
    let file = data.path().join("dengji.redb");
    let sound = std::fs::read(&file).unwrap();
    let cut_short = sound[..sound.len() / 2].to_vec();
    let mut damaged = sound.clone();
    damaged[..64].fill(0xaa);
    for (kind, bytes) in [
        ("text", b"this is no database".repeat(1000)),
        ("cut short", cut_short),
        ("damaged", damaged),
    ] {
        std::fs::write(&file, &bytes).unwrap();
        let (code, text) = refused(&copied, data.path());
        assert_eq!(code, Some(2), "{kind}: {text}");
        assert!(
            text.contains("dengji.redb") && text.contains("left untouched") && text.contains("backup"),
            "{kind}: {text}"
        );
        assert!(std::fs::read(&file).unwrap() == bytes, "{kind}: the file was changed");
    }
    std::fs::write(&file, sound).unwrap();
    let served = Served::start(&copied, data.path());
    assert!(served.get("/gansu/").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_database_in_use_is_told_and_the_first_server_goes_on() {
    let (copied, data) = (Copied::of(&["gansu"]), TempDir::new().unwrap());
    let first = Served::start(&copied, data.path());
    let (code, text) = refused(&copied, data.path());
    assert!(
        code == Some(2) && text.contains("is in use by another process"),
        "{code:?} {text}"
    );
    assert!(first.get("/gansu/sign-in").starts_with("HTTP/1.1 200"));
    assert!(first.get("/nowhere/").starts_with("HTTP/1.1 404"));
}
