//! What stands behind a guest's imports during one call, and what it has used so far.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::{ResourceLimiter, UpdateDeadline};

use super::contract::{host_log, host_lookup, types};
use super::limits::cut;
use super::{Limits, LookupFailed, Lookups};
use crate::definition::Id;

/// The state of one call; it is dropped with its store.
pub(super) struct Host {
    plugin: Id,
    granted: Arc<[Id]>,
    lookups: Arc<dyn Lookups>,
    limits: Limits,
    memory: usize,
    /// Whether memory was refused, so that the `unreachable` which follows is known for what it is.
    pub(super) memory_refused: bool,
    lines: usize,
    looked_up: usize,
    /// The last line at `error`: what a panicking guest leaves behind.
    pub(super) last_error: Option<String>,
    started: Instant,
    away: Duration,
}

/// Why a look-up ended the call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LookupRefused {
    #[error("`{0}` is not among the region's `lookups` for this plugin")]
    NotGranted(String),
    #[error("more than {0} look-ups")]
    TooMany(usize),
    #[error(transparent)]
    Failed(LookupFailed),
}

impl Host {
    pub(super) fn new(plugin: Id, granted: Arc<[Id]>, lookups: Arc<dyn Lookups>, limits: Limits) -> Self {
        Self {
            plugin,
            granted,
            lookups,
            limits,
            memory: 0,
            memory_refused: false,
            lines: 0,
            looked_up: 0,
            last_error: None,
            started: Instant::now(),
            away: Duration::ZERO,
        }
    }

    /// Asked at every tick: goes on until the time inside the guest is used up.
    pub(super) fn next_tick(&self) -> UpdateDeadline {
        if self.started.elapsed().saturating_sub(self.away) >= self.limits.deadline {
            return UpdateDeadline::Interrupt;
        }
        UpdateDeadline::Yield(1)
    }

    fn may_look_up(&mut self, list: &str) -> Result<Arc<dyn Lookups>, LookupRefused> {
        if !self.granted.iter().any(|granted| &**granted == list) {
            return Err(LookupRefused::NotGranted(cut(list.into(), 60)));
        }
        if self.looked_up == self.limits.lookups {
            return Err(LookupRefused::TooMany(self.limits.lookups));
        }
        self.looked_up += 1;
        Ok(Arc::clone(&self.lookups))
    }
}

impl types::Host for Host {}

impl host_log::Host for Host {
    async fn log(&mut self, level: host_log::Level, message: String) -> wasmtime::Result<()> {
        let message = cut(message, self.limits.log_line);
        if level == host_log::Level::Error {
            self.last_error = Some(message.clone());
        }
        if self.lines == self.limits.log_lines {
            return Ok(());
        }
        self.lines += 1;
        let plugin = &*self.plugin;
        match level {
            host_log::Level::Debug => tracing::debug!(plugin, "plugin says: {message}"),
            host_log::Level::Info => tracing::info!(plugin, "plugin says: {message}"),
            host_log::Level::Warn => tracing::warn!(plugin, "plugin says: {message}"),
            host_log::Level::Error => tracing::error!(plugin, "plugin says: {message}"),
        }
        Ok(())
    }
}

impl host_lookup::Host for Host {
    async fn code_label(&mut self, list: String, code: String) -> wasmtime::Result<Option<String>> {
        let lookups = self.may_look_up(&list)?;
        let left = Instant::now();
        let label = lookups.code_label(&list, &code).await;
        self.away += left.elapsed();
        Ok(label.map_err(LookupRefused::Failed)?)
    }

    async fn unit(&mut self, id: String) -> wasmtime::Result<Option<host_lookup::UnitRecord>> {
        let lookups = self.may_look_up("units")?;
        let left = Instant::now();
        let unit = lookups.unit(&id).await;
        self.away += left.elapsed();
        Ok(unit.map_err(LookupRefused::Failed)?.map(Into::into))
    }
}

impl ResourceLimiter for Host {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        let fits = total <= self.limits.memory;
        if fits {
            self.memory = total;
        }
        self.memory_refused |= !fits;
        Ok(fits)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory_refused = true;
        Ok(())
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}

/// Entries of one table: functions that are called by pointer.
const TABLE_ELEMENTS: usize = 20_000;
