//! `dengji account …`: what an operator does with accounts while the server is stopped.

use std::io::{BufRead, IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::keys::DataOptions;
use super::{FolderOptions, Lang, language, sound_region, told};
use crate::definition::{Language, Region, Text};
use crate::registry::{Erasure, NewAccount, Operator, PasswordLink, Refused};
use crate::store::{Account, Files, Standing};

/// The most characters that are read as a password or a text to look for.
const TYPED: u64 = 1024;

/// What the commands about accounts do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 列出账号。Lists the accounts of a region.
    List {
        #[command(flatten)]
        options: Options,
    },
    /// 创建账号；不用 --password-stdin 时打印一次性链接，由本人设置密码。
    /// Makes an account; prints a one-time link to choose a password, unless one is typed.
    Create {
        #[command(flatten)]
        options: Options,
        /// 登录名或电子邮箱。What its owner signs in with.
        #[arg(long = "sign-in")]
        sign_in: String,
        /// 姓名。The person's name.
        #[arg(long)]
        name: String,
        /// 角色，可重复。A role; may be given again.
        #[arg(long = "role")]
        roles: Vec<String>,
        /// 单位的编号或全称。The unit, by id or exact name.
        #[arg(long)]
        unit: Option<String>,
        #[command(flatten)]
        password: PasswordOptions,
    },
    /// 重置密码并结束全部登录。Takes the password away, or gives another, and ends all sessions.
    Reset {
        #[command(flatten)]
        of: AccountOptions,
        /// 同时取消动态口令（本人遗失设备时）。Takes the second factor away, too: for whoever has lost it.
        #[arg(long)]
        drop_second_factor: bool,
        #[command(flatten)]
        password: PasswordOptions,
    },
    /// 停用账号并结束全部登录。Switches an account off and ends all sessions.
    Disable {
        #[command(flatten)]
        of: AccountOptions,
    },
    /// 启用账号。Switches an account on.
    Enable {
        #[command(flatten)]
        of: AccountOptions,
    },
    /// 导出一个人的全部数据到新文件夹。Writes everything about one person to a new folder.
    Export {
        #[command(flatten)]
        of: AccountOptions,
        /// 新文件夹。The folder, which is made.
        #[arg(short, long)]
        out: PathBuf,
    },
    /// 删除一个人的数据；依法保存的除外，并逐项列出。
    /// Removes one person's data, except what must be kept, which is listed.
    Erase {
        #[command(flatten)]
        of: AccountOptions,
        /// 只列出将删除的内容。Only says what would be removed.
        #[arg(long)]
        dry_run: bool,
    },
    /// 从标准输入读取证件号码等，查找哪些申请和账号含有它。
    /// Reads a sensitive text from standard input and tells which applications and accounts hold it.
    Find {
        #[command(flatten)]
        options: Options,
    },
}

/// What every command about accounts takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 地区。The region.
    region: String,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    folders: FolderOptions,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// One account.
#[derive(Debug, Args)]
pub(super) struct AccountOptions {
    #[command(flatten)]
    options: Options,
    /// 账号的编号或登录名。The account's id or sign-in name.
    account: String,
}

/// Where a password comes from: never from an argument, which others on the machine could see.
#[derive(Debug, Args)]
pub(super) struct PasswordOptions {
    /// 从标准输入读取密码（一行）。Reads the password from standard input, one line.
    #[arg(long)]
    password_stdin: bool,
    /// 外部访问的网址，用于打印完整链接。How the server is reached from outside, for the printed link.
    #[arg(long, env = "DENGJI_PUBLIC_URL")]
    public_url: Option<String>,
}

