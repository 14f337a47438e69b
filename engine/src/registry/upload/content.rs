//! What a file is and whether it is fit to be kept, told by its content alone.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::definition::Text;
use crate::document::Leaves;

/// The most bytes that a packed file may unpack to.
const MOST_UNPACKED: u64 = 256 << 20;
/// The most files in a packed file.
const MOST_PACKED: usize = 10_000;
/// The most pixels of a picture: A2 at 600 dots an inch, and then some.
const MOST_PIXELS: u64 = 200_000_000;
/// A PDF says within so many bytes of its end that it is whole.
const PDF_END: usize = 2048;

/// What there is to tell of a file that is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// `cut-off`, `broken` or `encrypted`.
    pub(super) state: Option<&'static str>,
    /// How many pages a PDF has, where that can be found out.
    pub(super) pages: Option<usize>,
    /// Width and height of a picture, in pixels.
    pub(super) pixels: Option<(u32, u32)>,
}

/// What a file is by its content: `pdf`, `png`, `jpg`, `docx`, `xlsx`, `doc`, `xls`, `zip`.
pub fn kind_of(content: &[u8]) -> Option<&'static str> {
    let has = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
    match content {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("pdf"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'P', b'K', 3, 4, ..] if has(b"word/document.xml") => Some("docx"),
        [b'P', b'K', 3, 4, ..] if has(b"xl/workbook.xml") => Some("xlsx"),
        [b'P', b'K', 3, 4, ..] => Some("zip"),
        // The compound file of older office programs; which one is told by the stream's name.
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] if has(b"W\0o\0r\0k\0b\0o\0o\0k") => Some("xls"),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some("doc"),
        _ => None,
    }
}

/// Why a file of a known kind is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It unpacks to more than anybody hands in.
    Bomb,
    /// A packed file or picture that nothing can open.
    Damaged,
    /// More pixels than a scan has.
    TooManyPixels,
}

impl Unfit {
    pub(super) fn told(self) -> Text {
        match self {
            Self::Bomb => {
                let most = MOST_UNPACKED >> 20;
                Text::both(
                    format!("文件解压后超过 {most} MB 或内含超过 {MOST_PACKED} 个文件，不能上传"),
                    format!("the file unpacks to more than {most} MB or to more than {MOST_PACKED} files"),
                )
            }
            Self::Damaged => Text::both(
                "文件已损坏，打不开；请在电脑上打开核对后重新上传",
                "the file is damaged; open it on your computer to make sure, then upload it again",
            ),
            Self::TooManyPixels => {
                let most = MOST_PIXELS / 1_000_000;
                Text::both(
                    format!("图片超过 {most} 百万像素，请用较低的分辨率扫描"),
                    format!("the picture has more than {most} megapixels; scan it at a lower resolution"),
                )
            }
        }
    }
}

/// Looks into a file of this kind. Of a PDF it reads no page: [`Look::with`] tells of those.
pub(super) fn look(kind: &str, content: &[u8]) -> Result<Look, Unfit> {
    match kind {
        "docx" | "xlsx" | "zip" => unpacked(content).map(|()| Look::default()),
        "png" => picture(png_size(content), || png_ends(content)),
        "jpg" => picture(jpeg_size(content), || jpeg_ends(content)),
        "pdf" => Ok(Look {
            state: pdf(content),
            ..Look::default()
        }),
        _ => Ok(Look::default()),
    }
}

impl Look {
    /// The same of a PDF whose pages were counted.
    pub(super) fn with(self, leaves: Leaves) -> Self {
        let pages = match leaves {
            Leaves::Pages(pages) => Some(pages),
            _ => None,
        };
        let found = match leaves {
            Leaves::Locked => Some("encrypted"),
            Leaves::Broken => Some("broken"),
            Leaves::Pages(_) | Leaves::Unread => None,
        };
        Self {
            state: self.state.or(found),
            pages,
            ..self
        }
    }
}

