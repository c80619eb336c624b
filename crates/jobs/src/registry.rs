//! All jobs: who may start, and that each one ends.

use std::{
    any::Any,
    collections::HashMap,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

use crate::{
    Clock, Job, JobError, JobEvent, JobId, JobKind, JobSnapshot, Lane, Outcome,
    ticker::{self, Listener, News},
};

/// Why a job was not started. Nothing of it happened then.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The lane is taken.
    #[error("{}", busy_words(.0))]
    Busy(Arc<Job>),
    /// [`Jobs::cancel_all_and_wait`] was called.
    #[error("Vitrine is being closed. Start it again, and then this.")]
    Closing,
    /// The system gave no thread.
    #[error("The system has no room for another task. Close other programs and try again.")]
    NoThread(#[source] io::Error),
}

fn busy_words(running: &Job) -> String {
    let subject = running.subject();
    match (running.kind().lane(), subject.is_empty()) {
        (Lane::Index, _) => "Photos are being read already. Wait for the end of that, or stop it.".into(),
        (Lane::Tuning, _) => "Searches are learning already. Wait for the end of that, or stop it.".into(),
        (Lane::Packs, true) => {
            "Another model pack is being worked on. Wait for the end of that, or stop it.".into()
        }
        (Lane::Packs, false) => {
            format!("The model pack {subject} is being worked on. Wait for the end of that, or stop it.")
        }
    }
}

/// Runs a closure on a thread of this name.
type Spawn = fn(&str, Box<dyn FnOnce() + Send>) -> io::Result<()>;

/// What the threads of this crate share.
pub(crate) struct Shared {
    desk: Mutex<Desk>,
    /// There is something to tell, or nothing more will come.
    rang: Condvar,
    clock: Clock,
    spawn: Spawn,
}

#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) running: HashMap<Lane, Arc<Job>>,
    last: HashMap<Lane, Arc<Job>>,
    pub(crate) news: News,
    is_closing: bool,
}

/// All jobs of a program. Clones are the same.
///
/// A listener that holds one of them keeps it alive for ever: let it hold something weak.
#[derive(Clone)]
pub struct Jobs(Arc<Shared>);

impl Default for Jobs {
    fn default() -> Self {
        Self::with_clock(Arc::new(Instant::now))
    }
}

impl Jobs {
    /// No jobs yet; rates and times left are counted with this clock.
    #[must_use]
    pub fn with_clock(clock: Clock) -> Self {
        Self::with(clock, |name, run| thread::Builder::new().name(name.to_owned()).spawn(run).map(|_| ()))
    }

    fn with(clock: Clock, spawn: Spawn) -> Self {
        Self(Arc::new(Shared { desk: Mutex::default(), rang: Condvar::new(), clock, spawn }))
    }

    /// Runs `work` on a thread of its own. `subject` says with what, in the user's words.
    ///
    /// Work that asks its job's checkpoints can be paused and cancelled. When it panics, the job fails
    /// with a sentence, and its control is cancelled, for threads that it may have left.
    ///
    /// Who decides from within the work that nothing is left to do, and then wants to start anew from
    /// another thread, may find the lane taken for that instant: [`Job::wait`] on the job in
    /// [`StartError::Busy`] is then short.
    ///
    /// # Errors
    /// [`StartError`]. How the work itself ends is told with [`JobEvent::Ended`] and [`Job::wait`].
    pub fn start(
        &self,
        kind: JobKind,
        subject: &str,
        work: impl FnOnce(&Arc<Job>) -> Result<Outcome, JobError> + Send + 'static,
    ) -> Result<Arc<Job>, StartError> {
        let mut desk = self.0.desk();
        if desk.is_closing {
            return Err(StartError::Closing);
        }
        if let Some(running) = desk.running.get(&kind.lane()) {
            return Err(StartError::Busy(running.clone()));
        }
        // First who tells of the job, so that none runs of which nobody hears.
        if !desk.news.has_ticker {
            let shared = self.0.clone();
            let tick = Box::new(move || ticker::tell(&shared));
            (self.0.spawn)("vitrine-ticker", tick).map_err(StartError::NoThread)?;
            desk.news.has_ticker = true;
        }
        let job = Arc::new(Job::with_clock(kind, subject, self.0.clock.clone()));
        let (shared, own) = (self.0.clone(), job.clone());
        let run = Box::new(move || {
            own.begin();
            let result = catch_unwind(AssertUnwindSafe(|| work(&own)));
            shared.end(&own, result.unwrap_or_else(|panic| Err(after_panic(&own, &*panic))));
        });
        (self.0.spawn)(kind.thread_name(), run).map_err(StartError::NoThread)?;
        desk.running.insert(kind.lane(), job.clone());
        drop(desk);
        self.0.rang.notify_all();
        Ok(job)
    }

