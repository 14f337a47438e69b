//! The plugins that check an application are part of what it is pinned to: each by the hash of its component,
//! with what the region gave it.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::form::content_hash;
use crate::definition::region::PluginUse;
use crate::definition::{Form, Id};

/// A plugin that checks a version of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct PinnedPlugin {
    /// Its name in findings and logs.
    pub id: Id,
    /// The SHA-256 of its component, in hex.
    pub sha256: String,
    /// The region's options.
    pub options: Json,
    /// The code lists and registers that it may look up.
    pub lookups: Vec<Id>,
}

impl PinnedPlugin {
    /// Whether `used` is the same component, given the same.
    pub fn is(&self, used: &PluginUse) -> bool {
        self.sha256 == used.sha256 && self.options == used.options && self.lookups == used.lookups
    }
}

/// Adds the region's checking plugins to what each form is pinned with.
pub(super) fn pin_checkers(forms: &mut IndexMap<Id, Arc<Form>>, plugins: &IndexMap<Id, PluginUse>) {
    let one = |plugin: &PluginUse| {
        let lookups: Vec<&str> = plugin.lookups.iter().map(|id| &**id).collect();
        json!({"sha256": plugin.sha256, "options": plugin.options, "lookups": lookups})
    };
    let checking = plugins.values().filter(|plugin| plugin.on_check);
    let pins: Map<String, Json> = checking.map(|plugin| (plugin.id.to_string(), one(plugin))).collect();
    // Nobody else holds the forms yet.
    for form in forms.values_mut().filter_map(Arc::get_mut) {
        form.source["plugins"] = Json::Object(pins.clone());
        form.hash = content_hash(&form.source);
    }
}

/// The plugins that check a stored version; none where it was stored before plugins were pinned.
pub fn pinned_checkers(source: &Json) -> Option<Vec<PinnedPlugin>> {
    let pins = source.get("plugins")?.as_object()?;
    let one = |(id, pin): (&String, &Json)| PinnedPlugin {
        id: id.as_str().into(),
        sha256: pin["sha256"].as_str().unwrap_or_default().to_owned(),
        options: pin["options"].clone(),
        lookups: pin["lookups"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .map(Id::from)
            .collect(),
    };
    Some(pins.iter().map(one).collect())
}
