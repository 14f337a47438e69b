//! The checks that Gansu asks beyond what its forms say: the filing deadline after an evaluation, and
//! the category that goes with a plan.
//!
//! Field ids and codes are the region's options ([`Options`]); nothing of a form is fixed here. A field
//! that the form does not have, or that is not answered, gives no finding.

mod category;
mod deadline;
mod options;

use dengji_plugin::{Answers, Check, Context, Finding, PluginError};

pub use options::{Converted, Options};

struct GansuChecks;

impl Check for GansuChecks {
    fn check(context: Context, answers: Answers) -> Result<Vec<Finding>, PluginError> {
        let options: Options = dengji_plugin::options(&context)?;
        let filed_on = context
            .filed_on
            .parse()
            .map_err(|error| PluginError::InvalidInput(format!("filed-on {:?}: {error}", context.filed_on)))?;
        let late = deadline::check(&options, &answers, filed_on);
        let misplaced = category::check(&options, &answers, &context.form);
        Ok(late.into_iter().chain(misplaced).collect())
    }
}

dengji_plugin::export_checker!(GansuChecks);
