//! Some photos of the catalog, against which the scores of a question are set.

use std::sync::{Arc, Mutex, PoisonError};

use vitrine_index::VectorIndex;

use crate::{
    CatalogError,
    engine::Engine,
    library::Inner,
    store::{ModelId, PartLens, PictureId},
};

/// Photos in the sample: enough that a mean is known to a tenth of a spread, few enough to be compared in no
/// time.
const N_SAMPLED: usize = 256;
/// A sample of so many photos is trusted half.
const HALF_TRUST: f32 = 30.0;

/// The sample, one fused vector after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Background {
    vectors: Vec<f32>,
    width: usize,
    lens: PartLens,
}

/// The sample that was taken last, and of what.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<(ModelId, usize, Arc<Background>)>>);

impl Background {
    /// The mean cosine of a part of the sampled photos, those that have it, with `vector`; `start` is where
    /// the part begins. None where no photo has it.
    pub(super) fn mean(&self, part: usize, start: usize, vector: &[f32]) -> Option<f32> {
        let len = self.lens[part];
        if len != vector.len() || len == 0 {
            return None;
        }
        let (mut sum, mut n) = (0.0, 0_u32);
        for photo in self.vectors.chunks_exact(self.width) {
            let photo = &photo[start..start + len];
            if photo.iter().any(|x| *x != 0.0) {
                sum += photo.iter().zip(vector).map(|(a, b)| a * b).sum::<f32>();
                n += 1;
            }
        }
        (n > 0).then(|| sum / n as f32)
    }

    /// How far its means can be believed, from 0 to 1.
    pub(super) fn trust(&self) -> f32 {
        let n = (self.vectors.len() / self.width.max(1)) as f32;
        n / (n + HALF_TRUST)
    }

    /// The sample of a pack's vectors; taken anew when the catalog has grown or shrunk by a tenth.
    pub(super) fn of(
        inner: &Inner,
        engine: &Engine,
        index: &dyn VectorIndex,
        lens: PartLens,
    ) -> Result<Arc<Self>, CatalogError> {
        let (model, n) = (engine.models.ids().clip, index.len());
        {
            let kept = inner.search.background.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((of, size, sample)) = &*kept
                && *of == model
                && size.abs_diff(n) * 10 <= n
                && sample.lens == lens
            {
                return Ok(sample.clone());
            }
        }
        let ids = index.ids();
        // Spread over the ids, so over folders and time.
        let step = (n / N_SAMPLED).max(1);
        let chosen: Vec<PictureId> = ids.iter().step_by(step).take(N_SAMPLED).map(PictureId::new).collect();
        let mut sample = Self { vectors: Vec::new(), width: lens.iter().sum(), lens };
        inner.store.fused_of(engine.models.ids().parts(), lens, chosen, |_, vector| {
            sample.vectors.extend_from_slice(vector);
        })?;
        let sample = Arc::new(sample);
        let mut kept = inner.search.background.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((model, n, sample.clone()));
        Ok(sample)
    }
}