    /// The job that runs in a lane.
    #[must_use]
    pub fn current(&self, lane: Lane) -> Option<Arc<Job>> {
        self.0.desk().running.get(&lane).cloned()
    }

    /// How the last job of a lane ended.
    #[must_use]
    pub fn last_end(&self, lane: Lane) -> Option<JobSnapshot> {
        let last = self.0.desk().last.get(&lane).cloned();
        last.map(|job| job.snapshot())
    }

    /// A job that runs, or was the last to end in its lane.
    #[must_use]
    pub fn get(&self, id: JobId) -> Option<Arc<Job>> {
        let desk = self.0.desk();
        desk.running.values().chain(desk.last.values()).find(|job| job.id() == id).cloned()
    }

    /// From now on `listener` hears of every job: [`JobEvent::Progress`] eight times a second at most, and
    /// then [`JobEvent::Ended`], once. All on one thread, so a listener that takes long delays the news.
    /// One that panics hears on.
    pub fn subscribe(&self, listener: impl Fn(&JobEvent) + Send + Sync + 'static) {
        let listener: Listener = Arc::new(listener);
        self.0.desk().news.listeners.push(listener);
    }

    /// For closing: lets no job start any more, cancels all, and waits for their ends. A job that calls
    /// this itself is not waited for.
    pub fn cancel_all_and_wait(&self) {
        let running: Vec<Arc<Job>> = {
            let mut desk = self.0.desk();
            desk.is_closing = true;
            desk.running.values().cloned().collect()
        };
        running.iter().for_each(|job| job.cancel());
        for job in running {
            let _ = job.wait();
        }
    }
}

impl Shared {
    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rang(&self) -> &Condvar {
        &self.rang
    }

    /// Frees the lane, wakes who waits, and has it told. All under the lock, so that whoever hears of the
    /// end in any of these ways may start the next.
    fn end(&self, job: &Arc<Job>, result: Result<Outcome, JobError>) {
        if let Err(JobError::Failed(error)) = &result {
            tracing::error!(%error, kind = ?job.kind(), "a job failed");
        }
        let mut desk = self.desk();
        let lane = job.kind().lane();
        desk.running.remove(&lane);
        // Dropped after the lock is given back: what a job brought may do anything when it goes.
        let before = desk.last.insert(lane, job.clone());
        let end = job.close(result);
        desk.news.ended.push(end);
        drop(desk);
        self.rang.notify_all();
        drop(before);
    }
}

fn after_panic(job: &Job, panic: &(dyn Any + Send)) -> JobError {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(words, kind = ?job.kind(), "the work of a job panicked");
    job.control().cancel();
    JobError::failed("Something went wrong inside Vitrine. What was done so far is kept; try again.")
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("running", &self.0.desk().running).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_system_gives_no_thread_the_lane_stays_free() {
        fn no_thread(_: &str, _: Box<dyn FnOnce() + Send>) -> io::Result<()> {
            Err(io::ErrorKind::OutOfMemory.into())
        }
        fn only_a_ticker(name: &str, run: Box<dyn FnOnce() + Send>) -> io::Result<()> {
            if name == "vitrine-ticker" {
                thread::Builder::new().spawn(run).map(|_| ())
            } else {
                no_thread(name, run)
            }
        }
        for spawn in [no_thread, only_a_ticker] {
            let jobs = Jobs::with(Arc::new(Instant::now), spawn);
            for _ in 0..2 {
                let refused = jobs.start(JobKind::Index, "", |_| Ok(Outcome::default()));
                assert!(matches!(refused, Err(StartError::NoThread(_))), "{refused:?}");
                assert!(jobs.current(Lane::Index).is_none());
            }
            jobs.cancel_all_and_wait();
        }
    }
}