fn picture(size: Option<(u32, u32)>, is_whole: impl FnOnce() -> bool) -> Result<Look, Unfit> {
    let (width, height) = size.ok_or(Unfit::Damaged)?;
    match u64::from(width) * u64::from(height) {
        0 => Err(Unfit::Damaged),
        pixels if pixels > MOST_PIXELS => Err(Unfit::TooManyPixels),
        _ => Ok(Look {
            state: (!is_whole()).then_some("cut-off"),
            pixels: Some((width, height)),
            pages: None,
        }),
    }
}

/// Unpacks everything into nothing: the sizes that a packed file claims may be wrong.
fn unpacked(content: &[u8]) -> Result<(), Unfit> {
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|_| Unfit::Damaged)?;
    if archive.len() > MOST_PACKED {
        return Err(Unfit::Bomb);
    }
    let mut left = MOST_UNPACKED;
    for at in 0..archive.len() {
        let file = match archive.by_index(at) {
            Ok(file) => file,
            // Packed with a password, or in a way that is not known here: nothing of it is ever unpacked.
            Err(zip::result::ZipError::UnsupportedArchive(_)) => continue,
            Err(_) => return Err(Unfit::Damaged),
        };
        let read = std::io::copy(&mut file.take(left + 1), &mut std::io::sink()).map_err(|_| Unfit::Damaged)?;
        left = left.checked_sub(read).ok_or(Unfit::Bomb)?;
    }
    Ok(())
}

fn png_size(content: &[u8]) -> Option<(u32, u32)> {
    let header = content.get(12..24).filter(|header| header.starts_with(b"IHDR"))?;
    let number = |from: usize| Some(u32::from_be_bytes(header.get(from..from + 4)?.try_into().ok()?));
    Some((number(4)?, number(8)?))
}

/// Whether the last of its chunks is there.
fn png_ends(content: &[u8]) -> bool {
    let mut at = 8;
    loop {
        let Some([a, b, c, d, kind @ ..]) = content.get(at..at + 8) else {
            return false;
        };
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let end = at.saturating_add(length).saturating_add(12);
        if end > content.len() {
            return false;
        }
        if kind == b"IEND" {
            return true;
        }
        at = end;
    }
}

/// Whether its end mark stands behind the picture itself, in which no such mark can be.
fn jpeg_ends(content: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, kind]) = content.get(at..at + 2) {
        match kind {
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xda => return content[at..].windows(2).any(|mark| mark == [0xff, 0xd9]),
            _ => match content.get(at + 2..at + 4) {
                Some([high, low]) => at += 2 + (usize::from(*high) << 8 | usize::from(*low)).max(2),
                _ => return false,
            },
        }
    }
    false
}

/// The size in the frame's header, which stands behind other segments.
fn jpeg_size(content: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (mark, kind) = (*content.get(at)?, *content.get(at + 1)?);
        if mark != 0xff {
            return None;
        }
        match kind {
            // Filling, and segments without a length.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let size = content.get(at + 5..at + 9)?;
                let number = |high: u8, low: u8| u32::from(high) << 8 | u32::from(low);
                return Some((number(size[2], size[3]), number(size[0], size[1])));
            }
            // The picture itself, or its end: too late for a header.
            0xd9 | 0xda => return None,
            _ => {
                let length = usize::from(*content.get(at + 2)?) << 8 | usize::from(*content.get(at + 3)?);
                at += 2 + length.max(2);
            }
        }
    }
}

