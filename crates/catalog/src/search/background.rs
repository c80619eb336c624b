//! Some photos of the catalog, against which the scores of a question are set.

use std::sync::{Arc, Mutex, PoisonError};

use vitrine_index::VectorIndex;

use crate::{
    CatalogError,
    engine::Engine,
    library::Inner,
    store::{ModelId, PartLens, PictureId, TuningId},
};

/// Photos in the sample: enough that a mean is known to a tenth of a spread, few enough to be compared in no
/// time.
const N_SAMPLED: usize = 256;
/// A sample of so many photos is trusted half.
const HALF_TRUST: f32 = 30.0;

/// The mean of the sample's fused vectors. The mean of their cosines with any vector is its inner product with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Background {
    /// `[width]`: of each part the mean of those photos that have it.
    means: Vec<f32>,
    /// How many photos have each part.
    n_with: [u32; 4],
    n: usize,
    lens: PartLens,
}

/// Whose vectors, and as who learnt means them.
type By = (ModelId, Option<TuningId>);

/// The sample that was taken last, and of what.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<(By, u64, Arc<Background>)>>);

impl Background {
    /// The mean cosine of a part of the sampled photos, those that have it, with `vector`; `start` is where
    /// the part begins. None where no photo has it.
    pub(super) fn mean(&self, part: usize, start: usize, vector: &[f32]) -> Option<f32> {
        if self.lens[part] != vector.len() || self.n_with[part] == 0 {
            return None;
        }
        let mean = &self.means[start..start + vector.len()];
        Some(mean.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    /// How far its means can be believed, from 0 to 1.
    pub(super) fn trust(&self) -> f32 {
        let n = self.n as f32;
        n / (n + HALF_TRUST)
    }

    fn take(&mut self, fused: &[f32]) {
        self.n += 1;
        let mut start = 0;
        for (part, len) in self.lens.into_iter().enumerate() {
            let range = start..start + len;
            start += len;
            let own = &fused[range.clone()];
            if own.iter().any(|x| *x != 0.0) {
                self.n_with[part] += 1;
                self.means[range].iter_mut().zip(own).for_each(|(sum, x)| *sum += x);
            }
        }
    }

    /// Sums become means.
    fn finish(&mut self) {
        let mut start = 0;
        for (len, n) in self.lens.into_iter().zip(self.n_with) {
            self.means[start..start + len].iter_mut().for_each(|x| *x /= n.max(1) as f32);
            start += len;
        }
    }

    /// The sample of a pack's vectors; taken anew when a tenth of the catalog came, went or changed.
    pub(super) fn of(
        inner: &Inner,
        engine: &Engine,
        index: &dyn VectorIndex,
        lens: PartLens,
    ) -> Result<Arc<Self>, CatalogError> {
        let (by, n) = ((engine.models.ids().clip, engine.tuning()), index.len());
        let position = index.position();
        {
            let kept = inner.search.background.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((of, when, sample)) = &*kept
                && *of == by
                && when.abs_diff(position) * 10 <= n as u64
                && sample.lens == lens
            {
                return Ok(sample.clone());
            }
        }
        let ids = index.ids();
        // Spread over the ids, so over folders and time.
        let step = (n / N_SAMPLED).max(1);
        let chosen: Vec<PictureId> = ids.iter().step_by(step).take(N_SAMPLED).map(PictureId::new).collect();
        let mut sample = Self { means: vec![0.0; lens.iter().sum()], lens, ..Self::default() };
        engine.vectors.source().of(&inner.store, lens, chosen, |_, vector| {
            sample.take(vector);
        })?;
        sample.finish();
        let sample = Arc::new(sample);
        let mut kept = inner.search.background.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((by, position, sample.clone()));
        Ok(sample)
    }
}
