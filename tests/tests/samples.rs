//! Samples, as `dengji test` runs them: every one under `forms/` (a new region needs no new test code),
//! and what is told, written anew and measured where samples are wrong.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use dengji::definition::load::{Places, load, samples};
use dengji::plugin::{Grant, Limits, Plugins};
use dengji::registry::sample::{Coverage, run};
use dengji::registry::{Clock, Office};
use dengji_tests::{folders, renderer, repository};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

#[tokio::test]
async fn every_sample_gives_what_it_says_and_every_goal_is_reached() {
    let folders = folders();
    let loaded = load(&folders, None).unwrap();
    assert!(!loaded.has_errors(), "{:#?}", loaded.problems);
    let plugins = Plugins::new(Limits::default(), Grant::default()).unwrap();
    let renderer = renderer().await;
    for region in loaded.regions.values() {
        let (samples, problems) = samples(&folders, region);
        assert!(problems.is_empty(), "{problems:#?}");
        let office = Office::compile(Arc::clone(region), &plugins).await.unwrap();
        let ran = run(&office, &samples, Clock::system().today(), Some(&renderer)).await;
        assert!(!ran.outcomes.is_empty(), "{} has no samples", region.id);
        let wrong = ran.outcomes.iter().filter(|outcome| outcome.difference.is_some());
        let wrong: Vec<_> = wrong.collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", region.id);
        let coverage = Coverage::of(region, &ran.exercise, &Places::of(&folders, region));
        assert!(coverage.reaches_goals(), "{}: {coverage:#?}", region.id);
        assert_eq!((coverage.rules.goal, coverage.transitions.goal), (Some(100), Some(100)));
    }
}

fn wrong_samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wrong-samples")
}

/// The program over a folder of regions.
fn test(forms: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dengji-under-test"))
        .args(["test", "--lang", "en", "--forms"])
        .arg(forms)
        .arg("--themes")
        .arg(repository().join("themes"))
        .args(more)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Compares with a file of the fixture, or writes it anew under `UPDATE=1`.
fn as_expected(file: &str, told: &str) {
    let file = wrong_samples().join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(&file).unwrap(), "{}", file.display());
}

/// The samples of `fixtures/wrong-samples` expect what does not come; what came instead is told.
#[test]
fn what_came_otherwise_is_told() {
    let output = test(&wrong_samples(), &[]);
    assert_eq!(output.status.code(), Some(1));
    as_expected("expected.txt", &told(&output));
}

#[test]
fn what_is_not_exercised_is_told() {
    let output = test(&wrong_samples(), &["--coverage"]);
    let told = told(&output);
    as_expected("coverage.txt", told.split_once("lvshui: rules").unwrap().1);
    let output = test(&wrong_samples(), &["--format", "json"]);
    let told: Json = serde_json::from_slice(&output.stdout).unwrap();
    let coverage = &told["regions"]["lvshui"]["coverage"];
    let measure = |kind: &str| ["covered", "total", "percent", "goal"].map(|key| coverage[kind][key].clone());
    assert_eq!(measure("rules"), [json!(1), json!(1), json!(100), json!(100)]);
    assert_eq!(measure("transitions"), [json!(2), json!(3), json!(66), json!(100)]);
    assert_eq!(coverage["transitions"]["missing"][0]["place"]["line"], 8);
    assert_eq!(
        coverage["transitions"]["missing"][0]["place"]["file"],
        "lvshui/workflow.yaml"
    );
}

fn copy_of_wrong_samples() -> TempDir {
    let copy = TempDir::new().unwrap();
    for folder in ["lvshui", "lvshui/samples", "lvshui/documents"] {
        fs::create_dir_all(copy.path().join(folder)).unwrap();
        for entry in fs::read_dir(wrong_samples().join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                fs::copy(entry.path(), copy.path().join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    copy
}

#[test]
fn what_came_is_written_into_the_samples_and_nothing_else_is_touched() {
    let copy = copy_of_wrong_samples();
    let output = test(copy.path(), &["--update"]);
    assert_eq!(output.status.code(), Some(1), "a refusal cannot be written");
    as_expected("updated.txt", &told(&output));
    for name in ["complete", "blocks"] {
        let text = fs::read_to_string(copy.path().join(format!("lvshui/samples/{name}.yaml"))).unwrap();
        as_expected(&format!("updated-{name}.yaml"), &text);
    }
    // What cannot be mended so is left as it was, and a second time there is nothing to write.
    for name in ["refused", "printed"] {
        let file = format!("lvshui/samples/{name}.yaml");
        let texts = [copy.path(), &wrong_samples()].map(|folder| fs::read_to_string(folder.join(&file)).unwrap());
        assert_eq!(texts[0], texts[1]);
    }
    assert!(!told(&test(copy.path(), &["--update"])).contains("written anew"));
}

#[test]
fn a_goal_that_is_not_reached_fails_though_every_sample_is_right() {
    let copy = copy_of_wrong_samples();
    let samples = copy.path().join("lvshui/samples");
    for name in ["blocks", "refused", "printed"] {
        fs::remove_file(samples.join(format!("{name}.yaml"))).unwrap();
    }
    let sample = "form: applied\ncontext: {today: 2026-11-20, applicant: {name: 王伟任, role: registrant}}\n\
                  answers: {name: 高原光伏微电网, year: 2025}\nfindings: []\n";
    fs::write(samples.join("complete.yaml"), sample).unwrap();
    for (goal, expected) in [
        ("{rules: 100}", 1),
        ("{rules: 0}", 0),
        ("{fields: 67}", 1),
        ("{fields: 66}", 0),
        ("{transitions: 1}", 1),
    ] {
        let region = copy.path().join("lvshui/region.yaml");
        let text = fs::read_to_string(wrong_samples().join("lvshui/region.yaml")).unwrap();
        let (before, _) = text.split_once("coverage:").unwrap();
        fs::write(&region, format!("{before}coverage: {goal}\n")).unwrap();
        let output = test(copy.path(), &[]);
        assert_eq!(output.status.code(), Some(expected), "{goal}: {}", told(&output));
    }
}
