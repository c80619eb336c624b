//! The job: gather, learn, prepare, measure, and let searches go by it where that is better.

use std::{num::NonZeroUsize, sync::Arc, thread, time::Instant};

use vitrine_jobs::{Job, JobError, JobKind, JobSnapshot, Lane, Outcome, Stage, StartError};
use vitrine_models::tuning::{Plan, Tuning};

use super::{
    Tuned,
    gathering::{Gathered, gather},
    learning::{Learning, as_learnt, as_models_read, as_unnamed, slopes},
    measuring::{Both, ask, figures, shift, verdict},
};
use crate::{
    CatalogError, Event, Library,
    engine::Engine,
    store::{Learnt, TuningId, TuningRow},
};

/// Fewer queries of held-out products say nothing of all.
pub(super) const MIN_HELD_OUT: usize = 40;
/// Fewer examples teach nothing.
pub(super) const MIN_EXAMPLES: usize = 150;

/// Fewer different ones tell nothing apart.
const MIN_DIFFERENT: usize = 30;

/// How searches are to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TuningOptions {
    /// Where every draw begins: the same of the same shop gives the same.
    pub seed: u64,
    /// Whether searches go by it at once, if it is better.
    pub is_to_be_used: bool,
    /// Threads that compute at most; none: all cores but one, and both of two.
    pub n_threads: Option<NonZeroUsize>,
}

impl Default for TuningOptions {
    fn default() -> Self {
        Self { seed: 1, is_to_be_used: true, n_threads: None }
    }
}

impl Library {
    /// Lets searches learn from the shop, in the background. One that was cut off goes on where it stood, as long as
    /// the shop is as it was.
    ///
    /// # Errors
    /// A library that cannot be written or is in use; no models; one that is under way already.
    pub fn start_tuning(&self, options: TuningOptions) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        self.inner().engine()?;
        let library = self.clone();
        let work = move |job: &Arc<Job>| serve(&library, job, options);
        match self.jobs().start(JobKind::Tune, "", work) {
            Ok(_) => Ok(()),
            Err(StartError::Busy(_)) => Err(CatalogError::AlreadyLearning),
            Err(error) => Err(CatalogError::Io {
                what: "starting to learn".into(),
                source: std::io::Error::other(error),
            }),
        }
    }

    /// Goes on with one that was cut off, if there is one.
    ///
    /// # Errors
    /// As [`Library::start_tuning`].
    pub fn resume_tuning(&self) -> Result<(), CatalogError> {
        match self.inner().store.unfinished_tuning()? {
            Some(one) if self.jobs().current(Lane::Tuning).is_none() => {
                let (seed, is_to_be_used) = (one.seed, !one.is_trial);
                self.start_tuning(TuningOptions { seed, is_to_be_used, ..TuningOptions::default() })
            }
            _ => Ok(()),
        }
    }

    /// The one that is under way, else how the last one of this session ended.
    pub fn tuning_job(&self) -> Option<JobSnapshot> {
        match self.jobs().current(Lane::Tuning) {
            Some(job) => Some(job.snapshot()),
            None => self.jobs().last_end(Lane::Tuning),
        }
    }

    /// Holds it.
    pub fn pause_tuning(&self) {
        if let Some(job) = self.jobs().current(Lane::Tuning) {
            job.pause();
        }
    }

    /// Lets it go on.
    pub fn unpause_tuning(&self) {
        if let Some(job) = self.jobs().current(Lane::Tuning) {
            job.resume();
        }
    }

    /// Ends it and forgets how far it was.
    ///
    /// # Errors
    /// A library that cannot be written or is in use.
    pub fn cancel_tuning(&self) -> Result<(), CatalogError> {
        self.lock_for_writing()?;
        self.stop_tuning();
        self.inner().store.forget_unfinished_tunings(None)
    }

    /// Ends it; what was done of it stays, and the next start goes on with it.
    pub fn stop_tuning(&self) {
        if let Some(job) = self.jobs().current(Lane::Tuning) {
            job.cancel();
            let _ = job.wait();
        }
    }
}

