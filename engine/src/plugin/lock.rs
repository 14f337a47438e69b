//! `plugins.lock`: which sources, by which compiler, gave the committed components.
//!
//! A guest's folder is its id. Its digest covers everything that its component is built from: its own
//! folder without `fixtures/`, the SDK, the contract, and the workspace's `Cargo.toml` and `Cargo.lock`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::digest;

/// The content of `plugins.lock`, by plugin id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The components in `dist/`.
    pub plugins: BTreeMap<String, Entry>,
}

/// One component in `dist/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// SHA-256 of the component, as a region pins it.
    pub sha256: String,
    /// [`sources`] when it was built.
    pub sources: String,
    /// What `rustc -V` said.
    pub compiler: String,
}

/// A file of the plugins folder could not be read as it should be.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct LockError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// What must be built again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// The guest was never built.
    Missing(String),
    /// Its sources are not those it was built from.
    Sources(String),
    /// The component in `dist/` is not the one that was built.
    Component(String),
    /// The lock names a guest that is no longer there.
    Gone(String),
}

impl Lock {
    /// Reads `plugins.lock` in the folder `plugins`.
    pub fn read(plugins: &Path) -> Result<Self, LockError> {
        parse(&plugins.join("plugins.lock"))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let head = "# Written by `dengji plugin build` together with dist/. Do not edit.\n";
        let entries = self.plugins.iter().map(|(id, entry)| {
            let Entry {
                sha256,
                sources,
                compiler,
            } = entry;
            format!("\n[plugins.{id}]\nsha256 = {sha256:?}\nsources = {sources:?}\ncompiler = {compiler:?}\n")
        });
        std::iter::once(head.to_owned()).chain(entries).collect()
    }
}

/// The guests of the workspace in the folder `plugins`: its members but the SDK.
pub fn guests(plugins: &Path) -> Result<Vec<String>, LockError> {
    #[derive(Deserialize)]
    struct Manifest {
        workspace: Workspace,
    }
    #[derive(Deserialize)]
    struct Workspace {
        members: Vec<String>,
    }
    let manifest: Manifest = parse(&plugins.join("Cargo.toml"))?;
    Ok(manifest
        .workspace
        .members
        .into_iter()
        .filter(|member| member != "sdk")
        .collect())
}

/// The digest of everything that the component of `guest` is built from.
pub fn sources(plugins: &Path, guest: &str) -> Result<String, LockError> {
    let mut files = Vec::new();
    walk(&plugins.join(guest), &mut files)?;
    walk(&plugins.join("sdk"), &mut files)?;
    files.extend(["Cargo.toml", "Cargo.lock"].map(|file| plugins.join(file)));
    let contract = contract(plugins);
    walk(&contract, &mut files)?;
    let named = files.into_iter().map(|path| {
        let name = match path.strip_prefix(&contract) {
            Ok(inside) => Path::new("wit").join(inside),
            Err(_) => path.strip_prefix(plugins).unwrap_or(&path).to_owned(),
        };
        (name.to_string_lossy().replace('\\', "/"), path)
    });
    let mut sum = Sha256::new();
    for (name, path) in named.collect::<BTreeMap<_, _>>() {
        let bytes = std::fs::read(&path).map_err(|error| at(&path, error))?;
        sum.update(format!("{name}\0{}\0", bytes.len()));
        sum.update(&bytes);
    }
    Ok(digest::hex(&sum.finalize()))
}

/// Everything in the folder `plugins` that does not belong together any more.
pub fn stale(plugins: &Path) -> Result<Vec<Stale>, LockError> {
    let mut locked = Lock::read(plugins)?.plugins;
    let mut stale = Vec::new();
    for guest in guests(plugins)? {
        let Some(entry) = locked.remove(&guest) else {
            stale.push(Stale::Missing(guest));
            continue;
        };
        if entry.sources != sources(plugins, &guest)? {
            stale.push(Stale::Sources(guest.clone()));
        }
        let component = component(plugins, &guest);
        let bytes = std::fs::read(&component).map_err(|error| at(&component, error))?;
        if entry.sha256 != digest::sha256(&bytes) {
            stale.push(Stale::Component(guest));
        }
    }
    stale.extend(locked.into_keys().map(Stale::Gone));
    Ok(stale)
}

/// Where the component of `guest` is committed.
pub fn component(plugins: &Path, guest: &str) -> PathBuf {
    plugins.join("dist").join(format!("{guest}.wasm"))
}

fn contract(plugins: &Path) -> PathBuf {
    plugins.join("..").join("engine").join("wit")
}

/// Every file below `folder`; fixtures and what is built are not sources.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LockError> {
    for entry in std::fs::read_dir(folder).map_err(|error| at(folder, error))? {
        let entry = entry.map_err(|error| at(folder, error))?;
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if name != "fixtures" && name != "target" {
                walk(&path, files)?;
            }
        } else if !name.to_string_lossy().starts_with('.') {
            files.push(path);
        }
    }
    Ok(())
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, LockError> {
    let text = std::fs::read_to_string(path).map_err(|error| at(path, error))?;
    toml::from_str(&text).map_err(|error| at(path, error))
}

fn at(path: &Path, why: impl ToString) -> LockError {
    LockError {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plugins folder with one guest, built.
    fn folder() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("engine/wit/a.wit", "package a:b;");
        write("plugins/Cargo.toml", "[workspace]\nmembers = [\"sdk\", \"one\"]\n");
        write("plugins/Cargo.lock", "");
        write("plugins/sdk/src/lib.rs", "");
        write("plugins/one/src/lib.rs", "");
        write("plugins/dist/one.wasm", "wasm");
        let plugins = root.path().join("plugins");
        let sources = sources(&plugins, "one").unwrap();
        let entry = Entry {
            sha256: digest::sha256(b"wasm"),
            sources,
            compiler: "rustc \"1\"".into(),
        };
        let lock = Lock {
            plugins: [("one".into(), entry)].into(),
        };
        write("plugins/plugins.lock", &lock.text());
        assert_eq!(Lock::read(&plugins).unwrap(), lock);
        root
    }

    #[test]
    fn a_change_of_any_source_is_noticed() {
        for (path, expected) in [
            ("plugins/one/fixtures/a.json", vec![]),
            ("plugins/one/target/a", vec![]),
            ("plugins/one/src/lib.rs", vec![Stale::Sources("one".into())]),
            ("plugins/one/further.typ", vec![Stale::Sources("one".into())]),
            ("plugins/sdk/src/lib.rs", vec![Stale::Sources("one".into())]),
            ("plugins/Cargo.lock", vec![Stale::Sources("one".into())]),
            ("engine/wit/a.wit", vec![Stale::Sources("one".into())]),
            ("plugins/dist/one.wasm", vec![Stale::Component("one".into())]),
        ] {
            let root = folder();
            let (changed, plugins) = (root.path().join(path), root.path().join("plugins"));
            assert_eq!(stale(&plugins).unwrap(), []);
            std::fs::create_dir_all(changed.parent().unwrap()).unwrap();
            std::fs::write(changed, "changed").unwrap();
            assert_eq!(stale(&plugins).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn guests_come_and_go() {
        let root = folder();
        let plugins = root.path().join("plugins");
        std::fs::write(plugins.join("Cargo.toml"), "[workspace]\nmembers = [\"two\"]\n").unwrap();
        assert_eq!(
            stale(&plugins).unwrap(),
            [Stale::Missing("two".into()), Stale::Gone("one".into())]
        );
    }
}
