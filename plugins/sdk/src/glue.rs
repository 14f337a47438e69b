//! Between the generated traits and this crate's: sets the panic hook, reads JSON, hands over.

use std::marker::PhantomData;

use crate::bindings::certificate::exports::dengji::plugin::layout::Guest as LayoutGuest;
use crate::bindings::checker::dengji::plugin::types::{Context, Finding, Issue, PluginError, TypstLayout};
use crate::bindings::checker::exports::dengji::plugin::check::Guest as CheckGuest;
use crate::{Answers, Check, Layout, Level, log};

/// What a checker is on the build machine, where nothing is exported.
pub type CheckFn = fn(Context, Answers) -> Result<Vec<crate::Finding>, PluginError>;

/// What a layout is on the build machine.
pub type LayoutFn = fn(Context, Issue, serde_json::Value) -> Result<TypstLayout, PluginError>;

/// Exports a [`Check`] as the world `checker`.
pub struct Checker<P>(PhantomData<P>);

impl<P: Check + 'static> CheckGuest for Checker<P> {
    fn check(context: Context, answers: String) -> Result<Vec<Finding>, PluginError> {
        report_panics();
        let findings = P::check(context, Answers::parse(&answers)?)?;
        Ok(findings.into_iter().map(Into::into).collect())
    }
}

/// Exports a [`Layout`] as the world `certificate`.
pub struct Certificate<P>(PhantomData<P>);

impl<P: Layout + 'static> LayoutGuest for Certificate<P> {
    fn layout(context: Context, issue: Issue, data: String) -> Result<TypstLayout, PluginError> {
        report_panics();
        let data = serde_json::from_str(&data).map_err(|error| PluginError::InvalidInput(format!("data: {error}")))?;
        P::layout(context, issue, data)
    }
}

/// A panic traps without a word on this target; the host takes the last error line as the reason.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let reason = panic.payload_as_str().unwrap_or("panic");
        match panic.location() {
            Some(place) => log(Level::Error, &format!("{reason} ({}:{})", place.file(), place.line())),
            None => log(Level::Error, reason),
        }
    }));
}
