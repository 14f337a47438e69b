//! `dengji migrate REGION --data DIR`: takes applications in progress over to the forms of today where that is
//! safe, and tells of the others what keeps them. Exit code 0 where none is kept, 1 where some are or where
//! applications stand in a state that is gone, 2 where definitions or data cannot be read.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::{FolderOptions, Lang, language, put, sound_region};
use crate::definition::difference::Consequence;
use crate::definition::load::{Loaded, load};
use crate::definition::problem::{Format, Problem, print};
use crate::definition::{Language, Region};
use crate::document::{Renderer, RendererOptions};
use crate::plugin::{Grant, Limits, Plugins};
use crate::registry::{Clock, Fate, OfficeError, Outcome, Parts, Reason, Refused, Registry};
use crate::store::{Files, Sealer, Store, StoreOptions};

/// Characters of a hash that are shown.
const SHORT: usize = 12;
/// How many reasons of one application are printed.
const MOST_REASONS: usize = 20;

/// What `migrate` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 地区。The region.
    region: String,
    /// 数据所在的文件夹；服务须已停止。The folder of data; the server must be stopped.
    #[arg(long, env = "DENGJI_DATA")]
    data: PathBuf,
    /// 只看结果，不改动任何数据。Tells what would become of each and changes nothing.
    #[arg(long)]
    dry_run: bool,
    /// 只看这一份申请。Only this application.
    #[arg(long, value_name = "ID")]
    application: Option<String>,
    #[command(flatten)]
    folders: FolderOptions,
    /// 主题所在的文件夹。The folder of themes.
    #[arg(long, default_value = "themes", env = "DENGJI_THEMES")]
    themes: PathBuf,
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
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    let language = language(options.lang);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(migrate(options, language)),
        Err(error) => Err(Failure::Unreadable(error.to_string())),
    };
    match done {
        Ok((outcome, true)) if outcome.counts[1..].iter().all(|count| *count == 0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(Failure::Occupied(told)) => {
            eprintln!("{}", told.trim_end());
            ExitCode::FAILURE
        }
        Err(Failure::Unreadable(told)) => {
            eprintln!("{}", told.trim_end());
            ExitCode::from(2)
        }
    }
}

