//! `dengji test [REGION]`: every sample of a region, checked, walked and printed, and how much of the
//! region they exercise. Exit code 0 where all is as the samples say and every goal of `coverage:` is
//! reached, 1 where something is not, 2 where the definitions are wrong or cannot be read.

mod report;
mod write;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::{FolderOptions, Lang, language, put};
use crate::definition::Region;
use crate::definition::load::{Folders, Places, Sample, load, samples};
use crate::definition::problem::{Format, Problem, print};
use crate::document::{Renderer, RendererOptions};
use crate::plugin::{Grant, Limits, Plugins};
use crate::registry::sample::{Coverage, Edit, Outcome, run as run_samples};
use crate::registry::{Clock, Office};
use report::{Look, Report};

/// What `test` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 只运行这个地区的样例。Only this region's samples.
    region: Option<String>,
    /// 列出样例没有覆盖的规则、流转、字段和条件。Tells what the samples do not exercise.
    #[arg(long)]
    coverage: bool,
    /// 按实际结果改写样例中的 findings 和 state。Rewrites what the samples expect to what came.
    #[arg(long)]
    update: bool,
    /// 输出格式。
    #[arg(long, value_enum, default_value = "text")]
    format: Output,
    #[command(flatten)]
    folders: FolderOptions,
    /// 主题所在的文件夹，打印文书要用其中的字体。The folder of themes, whose fonts documents are set in.
    #[arg(long, default_value = "themes", env = "DENGJI_THEMES")]
    themes: PathBuf,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// What came of one region.
struct Tested {
    region: Arc<Region>,
    outcomes: Vec<Outcome>,
    coverage: Coverage,
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    let tested = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(try_run(options)));
    let report = match tested {
        Ok(report) => report,
        Err(told) => {
            eprintln!("{}", told.trim_end());
            return ExitCode::from(2);
        }
    };
    let look = Look {
        language: language(options.lang),
        colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        coverage: options.coverage,
    };
    put(&match options.format {
        Output::Text => report.text(&look),
        Output::Json => report.json(&look),
    });
    ExitCode::from(u8::from(!report.is_well()))
}

/// What came; or why nothing could be run.
async fn try_run(options: &Options) -> Result<Report, String> {
    let folders = options.folders.folders();
    let loaded = load(&folders, options.region.as_deref())
        .map_err(|error| error.told().get(language(options.lang)).to_owned())?;
    let tell = |problems: &[Problem]| {
        let language = language(options.lang);
        print(problems, &folders.forms, language, Format::Text { colour: false })
    };
    if loaded.has_errors() {
        return Err(tell(&loaded.problems));
    }
    let plugins = Plugins::new(Limits::default(), Grant::default()).map_err(|error| error.to_string())?;
    let mut report = Report::default();
    for region in loaded.regions.values() {
        let office = Office::compile(Arc::clone(region), &plugins)
            .await
            .map_err(|error| error.to_string())?;
        let mut tested = test(options, &folders, &office, &tell).await?;
        let edits: Vec<Edit> = tested
            .outcomes
            .iter()
            .flat_map(|outcome| outcome.edits.clone())
            .collect();
        if options.update && !edits.is_empty() {
            report.updated.extend(write::edits(&folders.forms, &edits)?);
            tested = test(options, &folders, &office, &tell).await?;
        }
        report.regions.push(tested);
    }
    Ok(report)
}

/// Runs the samples as they stand in their files now.
async fn test(
    options: &Options,
    folders: &Folders,
    office: &Office,
    tell: &impl Fn(&[Problem]) -> String,
) -> Result<Tested, String> {
    let region = Arc::clone(office.region());
    let (samples, problems) = samples(folders, &region);
    if !problems.is_empty() {
        return Err(tell(&problems));
    }
    let renderer = renderer(options, &samples).await?;
    let ran = run_samples(office, &samples, Clock::system().today(), renderer.as_ref()).await;
    let coverage = Coverage::of(&region, &ran.exercise, &Places::of(folders, &region));
    Ok(Tested {
        region,
        outcomes: ran.outcomes,
        coverage,
    })
}

/// Prints documents, where a sample says what must stand in them.
async fn renderer(options: &Options, samples: &[Sample]) -> Result<Option<Renderer>, String> {
    if samples.iter().all(|sample| sample.documents.is_empty()) {
        return Ok(None);
    }
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let fonts = options.themes.join("default/fonts");
    let renderer = Renderer::start(RendererOptions::new(program, fonts)).await;
    renderer.map(Some).map_err(|error| error.to_string())
}
