//! `dengji serve`: the server, with `--demo` the demonstration, with `--watch` for whoever writes
//! definitions.

mod reload;
mod sending;
mod watch;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use axum::Router;
use clap::Args;
use indexmap::IndexMap;
use tokio::net::TcpListener;
use tokio::sync::watch::{Receiver, Sender};
use tokio::task::JoinHandle;

use self::reload::{Reloader, Sources};
use self::sending::Posting;
use self::watch::Watching;

use super::keys::{KeyOptions, database};
use super::settings::SettingsOptions;
use super::{FolderOptions, Lang, language};
use crate::definition::Region;
use crate::definition::load::{Folders, Kept, Loaded, load, samples};
use crate::definition::problem::{Format, print};
use crate::document::{Renderer, RendererOptions};
use crate::http::{App, DemoAccount, Live, ServeLimits, Settings, router, serve};
use crate::plugin::{Grant, Limits, Plugins};
use crate::registry::outbox::{Mailer, Phone};
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
    #[command(flatten)]
    settings: SettingsOptions,
    /// 边改边看：保存的文件立即生效，有错时页面上显示问题。What is saved is live at once; the pages show mistakes.
    #[arg(long)]
    watch: bool,
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
    if matches!(posting(options.demo, &options.settings)?.mailer, Mailer::Off) {
        tracing::warn!("no mail server is set up: letters wait in the database, see [mail] in dengji.toml");
    }
    // Mistakes are told before anything is touched; a watching server shows them on its pages.
    let loaded = match options.watch {
        true => Loaded::default(),
        false => definitions(options)?,
    };
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
    let settings = Settings {
        secure: public_url.starts_with("https://"),
        ..Settings::default()
    };
    let parts = parts(options, &data, public_url.trim_end_matches('/')).await?;
    let Opened {
        router,
        registry,
        watching,
    } = match options.watch {
        true => watched(options, parts, settings, &address).await?,
        false => fixed(options, &loaded, parts, settings, &address).await?,
    };
    let purging = tokio::spawn(purge(registry.clone()));
    let (demo, settings) = (options.demo, options.settings.clone());
    let sending = Posting::start(registry, options.themes.clone(), move || posting(demo, &settings))?;
    // Browsers that wait for the next version are let go first, then requests under way end.
    let end = async move {
        ended().await;
        watching.iter().for_each(JoinHandle::abort);
    };
    serve(listener, router, ServeLimits::default(), end).await;
    sending.stop().await;
    purging.abort();
    tracing::info!("stopped");
    Ok(())
}

/// How letters and short messages leave. A demonstration sends nothing, whatever is set up.
fn posting(demo: bool, settings: &SettingsOptions) -> Result<super::settings::Settings, Failure> {
    if demo {
        return Ok(super::settings::Settings {
            mailer: Mailer::Kept,
            phone: Phone::Kept,
        });
    }
    Ok(super::settings::Settings::read(settings)?)
}

/// A server that is ready to answer.
struct Opened {
    router: Router,
    /// The offices as they are now, and later.
    registry: Receiver<Registry>,
    /// What makes further versions live.
    watching: Option<JoinHandle<()>>,
}

/// A server that reads its files once.
async fn fixed(
    options: &Options,
    loaded: &Loaded,
    parts: Parts,
    mut settings: Settings,
    address: &SocketAddr,
) -> Result<Opened, Failure> {
    let registry = Registry::open(loaded, parts).await.map_err(|error| match error {
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
    })?;
    if options.demo {
        let folders = options.folders.folders();
        for region in loaded.regions.values() {
            let accounts = seed_region(&folders, &registry, region).await?;
            settings.demo.insert(region.id.to_string(), accounts);
        }
    }
    announce(options, loaded.regions.values(), address, &settings.demo);
    let app = App::new(registry.clone(), &options.themes, settings)?;
    Ok(Opened {
        router: router(app),
        registry: Sender::new(registry).subscribe(),
        watching: None,
    })
}

