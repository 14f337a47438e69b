//! What a plugin written in Rust builds on: the contract's types, findings that are hard to write
//! wrongly, dates, and a panic hook that tells the host what went wrong and where.
//!
//! A checker:
//!
//! ```
//! use dengji_plugin::{Answers, Check, Context, Finding, PluginError};
//!
//! struct Names;
//!
//! impl Check for Names {
//!     fn check(_: Context, answers: Answers) -> Result<Vec<Finding>, PluginError> {
//!         let short = answers.text("name").is_some_and(|name| name.chars().count() < 2);
//!         Ok(short.then(|| Finding::error("name_too_short", "成果名称过短").at("name")).into_iter().collect())
//!     }
//! }
//!
//! dengji_plugin::export_checker!(Names);
//! ```

mod answers;
#[allow(missing_docs, unsafe_code, clippy::all, reason = "generated from the contract")]
#[doc(hidden)]
pub mod bindings;
mod date;
mod finding;
#[doc(hidden)]
pub mod glue;

pub use answers::Answers;
pub use bindings::checker::dengji::plugin::host_log::Level;
pub use bindings::checker::dengji::plugin::host_lookup::UnitRecord;
pub use bindings::checker::dengji::plugin::types::{Applicant, Context, Issue, PluginError, Severity, TypstLayout};
pub use date::Date;
pub use finding::Finding;

use serde::de::DeserializeOwned;

/// A plugin that judges answers.
pub trait Check {
    /// Every finding about `answers`. A field that is not there is not an error of the call.
    fn check(context: Context, answers: Answers) -> Result<Vec<Finding>, PluginError>;
}

/// A plugin that lays out an issued document.
pub trait Layout {
    /// Typst source and the JSON it reads, for the document data `data`.
    fn layout(context: Context, issue: Issue, data: serde_json::Value) -> Result<TypstLayout, PluginError>;
}

/// The region's options for this plugin; what the region does not say takes the type's defaults.
///
/// Options of another shape are [`PluginError::InvalidInput`] with the place of the mistake.
pub fn options<T: DeserializeOwned>(context: &Context) -> Result<T, PluginError> {
    serde_json::from_str(&context.options).map_err(|error| PluginError::InvalidInput(format!("options: {error}")))
}

/// Writes a line to the operator's log. On the build machine, where tests run, it goes nowhere.
pub fn log(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    bindings::checker::dengji::plugin::host_log::log(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (level, message);
}

/// The label of `code` in a code list of the region, which must list it under `lookups`.
///
/// Only inside the host; on the build machine it is empty.
pub fn code_label(list: &str, code: &str) -> Option<String> {
    #[cfg(target_arch = "wasm32")]
    return bindings::checker::dengji::plugin::host_lookup::code_label(list, code);
    #[cfg(not(target_arch = "wasm32"))]
    {
        let _ = (list, code);
        None
    }
}

/// A registered unit of the region, which must list `units` under `lookups`.
///
/// Only inside the host; on the build machine it is empty.
pub fn unit(id: &str) -> Option<UnitRecord> {
    #[cfg(target_arch = "wasm32")]
    return bindings::checker::dengji::plugin::host_lookup::unit(id);
    #[cfg(not(target_arch = "wasm32"))]
    {
        let _ = id;
        None
    }
}

/// Makes the crate a component of the world `checker`.
#[macro_export]
macro_rules! export_checker {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::checker as world;
            type Exported = $crate::glue::Checker<$plugin>;
    $crate::bindings::checker::export_world!(Exported with_types_in world);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::glue::CheckFn = <$plugin as $crate::Check>::check;
    };
}

/// Makes the crate a component of the world `certificate`.
#[macro_export]
macro_rules! export_certificate {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::certificate as world;
            type Exported = $crate::glue::Certificate<$plugin>;
    $crate::bindings::certificate::export_world!(Exported with_types_in world);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::glue::LayoutFn = <$plugin as $crate::Layout>::layout;
    };
}
