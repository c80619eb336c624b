//! A training that changes nothing, and what it would bring.

use std::path::Path;

use vitrine_eval::{
    bootstrap::{Interval, Resampling, mean_interval, paired_difference},
    retrieval::{Mean, Measure, Retrieved},
};
use vitrine_models::tuning::{PartSlopes, Plan, Shape, Stage, Trainer, Tuning};

use super::{
    gathering::{Gathered, Query, gather},
    wording::QueryKind,
};
use crate::{CatalogError, Library, engine::Engine, search::WordShares};

/// Fewer queries of held-out products say nothing of all.
const MIN_HELD_OUT: usize = 40;
/// Fewer examples teach nothing.
const MIN_EXAMPLES: usize = 150;
/// Queries that are measured, at most.
const MAX_MEASURED: usize = 1_500;
/// Queries that are scored at once.
const AT_ONCE: usize = 32;
/// Steps between two looks at whether the training still helps, and looks in vain after which it ends.
const LOOK_EVERY: u32 = 20;
const MAX_VAIN: u32 = 8;
/// Queries by which that is seen, at most.
const MAX_VALIDATION: usize = 250;
/// No kind of query may become worse by more than this.
const MAX_WORSE: f64 = 0.01;
/// By what it is decided.
const DECIDING: Measure = Measure::Ndcg(10);
const MEASURES: [Measure; 4] = [Measure::Recall(1), Measure::Recall(10), Measure::ReciprocalRank, DECIDING];

/// How far a trial has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TuningProgress {
    /// Products and queries are being read.
    Gathering,
    /// A step was made.
    Training {
        /// What is learnt now.
        stage: Stage,
        /// Steps that are done.
        step: u32,
        /// Of so many.
        of: u32,
        /// The loss of this one.
        loss: f32,
    },
    /// Searches are being asked.
    Measuring,
}

/// A measure before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureFigures {
    /// Its name, such as `nDCG@10`.
    pub measure: String,
    /// Its mean as the search is.
    pub before: f64,
    /// As it would be.
    pub after: f64,
    /// The 95 % interval of the difference (percentile bootstrap over queries).
    pub difference: [f64; 2],
}

/// Queries of a kind, before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct KindFigures {
    /// What they have in common; `all` of all.
    pub kind: String,
    /// How many.
    pub n: usize,
    /// The measures.
    pub measures: Vec<MeasureFigures>,
}

/// What a tuning would bring.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningTrial {
    /// Products that were learnt from and searched among.
    pub n_products: usize,
    /// Queries that were learnt from.
    pub n_examples: usize,
    /// Queries of products that were held out.
    pub n_held_out: usize,
    /// Seconds of training.
    pub seconds: f64,
    /// Before and after; none where there is too little to learn from.
    pub kinds: Vec<KindFigures>,
    /// Whether the search would be better beyond doubt, and worse for nobody.
    pub is_better: bool,
    /// Why, in a sentence.
    pub verdict: String,
}

