//! Other designs and trainings, for development: what they make of searches whose answers are known.
//!
//! Nothing of it is kept; the searches are the window's own.

use std::sync::Arc;

use vitrine_jobs::{Job, JobKind};
pub use vitrine_models::tuning::{Design, Stage};
use vitrine_models::tuning::{Plan, Tuning};

use super::{
    Tuned,
    gathering::{Gathered, gather},
    learning::{Learning, slopes},
};
use crate::{
    CatalogError, Library,
    engine::Engine,
    store::{ProductId, TuningPoint},
};

/// A design, and which stages it goes through.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// How the towers are made.
    pub design: Design,
    /// Stages that are left out.
    pub without: &'static [Stage],
    /// Where every draw begins.
    pub seed: u64,
}

/// A shop on which designs are tried.
pub struct Trials {
    library: Library,
    before: Arc<Engine>,
    gathered: Gathered,
    job: Job,
}

impl Trials {
    /// Makes the searches that are learnt from, once for all trials.
    ///
    /// # Errors
    /// No models; a library that cannot be written or is in use.
    pub fn new(library: &Library) -> Result<Self, CatalogError> {
        library.lock_for_writing()?;
        let before = library.inner().engine()?;
        let job = Job::new(JobKind::Tune, "");
        let gathered = gather(library, &before, 1, &job)?;
        Ok(Self { library: library.clone(), before, gathered, job })
    }

    /// How many searches are learnt from.
    pub fn n_examples(&self) -> usize {
        self.gathered.set.examples.len()
    }

    /// The first products of each search as searches are without learning.
    ///
    /// # Errors
    /// A library that cannot be read, or models that fail.
    pub fn untuned(&self, searches: &[&str], n: u64) -> Result<Vec<Vec<ProductId>>, CatalogError> {
        self.ask(&self.before, searches, n)
    }

    /// The first products of each search with what one learnt, and how the training went.
    ///
    /// # Errors
    /// A library that cannot be read, or models that fail.
    pub fn tuned(
        &self,
        trial: Trial,
        searches: &[&str],
        n: u64,
    ) -> Result<(Vec<Vec<ProductId>>, Vec<TuningPoint>), CatalogError> {
        let inner = self.library.inner();
        let Trial { design, without, seed } = trial;
        let shape = vitrine_models::tuning::Shape { design, ..self.gathered.shape() };
        let mut plan = Plan::of_examples(self.gathered.set.examples.len(), seed);
        without.iter().for_each(|stage| plan.steps[*stage as usize] = 0);
        let id = inner.store.begin_tuning(self.before.models.search_ids(), seed, true)?;
        let learning = Learning {
            store: &inner.store,
            job: &self.job,
            gathered: &self.gathered,
            slopes: slopes(&self.before),
            shape,
            plan,
            id,
            fingerprint: String::new(),
        };
        let learnt = learning.learn(None)?;
        let points = inner.store.tuning_points(id)?;
        inner.store.forget_unfinished_tunings(None)?;
        let network = match learnt {
            Some(numbers) => Tuning::of_bytes(shape, &numbers, "a trial".as_ref())?,
            None => Tuning::new(shape, seed)?,
        };
        let tuned = Tuned::of_trial(id, network, &self.gathered);
        let after = self.before.tuned_by(Some(Arc::new(tuned)), &inner.options);
        after.vectors.follow(&inner.store)?;
        while after.vectors.advance_graph(&inner.store)? > 0 {}
        Ok((self.ask(&after, searches, n)?, points))
    }

    fn ask(&self, engine: &Engine, searches: &[&str], n: u64) -> Result<Vec<Vec<ProductId>>, CatalogError> {
        let answer = |text: &&str| {
            let ranked = self.library.ranked_by(engine, text, n)?;
            Ok(ranked.into_iter().map(|(product, _)| product).collect())
        };
        searches.iter().map(answer).collect()
    }
}