fn serve(library: &Library, job: &Job, options: TuningOptions) -> Result<Outcome, JobError> {
    let answer = match pool(options.n_threads) {
        Ok(pool) => pool.install(|| learn(library, job, options)),
        Err(error) => Err(error),
    };
    match answer {
        Ok((row, sentence)) => Ok(Outcome::saying(Some(sentence)).with(row)),
        Err(CatalogError::Cancelled) => Err(JobError::Cancelled(vitrine_jobs::Cancelled)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "searches could not learn");
            Err(JobError::failed(error.with_causes()))
        }
    }
}

/// The threads that compute: whoever works beside it keeps a core.
fn pool(n_threads: Option<NonZeroUsize>) -> Result<rayon::ThreadPool, CatalogError> {
    let n_cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    rayon::ThreadPoolBuilder::new()
        .num_threads(how_many(n_threads, n_cores))
        .thread_name(|at| format!("vitrine-tuning-{at}"))
        .build()
        .map_err(|error| CatalogError::Io {
            what: "starting to learn".into(),
            source: std::io::Error::other(error),
        })
}

fn how_many(n_threads: Option<NonZeroUsize>, n_cores: usize) -> usize {
    n_threads.map_or(n_cores.saturating_sub(1).max(2), NonZeroUsize::get).min(n_cores)
}

/// What was kept, if anything, and what came of it in a sentence.
fn learn(
    library: &Library,
    job: &Job,
    options: TuningOptions,
) -> Result<(Option<TuningId>, String), CatalogError> {
    let inner = library.inner();
    let (store, seed) = (&inner.store, options.seed);
    let begun = Instant::now();
    let before = inner.engine()?;
    let gathered = gather(library, &before, seed, job)?;
    if let Some(sentence) = too_little(&gathered) {
        store.forget_unfinished_tunings(None)?;
        return Ok((None, sentence));
    }
    let fingerprint = gathered.fingerprint(seed);
    let unfinished = store.unfinished_tuning()?.filter(|one| one.state.fingerprint == fingerprint);
    store.forget_unfinished_tunings(unfinished.as_ref().map(|one| one.id))?;
    let models = before.models.search_ids();
    let is_trial = !options.is_to_be_used;
    let (id, state) = match unfinished {
        Some(one) => {
            store.set_trial(one.id, is_trial)?;
            (one.id, Some(one.state))
        }
        None => (store.begin_tuning(models, seed, is_trial)?, None),
    };
    let slopes = slopes(&before);
    let plan = Plan::of_examples(gathered.set.examples.len(), seed);
    let shape = gathered.shape();
    let learning = Learning { store, job, gathered: &gathered, slopes, shape, plan, id, fingerprint };
    let mut row = TuningRow {
        id,
        made_ms: 0,
        made_on: String::new(),
        seed,
        models,
        n_products: gathered.set.products.len() as u64,
        n_examples: gathered.set.examples.len() as u64,
        n_held_out: gathered.held_out.len() as u64,
        seconds: 0.0,
        verdict: String::new(),
        is_usable: false,
        is_used: false,
    };
    let Some(numbers) = learning.learn(state)? else {
        row.seconds = begun.elapsed().as_secs_f64();
        row.verdict = "Nothing that could be learnt from this shop makes its searches better.".to_owned();
        store.finish_tuning(&row, None, &[])?;
        return Ok((Some(id), row.verdict));
    };
    let lens = [gathered.lens[0], gathered.lens[1]];
    let values = gathered.values.iter().map(|(value, vector)| (value.clone(), vector.clone())).collect();
    let words = gathered.own_words.iter().cloned().collect();
    let mut learnt = Learnt { numbers, lens, shift: 0.0, values, words };
    let (after, figures) = compare(library, job, &gathered, (&before, &row), &mut learnt)?;
    let (is_better, sentence) = verdict(&figures);
    row.seconds = begun.elapsed().as_secs_f64();
    row.verdict = sentence;
    store.finish_tuning(&row, is_better.then_some(&learnt), &figures)?;
    if is_better && options.is_to_be_used && inner.engines.exchange(&after) {
        store.set_used_tuning(models, Some(id))?;
        after.vectors.save()?;
        inner.events.tell(&Event::PackChanged);
    }
    Ok((Some(id), row.verdict))
}

