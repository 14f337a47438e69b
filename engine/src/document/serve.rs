//! The rendering process: takes jobs from standard input, answers on standard output.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use super::compile::compile;
use super::frame::{self, Answer, Ask, Failure};
use super::leaves::Leaves;
use super::limits;
use super::world::{Fonts, Sandbox};

/// Deeply nested templates need more stack than a main thread has in an unoptimised build.
const STACK: usize = 64 << 20;

/// The rendering process's whole life: one set-up, then jobs until standard input ends.
pub fn serve_jobs() -> ExitCode {
    let server = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(|| serve(&mut io::stdin(), &mut io::stdout()));
    match server.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn serve(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let (
        Ask::Setup {
            fonts_dir,
            memory,
            cpu_seconds,
        },
        _,
    ) = frame::read(from)?
    else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the first frame is no set-up",
        ));
    };
    let fonts = match Fonts::load(&fonts_dir) {
        Ok(fonts) => fonts,
        Err(error) => {
            let failure = Failure::Fonts(format!("{}: {error}", fonts_dir.display()));
            return frame::write(to, &Answer::Failed(failure), &[]);
        }
    };
    limits::limit_memory(memory)?;
    frame::write(to, &Answer::Ready, &[])?;
    loop {
        let (ask, body) = match frame::read(from) {
            Ok((Ask::Render(ask), body)) => (ask, body),
            Ok((Ask::Count { cpu_seconds }, body)) => {
                limits::limit_time(cpu_seconds)?;
                frame::write(to, &Answer::Counted(Leaves::of(body)), &[])?;
                continue;
            }
            Ok((Ask::Setup { .. }, _)) => return Err(io::Error::new(io::ErrorKind::InvalidData, "a second set-up")),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        };
        limits::limit_time(cpu_seconds)?;
        let (answer, document) = match Sandbox::new(&fonts, &ask, &body).and_then(|world| compile(&world, &ask)) {
            Ok(made) => (
                Answer::Rendered {
                    pages: made.pages,
                    warnings: made.warnings,
                },
                made.bytes,
            ),
            Err(failure) => (Answer::Failed(failure), Vec::new()),
        };
        // Nothing of one applicant's document is kept for the next.
        typst::comemo::evict(0);
        frame::write(to, &answer, &document)?;
    }
}
