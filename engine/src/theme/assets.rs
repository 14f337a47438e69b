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
