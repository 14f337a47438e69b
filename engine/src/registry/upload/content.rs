//! What a file is and whether it is fit to be kept, told by its content alone.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::definition::Text;

/// The most bytes that a packed file may unpack to.
const MOST_UNPACKED: u64 = 256 << 20;
/// The most files in a packed file.
const MOST_PACKED: usize = 10_000;
/// The most pixels of a picture: A2 at 600 dots an inch, and then some.
const MOST_PIXELS: u64 = 200_000_000;
/// A PDF says within so many bytes of its end that it is whole.
const PDF_END: usize = 2048;

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

/// Looks into a file of this kind. Gives what a person should know of it: `cut-off` or `encrypted`.
pub(super) fn look(kind: &str, content: &[u8]) -> Result<Option<&'static str>, Unfit> {
    match kind {
        "docx" | "xlsx" | "zip" => unpacked(content).map(|()| None),
        "png" | "jpg" => {
            let (width, height) = match kind {
                "png" => png_size(content),
                _ => jpeg_size(content),
            }
            .ok_or(Unfit::Damaged)?;
            match u64::from(width) * u64::from(height) {
                0 => Err(Unfit::Damaged),
                pixels if pixels > MOST_PIXELS => Err(Unfit::TooManyPixels),
                _ => Ok(None),
            }
        }
        "pdf" => Ok(pdf(content)),
        _ => Ok(None),
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

    #[test]
    fn files_are_looked_into() {
        let bomb = packed(&[("word/document.xml", 200 << 20), ("b", 100 << 20)]);
        assert!(bomb.len() < 1 << 20);
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x10\0\x20\x03";
        let cases = [
            ("docx", packed(&[("word/document.xml", 1000)]), Ok(None)),
            ("docx", bomb, Err(Unfit::Bomb)),
            ("zip", b"PK\x03\x04 broken".to_vec(), Err(Unfit::Damaged)),
            ("png", png(2480, 3508), Ok(None)),
            ("png", png(100_000, 100_000), Err(Unfit::TooManyPixels)),
            ("png", png(0, 1), Err(Unfit::Damaged)),
            ("png", b"\x89PNG\r\n\x1a\n cut".to_vec(), Err(Unfit::Damaged)),
            ("jpg", jpeg.to_vec(), Ok(None)),
            ("jpg", jpeg[..12].to_vec(), Err(Unfit::Damaged)),
            ("jpg", b"\xff\xd8\xff\xda\0\x02".to_vec(), Err(Unfit::Damaged)),
            ("jpg", [&b"\xff\xd8"[..], &[0xff; 1000]].concat(), Err(Unfit::Damaged)),
            (
                "pdf",
                b"%PDF-1.7 ... trailer << /Root 1 0 R >> %%EOF\n".to_vec(),
                Ok(None),
            ),
            (
                "pdf",
                b"%PDF-1.7 ... trailer << /Encrypt 9 0 R >> %%EOF".to_vec(),
                Ok(Some("encrypted")),
            ),
            ("pdf", b"%PDF-1.7 half of".to_vec(), Ok(Some("cut-off"))),
        ];
        for (kind, content, expected) in cases {
            assert_eq!(look(kind, &content), expected, "{kind} of {} bytes", content.len());
        }
    }
}
