//! What a template can reach: the files of its job, the theme's fonts, the day of issue. No disk,
//! no clock, no packages, no network.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use typst::diag::{FileError, FileResult, PackageError};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::frame::{Failure, RenderAsk};

/// The theme's fonts and Typst's library, made once a process.
pub(super) struct Fonts {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Fonts {
    /// Loads every font file of `folder`, in the order of their names.
    pub(super) fn load(folder: &Path) -> io::Result<Self> {
        let mut paths = std::fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<Vec<_>>>()?;
        paths.retain(|path| {
            path.extension()
                .is_some_and(|kind| kind == "ttf" || kind == "otf" || kind == "ttc")
        });
        paths.sort();
        let mut fonts = Vec::new();
        for path in paths {
            fonts.extend(Font::iter(Bytes::new(std::fs::read(path)?)));
        }
        if fonts.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the folder has no font"));
        }
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Ok(Self {
            library: LazyHash::new(Library::builder().build()),
            book,
            fonts,
        })
    }
}

/// The world of one job.
pub(super) struct Sandbox<'a> {
    fonts: &'a Fonts,
    main: FileId,
    files: HashMap<String, Bytes>,
    today: Option<Datetime>,
}

impl<'a> Sandbox<'a> {
    /// The world of `ask`, whose files are cut from `body` by their lengths.
    pub(super) fn new(fonts: &'a Fonts, ask: &RenderAsk, body: &[u8]) -> Result<Self, Failure> {
        let main = VirtualPath::new(&ask.main).map_err(|error| Failure::Path(format!("{}: {error}", ask.main)))?;
        let main = RootedPath::new(VirtualRoot::Project, main).intern();
        let mut rest = body;
        let mut files = HashMap::with_capacity(ask.files.len());
        for (path, length) in &ask.files {
            let (content, left) = rest.split_at_checked(*length).unwrap_or((rest, &[]));
            rest = left;
            files.insert(path.clone(), Bytes::new(content.to_vec()));
        }
        let month = u8::try_from(ask.date.month()).unwrap_or(1);
        let day = u8::try_from(ask.date.day()).unwrap_or(1);
        let today = Datetime::from_ymd(i32::from(ask.date.year()), month, day);
        Ok(Self {
            fonts,
            main,
            files,
            today,
        })
    }
}

impl World for Sandbox<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.fonts.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let bytes = self.file(id)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| FileError::InvalidUtf8)?;
        Ok(Source::new(id, text.trim_start_matches('\u{feff}').into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if let VirtualRoot::Package(package) = id.root() {
            return Err(FileError::Package(PackageError::NotFound(package.clone())));
        }
        let path = id.vpath().get_without_slash();
        self.files
            .get(path)
            .cloned()
            .ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