/// A server that reads its files again whenever they change.
async fn watched(options: &Options, parts: Parts, settings: Settings, address: &SocketAddr) -> Result<Opened, Failure> {
    let folders = options.folders.folders();
    if !folders.forms.is_dir() {
        let path = folders.forms.display();
        return Err(failure(format!("there is no folder of definitions {path}")));
    }
    if !options.listen.ip().is_loopback() {
        tracing::warn!(listen = %options.listen, "whoever reaches this address can read the definition files");
    }
    // Watched from before the first reading, so that nothing is missed between.
    let watching = Watching::start(&folders.forms, &options.themes, &folders.plugins)?;
    let plugins = parts.plugins.clone();
    let sources = Sources {
        folders: std::sync::Arc::new(folders),
        themes: options.themes.clone(),
        registry: Registry::open(&Loaded::default(), parts).await?,
        plugins,
        kept: Kept::default(),
        language: language(options.lang),
    };
    let reloader = Reloader::start(sources, settings, options.demo).await?;
    announce(options, reloader.regions(), address, reloader.accounts());
    let live = Live::new(reloader.app());
    Ok(Opened {
        router: live.router(),
        registry: reloader.registry(),
        watching: Some(tokio::spawn(reloader.follow(watching, live))),
    })
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

async fn parts(options: &Options, data: &Path, public_url: &str) -> Result<Parts, Failure> {
    let program = std::env::current_exe()?;
    let fonts = options.themes.join("default/fonts");
    // Before the database, so that no data folder is ever begun without its keys.
    let sealer = options.keys.sealer(data).map_err(failure)?;
    Ok(Parts {
        store: Store::open(&database(data), &StoreOptions::default())?,
        files: Files::open(&data.join("files"))?,
        sealer,
        renderer: Renderer::start(RendererOptions::new(program, fonts)).await?,
        plugins: Plugins::new(Limits::default(), Grant::default())?,
        clock: Clock::system(),
        public_url: public_url.to_owned(),
    })
}

/// Enters the demonstration of a region, from its samples.
async fn seed_region(folders: &Folders, registry: &Registry, region: &Region) -> Result<Vec<DemoAccount>, Failure> {
    let (samples, _) = samples(folders, region);
    let seeded = demo::seed(registry, &region.id, &samples).await?;
    let account = |account: demo::DemoAccount| DemoAccount {
        name: account.name,
        password: demo::PASSWORD.to_owned(),
        role: account.label,
        unit: account.unit,
    };
    Ok(seeded.into_iter().map(account).collect())
}

fn announce<'r>(
    options: &Options,
    regions: impl Iterator<Item = &'r std::sync::Arc<Region>>,
    address: &SocketAddr,
    demo: &IndexMap<String, Vec<DemoAccount>>,
) {
    for region in regions {
        println!("{}  http://{address}/{}/", region.title, region.id);
        for account in demo.get(&*region.id).into_iter().flatten() {
            let unit = account.unit.as_deref().unwrap_or("—");
            println!(
                "    {:<28} {}    {}  {unit}",
                account.name, account.password, account.role
            );
        }
    }
    if options.watch {
        println!("保存的文件立即生效；预览：http://{address}/preview/  What is saved is live at once.");
    }
    if options.demo {
        println!("发件箱 Outbox  http://{address}/demo/outbox");
        println!("演示数据；按 Ctrl+C 结束。Demonstration data; Ctrl+C ends it.");
    }
}

/// Every hour, what has ended is forgotten.
async fn purge(registry: Receiver<Registry>) {
    let mut hours = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        hours.tick().await;
        let registry = registry.borrow().clone();
        if let Err(error) = registry.purge().await {
            tracing::warn!(%error, "ended sessions could not be purged");
        }
        match registry.limits_passed().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "limits have passed, and what the workflow says was done"),
            Err(error) => tracing::warn!(%error, "passed limits could not be looked at"),
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
