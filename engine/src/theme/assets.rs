//! Static files: read once, served from memory under an address that changes with their content.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::ThemeError;

/// One static file.
#[derive(Debug)]
pub struct Asset {
    /// For the `Content-Type` header.
    pub content_type: &'static str,
    /// The content.
    pub bytes: bytes::Bytes,
}

/// The static files of a theme. All share one hash, so that modules and style sheets can name
/// their neighbours by relative address.
#[derive(Debug)]
pub(super) struct Assets {
    prefix: String,
    files: IndexMap<String, Asset>,
}

impl Assets {
    /// Reads `static/` of each folder; files of later folders replace earlier ones.
    pub(super) fn load(folders: &[&Path]) -> Result<Self, ThemeError> {
        let mut files = IndexMap::new();
        for folder in folders {
            for (name, path) in files_in(&folder.join("static"))? {
                let bytes = std::fs::read(&path).map_err(|source| ThemeError::Read { path, source })?;
                let bytes = for_sending(&name, bytes);
                files.insert(
                    name.clone(),
                    Asset {
                        content_type: content_type(&name),
                        bytes: bytes.into(),
                    },
                );
            }
        }
        let mut hash = Sha256::new();
        for (name, asset) in &files {
            hash.update((name.len() as u64).to_le_bytes());
            hash.update(name);
            hash.update((asset.bytes.len() as u64).to_le_bytes());
            hash.update(&asset.bytes);
        }
        let hex: String = hash
            .finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Self {
            prefix: format!("/static/{hex}/"),
            files,
        })
    }

    /// The address of `name`.
    pub(super) fn address(&self, name: &str) -> Option<String> {
        self.files.contains_key(name).then(|| format!("{}{name}", self.prefix))
    }

    /// The file at `address`.
    pub(super) fn at(&self, address: &str) -> Option<&Asset> {
        self.files.get(address.strip_prefix(&self.prefix)?)
    }
}

/// A script or style without the lines that are empty or nothing but a comment, and without what its lines are moved in
/// by: all that is written for whoever reads the folder. Where a line might stand in a text that goes over several
/// lines, the file stays as it is.
fn for_sending(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    let is_script = name.ends_with(".js");
    let Some(text) = std::str::from_utf8(&bytes)
        .ok()
        .filter(|_| is_script || name.ends_with(".css"))
    else {
        return bytes;
    };
    let goes_on = |line: &str| line.ends_with('\\') || line.matches('`').count() % 2 == 1;
    if text.lines().any(goes_on) {
        return bytes;
    }
    let mut inside = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        let begins = !inside && words.starts_with("/*");
        let ends = words.find("*/");
        let is_comment = match inside || begins {
            true => ends.is_none_or(|at| at + 2 == words.len()),
            false => is_script && words.starts_with("//"),
        };
        // What stands behind the end of a comment that began on another line is kept.
        let from = if inside {
            line.find("*/").map_or(0, |at| at + 2)
        } else {
            0
        };
        inside = (inside || begins) && ends.is_none();
        if !is_comment && !words.is_empty() {
            kept.push_str(line[from..].trim_start_matches(' '));
        }
    }
    kept.into_bytes()
}

/// The files of `folder` by name, in the order of their names; none where there is no such folder.
pub(super) fn files_in(folder: &Path) -> Result<Vec<(String, PathBuf)>, ThemeError> {
    let failed = |source| ThemeError::Read {
        path: folder.to_owned(),
        source,
    };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        if path.is_file() && !name.is_empty() && !name.starts_with('.') {
            files.push((name, path));
        }
    }
    files.sort();
    Ok(files)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_its_author_needs_is_not_sent() {
        for (name, text, sent) in [
            ("a.js", "// One.\n\n  // Two.\na(); // three\n", "a(); // three\n"),
            ("a.js", "/** Does. */\na();\n/* It\n * does. */\nb();\n", "a();\nb();\n"),
            ("a.js", "/* one */ a();\n    b( 1);\n", "/* one */ a();\nb( 1);\n"),
            ("a.js", "a(\"//x\",\n\"// y\");\n", "a(\"//x\",\n\"// y\");\n"),
            ("a.js", "a(`\n// text\n`);\n// b\n", "a(`\n// text\n`);\n// b\n"),
            ("a.js", "a(\"\\\n// text\");\n", "a(\"\\\n// text\");\n"),
            ("a.css", "/* One\n   two */\na{}\n/* three */", "a{}\n"),
            ("a.css", "// none\na{}\n", "// none\na{}\n"),
            ("a.svg", "/* a */\n", "/* a */\n"),
        ] {
            let bytes = for_sending(name, text.as_bytes().to_vec());
            assert_eq!(String::from_utf8(bytes).unwrap(), sent, "{text}");
        }
        assert_eq!(for_sending("a.js", vec![b'/', b'/', 0xff]), [b'/', b'/', 0xff]);
    }

    #[test]
    fn a_script_that_is_sent_has_the_lines_that_do_something() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes/default");
        let assets = Assets::load(&[&folder]).unwrap();
        for (name, asset) in &assets.files {
            let Ok(written) = std::fs::read_to_string(folder.join("static").join(name)) else {
                continue;
            };
            let sent = std::str::from_utf8(&asset.bytes).unwrap();
            let mut sent = sent.lines().peekable();
            for words in written.lines().map(str::trim) {
                if sent.next_if_eq(&words).is_none() {
                    let is_comment = ["//", "/*", "*"].iter().any(|begin| words.starts_with(begin));
                    assert!(
                        words.is_empty() || is_comment || words.ends_with("*/"),
                        "{name}: {words}"
                    );
                }
            }
            assert_eq!(sent.next(), None, "{name}");
        }
    }
}