impl PasswordOptions {
    fn read(&self, language: Language) -> Result<Option<String>, String> {
        if self.password_stdin {
            typed(language).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// Runs the command.
pub(super) fn run(command: &Command) -> ExitCode {
    let options = match command {
        Command::List { options } | Command::Create { options, .. } | Command::Find { options } => options,
        Command::Reset { of, .. }
        | Command::Disable { of }
        | Command::Enable { of }
        | Command::Export { of, .. }
        | Command::Erase { of, .. } => &of.options,
    };
    let language = language(options.lang);
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string());
    told(runtime.and_then(|runtime| runtime.block_on(carry_out(command, options, language))))
}

async fn carry_out(command: &Command, options: &Options, language: Language) -> Result<String, String> {
    let desk = Desk::open(options, language).await?;
    match command {
        Command::List { .. } => desk.list().await,
        Command::Create {
            sign_in,
            name,
            roles,
            unit,
            password,
            ..
        } => {
            let new = NewAccount {
                sign_in_name: sign_in.clone(),
                name: name.clone(),
                roles: roles.clone(),
                unit: unit.clone(),
            };
            desk.create(new, password).await
        }
        Command::Reset {
            of,
            drop_second_factor,
            password,
        } => desk.reset(&of.account, *drop_second_factor, password).await,
        Command::Disable { of } => desk.switch(&of.account, false).await,
        Command::Enable { of } => desk.switch(&of.account, true).await,
        Command::Export { of, out } => desk.export(&of.account, out).await,
        Command::Erase { of, dry_run } => desk.erase(&of.account, *dry_run).await,
        Command::Find { .. } => desk.find(&typed(language)?).await,
    }
}

struct Desk {
    operator: Operator,
    region: Arc<Region>,
    language: Language,
}

impl Desk {
    async fn open(options: &Options, language: Language) -> Result<Self, String> {
        let region = sound_region(&options.folders.folders(), &options.region, language)?;
        let store = options.data.open(language)?;
        let ring = options.data.keys.existing(&options.data.data)?;
        let files = Files::open(&options.data.data.join("files")).map_err(|error| error.to_string())?;
        let operator = Operator::open(Arc::clone(&region), store, files, ring.into()).await;
        Ok(Self {
            operator: operator.map_err(|refused| words(&refused, language))?,
            region,
            language,
        })
    }

    fn say(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        Text::both(zh.into(), en.into()).get(self.language).to_owned() + "\n"
    }

    fn words(&self) -> impl Fn(Refused) -> String + '_ {
        |refused| words(&refused, self.language)
    }

    async fn account(&self, called: &str) -> Result<Account, String> {
        self.operator.account(called).await.map_err(self.words())
    }

    async fn list(&self) -> Result<String, String> {
        let mut text = String::new();
        for account in self.operator.accounts().await.map_err(self.words())? {
            let roles: Vec<&str> = account.roles.iter().map(|role| self.role(role)).collect();
            text.push_str(&format!(
                "{}  {}  {}  {}  {}  {}\n",
                account.id,
                account.sign_in_name,
                account.name,
                roles.join("、"),
                account.unit.as_deref().unwrap_or("—"),
                self.standing(account.standing),
            ));
        }
        Ok(text)
    }

    fn role<'r>(&'r self, role: &'r str) -> &'r str {
        self.region
            .roles
            .get(role)
            .map_or(role, |role| role.label.get(self.language))
    }

    fn standing(&self, standing: Standing) -> &'static str {
        let (zh, en) = match standing {
            Standing::AwaitsActivation => ("待激活", "awaits activation"),
            Standing::AwaitsApproval => ("待审批", "awaits approval"),
            Standing::Active => ("可用", "active"),
            Standing::Disabled => ("已停用", "disabled"),
        };
        if self.language == Language::Chinese { zh } else { en }
    }

    async fn create(&self, new: NewAccount, password: &PasswordOptions) -> Result<String, String> {
        let typed = password.read(self.language)?;
        let (account, link) = self.operator.create(new, typed).await.map_err(self.words())?;
        let made = self.say(
            format!("已创建账号 {}", account.id),
            format!("made the account {}", account.id),
        );
        Ok(made + &self.link(link, password))
    }

    async fn reset(&self, called: &str, second_factor: bool, password: &PasswordOptions) -> Result<String, String> {
        let account = self.account(called).await?;
        let typed = password.read(self.language)?;
        let reset = self.operator.reset(account, typed, second_factor).await;
        let link = reset.map_err(self.words())?;
        let told = self.say(
            "已重置，全部登录已结束，原密码不能再用",
            "reset: all sessions have ended, the old password is of no use",
        );
        Ok(told + &self.link(link, password))
    }

    /// A link is told once; its secret is stored nowhere.
    fn link(&self, link: Option<PasswordLink>, options: &PasswordOptions) -> String {
        let told = |link: PasswordLink| {
            let base = options.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
            let (address, until) = (link.address, local(link.until));
            let note = match base.is_empty() {
                true => self.say("（接在本系统的网址之后）", "(behind the address of this system)"),
                false => String::new(),
            };
            self.say(
                format!("请把链接交给本人设置密码，{until} 前打开一次有效："),
                format!("hand this link to the owner, who chooses a password with it; it opens once, until {until}:"),
            ) + &format!("    {base}{address}\n")
                + &note
        };
        link.map(told).unwrap_or_default()
    }

    async fn switch(&self, called: &str, on: bool) -> Result<String, String> {
        let account = self.account(called).await?;
        self.operator.switch(account, on).await.map_err(self.words())?;
        Ok(match on {
            true => self.say("账号已启用", "the account is switched on"),
            false => self.say(
                "账号已停用，全部登录已结束",
                "the account is switched off, all sessions have ended",
            ),
        })
    }

