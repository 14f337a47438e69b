//! `dengji plugin`: what plugin authors do.

use std::path::Path;

use super::put;
use crate::plugin::build::{self, BuildError};

/// `dengji plugin build`: builds every guest of the folder `plugins` and prints the hash of each, as a
/// region pins it.
pub(super) fn build(plugins: &Path) -> Result<(), BuildError> {
    for (id, entry) in build::build(plugins)?.plugins {
        put(&format!("{id}: sha256 {}\n", entry.sha256));
    }
    Ok(())
}
