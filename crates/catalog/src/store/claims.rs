//! What is claimed of pictures, the other way round: of which pictures something is claimed.

use rusqlite::params;

use super::{ModelId, PictureId, Store, array, tally::Tally};
use crate::{describe::AttributeKind, error::CatalogError};

/// Read from the index alone; a picture comes once a writer.
pub(super) const WITH_CLAIM: &str =
    "SELECT picture_id, writer_id FROM attribute INDEXED BY attribute_by_value
     WHERE kind = ?1 AND list = ?2 AND value = ?3 ORDER BY picture_id";

/// Of ?2 those whose description is by ?1: the newest, and none by the writer ?3.
pub(super) const BY_WRITER: &str = "SELECT w.value FROM rarray(?2) w
     WHERE ?1 = (SELECT writer_id FROM composition WHERE picture_id = w.value
                 ORDER BY writer_id = ?3 DESC, writer_id DESC LIMIT 1)";

/// From value to value, each found through the index: what differs is few among what stands there.
pub(super) const VALUES: &str = "WITH RECURSIVE next (value) AS (
         SELECT min(value) FROM attribute WHERE kind = ?1 AND list = ?2
         UNION ALL
         SELECT (SELECT min(value) FROM attribute WHERE kind = ?1 AND list = ?2 AND value > next.value)
         FROM next WHERE next.value IS NOT NULL)
     SELECT value FROM next WHERE value IS NOT NULL";

/// Read from the index alone.
const MOST_CLAIMED: &str = "SELECT value FROM attribute WHERE kind = ?1 AND list = ?2
     GROUP BY value ORDER BY count(*) DESC, value LIMIT ?3";

impl Store {
    /// Every value that is claimed of any picture, by any writer, by the alphabet.
    pub fn claimed_values(&self, kind: &AttributeKind) -> Result<Vec<String>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(VALUES)?;
        let rows = statement.query_map([kind.name(), kind.list().unwrap_or_default()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The values that are claimed of most pictures, by any writer, the most frequent first.
    pub fn most_claimed(&self, kind: &AttributeKind, limit: usize) -> Result<Vec<String>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(MOST_CLAIMED)?;
        let limit = super::to_i64(limit as u64);
        let rows = statement
            .query_map(params![kind.name(), kind.list().unwrap_or_default(), limit], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pictures of which this is claimed, by the writer in use or, where that has not come to them, by the
    /// newest other; by rising id, hidden ones too.
    pub fn with_claim(
        &self,
        kind: &AttributeKind,
        value: &str,
        writer: ModelId,
    ) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let (mut current, mut older) = (Vec::new(), std::collections::HashMap::<ModelId, Vec<_>>::new());
        {
            let mut statement = reader.prepare_cached(WITH_CLAIM)?;
            let list = kind.list().unwrap_or_default();
            let mut rows = statement.query(params![kind.name(), list, value])?;
            while let Some(row) = rows.next()? {
                let (picture, by): (PictureId, ModelId) = (row.get(0)?, row.get(1)?);
                if by == writer {
                    current.push(picture);
                } else {
                    older.entry(by).or_default().push(picture);
                }
            }
        }
        // Where the writer in use has described everything, nothing by others counts.
        let is_complete = Tally::Compositions(writer).read(&reader)? >= Tally::Pictures.read(&reader)?;
        if !is_complete {
            let mut statement = reader.prepare_cached(BY_WRITER)?;
            for (by, pictures) in older {
                let rows = statement.query_map(params![by, array(pictures), writer], |row| row.get(0))?;
                for picture in rows {
                    current.push(picture?);
                }
            }
            current.sort_unstable();
        }
        current.dedup();
        Ok(current)
    }

    /// Everything that is claimed of these pictures, by the same rule.
    pub fn claims_of(
        &self,
        pictures: &[PictureId],
        writer: ModelId,
    ) -> Result<Vec<(PictureId, AttributeKind, String)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(OF_PICTURES)?;
        let rows = statement.query_map(params![array(pictures.iter().copied()), writer], |row| {
            let (kind, list): (String, String) = (row.get(1)?, row.get(2)?);
            Ok((row.get(0)?, AttributeKind::from_name(&kind, &list), row.get(3)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(super) const OF_PICTURES: &str = "SELECT a.picture_id, a.kind, a.list, a.value FROM rarray(?1) w
     CROSS JOIN attribute a ON a.picture_id = w.value
     AND a.writer_id = (SELECT writer_id FROM composition WHERE picture_id = w.value
                        ORDER BY writer_id = ?2 DESC, writer_id DESC LIMIT 1)";
