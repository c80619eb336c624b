//! What people searched for and which product they went to then: a log of the shop, and what was opened in this window.

use rusqlite::{OptionalExtension, params};

use super::{PictureId, Store, to_i64, to_u64};
use crate::error::CatalogError;

/// A log of searches as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchLog {
    /// The name of its file.
    pub name: String,
    /// The day when it was read, as `2026-01-31`; empty of one that is not kept yet.
    pub read_on: String,
    /// Rows below the header.
    pub n_rows: u64,
    /// Rows that name no search, no product, or no count.
    pub n_broken: u64,
    /// Rows whose number no product has.
    pub n_unknown: u64,
    /// Rows that were left out because they are rare.
    pub n_rare: u64,
    /// Different searches that are kept.
    pub n_queries: u64,
}

impl Store {
    /// Keeps a log in the place of the one before it: searches, folded numbers, and how often.
    pub fn set_search_log<'a>(
        &self,
        log: &SearchLog,
        searches: impl Iterator<Item = (&'a str, &'a str, u64)>,
    ) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        transaction.execute("DELETE FROM logged_search", [])?;
        transaction.execute(
            "INSERT OR REPLACE INTO search_log (id, name, read_ms, n_rows, n_broken, n_unknown, n_rare)
             VALUES (1, ?1, CAST(unixepoch('subsec') * 1000 AS INTEGER), ?2, ?3, ?4, ?5)",
            params![
                log.name,
                to_i64(log.n_rows),
                to_i64(log.n_broken),
                to_i64(log.n_unknown),
                to_i64(log.n_rare)
            ],
        )?;
        {
            let mut add = transaction.prepare_cached(
                "INSERT OR REPLACE INTO logged_search (query, code, n) VALUES (?1, ?2, ?3)",
            )?;
            for (query, code, n) in searches {
                add.execute(params![query, code, to_i64(n)])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// The log that there is.
    pub fn search_log(&self) -> Result<Option<SearchLog>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT name, date(read_ms / 1000, 'unixepoch', 'localtime'), n_rows, n_broken, n_unknown, n_rare,
                 (SELECT count(DISTINCT query) FROM logged_search) FROM search_log",
        )?;
        let found = statement.query_row([], |row| {
            let number = |at| Ok::<_, rusqlite::Error>(to_u64(row.get(at)?));
            Ok(SearchLog {
                name: row.get(0)?,
                read_on: row.get(1)?,
                n_rows: number(2)?,
                n_broken: number(3)?,
                n_unknown: number(4)?,
                n_rare: number(5)?,
                n_queries: number(6)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Forgets it.
    pub fn forget_search_log(&self) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        transaction.execute("DELETE FROM logged_search", [])?;
        transaction.execute("DELETE FROM search_log", [])?;
        transaction.commit()?;
        Ok(())
    }

    /// What the log says: searches with folded numbers and how often, those of one search one after the other.
    pub fn logged_searches(&self) -> Result<Vec<(String, String, u64)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT query, code, n FROM logged_search ORDER BY query, code")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, to_u64(row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Counts a photo that was opened after a search.
    pub fn add_opened(&self, query: &str, picture: PictureId) -> Result<(), CatalogError> {
        self.writer()?
            .prepare_cached(
                "INSERT INTO opened_result (query, picture_id, n)
                 SELECT ?1, id, 1 FROM picture WHERE id = ?2
                 ON CONFLICT (query, picture_id) DO UPDATE SET n = n + 1",
            )?
            .execute(params![query, picture])?;
        Ok(())
    }

    /// What was opened: searches with photos and how often, those of one search one after the other.
    pub fn opened_results(&self) -> Result<Vec<(String, PictureId, u64)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT query, picture_id, n FROM opened_result ORDER BY query, picture_id")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, to_u64(row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Different searches after which something was opened.
    pub fn n_opened(&self) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT count(DISTINCT query) FROM opened_result")?;
        Ok(statement.query_row([], |row| row.get(0)).map(to_u64)?)
    }

    /// Forgets all of that.
    pub fn forget_opened(&self) -> Result<(), CatalogError> {
        self.writer()?.execute("DELETE FROM opened_result", [])?;
        Ok(())
    }
}
