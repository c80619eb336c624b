//! What the matching model says of sentences about photos (ITM), so that none is read twice.

use std::collections::HashMap;

use rusqlite::params;

use super::{ModelId, PictureId, Store};
use crate::error::CatalogError;

impl Store {
    /// How the matching model rated sentences about a photo before.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn match_scores(
        &self,
        picture: PictureId,
        model: ModelId,
    ) -> Result<HashMap<String, f32>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT sentence, log_odds FROM match_score WHERE picture_id = ?1 AND model_id = ?2",
        )?;
        let rows = statement.query_map(params![picture, model], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps what the matching model says of sentences about photos.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn add_match_scores(
        &self,
        model: ModelId,
        scores: &[(PictureId, String, f32)],
    ) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        for (picture, sentence, log_odds) in scores {
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO match_score (picture_id, model_id, sentence, log_odds)
                     SELECT id, ?2, ?3, ?4 FROM picture WHERE id = ?1",
                )?
                .execute(params![picture, model, sentence, log_odds])?;
        }
        transaction.commit()?;
        Ok(())
    }
}
