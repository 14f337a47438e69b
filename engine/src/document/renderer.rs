//! The rendering processes: a few, kept warm, with a queue before them that has an end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use qrcode::QrCode;
use qrcode::render::svg;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::frame::{Answer, Ask, Failure, RenderAsk};
use super::glyph;
use super::job::{Job, RenderError, Rendered};
use super::leaves::Leaves;
use super::worker::Worker;

/// After so many jobs a process gives way to a fresh one, as Typst never forgets the names it has read.
const JOBS_A_WORKER: usize = 1000;

/// How much processor time it may take to find out how many pages a PDF has.
const COUNTING: Duration = Duration::from_secs(2);

/// How documents are rendered.
#[derive(Debug, Clone)]
pub struct RendererOptions {
    /// The program of a rendering process: this one.
    pub program: PathBuf,
    /// What it is called with: `render-worker`.
    pub args: Vec<String>,
    /// The folder of the theme's fonts.
    pub fonts_dir: PathBuf,
    /// Bytes of memory that a process may have.
    pub memory: u64,
    /// How much processor time a job may take; the system itself ends it then.
    pub work: Duration,
    /// How long a job may take by the clock, on however busy a machine.
    pub time: Duration,
    /// How many processes there are at most.
    pub workers: usize,
    /// How many jobs may wait for one.
    pub queue: usize,
}

impl RendererOptions {
    /// 1 GiB, 10 s of work and 60 s by the clock a job, two processes, 64 jobs waiting.
    pub fn new(program: impl Into<PathBuf>, fonts_dir: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: vec!["render-worker".into()],
            fonts_dir: fonts_dir.into(),
            memory: 1 << 30,
            work: Duration::from_secs(10),
            time: Duration::from_secs(60),
            workers: 2,
            queue: 64,
        }
    }
}

/// Renders documents in processes of their own. Cheap to clone; clones share the processes.
#[derive(Debug, Clone)]
pub struct Renderer(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    options: RendererOptions,
    idle: Mutex<Vec<Worker>>,
    places: Semaphore,
    running: Semaphore,
    /// Of the processes, so many may be busy with what was handed in.
    counting: Semaphore,
}

impl Renderer {
    /// Starts the first process, and so finds out whether program and fonts are there.
    pub async fn start(options: RendererOptions) -> Result<Self, RenderError> {
        let workers = options.workers.max(1);
        let first = Worker::start(&options).await?;
        Ok(Self(Arc::new(Pool {
            places: Semaphore::new(workers + options.queue),
            running: Semaphore::new(workers),
            counting: Semaphore::new((workers / 2).max(1)),
            idle: Mutex::new(vec![first]),
            options,
        })))
    }

    /// Renders one document. Whatever a template does, it harms this job alone: its process is ended
    /// and the next job gets a fresh one.
    pub async fn render(&self, job: Job) -> Result<Rendered, RenderError> {
        let (ask, body) = frame_of(&job)?;
        match self.ask(&ask, &body).await? {
            (Answer::Rendered { pages, warnings }, bytes) => Ok(Rendered { bytes, pages, warnings }),
            (Answer::Failed(failure), _) => Err(told(failure, &job)),
            _ => Err(RenderError::Crashed("it answered something else".into())),
        }
    }

    /// What a PDF is that somebody handed in. One that the parser does not survive is broken; it harms nothing else, and
    /// documents always have a process that is not busy with such, where there are two.
    pub async fn leaves(&self, pdf: &[u8]) -> Result<Leaves, RenderError> {
        let _turn = self.0.counting.acquire().await.map_err(|_| RenderError::Busy)?;
        let ask = Ask::Count {
            cpu_seconds: COUNTING.as_secs(),
        };
        match self.ask(&ask, pdf).await {
            Ok((Answer::Counted(leaves), _)) => Ok(leaves),
            Ok(_) => Err(RenderError::Crashed("it answered something else".into())),
            Err(RenderError::Crashed(_)) => Ok(Leaves::Broken),
            Err(RenderError::Memory | RenderError::Timeout) => Ok(Leaves::Unread),
            Err(other) => Err(other),
        }
    }

    /// One question to a process of the pool.
    async fn ask(&self, ask: &Ask, body: &[u8]) -> Result<(Answer, Vec<u8>), RenderError> {
        let pool = &*self.0;
        let _place = pool.places.try_acquire().map_err(|_| RenderError::Busy)?;
        let _turn = pool.running.acquire().await.map_err(|_| RenderError::Busy)?;
        let mut worker = pool.worker().await?;
        let answer = match timeout(pool.options.time, worker.exchange(ask, body)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(worker.end(&error).await),
            Err(_) => {
                worker.kill().await;
                return Err(RenderError::Timeout);
            }
        };
        worker.served += 1;
        if worker.served < JOBS_A_WORKER {
            pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
        Ok(answer)
    }
}

impl Pool {
    /// A warm process where one is idle, a new one otherwise.
    async fn worker(&self) -> Result<Worker, RenderError> {
        while let Some(mut worker) = self.take_idle() {
            if worker.is_alive() {
                return Ok(worker);
            }
        }
        Worker::start(&self.options).await
    }

    fn take_idle(&self) -> Option<Worker> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

fn told(failure: Failure, job: &Job) -> RenderError {
    match failure {
        Failure::Template(diagnostics) => RenderError::Template { diagnostics },
        Failure::MissingGlyph(character) => RenderError::MissingGlyph {
            character,
            field: glyph::field_with(character, &job.data),
        },
        Failure::NoSuchPage(pages) => RenderError::NoSuchPage { pages },
        Failure::Fonts(why) => RenderError::Start(why),
        Failure::Path(why) => RenderError::Job(why),
    }
}

/// The job as it is sent: its own files, the data and the QR code beside the main file and at the root.
fn frame_of(job: &Job) -> Result<(Ask, Vec<u8>), RenderError> {
    let data = serde_json::to_vec(&job.data).map_err(|error| RenderError::Job(error.to_string()))?;
    let ident = ident(&job.main, &data);
    let qr = job
        .data
        .pointer("/application/verify_url")
        .and_then(serde_json::Value::as_str)
        .map(qr_code)
        .transpose()?;
    let beside = job.main.rfind('/').map_or("", |slash| &job.main[..=slash]);
    let mut files: BTreeMap<String, &[u8]> = job
        .files
        .iter()
        .map(|(path, content)| (path.clone(), &**content))
        .collect();
    for folder in ["", beside] {
        files.insert(format!("{folder}data.json"), &data);
        if let Some(qr) = &qr {
            files.insert(format!("{folder}qr.svg"), qr.as_bytes());
        }
    }
    let body = files.values().copied().collect::<Vec<_>>().concat();
    let files = files
        .iter()
        .map(|(path, content)| (path.clone(), content.len()))
        .collect();
    let ask = RenderAsk {
        main: job.main.clone(),
        date: job.date,
        ident,
        output: job.output,
        files,
    };
    Ok((Ask::Render(ask), body))
}

fn ident(main: &str, data: &[u8]) -> String {
    let digest = Sha256::new()
        .chain_update(main)
        .chain_update([0])
        .chain_update(data)
        .finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn qr_code(address: &str) -> Result<String, RenderError> {
    let code = QrCode::new(address).map_err(|error| RenderError::Job(format!("verify_url: {error}")))?;
    Ok(code
        .render::<svg::Color<'_>>()
        .quiet_zone(false)
        .module_dimensions(1, 1)
        .build())
}
