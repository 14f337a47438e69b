//! A copy of the repository's definitions that a test may change.

use std::fs;
use std::path::{Path, PathBuf};

use dengji::definition::load::Folders;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::repository;

/// Copies of the national base, of some regions, and of their plugins.
pub struct Copied {
    folder: TempDir,
}

impl Copied {
    /// Copies the base and these regions.
    pub fn of(regions: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        for region in ["national"].iter().chain(regions) {
            copy(
                &repository().join("forms").join(region),
                &folder.path().join("forms").join(region),
            );
        }
        copy(&repository().join("plugins/dist"), &folder.path().join("plugins"));
        Self { folder }
    }

    /// Where the copies are.
    pub fn folders(&self) -> Folders {
        Folders {
            forms: self.folder.path().join("forms"),
            plugins: self.folder.path().join("plugins"),
        }
    }

    /// Copies the themes too, and says where they are.
    pub fn themes(&self) -> PathBuf {
        let themes = self.folder.path().join("themes");
        copy(&repository().join("themes"), &themes);
        themes
    }

    /// Copies a folder below the copy to another place there.
    pub fn copy(&self, from: &str, to: &str) {
        copy(&self.file(from), &self.file(to));
    }

    /// A file below the copy: `forms/…` or `plugins/…`.
    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Replaces a text that the file must have.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.file(path);
        let text = fs::read_to_string(&path).expect("the file can be read");
        assert!(text.contains(from), "{} has no `{from}`", path.display());
        fs::write(&path, text.replace(from, to)).expect("the file can be written");
    }

    /// Puts another component in the place of a plugin, and its hash in the region's definition.
    pub fn replace_plugin(&self, region: &str, file: &str, component: &[u8]) {
        let path = self.file(&format!("plugins/{file}"));
        let old = hash(&fs::read(&path).expect("the plugin can be read"));
        fs::write(&path, component).expect("the plugin can be written");
        self.edit(&format!("forms/{region}/region.yaml"), &old, &hash(component));
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the folder can be listed").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}
