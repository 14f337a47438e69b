//! `dengji mail`: what an operator does about letters. `list` and `again` work on the data of a server that is stopped.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::settings::{Settings, SettingsOptions};
use super::{FolderOptions, Lang, language, told};
use crate::definition::Language;
use crate::definition::load::load;
use crate::registry::email::Email;
use crate::store::{Audit, Change, Expect, Message, Page, Phase, Put, Recipient, Store, StoreOptions};
use crate::theme::mail::Written;

/// What can be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 按设置试发一封邮件。Sends a letter as it is set up, to see whether it arrives.
    Try {
        /// 收件人。Whom to.
        to: String,
        #[command(flatten)]
        settings: Box<SettingsOptions>,
        /// 邮件的语言。
        #[arg(long, value_enum)]
        lang: Option<Lang>,
    },
    /// 列出等待发出和没有发出的邮件与短信。Lists what waits and what could not be sent.
    List(DataOptions),
    /// 重新发送一封没有发出的邮件或短信。Lets what could not be sent be sent again.
    Again {
        /// 编号，见 `dengji mail list`。Its id.
        id: String,
        #[command(flatten)]
        data: DataOptions,
    },
}

/// Whose messages.
#[derive(Debug, Args)]
pub(super) struct DataOptions {
    #[command(flatten)]
    folders: FolderOptions,
    /// 数据所在的文件夹。The folder of data.
    #[arg(long, default_value = "data", env = "DENGJI_DATA")]
    data: PathBuf,
}

/// Does it, and tells.
pub(super) fn run(command: &Command) -> std::process::ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return told(Err(error.to_string())),
    };
    told(runtime.block_on(async {
        match command {
            Command::Try { to, settings, lang } => try_out(to, settings, language(*lang)).await,
            Command::List(data) => list(data).await,
            Command::Again { id, data } => again(id, data).await,
        }
    }))
}

async fn try_out(to: &str, settings: &SettingsOptions, language: Language) -> Result<String, String> {
    let to = Email::parse(to).map_err(|fault| fault.text().get(language).to_owned())?;
    let settings = Settings::read(settings).map_err(|error| error.to_string())?;
    let (subject, text) = match language {
        Language::Chinese => ("登记系统试发邮件", "收到这封邮件，说明邮件设置正确。\n"),
        Language::English => (
            "A letter to try out",
            "Whoever reads this knows that mail is set up well.\n",
        ),
    };
    let written = Written {
        subject: subject.into(),
        text: text.into(),
        html: format!("<p>{text}</p>"),
    };
    settings.mailer.try_out(&to, "dengji", &written).await?;
    Ok(format!("sent to {to}\n"))
}

async fn list(data: &DataOptions) -> Result<String, String> {
    let store = open(data)?;
    let mut lines = Vec::new();
    for region in regions(data)? {
        for message in messages(&store, &region).await? {
            lines.push(line(&message));
        }
    }
    if lines.is_empty() {
        lines.push("nothing waits, and everything was sent".into());
    }
    Ok(lines.join("\n") + "\n")
}

async fn again(id: &str, data: &DataOptions) -> Result<String, String> {
    let store = open(data)?;
    for region in regions(data)? {
        let found = store.message(&region, id).await.map_err(|error| error.to_string())?;
        let Some(message) = found else { continue };
        if !matches!(message.phase, Phase::Parked { .. }) {
            return Err(format!("{id} waits already"));
        }
        store
            .commit(waiting(message))
            .await
            .map_err(|error| error.to_string())?;
        return Ok(format!("{id} waits to be sent again\n"));
    }
    Err(format!("there is no message {id}; see `dengji mail list`"))
}

/// The message from its beginning, and that an operator has said so.
fn waiting(message: Message) -> Change {
    let expect = vec![Expect::MessageRevision {
        region: message.region.clone(),
        id: message.id.clone(),
        revision: message.revision,
    }];
    let now = jiff::Timestamp::now();
    let audit = Audit {
        region: message.region.clone(),
        application: None,
        at: now,
        actor: "operator".into(),
        role: String::new(),
        act: "message-again".into(),
        detail: serde_json::json!({"id": message.id, "kind": message.kind}),
    };
    let message = Message {
        revision: message.revision + 1,
        attempts: 0,
        created_at: now,
        not_before: None,
        phase: Phase::Waiting,
        forget_at: None,
        ..message
    };
    Change {
        expect,
        put: vec![Put::Message(message), Put::Audit(audit)],
    }
}

fn open(data: &DataOptions) -> Result<Store, String> {
    let file = data.data.join("dengji.redb");
    if !file.is_file() {
        return Err(format!("{} holds no data", data.data.display()));
    }
    Store::open(&file, &StoreOptions::default()).map_err(|error| error.to_string())
}

fn regions(data: &DataOptions) -> Result<Vec<String>, String> {
    let loaded = load(&data.folders.folders(), None).map_err(|error| error.to_string())?;
    Ok(loaded.regions.keys().map(ToString::to_string).collect())
}

async fn messages(store: &Store, region: &str) -> Result<Vec<Message>, String> {
    let mut page = Page::first(1000);
    let mut all = Vec::new();
    loop {
        let listed = store.messages(region, &page).await.map_err(|error| error.to_string())?;
        all.extend(listed.items);
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(all),
        }
    }
}

fn line(message: &Message) -> String {
    let to = match &message.to {
        Recipient::Account(id) => format!("account {id}"),
        Recipient::Address { address, .. } => address.clone(),
    };
    let state = match &message.phase {
        Phase::Waiting => "waits".to_owned(),
        Phase::Sending { .. } => "is being sent".to_owned(),
        Phase::Kept { .. } => "kept by the demonstration".to_owned(),
        Phase::Parked { reason, .. } => format!("not sent: {reason}"),
    };
    let Message {
        region,
        id,
        channel,
        kind,
        attempts,
        ..
    } = message;
    format!(
        "{region}  {id}  {}  {kind}  {to}  tries {attempts}  {state}",
        channel.name()
    )
}
