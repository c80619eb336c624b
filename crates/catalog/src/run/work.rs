//! What is to be scanned, and the job that does it.
//!
//! There is one queue of roots and at most one job that works on it. Whatever ends the job (done, cancelled,
//! failed, a panic), roots that were queued and not looked at are still there: after a cancel those that
//! came later start a job of their own, after a failure they wait for the next start.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use vitrine_jobs::{Job, JobError, JobKind, JobSnapshot, Lane, Outcome, StartError};

use super::{ahead::Ahead, describe, embed::Embed, ingest, pass, read_claims, refine};
use crate::{CatalogError, Event, health, library::Inner, twins};

/// Entries of the log that are kept: more than change before the index's file is written again.
const LOG_KEPT: u64 = 500_000;

/// Products whose words are written in one transaction: some ten milliseconds' work.
const WORDS_AT_ONCE: u64 = 256;
/// Products whose descriptions are checked between two looks at whether the run goes on.
const REVIEWS_AT_ONCE: u64 = 64;

#[derive(Default)]
struct Queue {
    /// What is to be looked at: whole sources, or what a watcher saw change.
    roots: Vec<PathBuf>,
    /// The job at work.
    job: Option<Arc<Job>>,
    /// Raised by every start, so that one that comes while the run ends is not lost.
    wanted: bool,
    /// What is to be done changed: a pass is left for a look at it.
    changed: bool,
}

/// The queue and its job.
#[derive(Default)]
pub(crate) struct Work {
    queue: Mutex<Queue>,
}

impl Work {
    /// Queues roots and starts a run if none is under way; one that is paused stays paused, with
    /// more to do. Without roots it finishes what is unfinished.
    pub(crate) fn start(library: &Arc<Inner>, roots: Vec<PathBuf>) -> Result<(), CatalogError> {
        let mut queue = library.work.lock();
        for root in roots {
            if !queue.roots.iter().any(|other| root.starts_with(other)) {
                queue.roots.retain(|other| !other.starts_with(&root));
                queue.roots.push(root);
            }
        }
        queue.wanted = true;
        if queue.job.as_ref().is_some_and(|job| !job.control().is_cancelled()) {
            return Ok(());
        }
        drop(queue);
        Self::begin(library)
    }

    /// Starts the job, after the end of one that is ending.
    fn begin(library: &Arc<Inner>) -> Result<(), CatalogError> {
        loop {
            let mut queue = library.work.lock();
            if queue.job.as_ref().is_some_and(|job| !job.control().is_cancelled()) {
                return Ok(());
            }
            let own = library.clone();
            let started = library.jobs.start(JobKind::Index, "", move |job| serve(&own, job));
            match started {
                Ok(job) => {
                    queue.job = Some(job);
                    return Ok(());
                }
                Err(StartError::Busy(ending)) => {
                    drop(queue);
                    let _ = ending.wait();
                }
                Err(error) => {
                    return Err(CatalogError::Io {
                        what: "starting the index run".into(),
                        source: std::io::Error::other(error),
                    });
                }
            }
        }
    }

    /// Holds the run.
    pub(crate) fn pause(&self) {
        if let Some(job) = &self.lock().job {
            job.pause();
        }
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        if let Some(job) = &self.lock().job {
            job.resume();
        }
    }

    /// Ends the run, and forgets what is queued: all that was asked for up to now.
    pub(crate) fn cancel(&self) {
        let mut queue = self.lock();
        queue.roots.clear();
        queue.wanted = false;
        if let Some(job) = &queue.job {
            job.cancel();
        }
    }

    /// Waits until no run is under way; answers how the last one ended.
    pub(crate) fn wait(library: &Inner) -> Option<JobSnapshot> {
        while let Some(job) = library.jobs.current(Lane::Index) {
            let _ = job.wait();
        }
        library.jobs.last_end(Lane::Index)
    }

    /// Makes a run that is under way leave its passes and find out anew what is to be done.
    pub(crate) fn look_again(&self) {
        self.lock().changed = true;
    }

