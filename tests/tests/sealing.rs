//! Sensitive answers: what stands on the disk and under which key, who is shown them, what is printed.

#[path = "sealing/keys.rs"]
mod keys;
#[path = "sealing/masks.rs"]
mod masks;

use std::path::Path;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

/// Two identity numbers of the sample's people.
const ID: &str = "620102197009141017";

/// Every file of a folder with its bytes, but for the keys.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else if entry.file_name() != "key" {
            found.push((entry.path().display().to_string(), std::fs::read(entry.path()).unwrap()));
        }
    }
    found
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
