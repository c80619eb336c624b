//! What the catalog's health is told by: how photos are made, and counts.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{PictureId, Store, path_bytes, to_i64, to_u64};
use crate::{
    error::CatalogError,
    health::{AgreementDay, PhotoQuality, RULES, Unphotographed},
};

/// Pictures after ?1 that can be seen and were not measured by the rules ?2.
pub(super) const UNMEASURED: &str = "SELECT p.id FROM picture p WHERE p.id > ?1 AND p.n_files > 0
     AND NOT EXISTS (SELECT 1 FROM photo_quality WHERE picture_id = p.id AND rules = ?2)
     ORDER BY p.id LIMIT ?3";

/// Products of lists of which nothing can be seen.
pub(super) const UNPHOTOGRAPHED: &str = "SELECT p.id, p.title, l.key, l.list
     FROM product p JOIN listed l ON l.product_id = p.id
     WHERE p.n_live = 0
     AND l.list = (SELECT min(list) FROM listed WHERE product_id = p.id)
     ORDER BY l.list, p.id LIMIT ?1 OFFSET ?2";

pub(super) const N_UNPHOTOGRAPHED: &str = "SELECT count(*) FROM product p WHERE p.n_live = 0
     AND EXISTS (SELECT 1 FROM listed WHERE product_id = p.id)";

impl Store {
    /// Pictures after `after` that can be seen and were not measured by the rules in use.
    pub fn unmeasured(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(UNMEASURED)?;
        let rows = statement.query_map(params![after, RULES, to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many pictures that can be seen were not measured by the rules in use.
    pub fn n_unmeasured(&self) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT count(*) FROM picture p WHERE p.n_files > 0
             AND NOT EXISTS (SELECT 1 FROM photo_quality WHERE picture_id = p.id AND rules = ?1)",
        )?;
        Ok(to_u64(statement.query_row([RULES], |row| row.get(0))?))
    }

    /// Keeps what was measured; a picture that went away meanwhile is passed over.
    pub fn add_qualities(&self, measured: &[(PictureId, PhotoQuality)]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO photo_quality (picture_id, rules, edge_width, dark, mean, light, is_framed, is_marked)
                 SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM picture WHERE id = ?1
                 ON CONFLICT DO UPDATE SET rules = ?2, edge_width = ?3, dark = ?4, mean = ?5, light = ?6,
                     is_framed = ?7, is_marked = ?8, mark_id = NULL",
            )?;
            for (picture, it) in measured {
                statement.execute(params![
                    picture,
                    RULES,
                    it.edge_width,
                    it.dark,
                    it.mean,
                    it.light,
                    it.is_framed,
                    it.is_marked
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// How a photo is made, where it was measured.
    pub fn quality(&self, picture: PictureId) -> Result<Option<PhotoQuality>, CatalogError> {
        quality(&*self.reader()?, picture)
    }

    /// How many products of lists there are without a photo.
    pub fn n_unphotographed(&self) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        Ok(to_u64(reader.prepare_cached(N_UNPHOTOGRAPHED)?.query_row([], |row| row.get(0))?))
    }

    /// A part of them, by list and in its order.
    pub fn unphotographed(&self, offset: u64, limit: u64) -> Result<Vec<Unphotographed>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(UNPHOTOGRAPHED)?;
        let rows = statement.query_map([to_i64(limit), to_i64(offset)], |row| {
            Ok(Unphotographed {
                product: row.get(0)?,
                title: row.get(1)?,
                key: row.get(2)?,
                list: path_bytes::from_bytes(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What people decided, by day, without what was taken back.
    pub fn agreement(&self) -> Result<Vec<AgreementDay>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT date(s.at_ms / 1000, 'unixepoch', 'localtime') AS day,
                 count(*) FILTER (WHERE s.what = 'approve' AND e.words_by = 'models'),
                 count(*) FILTER (WHERE s.what = 'edit'),
                 count(*) FILTER (WHERE s.what = 'reject'),
                 count(*) FILTER (WHERE s.what = 'judge_claim' AND e.is_right = 1),
                 count(*) FILTER (WHERE s.what = 'judge_claim' AND e.is_right = 0)
             FROM review_event e JOIN review_step s ON s.id = e.step_id
             -- What was decided of photos that are another product's by now was given to that one.
             JOIN product p ON p.id = e.product_id AND p.n_live > 0
             WHERE s.what IN ('approve', 'edit', 'reject', 'judge_claim')
                 AND NOT EXISTS (SELECT 1 FROM review_undone u WHERE u.step_id = s.id)
             GROUP BY day ORDER BY day",
        )?;
        let rows = statement.query_map([], |row| {
            let n = |at: usize| Ok::<_, rusqlite::Error>(to_u64(row.get(at)?));
            Ok(AgreementDay {
                day: row.get(0)?,
                n_approved: n(1)?,
                n_edited: n(2)?,
                n_rejected: n(3)?,
                n_right: n(4)?,
                n_wrong: n(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(super) fn quality(
    connection: &Connection,
    picture: PictureId,
) -> Result<Option<PhotoQuality>, CatalogError> {
    let mut statement = connection.prepare_cached(
        "SELECT edge_width, dark, mean, light, is_framed, is_marked FROM photo_quality WHERE picture_id = ?1",
    )?;
    let read = |row: &Row<'_>| {
        Ok(PhotoQuality {
            edge_width: row.get(0)?,
            dark: row.get(1)?,
            mean: row.get(2)?,
            light: row.get(3)?,
            is_framed: row.get(4)?,
            is_marked: row.get(5)?,
        })
    };
    Ok(statement.query_row([picture], read).optional()?)
}
