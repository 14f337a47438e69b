//! One rendering process, seen from the server: started warm, asked, and ended when it fails.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::frame::{self, Answer, Ask, Failure};
use super::job::RenderError;
use super::renderer::RendererOptions;

/// How long a process may take to load its fonts.
const START_TIME: Duration = Duration::from_secs(30);

/// How long a process that has closed its output may take to end.
const END_TIME: Duration = Duration::from_secs(5);

/// What Rust's allocator says on standard error before it ends the process.
const OUT_OF_MEMORY: &[u8] = b"memory allocation of ";

/// A process that is ready for a job. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    errors: ChildStderr,
    /// How many jobs it has done.
    pub(super) served: usize,
}

impl Worker {
    /// Starts a process and waits until its fonts are loaded. It inherits no environment.
    pub(super) async fn start(options: &RendererOptions) -> Result<Self, RenderError> {
        let mut child = Command::new(&options.program)
            .args(&options.args)
            .env_clear()
            // One thread and one heap: the limit of memory then means what it says.
            .envs([("RAYON_NUM_THREADS", "1"), ("MALLOC_ARENA_MAX", "1")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| RenderError::Start(format!("{}: {error}", options.program.display())))?;
        let (Some(to), Some(from), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(RenderError::Start("the process has no pipes".into()));
        };
        let mut worker = Self {
            child,
            to,
            from,
            errors,
            served: 0,
        };
        let setup = Ask::Setup {
            fonts_dir: options.fonts_dir.clone(),
            memory: options.memory,
            cpu_seconds: options.work.as_secs().max(1),
        };
        match timeout(START_TIME, worker.exchange(&setup, &[])).await {
            Ok(Ok((Answer::Ready, _))) => Ok(worker),
            Ok(Ok((Answer::Failed(Failure::Fonts(why)), _))) => Err(RenderError::Start(why)),
            Ok(Ok(_)) => Err(RenderError::Start("it answered something else".into())),
            Ok(Err(error)) => Err(RenderError::Start(worker.end(&error).await.to_string())),
            Err(_) => Err(RenderError::Start("it took too long".into())),
        }
    }

    /// Whether the process still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// One question and its answer. After an error the process is of no more use.
    pub(super) async fn exchange(&mut self, ask: &Ask, body: &[u8]) -> io::Result<(Answer, Vec<u8>)> {
        let frame = frame::encode(ask, body)?;
        self.to.write_all(&frame).await?;
        self.to.flush().await?;
        frame::read_async(&mut self.from).await
    }

    /// Ends the process after its exchange broke, and says why it broke.
    pub(super) async fn end(mut self, broken: &io::Error) -> RenderError {
        let status = match timeout(END_TIME, self.child.wait()).await {
            Ok(Ok(status)) => status,
            _ => {
                self.kill().await;
                return RenderError::Crashed(broken.to_string());
            }
        };
        let mut said = Vec::new();
        // What cannot be read of its last words says nothing.
        let _ = timeout(END_TIME, self.errors.take(64 << 10).read_to_end(&mut said)).await;
        if said.windows(OUT_OF_MEMORY.len()).any(|part| part == OUT_OF_MEMORY) {
            return RenderError::Memory;
        }
        by_status(status)
    }

    /// Ends the process now.
    pub(super) async fn kill(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a rendering process could not be ended");
        }
    }
}

#[cfg(unix)]
fn by_status(status: ExitStatus) -> RenderError {
    use std::os::unix::process::ExitStatusExt;

    let signal = |signal: rustix::process::Signal| Some(signal.as_raw());
    match status.signal() {
        // The system's own memory limit ends a process with SIGKILL; the server did not, here.
        killed if killed == signal(rustix::process::Signal::KILL) => RenderError::Memory,
        slow if slow == signal(rustix::process::Signal::XCPU) => RenderError::Timeout,
        _ => RenderError::Crashed(status.to_string()),
    }
}

#[cfg(not(unix))]
fn by_status(status: ExitStatus) -> RenderError {
    RenderError::Crashed(status.to_string())
}
