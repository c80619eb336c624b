//! Files: paths that hold pictures, and what a scan learns about them.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{NewPicture, PictureId, SkipRow, SourceId, Store, path_bytes, ties, to_i64, to_u64};
use crate::error::CatalogError;

/// What tells that a file has not changed, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileStamp {
    /// Size in bytes.
    pub size_bytes: u64,
    /// Last change in nanoseconds since 1970, where the file system says.
    pub modified_ns: Option<i64>,
}

/// What the last scan left about a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownFile {
    /// It holds this picture, decoded by these rules.
    Picture(FileStamp, PictureId, u32),
    /// It was skipped, for this reason, by these rules.
    Skipped(FileStamp, String, u32),
}

/// A file of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Where it is.
    pub path: PathBuf,
    /// Its stamp.
    pub stamp: FileStamp,
}

pub(super) const KNOWN: &str = "SELECT f.size_bytes, f.modified_ns, f.picture_id, p.reading
     FROM file f JOIN picture p ON p.id = f.picture_id WHERE f.path = ?1";
pub(super) const OF_PICTURE: &str =
    "SELECT path, size_bytes, modified_ns FROM file WHERE picture_id = ?1 ORDER BY path";

impl Store {
    /// What is known about a path; none when it is new.
    pub fn known_file(&self, path: &Path) -> Result<Option<KnownFile>, CatalogError> {
        let reader = self.reader()?;
        let bytes = path_bytes::to_bytes(path);
        let stamp = |row: &rusqlite::Row<'_>| {
            Ok::<_, rusqlite::Error>(FileStamp { size_bytes: to_u64(row.get(0)?), modified_ns: row.get(1)? })
        };
        // A file that a model failed on, or that is doubtful, is in both tables: the photo is there.
        let skipped = reader
            .prepare_cached("SELECT size_bytes, modified_ns, code, reading FROM skipped WHERE path = ?1")?
            .query_row([&bytes], |row| Ok(KnownFile::Skipped(stamp(row)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let picture = reader
            .prepare_cached(KNOWN)?
            .query_row([&bytes], |row| Ok(KnownFile::Picture(stamp(row)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        Ok(picture.or(skipped))
    }

    /// Marks unchanged files as met by `scan`.
    pub fn mark_seen(&self, paths: &[PathBuf], source: SourceId, scan: u64) -> Result<(), CatalogError> {
        if paths.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        for table in ["file", "skipped"] {
            let mut statement = transaction
                .prepare_cached(&format!("UPDATE {table} SET scan = ?1, source_id = ?2 WHERE path = ?3"))?;
            for path in paths {
                statement.execute(params![to_i64(scan), source, path_bytes::to_bytes(path)])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Records in one transaction what reading a batch of files brought. Answers the pictures'
    /// ids, in order, none for skipped ones. Files of a source that was removed meanwhile bring nothing.
    pub fn record_files(
        &self,
        batch: &[ReadFile],
        scan: u64,
    ) -> Result<Vec<Option<PictureId>>, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let mut ids = Vec::with_capacity(batch.len());
        for file in batch {
            let has_source: bool = transaction
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM source WHERE id = ?1)")?
                .query_row([file.source], |row| row.get(0))?;
            if !has_source {
                ids.push(None);
                continue;
            }
            let before: Option<PictureId> = transaction
                .prepare_cached("SELECT picture_id FROM file WHERE path = ?1")?
                .query_row([path_bytes::to_bytes(&file.path)], |row| row.get(0))
                .optional()?;
            let now = match &file.outcome {
                Ok(picture) => {
                    let id = picture.insert(&transaction)?;
                    file.insert(&transaction, id, scan)?;
                    if let Some(skip) = picture.doubts.as_skip() {
                        skip.to_row().insert(&transaction, &file.path, file.source, file.stamp, scan)?;
                    }
                    ties::regroup(&transaction, id)?;
                    Some(id)
                }
                Err(skip) => {
                    transaction
                        .prepare_cached("DELETE FROM file WHERE path = ?1")?
                        .execute([path_bytes::to_bytes(&file.path)])?;
                    skip.insert(&transaction, &file.path, file.source, file.stamp, scan)?;
                    None
                }
            };
            // Another file may hold what this path held before: it goes by that one's ties now.
            if let Some(before) = before.filter(|&before| Some(before) != now) {
                ties::regroup(&transaction, before)?;
            }
            ids.push(now);
        }
        transaction.commit()?;
        Ok(ids)
    }

    /// Forgets files at or inside `root` that `scan` did not meet, sparing what is inside one of
    /// `unreadable`. Answers how many pictures no file holds any more: they are hidden and keep
    /// everything.
    pub fn forget_unseen(&self, root: &Path, scan: u64, unreadable: &[PathBuf]) -> Result<u64, CatalogError> {
        let mut writer = self.writer()?;
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
        let mut left = Vec::new();
        for (table, path) in candidates {
            // A skipped row of the folder itself is the reason why what is inside was not met.
            if unreadable.iter().any(|folder| path.starts_with(folder)) {
                continue;
            }
            let bytes = path_bytes::to_bytes(&path);
            if table == "file" {
                let picture: Option<PictureId> = transaction
                    .prepare_cached("DELETE FROM file WHERE path = ?1 RETURNING picture_id")?
                    .query_row([&bytes], |row| row.get(0))
                    .optional()?;
                left.extend(picture);
            } else {
                transaction.prepare_cached("DELETE FROM skipped WHERE path = ?1")?.execute([&bytes])?;
            }
        }
        left.sort_unstable();
        left.dedup();
        let mut n_hidden = 0;
        for picture in left {
            let n_files: Option<i64> = transaction
                .prepare_cached("SELECT n_files FROM picture WHERE id = ?1")?
                .query_row([picture], |row| row.get(0))
                .optional()?;
            match n_files {
                Some(0) => n_hidden += 1,
                _ => ties::regroup(&transaction, picture)?,
            }
        }
        transaction.commit()?;
        Ok(n_hidden)
    }

    /// The files that hold a picture, by path.
    pub fn files_of(&self, picture: PictureId) -> Result<Vec<FileRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(OF_PICTURE)?;
        let rows = statement.query_map([picture], |row| {
            Ok(FileRow {
                path: path_bytes::from_bytes(row.get(0)?),
                stamp: FileStamp { size_bytes: to_u64(row.get(1)?), modified_ns: row.get(2)? },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Paths of a source's files, in order: what a scan met the last time.
    pub fn paths_of(&self, source: SourceId) -> Result<Vec<PathBuf>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT path FROM file WHERE source_id = ?1 ORDER BY path")?;
        let rows = statement.query_map([source], |row| Ok(path_bytes::from_bytes(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The paths of all files with pictures, sorted.
    pub fn photo_paths(&self) -> Result<Vec<PathBuf>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT path FROM file ORDER BY path")?;
        let rows = statement.query_map([], |row| Ok(path_bytes::from_bytes(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A file as it was read: its picture, or why there is none.
#[derive(Debug)]
pub struct ReadFile {
    /// Where it is.
    pub path: PathBuf,
    /// The source that it was found in.
    pub source: SourceId,
    /// Its stamp when it was read.
    pub stamp: FileStamp,
    /// What was in it.
    pub outcome: Result<NewPicture, SkipRow>,
}

impl ReadFile {
    fn insert(
        &self,
        transaction: &Transaction<'_>,
        picture: PictureId,
        scan: u64,
    ) -> Result<(), CatalogError> {
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
                self.source,
                to_i64(self.stamp.size_bytes),
                self.stamp.modified_ns,
                picture,
                to_i64(scan)
            ])?;
        Ok(())
    }
}
