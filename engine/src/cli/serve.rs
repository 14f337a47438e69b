//! `dengji serve`: the server, and with `--demo` the demonstration.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use indexmap::IndexMap;
use tokio::net::TcpListener;

use super::keys::{KeyOptions, database};
use super::{FolderOptions, Lang, language};
use crate::definition::load::{Loaded, load, samples};
use crate::definition::problem::{Format, print};
use crate::document::{Renderer, RendererOptions};
use crate::http::{App, DemoAccount, ServeLimits, Settings, router, serve};
use crate::plugin::{Grant, Limits, Plugins};
use crate::registry::outbox::{Mailer, Outbox, Phone};
use crate::registry::{Clock, OfficeError, Parts, Registry, demo};
use crate::store::{Files, Store, StoreOptions};

/// The file that marks a data folder as the demonstration's own.
const DEMO_MARK: &str = "demonstration";

/// What `serve` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    folders: FolderOptions,
    /// 主题所在的文件夹。The folder of themes.
    #[arg(long, default_value = "themes", env = "DENGJI_THEMES")]
    themes: PathBuf,
    /// 数据所在的文件夹（演示时默认为临时文件夹）。The folder of data; a temporary one for the demonstration.
    #[arg(long, env = "DENGJI_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyOptions,
    /// 监听的地址。The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", env = "DENGJI_LISTEN")]
    listen: SocketAddr,
    /// 外部访问的网址，用于证书二维码。How the server is reached from outside; goes into QR codes.
    #[arg(long, env = "DENGJI_PUBLIC_URL")]
    public_url: Option<String>,
    /// 演示：示例单位、账号和申请。The demonstration: sample units, accounts and applications.
    #[arg(long)]
    demo: bool,
    /// 服务器只能经由反向代理访问：客户端地址取代理在 X-Forwarded-For 末尾写入的地址。没有代理时不要打开，否则任何人都能
    /// 伪造地址。The server is reached through a reverse proxy alone: a client's address, by which attempts are counted, is
    /// the last one in X-Forwarded-For, which the proxy must add. Without a proxy anybody could forge it.
    #[arg(long, env = "DENGJI_BEHIND_PROXY")]
    behind_proxy: bool,
    #[command(flatten)]
    settings: super::settings::SettingsOptions,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Runs the server until SIGTERM or SIGINT.
pub(super) fn run(options: &Options) -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "info,wasmtime=warn,cranelift=warn".into()),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(start(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, text }) => {
            eprintln!("{text}");
            ExitCode::from(code)
        }
    }
}

/// Why the server does not run: 1 for definitions that are wrong, 2 for everything else.
struct Failure {
    code: u8,
    text: String,
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            code: 2,
            text: error.to_string(),
        }
    }
}

fn failure(text: String) -> Failure {
    Failure { code: 2, text }
}

async fn start(options: &Options) -> Result<(), Failure> {
    if options.demo && !options.listen.ip().is_loopback() {
        return Err(failure(format!(
            "the demonstration has known passwords and listens on loopback only, not on {}",
            options.listen
        )));
    }
    let posting = posting(options)?;
    let loaded = definitions(options)?;
    // Whatever a temporary folder holds goes with it.
    let temporary = match &options.data {
        None if options.demo => Some(tempfile::Builder::new().prefix("dengji-demo-").tempdir()?),
        _ => None,
    };
    let data = temporary
        .as_ref()
        .map(|folder| folder.path().to_path_buf())
        .or(options.data.clone());
    let data = data.unwrap_or_else(|| PathBuf::from("data"));
    claim(&data, options.demo)?;
    let listener = TcpListener::bind(options.listen).await.map_err(|error| {
        failure(format!(
            "cannot listen on {}: {error}; choose another with --listen",
            options.listen
        ))
    })?;
    let address = listener.local_addr()?;
    let public_url = options
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let registry = open(options, &loaded, &data, public_url.trim_end_matches('/')).await?;
    let demo = if options.demo {
        seed(options, &registry).await?
    } else {
        IndexMap::new()
    };
    announce(options, &loaded, &address, &demo);
    let purging = tokio::spawn(purge(registry.clone()));
    let outbox = Outbox::open(registry.clone(), &options.themes, posting.mailer, posting.phone)?;
    let settings = Settings {
        secure: public_url.starts_with("https://"),
        demo,
        behind_proxy: options.behind_proxy || posting.behind_proxy,
    };
    let app = App::new(registry, &options.themes, settings)?;
    let sending = outbox.spawn();
    serve(listener, router(app), ServeLimits::default(), ended()).await;
    sending.stop().await;
    purging.abort();
    tracing::info!("stopped");
    Ok(())
}

