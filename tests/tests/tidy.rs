//! The order of the house: what depends on what, what names a province, how files are laid out.

#[path = "tidy/catalogues.rs"]
mod catalogues;

use std::fs;
use std::path::{Path, PathBuf};

/// The engine's modules, lowest first, as the table in `engine/src/lib.rs` has them. A module uses
/// those before it.
const LAYERS: [&str; 10] = [
    "definition",
    "store",
    "theme",
    "workflow",
    "plugin",
    "check",
    "document",
    "registry",
    "http",
    "cli",
];

/// The longest file that needs no question, and the longest that there may be.
const LONG: usize = 500;
const LONGEST: usize = 600;

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files below a folder of the house with one of these endings, each with its text.
fn files(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut waiting = vec![house().join(folder)];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path
            .extension()
            .is_some_and(|ending| endings.iter().any(|known| ending == *known))
        {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.strip_prefix(house()).unwrap().to_path_buf(), text));
        }
    }
    found.sort();
    found
}

fn engine() -> Vec<(PathBuf, String)> {
    files("engine/src", &["rs"])
}

/// Whether a file is a test of its module: tests may reach anywhere.
fn is_test(path: &Path) -> bool {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.iter().any(|part| part == "tests" || part == "tests.rs")
}

/// The code before the tests that stand in the same file.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

/// The module of the engine that a file belongs to; none for `lib.rs` and `main.rs`.
fn module(path: &Path) -> Option<String> {
    let first = path.iter().nth(2)?.to_string_lossy().into_owned();
    let name = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
    (name != "lib" && name != "main").then_some(name)
}

/// The modules that a source names by `crate::X`, also in `use crate::{X, Y}`.
fn named(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    for line in lines {
        for (at, found_at) in line.match_indices("crate::") {
            let rest = &line[at + found_at.len()..];
            let names = rest.strip_prefix('{').unwrap_or(rest);
            let names = names.split('}').next().unwrap_or_default();
            let many = if rest.starts_with('{') {
                names.split(',').collect()
            } else {
                vec![names]
            };
            found.extend(many.into_iter().filter_map(first_word));
        }
    }
    found
}

fn first_word(text: &str) -> Option<&str> {
    let word = text
        .trim()
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .next()?;
    (!word.is_empty()).then_some(word)
}

fn report(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn modules_depend_downwards_only() {
    let mut wrong = Vec::new();
    for (path, text) in engine().iter().filter(|(path, _)| !is_test(path)) {
        let Some(own) = module(path) else { continue };
        let Some(level) = LAYERS.iter().position(|layer| *layer == own) else {
            wrong.push(format!("{}: the module {own} is in no layer", path.display()));
            continue;
        };
        for name in named(code(text)) {
            if LAYERS
                .iter()
                .position(|layer| *layer == name)
                .is_some_and(|other| other > level)
            {
                wrong.push(format!("{}: {own} uses {name}", path.display()));
            }
        }
    }
    report(&wrong, "a module uses one above it");
}

#[test]
fn the_table_of_modules_is_the_order_that_is_held() {
    let lib = fs::read_to_string(house().join("engine/src/lib.rs")).unwrap();
    let table = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [`")?.split_once('`'));
    let listed: Vec<&str> = table.map(|(name, _)| name).collect();
    let declared: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, declared, "engine/src/lib.rs: the table and the modules");
    let held: Vec<&str> = LAYERS.iter().rev().copied().collect();
    assert_eq!(listed, held, "engine/src/lib.rs: the table and LAYERS of this test");
}

#[test]
fn the_engine_and_the_themes_name_no_province() {
    let sources = engine()
        .into_iter()
        .chain(files("themes", &["html", "css", "js", "yaml", "svg"]));
    let mut wrong = Vec::new();
    for (path, text) in sources {
        for (at, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            if ["甘肃", "广西", "gansu", "guangxi"]
                .iter()
                .any(|name| lower.contains(name))
            {
                wrong.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
        }
    }
    report(&wrong, "only forms/, plugins/ and tests/ name a province");
}

#[test]
fn nothing_is_left_unfinished() {
    let mut wrong = Vec::new();
    for (path, text) in engine().into_iter().chain(files("plugins", &["rs"])) {
        for word in ["todo!(", "unimplemented!(", "dbg!(", "TODO", "FIXME"] {
            if text.contains(word) {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    report(&wrong, "unfinished code");
}

#[test]
fn every_file_says_what_it_hides_and_lies_beside_its_folder() {
    let mut wrong = Vec::new();
    for (path, text) in engine() {
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            wrong.push(format!("{}: write it as a file beside its folder", path.display()));
        }
        // What a test file is about, the module beside it says.
        let first = text.lines().next().unwrap_or_default();
        if module(&path).is_some() && !is_test(&path) && !first.starts_with("//!") {
            wrong.push(format!("{}: begins without `//!`", path.display()));
        }
    }
    report(&wrong, "layout");
}

#[test]
fn no_file_is_too_long() {
    let mut long: Vec<(usize, PathBuf)> = engine()
        .into_iter()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, text)| (text.lines().count(), path))
        .filter(|(lines, _)| *lines > LONG)
        .collect();
    long.sort();
    let told: Vec<String> = long
        .iter()
        .map(|(lines, path)| format!("{lines} {}", path.display()))
        .collect();
    assert!(
        long.iter().all(|(lines, _)| *lines <= LONGEST),
        "a file has more than {LONGEST} lines; those over {LONG}:\n{}",
        told.join("\n")
    );
}