    /// Whether a pass should be left for something else.
    pub(crate) fn has_news(&self) -> bool {
        let queue = self.lock();
        queue.changed || !queue.roots.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The work of the job: until nothing is wanted.
fn serve(library: &Inner, job: &Arc<Job>) -> Result<Outcome, JobError> {
    // Also after a panic nobody must take a job that is gone for one at work.
    let _leaving = Leaving { library, job };
    loop {
        let result = run(library, job);
        for engine in library.engines.all() {
            engine.models.release_describers();
        }
        let mut queue = library.work.lock();
        if result.is_ok() && queue.wanted {
            continue;
        }
        queue.job = None;
        drop(queue);
        // Counts go before the end of the run, so that a client that reads them then reads the last ones.
        library.events.changed();
        crate::events::tell_changes(library);
        return match result {
            Ok(()) => Ok(Outcome::saying(closing_words(library))),
            Err(CatalogError::Cancelled) => Err(JobError::Cancelled(vitrine_jobs::Cancelled)),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the index run failed");
                Err(JobError::failed(error.with_causes()))
            }
        };
    }
}

struct Leaving<'a> {
    library: &'a Inner,
    job: &'a Arc<Job>,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let mut queue = self.library.work.lock();
        queue.job.take_if(|job| job.id() == self.job.id());
    }
}

/// Works until nothing is wanted.
fn run(library: &Inner, job: &Job) -> Result<(), CatalogError> {
    let ahead = Ahead::new(&library.options.folder);
    loop {
        let roots = {
            let mut queue = library.work.lock();
            // What was queued after the cancel is for the job that comes after this one.
            if job.control().is_cancelled() {
                return Err(CatalogError::Cancelled);
            }
            queue.wanted = false;
            queue.changed = false;
            std::mem::take(&mut queue.roots)
        };
        let engine = library.engines.working();
        if !roots.is_empty() {
            let ingested = ingest::ingest(library, job, engine.as_deref(), &ahead, &roots);
            if let Err(error) = ingested {
                // A run that could not go on has not looked at them: the next one does.
                if !matches!(error, CatalogError::Cancelled) {
                    let mut queue = library.work.lock();
                    let later = std::mem::take(&mut queue.roots);
                    queue.roots = roots.into_iter().chain(later).collect();
                }
                return Err(error);
            }
        }
        library.store.settle_aside()?;
        // How photos are made, filters and numbers need no model.
        health::look(library, job)?;
        write_words(library, job)?;
        let Some(engine) = engine else {
            twins::find(library, job, None)?;
            if library.work.has_news() {
                continue;
            }
            return Ok(());
        };
        pass::run(library, job, &Embed { library, engine: &engine, job })?;
        if library.work.has_news() {
            continue;
        }
        while engine.vectors.advance_graph(&library.store)? > 0 {
            job.checkpoint()?;
        }
        engine.vectors.save()?;
        library.store.shorten_log(LOG_KEPT)?;
        // Everything that can be read has its vector: if this is a new pack, it answers now, unless photos
        // are on a drive that is away. The old pack finds those.
        if !library.store.lacks_away(engine.models.ids().clip)?
            && library.engines.finish_change(&engine, &library.options, &library.store)?
        {
            library.events.tell(&Event::PackChanged);
        }
        library.events.changed();
        write_words(library, job)?;
        describe::describe(library, job, &engine, &ahead)?;
        write_words(library, job)?;
        check_descriptions(library, job)?;
        if !library.work.has_news() {
            refine::refine(library, job, &engine)?;
        }
        if !library.work.has_news() {
            twins::find(library, job, Some(&engine))?;
        }
        if !library.work.has_news() {
            check_descriptions(library, job)?;
            read_claims::read_claims(library, job)?;
        }
        if !library.work.has_news() {
            return Ok(());
        }
    }
}

/// Words by which products are found without a model.
fn write_words(library: &Inner, job: &Job) -> Result<(), CatalogError> {
    while library.store.settle_own_texts(WORDS_AT_ONCE)? > 0 {
        job.checkpoint()?;
    }
    while library.store.refresh_words(library.model_ids(), WORDS_AT_ONCE)? > 0 {
        job.checkpoint()?;
    }
    Ok(())
}

/// What descriptions claim, against the photos: what a review shows first.
fn check_descriptions(library: &Inner, job: &Job) -> Result<(), CatalogError> {
    if describe::word_lists(library, job, &*library.engine()?)?.is_none() {
        return Ok(());
    }
    while !library.work.has_news() && library.refresh_reviews(REVIEWS_AT_ONCE)? > 0 {
        job.checkpoint()?;
    }
    Ok(())
}

/// What a finished run has to say: without models nothing was made searchable, and a wrong list of
/// the merchant's own must not go unnoticed.
fn closing_words(library: &Inner) -> Option<String> {
    if let Some(reason) = library.engines.problem() {
        return Some(format!("Photos can be browsed, but not searched. {reason}"));
    }
    library.engines.lists().problem().map(str::to_owned)
}
