//! `dengji keys list|new|rotate|drop`: the keys that sensitive answers are sealed with; and where every command
//! takes them from. No command prints a key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Lang, language, told};
use crate::definition::{Language, Text};
use crate::registry::Clock;
use crate::store::{KeyRing, OpenError, Sealer, Store, StoreOptions};

/// The environment variable that may hold the keys themselves, lines divided by `;`.
const IN_ENVIRONMENT: &str = "DENGJI_KEYS";

/// What the commands about keys do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 列出密钥及各自加密的内容数。Lists the keys, and how many values each has sealed.
    List(Options),
    /// 添加新密钥：此后保存的内容用它加密。Adds a key, which seals what is saved from now on.
    New(Options),
    /// 更换密钥：添加新密钥，并用它重新加密全部内容；可中断后重新运行。
    /// Adds a key and puts every sealed value under it; can be interrupted and run again.
    Rotate(Options),
    /// 删去不再使用的旧密钥。Drops an older key that nothing is sealed with.
    Drop {
        /// 密钥的编号。The key's id, as `list` shows it.
        key: String,
        #[command(flatten)]
        options: Options,
    },
}

/// What every command about keys takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    data: DataOptions,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// The data of a stopped server.
#[derive(Debug, Args)]
pub(super) struct DataOptions {
    /// 数据所在的文件夹。The folder of data.
    #[arg(long, default_value = "data", env = "DENGJI_DATA")]
    pub(super) data: PathBuf,
    #[command(flatten)]
    pub(super) keys: KeyOptions,
}

/// Where the keys are.
#[derive(Debug, Clone, Args)]
pub(super) struct KeyOptions {
    /// 密钥文件（默认为数据文件夹中的 key；也可用环境变量 DENGJI_KEYS 直接给出密钥）。
    /// The key file; `key` in the folder of data where it is left out. DENGJI_KEYS may hold the keys themselves.
    #[arg(long, env = "DENGJI_KEY_FILE")]
    pub(super) key_file: Option<PathBuf>,
}

impl KeyOptions {
    /// The keys of a server. A new data folder gets new ones; data without their keys are refused.
    pub(super) fn sealer(&self, data: &Path) -> Result<Sealer, String> {
        if let Some(ring) = from_environment()? {
            return match &self.key_file {
                Some(_) => Err(both_sources()),
                None => Ok(ring.into()),
            };
        }
        let path = self.path(data);
        if !path.exists() && database(data).exists() {
            return Err(missing(&path));
        }
        Sealer::load_or_create(&path).map_err(|error| error.to_string())
    }

    /// The keys of data that are there.
    pub(super) fn existing(&self, data: &Path) -> Result<KeyRing, String> {
        match (from_environment()?, &self.key_file) {
            (Some(_), Some(_)) => return Err(both_sources()),
            (Some(ring), None) => return Ok(ring),
            (None, _) => {}
        }
        let path = self.path(data);
        if !path.exists() {
            return Err(missing(&path));
        }
        KeyRing::load(&path).map_err(|error| error.to_string())
    }

    fn path(&self, data: &Path) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| data.join("key"))
    }
}

impl DataOptions {
    /// The database, for this command alone.
    pub(super) fn open(&self, language: Language) -> Result<Store, String> {
        let path = database(&self.data);
        if !path.exists() {
            let text = Text::both(
                format!("{} 中没有数据库；请用 --data 指明数据文件夹", self.data.display()),
                format!(
                    "{} holds no database; name the folder of data with --data",
                    self.data.display()
                ),
            );
            return Err(text.get(language).to_owned());
        }
        Store::open(&path, &StoreOptions::default()).map_err(|error| match error {
            OpenError::Locked { .. } => Text::both(
                format!("{} 正被服务使用。数据库同时只能由一个进程打开：请先停止服务，再运行本命令", path.display()),
                format!(
                    "{} is in use by a running server. One process at a time can have it open: stop the server, then run this again",
                    path.display()
                ),
            )
            .get(language)
            .to_owned(),
            other => other.to_string(),
        })
    }
}

/// The database file in a folder of data.
pub(super) fn database(data: &Path) -> PathBuf {
    data.join("dengji.redb")
}

fn from_environment() -> Result<Option<KeyRing>, String> {
    match std::env::var(IN_ENVIRONMENT) {
        Ok(text) => {
            let ring = KeyRing::parse(&text).map_err(|error| format!("{IN_ENVIRONMENT}: {error}"))?;
            Ok(Some(ring))
        }
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("{IN_ENVIRONMENT} is not text")),
    }
}

fn both_sources() -> String {
    format!("keys are given twice, in a file and in {IN_ENVIRONMENT}: keep one of the two")
}

fn missing(path: &Path) -> String {
    format!(
        "找不到密钥文件 {0}：没有它，已加密的内容无法读取。请从备份恢复，或用 --key-file 指明\n\
         the key file {0} is missing, and without it what is sealed cannot be read: restore it from a backup, or name it with --key-file",
        path.display()
    )
}

/// Runs the command.
pub(super) fn run(command: &Command) -> ExitCode {
    let options = match command {
        Command::List(options) | Command::New(options) | Command::Rotate(options) | Command::Drop { options, .. } => {
            options
        }
    };
    let bench = Bench {
        options,
        language: language(options.lang),
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string());
    told(runtime.and_then(|runtime| {
        runtime.block_on(async {
            match command {
                Command::List(_) => bench.list().await,
                Command::New(_) => bench.add(),
                Command::Rotate(_) => bench.rotate().await,
                Command::Drop { key, .. } => bench.remove(key).await,
            }
        })
    }))
}