    async fn export(&self, called: &str, out: &std::path::Path) -> Result<String, String> {
        let account = self.account(called).await?;
        let done = self.operator.export(&account, out).await.map_err(self.words())?;
        let (path, applications, files) = (out.display(), done.applications, done.files);
        Ok(self.say(
            format!("已导出到 {path}：申请 {applications} 项，文件 {files} 个。其中含未遮盖的敏感内容，请妥善保管"),
            format!("written to {path}: {applications} applications, {files} files. Sensitive answers in them are not masked: keep them safe"),
        ))
    }

    async fn erase(self, called: &str, dry_run: bool) -> Result<String, String> {
        let account = self.account(called).await?;
        let erasure = self.operator.erase(&account, dry_run).await.map_err(self.words())?;
        let head = match dry_run {
            true => self.say(
                "将删除（--dry-run，尚未改动任何内容）：",
                "would be removed (--dry-run, nothing was changed):",
            ),
            false => self.say("已删除：", "removed:"),
        };
        let told = head + &self.removed(&erasure);
        let language = self.language;
        if !dry_run {
            self.operator
                .renew()
                .await
                .map_err(|refused| words(&refused, language))?;
        }
        Ok(told)
    }

    fn removed(&self, erasure: &Erasure) -> String {
        let mut text = self.say(
            format!(
                "  账号及其登录 {} 个、消息 {} 条、临时凭证 {} 个、只属于草稿的文件 {} 个、办理记录的内容 {} 条",
                erasure.sessions, erasure.messages, erasure.tickets, erasure.files, erasure.entries
            ),
            format!(
                "  the account, {} sessions, {} messages, {} tickets, {} files of drafts alone, the details of {} audit entries",
                erasure.sessions, erasure.messages, erasure.tickets, erasure.files, erasure.entries
            ),
        );
        for id in &erasure.drafts {
            text.push_str(&self.say(format!("  草稿 {id}"), format!("  the draft {id}")));
        }
        for (id, answers) in &erasure.unfinished {
            text.push_str(&self.say(
                format!("  未登记的申请 {id} 中的个人信息 {answers} 项"),
                format!("  {answers} personal answers of the application {id}, which is not registered"),
            ));
        }
        for unit in &erasure.contact_of {
            text.push_str(&self.say(
                format!("  单位“{unit}”的联系人"),
                format!("  whom to ask at the unit {unit}"),
            ));
        }
        if !erasure.kept.is_empty() {
            text.push_str(&self.say("保留：", "kept:"));
        }
        for kept in &erasure.kept {
            let (what, why) = (kept.what.get(self.language), kept.why.get(self.language));
            text.push_str(&self.say(format!("  {what}：{why}"), format!("  {what}: {why}")));
        }
        text
    }

    async fn find(&self, wanted: &str) -> Result<String, String> {
        let (applications, accounts) = self.operator.find(wanted).await.map_err(self.words())?;
        let mut text = String::new();
        for account in &accounts {
            text.push_str(&self.say(
                format!("账号 {}  {}  {}", account.id, account.sign_in_name, account.name),
                format!("account {}  {}  {}", account.id, account.sign_in_name, account.name),
            ));
        }
        for application in &applications {
            let number = application.number.as_deref().unwrap_or("—");
            text.push_str(&self.say(
                format!("申请 {}  {number}  {}", application.id, application.title),
                format!("application {}  {number}  {}", application.id, application.title),
            ));
        }
        if text.is_empty() {
            text = self.say("没有找到", "nothing was found");
        }
        Ok(text)
    }
}

/// One line of standard input, without its end.
fn typed(language: Language) -> Result<String, String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        let text = Text::both(
            "请输入（内容会显示在屏幕上），按回车结束：",
            "type it (it shows on the screen), then Enter:",
        );
        eprintln!("{}", text.get(language));
    }
    let mut line = String::new();
    let read = input.lock().take(TYPED).read_line(&mut line);
    read.map_err(|error| error.to_string())?;
    let line = line.trim_end_matches(['\r', '\n']).to_owned();
    if line.is_empty() {
        let text = Text::both("标准输入是空的", "there is nothing on standard input");
        return Err(text.get(language).to_owned());
    }
    Ok(line)
}

fn words(refused: &Refused, language: Language) -> String {
    match refused {
        Refused::Input(text) | Refused::NotAllowed(text) | Refused::Stale(text) => text.get(language).to_owned(),
        other => other.to_string(),
    }
}

/// A moment on the office's clocks, which stand at UTC+8.
fn local(at: jiff::Timestamp) -> String {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8));
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()
}
