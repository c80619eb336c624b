//! Files of model packs that were compared with their checksums.

use std::path::Path;

use rusqlite::{OptionalExtension, params};
use vitrine_models::{CheckedFile, CheckedFiles};

use super::{Store, path_bytes, to_i64, to_u64};
use crate::error::CatalogError;

impl Store {
    fn checked_file(&self, path: &Path) -> Result<Option<CheckedFile>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT size_bytes, modified_ns, sha256 FROM checked_file WHERE path = ?1")?;
        let found = statement.query_row([path_bytes::to_bytes(path)], |row| {
            Ok(CheckedFile { size_bytes: to_u64(row.get(0)?), modified_ns: row.get(1)?, sha256: row.get(2)? })
        });
        Ok(found.optional()?)
    }

    fn keep_checked_file(&self, path: &Path, file: &CheckedFile) -> Result<(), CatalogError> {
        self.writer()?.execute(
            "INSERT INTO checked_file (path, size_bytes, modified_ns, sha256) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET size_bytes = ?2, modified_ns = ?3, sha256 = ?4",
            params![path_bytes::to_bytes(path), to_i64(file.size_bytes), file.modified_ns, file.sha256],
        )?;
        Ok(())
    }
}

impl CheckedFiles for Store {
    fn known(&self, path: &Path) -> Option<CheckedFile> {
        self.checked_file(path).ok().flatten()
    }

    fn keep(&self, path: &Path, file: &CheckedFile) {
        if let Err(error) = self.keep_checked_file(path, file) {
            tracing::debug!(path = %path.display(), %error, "this file is checked again the next time");
        }
    }
}
