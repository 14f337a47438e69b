//! `dengji test [REGION]`: every sample of a region, checked and walked. Exit code 0 where all is as
//! the samples say, 1 where something is not, 2 where the definitions are wrong or cannot be read.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{FolderOptions, Lang, language};
use crate::definition::Region;
use crate::definition::load::{Folders, load, samples};
use crate::definition::problem::{Format, Problem, print};
use crate::plugin::{Grant, Limits, Plugins};
use crate::registry::sample::{Outcome, run as run_samples};
use crate::registry::{Clock, Office};

/// What `test` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 只运行这个地区的样例。Only this region's samples.
    region: Option<String>,
    #[command(flatten)]
    folders: FolderOptions,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    match try_run(options) {
        Ok((passed, failed)) => {
            println!("{passed} passed, {failed} failed");
            ExitCode::from(u8::from(failed > 0))
        }
        Err(told) => {
            eprintln!("{}", told.trim_end());
            ExitCode::from(2)
        }
    }
}

/// How many passed and failed; or why nothing could be run.
fn try_run(options: &Options) -> Result<(usize, usize), String> {
    let folders = options.folders.folders();
    let loaded = load(&folders, options.region.as_deref()).map_err(|error| error.to_string())?;
    let tell = |problems: &[Problem]| {
        let language = language(options.lang);
        print(problems, &folders.forms, language, Format::Text { colour: false })
    };
    if loaded.has_errors() {
        return Err(tell(&loaded.problems));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let plugins = Plugins::new(Limits::default(), Grant::default()).map_err(|error| error.to_string())?;
    let (mut passed, mut failed) = (0, 0);
    for region in loaded.regions.values() {
        let outcomes = runtime.block_on(outcomes(&folders, region, &plugins, &tell))?;
        let wrong = outcomes.iter().filter(|outcome| !outcome.difference.is_empty());
        for outcome in wrong.clone() {
            println!(
                "{}/{}\n  {}\n",
                region.id,
                outcome.name,
                outcome.difference.join("\n  ")
            );
        }
        let wrong = wrong.count();
        passed += outcomes.len() - wrong;
        failed += wrong;
    }
    Ok((passed, failed))
}

async fn outcomes(
    folders: &Folders,
    region: &Arc<Region>,
    plugins: &Plugins,
    tell: &impl Fn(&[Problem]) -> String,
) -> Result<Vec<Outcome>, String> {
    let (samples, problems) = samples(folders, region);
    if !problems.is_empty() {
        return Err(tell(&problems));
    }
    let office = Office::compile(Arc::clone(region), plugins)
        .await
        .map_err(|error| error.to_string())?;
    Ok(run_samples(&office, &samples, Clock::system().today()).await)
}
