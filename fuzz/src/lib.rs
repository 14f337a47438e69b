//! A region of which one file is whatever a fuzzer makes up, and the loading of it.
#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a fuzzer finds by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use dengji::definition::Language;
use dengji::definition::load::{Folders, Loaded, load, samples};
use dengji::definition::problem::{Format, print};
use tempfile::TempDir;

/// The made-up region that the tests spoil too.
pub const REGION: &str = "qingshan";

/// The folder of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A copy of the made-up region.
pub struct Spoilt {
    folder: TempDir,
}

impl Spoilt {
    /// The region as it is, in memory where the system offers that.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        }
        .unwrap();
        copy(&repository().join("tests/fixtures/mini"), folder.path());
        Self { folder }
    }

    /// Writes a file of the region.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.path().join(REGION).join(name);
        path.parent().map(fs::create_dir_all).transpose().unwrap();
        fs::write(path, content).unwrap();
    }

    /// Loads the region and prints what is told of it, in every way. A region with an error is none.
    pub fn load(&self) -> Loaded {
        let folders = Folders {
            forms: self.folder.path().to_path_buf(),
            plugins: self.folder.path().join("none"),
        };
        let mut loaded = load(&folders, Some(REGION)).unwrap();
        assert!(!loaded.has_errors() || !loaded.regions.contains_key(REGION));
        for region in loaded.regions.values() {
            loaded.problems.extend(samples(&folders, region).1);
        }
        for format in [Format::Text { colour: true }, Format::Json, Format::Sarif] {
            for language in [Language::Chinese, Language::English] {
                print(&loaded.problems, &folders.forms, language, format);
            }
        }
        loaded
    }
}

impl Default for Spoilt {
    fn default() -> Self {
        Self::new()
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