/// How letters and short messages leave. A demonstration sends nothing, whatever is set up.
fn posting(options: &Options) -> Result<super::settings::Settings, Failure> {
    if options.demo {
        return Ok(super::settings::Settings {
            mailer: Mailer::Kept,
            phone: Phone::Kept,
            behind_proxy: false,
        });
    }
    Ok(super::settings::Settings::read(&options.settings)?)
}

fn definitions(options: &Options) -> Result<Loaded, Failure> {
    let folders = options.folders.folders();
    let loaded = load(&folders, None)?;
    let text = print(
        &loaded.problems,
        &folders.forms,
        language(options.lang),
        Format::Text { colour: false },
    );
    if loaded.has_errors() {
        return Err(Failure { code: 1, text });
    }
    if loaded.regions.is_empty() {
        return Err(Failure {
            code: 1,
            text: format!("{} holds no region to serve", folders.forms.display()),
        });
    }
    eprint!("{text}");
    Ok(loaded)
}

/// A demonstration never touches other data, and other servers never touch a demonstration's.
fn claim(data: &Path, demo: bool) -> Result<(), Failure> {
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    // Uploads lie in it, and they are nobody else's on this machine.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder
        .create(data)
        .map_err(|error| failure(format!("cannot make the data folder {}: {error}", data.display())))?;
    let marked = data.join(DEMO_MARK).exists();
    let empty = std::fs::read_dir(data)?.next().is_none();
    match (demo, marked) {
        (true, false) if !empty => Err(failure(format!(
            "{} holds other data; give the demonstration a folder of its own",
            data.display()
        ))),
        (true, false) => Ok(std::fs::write(data.join(DEMO_MARK), "")?),
        (false, true) => Err(failure(format!(
            "{} belongs to the demonstration; its accounts have known passwords",
            data.display()
        ))),
        _ => Ok(()),
    }
}

async fn open(options: &Options, loaded: &Loaded, data: &Path, public_url: &str) -> Result<Registry, Failure> {
    let program = std::env::current_exe()?;
    let fonts = options.themes.join("default/fonts");
    // Before the database, so that no data folder is ever begun without its keys.
    let sealer = options.keys.sealer(data).map_err(failure)?;
    let parts = Parts {
        store: Store::open(&database(data), &StoreOptions::default())?,
        files: Files::open(&data.join("files"))?,
        sealer,
        renderer: Renderer::start(RendererOptions::new(program, fonts)).await?,
        plugins: Plugins::new(Limits::default(), Grant::default())?,
        clock: Clock::system(),
        public_url: public_url.to_owned(),
    };
    Registry::open(loaded, parts).await.map_err(|error| match error {
        OfficeError::Occupied(problems) => Failure {
            code: 1,
            text: print(
                &problems,
                &options.folders.folders().forms,
                language(options.lang),
                Format::Text { colour: false },
            ),
        },
        other => other.into(),
    })
}

async fn seed(options: &Options, registry: &Registry) -> Result<IndexMap<String, Vec<DemoAccount>>, Failure> {
    let mut accounts = IndexMap::new();
    let offices: Vec<_> = registry.offices().cloned().collect();
    for office in offices {
        let region = office.region();
        let (samples, _) = samples(&options.folders.folders(), region);
        let seeded = demo::seed(registry, &region.id, &samples).await?;
        let account = |account: demo::DemoAccount| DemoAccount {
            name: account.name,
            password: demo::PASSWORD.to_owned(),
            role: account.label,
            unit: account.unit,
        };
        accounts.insert(region.id.to_string(), seeded.into_iter().map(account).collect());
    }
    Ok(accounts)
}

fn announce(options: &Options, loaded: &Loaded, address: &SocketAddr, demo: &IndexMap<String, Vec<DemoAccount>>) {
    for (id, region) in &loaded.regions {
        println!("{}  http://{address}/{id}/", region.title);
        for account in demo.get(&**id).into_iter().flatten() {
            let unit = account.unit.as_deref().unwrap_or("—");
            println!(
                "    {:<28} {}    {}  {unit}",
                account.name, account.password, account.role
            );
        }
    }
    if options.demo {
        println!("发件箱 Outbox  http://{address}/demo/outbox");
        println!("演示数据；按 Ctrl+C 结束。Demonstration data; Ctrl+C ends it.");
    }
}

/// Every hour, what has ended is forgotten.
async fn purge(registry: Registry) {
    let mut hours = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        hours.tick().await;
        if let Err(error) = registry.purge().await {
            tracing::warn!(%error, "ended sessions could not be purged");
        }
    }
}

async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
