//! What has come of files that are still being sent: parts, each under the offset that it begins at. A part is there
//! whole or not at all, and what was once put at an offset stays: of two senders one alone goes on.

use bytes::{Bytes, BytesMut};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use super::{FileError, Files, failed};

/// The folder of all parts. No file's folder is called so: those have two digits.
const FOLDER: &str = "parts";

/// Of which file that is being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The region.
    pub region: String,
    /// The id of what is being sent, of letters and digits.
    pub id: String,
}

impl Parts {
    fn folder(&self) -> Path {
        Path::from_iter([FOLDER, &self.region, &self.id])
    }

    fn at(&self, offset: u64) -> Path {
        Path::from_iter([FOLDER, &self.region, &self.id, &format!("{offset:012}")])
    }
}

impl Files {
    /// How far the parts reach from the beginning without a gap.
    pub async fn reach(&self, parts: &Parts) -> Result<u64, FileError> {
        let found = self.place.list_with_delimiter(Some(&parts.folder())).await;
        let mut found: Vec<(u64, u64)> = found
            .map_err(failed)?
            .objects
            .iter()
            .filter_map(|object| Some((object.location.filename()?.parse().ok()?, object.size)))
            .collect();
        found.sort_unstable();
        let reach = found.iter().fold(0, |reach, (offset, size)| match *offset == reach {
            true => reach + size,
            false => reach,
        });
        Ok(reach)
    }

    /// Puts a part. When this returns, it is on disk. False where somebody else has put one at this offset.
    pub async fn put_part(&self, parts: &Parts, offset: u64, content: Bytes) -> Result<bool, FileError> {
        let once = PutOptions::from(PutMode::Create);
        match self.place.put_opts(&parts.at(offset), content.into(), once).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// The file that the parts make, where they make one of exactly this size.
    pub async fn whole(&self, parts: &Parts, size: u64) -> Result<Option<Bytes>, FileError> {
        if self.reach(parts).await? != size {
            return Ok(None);
        }
        let mut whole = BytesMut::with_capacity(usize::try_from(size).map_err(failed)?);
        while (whole.len() as u64) < size {
            let part = match self.place.get(&parts.at(whole.len() as u64)).await {
                Err(object_store::Error::NotFound { .. }) => return Ok(None),
                part => part.map_err(failed)?,
            };
            whole.extend_from_slice(&part.bytes().await.map_err(failed)?);
        }
        Ok((whole.len() as u64 == size).then(|| whole.freeze()))
    }

    /// Forgets the parts; no matter if there are none.
    pub async fn drop_parts(&self, parts: &Parts) -> Result<(), FileError> {
        let found = self.place.list_with_delimiter(Some(&parts.folder())).await;
        for object in found.map_err(failed)?.objects {
            match self.place.delete(&object.location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        // The folder itself, and what a server that was killed while it wrote has left: no store lists these.
        let folder = self.folder.join(parts.folder().to_string());
        match tokio::fs::remove_dir_all(folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// Everything of which there are parts.
    pub async fn parted(&self) -> Result<Vec<Parts>, FileError> {
        let mut all = Vec::new();
        for region in self.below(&Path::from(FOLDER)).await? {
            for id in self.below(&region).await? {
                let name = |path: &Path| path.filename().unwrap_or_default().to_owned();
                all.push(Parts {
                    region: name(&region),
                    id: name(&id),
                });
            }
        }
        Ok(all)
    }

    async fn below(&self, folder: &Path) -> Result<Vec<Path>, FileError> {
        let found = self.place.list_with_delimiter(Some(folder)).await;
        Ok(found.map_err(failed)?.common_prefixes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn parts_make_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let parts = |id: &str| Parts {
            region: "north".into(),
            id: id.into(),
        };
        let one = parts("one");
        assert_eq!(files.reach(&one).await.unwrap(), 0);
        assert!(files.parted().await.unwrap().is_empty());
        assert!(files.put_part(&one, 0, "abc".into()).await.unwrap());
        assert!(!files.put_part(&one, 0, "xy".into()).await.unwrap());
        assert!(files.put_part(&one, 9, "far".into()).await.unwrap());
        assert_eq!(files.reach(&one).await.unwrap(), 3);
        assert!(files.put_part(&one, 3, "de".into()).await.unwrap());
        assert_eq!(files.reach(&one).await.unwrap(), 5);
        assert_eq!(files.whole(&one, 4).await.unwrap(), None);
        assert_eq!(files.whole(&one, 5).await.unwrap().unwrap(), "abcde");
        assert!(files.put_part(&parts("two"), 0, "z".into()).await.unwrap());

        // What was begun and never published is no part, and goes with the others.
        let half = folder.path().join("parts/north/one/000000000005#1");
        std::fs::write(&half, "hal").unwrap();
        assert_eq!(files.reach(&one).await.unwrap(), 5);
        assert_eq!(files.parted().await.unwrap(), [one.clone(), parts("two")]);
        files.drop_parts(&one).await.unwrap();
        files.drop_parts(&one).await.unwrap();
        assert!(!half.exists());
        assert_eq!(files.parted().await.unwrap(), [parts("two")]);
    }
}
