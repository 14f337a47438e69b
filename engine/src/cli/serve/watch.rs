//! Waits for files to be saved below the folders that the server reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::time::timeout;

/// A change is whole once nothing further was written for so long: an editor may write a file in several
/// steps, and a checkout many files.
const SILENCE: Duration = Duration::from_millis(30);
/// Whatever is still being written, what is there is read after so long.
const LONGEST: Duration = Duration::from_millis(500);

/// What was saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// The folders right below the folder of definitions in which something changed.
    pub(super) folders: BTreeSet<String>,
    /// Something changed among the themes.
    pub(super) themes: bool,
    /// Something changed among the plugins.
    pub(super) plugins: bool,
    /// Nobody knows what changed: everything is read again.
    pub(super) everything: bool,
    /// When the first of it was seen.
    pub(super) since: Option<Instant>,
}

/// Watches folders until it is dropped.
pub(super) struct Watching {
    pending: Arc<Pending>,
    _watcher: RecommendedWatcher,
}

#[derive(Default)]
struct Pending {
    change: Mutex<Change>,
    wakes: Notify,
}

/// The watched folders, as events name them.
struct Roots {
    forms: PathBuf,
    themes: PathBuf,
    plugins: PathBuf,
}

impl Watching {
    /// Begins to watch. A folder of plugins that is not there is left out.
    pub(super) fn start(forms: &Path, themes: &Path, plugins: &Path) -> Result<Self, notify::Error> {
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let roots = Roots {
            forms: whole(forms),
            themes: whole(themes),
            plugins: whole(plugins),
        };
        let folders = [roots.forms.clone(), roots.themes.clone(), roots.plugins.clone()];
        let pending = Arc::new(Pending::default());
        let told = Arc::clone(&pending);
        let mut watcher = notify::recommended_watcher(move |event| told.take(&roots, event))?;
        for folder in folders {
            if folder.is_dir() {
                watcher.watch(&folder, RecursiveMode::Recursive)?;
            }
        }
        Ok(Self {
            pending,
            _watcher: watcher,
        })
    }

    /// The next change, once it is whole.
    pub(super) async fn next(&self) -> Change {
        loop {
            self.pending.wakes.notified().await;
            let began = Instant::now();
            while began.elapsed() < LONGEST && timeout(SILENCE, self.pending.wakes.notified()).await.is_ok() {}
            let mut change = self.pending.change.lock().unwrap_or_else(PoisonError::into_inner);
            let change = std::mem::take(&mut *change);
            if change.since.is_some() {
                return change;
            }
        }
    }
}

impl Pending {
    fn take(&self, roots: &Roots, event: notify::Result<Event>) {
        let mut change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match event {
            Ok(event) if event.need_rescan() => {
                change.everything = true;
                true
            }
            Ok(event) if writes(event.kind) => {
                let mut paths = event.paths.iter().map(|path| change.takes(roots, path));
                paths.any(|taken| taken)
            }
            Ok(_) => false,
            Err(error) => {
                tracing::warn!(%error, "the watched folders may have changed unseen");
                change.everything = true;
                true
            }
        };
        if known {
            change.since.get_or_insert_with(Instant::now);
            self.wakes.notify_one();
        }
    }
}

impl Change {
    /// Notes a path that changed; false where it is nothing that is read.
    fn takes(&mut self, roots: &Roots, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if is_an_editor_s_own(&name) {
            return false;
        }
        if let Ok(below) = path.strip_prefix(&roots.forms) {
            match below.iter().next() {
                Some(folder) => drop(self.folders.insert(folder.to_string_lossy().into_owned())),
                None => self.everything = true,
            }
        } else if path.starts_with(&roots.themes) {
            self.themes = true;
        } else if path.starts_with(&roots.plugins) {
            self.plugins = true;
        } else {
            return false;
        }
        true
    }
}

/// Whether the event may leave a file with other content.
fn writes(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    }
}

/// Names under which editors and version control keep files of their own.
fn is_an_editor_s_own(name: &str) -> bool {
    let endings = ["~", ".swp", ".swx", ".tmp", ".bak"];
    name.starts_with('.') || name.starts_with('#') || name == "4913" || endings.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_concerns_a_region_the_themes_or_the_plugins() {
        let roots = Roots {
            forms: "/office/forms".into(),
            themes: "/office/themes".into(),
            plugins: "/office/plugins/dist".into(),
        };
        let of = |path: &str| {
            let mut change = Change::default();
            let taken = change.takes(&roots, Path::new(path));
            let folders: Vec<String> = change.folders.into_iter().collect();
            (
                taken,
                folders.join(" "),
                change.themes,
                change.plugins,
                change.everything,
            )
        };
        for (path, expected) in [
            ("/office/forms/north/a.form.yaml", (true, "north", false, false, false)),
            ("/office/forms/north/codes/x.csv", (true, "north", false, false, false)),
            ("/office/forms/south", (true, "south", false, false, false)),
            ("/office/forms", (true, "", false, false, true)),
            ("/office/themes/default/static/a.css", (true, "", true, false, false)),
            ("/office/plugins/dist/a.wasm", (true, "", false, true, false)),
            ("/office/forms/north/.a.form.yaml.swp", (false, "", false, false, false)),
            ("/office/forms/north/a.form.yaml~", (false, "", false, false, false)),
            ("/elsewhere/a", (false, "", false, false, false)),
        ] {
            let (taken, folders, themes, plugins, everything) = expected;
            assert_eq!(
                of(path),
                (taken, folders.to_owned(), themes, plugins, everything),
                "{path}"
            );
        }
    }

    #[test]
    fn reading_a_file_is_no_change() {
        use notify::event::{CreateKind, DataChange, MetadataKind, RemoveKind, RenameMode};
        for (kind, expected) in [
            (EventKind::Create(CreateKind::File), true),
            (EventKind::Modify(ModifyKind::Data(DataChange::Any)), true),
            (EventKind::Modify(ModifyKind::Name(RenameMode::To)), true),
            (EventKind::Remove(RemoveKind::Folder), true),
            (EventKind::Access(AccessKind::Close(AccessMode::Write)), true),
            (EventKind::Access(AccessKind::Close(AccessMode::Read)), false),
            (EventKind::Access(AccessKind::Open(AccessMode::Any)), false),
            (EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), false),
        ] {
            assert_eq!(writes(kind), expected, "{kind:?}");
        }
    }
}