/// Why nothing was judged.
enum Failure {
    /// Applications stand where there is no place any more.
    Occupied(String),
    Unreadable(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// What has come of it, and whether everything stored has its place under the definitions.
async fn migrate(options: &Options, language: Language) -> Result<(Outcome, bool), Failure> {
    let folders = options.folders.folders();
    let region = sound_region(&folders, &options.region, language).map_err(Failure::Unreadable)?;
    let loaded = load(&folders, Some(&options.region))?;
    let registry = open(options, &loaded, language).await?;
    let unplaced = registry.unplaced().await?;
    eprint!("{}", problems(options, &unplaced, language));
    let mut all: Vec<Json> = Vec::new();
    let tell = |fate: Fate| match options.format {
        Output::Json => all.push(to_json(&fate, language)),
        Output::Text => drop(put(&to_text(&fate, &region, language, options.dry_run))),
    };
    let only = options.application.as_deref();
    let outcome = registry.migrate(&options.region, only, !options.dry_run, tell).await;
    let outcome = outcome.map_err(|error| match error {
        Refused::NotFound => Failure::Unreadable(match language {
            Language::Chinese => format!("没有编号为 {} 的申请", only.unwrap_or_default()),
            Language::English => format!("there is no application {}", only.unwrap_or_default()),
        }),
        other => other.into(),
    })?;
    match options.format {
        Output::Json => drop(put(&format!("{:#}\n", Json::Array(all)))),
        Output::Text => drop(put(&format!("{}\n", summary(&outcome, language, options.dry_run)))),
    }
    Ok((outcome, unplaced.is_empty()))
}

fn problems(options: &Options, problems: &[Problem], language: Language) -> String {
    print(
        problems,
        &options.folders.forms,
        language,
        Format::Text { colour: false },
    )
}

async fn open(options: &Options, loaded: &Loaded, language: Language) -> Result<Registry, Failure> {
    let file = options.data.join("dengji.redb");
    if !file.is_file() {
        return Err(Failure::Unreadable(match language {
            Language::Chinese => format!("{} 不存在", file.display()),
            Language::English => format!("{} is not there", file.display()),
        }));
    }
    let program = std::env::current_exe()?;
    let fonts = options.themes.join("default/fonts");
    let parts = Parts {
        store: Store::open(&file, &StoreOptions::default())?,
        files: Files::open(&options.data.join("files"))?,
        sealer: Sealer::load_or_create(&options.data.join("key"))?,
        renderer: Renderer::start(RendererOptions::new(program, fonts)).await?,
        plugins: Plugins::new(Limits::default(), Grant::default())?,
        clock: Clock::system(),
        public_url: String::new(),
    };
    if options.dry_run {
        return Ok(Registry::inspect(loaded, parts).await?);
    }
    Registry::open(loaded, parts).await.map_err(|error| match error {
        OfficeError::Occupied(found) => Failure::Occupied(problems(options, &found, language)),
        other => other.into(),
    })
}

fn to_json(fate: &Fate, language: Language) -> Json {
    let reason = |reason: &Reason| {
        json!({
            "at": reason.at,
            "consequence": reason.consequence,
            "message": reason.message.get(language),
        })
    };
    json!({
        "application": fate.application,
        "title": fate.title,
        "form": fate.form,
        "state": fate.state,
        "from": fate.from,
        "to": fate.to,
        "consequence": fate.consequence,
        "moved": fate.moved,
        "reasons": fate.reasons.iter().map(reason).collect::<Vec<_>>(),
    })
}

fn to_text(fate: &Fate, region: &Region, language: Language, dry: bool) -> String {
    let short = |hash: &str| hash.chars().take(SHORT).collect::<String>();
    let state = region
        .workflow
        .now(&fate.state)
        .and_then(|id| region.workflow.states.get(id));
    let state = state.map_or(fate.state.as_str(), |state| state.label.get(language));
    let to = fate.to.as_deref().map_or_else(|| "—".into(), short);
    let label = fate.consequence.label();
    let verdict = match (fate.consequence, fate.moved, language) {
        (Consequence::Safe, true, Language::Chinese) => "已转入",
        (Consequence::Safe, true, Language::English) => "moved",
        (Consequence::Safe, false, Language::English) if dry => "safe: would be moved",
        _ => label.get(language),
    };
    let mut out = format!(
        "{}  {}\n    {}  {} → {to}  {state}\n    {verdict}\n",
        fate.application,
        fate.title,
        fate.form,
        short(&fate.from)
    );
    for reason in fate.reasons.iter().take(MOST_REASONS) {
        out += &format!("      - {}\n", reason.message.get(language));
    }
    let more = fate.reasons.len().saturating_sub(MOST_REASONS);
    if more > 0 {
        out += &match language {
            Language::Chinese => format!("      - 另有 {more} 处\n"),
            Language::English => format!("      - {more} more\n"),
        };
    }
    out
}

fn summary(outcome: &Outcome, language: Language, dry: bool) -> String {
    let [safe, asks, loses, stuck] = outcome.counts;
    let old: usize = outcome.counts.iter().sum();
    let Outcome {
        current, ended, moved, ..
    } = outcome;
    match (language, dry) {
        (Language::Chinese, true) => format!(
            "试算，没有改动数据。用旧版的在办申请 {old} 份：可直接转入 {safe}，需补填 {asks}，会丢失内容 {loses}，不能转入 {stuck}；已是最新 {current}，已办结 {ended}"
        ),
        (Language::Chinese, false) => format!(
            "用旧版的在办申请 {old} 份：已转入 {moved}，需补填 {asks}，会丢失内容 {loses}，不能转入 {stuck}；原已是最新 {current}，已办结 {ended}。未转入的照旧按原版办理"
        ),
        (Language::English, true) => format!(
            "Nothing was changed. {old} applications in progress are on an older version: {safe} safe, {asks} need an answer, {loses} would lose an answer, {stuck} cannot move; {current} are on the newest, {ended} have ended"
        ),
        (Language::English, false) => format!(
            "{old} applications in progress were on an older version: {moved} moved, {asks} need an answer, {loses} would lose an answer, {stuck} cannot move; {current} were on the newest, {ended} have ended. Those that were not moved go on as they began"
        ),
    }
}
