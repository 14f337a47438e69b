//! Copies the database while it is in use; writes it anew, without what lies in its free pages.

use std::path::Path;

use super::Store;
use super::error::{StoreError, failed};
use super::open;
use super::table::Table;
use super::view::View;

/// How much memory the copy may use for its pages.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

impl Store {
    /// Writes all that is committed now to a new database file, which opens like any other. Writing goes on
    /// meanwhile. A file that is there already is an error; what a failed copy leaves behind is removed.
    ///
    /// Uploaded files and the key of sealed values are not part of it.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let to = to.to_owned();
        self.read(move |view| {
            if to.try_exists().map_err(io)? {
                return Err(StoreError::Failed {
                    reason: format!("{} exists already", to.display()),
                });
            }
            copy(view, &to).inspect_err(|_| {
                // The first error is the one to tell.
                let _ = std::fs::remove_file(&to);
            })
        })
        .await
    }
}

impl Store {
    /// Writes the file anew with what it holds now, and closes it: what was removed or replaced is no longer to be
    /// read from the bytes that the database keeps for later use. Interrupted, the old file is there as it was.
    pub async fn renew(self) -> Result<(), StoreError> {
        let path = self.inner.path.clone();
        let mut fresh = path.as_os_str().to_owned();
        fresh.push(".new");
        let fresh = std::path::PathBuf::from(fresh);
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        self.backup(&fresh).await?;
        // The old file is still open and locked here, so that nobody begins to write to it.
        std::fs::rename(&fresh, &path).map_err(io)?;
        open::sync_folder(&path).map_err(io)
    }
}

fn copy(view: &View, to: &Path) -> Result<(), StoreError> {
    let target = open::open(to, CACHE_BYTES).map_err(|error| StoreError::Failed {
        reason: error.to_string(),
    })?;
    let mut write = target.begin_write().map_err(failed)?;
    write.set_quick_repair(true);
    for table in Table::ALL {
        let mut copy = write.open_table(table.definition()).map_err(failed)?;
        for entry in view.every(table)? {
            let (key, value) = entry?;
            copy.insert(key.as_slice(), value.as_slice()).map_err(failed)?;
        }
    }
    write.commit().map_err(failed)
}

fn io(error: std::io::Error) -> StoreError {
    StoreError::Failed {
        reason: error.to_string(),
    }
}
