//! What passes between the server and a rendering process: a header in JSON and a body of bytes,
//! each with its length before it (two little-endian `u32`).

use std::io::{self, Read, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::job::{Diagnostic, Output};
use super::leaves::Leaves;

/// Neither side takes more than this in one part, so that a broken peer cannot fill the memory.
const MAX_PART: usize = 128 << 20;

/// What the server asks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    /// The first frame: where the fonts are, and how much a job may use.
    Setup {
        /// Every font file in it is loaded.
        fonts_dir: PathBuf,
        /// Bytes of memory.
        memory: u64,
        /// Seconds of processor time a job, in case nobody is left to stop the process.
        cpu_seconds: u64,
    },
    /// A document.
    Render(RenderAsk),
    /// How many pages the PDF has that is the body.
    Count {
        /// Seconds of processor time for it.
        cpu_seconds: u64,
    },
}

/// A document that is asked for. The files' contents are the body, one behind the other.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RenderAsk {
    /// The main file's path.
    pub(super) main: String,
    /// The document's date.
    pub(super) date: Date,
    /// What the PDF's identifier is made from.
    pub(super) ident: String,
    /// What to make.
    pub(super) output: Output,
    /// Path and length of each file.
    pub(super) files: Vec<(String, usize)>,
}

/// What the process answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// To [`Ask::Setup`].
    Ready,
    /// The document is the body.
    Rendered {
        /// How many pages it has.
        pages: usize,
        /// What was odd.
        warnings: Vec<Diagnostic>,
    },
    /// To [`Ask::Count`].
    Counted(Leaves),
    /// There is no document.
    Failed(Failure),
}

/// Why there is no document.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Failure {
    /// The fonts cannot be loaded.
    Fonts(String),
    /// The main file's path is none.
    Path(String),
    /// The template is wrong.
    Template(Vec<Diagnostic>),
    /// No font has this character.
    MissingGlyph(char),
    /// There are only so many pages.
    NoSuchPage(usize),
}

/// A frame as bytes.
pub(super) fn encode(header: &impl Serialize, body: &[u8]) -> io::Result<Vec<u8>> {
    let header = serde_json::to_vec(header)?;
    let mut frame = Vec::with_capacity(8 + header.len() + body.len());
    frame.extend_from_slice(&length(header.len())?.to_le_bytes());
    frame.extend_from_slice(&length(body.len())?.to_le_bytes());
    frame.extend_from_slice(&header);
    frame.extend_from_slice(body);
    Ok(frame)
}

/// Writes a frame and flushes it.
pub(super) fn write(to: &mut impl Write, header: &impl Serialize, body: &[u8]) -> io::Result<()> {
    to.write_all(&encode(header, body)?)?;
    to.flush()
}

/// Reads a frame, waiting for it.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<(T, Vec<u8>)> {
    let mut lengths = [0; 8];
    from.read_exact(&mut lengths)?;
    let (mut header, mut body) = buffers(lengths)?;
    from.read_exact(&mut header)?;
    from.read_exact(&mut body)?;
    Ok((serde_json::from_slice(&header)?, body))
}

/// Reads a frame without holding a thread.
pub(super) async fn read_async<T: DeserializeOwned>(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(T, Vec<u8>)> {
    let mut lengths = [0; 8];
    from.read_exact(&mut lengths).await?;
    let (mut header, mut body) = buffers(lengths)?;
    from.read_exact(&mut header).await?;
    from.read_exact(&mut body).await?;
    Ok((serde_json::from_slice(&header)?, body))
}

fn buffers(lengths: [u8; 8]) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let [a, b, c, d, e, f, g, h] = lengths;
    let [header, body] = [[a, b, c, d], [e, f, g, h]].map(|part| u32::from_le_bytes(part) as usize);
    if header > MAX_PART || body > MAX_PART {
        return Err(too_long());
    }
    Ok((vec![0; header], vec![0; body]))
}

fn length(bytes: usize) -> io::Result<u32> {
    if bytes > MAX_PART {
        Err(too_long())
    } else {
        u32::try_from(bytes).map_err(|_| too_long())
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a frame is longer than 128 MiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let mut bytes = Vec::new();
        write(
            &mut bytes,
            &Answer::Rendered {
                pages: 2,
                warnings: Vec::new(),
            },
            b"body",
        )
        .unwrap();
        let (header, body): (Answer, _) = read(&mut bytes.as_slice()).unwrap();
        assert!(matches!(header, Answer::Rendered { pages: 2, .. }));
        assert_eq!(body, b"body");
    }

    #[test]
    fn a_broken_frame_is_an_error() {
        for bytes in [&b""[..], b"\x01", b"\xff\xff\xff\xff\0\0\0\0", b"\x02\0\0\0\0\0\0\0xx"] {
            assert!(read::<Answer>(&mut &bytes[..]).is_err(), "{bytes:?}");
        }
    }
}
