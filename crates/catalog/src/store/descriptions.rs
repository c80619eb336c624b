//! What the caption model wrote, by model.

use rusqlite::params;

use super::{Store, to_i64};
use crate::error::CatalogError;

/// A caption for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDescription {
    /// The picture.
    pub picture_id: u64,
    /// The caption.
    pub caption: String,
    /// Mean log probability of its tokens.
    pub mean_log_prob: f32,
}

impl Store {
    /// Keeps a batch of descriptions in one transaction. A picture that went away meanwhile is passed over.
    pub fn add_descriptions(&self, model_id: u64, batch: &[NewDescription]) -> Result<(), CatalogError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO description (model_id, picture_id, caption, mean_log_prob)
                 SELECT ?1, id, ?3, ?4 FROM picture WHERE id = ?2",
            )?;
            for new in batch {
                statement.execute(params![
                    to_i64(model_id),
                    to_i64(new.picture_id),
                    new.caption,
                    new.mean_log_prob
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Up to `limit` captions from all over the catalog: every so-manyth picture's.
    pub fn sample_captions(&self, model_id: u64, limit: u64) -> Result<Vec<String>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT caption FROM description d JOIN picture p ON p.id = d.picture_id
             WHERE d.model_id = ?1 AND p.n_files > 0
             AND p.id % max(1, (SELECT count(*) FROM description WHERE model_id = ?1) / ?2) = 0
             LIMIT ?2",
        )?;
        let rows = statement.query_map([to_i64(model_id), to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
