//! Definitions that are broken on purpose: huge, endless, full of traps. Each is told as a problem with its
//! place, by a program that is given little memory and little processor time, and that never panics.
//!
//! `problems.rs` compares what is told of small mistakes word by word; here it matters that the program
//! ends, and that it names the file and the rule.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it cannot go on"
)]

#[path = "bad_definitions/expressions.rs"]
mod expressions;
#[path = "bad_definitions/files.rs"]
mod files;
#[path = "bad_definitions/large.rs"]
mod large;
#[path = "bad_definitions/turns.rs"]
mod turns;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dengji_tests::program;
use serde_json::Value as Json;
use tempfile::TempDir;

/// Kilobytes of address space: a sound region takes a tenth of it, most of that mapped and never touched.
const MEMORY: u32 = 1_000_000;
/// Seconds of processor time: so much that a slow machine decides nothing, and an endless loop ends.
const SECONDS: u32 = 100;

/// The made-up region of `fixtures/mini`, to be spoilt.
struct Spoilt {
    folder: TempDir,
}

impl Spoilt {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mini"),
            &folder.path().join("forms"),
        );
        Self { folder }
    }

    /// A file below the folder of definitions; its folder is made.
    fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join("forms").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// Writes a file.
    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), content).unwrap();
        self
    }

    /// Writes the region's form with these pages instead of the ordinary ones.
    fn pages(&self, pages: &str) -> &Self {
        let head = "form: applied\nextends: base/applied\nversion: \"1\"\npages:\n";
        self.write("qingshan/applied.form.yaml", format!("{head}{pages}"))
    }

    /// What `dengji check` says of it.
    fn check(&self) -> Told {
        let forms = self.folder.path().join("forms");
        let limits = format!("ulimit -v {MEMORY}; ulimit -t {SECONDS}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &limits])
            .arg(program("dengji-under-test"))
            .args(["check", "--format", "json", "--lang", "en", "--forms"])
            .arg(&forms)
            .arg("--plugins")
            .arg(forms.join("none"))
            .output()
            .unwrap();
        Told::of(&output)
    }

    /// That it breaks one of these rules, at this file.
    fn told_as(&self, rules: &[&str], file: &str) {
        let told = self.check();
        assert!(
            rules.iter().any(|rule| told.has(rule, file)),
            "none of {rules:?} at {file}: {told:#?}"
        );
    }

    /// That it is an error of this rule, at this file.
    fn is(&self, rule: &str, file: &str) {
        let told = self.check();
        assert!(told.has(rule, file), "no {rule} at {file}: {told:#?}");
    }
}

/// What the program printed: rule and file of each problem.
#[derive(Debug)]
struct Told {
    problems: Vec<(String, String, String)>,
}

impl Told {
    fn of(output: &Output) -> Self {
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.signal().is_none(),
            "ended by {:?}: {error}",
            output.status
        );
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{:?}: {error}",
            output.status
        );
        assert!(!error.contains("panicked"), "{error}");
        let list: Vec<Json> = serde_json::from_slice(&output.stdout).expect("problems are JSON");
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let problems = list.iter().map(|problem| {
            assert!(problem["place"]["line"].as_u64() > Some(0), "{problem}");
            (
                text(&problem["rule"]),
                text(&problem["place"]["file"]),
                text(&problem["message"]),
            )
        });
        Self {
            problems: problems.collect(),
        }
    }

    fn has(&self, rule: &str, file: &str) -> bool {
        self.problems
            .iter()
            .any(|(known, place, _)| known == rule && place == file)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What the other tests spoil is sound, and what they look for is not told of it.
#[test]
fn the_region_is_sound() {
    let told = Spoilt::new().check();
    assert!(told.problems.is_empty(), "{told:#?}");
}
