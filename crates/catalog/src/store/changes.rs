//! The log of what an index in memory has to look at again.
//!
//! An entry names a picture, not what happened to it: whoever follows the log reads how the picture
//! stands now. So entries can be read twice, and in any number at once, with the same end.

use super::{PictureId, Store, array, tally::Tally, to_i64, to_u64};
use crate::error::CatalogError;

/// An entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Where it stands in the log.
    pub seq: u64,
    /// The picture.
    pub picture: PictureId,
    /// Whether its vector, its products or whether it can be seen changed.
    pub is_place: bool,
    /// Whether what is claimed of it changed.
    pub is_claim: bool,
}

/// How far the log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The last entry; 0 of an empty log.
    pub last: u64,
    /// Entries up to this one are gone: who has not followed that far reads everything anew.
    pub floor: u64,
}

/// The last entry that was ever written, also when the log was cut since.
pub(super) const LAST: &str = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change'), 0)";
pub(super) const AFTER: &str =
    "SELECT seq, picture_id, what FROM change WHERE seq > ?1 ORDER BY seq LIMIT ?2";

pub(super) const MEMBERSHIPS_OF: &str = "SELECT pp.picture_id, pp.product_id FROM rarray(?1) w
     CROSS JOIN picture p ON p.id = w.value AND p.n_files > 0
     CROSS JOIN product_picture pp ON pp.picture_id = p.id";

pub(super) const SEEN_OF: &str = "SELECT pp.product_id, pp.picture_id FROM rarray(?1) w
     CROSS JOIN product_picture pp ON pp.product_id = w.value
     CROSS JOIN picture p ON p.id = pp.picture_id AND p.n_files > 0
     ORDER BY pp.product_id, pp.picture_id";

/// Read from indexes alone.
pub(super) const HIDDEN: &str = "SELECT id FROM picture WHERE hidden_since IS NOT NULL";
pub(super) const MEMBERSHIPS: &str =
    "SELECT picture_id, product_id FROM product_picture INDEXED BY product_of_picture ORDER BY picture_id";

impl Store {
    /// How far the log goes.
    pub fn log(&self) -> Result<Log, CatalogError> {
        let reader = self.reader()?;
        let last = reader.prepare_cached(LAST)?.query_row([], |row| row.get(0))?;
        Ok(Log { last: to_u64(last), floor: Tally::LogFloor.read(&reader)? })
    }

    /// Up to `limit` entries after `seq`, in order.
    pub fn changes_after(&self, seq: u64, limit: u64) -> Result<Vec<Change>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(AFTER)?;
        let rows = statement.query_map([to_i64(seq), to_i64(limit)], |row| {
            let what: u8 = row.get(2)?;
            Ok(Change {
                seq: to_u64(row.get(0)?),
                picture: row.get(1)?,
                is_place: what & 1 != 0,
                is_claim: what & 2 != 0,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn trim_log(&self, upto: u64) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        if Tally::LogFloor.read(&transaction)? < upto {
            transaction.execute("DELETE FROM change WHERE seq <= ?1", [to_i64(upto)])?;
            Tally::LogFloor.set(&transaction, upto)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Keeps the last `n_kept` entries of a log that has grown to twice as many. An index that is further
    /// behind, or whose file is, reads everything anew.
    pub fn shorten_log(&self, n_kept: u64) -> Result<(), CatalogError> {
        let log = self.log()?;
        if log.last.saturating_sub(log.floor) <= n_kept.saturating_mul(2) {
            return Ok(());
        }
        self.trim_log(log.last - n_kept)
    }

    /// Of these pictures those that can be seen, each with its products.
    pub fn memberships(
        &self,
        pictures: &[PictureId],
    ) -> Result<Vec<(PictureId, super::ProductId)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(MEMBERSHIPS_OF)?;
        let rows =
            statement.query_map([array(pictures.iter().copied())], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The pictures of these products that can be seen, by rising ids.
    pub fn pictures_seen_of(
        &self,
        products: &[super::ProductId],
    ) -> Result<Vec<(super::ProductId, PictureId)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(SEEN_OF)?;
        let rows =
            statement.query_map([array(products.iter().copied())], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Hands every picture that can be seen to `take`, with each of its products; answers how far the
    /// log went then.
    pub fn each_membership(
        &self,
        mut take: impl FnMut(PictureId, super::ProductId),
    ) -> Result<u64, CatalogError> {
        let mut reader = self.reader()?;
        // One transaction: the log's end and the rows are of one moment.
        let transaction = reader.transaction()?;
        let last: i64 = transaction.query_row(LAST, [], |row| row.get(0))?;
        {
            let hidden: std::collections::HashSet<PictureId> = {
                let mut statement = transaction.prepare_cached(HIDDEN)?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.collect::<Result<_, _>>()?
            };
            let mut statement = transaction.prepare_cached(MEMBERSHIPS)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let picture = row.get(0)?;
                if hidden.is_empty() || !hidden.contains(&picture) {
                    take(picture, row.get(1)?);
                }
            }
        }
        Ok(to_u64(last))
    }
}
