//! Bad definitions and what is told of them, one folder a case.
//!
//! `fixtures/mini` holds a small region without a problem. The files of `fixtures/problems/CASE` are
//! laid over a copy of it (an empty `NAME.removed` takes NAME away), and what `dengji check` prints is
//! compared with `expected.zh.txt` and `expected.en.txt`. `UPDATE=1 cargo test --test problems` writes
//! them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dengji::definition::Language;
use dengji::definition::load::{Folders, load, samples};
use dengji::definition::problem::{Format, Problem, RULES, print};

const LANGUAGES: [(&str, Language); 2] = [
    ("expected.zh.txt", Language::Chinese),
    ("expected.en.txt", Language::English),
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Lays the files of `from` over those of `to`.
fn lay_over(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let target = to.join(&name);
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            lay_over(&entry.path(), &target);
        } else if let Some(removed) = name.strip_suffix(".removed") {
            fs::remove_file(to.join(removed)).unwrap();
        } else if !name.starts_with("expected.") {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The problems of the mini region with `case` laid over it, and the folder they are in.
fn check(case: Option<&Path>) -> (Vec<Problem>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    lay_over(&fixtures().join("mini"), folder.path());
    if let Some(case) = case {
        lay_over(case, folder.path());
    }
    let folders = Folders {
        forms: folder.path().to_path_buf(),
        plugins: folder.path().join("none"),
    };
    let loaded = load(&folders, None).unwrap();
    let mut problems = loaded.problems;
    for region in loaded.regions.values() {
        problems.extend(samples(&folders, region).1);
    }
    (problems, folder)
}

fn cases() -> Vec<PathBuf> {
    let listed = fs::read_dir(fixtures().join("problems")).unwrap();
    let mut cases: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn the_mini_region_is_free_of_problems() {
    let (problems, _) = check(None);
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn every_mistake_is_told_as_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let (problems, folder) = check(Some(&case));
        for (name, language) in LANGUAGES {
            let told = print(&problems, folder.path(), language, Format::Text { colour: false });
            let file = case.join(name);
            if update {
                fs::write(&file, &told).unwrap();
            } else if fs::read_to_string(&file).ok().as_ref() != Some(&told) {
                wrong.push(format!("{}\n{told}", file.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "told otherwise than expected (UPDATE=1 writes it anew):\n\n{}",
        wrong.join("\n")
    );
}

#[test]
fn nothing_is_told_twice_and_every_problem_has_a_place() {
    for case in cases() {
        let (problems, folder) = check(Some(&case));
        assert!(!problems.is_empty(), "{} tells nothing", case.display());
        let mut seen = BTreeSet::new();
        for problem in &problems {
            let place = &problem.place;
            let told = (
                problem.rule,
                place.file.clone(),
                place.line,
                place.column,
                problem.message.to_string(),
            );
            assert!(seen.insert(told), "{} tells twice: {problem:?}", case.display());
            assert!(problem.message.has_english(), "{}: {problem:?}", case.display());
            let rule = RULES.iter().find(|rule| rule.id == problem.rule);
            assert!(
                rule.is_some_and(|rule| rule.severity == problem.severity),
                "{problem:?}"
            );
            let is_there = folder.path().join(&place.file).exists();
            assert!(is_there && place.line > 0, "{}: {problem:?}", case.display());
        }
    }
}

/// Whatever line is lost or garbled, what comes of it is problems or a region, and never a panic.
#[test]
fn no_lost_or_garbled_line_stops_the_loader() {
    let folder = tempfile::tempdir().unwrap();
    lay_over(&fixtures().join("mini"), folder.path());
    let folders = Folders {
        forms: folder.path().to_path_buf(),
        plugins: folder.path().join("none"),
    };
    for file in files_below(folder.path()) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            fs::write(&file, broken(&lines, at)).unwrap();
            let loaded = load(&folders, None).unwrap();
            let sound = loaded.regions.contains_key("qingshan");
            assert!(sound || loaded.has_errors(), "{}:{at}", file.display());
            print(
                &loaded.problems,
                folder.path(),
                Language::English,
                Format::Text { colour: false },
            );
        }
        fs::write(&file, text).unwrap();
    }
}

/// The lines with one of them lost, cut, garbled or the last; by turns.
fn broken(lines: &[&str], at: usize) -> String {
    let half: String = lines[at].chars().take(lines[at].chars().count() / 2).collect();
    let wide = lines[at].replace([':', '\'', ','], "：");
    let middle: &[&str] = match at % 4 {
        0 => &[],
        1 => &[&half],
        2 => &[&wide],
        _ => return lines[..at].join("\n"),
    };
    [&lines[..at], middle, &lines[at + 1..]].concat().join("\n")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut waiting, mut found) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every rule id that stands in the loader or the expression compiler.
fn rules_in_source() -> BTreeSet<String> {
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src/definition");
    let mut files = vec![engine];
    let mut found = BTreeSet::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let calls = [
            ".error(",
            ".error_with(",
            ".warning(",
            ".unknown(",
            ".unknown_here(",
            ".at_node(",
            ".refuse(",
            "Words::new(",
        ];
        for call in calls {
            for (at, _) in code.match_indices(call) {
                found.extend(first_text(&code[at + call.len()..]));
            }
        }
        // What is chosen before it is told: `("computation-cycle", node)` and the expressions' constants.
        for line in code
            .lines()
            .filter(|line| line.contains("-cycle\",") || line.contains("pub(super) const "))
        {
            found.extend(
                line.split_once('"')
                    .and_then(|(_, rest)| first_text(&format!("\"{rest}"))),
            );
        }
        found.extend(code.match_indices("_in(&folder.join(").filter_map(|(at, _)| {
            let call = code[at..].lines().next()?;
            let rule = call.split('"').find(|text| text.starts_with("unused-"))?;
            Some(rule.to_owned())
        }));
    }
    found
}

/// The text that a call begins with, if it is a rule's name.
fn first_text(call: &str) -> Option<String> {
    let (text, _) = call.trim_start().strip_prefix('"')?.split_once('"')?;
    let is_rule = text.contains('-')
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit());
    is_rule.then(|| text.to_owned())
}

#[test]
fn every_rule_has_a_case() {
    let told: BTreeSet<String> = cases()
        .iter()
        .flat_map(|case| check(Some(case)).0)
        .map(|problem| problem.rule.to_owned())
        .collect();
    let known = rules_in_source();
    assert!(known.len() > 90, "only {} rules found: {known:?}", known.len());
    let without: Vec<_> = known.difference(&told).collect();
    assert!(without.is_empty(), "no case in tests/fixtures/problems for {without:?}");
    let listed: BTreeSet<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(known, listed, "the rules of the source and of `problem::RULES`");
    let unseen: Vec<_> = told.difference(&known).collect();
    assert!(unseen.is_empty(), "not found in the source: {unseen:?}");
}
