//! Building the guests of a plugins folder with whichever WebAssembly target the machine has.
//!
//! Two ways are known: rustup's target `wasm32-unknown-unknown`, and Debian's packages `rustc-web` and
//! `rust-web-src`, which bring the standard library as source. Nothing is installed or downloaded for it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::digest;
use super::lock::{self, Entry, Lock, LockError};

const TARGET: &str = "wasm32-unknown-unknown";

/// Why the guests could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Neither way is there.
    #[error(
        "there is no compiler for {TARGET} here. Install one of:\n  rustup target add {TARGET}\n  apt-get install -y --no-install-recommends rustc-web rust-web-src"
    )]
    NoTarget,
    /// The linker that makes components is not there.
    #[error("wasm-component-ld is not at {}; it comes with rustup's toolchain (rustup toolchain install stable)", .0.display())]
    NoLinker(PathBuf),
    /// A program could not be run.
    #[error("{program}: {why}")]
    Program {
        /// The program.
        program: String,
        /// What went wrong.
        why: String,
    },
    /// Cargo has said why.
    #[error("the guests do not compile")]
    Compile,
    /// The compiler gave something else.
    #[error("{} is not a WebAssembly component", .0.display())]
    NotAComponent(PathBuf),
    /// A file could not be read or written.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// How guests are compiled on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// The compiler.
    rustc: OsString,
    /// `wasm-component-ld`.
    linker: PathBuf,
    /// The standard library's source, where it must be compiled first.
    library: Option<PathBuf>,
}

/// Builds every guest, then writes `dist/*.wasm` and `plugins.lock`. Either all is replaced or nothing.
pub fn build(plugins: &Path) -> Result<Lock, BuildError> {
    let toolchain = Toolchain::find()?;
    let target = plugins.join("target");
    let done = toolchain
        .cargo(plugins, &target)?
        .status()
        .map_err(|error| failed("cargo", error))?;
    if !done.success() {
        return Err(BuildError::Compile);
    }
    let compiler = output(Command::new(&toolchain.rustc).arg("-V"))?;
    let mut lock = Lock::default();
    let mut components = Vec::new();
    for guest in lock::guests(plugins)? {
        let built = target
            .join(TARGET)
            .join("release")
            .join(format!("{}.wasm", guest.replace('-', "_")));
        let bytes = std::fs::read(&built).map_err(|error| file(&built, error))?;
        if !bytes.starts_with(b"\0asm\x0d\0\x01\0") {
            return Err(BuildError::NotAComponent(built));
        }
        let (sha256, sources) = (digest::sha256(&bytes), lock::sources(plugins, &guest)?);
        lock.plugins.insert(
            guest.clone(),
            Entry {
                sha256,
                sources,
                compiler: compiler.clone(),
            },
        );
        components.push((lock::component(plugins, &guest), bytes));
    }
    let dist = plugins.join("dist");
    std::fs::create_dir_all(&dist).map_err(|error| file(&dist, error))?;
    components.push((plugins.join("plugins.lock"), lock.text().into_bytes()));
    for (path, bytes) in components {
        std::fs::write(&path, bytes).map_err(|error| file(&path, error))?;
    }
    Ok(lock)
}

impl Toolchain {
    /// What this machine has; rustup's target is preferred.
    pub fn find() -> Result<Self, BuildError> {
        let sysroot = PathBuf::from(output(Command::new("rustc").args(["--print", "sysroot"]))?);
        let host = output(Command::new("rustc").args(["--print", "host-tuple"]))?;
        let rustlib = sysroot.join("lib").join("rustlib");
        let linker = rustlib.join(host).join("bin").join("wasm-component-ld");
        let toolchain = if rustlib.join(TARGET).join("lib").is_dir() {
            Self {
                rustc: "rustc".into(),
                linker,
                library: None,
            }
        } else {
            let rustc = packaged("rustc-web", "/bin/rustc").ok_or(BuildError::NoTarget)?;
            let library = packaged("rust-web-src", "/library").ok_or(BuildError::NoTarget)?;
            Self {
                rustc: rustc.into(),
                linker,
                library: Some(library),
            }
        };
        if !toolchain.linker.is_file() {
            return Err(BuildError::NoLinker(toolchain.linker));
        }
        Ok(toolchain)
    }

    fn cargo(&self, plugins: &Path, target: &Path) -> Result<Command, BuildError> {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(plugins)
            .args(["build", "--release", "--locked", "--target", TARGET, "--target-dir"]);
        cargo.arg(std::path::absolute(target).map_err(|error| file(target, error))?);
        cargo
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &self.linker)
            .env("RUSTC", &self.rustc);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.flags(plugins)?);
        if let Some(library) = &self.library {
            // The packaged compiler is a stable one, and cargo takes the library's source only from its own
            // toolchain unless told otherwise.
            cargo.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1");
            cargo.env("__CARGO_TESTS_ONLY_SRC_ROOT", library);
            cargo.env("PATH", self.path()?);
        }
        Ok(cargo)
    }

    /// The linker calls `wasm-ld` or `rust-lld`, which stand beside it.
    fn path(&self) -> Result<OsString, BuildError> {
        let beside = self.linker.parent().map(Path::to_owned).into_iter();
        let before = std::env::var_os("PATH").unwrap_or_default();
        let all = beside.chain(std::env::split_paths(&before));
        std::env::join_paths(all).map_err(|error| failed("PATH", error))
    }

    /// Panics name their place: relative to the workspace or the crate, not to this machine.
    fn flags(&self, plugins: &Path) -> Result<String, BuildError> {
        let workspace = plugins.canonicalize().map_err(|error| file(plugins, error))?;
        let crates = registries().into_iter().map(|registry| (registry, "crates"));
        let library = self.library.iter().map(|library| (library.clone(), "library"));
        let renamed = std::iter::once((workspace, "plugins")).chain(crates).chain(library);
        let flags = renamed.map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
        Ok(flags.collect::<Vec<_>>().join("\x1f"))
    }
}

/// The folders in which cargo keeps the sources of crates.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let folders = home.and_then(|home| std::fs::read_dir(home.join("registry").join("src")).ok());
    folders
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

/// The file of an installed Debian package whose path ends with `suffix`.
fn packaged(package: &str, suffix: &str) -> Option<PathBuf> {
    let files = output(Command::new("dpkg").args(["-L", package])).ok()?;
    files.lines().find(|path| path.ends_with(suffix)).map(PathBuf::from)
}

fn output(command: &mut Command) -> Result<String, BuildError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| failed(&program, error))?;
    if !output.status.success() {
        return Err(failed(&program, String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

fn failed(program: &str, why: impl ToString) -> BuildError {
    BuildError::Program {
        program: program.into(),
        why: why.to_string(),
    }
}

fn file(path: &Path, why: impl ToString) -> BuildError {
    LockError {
        path: path.to_owned(),
        why: why.to_string(),
    }
    .into()
}
