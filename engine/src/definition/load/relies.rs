//! Which folders a region's folder relies on, for reading again only what a change concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{LoadError, region_folders};

/// Every folder with a `region.yaml`, each with all folders that its definitions may come from: its own,
/// and those that its YAML files name, directly or through another.
///
/// Any mention counts, also one in a comment, so that it is told before the files are sound: rather a
/// folder too many than one too few.
pub fn relied_on(forms: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, LoadError> {
    let folders = region_folders(forms)?;
    let named: BTreeMap<&str, BTreeSet<&str>> = folders
        .iter()
        .map(|folder| (folder.as_str(), named_in(&forms.join(folder), &folders)))
        .collect();
    Ok(folders
        .iter()
        .map(|folder| (folder.clone(), closure(folder, &named)))
        .collect())
}

fn closure(folder: &str, named: &BTreeMap<&str, BTreeSet<&str>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![folder];
    while let Some(folder) = waiting.pop() {
        if found.insert(folder.to_owned()) {
            waiting.extend(named.get(folder).into_iter().flatten());
        }
    }
    found
}

/// The folders whose names stand as words in the YAML files of `folder`.
fn named_in<'f>(folder: &Path, folders: &'f [String]) -> BTreeSet<&'f str> {
    let mut named = BTreeSet::new();
    for path in yaml_files(folder) {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let words: BTreeSet<&str> = text.split(|c: char| !inside(c)).collect();
        named.extend(
            folders
                .iter()
                .map(String::as_str)
                .filter(|folder| words.contains(folder)),
        );
    }
    named
}

/// The YAML files of a region's folder and of the folders right below it.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let listed = std::fs::read_dir(folder).into_iter().flatten().flatten();
        listed.map(|entry| entry.path()).collect()
    };
    let own = list(folder);
    let below = own.iter().filter(|path| path.is_dir()).flat_map(|path| list(path));
    let all: Vec<PathBuf> = below.chain(own.iter().cloned()).collect();
    all.into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_relies_on_what_it_names_and_on_what_that_names() {
        let forms = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("base/region.yaml", "abstract: true\n"),
            ("north/region.yaml", "extends: [base]\n"),
            ("north/a.form.yaml", "extends: base/a\n"),
            ("south/region.yaml", "name: 南\n"),
            ("south/accounts/person.form.yaml", "extends: north/person\n"),
            ("alone/region.yaml", "name: northern base-line\n"),
            ("none/a.form.yaml", "extends: base/a\n"),
        ] {
            let path = forms.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let relied = relied_on(forms.path()).unwrap();
        let of = |folder: &str| relied[folder].iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!(relied.len(), 4);
        assert_eq!(of("base"), "base");
        assert_eq!(of("north"), "base north");
        assert_eq!(of("south"), "base north south");
        assert_eq!(of("alone"), "alone");
        assert!(relied_on(&forms.path().join("nowhere")).is_err());
    }
}
