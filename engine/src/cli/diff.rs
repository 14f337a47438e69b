//! `dengji diff OLD NEW`: how two versions of definitions differ, and what that does to applications in
//! progress. Exit code 0 where nothing differs or all of it is safe, 1 where something is not, 2 where a
//! version cannot be read.

mod side;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use self::side::{Read, Whole};
use super::{FolderOptions, Lang, language, put};
use crate::definition::Language;
use crate::definition::difference::{Consequence, Difference, Print, all_regions, forms, print, regions};

/// What `diff` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 旧版：地区文件夹、forms 文件夹，或库中的 地区/登记表@哈希前缀。The folder of a region or of all regions, or a
    /// stored version as REGION/FORM@HASHPREFIX.
    old: String,
    /// 新版，写法相同。The new one, written alike.
    new: String,
    #[command(flatten)]
    folders: FolderOptions,
    /// 数据文件夹，用于 地区/登记表@哈希前缀。The folder of data that holds the stored versions.
    #[arg(long, env = "DENGJI_DATA")]
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
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    let language = language(options.lang);
    match compared(options, language) {
        Err(why) => {
            eprintln!("{}", why.trim_end());
            ExitCode::from(2)
        }
        Ok(differences) => tell(options, &differences, language),
    }
}

fn tell(options: &Options, differences: &[Difference], language: Language) -> ExitCode {
    let how = match options.format {
        Output::Json => Print::Json,
        Output::Text => Print::Text,
    };
    put(&print(differences, language, how));
    if options.format == Output::Text {
        put(&format!("{}\n", summary(differences, language)));
    }
    match differences.iter().any(|it| it.consequence != Consequence::Safe) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

fn compared(options: &Options, language: Language) -> Result<Vec<Difference>, String> {
    let reader = side::Reader {
        folders: options.folders.folders(),
        data: options.data.clone(),
        language,
    };
    match (reader.read(&options.old)?, reader.read(&options.new)?) {
        (Read::Folder(old), Read::Folder(new)) => Ok(whole(&old, &new)),
        (old, new) => {
            let (old, new) = side::forms(&old, &new, language)?;
            Ok(forms(old, new))
        }
    }
}

/// Two folders of one region each are compared whatever they are called, else every region by its id.
fn whole(old: &Whole, new: &Whole) -> Vec<Difference> {
    match (old.versions.as_slice(), new.versions.as_slice()) {
        ([was], [is]) => regions(was, is),
        (old, new) => all_regions(old, new),
    }
}

fn summary(differences: &[Difference], language: Language) -> String {
    let count = |consequence| differences.iter().filter(|it| it.consequence == consequence).count();
    if differences.is_empty() {
        return match language {
            Language::Chinese => "没有不同".into(),
            Language::English => "nothing differs".into(),
        };
    }
    let parts = Consequence::ALL.map(|it| match language {
        Language::Chinese => format!("{} {} 处", it.label().get(language), count(it)),
        Language::English => format!("{} {}", count(it), it.label().get(language)),
    });
    match language {
        Language::Chinese => format!("共 {} 处不同：{}", differences.len(), parts.join("，")),
        Language::English => format!("{} differences: {}", differences.len(), parts.join(", ")),
    }
}
