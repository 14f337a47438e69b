//! Opens the database file, or says why not, and leaves a file it does not understand as it is.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::panic::catch_unwind;
use std::path::Path;

use redb::{Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageError, TableError};

use super::error::{OpenError, failed};
use super::table::Table;

/// The format of the whole file: which tables there are and what their keys mean.
const FORMAT: u64 = 1;
const FORMAT_KEY: &[u8] = b"format";

/// Opens the file, or makes it if there is none.
pub(super) fn open(path: &Path, cache_bytes: usize) -> Result<Database, OpenError> {
    let head = Head::of(path);
    // A damaged file can trip assertions of the database; that must read as what it is.
    let opened = catch_unwind(|| open_trusting(path, cache_bytes))
        .unwrap_or_else(|_| Err(corrupt(path, "it cannot be read".to_owned())));
    if let (Err(OpenError::Corrupt { .. }), Some(head)) = (&opened, head) {
        head.put_back(path).map_err(|error| io(path, error.to_string()))?;
    }
    opened
}

/// The first page of a file and its length. The database mends both before it finds out that the rest is damaged.
struct Head {
    bytes: Vec<u8>,
    length: u64,
}

impl Head {
    const SIZE: u64 = 4096;

    /// The head as it is; `None` where there is no file yet, or an empty one.
    fn of(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let mut bytes = Vec::new();
        file.take(Self::SIZE).read_to_end(&mut bytes).ok()?;
        (length > 0).then_some(Self { bytes, length })
    }

    fn put_back(self, path: &Path) -> std::io::Result<()> {
        if Self::of(path).is_some_and(|now| now.bytes == self.bytes && now.length == self.length) {
            return Ok(());
        }
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.write_all(&self.bytes)?;
        file.set_len(self.length)?;
        file.sync_all()
    }
}

fn open_trusting(path: &Path, cache_bytes: usize) -> Result<Database, OpenError> {
    let file = open_file(path).map_err(|error| io(path, error.to_string()))?;
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    let database = builder.create_file(file).map_err(|error| explain(path, error))?;
    match format(&database).map_err(|reason| corrupt(path, reason))? {
        Some(FORMAT) => {}
        Some(found) => {
            return Err(OpenError::Newer {
                path: path.to_owned(),
                found,
                known: FORMAT,
            });
        }
        None => create(&database, path)?,
    }
    Ok(database)
}

/// The file, readable by its owner alone if it is new: it holds people's data.
fn open_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    sync_folder(path)?;
    Ok(file)
}

/// Makes the name of a new file survive a power loss.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

/// The format the file says it has; `None` if nothing was ever written to it.
fn format(database: &Database) -> Result<Option<u64>, String> {
    let read = database.begin_read().map_err(|error| error.to_string())?;
    let meta = match read.open_table(Table::Meta.definition()) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) if read.list_tables().is_ok_and(|mut tables| tables.next().is_none()) => {
            return Ok(None);
        }
        Err(error) => return Err(error.to_string()),
    };
    let value = ReadableTable::get(&meta, FORMAT_KEY).map_err(|error| error.to_string())?;
    let bytes = value.and_then(|value| <[u8; 8]>::try_from(value.value()).ok());
    bytes
        .map(|bytes| Some(u64::from_be_bytes(bytes)))
        .ok_or_else(|| "it does not tell its format".to_owned())
}

/// Makes all tables and writes the format, in one transaction.
fn create(database: &Database, path: &Path) -> Result<(), OpenError> {
    let create = || -> Result<(), redb::Error> {
        let mut transaction = database.begin_write()?;
        transaction.set_quick_repair(true);
        for table in Table::ALL {
            transaction.open_table(table.definition())?;
        }
        transaction
            .open_table(Table::Meta.definition())?
            .insert(FORMAT_KEY, FORMAT.to_be_bytes().as_slice())?;
        Ok(transaction.commit()?)
    };
    create().map_err(|error| io(path, failed(error).to_string()))
}

fn explain(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::Locked { path: path.to_owned() },
        DatabaseError::Storage(StorageError::Io(error)) if !is_damage(&error) => io(path, error.to_string()),
        error => corrupt(path, error.to_string()),
    }
}

/// Whether an input error says that the file is shorter or other than it must be.
fn is_damage(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
    )
}

fn corrupt(path: &Path, reason: String) -> OpenError {
    OpenError::Corrupt {
        path: path.to_owned(),
        reason,
    }
}

fn io(path: &Path, reason: String) -> OpenError {
    OpenError::Io {
        path: path.to_owned(),
        reason,
    }
}
