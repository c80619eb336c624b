//! SQLite: everything that cannot be computed again cheaply.
//!
//! One file a table or two, each with the statements on it; no SQL stands outside
//! this folder. There is one writer, behind a lock, and a small stock of
//! readers, so that a search never waits for an index run. The journal is WAL
//! with `synchronous = NORMAL`: a commit survives `kill -9`, and a power cut
//! loses at most the last commits, never the database. A library on a disk that
//! cannot be written is read all the same.
//!
//! A **source** is what the merchant added, a **file** is one path below it, a
//! **picture** is a content (by BLAKE3 hash) however many files hold it, a
//! **product** is what is sold: some pictures and some facts. Vectors and
//! descriptions belong to a picture and a model, so renamed and copied files
//! keep them; facts belong to a product. A picture without files is hidden, not
//! deleted: it comes back with everything when its file does.
//!
//! Triggers (`migrations/0004_products.sql`) keep the counters in `tally` and
//! write the log `change`, which indexes in memory follow, in the transaction
//! of what they count and log.

mod changes;
mod checked_files;
mod claims;
mod compositions;
mod descriptions;
mod fields;
mod files;
mod fused;
mod health;
mod ids;
mod lists;
mod marks;
mod match_scores;
mod orders;
mod path_bytes;
mod pictures;
mod postings;
mod product_vectors;
mod products;
mod review_queue;
mod reviews;
mod saved;
mod schema;
#[cfg(test)]
mod schema_tests;
mod searches;
mod settings;
mod skips;
mod sources;
mod tally;
mod templates;
mod ties;
mod tunings;
mod twins;
mod vectors;
mod words;

use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

pub use compositions::{Composition, Material};
pub use descriptions::NewDescription;
pub use fields::{Field, FieldName, Origin};
pub use files::{FileRow, FileStamp, KnownFile, ReadFile};
pub use fused::{PartLens, PartModels};
pub use ids::{ModelId, PictureId, ProductId, SourceId, TuningId};
pub use lists::{ListRow, Variant};
pub use marks::StoredMark;
pub use pictures::{NewPicture, PictureCounts, PictureRow};
pub use products::{ProductPhoto as ProductPhotoRow, ProductRow};
pub use review_queue::QueueItem;
pub use reviews::{EventRow, NewEvent, StepKind, Stepped};
pub use saved::{SavedPicture, SavedRow};
pub use searches::SearchLog;
pub use settings::Setting;
pub use skips::SkipRow;
pub(crate) use sources::now_secs;
pub use sources::{Away, GroupBy, SourceRow};
pub(crate) use tally::Tally;
pub use ties::{Grouping, Tie, TiedProduct};
pub use tunings::{Learnt, TrainingState, TuningFigure, TuningPoint, TuningRow};
pub use twins::{Decided, Fingerprint, Likeness, TwinRow};
pub use words::{CodeKind, FactValue, WordsOf};

use postings::Postings;

use crate::error::CatalogError;

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Readers kept open for the next search.
const N_IDLE_READERS: usize = 4;
/// Of a new library: three vectors of 512 numbers a page, where the usual 4,096 hold one.
const PAGE_BYTES: u32 = 8_192;

/// The open database.
pub struct Store {
    file: PathBuf,
    /// None where the disk cannot be written.
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
    /// How readers open it.
    address: String,
    /// What the file was when it was opened.
    identity: Option<u64>,
    postings: Postings,
}

impl Store {
    /// Opens or makes `file`, and brings an older schema up to date. One that cannot be written is
    /// opened for reading.
    pub fn open(file: &Path) -> Result<Self, CatalogError> {
        match open_writer(file) {
            // SQLite opens a file that it may not write for reading, without a word.
            Ok(writer) if writer.is_readonly(rusqlite::MAIN_DB)? => Self::open_to_read(file),
            Ok(writer) => Ok(Self {
                file: file.to_path_buf(),
                identity: identity(file),
                address: address(file, ""),
                writer: Some(Mutex::new(writer)),
                readers: Mutex::default(),
                postings: Postings::default(),
            }),
            Err(CatalogError::Database(error)) if is_unwritable(&error) && file.is_file() => {
                Self::open_to_read(file)
            }
            Err(error) => Err(error),
        }
    }

