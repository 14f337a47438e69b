//! The files below the folder of all definitions. Nothing outside of it is read, whatever a link or a
//! name says; nothing that is no plain file is opened, and none is read further than its limit.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Text;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// It, or what it links to, lies outside of the folder.
    #[error("the file, or what it links to, is not in the folder of all definitions")]
    Outside,
    /// It is a folder, a pipe, a device.
    #[error("this is not a plain file")]
    NotAFile,
    /// It has more bytes than this.
    #[error("the file has more than {0} bytes")]
    TooLarge(u64),
    /// The system cannot read it.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// All bytes of the file at `path` from `root`, at most `limit`.
pub(crate) fn read(root: &Path, path: &Path, limit: u64) -> Result<Vec<u8>, Refused> {
    let file = root.join(path);
    if !file.canonicalize()?.starts_with(root.canonicalize()?) {
        return Err(Refused::Outside);
    }
    read_file(&file, limit)
}

/// All bytes of a file wherever it lies, at most `limit`.
pub(crate) fn read_file(file: &Path, limit: u64) -> Result<Vec<u8>, Refused> {
    let data = fs::metadata(file)?;
    if !data.is_file() {
        return Err(Refused::NotAFile);
    }
    let mut bytes = Vec::new();
    if data.len() <= limit {
        File::open(file)?.take(limit + 1).read_to_end(&mut bytes)?;
    }
    if data.len() > limit || bytes.len() as u64 > limit {
        return Err(Refused::TooLarge(limit));
    }
    Ok(bytes)
}

/// Something below a folder.
#[derive(Debug)]
pub(crate) struct Found {
    /// From the folder of all definitions. Where the name is not UTF-8, what can be read of it.
    pub(crate) path: PathBuf,
    /// Why it can be no part of a definition, whatever it is called; none for a plain file.
    pub(crate) refused: Option<Odd>,
}

/// What is neither a plain file nor a folder of such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    /// Its name is not UTF-8.
    Name,
    /// A link that leads out of the folder, nowhere, or to a folder.
    Link,
    /// A pipe, a socket, a device.
    NotAFile,
}

/// How files are called that a definition is read from: a folder that is called so was meant to be one.
const ENDINGS: [&str; 4] = [".yaml", ".csv", ".md", ".schema.json"];

/// Everything below `folder` (from `root`) by name, without what begins with a dot. Folders that are
/// links are named and not gone into, so that no circle of links goes round.
pub(crate) fn below(root: &Path, folder: &Path) -> Vec<Found> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = waiting.pop() {
        let read = fs::read_dir(root.join(&folder)).into_iter().flatten().flatten();
        for entry in read {
            let (name, readable) = match entry.file_name().into_string() {
                Ok(name) => (name, true),
                Err(name) => (name.to_string_lossy().into_owned(), false),
            };
            if name.starts_with('.') {
                continue;
            }
            let path = folder.join(name);
            match (readable, entry.file_type()) {
                (true, Ok(kind)) if kind.is_dir() && !is_file_name(&path) => waiting.push(path),
                (readable, kind) => {
                    let refused = match kind {
                        _ if !readable => Some(Odd::Name),
                        Ok(kind) if kind.is_symlink() => link(root, &path),
                        Ok(kind) if kind.is_file() => None,
                        _ => Some(Odd::NotAFile),
                    };
                    found.push(Found { path, refused });
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn is_file_name(path: &Path) -> bool {
    let name = path.to_string_lossy();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A link to a plain file inside is as good as the file.
fn link(root: &Path, path: &Path) -> Option<Odd> {
    let target = root.join(path).canonicalize().ok();
    let inside = target.filter(|target| root.canonicalize().is_ok_and(|root| target.starts_with(root)));
    match inside.map(|target| fs::metadata(target).map(|data| data.is_file())) {
        Some(Ok(true)) => None,
        Some(Ok(false)) if !root.join(path).is_dir() => Some(Odd::NotAFile),
        _ => Some(Odd::Link),
    }
}

impl Refused {
    /// What is wrong, and how to mend it.
    pub(super) fn told(&self) -> (Text, Option<Text>) {
        let odd = match self {
            Self::Outside => Odd::Link,
            Self::NotAFile => Odd::NotAFile,
            Self::TooLarge(limit) => {
                return (
                    Text::both(format!("这个文件超过 {limit} 个字节"), self.to_string()),
                    None,
                );
            }
            Self::Io(error) => return (Text::both(format!("读不了这个文件：{error}"), self.to_string()), None),
        };
        (odd.message(), Some(odd.help()))
    }
}

impl Odd {
    /// What is wrong.
    pub(super) fn message(self) -> Text {
        match self {
            Self::Name => Text::both("文件名不是 UTF-8 编码", "the file's name is not UTF-8"),
            Self::Link => Text::both(
                "这个链接指向的不是本文件夹里的文件",
                "this link does not lead to a file of this folder",
            ),
            Self::NotAFile => Text::both("这不是普通文件", "this is not a plain file"),
        }
    }

    /// How to mend it.
    pub(super) fn help(self) -> Text {
        match self {
            Self::Name => Text::both("请换一个名字", "rename it"),
            Self::Link => Text::both("请放上文件本身", "put the file itself here"),
            Self::NotAFile => Text::both("请移走它", "move it away"),
        }
    }
}
