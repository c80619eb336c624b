//! What the caption model wrote, by model.

use rusqlite::{OptionalExtension, params};

use super::{ModelId, PictureId, Store, to_i64};
use crate::error::CatalogError;

/// A caption for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDescription {
    /// The picture.
    pub picture: PictureId,
    /// The caption.
    pub caption: String,
    /// Mean log probability of its tokens.
    pub mean_log_prob: f32,
}

impl Store {
    /// Keeps a batch of descriptions in one transaction. A picture that went away meanwhile is passed over.
    pub fn add_descriptions(&self, model: ModelId, batch: &[NewDescription]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO description (model_id, picture_id, caption, mean_log_prob)
                 SELECT ?1, id, ?3, ?4 FROM picture WHERE id = ?2",
            )?;
            for new in batch {
                statement.execute(params![model, new.picture, new.caption, new.mean_log_prob])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Up to `limit` captions from all over the catalog: the ones next to ids at even distances.
    pub fn sample_captions(&self, model: ModelId, limit: u64) -> Result<Vec<String>, CatalogError> {
        let reader = self.reader()?;
        let highest: i64 = reader
            .prepare_cached("SELECT coalesce(max(id), 0) FROM picture")?
            .query_row([], |row| row.get(0))?;
        let mut statement = reader.prepare_cached(NEXT_CAPTION)?;
        let step = (highest / to_i64(limit.max(1))).max(1);
        let (mut captions, mut after) = (Vec::new(), 0_i64);
        while (captions.len() as u64) < limit && after <= highest {
            let found: Option<(i64, String)> = statement
                .query_row(params![model, after], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((id, caption)) = found else { break };
            captions.push(caption);
            after = (after + step).max(id + 1);
        }
        Ok(captions)
    }
}

/// The first caption from an id on of a picture that can be seen.
pub(super) const NEXT_CAPTION: &str = "SELECT d.picture_id, d.caption FROM description d
     JOIN picture p ON p.id = d.picture_id
     WHERE d.model_id = ?1 AND d.picture_id >= ?2 AND p.n_files > 0 ORDER BY d.picture_id LIMIT 1";
