//! The training, with what is kept on the way so that it goes on after a crash as it would have.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use vitrine_eval::retrieval::{Mean, Retrieved};
use vitrine_jobs::{Job, Stage as JobStage};
use vitrine_models::tuning::{PartSlopes, Plan, ProductTokens, Shape, Stage, Trainer, Tuning};

use super::{
    gathering::{Gathered, Query},
    measuring::DECIDING,
};
use crate::{
    CatalogError,
    engine::Engine,
    store::{Store, TrainingState, TuningId, TuningPoint},
};

/// Steps between two looks at whether the training still helps, and looks in vain after which it ends.
const LOOK_EVERY: u32 = 20;
const MAX_VAIN: u32 = 8;
/// How often it is kept where the training stands.
const KEEP_EVERY: Duration = Duration::from_secs(10);
/// Queries that are scored at once, against every product.
const AT_ONCE: usize = 500;
/// Ranks that are looked at.
pub(super) const DEPTH: usize = 100;

/// A training: what of, and how.
pub(super) struct Learning<'a> {
    pub(super) store: &'a Store,
    pub(super) job: &'a Job,
    pub(super) gathered: &'a Gathered,
    pub(super) slopes: PartSlopes,
    pub(super) shape: Shape,
    pub(super) plan: Plan,
    pub(super) id: TuningId,
    /// Of everything that is learnt from.
    pub(super) fingerprint: String,
}

impl Learning<'_> {
    /// The best network of all on the way, as the bytes of a file; none where the beginning was the best. Goes on from
    /// `before`, where that is given.
    pub(super) fn learn(&self, before: Option<TrainingState>) -> Result<Option<Vec<u8>>, CatalogError> {
        let n_steps = self.plan.n_steps();
        self.job.board().begin(JobStage::Learn, u64::from(n_steps));
        self.job.board().total_is_known(JobStage::Learn);
        let mut trainer = Trainer::new(self.shape, &self.gathered.set, self.slopes, self.plan.clone())?;
        let mut state = match before {
            Some(before) => {
                trainer.take(&before.trainer, Path::new("the training that was under way"))?;
                before
            }
            None => TrainingState {
                fingerprint: self.fingerprint.clone(),
                trainer: Vec::new(),
                best: None,
                best_value: self.look(trainer.tuning())?,
                n_vain: 0,
            },
        };
        self.store.forget_points_after(self.id, trainer.n_done())?;
        self.job.board().set_done(JobStage::Learn, u64::from(trainer.n_done()));
        let (mut losses, mut n_losses, mut kept) = (0.0, 0.0, Instant::now());
        while let Some(progress) = trainer.step()? {
            if let Err(cancelled) = self.job.checkpoint() {
                state.trainer = trainer.to_bytes()?;
                self.store.keep_training(self.id, &state)?;
                return Err(cancelled.into());
            }
            self.job.board().advance(JobStage::Learn, 1, None);
            losses += f64::from(progress.loss);
            n_losses += 1.0;
            if !progress.step.is_multiple_of(LOOK_EVERY) && progress.step < n_steps {
                continue;
            }
            let found = self.look(trainer.tuning())?;
            if found > state.best_value {
                (state.best_value, state.n_vain) = (found, 0);
                state.best = Some(trainer.tuning().to_bytes()?);
            } else if progress.stage == Stage::Fused {
                state.n_vain += 1;
            }
            let (step, stage) = (progress.step, progress.stage as u8);
            let point = TuningPoint { step, stage, loss: losses / n_losses, held_out: found };
            (losses, n_losses) = (0.0, 0.0);
            self.store.add_tuning_point(self.id, &point)?;
            if kept.elapsed() >= KEEP_EVERY {
                state.trainer = trainer.to_bytes()?;
                self.store.keep_training(self.id, &state)?;
                kept = Instant::now();
            }
            if state.n_vain >= MAX_VAIN {
                break;
            }
        }
        Ok(state.best)
    }

    /// How well queries that are not learnt from are answered: half of what counts is that products are found, half
    /// that they would be if the shop said nothing of them.
    fn look(&self, tuning: &Tuning) -> Result<f64, CatalogError> {
        let queries = &self.gathered.validation;
        let products = &self.gathered.set.products;
        let readings: Vec<_> = queries.iter().map(as_learnt).collect();
        let mut scores = scored(tuning, &readings, products, &self.slopes)?;
        for (query, scores) in queries.iter().zip(&mut scores) {
            for (product, share) in query.example.words.iter() {
                scores[*product as usize] += share;
            }
        }
        let named = queries.iter().zip(scores).map(|(query, scores)| judged(query, &scores, None));
        let unnamed = as_unnamed(self.gathered, queries, tuning, &self.slopes, as_learnt)?;
        let mean = |answers: Vec<Retrieved>| Mean::of(DECIDING, &answers).value.unwrap_or(0.0);
        Ok((mean(named.collect()) + mean(unnamed)) / 2.0)
    }
}

