//! What was read stays true while its file says the same: kept from one reading to the next.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::definition::CodeList;
use crate::definition::source::SourceFile;

/// The code lists of earlier readings of one folder of definitions, of files without a mistake. Cheap to
/// clone; the clones keep together.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    lists: Arc<Mutex<HashMap<PathBuf, Known>>>,
}

#[derive(Debug)]
struct Known {
    file: Arc<SourceFile>,
    list: Arc<CodeList>,
}

impl Kept {
    /// The list that was read of a file with exactly this text.
    pub(super) fn list(&self, file: &SourceFile) -> Option<Arc<CodeList>> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lists.get(&file.path).filter(|known| *known.file == *file)?;
        Some(Arc::clone(&known.list))
    }

    /// Keeps the list in place of what an earlier text of the file gave.
    pub(super) fn keep(&self, file: Arc<SourceFile>, list: Arc<CodeList>) {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.insert(file.path.clone(), Known { file, list });
    }
}
