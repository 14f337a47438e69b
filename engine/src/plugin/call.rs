//! One call: a place in the pool, a fresh store, the limits, and what came of it.

use std::sync::Arc;
use std::time::Instant;

use wasmtime::{Store, Trap};

use super::contract::{certificate, checker, types};
use super::engine::Shared;
use super::host::{Host, LookupRefused};
use super::rest::Rest;
use super::{CallError, Context, Fault, Function, Issue, Limits, Lookups, PluginFinding, PluginLayout, reply};
use crate::definition::Id;

/// A plugin that was loaded and fits. Every call starts anew: nothing is kept between calls.
pub struct Plugin {
    pub(super) id: Id,
    pub(super) options: String,
    pub(super) granted: Arc<[Id]>,
    pub(super) exports: Exports,
    pub(super) rest: Rest,
    pub(super) shared: Arc<Shared>,
}

/// What the region wants of it, linked and ready.
pub(super) struct Exports {
    pub(super) check: Option<checker::CheckerPre<Host>>,
    pub(super) layout: Option<certificate::CertificatePre<Host>>,
}

impl Plugin {
    /// Its name in findings and logs.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Every finding about `answers`, the JSON text of the visible answers.
    pub async fn check(
        &self,
        context: &Context,
        answers: &str,
        lookups: Arc<dyn Lookups>,
    ) -> Result<Vec<PluginFinding>, CallError> {
        let run = async |store: &mut Store<Host>| -> Result<_, Fault> {
            let pre = self.exports.check.as_ref().ok_or(Fault::NotAsked)?;
            let context = types::Context::of(context, &self.options);
            let guest = pre
                .instantiate_async(&mut *store)
                .await
                .map_err(|error| self.fault(store, &error))?;
            let reply = guest
                .dengji_plugin_check()
                .call_check(&mut *store, &context, answers)
                .await;
            let found = reply.map_err(|error| self.fault(store, &error))?;
            reply::findings(found.map_err(|refusal| Fault::Refused(refusal.into()))?, self.limits())
        };
        self.call(Function::Check, lookups, run).await
    }

    /// The page of a document for `data`, the JSON text of the document data.
    pub async fn layout(
        &self,
        context: &Context,
        issue: &Issue,
        data: &str,
        lookups: Arc<dyn Lookups>,
    ) -> Result<PluginLayout, CallError> {
        let run = async |store: &mut Store<Host>| -> Result<_, Fault> {
            let pre = self.exports.layout.as_ref().ok_or(Fault::NotAsked)?;
            let (context, issue) = (types::Context::of(context, &self.options), issue.into());
            let guest = pre
                .instantiate_async(&mut *store)
                .await
                .map_err(|error| self.fault(store, &error))?;
            let reply = guest
                .dengji_plugin_layout()
                .call_layout(&mut *store, &context, &issue, data)
                .await;
            let page = reply.map_err(|error| self.fault(store, &error))?;
            reply::layout(
                page.map_err(|refusal| Fault::Refused(refusal.into()))?.into(),
                self.limits(),
            )
        };
        self.call(Function::Layout, lookups, run).await
    }

    fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    async fn call<T>(
        &self,
        function: Function,
        lookups: Arc<dyn Lookups>,
        run: impl AsyncFnOnce(&mut Store<Host>) -> Result<T, Fault>,
    ) -> Result<T, CallError> {
        let outcome = self.run(lookups, run).await;
        match &outcome {
            Ok(_) => self.rest.note(false, self.limits(), Instant::now()),
            Err(fault) if fault.is_failure() => {
                self.rest.note(true, self.limits(), Instant::now());
                tracing::warn!(
                    plugin = &*self.id,
                    function = function.name(),
                    "plugin call failed: {fault}"
                );
            }
            Err(_) => {}
        }
        outcome.map_err(|fault| CallError {
            plugin: self.id.clone(),
            function,
            fault,
        })
    }

    async fn run<T>(
        &self,
        lookups: Arc<dyn Lookups>,
        run: impl AsyncFnOnce(&mut Store<Host>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if let Some(left) = self.rest.left(Instant::now()) {
            return Err(Fault::Resting(left));
        }
        let limits = self.limits();
        let place = tokio::time::timeout(limits.wait, self.shared.places.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(Fault::Busy(limits.wait));
        };
        let mut store = self.store(lookups)?;
        let outcome = tokio::time::timeout(limits.whole_call, run(&mut store)).await;
        outcome.unwrap_or(Err(Fault::Deadline(limits.whole_call)))
    }

    fn store(&self, lookups: Arc<dyn Lookups>) -> Result<Store<Host>, Fault> {
        let limits = self.limits();
        let host = Host::new(self.id.clone(), Arc::clone(&self.granted), lookups, limits.clone());
        let mut store = Store::new(&self.shared.engine, host);
        store.limiter(|host| host);
        store
            .set_fuel(limits.fuel)
            .map_err(|error| Fault::Broken(error.to_string()))?;
        // A reply can name the same bytes many times; this bounds what is copied out of the guest.
        store.set_hostcall_fuel(limits.output.saturating_mul(4).max(64 << 10));
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| Ok(store.data().next_tick()));
        Ok(store)
    }

    /// What an error of wasmtime means, given what the call had done so far.
    fn fault(&self, store: &Store<Host>, error: &wasmtime::Error) -> Fault {
        let (limits, host) = (self.limits(), store.data());
        if let Some(refused) = error.downcast_ref::<LookupRefused>() {
            return match refused {
                LookupRefused::Failed(failed) => Fault::LookupFailed(failed.to_string()),
                refused => Fault::LookupRefused(refused.to_string()),
            };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Fault::OutOfFuel(limits.fuel),
            Some(Trap::Interrupt) => Fault::Deadline(limits.deadline),
            _ if host.memory_refused => Fault::Memory(limits.memory),
            Some(trap) => Fault::Trap(host.last_error.clone().unwrap_or_else(|| trap.to_string())),
            None => Fault::Broken(error.root_cause().to_string()),
        }
    }
}
