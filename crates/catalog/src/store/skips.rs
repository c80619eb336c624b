//! Files that were passed over, and why.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{FileStamp, PictureId, SourceId, Store, path_bytes, to_i64, to_u64};
use crate::{
    error::CatalogError,
    photo::{Doubts, READING_VERSION},
};

/// Why a file was passed over: the kind, as [`crate::photo::SkipCode`] names it, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipRow {
    /// The kind.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl SkipRow {
    pub(super) fn insert(
        &self,
        transaction: &Transaction<'_>,
        path: &Path,
        source: SourceId,
        stamp: FileStamp,
        scan: u64,
    ) -> Result<(), CatalogError> {
        transaction
            .prepare_cached(
                "INSERT INTO skipped (path, source_id, size_bytes, modified_ns, code, message, scan, reading)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT DO UPDATE SET source_id = ?2, size_bytes = ?3, modified_ns = ?4, code = ?5,
                 message = ?6, scan = ?7, reading = ?8",
            )?
            .execute(params![
                path_bytes::to_bytes(path),
                source,
                to_i64(stamp.size_bytes),
                stamp.modified_ns,
                self.code,
                self.message,
                to_i64(scan),
                READING_VERSION
            ])?;
        Ok(())
    }
}

impl Store {
    /// A part of the skipped files, by path.
    pub fn skipped(&self, offset: u64, limit: u64) -> Result<Vec<(PathBuf, SkipRow)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT path, code, message FROM skipped ORDER BY path LIMIT ?1 OFFSET ?2")?;
        let rows = statement.query_map([to_i64(limit), to_i64(offset)], |row| {
            Ok((path_bytes::from_bytes(row.get(0)?), SkipRow { code: row.get(1)?, message: row.get(2)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lists a picture's files as skipped because a model failed on it. The files stay in the
    /// catalog: the photo can be browsed, and a later run tries again.
    pub fn record_model_failure(
        &self,
        picture: PictureId,
        skip: &SkipRow,
        scan: u64,
    ) -> Result<(), CatalogError> {
        let files = self.files_of(picture)?;
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        for file in files {
            let source: Option<SourceId> = transaction
                .query_row(
                    "SELECT source_id FROM file WHERE path = ?1",
                    [path_bytes::to_bytes(&file.path)],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(source) = source {
                skip.insert(&transaction, &file.path, source, file.stamp, scan)?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Takes a picture's files off the list, once a model did manage. What is doubtful about it is listed again.
    pub fn clear_model_failures(&self, pictures: &[PictureId]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        for &id in pictures {
            let failed: Vec<(PathBuf, SourceId, FileStamp, u64)> = transaction
                .prepare_cached(
                    "DELETE FROM skipped WHERE path IN (SELECT path FROM file WHERE picture_id = ?1)
                     AND code = 'model_failed' RETURNING path, source_id, size_bytes, modified_ns, scan",
                )?
                .query_map([id], |row| {
                    let stamp = FileStamp { size_bytes: to_u64(row.get(2)?), modified_ns: row.get(3)? };
                    Ok((path_bytes::from_bytes(row.get(0)?), row.get(1)?, stamp, to_u64(row.get(4)?)))
                })?
                .collect::<Result<_, _>>()?;
            if failed.is_empty() {
                continue;
            }
            let doubts: String = transaction
                .prepare_cached("SELECT doubts FROM picture WHERE id = ?1")?
                .query_row([id], |row| row.get(0))?;
            let Some(skip) = Doubts::from_stored(doubts).as_skip() else { continue };
            for (path, source, stamp, scan) in failed {
                skip.to_row().insert(&transaction, &path, source, stamp, scan)?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}
