//! Samples written anew: the pieces that change, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::registry::sample::{Edit, mended};

/// What a file in UTF-8 may begin with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Makes these edits in the files below `forms`, and tells which files were written. A file that was
/// changed since it was read is left alone, with all that were to follow.
pub(super) fn edits(forms: &Path, edits: &[Edit]) -> Result<Vec<PathBuf>, String> {
    let mut written = Vec::new();
    for (path, (read, text)) in mended(edits) {
        let file = forms.join(&path);
        let told = |error: std::io::Error| format!("{}: {error}", file.display());
        let now = fs::read_to_string(&file).map_err(told)?;
        let (mark, now) = match now.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (BYTE_ORDER_MARK.to_string(), rest),
            None => (String::new(), &*now),
        };
        if now != read.text {
            return Err(format!("{} has changed meanwhile; run it again", file.display()));
        }
        // A crash leaves the old file or the new one.
        let beside = file.with_extension("yaml.new");
        fs::write(&beside, mark + &text).map_err(told)?;
        fs::rename(&beside, &file).map_err(told)?;
        written.push(path);
    }
    Ok(written)
}