impl Library {
    /// Trains a search on this shop and measures what it would bring. Nothing is changed.
    ///
    /// # Errors
    /// [`CatalogError::Cancelled`] where `go_on` says so, a library or a pack that cannot be used.
    pub fn try_tuning(
        &self,
        seed: u64,
        go_on: &dyn Fn(TuningProgress) -> bool,
    ) -> Result<TuningTrial, CatalogError> {
        let inner = self.inner();
        let engine = inner.engine()?;
        let going = |progress| if go_on(progress) { Ok(()) } else { Err(CatalogError::Cancelled) };
        let gathered = gather(self, &engine, seed, &|| going(TuningProgress::Gathering))?;
        let mut trial = TuningTrial {
            n_products: gathered.ids.len(),
            n_examples: gathered.set.examples.len(),
            n_held_out: gathered.held_out.len(),
            seconds: 0.0,
            kinds: Vec::new(),
            is_better: false,
            verdict: String::new(),
        };
        if trial.n_examples < MIN_EXAMPLES || trial.n_held_out < MIN_HELD_OUT {
            trial.verdict = too_little(&trial);
            return Ok(trial);
        }
        let slopes = slopes(&engine);
        let shape = Shape::new(gathered.lens[0], gathered.lens[1]);
        let plan = Plan::of_examples(trial.n_examples, seed);
        let of = plan.n_steps();
        let begun = std::time::Instant::now();
        let untuned = Tuning::new(shape, seed)?;
        let look = |tuning: &Tuning| -> Result<f64, CatalogError> {
            let queries = thinned(&gathered.validation, MAX_VALIDATION);
            let answers = Measured::of(self, &gathered, queries, &[tuning], &slopes, &|_| Ok(()))?.answers;
            Ok(Mean::of(DECIDING, &answers[0]).value.unwrap_or(0.0))
        };
        let mut trainer = Trainer::new(shape, &gathered.set, slopes, plan)?;
        // What is best of all that was there on the way, the beginning among it.
        let (mut best, mut kept, mut n_vain) = (look(&untuned)?, None, 0);
        while let Some(progress) = trainer.step()? {
            let (stage, step, loss) = (progress.stage, progress.step, progress.loss);
            going(TuningProgress::Training { stage, step, of, loss })?;
            if !step.is_multiple_of(LOOK_EVERY) && step < of {
                continue;
            }
            let found = look(trainer.tuning())?;
            if found > best {
                (best, kept, n_vain) = (found, Some(trainer.tuning().to_bytes()?), 0);
            } else if stage == Stage::Fused {
                n_vain += 1;
                if n_vain >= MAX_VAIN {
                    break;
                }
            }
        }
        trial.seconds = begun.elapsed().as_secs_f64();
        let Some(kept) = kept else {
            trial.verdict = "Learning from this shop makes its search no better.".to_owned();
            return Ok(trial);
        };
        let tuning = Tuning::of_bytes(shape, &kept, Path::new("the best on the way"))?;
        going(TuningProgress::Measuring)?;
        let queries = thinned(&gathered.held_out, MAX_MEASURED);
        let measured = Measured::of(self, &gathered, queries, &[&untuned, &tuning], &slopes, &going)?;
        trial.kinds = measured.kinds();
        (trial.is_better, trial.verdict) = verdict(&trial.kinds);
        Ok(trial)
    }
}

fn too_little(trial: &TuningTrial) -> String {
    format!(
        "There is too little to learn from: {} of {MIN_EXAMPLES} queries could be made of {} products. Titles, \
         categories, attributes and texts of more products would help; add a product list.",
        trial.n_examples, trial.n_products
    )
}

/// How the cosines of parts add up now.
fn slopes(engine: &Engine) -> PartSlopes {
    let fused = engine.models.calibration().fused;
    let parts = fused.parts();
    PartSlopes {
        slopes: parts.map(|part| part.weight / part.spread / (2.0 * fused.width)),
        usual: parts.map(|part| part.mean),
    }
}

/// How each query was answered before and after.
struct Measured<'a> {
    queries: Vec<&'a Query>,
    /// Whether some word of a query stands in the product that it means.
    overlaps: Vec<bool>,
    /// Of each tuning, in the order of the queries.
    answers: Vec<Vec<Retrieved>>,
}

impl<'a> Measured<'a> {
    fn of(
        library: &Library,
        gathered: &Gathered,
        queries: Vec<&'a Query>,
        tunings: &[&Tuning],
        slopes: &PartSlopes,
        going: &dyn Fn(TuningProgress) -> Result<(), CatalogError>,
    ) -> Result<Self, CatalogError> {
        let answers = tunings.iter().map(|_| Vec::new()).collect();
        let mut measured = Self { queries: Vec::new(), overlaps: Vec::new(), answers };
        for some in queries.chunks(AT_ONCE) {
            going(TuningProgress::Measuring)?;
            let read: Vec<_> = some
                .iter()
                .map(|query| (query.example.clip.as_slice(), query.example.matching.as_deref()))
                .collect();
            // What the words find by themselves is added before and after alike.
            let shares: Vec<WordShares> =
                some.iter().map(|query| library.word_shares(&query.text)).collect::<Result<_, _>>()?;
            for (answers, tuning) in measured.answers.iter_mut().zip(tunings) {
                let scores = tuning.relevance(&read, &gathered.set.products, slopes)?;
                for ((query, shares), scores) in some.iter().zip(&shares).zip(scores) {
                    answers.push(retrieved(gathered, query, shares, &scores));
                }
            }
            measured.overlaps.extend(
                some.iter()
                    .zip(&shares)
                    .map(|(query, shares)| shares.of(gathered.ids[query.of as usize]) > 0.0),
            );
            measured.queries.extend(some);
        }
        Ok(measured)
    }

