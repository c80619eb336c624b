//! The pass that makes photos searchable: vectors by the search model.

use vitrine_jobs::{Job, Stage};
use vitrine_models::{ImagePreprocess, PixelTensor, Priority};

use super::pass::{Pass, record_failure};
use crate::{CatalogError, engine::Engine, library::Inner, store::PictureId};

/// Pictures that the search model takes at once: a search waits for no more than one such batch.
pub(super) const BATCH: usize = 8;

/// Vectors.
pub(super) struct Embed<'a> {
    pub(super) library: &'a Inner,
    pub(super) engine: &'a Engine,
    pub(super) job: &'a Job,
}

impl Pass for Embed<'_> {
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

    /// Vectors of a batch, committed, which puts them into the log that the index follows.
    fn make(&self, ids: Vec<PictureId>, inputs: Vec<PixelTensor>) -> Result<(), CatalogError> {
        let answers = self.engine.models.host().embed_pictures(inputs, Priority::Batch)?;
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
