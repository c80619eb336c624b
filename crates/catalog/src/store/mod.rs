//! SQLite: everything that cannot be computed again cheaply.
//!
//! One file a table, each with the statements on it; no SQL stands outside
//! this folder. There is one writer, behind a lock, and a small stock of
//! readers, so that a search never waits for an index run. The journal is WAL
//! with `synchronous = NORMAL`: a commit survives `kill -9`, and a power cut
//! loses at most the last commits, never the database.
//!
//! A **source** is what the merchant added, a **file** is one path below it, a
//! **picture** is a content (by BLAKE3 hash) however many files hold it.
//! Vectors and descriptions belong to a picture and a model, so renamed and
//! copied files keep them.

mod compositions;
mod descriptions;
mod files;
mod listings;
mod path_bytes;
mod pictures;
mod schema;
mod settings;
mod skips;
mod sources;
mod vectors;

use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

pub use compositions::Material;
pub use descriptions::NewDescription;
pub use files::{FileRow, FileStamp, KnownFile, ReadFile};
pub use listings::Listing;
pub use pictures::{NewPicture, PictureCounts, PictureRow};
pub use settings::Setting;
pub use skips::SkipRow;
pub use sources::SourceRow;

use crate::error::CatalogError;

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Readers kept open for the next search.
const N_IDLE_READERS: usize = 4;

/// The open database.
pub struct Store {
    file: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens or makes `file`, and brings an older schema up to date.
    pub fn open(file: &Path) -> Result<Self, CatalogError> {
        let mut writer = Connection::open(file)?;
        prepare(&writer)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "NORMAL")?;
        schema::migrate(&mut writer, file)?;
        Ok(Self { file: file.to_path_buf(), writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) })
    }

    /// The one writer. Hold it for one transaction, not for work.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked mid-transaction has rolled it back: the connection is good.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A reader of its own, back in stock when dropped.
    fn reader(&self) -> Result<Reader<'_>, CatalogError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(&self.file, flags)?;
                prepare(&connection)?;
                connection
            }
        };
        Ok(Reader { store: self, connection: Some(connection) })
    }
}

fn prepare(connection: &Connection) -> Result<(), CatalogError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
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

/// Rows and ids are positive and below 2^53, so the casts between SQLite's i64 and u64 are exact.
fn to_u64(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
