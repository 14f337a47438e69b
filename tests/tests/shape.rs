//! The published shape of definition files and the loader agree, and what is published is current.
//!
//! `schemas/` and `docs/*/reference/` are written anew by `UPDATE=1 cargo test --test shape`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dengji::definition::Language;
use dengji::definition::form_schema::Validator;
use dengji::definition::load::{Folders, load, samples};
use dengji::definition::problem::{Problem, RULES};
use dengji::definition::shape::{Cases, FileKind, KINDS, keywords, problems, publish};
use dengji::definition::source::{Problems, SourceFile, parse};
use serde_json::{Value as Json, json};

/// The problems that are about the shape of a file alone.
const SHAPE: [&str; 22] = [
    "bad-id",
    "key-not-for-type",
    "unknown-activation",
    "unknown-class",
    "unknown-counter",
    "unknown-counts",
    "unknown-edits",
    "unknown-effect",
    "unknown-file-kind",
    "unknown-joins",
    "unknown-key",
    "unknown-language",
    "unknown-menu-target",
    "unknown-pick",
    "unknown-plugin-use",
    "unknown-requirement",
    "unknown-sees",
    "unknown-severity",
    "unknown-sign-in",
    "unknown-statistic",
    "unknown-type",
    "wrong-type",
];

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The compiled schemas by kind.
fn schemas() -> BTreeMap<&'static str, Validator> {
    let compiled = |kind: &FileKind| Validator::new(&publish(kind)).unwrap();
    KINDS.iter().map(|kind| (kind.name, compiled(kind))).collect()
}

/// The files below a folder, relative to it.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut waiting, mut found) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path.strip_prefix(folder).unwrap().to_path_buf());
        }
    }
    found.sort();
    found
}

/// A YAML file as data; none where it is not YAML.
fn data(path: &Path) -> Option<Json> {
    let text = fs::read_to_string(path).ok()?;
    let file = Arc::new(SourceFile::new(path.to_path_buf(), text));
    parse(&file, &mut Problems::default()).map(|node| node.to_json())
}

fn lay_over(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(&file);
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        match name.strip_suffix(".removed") {
            Some(removed) => fs::remove_file(target.with_file_name(removed)).unwrap(),
            None => drop(fs::copy(from.join(&file), target).unwrap()),
        }
    }
}

fn told(forms: &Path) -> Vec<Problem> {
    let folders = Folders {
        forms: forms.to_path_buf(),
        plugins: forms.join("none"),
    };
    let loaded = load(&folders, None).unwrap();
    let mut problems = loaded.problems;
    for region in loaded.regions.values() {
        problems.extend(samples(&folders, region).1);
    }
    problems
}

#[test]
fn every_definition_fits_its_schema() {
    let schemas = schemas();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for root in [
        house().join("forms"),
        fixtures().join("mini"),
        fixtures().join("wrong-samples"),
    ] {
        for file in files_below(&root) {
            // What new regions are made of has holes in it.
            if file.iter().any(|part| part == "template") {
                continue;
            }
            let Some(kind) = FileKind::of(&file) else {
                let yaml = file.extension().is_some_and(|ending| ending == "yaml");
                assert!(!yaml || file.iter().count() == 1, "{} is of no kind", file.display());
                continue;
            };
            let misfits = schemas[kind.name].misfits(&data(&root.join(&file)).unwrap());
            assert!(misfits.is_empty(), "{}: {misfits:#?}", file.display());
            *seen.entry(kind.name).or_default() += 1;
        }
    }
    assert!(seen.len() == KINDS.len() && seen["form"] > 20, "{seen:?}");
}

