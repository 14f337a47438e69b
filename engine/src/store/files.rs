//! Uploaded files, kept by content: a file's id is the SHA-256 of its bytes, so the same file is kept once and a
//! damaged one is noticed. Hides where they lie.

mod parts;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::hex;

pub use parts::Parts;

/// Why a file could not be kept or given.
#[derive(Debug, Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file {id}")]
    Missing {
        /// The file's id.
        id: FileId,
    },
    /// Its bytes are not those that were put.
    #[error("the file {id} is damaged: its content is not what was handed in; restore it from a backup")]
    Damaged {
        /// The file's id.
        id: FileId,
    },
    /// The text is no file id.
    #[error("this is no file id: 64 lower-case hexadecimal digits are expected")]
    BadId,
    /// The place where files lie failed.
    #[error("files cannot be kept or read: {reason}")]
    Failed {
        /// Its words.
        reason: String,
    },
}

/// The id of a file: the SHA-256 of its content, as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileId([u8; 32]);

impl FileId {
    /// The id of this content.
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// Where it lies: folders of the first two digits keep each folder small.
    fn path(self) -> object_store::path::Path {
        let digits = self.to_string();
        object_store::path::Path::from_iter([&digits[..2], &digits[2..]])
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FileId {
    type Err = FileError;

    fn from_str(text: &str) -> Result<Self, FileError> {
        hex::decode(text).map(Self).ok_or(FileError::BadId)
    }
}

impl TryFrom<String> for FileId {
    type Error = FileError;

    fn try_from(text: String) -> Result<Self, FileError> {
        text.parse()
    }
}

impl From<FileId> for String {
    fn from(id: FileId) -> Self {
        id.to_string()
    }
}

/// Where uploaded files are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    place: Arc<dyn ObjectStore>,
    folder: Arc<PathBuf>,
}

impl Files {
    /// Keeps files in this folder, which is made if there is none.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        std::fs::create_dir_all(folder).map_err(failed)?;
        let place = LocalFileSystem::new_with_prefix(folder)
            .map_err(failed)?
            .with_fsync(true);
        Ok(Self {
            place: Arc::new(place),
            folder: Arc::new(folder.to_owned()),
        })
    }

    /// Keeps a file. When this returns, it is on disk. Putting the same content again is harmless.
    pub async fn put(&self, content: Bytes) -> Result<FileId, FileError> {
        let hashed = content.clone();
        let id = tokio::task::spawn_blocking(move || FileId::of(&hashed))
            .await
            .map_err(failed)?;
        // Written even if it is there already: somebody else's copy may not have reached the disk yet.
        self.place.put(&id.path(), content.into()).await.map_err(failed)?;
        Ok(id)
    }

    /// The content of a file, as it was put.
    pub async fn get(&self, id: FileId) -> Result<Bytes, FileError> {
        let content = match self.place.get(&id.path()).await {
            Ok(found) => found.bytes().await.map_err(failed)?,
            Err(object_store::Error::NotFound { .. }) => return Err(FileError::Missing { id }),
            Err(error) => return Err(failed(error)),
        };
        let hashed = content.clone();
        let found = tokio::task::spawn_blocking(move || FileId::of(&hashed))
            .await
            .map_err(failed)?;
        if found == id {
            Ok(content)
        } else {
            Err(FileError::Damaged { id })
        }
    }

    /// Forgets a file; no matter if there is none. Whoever calls this knows that nobody has it any more.
    pub async fn delete(&self, id: FileId) -> Result<(), FileError> {
        match self.place.delete(&id.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether there is such a file.
    pub async fn exists(&self, id: FileId) -> Result<bool, FileError> {
        match self.place.head(&id.path()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed(error: impl fmt::Display) -> FileError {
    FileError::Failed {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_kept_by_content() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(&folder.path().join("files")).unwrap();
        let id = files.put(Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(
            id.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(files.put(Bytes::from_static(b"abc")).await.unwrap(), id);
        assert_eq!(files.get(id).await.unwrap(), "abc");
        assert!(files.exists(id).await.unwrap());
        let short = files.put(Bytes::from_static(b"short-lived")).await.unwrap();
        files.delete(short).await.unwrap();
        files.delete(short).await.unwrap();
        assert!(!files.exists(short).await.unwrap());

        let other = FileId::of(b"other");
        assert!(!files.exists(other).await.unwrap());
        assert!(matches!(files.get(other).await, Err(FileError::Missing { .. })));

        let path = folder.path().join("files").join(id.path().to_string());
        std::fs::write(path, "abd").unwrap();
        assert!(matches!(files.get(id).await, Err(FileError::Damaged { .. })));
    }

    #[test]
    fn only_hashes_are_ids() {
        let good = FileId::of(b"abc").to_string();
        assert_eq!(good.parse::<FileId>().unwrap(), FileId::of(b"abc"));
        for bad in [
            "",
            "../../etc/passwd",
            &good[1..],
            &good.to_uppercase(),
            &format!("{good}0"),
        ] {
            assert!(bad.parse::<FileId>().is_err(), "{bad}");
            assert!(serde_json::from_value::<FileId>(bad.into()).is_err(), "{bad}");
        }
        assert_eq!(serde_json::to_value(FileId::of(b"abc")).unwrap(), good);
    }
}
