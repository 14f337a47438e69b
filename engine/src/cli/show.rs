//! `dengji show REGION FORM`: the form with everything that it extends, each line with its origin. Exit
//! code 2 where there is no such form or it cannot be merged.

use std::process::ExitCode;

use super::{FormOptions, language, told};
use crate::definition::load::merged_form;
use crate::definition::problem::{Format, print};
use crate::definition::show::show;

/// Runs the command.
pub(super) fn run(options: &FormOptions) -> ExitCode {
    told(try_run(options))
}

fn try_run(options: &FormOptions) -> Result<String, String> {
    let folders = options.folders.folders();
    let language = language(options.lang);
    let merged = merged_form(&folders, &options.region, &options.form);
    let merged = merged.map_err(|error| error.told().get(language).to_owned())?;
    merged.map(|node| show(&node)).map_err(|problems| {
        let format = Format::Text { colour: false };
        print(&problems, &folders.forms, language, format)
    })
}
