//! Files: paths that hold pictures, and what a scan learns about them.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{NewPicture, SkipRow, Store, path_bytes, to_i64, to_u64};
use crate::error::CatalogError;

/// What tells that a file has not changed, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp {
    /// Size in bytes.
    pub size_bytes: u64,
    /// Last change in nanoseconds since 1970, where the file system says.
    pub modified_ns: Option<i64>,
}

/// What the last scan left about a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownFile {
    /// It holds this picture.
    Picture(FileStamp, u64),
    /// It was skipped, for this reason.
    Skipped(FileStamp, String),
}

/// A file of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Where it is.
    pub path: PathBuf,
    /// Its stamp.
    pub stamp: FileStamp,
}

impl Store {
    /// What is known about a path; none when it is new.
    pub fn known_file(&self, path: &Path) -> Result<Option<KnownFile>, CatalogError> {
        let reader = self.reader()?;
        let bytes = path_bytes::to_bytes(path);
        let stamp = |row: &rusqlite::Row<'_>| {
            Ok::<_, rusqlite::Error>(FileStamp { size_bytes: to_u64(row.get(0)?), modified_ns: row.get(1)? })
        };
        let picture = reader
            .prepare_cached("SELECT size_bytes, modified_ns, picture_id FROM file WHERE path = ?1")?
            .query_row([&bytes], |row| Ok(KnownFile::Picture(stamp(row)?, to_u64(row.get(2)?))))
            .optional()?;
        if picture.is_some() {
            return Ok(picture);
        }
        Ok(reader
            .prepare_cached("SELECT size_bytes, modified_ns, code FROM skipped WHERE path = ?1")?
            .query_row([&bytes], |row| Ok(KnownFile::Skipped(stamp(row)?, row.get(2)?)))
            .optional()?)
    }

    /// Marks unchanged files as met by `scan`.
    pub fn mark_seen(&self, paths: &[PathBuf], source_id: u64, scan: u64) -> Result<(), CatalogError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        for table in ["file", "skipped"] {
            let mut statement = transaction
                .prepare_cached(&format!("UPDATE {table} SET scan = ?1, source_id = ?2 WHERE path = ?3"))?;
            for path in paths {
                statement.execute(params![to_i64(scan), to_i64(source_id), path_bytes::to_bytes(path)])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// A number higher than that of every scan before.
    pub fn next_scan(&self) -> Result<u64, CatalogError> {
        let highest: i64 = self.reader()?.query_row(
            "SELECT max(coalesce((SELECT max(scan) FROM file), 0), coalesce((SELECT max(scan) FROM skipped), 0))",
            [],
            |row| row.get(0),
        )?;
        Ok(to_u64(highest) + 1)
    }

    /// Records in one transaction what reading a batch of files brought. Answers the pictures'
    /// ids, in order, none for skipped ones.
    pub fn record_files(&self, batch: &[ReadFile], scan: u64) -> Result<Vec<Option<u64>>, CatalogError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let mut ids = Vec::with_capacity(batch.len());
        for file in batch {
            ids.push(match &file.outcome {
                Ok(picture) => {
                    let id = picture.insert(&transaction)?;
                    file.insert(&transaction, id, scan)?;
                    Some(id)
                }
                Err(skip) => {
                    transaction
                        .prepare_cached("DELETE FROM file WHERE path = ?1")?
                        .execute([path_bytes::to_bytes(&file.path)])?;
                    skip.insert(&transaction, &file.path, file.source_id, file.stamp, scan)?;
                    None
                }
            });
        }
        transaction.commit()?;
        Ok(ids)
    }

    /// Forgets files at or inside `root` that `scan` did not meet, sparing what is inside one of
    /// `unreadable`. Answers the pictures that no file holds any more.
    pub fn forget_unseen(
        &self,
        root: &Path,
        scan: u64,
        unreadable: &[PathBuf],
    ) -> Result<Vec<u64>, CatalogError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let (low, high) = path_bytes::inside(root);
        let mut candidates = Vec::new();
        for table in ["file", "skipped"] {
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT path FROM {table} WHERE (path = ?1 OR (path > ?2 AND path < ?3)) AND scan <> ?4"
            ))?;
            let rows = statement
                .query_map(params![path_bytes::to_bytes(root), low, high, to_i64(scan)], |row| row.get(0))?;
            for bytes in rows {
                candidates.push((table, path_bytes::from_bytes(bytes?)));
            }
        }
        let mut hidden = Vec::new();
        for (table, path) in candidates {
            if unreadable.iter().any(|folder| path.starts_with(folder)) {
                continue;
            }
            let bytes = path_bytes::to_bytes(&path);
            let picture: Option<i64> = if table == "file" {
                transaction
                    .prepare_cached("DELETE FROM file WHERE path = ?1 RETURNING picture_id")?
                    .query_row([&bytes], |row| row.get(0))
                    .optional()?
            } else {
                transaction.prepare_cached("DELETE FROM skipped WHERE path = ?1")?.execute([&bytes])?;
                None
            };
            hidden.extend(picture);
        }
        hidden.retain(|id| {
            transaction
                .query_row("SELECT n_files FROM picture WHERE id = ?1", [id], |row| row.get::<_, i64>(0))
                .is_ok_and(|n_files| n_files == 0)
        });
        transaction.commit()?;
        hidden.sort_unstable();
        hidden.dedup();
        Ok(hidden.into_iter().map(to_u64).collect())
    }

    /// The files that hold a picture, by path.
    pub fn files_of(&self, picture_id: u64) -> Result<Vec<FileRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT path, size_bytes, modified_ns FROM file WHERE picture_id = ?1 ORDER BY path",
        )?;
        let rows = statement.query_map([to_i64(picture_id)], |row| {
            Ok(FileRow {
                path: path_bytes::from_bytes(row.get(0)?),
                stamp: FileStamp { size_bytes: to_u64(row.get(1)?), modified_ns: row.get(2)? },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A file as it was read: its picture, or why there is none.
#[derive(Debug)]
pub struct ReadFile {
    /// Where it is.
    pub path: PathBuf,
    /// The source that it was found in.
    pub source_id: u64,
    /// Its stamp when it was read.
    pub stamp: FileStamp,
    /// What was in it.
    pub outcome: Result<NewPicture, SkipRow>,
}

impl ReadFile {
    fn insert(&self, transaction: &Transaction<'_>, picture_id: u64, scan: u64) -> Result<(), CatalogError> {
        let path = path_bytes::to_bytes(&self.path);
        transaction.prepare_cached("DELETE FROM skipped WHERE path = ?1")?.execute([&path])?;
        transaction
            .prepare_cached(
                "INSERT INTO file (path, source_id, size_bytes, modified_ns, picture_id, scan)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (path) DO UPDATE SET source_id = ?2, size_bytes = ?3, modified_ns = ?4,
                 picture_id = ?5, scan = ?6",
            )?
            .execute(params![
                path,
                to_i64(self.source_id),
                to_i64(self.stamp.size_bytes),
                self.stamp.modified_ns,
                to_i64(picture_id),
                to_i64(scan)
            ])?;
        Ok(())
    }
}