/// What searches are with what was learnt, and its figures; the shift is put into it.
fn compare(
    library: &Library,
    job: &Job,
    gathered: &Gathered,
    (before, row): (&Engine, &TuningRow),
    learnt: &mut Learnt,
) -> Result<(Arc<Engine>, Vec<crate::store::TuningFigure>), CatalogError> {
    let inner = library.inner();
    job.board().begin(Stage::Prepare, inner.store.n_pictures()?);
    job.board().total_is_known(Stage::Prepare);
    let tuned = |learnt: &Learnt| Ok::<_, CatalogError>(Arc::new(Tuned::new(row, learnt.clone())?));
    let after = before.tuned_by(Some(tuned(learnt)?), &inner.options);
    after.vectors.follow_told(&inner.store, &mut |n| {
        job.board().advance(Stage::Prepare, n, None);
        Ok(job.checkpoint()?)
    })?;
    while after.vectors.advance_graph(&inner.store)? > 0 {
        job.checkpoint()?;
    }
    let (for_shift, held_out) = (&gathered.validation, &gathered.held_out);
    job.board().begin(Stage::Measure, 2 * (for_shift.len() + held_out.len()) as u64);
    job.board().total_is_known(Stage::Measure);
    let was = ask(library, before, for_shift, job)?;
    let is = ask(library, &after, for_shift, job)?;
    learnt.shift = shift(&was, &is);
    let after = after.shifted_by(learnt.shift);
    let searched =
        Both { before: ask(library, before, held_out, job)?, after: ask(library, &after, held_out, job)? };
    let slopes = slopes(before);
    let untuned = Tuning::new(gathered.shape(), row.seed)?;
    let alone = |engine: &Engine| match engine.tuned() {
        Some(tuned) => as_unnamed(gathered, held_out, tuned.network(), &slopes, as_learnt),
        None => as_unnamed(gathered, held_out, &untuned, &slopes, as_models_read),
    };
    let unnamed = Both { before: alone(before)?, after: alone(&after)? };
    Ok((after, figures(gathered, &searched, &unnamed)))
}

/// Why learning does not begin, and what would help.
fn too_little(gathered: &Gathered) -> Option<String> {
    let Gathered { set, held_out, validation, n_different, n_unread, .. } = gathered;
    let n_examples = set.examples.len();
    let is_enough = n_examples >= MIN_EXAMPLES && held_out.len() >= MIN_HELD_OUT && !validation.is_empty();
    let has_many = set.products.len() >= MIN_HELD_OUT && *n_unread <= n_examples;
    if has_many && *n_different < MIN_DIFFERENT {
        return Some(format!(
            "There is too little to learn from: what is said of {} products is so much alike that only {n_different} \
             different searches could be made of it; {MIN_DIFFERENT} are needed. Titles that tell products apart, \
             attributes and texts would help.",
            set.products.len()
        ));
    }
    // Most of what is said is in a language that the models do not speak.
    let unread = match *n_unread > n_examples {
        true => format!(
            " {n_unread} more are of words that these models do not know: a pack of models that knows the language of \
             your lists would help."
        ),
        false => " Titles, categories, attributes and texts of more products would help: add a product list."
            .to_owned(),
    };
    (!is_enough).then(|| {
        format!(
            "There is too little to learn from. Of what is known of {} products {n_examples} searches could be made \
             to learn from and {} to measure by; {MIN_EXAMPLES} and {MIN_HELD_OUT} are needed.{unread}",
            set.products.len(),
            held_out.len()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_is_left_to_others_and_no_more_threads_compute_than_were_asked_for() {
        let check = |asked: Option<usize>, n_cores: usize, expected: usize| {
            assert_eq!(
                how_many(asked.and_then(NonZeroUsize::new), n_cores),
                expected,
                "{asked:?} of {n_cores}"
            );
        };
        check(None, 1, 1);
        check(None, 2, 2);
        check(None, 8, 7);
        check(Some(1), 8, 1);
        check(Some(20), 8, 8);
        let one = pool(NonZeroUsize::new(1)).unwrap();
        assert_eq!(one.install(rayon::current_num_threads), 1);
    }
}