    /// A library on a disk that is read-only, or of which this user may only read.
    fn open_to_read(file: &Path) -> Result<Self, CatalogError> {
        // With a journal beside it another process may be writing; without one nothing changes it
        // that we could see, and SQLite needs not make the files that it could not make.
        let journal = file.with_extension("db-wal");
        let has_journal = journal.metadata().is_ok_and(|metadata| metadata.len() > 0);
        let store = Self {
            file: file.to_path_buf(),
            identity: identity(file),
            address: address(file, if has_journal { "" } else { "?immutable=1" }),
            writer: None,
            readers: Mutex::default(),
            postings: Postings::default(),
        };
        let version = schema::version(&*store.reader()?)?;
        let folder = file.parent().unwrap_or(file);
        schema::check_version(version, folder)?;
        if version < schema::VERSION {
            return Err(CatalogError::Library {
                folder: folder.to_path_buf(),
                reason:
                    "it was made by an older Vitrine and has to be brought up to date, but cannot be written"
                        .into(),
            });
        }
        Ok(store)
    }

    /// Whether nothing can be added or changed.
    pub fn is_read_only(&self) -> bool {
        self.writer.is_none()
    }

    /// The one writer. Hold it for one transaction, not for work.
    fn writer(&self) -> Result<MutexGuard<'_, Connection>, CatalogError> {
        let folder = || self.file.parent().unwrap_or(&self.file).to_path_buf();
        let Some(writer) = &self.writer else { return Err(CatalogError::ReadOnly(folder())) };
        // What is written into a file that was deleted is lost without a word.
        if identity(&self.file) != self.identity {
            return Err(CatalogError::Library {
                folder: folder(),
                reason: "its folder was moved or deleted while Vitrine was using it; start again".into(),
            });
        }
        // A thread that panicked mid-transaction has rolled it back: the connection is good.
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A reader of its own, back in stock when dropped.
    fn reader(&self) -> Result<Reader<'_>, CatalogError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX
                    | OpenFlags::SQLITE_OPEN_URI;
                let connection = Connection::open_with_flags(&self.address, flags)?;
                prepare(&connection)?;
                connection
            }
        };
        Ok(Reader { store: self, connection: Some(connection) })
    }
}

fn open_writer(file: &Path) -> Result<Connection, CatalogError> {
    let mut writer = Connection::open(file)?;
    prepare(&writer)?;
    // Has an effect on a new file alone.
    writer.pragma_update(None, "page_size", PAGE_BYTES)?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    writer.pragma_update(None, "synchronous", "NORMAL")?;
    // Whether it can be written shows with the first write; a look at the schema would not tell.
    writer.execute_batch("BEGIN IMMEDIATE; COMMIT;")?;
    schema::migrate(&mut writer, file)?;
    Ok(writer)
}

fn prepare(connection: &Connection) -> Result<(), CatalogError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(96);
    rusqlite::vtab::array::load_module(connection)?;
    Ok(())
}

fn is_unwritable(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            rusqlite::ErrorCode::ReadOnly
                | rusqlite::ErrorCode::CannotOpen
                | rusqlite::ErrorCode::PermissionDenied
        )
    )
}

/// As SQLite's addresses want it: `file:` and a path in which everything unusual is written out.
fn address(file: &Path, options: &str) -> String {
    let mut address = String::from("file:");
    if cfg!(windows) {
        address.push('/');
    }
    for byte in path_bytes::to_bytes(file) {
        match byte {
            b'\\' if cfg!(windows) => address.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b':' => {
                address.push(char::from(byte));
            }
            other => address.push_str(&format!("%{other:02x}")),
        }
    }
    address + options
}

/// What tells a file from another one of the same name; none where it is gone, or the system does not say.
#[cfg(unix)]
fn identity(file: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|metadata| metadata.ino())
}

#[cfg(not(unix))]
fn identity(file: &Path) -> Option<u64> {
    file.is_file().then_some(0)
}

/// A reading connection on loan.
struct Reader<'a> {
    store: &'a Store,
    connection: Option<Connection>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut idle = self.store.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < N_IDLE_READERS {
            idle.extend(self.connection.take());
        }
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;
    #[allow(clippy::expect_used)] // taken in drop alone
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a reader holds its connection until it is dropped")
    }
}

impl DerefMut for Reader<'_> {
    #[allow(clippy::expect_used)] // taken in drop alone
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a reader holds its connection until it is dropped")
    }
}

/// Ids as an array that a statement takes as one parameter (`rarray(?1)`).
fn array<T: rusqlite::ToSql>(ids: impl IntoIterator<Item = T>) -> rusqlite::vtab::array::Array {
    let value = |id: T| match id.to_sql() {
        Ok(rusqlite::types::ToSqlOutput::Owned(value)) => value,
        _ => rusqlite::types::Value::Null,
    };
    std::rc::Rc::new(ids.into_iter().map(value).collect())
}

/// Rows and sizes are positive and below 2^53, so the casts between SQLite's i64 and u64 are exact.
fn to_u64(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
