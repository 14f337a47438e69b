//! What the region says under `options:`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The region's options; what it does not say keeps the default.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The field with the date of the evaluation.
    pub evaluated_on: String,
    /// The field with the way of evaluation.
    pub evaluation_mode: String,
    /// Within how many months after the evaluation an application must be filed.
    pub months: u32,
    /// The codes of the ways of evaluation that the deadline binds; all where empty.
    pub modes: Vec<String>,
    /// The field with the kind of plan.
    pub plan_type: String,
    /// The codes of the plans for basic research.
    pub basic_plans: Vec<String>,
    /// What each form registers; a form that is not named takes every plan.
    pub expects: BTreeMap<String, Expected>,
    /// When basic research counts as applied after all.
    pub converted: Converted,
}

/// What a form registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// Results of plans other than those for basic research.
    Applied,
    /// Results of plans for basic research.
    Basic,
}

/// Basic research with intellectual property and a finished conversion counts as applied.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Converted {
    /// The table of intellectual property; it must have a row.
    pub property: String,
    /// The field with the state of application.
    pub state: String,
    /// The codes of it that mean a finished conversion; never where empty.
    pub states: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            evaluated_on: "evaluated_on".into(),
            evaluation_mode: "evaluation_mode".into(),
            months: 6,
            modes: Vec::new(),
            plan_type: "plan_type".into(),
            basic_plans: Vec::new(),
            expects: BTreeMap::new(),
            converted: Converted::default(),
        }
    }
}

impl Default for Converted {
    fn default() -> Self {
        Self {
            property: "ip".into(),
            state: "application_state".into(),
            states: Vec::new(),
        }
    }
}
