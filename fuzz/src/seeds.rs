//! `fuzz-seeds FOLDER`: what the fuzzers begin with, taken from `forms/` and from the made-up region: one
//! folder for each target. Nothing of it needs to be kept.
#![allow(clippy::unwrap_used, reason = "a fuzzer without seeds is of no use")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dengji::definition::load::{Folders, load};
use dengji_fuzz::repository;

/// A larger file makes a fuzzer slow and shows it nothing new.
const LARGEST: usize = 12_000;

fn main() {
    let target = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "fuzz/corpus".into()));
    let mini = repository().join("tests/fixtures/mini");
    let problems = repository().join("tests/fixtures/problems");
    let forms = repository().join("forms");
    let mut seeds = Seeds { target, written: 0 };
    for file in [&mini, &problems, &forms]
        .into_iter()
        .flat_map(|folder| files_below(folder))
    {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(letter) = yaml_letter(&file, &name) {
            seeds.put("definition", &format!("{letter}{text}"));
            expressions(&text)
                .iter()
                .for_each(|source| seeds.put("expression", source));
        } else if let Some(letter) = table_letter(&file, &name) {
            seeds.put("table", &format!("{letter}{text}"));
        } else if name.ends_with(".schema.json") {
            seeds.put("schema", &text);
        }
    }
    let folders = Folders {
        plugins: repository().join("plugins/dist"),
        forms: forms.clone(),
    };
    for region in load(&folders, None).unwrap().regions.values() {
        for form in region.forms.values().chain(region.account_forms.values()) {
            seeds.put("schema", &form.schema.to_string());
        }
    }
}

struct Seeds {
    target: PathBuf,
    written: usize,
}

impl Seeds {
    fn put(&mut self, target: &str, text: &str) {
        if text.len() > LARGEST {
            return;
        }
        let folder = self.target.join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("seed-{}", self.written)), text).unwrap();
        self.written += 1;
    }
}

fn yaml_letter(file: &Path, name: &str) -> Option<char> {
    let inside = |folder: &str| file.iter().any(|part| part == folder);
    match name {
        "workflow.yaml" => Some('w'),
        "region.yaml" => Some('r'),
        "menu.yaml" => Some('m'),
        _ if inside("samples") && name.ends_with(".yaml") => Some('s'),
        _ if inside("accounts") && name.ends_with(".form.yaml") => Some('a'),
        _ => name.ends_with(".form.yaml").then_some('f'),
    }
}

fn table_letter(file: &Path, name: &str) -> Option<char> {
    match name {
        "units.csv" => Some('u'),
        "place.csv" => Some('p'),
        _ if file.iter().any(|part| part == "calendars") => Some('c'),
        _ => name.ends_with(".csv").then_some('l'),
    }
}

/// What stands between single quotes: expressions, and a few texts.
fn expressions(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| line.matches('\'').count() == 2);
    lines
        .filter_map(|line| line.split('\'').nth(1))
        .map(str::to_owned)
        .collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut waiting, mut found) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().flatten().map(|entry| entry.path()));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
