//! What commands print and write, and how they end, where no other suite looks at it.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::process::{Command, Output, Stdio};

use dengji_tests::repository;

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dengji-under-test"));
    command.args(arguments).current_dir(repository());
    command
}

#[test]
fn the_workflow_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flow.svg");
    let output = run(&["workflow", "gansu", "--lang", "en", "--svg", file.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("Registered (done)"));
    let svg = fs::read_to_string(&file).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
    // Each state has a box of its own, the two last a second frame; each way has its words.
    assert_eq!(svg.matches("<rect x=").count(), 7 + 2, "{svg}");
    assert_eq!(svg.matches("marker-end").count(), 13 + 1, "{svg}");
    for words in [
        "With the office",
        "Submit / applicant [filled(app.applicant.unit)]",
        "Withdraw / applicant",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    let nowhere = folder.path().join("no/flow.svg");
    assert_eq!(
        run(&["workflow", "gansu", "--svg", nowhere.to_str().unwrap()])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_folder_without_a_region_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let forms = folder.path().to_str().unwrap();
    for (lang, told) in [("zh", "里没有地区"), ("en", "there is no region in")] {
        let output = run(&["check", "--forms", forms, "--lang", lang]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(told), "{lang}");
    }
    let output = run(&["check", "gansv", "--lang", "zh"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("没有地区「gansv」；这个文件夹里有：gansu、guangxi"),
        "{told}"
    );
}

#[test]
fn whoever_reads_no_further_ends_no_command_badly() {
    for arguments in [
        &["check"][..],
        &["diff", "forms/gansu", "forms/guangxi"],
        &["show", "gansu", "soft-science"],
    ] {
        let mut running = command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(running.stdout.take());
        let output = running.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!told.contains("panicked"), "{arguments:?}: {told}");
    }
}
