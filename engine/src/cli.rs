//! The command line: one file a command. This is the only module that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "commands speak to a terminal")]

mod account;
mod check;
mod codes;
mod diff;
mod import;
mod keys;
mod mail;
mod migrate;
mod new;
mod plugin;
pub mod render_worker;
mod schema;
mod serve;
mod settings;
mod show;
mod test;
mod workflow;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::definition::load::{Folders, load};
use crate::definition::problem::{Format, print};
use crate::definition::{Language, Region};

/// 登记：按文本文件运行的登记系统。Runs a registration office from a folder of text files.
#[derive(Debug, Parser)]
#[command(name = "dengji", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动服务。Runs the server.
    Serve(Box<serve::Options>),
    /// 检查定义，列出全部问题；有错误时退出码为 1。Tells every problem of the definitions.
    Check(check::Options),
    /// 列出两个版本的定义有何不同，以及对在办申请的影响。Tells how two versions of definitions differ.
    Diff(diff::Options),
    /// 运行各地区的样例；不符时退出码为 1。Runs the samples of the regions.
    Test(test::Options),
    /// 新建一个地区的文件夹。Makes the folder of a new region.
    New(new::Options),
    /// 把在办申请转入新版登记表（只在不影响内容时）。Takes applications in progress over to the forms of today where
    /// that is safe.
    Migrate(migrate::Options),
    /// 打印登记表或定义文件的 JSON Schema。Prints the JSON Schema of a form, or of the definition files.
    Schema(schema::Options),
    /// 打印合并后的登记表，每行注明出处。Prints the merged form, each line with its origin.
    Show(FormOptions),
    /// 打印流程：状态 × 角色的操作表或流程图。Prints who can do what in which state.
    Workflow(workflow::Options),
    /// 邮件：试发，查看没有发出的，重新发送。Tries out what is set up; lists what was not sent; sends it again.
    #[command(subcommand)]
    Mail(mail::Command),
    /// 密钥：列出、添加、更换、删去。The keys that sensitive answers are sealed with.
    #[command(subcommand)]
    Keys(keys::Command),
    /// 账号：创建、重置、停用、导出、删除。What operators do with accounts.
    #[command(subcommand)]
    Account(account::Command),
    /// 把 JSON Schema 或 XLSForm 转成登记表。Turns a JSON Schema or an XLSForm into a form.
    Import(import::Options),
    /// 代码表：导入、核对。Official code lists: import, verify.
    #[command(subcommand)]
    Codes(codes::Command),
    /// 插件：构建。What plugin authors do.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Renders documents for a server that started this process; settings come over its input.
    #[command(hide = true)]
    RenderWorker,
}

#[derive(Debug, Subcommand)]
enum PluginCommand {
    /// 构建全部插件并打印各自的 sha256。Builds every plugin and prints its hash.
    Build {
        /// 插件工作区。The workspace of plugins.
        #[arg(default_value = "plugins")]
        folder: PathBuf,
    },
}

/// Where the text files are.
#[derive(Debug, Clone, Args)]
struct FolderOptions {
    /// 各地区定义所在的文件夹。The folder of all definitions.
    #[arg(long, default_value = "forms", env = "DENGJI_FORMS")]
    forms: PathBuf,
    /// 插件组件所在的文件夹。The folder of plugin components.
    #[arg(long, default_value = "plugins/dist", env = "DENGJI_PLUGINS")]
    plugins: PathBuf,
}

impl FolderOptions {
    fn folders(&self) -> Folders {
        Folders {
            forms: self.forms.clone(),
            plugins: self.plugins.clone(),
        }
    }
}

/// A form of a region, for the commands about one.
#[derive(Debug, Args)]
struct FormOptions {
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

/// The region called `id`, or what is wrong with it as a text.
fn sound_region(folders: &Folders, id: &str, language: Language) -> Result<Arc<Region>, String> {
    let loaded = load(folders, Some(id)).map_err(|error| error.told().get(language).to_owned())?;
    let problems = || {
        print(
            &loaded.problems,
            &folders.forms,
            language,
            Format::Text { colour: false },
        )
    };
    loaded.regions.get(id).cloned().ok_or_else(problems)
}

/// The language of a command's output.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    /// 中文。
    Zh,
    /// English.
    En,
}

/// The asked language, else the terminal's, else Chinese.
fn language(asked: Option<Lang>) -> Language {
    let terminal = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    };
    match asked {
        Some(Lang::Zh) => Language::Chinese,
        Some(Lang::En) => Language::English,
        None if terminal().is_some_and(|value| value.starts_with("en")) => Language::English,
        None => Language::Chinese,
    }
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Test(options) => test::run(&options),
        Command::New(options) => new::run(&options),
        Command::Migrate(options) => migrate::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Show(options) => show::run(&options),
        Command::Workflow(options) => workflow::run(&options),
        Command::Mail(command) => mail::run(&command),
        Command::Keys(command) => keys::run(&command),
        Command::Account(command) => account::run(&command),
        Command::Import(options) => import::run(&options),
        Command::Codes(command) => codes::run(&command),
        Command::Plugin(PluginCommand::Build { folder }) => done(plugin::build(&folder)),
        Command::RenderWorker => render_worker::run(),
    }
}

/// Prints what a command was asked for. Whoever reads no further, such as `head`, is no mistake.
fn put(told: &str) -> ExitCode {
    match std::io::stdout().write_all(told.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => done(Err(error)),
        _ => ExitCode::SUCCESS,
    }
}

/// The exit code of a command that prints a result, or tells why there is none.
fn told(result: Result<String, String>) -> ExitCode {
    match result {
        Ok(text) => put(&text),
        Err(why) => {
            eprintln!("{}", why.trim_end());
            ExitCode::from(2)
        }
    }
}

/// The exit code of a command that tells its error in a sentence.
fn done<E: std::fmt::Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
