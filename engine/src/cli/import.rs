//! `dengji import FILE`: a JSON Schema (with a UI schema) or an XLSForm as a form of this house. Exit
//! code 0 where everything was taken over, 1 where something was left out, 2 where nothing was made.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Lang, language, put};
use crate::definition::Language;
use crate::definition::form::Severity;
use crate::definition::import::{Imported, Source, import, print};
use crate::definition::sheet::{bytes_of, decoded};

/// What `import` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// XLSForm（.xlsx）或 JSON Schema（.json）。An XLSForm or a JSON Schema.
    file: PathBuf,
    /// JSON Schema 的界面说明（JSON Forms 或 react-jsonschema-form）。The UI schema beside it.
    #[arg(long)]
    ui: Option<PathBuf>,
    /// 写到这个 *.form.yaml，代码表写到旁边的 codes/；不写则打印。Where to write.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// 登记表的标识。The form's id.
    #[arg(long)]
    id: Option<String>,
    /// 覆盖已有的文件。Writes over files that are there.
    #[arg(long)]
    force: bool,
    /// 提示和注释的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    let language = language(options.lang);
    match try_run(options, language) {
        Ok(partial) if partial => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// Whether something was left out, or why nothing was made.
fn try_run(options: &Options, language: Language) -> Result<bool, String> {
    let say = |zh: String, en: String| if language == Language::English { en } else { zh };
    let read =
        |path: &Path| bytes_of(path).map_err(|error| format!("{}: {}", path.display(), error.told().get(language)));
    let stem = options.output.as_deref().map(form_stem);
    if let (Some(None), Some(path)) = (stem, &options.output) {
        return Err(say(
            format!("{}：登记表的文件名要以 .form.yaml 结尾", path.display()),
            format!("{}: a form's file is called *.form.yaml", path.display()),
        ));
    }
    let name = options.file.display().to_string();
    let bytes = read(&options.file)?;
    let ui = match &options.ui {
        Some(path) => {
            let (text, _) =
                decoded(&read(path)?).map_err(|error| format!("{}: {}", path.display(), error.told().get(language)))?;
            Some(text)
        }
        None => None,
    };
    let base = options.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let source = Source {
        name: base.as_deref().unwrap_or(&name),
        bytes: &bytes,
        ui: ui.as_deref(),
        id: options.id.as_deref().or(stem.flatten()),
        language,
    };
    let imported = import(&source).map_err(|error| format!("{name}: {}", error.told().get(language)))?;
    let ui = options
        .ui
        .as_deref()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    eprint!("{}", print(&imported.remarks, &name, &ui, language));
    match &options.output {
        Some(path) => write(path, &imported, options.force, language)?,
        None => {
            put(&imported.yaml);
            for (path, text) in &imported.lists {
                let rows = text.lines().count().saturating_sub(1);
                eprintln!(
                    "{}",
                    say(
                        format!("还需要 {path}（{rows} 个代码）：用 -o 时一并写出"),
                        format!("{path} ({rows} codes) is needed too: it is written with -o"),
                    )
                );
            }
        }
    }
    let (left, changed) = counts(&imported);
    eprintln!(
        "{}",
        say(
            format!("没有导入 {left} 处，改动 {changed} 处"),
            format!("{left} left out, {changed} changed"),
        )
    );
    Ok(imported.is_partial())
}

fn form_stem(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_suffix(".form.yaml")
}

fn counts(imported: &Imported) -> (usize, usize) {
    let errors = |remark: &&crate::definition::import::Remark| remark.severity == Severity::Error;
    let left = imported.remarks.iter().filter(errors).count();
    (left, imported.remarks.len() - left)
}

/// Writes the form and its lists; nothing where one of them is there already.
fn write(path: &Path, imported: &Imported, force: bool, language: Language) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let lists = imported.lists.iter().map(|(name, text)| (folder.join(name), text));
    let files: Vec<(PathBuf, &String)> = std::iter::once((path.to_path_buf(), &imported.yaml))
        .chain(lists)
        .collect();
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()).filter(|_| !force) {
        let there = there.display();
        return Err(match language {
            Language::Chinese => format!("{there} 已存在；要覆盖请加 --force"),
            Language::English => format!("{there} is there already; --force writes over it"),
        });
    }
    for (path, text) in files {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        eprintln!("{}", path.display());
    }
    Ok(())
}
