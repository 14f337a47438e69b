//! How many pages a PDF has that somebody handed in. It may be anything: a tree of pages that is its own child, a
//! stream that unpacks to gigabytes. So it is read in a rendering process alone, under that one's limits.

use hayro_syntax::{LoadPdfError, Pdf};
use serde::{Deserialize, Serialize};

/// What a PDF is, as far as it could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leaves {
    /// It has so many pages.
    Pages(usize),
    /// It opens with a password alone.
    Locked,
    /// Nothing finds a page in it.
    Broken,
    /// Reading it takes more time or memory than may be spent on it.
    Unread,
}

impl Leaves {
    /// Reads a PDF. In a rendering process only: the parser may use all the stack, memory and time that there is.
    pub(super) fn of(content: Vec<u8>) -> Self {
        match Pdf::new(content) {
            Ok(pdf) if pdf.pages().is_empty() => Self::Broken,
            Ok(pdf) => Self::Pages(pdf.pages().len()),
            Err(LoadPdfError::Decryption(_)) => Self::Locked,
            Err(LoadPdfError::Invalid) => Self::Broken,
        }
    }
}
