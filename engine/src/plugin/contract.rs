//! The one adapter between the contract's generated types and the engine's own.

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from engine/wit")]
pub(super) mod checker {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "checker",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from engine/wit")]
pub(super) mod certificate {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "certificate",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "dengji:plugin/types@0.1.0": super::checker::dengji::plugin::types,
            "dengji:plugin/host-log@0.1.0": super::checker::dengji::plugin::host_log,
            "dengji:plugin/host-lookup@0.1.0": super::checker::dengji::plugin::host_lookup,
        },
    });
}

pub(super) use checker::dengji::plugin::{host_log, host_lookup, types};

use super::{Context, Issue, PluginLayout, Refusal, UnitRecord};

pub(super) const PACKAGE: &str = "dengji:plugin/";
pub(super) const TYPES: &str = "types";
pub(super) const HOST_LOG: &str = "host-log";
pub(super) const HOST_LOOKUP: &str = "host-lookup";

impl types::Context {
    pub(super) fn of(context: &Context, options: &str) -> Self {
        Self {
            region: context.region.clone(),
            form: context.form.clone(),
            version: context.version.clone(),
            locale: context.language.tag().into(),
            today: context.today.to_string(),
            filed_on: context.filed_on.to_string(),
            applicant: types::Applicant {
                name: context.applicant_name.clone(),
                unit: context.applicant_unit.clone(),
            },
            action: context.action.clone(),
            options: options.into(),
        }
    }
}

impl From<&Issue> for types::Issue {
    fn from(issue: &Issue) -> Self {
        Self {
            document: issue.document.clone(),
            number: issue.number.clone(),
            registered_on: issue.registered_on.to_string(),
            verify_url: issue.verify_url.clone(),
        }
    }
}

impl From<types::TypstLayout> for PluginLayout {
    fn from(layout: types::TypstLayout) -> Self {
        Self {
            source: layout.source,
            data: layout.data,
        }
    }
}

impl From<types::PluginError> for Refusal {
    fn from(error: types::PluginError) -> Self {
        match error {
            types::PluginError::InvalidInput(why) => Self::InvalidInput(why),
            types::PluginError::Unavailable(why) => Self::Unavailable(why),
            types::PluginError::Internal(why) => Self::Internal(why),
        }
    }
}

impl From<UnitRecord> for host_lookup::UnitRecord {
    fn from(unit: UnitRecord) -> Self {
        let UnitRecord {
            id,
            name,
            credit_code,
            kinds,
            place,
            active,
        } = unit;
        Self {
            id,
            name,
            credit_code,
            kinds,
            place,
            active,
        }
    }
}