fn pdf(content: &[u8]) -> Option<&'static str> {
    let has = |part: &[u8], needle: &[u8]| part.windows(needle.len()).any(|window| window == needle);
    let end = content.get(content.len().saturating_sub(PDF_END)..).unwrap_or(content);
    if !has(end, b"%%EOF") {
        Some("cut-off")
    } else if has(content, b"/Encrypt") {
        Some("encrypted")
    } else if !has(content, b"startxref") {
        Some("broken")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn kinds_are_told_by_content() {
        let cases: [(&[u8], Option<&str>); 7] = [
            (b"%PDF-1.7 ...", Some("pdf")),
            (b"\x89PNG\r\n\x1a\n...", Some("png")),
            (b"\xff\xd8\xff\xe0", Some("jpg")),
            (b"PK\x03\x04 word/document.xml", Some("docx")),
            (b"PK\x03\x04 anything", Some("zip")),
            (b"MZ this is a program", None),
            (b"", None),
        ];
        for (content, kind) in cases {
            assert_eq!(kind_of(content), kind);
        }
    }

    fn packed(files: &[(&str, usize)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for (name, size) in files {
            archive.start_file(*name, options).unwrap();
            archive.write_all(&vec![0; *size]).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend(width.to_be_bytes());
        png.extend(height.to_be_bytes());
        png
    }

    fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], kind, content, b"crc!"].concat()
    }

    fn looks(state: Option<&'static str>, pixels: Option<(u32, u32)>) -> Result<Look, Unfit> {
        Ok(Look {
            state,
            pixels,
            pages: None,
        })
    }

    #[test]
    fn files_are_looked_into() {
        let bomb = packed(&[("word/document.xml", 200 << 20), ("b", 100 << 20)]);
        assert!(bomb.len() < 1 << 20);
        let jpeg =
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0\xff\xda\0\x02ab\xff\0\xff\xd9";
        let whole = [
            png(2480, 3508),
            b"\x08\0\0\0\0crc!".to_vec(),
            chunk(b"IDAT", b"x"),
            chunk(b"IEND", b""),
        ]
        .concat();
        let size = Some((2480, 3508));
        let cases = [
            ("docx", packed(&[("word/document.xml", 1000)]), looks(None, None)),
            ("docx", bomb, Err(Unfit::Bomb)),
            ("zip", b"PK\x03\x04 broken".to_vec(), Err(Unfit::Damaged)),
            ("png", whole.clone(), looks(None, size)),
            ("png", whole[..whole.len() - 12].to_vec(), looks(Some("cut-off"), size)),
            ("png", png(2480, 3508), looks(Some("cut-off"), size)),
            ("png", png(100_000, 100_000), Err(Unfit::TooManyPixels)),
            ("png", png(0, 1), Err(Unfit::Damaged)),
            ("png", b"\x89PNG\r\n\x1a\n cut".to_vec(), Err(Unfit::Damaged)),
            ("jpg", jpeg.to_vec(), looks(None, Some((32, 16)))),
            (
                "jpg",
                jpeg[..jpeg.len() - 2].to_vec(),
                looks(Some("cut-off"), Some((32, 16))),
            ),
            ("jpg", jpeg[..22].to_vec(), looks(Some("cut-off"), Some((32, 16)))),
            ("jpg", jpeg[..12].to_vec(), Err(Unfit::Damaged)),
            ("jpg", b"\xff\xd8\xff\xda\0\x02".to_vec(), Err(Unfit::Damaged)),
            ("jpg", [&b"\xff\xd8"[..], &[0xff; 1000]].concat(), Err(Unfit::Damaged)),
        ];
        for (kind, content, expected) in cases {
            assert_eq!(look(kind, &content), expected, "{kind} of {} bytes", content.len());
        }
        for (content, state) in [
            ("%PDF-1.7 trailer << /Root 1 0 R >> startxref 9 %%EOF\n", None),
            ("%PDF-1.7 trailer << /Encrypt 9 0 R >> %%EOF", Some("encrypted")),
            ("%PDF-1.7 no table %%EOF", Some("broken")),
            ("%PDF-1.7 half of", Some("cut-off")),
        ] {
            assert_eq!(look("pdf", content.as_bytes()), looks(state, None), "{content}");
        }
    }

    #[test]
    fn what_was_seen_first_is_told_first() {
        let cut = Look {
            state: Some("cut-off"),
            ..Look::default()
        };
        for (look, leaves, state, pages) in [
            (Look::default(), Leaves::Pages(3), None, Some(3)),
            (Look::default(), Leaves::Locked, Some("encrypted"), None),
            (Look::default(), Leaves::Broken, Some("broken"), None),
            (Look::default(), Leaves::Unread, None, None),
            (cut, Leaves::Pages(1), Some("cut-off"), Some(1)),
            (cut, Leaves::Broken, Some("cut-off"), None),
        ] {
            let told = look.with(leaves);
            assert_eq!((told.state, told.pages), (state, pages), "{leaves:?}");
        }
    }
}
