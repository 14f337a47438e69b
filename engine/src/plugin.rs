//! Plugins: the only user of wasmtime, and everything that keeps a guest from doing harm.
//!
//! A guest is a WebAssembly component built for the contract in `engine/wit/`. It runs in a fresh
//! store each call, with so much fuel, time, memory and output ([`Limits`]), and sees only what comes as
//! arguments or through the two imports that region *and* operator granted ([`Grant`]). Whatever goes
//! wrong is a [`CallError`] that names plugin and function; no part of a reply is used then.

pub mod build;
mod call;
mod contract;
mod digest;
mod engine;
mod fault;
mod host;
mod limits;
mod load;
pub mod lock;
mod lookups;
mod reply;
mod rest;
#[cfg(test)]
mod tests;
mod unfit;

pub use call::Plugin;
pub use fault::{CallError, Fault, Function, Refusal};
pub use limits::{Grant, Limits};
pub use lookups::{Looked, LookupFailed, Lookups, NoLookups, UnitRecord};
pub use reply::{PluginFinding, PluginLayout, PluginSeverity};
pub use unfit::LoadError;

use std::sync::Arc;

use jiff::civil::Date;

use crate::definition::Language;
use crate::definition::region::PluginUse;
use engine::Shared;

/// The version of the contract that this server offers.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// The place where plugins run: one engine and one pool of instances for the whole server.
///
/// Cheap to clone. The thread that measures time ends with the last clone and the last [`Plugin`].
#[derive(Clone)]
pub struct Plugins {
    shared: Arc<Shared>,
}

/// What a guest is told besides its own argument.
#[derive(Debug, Clone)]
pub struct Context {
    /// The region's id.
    pub region: String,
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub version: String,
    /// The language of the person who asks.
    pub language: Language,
    /// Today.
    pub today: Date,
    /// The day of first submission, today before that.
    pub filed_on: Date,
    /// The applicant's name.
    pub applicant_name: String,
    /// The id of the applicant's unit.
    pub applicant_unit: Option<String>,
    /// The action that asks, where one does.
    pub action: Option<String>,
}

/// What an issued document carries.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The document's id.
    pub document: String,
    /// The number assigned at approval.
    pub number: String,
    /// The day of registration.
    pub registered_on: Date,
    /// Where anybody can verify the document.
    pub verify_url: String,
}

impl Plugins {
    /// Starts the engine. Fails only where the machine cannot give the address space that the pool
    /// reserves.
    pub fn new(limits: Limits, grant: Grant) -> Result<Self, LoadError> {
        Ok(Self {
            shared: Arc::new(Shared::new(limits, grant)?),
        })
    }

    /// Compiles a component and proves that it fits: its bytes are those the region pinned, it imports
    /// nothing beyond the grant, and it exports what the region wants of it, type by type.
    ///
    /// The first time for these bytes it takes as long as a compilation, tens of milliseconds and more: keep
    /// it off the threads that serve. Compiled code is kept in memory, not on disk.
    pub fn load(&self, wanted: &PluginUse) -> Result<Plugin, LoadError> {
        load::load(&self.shared, wanted)
    }
}
