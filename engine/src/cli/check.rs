//! `dengji check [REGION]`: every problem of the definitions. Exit code 0 without an error, 1 with
//! one, 2 where the definitions cannot be read.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{FolderOptions, Lang, language, put};
use crate::definition::Language;
use crate::definition::form::Severity;
use crate::definition::load::{Loaded, load, samples};
use crate::definition::problem::{Format, Problem, print};
use crate::registry::unplaced;
use crate::store::{Store, StoreOptions};

/// What `check` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 只检查这个地区。Only this region.
    region: Option<String>,
    #[command(flatten)]
    folders: FolderOptions,
    /// 数据所在的文件夹：另外检查在办申请所处的状态、所等的角色是否还在。The folder of data: also tells of
    /// applications whose state or role is gone. The server must be stopped.
    #[arg(long)]
    data: Option<PathBuf>,
    /// 输出格式。
    #[arg(long, value_enum, default_value = "text")]
    format: Output,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Output {
    Text,
    Json,
    Sarif,
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    let language = language(options.lang);
    let folders = options.folders.folders();
    let mut loaded = match load(&folders, options.region.as_deref()) {
        Ok(loaded) => loaded,
        Err(error) => {
            eprintln!("{}", error.told().get(language));
            return ExitCode::from(2);
        }
    };
    if loaded.regions.is_empty() && loaded.problems.is_empty() && options.region.is_none() {
        eprintln!("{}", no_region(&folders.forms, language));
        return ExitCode::from(2);
    }
    for region in loaded.regions.values() {
        loaded.problems.extend(samples(&folders, region).1);
    }
    if let Some(data) = &options.data {
        match without_place(data, &loaded) {
            Ok(problems) => loaded.problems.extend(problems),
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::from(2);
            }
        }
    }
    let format = match options.format {
        Output::Json => Format::Json,
        Output::Sarif => Format::Sarif,
        Output::Text => Format::Text {
            colour: std::io::stdout().is_terminal(),
        },
    };
    put(&print(&loaded.problems, &folders.forms, language, format));
    if options.format == Output::Text {
        put(&format!(
            "{}\n",
            summary(&loaded.problems, loaded.regions.len(), language)
        ));
    }
    if loaded.has_errors() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// That a folder holds no region: mostly another folder was meant.
fn no_region(forms: &Path, language: Language) -> String {
    match language {
        Language::Chinese => format!(
            "{} 里没有地区：地区是其中带 region.yaml 的文件夹，用 --forms 指定",
            forms.display()
        ),
        Language::English => format!(
            "there is no region in {}: a region is a folder in it with a region.yaml; see --forms",
            forms.display()
        ),
    }
}

/// The problems of definitions that applications have outgrown.
fn without_place(data: &Path, loaded: &Loaded) -> Result<Vec<Problem>, String> {
    let file = data.join("dengji.redb");
    if !file.is_file() {
        return Err(format!("{} is not there", file.display()));
    }
    let store = Store::open(&file, &StoreOptions::default()).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let regions = loaded.regions.values().map(|region| &**region);
    let found = runtime.block_on(unplaced(regions, &store));
    found.map_err(|error| error.to_string())
}

fn summary(problems: &[Problem], regions: usize, language: Language) -> String {
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let warnings = problems.len() - errors;
    match language {
        Language::Chinese => format!("{regions} 个地区可用；{errors} 个错误，{warnings} 个警告"),
        Language::English => format!("{regions} regions are sound; {errors} errors, {warnings} warnings"),
    }
}
