//! The pass that makes photos searchable: vectors by the search model.

use vitrine_jobs::{Job, Stage};
use vitrine_models::{ImagePreprocess, Priority};

use super::pass::{Batch, Pass, record_failure};
use crate::{CatalogError, engine::Engine, library::Inner, models::Answers, store::PictureId};

/// Pictures that the search model takes at once: a search waits for no more than one such batch.
pub(super) const BATCH: usize = 8;

/// Vectors.
pub(super) struct Embed<'a> {
    pub(super) library: &'a Inner,
    pub(super) engine: &'a Engine,
    pub(super) job: &'a Job,
}

impl Pass for Embed<'_> {
    type Made = (Vec<PictureId>, Answers<Vec<f32>>);

    fn stage(&self) -> Stage {
        Stage::Embed
    }

    fn lacking(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        self.library.store.without_vector(self.engine.models.ids().clip, after, limit)
    }

    fn batch_size(&self) -> usize {
        BATCH
    }

    fn input(&self) -> Result<Option<ImagePreprocess>, CatalogError> {
        Ok(Some(self.engine.models.search_preprocess()?.clone()))
    }

    fn reads_files(&self) -> bool {
        true
    }

    fn make(&self, batch: Batch) -> Result<Self::Made, CatalogError> {
        Ok((batch.pictures, self.engine.models.host().embed_pictures(batch.inputs, Priority::Batch)?))
    }

    /// Commits vectors, which puts them into the log that the index follows.
    fn keep(&self, (ids, answers): Self::Made) -> Result<(), CatalogError> {
        let (mut vectors, mut managed) = (Vec::new(), Vec::new());
        for (id, answer) in ids.into_iter().zip(answers) {
            match answer {
                Ok(vector) => {
                    managed.push(id);
                    vectors.push((id, vector));
                }
                Err(error) => record_failure(self.library, self.job, id, &error)?,
            }
        }
        self.library.store.add_vectors(self.engine.models.ids().clip, &vectors)?;
        self.library.store.clear_model_failures(&managed)?;
        self.engine.vectors.advance_graph(&self.library.store)?;
        Ok(())
    }
}
