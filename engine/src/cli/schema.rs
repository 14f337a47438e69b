//! `dengji schema`: shapes, printed or written. `REGION FORM` is the JSON Schema (2020-12) of a form's
//! answers; `--config` that of the definition files themselves; `--reference` the same as pages to
//! read. Exit code 2 where there is no such form or kind, the region has errors or nothing can be
//! written.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{FolderOptions, Lang, language, sound_region, told};
use crate::definition::Language;
use crate::definition::shape::{Cases, FileKind, KINDS, keywords, problems, publish};

/// What `schema` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 地区。The region.
    #[arg(required_unless_present_any = ["config", "reference"], requires = "form")]
    region: Option<String>,
    /// 登记表。The form.
    form: Option<String>,
    /// 定义文件的 JSON Schema；不写种类时列出全部种类。The schema of a kind of definition file.
    #[arg(long, value_name = "KIND", num_args = 0..=1, conflicts_with_all = ["region", "reference"])]
    #[expect(
        clippy::option_option,
        reason = "`--config` with and without a kind are two requests"
    )]
    config: Option<Option<String>>,
    /// 把 --config 的全部 JSON Schema 写到这个文件夹。Writes all of them into this folder.
    #[arg(long, value_name = "DIR", requires = "config")]
    out: Option<PathBuf>,
    /// 把关键字和问题的参考手册写到这个文件夹。Writes the reference pages into this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "region")]
    reference: Option<PathBuf>,
    /// 参考手册中例子的来源。Where the examples of the reference come from.
    #[arg(long, value_name = "DIR", requires = "reference")]
    cases: Option<PathBuf>,
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
    match (&options.config, &options.reference) {
        (_, Some(folder)) => reference(folder, options.cases.as_deref()),
        (Some(kind), None) => match (kind.as_deref(), &options.out) {
            (_, Some(folder)) => write_all(folder),
            (Some(kind), None) => config(kind, language),
            (None, None) => Ok(kinds(language)),
        },
        (None, None) => of_form(options, language),
    }
}

fn of_form(options: &Options, language: Language) -> Result<String, String> {
    let (region, form) = (options.region.as_deref(), options.form.as_deref());
    let region = sound_region(&options.folders.folders(), region.unwrap_or_default(), language)?;
    let form = form.unwrap_or_default();
    match region.forms.get(form) {
        Some(form) => Ok(format!("{:#}\n", form.schema)),
        None => {
            let known: Vec<&str> = region.forms.keys().map(|id| &**id).collect();
            Err(format!(
                "there is no form `{form}`; the region has: {}",
                known.join(", ")
            ))
        }
    }
}

fn config(kind: &str, language: Language) -> Result<String, String> {
    match FileKind::named(kind) {
        Some(kind) => Ok(format!("{:#}\n", publish(kind))),
        None => Err(match language {
            Language::Chinese => format!("没有「{kind}」这种定义文件。全部种类：\n{}", kinds(language)),
            Language::English => format!("there is no kind of file `{kind}`. The kinds:\n{}", kinds(language)),
        }),
    }
}

/// The kinds with their files, one a line.
fn kinds(language: Language) -> String {
    let mut lines = String::new();
    for kind in &KINDS {
        let what = match language {
            Language::Chinese => kind.what.0,
            Language::English => kind.what.1,
        };
        let _ = writeln!(lines, "{:<10}{}  ({what})", kind.name, kind.files.join(", "));
    }
    lines
}

fn write_all(folder: &Path) -> Result<String, String> {
    let files = KINDS
        .iter()
        .map(|kind| (format!("{}.schema.json", kind.name), format!("{:#}\n", publish(kind))));
    write_files(folder, files)
}

fn reference(folder: &Path, cases: Option<&Path>) -> Result<String, String> {
    let cases = match cases {
        Some(cases) => Cases::read(cases).map_err(|error| format!("{}: {error}", cases.display()))?,
        None => Cases::default(),
    };
    let languages = [("zh", Language::Chinese), ("en", Language::English)];
    let files = languages.into_iter().flat_map(|(name, language)| {
        [
            (format!("{name}/reference/keywords.md"), keywords(language)),
            (format!("{name}/reference/problems.md"), problems(language, &cases)),
        ]
    });
    write_files(folder, files)
}

/// Writes the files below a folder; gives their paths, one a line.
fn write_files(folder: &Path, files: impl Iterator<Item = (String, String)>) -> Result<String, String> {
    let mut written = String::new();
    for (name, content) in files {
        let path = folder.join(name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, content))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let _ = writeln!(written, "{}", path.display());
    }
    Ok(written)
}