struct Bench<'a> {
    options: &'a Options,
    language: Language,
}

impl Bench<'_> {
    fn say(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        Text::both(zh.into(), en.into()).get(self.language).to_owned() + "\n"
    }

    fn ring(&self) -> Result<KeyRing, String> {
        self.options.data.keys.existing(&self.options.data.data)
    }

    /// The file that the ring is written to.
    fn file(&self) -> Result<PathBuf, String> {
        if from_environment()?.is_some() {
            return Err(self
                .say(
                    format!("密钥来自环境变量 {IN_ENVIRONMENT}，本命令不能修改它：请改用密钥文件（--key-file）"),
                    format!("the keys come from {IN_ENVIRONMENT}, which this command cannot change: keep them in a file (--key-file)"),
                ));
        }
        Ok(self.options.data.keys.path(&self.options.data.data))
    }

    async fn list(&self) -> Result<String, String> {
        let ring = self.ring()?;
        // A running server has the database; the keys can be told all the same.
        let (counts, note) = match self.options.data.open(self.language) {
            Ok(store) => (Some(counts(&store).await?), String::new()),
            Err(why) => (None, format!("{why}\n")),
        };
        let mut text = String::new();
        for key in ring.keys() {
            let count = counts.as_ref().map(|counts| counts.get(&key.id).copied().unwrap_or(0));
            let count = count.map_or("—".to_owned(), |count| count.to_string());
            let word = match (key.seals, self.language) {
                (true, Language::Chinese) => "加密",
                (true, Language::English) => "seals",
                (false, Language::Chinese) => "仅解密",
                (false, Language::English) => "opens",
            };
            text.push_str(&format!(
                "{}  {}  {}  {count:>8}  {word}\n",
                key.id, key.cipher, key.made_on
            ));
        }
        for (key, count) in counts.unwrap_or_default() {
            if !ring.keys().iter().any(|known| known.id == key) {
                text.push_str(&self.say(
                    format!("{key}  缺失：有 {count} 项内容用它加密，无法读取"),
                    format!("{key}  missing: {count} values are sealed with it and cannot be read"),
                ));
            }
        }
        Ok(text + &note)
    }

    fn add(&self) -> Result<String, String> {
        let (mut ring, path) = (self.ring()?, self.file()?);
        let key = ring.add(Clock::system().today()).map_err(|error| error.to_string())?;
        ring.write(&path).map_err(|error| error.to_string())?;
        Ok(self.say(
            format!("已添加密钥 {key}，服务下次启动后用它加密；请备份 {}", path.display()),
            format!(
                "added {key}, which seals when the server is next started; back up {}",
                path.display()
            ),
        ))
    }

    async fn rotate(&self) -> Result<String, String> {
        let store = self.options.data.open(self.language)?;
        let mut ring = self.ring()?;
        let counts = counts(&store).await?;
        let older = counts.keys().any(|key| key != ring.newest());
        // Where an earlier rotation was interrupted, it goes on instead of another being begun.
        if !older {
            let path = self.file()?;
            ring.add(Clock::system().today()).map_err(|error| error.to_string())?;
            ring.write(&path).map_err(|error| error.to_string())?;
        }
        eprint!(
            "{}",
            self.say(
                format!("新密钥：{}", ring.newest()),
                format!("new key: {}", ring.newest())
            )
        );
        let older: Vec<String> = ring
            .keys()
            .into_iter()
            .filter(|key| !key.seals)
            .map(|key| key.id)
            .collect();
        let sealer = Sealer::from(ring);
        store.prove_keys(&sealer).await.map_err(|error| error.to_string())?;
        let mut tell = |values: u64| {
            let told = self.say(
                format!("已重新加密 {values} 项"),
                format!("{values} values are under the new key"),
            );
            eprint!("{told}");
        };
        let values = store
            .reseal(&sealer, &mut tell)
            .await
            .map_err(|error| error.to_string())?;
        store.renew().await.map_err(|error| error.to_string())?;
        let drop = older
            .iter()
            .map(|key| format!("    dengji keys drop {key}\n"))
            .collect::<String>();
        Ok(self.say(
            format!("完成：共重新加密 {values} 项。请备份密钥文件；此前的数据备份仍需旧密钥，不再需要时可删去："),
            format!("done: {values} values were put under the new key. Back up the key file. Earlier backups of the data still need the older keys; once they are of no use:"),
        ) + &drop)
    }

    async fn remove(&self, key: &str) -> Result<String, String> {
        let store = self.options.data.open(self.language)?;
        let (mut ring, path) = (self.ring()?, self.file()?);
        let sealed = counts(&store).await?.get(key).copied().unwrap_or(0);
        if sealed > 0 {
            return Err(self.say(
                format!("还有 {sealed} 项内容用 {key} 加密：请先运行 dengji keys rotate"),
                format!("{sealed} values are still sealed with {key}: run `dengji keys rotate` first"),
            ));
        }
        ring.remove(key).map_err(|error| error.to_string())?;
        ring.write(&path).map_err(|error| error.to_string())?;
        Ok(self.say(
            format!("已删去密钥 {key}；用它加密的旧备份从此无法读取"),
            format!("dropped {key}; older backups that were sealed with it can no longer be read"),
        ))
    }
}

async fn counts(store: &Store) -> Result<BTreeMap<String, u64>, String> {
    store.sealed_with().await.map_err(|error| error.to_string())
}
