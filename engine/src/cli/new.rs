//! `dengji new REGION --from OTHER`: the folder of a new region, which is sound and can be served at
//! once. Exit code 2 where nothing was made.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;

use super::{FolderOptions, Lang, language, told};
use crate::definition::Language;
use crate::definition::load::{NewRegion, NewRegionError, Wanted, load, new_region};
use crate::definition::problem::{Format, print};

/// What `new` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 新地区的标识，即文件夹名，如 yunnan。The new region's id.
    region: String,
    /// 以哪个地区为底。The base or the region that it is made from.
    #[arg(long)]
    from: String,
    /// 地区名称，如 云南省；不写时按标识的拼音查行政区划代码表。What the place is called.
    #[arg(long)]
    name: Option<String>,
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
    let language = language(options.lang);
    let folders = options.folders.folders();
    let wanted = Wanted {
        region: options.region.clone(),
        from: options.from.clone(),
        name: options.name.clone(),
    };
    let printed = |problems: &[_]| print(problems, &folders.forms, language, Format::Text { colour: false });
    let made = new_region(&folders, &wanted).map_err(|error| match error {
        NewRegionError::Refused(text) => text.get(language).to_owned(),
        NewRegionError::Source(problems) => printed(&problems),
        other @ NewRegionError::File { .. } => other.to_string(),
    })?;
    let loaded = load(&folders, Some(&wanted.region)).map_err(|error| error.told().get(language).to_owned())?;
    Ok(summary(&wanted, &made, language) + &printed(&loaded.problems))
}

fn summary(wanted: &Wanted, made: &NewRegion, language: Language) -> String {
    let mut text = String::new();
    for file in &made.files {
        let _ = writeln!(text, "{}", file.display());
    }
    let region = &wanted.region;
    let place = match (&made.place, language) {
        (Some(place), _) => place.clone(),
        (None, Language::Chinese) => "没有行政区划代码，请在 region.yaml 里写 place".to_owned(),
        (None, Language::English) => "no GB/T 2260 code, say `place` in region.yaml".to_owned(),
    };
    let _ = match language {
        Language::Chinese => writeln!(
            text,
            "\n新地区 {region}：{}（{place}）\n\n接下来：\n  dengji check {region}\n  dengji test {region}\n  dengji serve --demo",
            made.name
        ),
        Language::English => writeln!(
            text,
            "\nnew region {region}: {} ({place})\n\nnext:\n  dengji check {region}\n  dengji test {region}\n  dengji serve --demo",
            made.name
        ),
    };
    text
}