#[test]
fn what_the_loader_refuses_for_its_shape_is_refused_by_the_schema() {
    let schemas = schemas();
    let (mut refused, mut wrong) = (0, Vec::new());
    let mut cases: Vec<PathBuf> = fs::read_dir(fixtures().join("problems"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    for case in cases {
        let folder = tempfile::tempdir().unwrap();
        lay_over(&fixtures().join("mini"), folder.path());
        lay_over(&case, folder.path());
        for problem in told(folder.path())
            .iter()
            .filter(|problem| SHAPE.contains(&problem.rule))
        {
            let file = &problem.place.file;
            let Some((kind, data)) = FileKind::of(file).zip(data(&folder.path().join(file))) else {
                continue;
            };
            match schemas[kind.name].misfits(&data).is_empty() {
                false => refused += 1,
                true => wrong.push(format!("{}: {} in {}", case.display(), problem.rule, file.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "accepted by the schema:\n{}", wrong.join("\n"));
    assert!(refused > 30, "{refused}");
}

/// Every value of the mini region in turn is replaced by what it is not, and every key misspelt: the
/// loader and the schema agree on each.
#[test]
fn the_loader_and_the_schema_agree_on_every_changed_value() {
    let schemas = schemas();
    let folder = tempfile::tempdir().unwrap();
    lay_over(&fixtures().join("mini"), folder.path());
    // Of a base nothing is told that a region takes away or replaces whole.
    let form = folder.path().join("qingshan/applied.form.yaml");
    let without = fs::read_to_string(&form)
        .unwrap()
        .replace("      head_count: null\n", "");
    fs::write(&form, without).unwrap();
    let replaced = |file: &Path, pointer: &str| file.ends_with("result.form.yaml") && pointer == "/rules";
    let (mut refused, mut wrong, mut turn) = (0, Vec::new(), 0);
    for file in files_below(folder.path()) {
        let Some(kind) = FileKind::of(&file) else { continue };
        let path = folder.path().join(&file);
        let original = fs::read_to_string(&path).unwrap();
        let whole = data(&path).unwrap();
        for pointer in pointers(&whole).into_iter().filter(|pointer| !replaced(&file, pointer)) {
            for changed in changes(&whole, &pointer, &mut turn) {
                // JSON is YAML.
                fs::write(&path, changed.to_string()).unwrap();
                let problems = told(folder.path());
                let by_loader = |rules: &[&str]| {
                    let here = problems.iter().filter(|problem| problem.place.file == file);
                    here.filter(|problem| rules.contains(&problem.rule)).count()
                };
                let by_schema = schemas[kind.name].misfits(&changed);
                if by_schema.is_empty() && by_loader(&SHAPE) > 0 {
                    wrong.push(format!(
                        "{}{pointer}: only the loader refuses {changed}",
                        file.display()
                    ));
                }
                if !by_schema.is_empty() && problems.is_empty() {
                    wrong.push(format!(
                        "{}{pointer}: only the schema refuses: {by_schema:?}",
                        file.display()
                    ));
                }
                refused += usize::from(!by_schema.is_empty());
            }
        }
        fs::write(&path, original).unwrap();
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 300, "{refused}");
}

/// The JSON pointers of all values below the root.
fn pointers(value: &Json) -> Vec<String> {
    let children: Vec<(String, &Json)> = match value {
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (at.to_string(), item))
            .collect(),
        _ => Vec::new(),
    };
    let below = |(key, value): (String, &Json)| {
        let inner = pointers(value).into_iter().map(|inner| format!("/{key}{inner}"));
        [format!("/{key}")]
            .into_iter()
            .chain(inner.collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    children.into_iter().flat_map(below).collect()
}

/// The whole with one value replaced by something else, by turns, and with its key misspelt.
fn changes(whole: &Json, pointer: &str, turn: &mut usize) -> Vec<Json> {
    let others = [
        json!("zzz"),
        json!([["zzz"]]),
        json!({"zzz": 1}),
        json!(true),
        json!(-1),
        json!({"zh": "字", "fr": "mot"}),
        json!("true"),
    ];
    *turn += 1;
    let mut changed = whole.clone();
    *changed.pointer_mut(pointer).unwrap() = others[*turn % others.len()].clone();
    let mut all = vec![changed];
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let mut misspelt = whole.clone();
    if let Some(Json::Object(map)) = misspelt.pointer_mut(parent)
        && let Some(value) = map.shift_remove(&key.replace("~1", "/").replace("~0", "~"))
    {
        map.insert(format!("{key}Zzz"), value);
        all.push(misspelt);
    }
    all
}

/// Compares a committed file with what the engine gives, or writes it.
fn current(path: &Path, content: &str, stale: &mut Vec<String>) {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    } else if fs::read_to_string(path).ok().as_deref() != Some(content) {
        stale.push(path.display().to_string());
    }
}

#[test]
fn the_published_files_are_current() {
    let mut stale = Vec::new();
    for kind in &KINDS {
        let path = house().join(format!("schemas/{}.schema.json", kind.name));
        current(&path, &format!("{:#}\n", publish(kind)), &mut stale);
    }
    let cases = Cases::read(&fixtures().join("problems")).unwrap();
    for (name, language) in [("zh", Language::Chinese), ("en", Language::English)] {
        let folder = house().join(format!("docs/{name}/reference"));
        current(&folder.join("keywords.md"), &keywords(language), &mut stale);
        current(&folder.join("problems.md"), &problems(language, &cases), &mut stale);
    }
    assert!(stale.is_empty(), "stale (UPDATE=1 writes them anew): {stale:#?}");
}

#[test]
fn every_rule_of_the_reference_has_an_example_from_a_case() {
    let cases = Cases::read(&fixtures().join("problems")).unwrap();
    for language in [Language::Chinese, Language::English] {
        let page = problems(language, &cases);
        let ids: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let known: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids, known);
        assert!(known.is_sorted(), "by id");
        for section in page.split("\n## ").skip(1) {
            assert!(section.contains("```text\n"), "no example: {section}");
        }
    }
}

/// The editor finds the schema of each kind by the same patterns as the engine.
#[test]
fn the_editor_is_told_of_every_schema() {
    let settings = fs::read_to_string(house().join(".vscode/settings.json")).unwrap();
    let settings: Json = serde_json::from_str(&settings).unwrap();
    let mapped = settings["yaml.schemas"].as_object().unwrap();
    assert_eq!(mapped.len(), KINDS.len());
    for kind in &KINDS {
        let files = &mapped[&format!("./schemas/{}.schema.json", kind.name)];
        let expected: Vec<String> = kind.files.iter().map(|files| format!("forms/{files}")).collect();
        assert_eq!(*files, json!(expected), "{}", kind.name);
    }
    let asked = fs::read_to_string(house().join(".vscode/extensions.json")).unwrap();
    assert!(asked.contains("redhat.vscode-yaml"));
}
