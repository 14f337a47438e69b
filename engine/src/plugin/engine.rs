//! The engine, its pool, and the thread that makes time pass for guests.

use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::Semaphore;
use wasmtime::component::Component;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::{Grant, Limits, LoadError};

/// How fine a deadline is measured.
const TICK: Duration = Duration::from_millis(10);

/// Core instances a component may consist of: its module, and what adapters the linker adds.
const CORE_INSTANCES: u32 = 16;

/// Memories a component may have.
const MEMORIES: u32 = 4;

/// How many compiled components are kept; all are dropped where there would be more.
const COMPILED: usize = 32;

/// What all plugins share.
pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) limits: Limits,
    pub(super) grant: Grant,
    pub(super) places: Semaphore,
    /// By the hash of their bytes, so that a reload or a second region compiles nothing twice.
    compiled: Mutex<HashMap<String, Component>>,
    _ticker: Ticker,
}

impl Shared {
    pub(super) fn new(limits: Limits, grant: Grant) -> Result<Self, LoadError> {
        let engine = Engine::new(&config(&limits)).map_err(|error| LoadError::Engine(format!("{error:#}")))?;
        let ticker = Ticker::start(&engine).map_err(|error| LoadError::Engine(error.to_string()))?;
        let places = Semaphore::new(limits.concurrent as usize);
        Ok(Self {
            engine,
            limits,
            grant,
            places,
            compiled: Mutex::default(),
            _ticker: ticker,
        })
    }

    /// The component whose bytes have the hash `sha256`, compiled at most once.
    pub(super) fn component(&self, sha256: &str, bytes: &[u8]) -> wasmtime::Result<Component> {
        if let Some(known) = self.compiled.lock().unwrap_or_else(PoisonError::into_inner).get(sha256) {
            return Ok(known.clone());
        }
        let component = Component::new(&self.engine, bytes)?;
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if compiled.len() == COMPILED {
            compiled.clear();
        }
        compiled.insert(sha256.into(), component.clone());
        Ok(component)
    }
}

fn config(limits: &Limits) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(limits.concurrent)
        .total_core_instances(limits.concurrent * CORE_INSTANCES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .total_memories(limits.concurrent * MEMORIES)
        .max_memories_per_component(MEMORIES)
        .total_tables(limits.concurrent * CORE_INSTANCES)
        .max_tables_per_component(CORE_INSTANCES)
        .total_stacks(limits.concurrent)
        .max_memory_size(limits.memory);
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .memory_reservation(limits.memory as u64)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// A thread that moves the engine's epoch on until it is dropped.
struct Ticker {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(engine: &Engine) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let engine = engine.weak();
        let thread = std::thread::Builder::new().name("plugin-clock".into()).spawn(move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A clock that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}
