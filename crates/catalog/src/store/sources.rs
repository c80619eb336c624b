//! What the merchant added.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, params};

use super::{Store, path_bytes, to_i64, to_u64};
use crate::error::CatalogError;

/// A folder or a single file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Its id.
    pub id: u64,
    /// Its absolute path.
    pub path: PathBuf,
    /// Whether it is the sample catalog.
    pub is_sample: bool,
    /// Files of it that hold pictures.
    pub n_files: u64,
}

impl Store {
    /// Every source, in the order in which they were added.
    pub fn sources(&self) -> Result<Vec<SourceRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT id, path, is_sample, (SELECT count(*) FROM file WHERE source_id = source.id) FROM source ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(SourceRow {
                id: to_u64(row.get(0)?),
                path: path_bytes::from_bytes(row.get(1)?),
                is_sample: row.get(2)?,
                n_files: to_u64(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds a source and answers its id. A path inside an older source is that source's; older
    /// sources inside the new path become part of it, with all that is known of their files.
    pub fn add_source(&self, path: &Path, is_sample: bool) -> Result<u64, CatalogError> {
        let older = self.sources()?;
        if let Some(around) = older.iter().find(|source| path.starts_with(&source.path)) {
            return Ok(around.id);
        }
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        transaction.execute(
            "INSERT INTO source (path, is_sample) VALUES (?1, ?2)",
            params![path_bytes::to_bytes(path), is_sample],
        )?;
        let id = transaction.last_insert_rowid();
        for inside in older.iter().filter(|source| source.path.starts_with(path)) {
            for table in ["file", "skipped", "listing"] {
                transaction.execute(
                    &format!("UPDATE {table} SET source_id = ?1 WHERE source_id = ?2"),
                    params![id, to_i64(inside.id)],
                )?;
            }
            transaction.execute("DELETE FROM source WHERE id = ?1", [to_i64(inside.id)])?;
        }
        transaction.commit()?;
        Ok(to_u64(id))
    }

    /// Forgets a source and its files; answers the pictures that no other source holds. Their
    /// vectors and descriptions go too: the merchant asked for it.
    pub fn remove_source(&self, id: u64) -> Result<Vec<u64>, CatalogError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let known: Option<i64> = transaction
            .query_row("SELECT id FROM source WHERE id = ?1", [to_i64(id)], |row| row.get(0))
            .optional()?;
        if known.is_none() {
            return Err(CatalogError::NoSuchSource);
        }
        // Triggers do not fire for rows that a foreign key removes unless recursive triggers are on.
        transaction.execute("DELETE FROM file WHERE source_id = ?1", [to_i64(id)])?;
        transaction.execute("DELETE FROM source WHERE id = ?1", [to_i64(id)])?;
        let gone = {
            let mut statement = transaction.prepare("DELETE FROM picture WHERE n_files = 0 RETURNING id")?;
            let rows = statement.query_map([], |row| Ok(to_u64(row.get(0)?)))?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        transaction.commit()?;
        Ok(gone)
    }
}
