//! Why a plugin cannot be used, in words that say how to mend it.

use super::{CONTRACT_VERSION, Function};
use crate::definition::Id;

/// Why a plugin cannot be used; the text says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The engine could not be started.
    #[error("the plugin engine cannot start: {0}")]
    Engine(String),
    /// The bytes are not those that the region pinned.
    #[error(
        "plugin `{plugin}`: the file has sha256 {found}, the region pins {pinned}; review the file, then pin its hash"
    )]
    Hash {
        /// The plugin.
        plugin: Id,
        /// What the region says.
        pinned: String,
        /// What the bytes give.
        found: String,
    },
    /// A core module, or no WebAssembly at all.
    #[error("plugin `{plugin}` is not a WebAssembly component: {why}")]
    NotAComponent {
        /// The plugin.
        plugin: Id,
        /// What it is instead.
        why: String,
    },
    /// It is built for a system interface, and a plugin has no files, clock, network or randomness.
    #[error(
        "plugin `{plugin}` imports `{import}`: a plugin has no access to the system; build it for wasm32-unknown-unknown, or with --stub-wasi"
    )]
    System {
        /// The plugin.
        plugin: Id,
        /// The import.
        import: String,
    },
    /// It is built for another version of the contract.
    #[error(
        "plugin `{plugin}` is built for {built_for}, this server offers version {CONTRACT_VERSION}; build it again with the contract of this server"
    )]
    Version {
        /// The plugin.
        plugin: Id,
        /// The interface with its version.
        built_for: String,
    },
    /// It imports what the contract does not have.
    #[error(
        "plugin `{plugin}` imports `{import}`, which the contract does not have; it offers host-log and host-lookup"
    )]
    UnknownImport {
        /// The plugin.
        plugin: Id,
        /// The import.
        import: String,
    },
    /// It imports what it was not granted.
    #[error("plugin `{plugin}` imports `{import}`, which is not granted; {mend}")]
    NotGranted {
        /// The plugin.
        plugin: Id,
        /// The interface.
        import: &'static str,
        /// Who can grant it, and how.
        mend: &'static str,
    },
    /// It does not export what the region wants of it.
    #[error("plugin `{plugin}` has no {function}, but the region runs it on {function}; it exports: {exports}")]
    MissingExport {
        /// The plugin.
        plugin: Id,
        /// What is missing.
        function: Function,
        /// What is there.
        exports: String,
    },
    /// An import or export has another type than the contract's.
    #[error("plugin `{plugin}`: {what} does not have the type of the contract {CONTRACT_VERSION}: {why}")]
    Type {
        /// The plugin.
        plugin: Id,
        /// The import or export.
        what: String,
        /// The difference.
        why: String,
    },
}

impl LoadError {
    /// The plugin that it is about; none where the engine itself cannot start.
    pub fn plugin(&self) -> Option<&str> {
        match self {
            Self::Engine(_) => None,
            Self::Hash { plugin, .. }
            | Self::NotAComponent { plugin, .. }
            | Self::System { plugin, .. }
            | Self::Version { plugin, .. }
            | Self::UnknownImport { plugin, .. }
            | Self::NotGranted { plugin, .. }
            | Self::MissingExport { plugin, .. }
            | Self::Type { plugin, .. } => Some(plugin),
        }
    }
}
