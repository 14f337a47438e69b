//! The plugins that check an application: those of the version it is pinned to. Their components are kept with
//! the uploaded files, by the hash of their content, before any application can be pinned to them.

use std::sync::{Arc, PoisonError};

use super::{Office, OfficeError, Registry};
use crate::check::CompiledForm;
use crate::definition::Id;
use crate::definition::load::{PinnedPlugin, pinned_checkers};
use crate::definition::region::PluginUse;
use crate::plugin::{CallError, Fault, Function, Plugin};
use crate::store::{FileError, FileId};

/// Bytes that the component of a checking plugin may have: it is kept for as long as applications are.
pub(super) const LARGEST_CHECKER: usize = 16 << 20;

/// The plugins in order, or why one of them cannot be asked; then nothing counts as passed.
pub(super) type Checkers = Result<Arc<[Arc<Plugin>]>, CallError>;

impl Office {
    /// The plugins that check applications of today.
    pub(super) fn checkers_of_today(&self) -> Arc<[Arc<Plugin>]> {
        self.checkers().cloned().collect()
    }
}

impl Registry {
    /// The plugins that check an application of this version.
    pub(super) async fn checkers(&self, office: &Office, form: &CompiledForm) -> Checkers {
        let form = form.form();
        let today = office
            .form(&form.id)
            .is_some_and(|today| today.form().hash == form.hash);
        let pinned = match pinned_checkers(&form.source) {
            Some(pinned) if !today => pinned,
            _ => return Ok(office.checkers_of_today()),
        };
        let known = office
            .checkers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&form.hash)
            .cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut loaded = Vec::new();
        for plugin in &pinned {
            loaded.push(self.pinned_plugin(office, plugin).await.map_err(|why| CallError {
                plugin: plugin.id.clone(),
                function: Function::Check,
                fault: Fault::Unloadable(why),
            })?);
        }
        let loaded: Arc<[Arc<Plugin>]> = loaded.into();
        let mut checkers = office.checkers.write().unwrap_or_else(PoisonError::into_inner);
        checkers.insert(form.hash.clone(), Arc::clone(&loaded));
        Ok(loaded)
    }

    /// The very one of today where nothing about it has changed, else the component that was kept.
    async fn pinned_plugin(&self, office: &Office, pinned: &PinnedPlugin) -> Result<Arc<Plugin>, String> {
        let used = office.region().plugins.get(&pinned.id);
        let same = used.is_some_and(|used| pinned.is(used) && used.on_check);
        if let (Some(plugin), true) = (office.plugin(&pinned.id), same) {
            return Ok(Arc::clone(plugin));
        }
        let id: FileId = pinned.sha256.parse().map_err(|error: FileError| error.to_string())?;
        let bytes = self.inner.files.get(id).await.map_err(|error| error.to_string())?;
        let wanted = PluginUse {
            id: pinned.id.clone(),
            file: std::path::PathBuf::new(),
            bytes: bytes.as_ref().into(),
            sha256: pinned.sha256.clone(),
            on_check: true,
            on_document: false,
            options: pinned.options.clone(),
            lookups: pinned.lookups.clone(),
        };
        let plugins = self.inner.plugins.clone();
        // Compiling takes some tens of milliseconds of pure computing.
        let loaded = tokio::task::spawn_blocking(move || plugins.load(&wanted)).await;
        let loaded = loaded.map_err(|error| error.to_string())?;
        loaded.map(Arc::new).map_err(|error| error.to_string())
    }

    /// Keeps the components that check applications of today.
    pub(super) async fn keep_checkers(&self, office: &Office) -> Result<(), OfficeError> {
        let region = office.region();
        for plugin in region.plugins.values().filter(|plugin| plugin.on_check) {
            let about = || (Id::clone(&region.id), Id::clone(&plugin.id));
            let size = plugin.bytes.len();
            if size > LARGEST_CHECKER {
                let (region, plugin) = about();
                return Err(OfficeError::TooLarge { region, plugin, size });
            }
            let bytes = bytes::Bytes::copy_from_slice(&plugin.bytes);
            self.inner.files.put(bytes).await.map_err(|error| {
                let (region, plugin) = about();
                OfficeError::Kept { region, plugin, error }
            })?;
        }
        Ok(())
    }
}