    fn kinds(&self) -> Vec<KindFigures> {
        let all = |_: usize| true;
        let mut kinds = vec![("all".to_owned(), self.figures(&all))];
        kinds.push(("no word in common".to_owned(), self.figures(&|at| !self.overlaps[at])));
        for kind in QueryKind::ALL {
            kinds.push((kind.name().to_owned(), self.figures(&|at| self.queries[at].kind == kind)));
        }
        let named = kinds.into_iter().filter(|(_, (n, _))| *n > 0);
        named.map(|(kind, (n, measures))| KindFigures { kind, n, measures }).collect()
    }

    fn figures(&self, is_one: &dyn Fn(usize) -> bool) -> (usize, Vec<MeasureFigures>) {
        let chosen: Vec<usize> = (0..self.queries.len()).filter(|at| is_one(*at)).collect();
        let measures = MEASURES.into_iter().filter_map(|measure| {
            let values = |answers: &[Retrieved]| -> Vec<Option<f64>> {
                chosen.iter().map(|at| answers[*at].value(measure)).collect()
            };
            let (before, after) = (values(&self.answers[0]), values(&self.answers[1]));
            let resampling = Resampling::default();
            let mean = |values: &[Option<f64>]| -> Option<Interval> {
                mean_interval(&values.iter().flatten().copied().collect::<Vec<_>>(), resampling)
            };
            let difference = paired_difference(&after, &before, resampling).ok().flatten()?;
            Some(MeasureFigures {
                measure: measure.to_string(),
                before: mean(&before)?.mean,
                after: mean(&after)?.mean,
                difference: [difference.low, difference.high],
            })
        });
        (chosen.len(), measures.collect())
    }
}

/// Every so manieth, `most` of them.
fn thinned(queries: &[Query], most: usize) -> Vec<&Query> {
    queries.iter().step_by(queries.len().div_ceil(most).max(1)).collect()
}

fn retrieved(gathered: &Gathered, query: &Query, shares: &WordShares, scores: &[f32]) -> Retrieved {
    let mut ranked: Vec<(f32, usize)> =
        scores.iter().enumerate().map(|(at, score)| (score + shares.of(gathered.ids[at]), at)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let names: Vec<String> = ranked.iter().take(100).map(|(_, at)| at.to_string()).collect();
    let judged: Vec<(String, f64)> = query
        .example
        .relevant
        .iter()
        .map(|(product, grade)| (product.to_string(), f64::from(*grade)))
        .collect();
    Retrieved::new(&names, &judged)
}

fn verdict(kinds: &[KindFigures]) -> (bool, String) {
    let deciding = DECIDING.to_string();
    let of = |kind: &KindFigures| kind.measures.iter().find(|one| one.measure == deciding).cloned();
    let Some(all) = kinds.first().and_then(of) else {
        return (false, "Nothing could be measured.".to_owned());
    };
    let [low, high] = all.difference;
    if low <= 0.0 {
        let words = format!(
            "It would not help beyond doubt: {deciding} of all queries changes by {low:+.3} to {high:+.3}."
        );
        return (false, words);
    }
    let worse = kinds.iter().filter_map(|kind| Some((kind, of(kind)?)));
    let worst = worse.min_by(|a, b| (a.1.after - a.1.before).total_cmp(&(b.1.after - b.1.before)));
    if let Some((kind, figures)) = worst.filter(|(_, it)| it.after - it.before < -MAX_WORSE) {
        let by = figures.before - figures.after;
        return (
            false,
            format!("It would help most, but queries of the kind \"{}\" lose {by:.3}.", kind.kind),
        );
    }
    (true, format!("It would help: {deciding} of all queries rises by {low:.3} to {high:.3}."))
}
