//! The layout of the certificate that Guangxi issues: Typst source that never changes, and the data it
//! reads.
//!
//! What is printed is taken from the document data by the field ids of the region's options
//! ([`Options`]); a field that is not there leaves its line out.

mod data;

use dengji_plugin::{Context, Issue, Layout, PluginError, TypstLayout};
use serde::Deserialize;
use serde_json::Value;

const SOURCE: &str = include_str!("../certificate.typ");

/// What the region says under `options:`; what it does not say keeps the default.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The heading.
    pub heading: String,
    /// The field with the result's name.
    pub name: String,
    /// The table of completing units, in order.
    pub units: String,
    /// Its column with a unit's name.
    pub unit_name: String,
    /// The table of the people who completed it, in order.
    pub people: String,
    /// Its column with a person's name.
    pub person_name: String,
    /// The sentence that registers.
    pub statement: String,
    /// Small print at the foot.
    pub note: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            heading: "广西科学技术成果登记证书".into(),
            name: "name".into(),
            units: "completing_units".into(),
            unit_name: "name".into(),
            people: "people".into(),
            person_name: "name".into(),
            statement: "经审查，该成果符合科技成果登记条件，准予登记，特发此证。".into(),
            note: "本证书仅证明该成果已按规定登记，不作为成果权属和成果水平的证明。".into(),
        }
    }
}

struct GuangxiCertificate;

impl Layout for GuangxiCertificate {
    fn layout(context: Context, issue: Issue, data: Value) -> Result<TypstLayout, PluginError> {
        let options: Options = dengji_plugin::options(&context)?;
        let data = data::certificate(&options, &issue, &data)?;
        Ok(TypstLayout {
            source: SOURCE.into(),
            data: data.to_string(),
        })
    }
}

dengji_plugin::export_certificate!(GuangxiCertificate);
