//! One indexing process a library. Searching needs no lock.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

use crate::CatalogError;

/// Held for as long as this process may write to the library; the system lets go of it when the
/// process ends, however it ends.
pub(crate) struct WriteLock(#[allow(dead_code)] File);

impl WriteLock {
    pub(crate) fn acquire(library: &Path) -> Result<Self, CatalogError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(library.join("lock"))
            .map_err(CatalogError::io("opening the library's lock file"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(CatalogError::InUse(library.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(CatalogError::io("locking the library")(error)),
        }
    }
}
