//! `dengji schema REGION FORM`: the JSON Schema (2020-12) of a form's answers. Exit code 2 where there
//! is no such form or the region has errors.

use std::process::ExitCode;

use super::{FormOptions, language, sound_region, told};

/// Runs the command.
pub(super) fn run(options: &FormOptions) -> ExitCode {
    told(try_run(options))
}

fn try_run(options: &FormOptions) -> Result<String, String> {
    let region = sound_region(&options.folders.folders(), &options.region, language(options.lang))?;
    match region.forms.get(&*options.form) {
        Some(form) => Ok(format!("{:#}\n", form.schema)),
        None => {
            let known: Vec<&str> = region.forms.keys().map(|id| &**id).collect();
            Err(format!(
                "there is no form `{}`; the region has: {}",
                options.form,
                known.join(", ")
            ))
        }
    }
}
