//! `dengji codes import|verify`: official lists from a CSV or a workbook. `import` exits with 1 where
//! the list is wrong and was not written; `verify` with 1 where it is wrong or differs; both with 2
//! where there is no list.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Lang, language, put};
use crate::definition::Language;
use crate::definition::official::{List, Options, Scheme, Wanted, compare, print, read};
use crate::definition::sheet;

/// What is done with a list.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 把官方代码表转成 codes/*.csv。Makes a region's list of an official one.
    Import {
        #[command(flatten)]
        list: ListOptions,
        /// 写到这个 CSV；不写则打印。Where to write.
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// 覆盖已有的文件。Writes over a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// 检查一张代码表，并与另一张比较：新增、删去、改名。Checks a list and compares it with another.
    Verify {
        #[command(flatten)]
        list: ListOptions,
        /// 与这张表比较：它是现用的，FILE 是新的。The list in use, which FILE shall replace.
        #[arg(long)]
        against: Option<PathBuf>,
    },
}

/// Which list, and how to read it.
#[derive(Debug, Args)]
pub(super) struct ListOptions {
    /// CSV 或工作簿（.xlsx）。A CSV or a workbook.
    file: PathBuf,
    /// 工作表。The sheet.
    #[arg(long)]
    sheet: Option<String>,
    /// 哪一列是什么：code=代码,name=名称,parent=上级；列名或 A、B。Which column is which.
    #[arg(long)]
    columns: Option<String>,
    /// 没有上级列时：guess、none、prefix、padded:2,2,2 或 levels:3,2,2。How parents follow from codes.
    #[arg(long, default_value = "guess")]
    parents: String,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Runs the command.
pub(super) fn run(command: &Command) -> ExitCode {
    let (list, result) = match command {
        Command::Import { list, output, force } => (list, run_import(list, output.as_deref(), *force)),
        Command::Verify { list, against } => (list, run_verify(list, against.as_deref())),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{}: {why}", list.file.display());
            ExitCode::from(2)
        }
    }
}

/// Whether the list was sound and written.
fn run_import(options: &ListOptions, output: Option<&Path>, force: bool) -> Result<bool, String> {
    let language = language(options.lang);
    let list = told(options, language)?;
    if !list.is_sound() {
        eprintln!(
            "{}",
            pick(language, "有错误，没有写出", "there are errors: nothing is written")
        );
        return Ok(false);
    }
    let Some(path) = output else {
        put(&list.to_csv());
        return Ok(true);
    };
    if path.exists() && !force {
        let there = path.display();
        let (zh, en) = (
            format!("{there} 已存在；要覆盖请加 --force"),
            format!("{there} is there already; --force writes over it"),
        );
        return Err(pick(language, &zh, &en).to_owned());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    std::fs::write(path, list.to_csv()).map_err(|error| error.to_string())?;
    let count = list.codes.len();
    let (zh, en) = (
        format!("{}：{count} 个代码", path.display()),
        format!("{}: {count} codes", path.display()),
    );
    eprintln!("{}", pick(language, &zh, &en));
    Ok(true)
}

/// Whether the list is sound and the same as the other.
fn run_verify(options: &ListOptions, against: Option<&Path>) -> Result<bool, String> {
    let language = language(options.lang);
    let list = told(options, language)?;
    let Some(path) = against else {
        let count = list.codes.len();
        let (zh, en) = (format!("{count} 个代码"), format!("{count} codes"));
        put(&format!("{}\n", pick(language, &zh, &en)));
        return Ok(list.is_sound());
    };
    let other = Options {
        scheme: scheme(options)?,
        ..Options::default()
    };
    let known = read_list(path, &other, language).map_err(|why| format!("{}: {why}", path.display()))?;
    let difference = compare(&known.codes, &list.codes);
    put(&difference.print(language));
    Ok(list.is_sound() && difference.is_empty())
}

/// Reads the list and tells what there is to say of it.
fn told(options: &ListOptions, language: Language) -> Result<List, String> {
    let wanted = options.columns.as_deref().map_or(Ok(Wanted::default()), Wanted::parse);
    let columns = wanted.map_err(|part| {
        let (zh, en) = (
            format!("--columns 里的「{part}」应写成 code=…、name=… 或 parent=…"),
            format!("`{part}` in --columns is to be code=…, name=… or parent=…"),
        );
        pick(language, &zh, &en).to_owned()
    })?;
    let read = Options {
        sheet: options.sheet.clone(),
        columns,
        scheme: scheme(options)?,
    };
    let list = read_list(&options.file, &read, language)?;
    for line in &list.told {
        eprintln!("{}", line.get(language));
    }
    eprint!(
        "{}",
        print(&list.remarks, &options.file.display().to_string(), language)
    );
    Ok(list)
}

fn scheme(options: &ListOptions) -> Result<Scheme, String> {
    options.parents.parse().map_err(|wrong| {
        let (zh, en) = (
            format!("--parents 不认识「{wrong}」：guess、none、prefix、padded:2,2,2 或 levels:3,2,2"),
            format!("--parents takes guess, none, prefix, padded:2,2,2 or levels:3,2,2, not `{wrong}`"),
        );
        pick(language(options.lang), &zh, &en).to_owned()
    })
}

fn read_list(path: &Path, options: &Options, language: Language) -> Result<List, String> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let book = sheet::bytes_of(path)
        .and_then(|bytes| sheet::read(&bytes, &name))
        .map_err(|error| error.told().get(language).to_owned())?;
    read(&book, options).map_err(|error| error.told().get(language).to_owned())
}

fn pick<'t>(language: Language, zh: &'t str, en: &'t str) -> &'t str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}