/// A query with the words of the shop.
pub(super) fn as_learnt(query: &Query) -> Option<Asked<'_>> {
    Some((&query.example.clip, query.example.matching.as_deref()))
}

/// A query as the models alone read it.
pub(super) fn as_models_read(query: &Query) -> Option<Asked<'_>> {
    query.plain.as_ref().map(|(clip, matching)| (clip.as_slice(), matching.as_deref()))
}

/// How queries are answered among the products that they were made of, if the shop said nothing of these: as of new
/// photos without a list. No search can be asked that, since it knows what the shop says; so it is the network alone.
pub(super) fn as_unnamed<'a>(
    gathered: &Gathered,
    queries: &'a [Query],
    tuning: &Tuning,
    slopes: &PartSlopes,
    read: impl Fn(&'a Query) -> Option<Asked<'a>>,
) -> Result<Vec<Retrieved>, CatalogError> {
    let (places, products): (Vec<u32>, Vec<ProductTokens>) = gathered.unnamed(queries).into_iter().unzip();
    let readings: Vec<_> = queries.iter().map(read).collect();
    let scores = scored(tuning, &readings, &products, slopes)?;
    Ok(queries.iter().zip(scores).map(|(query, scores)| judged(query, &scores, Some(&places))).collect())
}

/// Both models' vectors of a query.
type Asked<'a> = (&'a [f32], Option<&'a [f32]>);

/// The scores of all products, for each query; nothing for one that nobody could read.
fn scored(
    tuning: &Tuning,
    queries: &[Option<Asked<'_>>],
    products: &[ProductTokens],
    slopes: &PartSlopes,
) -> Result<Vec<Vec<f32>>, CatalogError> {
    let mut answers = Vec::with_capacity(queries.len());
    for some in queries.chunks(AT_ONCE) {
        let read: Vec<Asked<'_>> = some.iter().flatten().copied().collect();
        let mut scores = match read.is_empty() {
            true => Vec::new(),
            false => tuning.relevance(&read, products, slopes)?,
        }
        .into_iter();
        answers.extend(some.iter().map(|query| query.and_then(|_| scores.next()).unwrap_or_default()));
    }
    Ok(answers)
}

/// Scores against what the query means; `places` are those of the products that were scored, by rising places, where
/// these are not all.
fn judged(query: &Query, scores: &[f32], places: Option<&[u32]>) -> Retrieved {
    let place = |at: usize| places.map_or(at as u32, |places| places[at]);
    let is_there = |product: u32| places.is_none_or(|places| places.binary_search(&product).is_ok());
    let mut ranked: Vec<usize> = (0..scores.len()).collect();
    ranked.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    let names = ranked.into_iter().map(place).filter(|place| query.is_judged(*place));
    let names: Vec<String> = names.take(DEPTH).map(|place| place.to_string()).collect();
    let relevant = query.example.relevant.iter().filter(|(product, _)| is_there(*product));
    let relevant: Vec<(String, f64)> =
        relevant.map(|(product, grade)| (product.to_string(), f64::from(*grade))).collect();
    Retrieved::new(&names, &relevant)
}

/// How the cosines of parts add up now.
pub(super) fn slopes(engine: &Engine) -> PartSlopes {
    let fused = engine.models.calibration().fused;
    let parts = fused.parts();
    PartSlopes {
        slopes: parts.map(|part| part.weight / part.spread / (2.0 * fused.width)),
        usual: parts.map(|part| part.mean),
    }
}
