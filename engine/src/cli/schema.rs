//! `dengji schema REGION FORM`: the JSON Schema (2020-12) of a form's answers. Exit code 2 where there
//! is no such form or the region has errors.

use std::process::ExitCode;

use clap::Args;

use super::{FolderOptions, Lang, language, told};
use crate::definition::load::load;
use crate::definition::problem::{Format, print};

/// What `schema` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 地区。The region.
    region: String,
    /// 登记表。The form.
    form: String,
    #[command(flatten)]
    folders: FolderOptions,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    told(try_run(options))
}

fn try_run(options: &Options) -> Result<String, String> {
    let folders = options.folders.folders();
    let loaded = load(&folders, Some(&options.region)).map_err(|error| error.to_string())?;
    let Some(region) = loaded.regions.get(&*options.region) else {
        let format = Format::Text { colour: false };
        return Err(print(&loaded.problems, &folders.forms, language(options.lang), format));
    };
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
