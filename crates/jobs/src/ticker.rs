//! Who tells of jobs: one thread, which lives while there is something to tell.
//!
//! It begins with the first job and ends when no job runs and every end was told; the next job begins
//! another. As all is told from it, no listener hears progress after an end.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use crate::{Job, JobId, JobSnapshot, registry::Shared};

/// How often progress is told: as often as a person can follow.
const EVERY: Duration = Duration::from_millis(125);
/// Also where nothing moved it is told so often, since a rate falls and a time to the end grows.
const AT_LEAST_EVERY: Duration = Duration::from_secs(1);

/// News of a job.
#[derive(Debug, Clone)]
pub enum JobEvent {
    /// It went on, was paused, or was resumed.
    Progress(JobSnapshot),
    /// It ended, and this is how. The last that is heard of it.
    Ended(JobSnapshot),
}

pub(crate) type Listener = Arc<dyn Fn(&JobEvent) + Send + Sync>;

/// What there is to tell, and to whom.
#[derive(Default)]
pub(crate) struct News {
    pub(crate) listeners: Vec<Listener>,
    /// Ends that were not told yet.
    pub(crate) ended: Vec<JobSnapshot>,
    pub(crate) has_ticker: bool,
}

/// Tells until nothing is left to tell.
pub(crate) fn tell(shared: &Shared) {
    let mut told = Told::default();
    let mut next = Instant::now();
    loop {
        let mut desk = shared.desk();
        let is_time = loop {
            let now = Instant::now();
            if desk.running.is_empty() && desk.news.ended.is_empty() {
                desk.news.has_ticker = false;
                return;
            }
            if now >= next || !desk.news.ended.is_empty() {
                break now >= next;
            }
            let woken = shared.rang().wait_timeout(desk, next - now);
            desk = woken.unwrap_or_else(PoisonError::into_inner).0;
        };
        let ended = std::mem::take(&mut desk.news.ended);
        let running: Vec<Arc<Job>> =
            if is_time { desk.running.values().cloned().collect() } else { Vec::new() };
        let listeners = desk.news.listeners.clone();
        drop(desk);

        for end in ended {
            told.0.remove(&end.id);
            tell_all(&listeners, &JobEvent::Ended(end));
        }
        if is_time {
            for job in running {
                if let Some(news) = told.news(&job) {
                    tell_all(&listeners, &JobEvent::Progress(news));
                }
            }
            // After the listeners, so that slow ones are asked less often.
            next = Instant::now() + EVERY;
        }
    }
}

/// Which version of which job was told, and when.
#[derive(Default)]
struct Told(HashMap<JobId, (u64, Instant)>);

impl Told {
    /// What is to be told of a job that runs, if anything is.
    fn news(&mut self, job: &Job) -> Option<JobSnapshot> {
        let version = job.board().version();
        let is_news = self.0.get(&job.id()).is_none_or(|(told, when)| {
            *told != version || (!job.control().is_paused() && when.elapsed() >= AT_LEAST_EVERY)
        });
        // The end has an event of its own.
        let snapshot = is_news.then(|| job.snapshot()).filter(|snapshot| !snapshot.state.is_over())?;
        self.0.insert(job.id(), (version, Instant::now()));
        Some(snapshot)
    }
}

fn tell_all(listeners: &[Listener], event: &JobEvent) {
    for listener in listeners {
        if catch_unwind(AssertUnwindSafe(|| listener(event))).is_err() {
            tracing::error!("whoever listens to jobs panicked");
        }
    }
}
