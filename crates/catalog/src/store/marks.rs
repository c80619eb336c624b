//! Marks that lie on many photos of a source, and which photos were compared with them.

use rusqlite::{OptionalExtension, params};

use super::{PictureId, SourceId, Store, to_i64, to_u64};
use crate::{error::CatalogError, health::Mark};

/// Bytes of a point.
const POINT: usize = 12;

/// What was found out about a source.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMark {
    /// Its number; another one whenever a source was looked at anew.
    pub id: i64,
    /// How many photos there were.
    pub n_photos: u64,
    /// The mark; none where there is none.
    pub(crate) mark: Option<Mark>,
}

/// Pictures whose first file lies in the source ?1.
const OF_SOURCE: &str = "EXISTS (SELECT 1 FROM file f WHERE f.picture_id = q.picture_id AND f.source_id = ?1
     AND f.id = (SELECT min(id) FROM file WHERE picture_id = q.picture_id))";

impl Store {
    /// What was found out about a source, if it was looked at.
    pub fn mark_of(&self, source: SourceId) -> Result<Option<StoredMark>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT id, n_photos, width, height, points FROM mark WHERE source_id = ?1")?;
        let found = statement.query_row([source], |row| {
            let points: Vec<u8> = row.get(4)?;
            let mark = Mark { size: (row.get(2)?, row.get(3)?), points: points_of(&points) };
            Ok(StoredMark {
                id: row.get(0)?,
                n_photos: to_u64(row.get(1)?),
                mark: Some(mark).filter(|mark| !mark.points.is_empty()),
            })
        });
        Ok(found.optional()?)
    }

    /// Keeps what was found out about a source of so many photos. Without a mark none of them counts as marked any
    /// more.
    pub(crate) fn set_mark(
        &self,
        source: SourceId,
        n_photos: u64,
        mark: Option<Mark>,
    ) -> Result<StoredMark, CatalogError> {
        let (size, points) =
            mark.as_ref().map_or(((0, 0), Vec::new()), |mark| (mark.size, bytes_of(&mark.points)));
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        transaction.execute("DELETE FROM mark WHERE source_id = ?1", [source])?;
        let id = transaction.query_row(
            "INSERT INTO mark (source_id, n_photos, width, height, points) VALUES (?1, ?2, ?3, ?4, ?5)
             RETURNING id",
            params![source, to_i64(n_photos), size.0, size.1, points],
            |row| row.get(0),
        )?;
        if mark.is_none() {
            transaction.execute(
                &format!("UPDATE photo_quality AS q SET is_marked = 0 WHERE is_marked = 1 AND {OF_SOURCE}"),
                [source],
            )?;
        }
        transaction.commit()?;
        Ok(StoredMark { id, n_photos, mark })
    }

    /// Up to `limit` measured pictures of a source, from all of it, in no order.
    pub fn some_of(&self, source: SourceId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        // By a multiplier that scatters neighbouring numbers, so that not one folder of many is met.
        let mut statement = reader.prepare_cached(
            "SELECT DISTINCT f.picture_id FROM file f WHERE f.source_id = ?1
             ORDER BY f.picture_id * 2654435761 % 4294967296 LIMIT ?2",
        )?;
        let rows = statement.query_map(params![source, to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pictures of a source after `after` that were not compared with this mark.
    pub fn not_compared(
        &self,
        source: SourceId,
        mark: i64,
        after: PictureId,
        limit: u64,
    ) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&format!(
            "SELECT q.picture_id FROM photo_quality q
             WHERE q.picture_id > ?3 AND q.mark_id IS NOT ?2 AND {OF_SOURCE} ORDER BY q.picture_id LIMIT ?4"
        ))?;
        let rows = statement.query_map(params![source, mark, after, to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps which pictures a mark lies on.
    pub fn set_marked(&self, mark: i64, compared: &[(PictureId, bool)]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        for (picture, is_marked) in compared {
            transaction
                .prepare_cached(
                    "UPDATE photo_quality SET is_marked = ?2, mark_id = ?3 WHERE picture_id = ?1",
                )?
                .execute(params![picture, is_marked, mark])?;
        }
        transaction.commit()?;
        Ok(())
    }
}

fn bytes_of(points: &[(u16, u16, [f32; 2])]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(points.len() * POINT);
    for (x, y, [dx, dy]) in points {
        bytes.extend(x.to_le_bytes().into_iter().chain(y.to_le_bytes()));
        bytes.extend(dx.to_le_bytes().into_iter().chain(dy.to_le_bytes()));
    }
    bytes
}

fn points_of(bytes: &[u8]) -> Vec<(u16, u16, [f32; 2])> {
    let (points, _) = bytes.as_chunks::<POINT>();
    points
        .iter()
        .map(|[a, b, c, d, e, f, g, h, i, j, k, l]| {
            let direction = [f32::from_le_bytes([*e, *f, *g, *h]), f32::from_le_bytes([*i, *j, *k, *l])];
            (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]), direction)
        })
        .collect()
}
