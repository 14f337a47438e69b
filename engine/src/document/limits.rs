//! What a rendering process may use, laid on itself, so that the system ends it and not the server.

use std::io;

/// Address space beyond the data: the program itself and its stacks.
#[cfg(unix)]
const PROGRAM: u64 = 512 << 20;

/// Lets the process have `bytes` of memory from now on.
#[cfg(unix)]
pub(super) fn limit_memory(bytes: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let rlimit = |bytes| Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    setrlimit(Resource::Core, rlimit(0))?;
    setrlimit(Resource::Data, rlimit(bytes))?;
    setrlimit(Resource::As, rlimit(bytes.saturating_add(PROGRAM)))?;
    Ok(())
}

/// Lets the process have `seconds` of processor time from now on, server or no server.
#[cfg(unix)]
pub(super) fn limit_time(seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let maximum = getrlimit(Resource::Cpu).maximum;
    setrlimit(
        Resource::Cpu,
        Rlimit {
            current: Some(used.saturating_add(seconds)),
            maximum,
        },
    )?;
    Ok(())
}

/// Other systems have no such limit; the deadline alone holds there.
#[cfg(not(unix))]
pub(super) fn limit_memory(_bytes: u64) -> io::Result<()> {
    Ok(())
}

/// Other systems have no such limit; the deadline alone holds there.
#[cfg(not(unix))]
pub(super) fn limit_time(_seconds: u64) -> io::Result<()> {
    Ok(())
}
