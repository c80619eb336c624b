//! Counters that triggers keep, so that no count walks over a table.

use rusqlite::{Connection, OptionalExtension};

use super::{ModelId, PictureCounts, SourceId, Store, to_i64, to_u64};
use crate::error::CatalogError;

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tally {
    /// Pictures that a file holds.
    Pictures,
    /// Pictures that no file holds any more.
    Hidden,
    /// Products of which a photo can be seen.
    Products,
    /// Files on the list of those passed over.
    Skipped,
    /// Files of a source.
    Files(SourceId),
    /// Pictures with a vector of a model, among those that a file holds.
    Vectors(ModelId),
    /// Pictures with a description by a writer, among those that a file holds.
    Compositions(ModelId),
    /// The last number that a scan got.
    Scan,
    /// Changes up to this one are no longer in the log.
    LogFloor,
    /// How often words were written.
    Words,
}

impl Tally {
    pub(super) fn key(self) -> (&'static str, u32) {
        match self {
            Self::Pictures => ("picture", 0),
            Self::Hidden => ("hidden", 0),
            Self::Products => ("product", 0),
            Self::Skipped => ("skipped", 0),
            Self::Files(source) => ("file", source.get()),
            Self::Vectors(model) => ("vector", model.get()),
            Self::Compositions(writer) => ("composition", writer.get()),
            Self::Scan => ("scan", 0),
            Self::LogFloor => ("log_floor", 0),
            Self::Words => ("words", 0),
        }
    }

    pub(super) fn read(self, connection: &Connection) -> Result<u64, CatalogError> {
        let (what, of) = self.key();
        let n: Option<i64> = connection
            .prepare_cached("SELECT n FROM tally WHERE what = ?1 AND of = ?2")?
            .query_row((what, of), |row| row.get(0))
            .optional()?;
        Ok(to_u64(n.unwrap_or(0)))
    }

    pub(super) fn set(self, connection: &Connection, n: u64) -> Result<(), CatalogError> {
        let (what, of) = self.key();
        connection
            .prepare_cached("INSERT INTO tally VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = ?3")?
            .execute((what, of, to_i64(n)))?;
        Ok(())
    }
}

impl Store {
    pub(crate) fn tally(&self, what: Tally) -> Result<u64, CatalogError> {
        what.read(&*self.reader()?)
    }

    /// How many pictures can be browsed.
    pub fn n_pictures(&self) -> Result<u64, CatalogError> {
        self.tally(Tally::Pictures)
    }

    /// How many files are on the list of those passed over.
    pub fn n_skipped(&self) -> Result<u64, CatalogError> {
        self.tally(Tally::Skipped)
    }

    /// How many products and pictures there are, and how far these have come.
    pub fn counts(&self, clip: ModelId, writer: ModelId) -> Result<PictureCounts, CatalogError> {
        let reader = self.reader()?;
        Ok(PictureCounts {
            n_products: Tally::Products.read(&reader)?,
            n_pictures: Tally::Pictures.read(&reader)?,
            n_searchable: Tally::Vectors(clip).read(&reader)?,
            n_described: Tally::Compositions(writer).read(&reader)?,
            n_hidden: Tally::Hidden.read(&reader)?,
        })
    }

    /// A number higher than that of every scan before.
    pub fn next_scan(&self) -> Result<u64, CatalogError> {
        let writer = self.writer()?;
        let next = Tally::Scan.read(&writer)? + 1;
        Tally::Scan.set(&writer, next)?;
        Ok(next)
    }

    /// The number of the last scan.
    pub fn last_scan(&self) -> Result<u64, CatalogError> {
        self.tally(Tally::Scan)
    }
}
