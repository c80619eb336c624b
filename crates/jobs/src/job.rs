//! One job: its name, what the user wants of it, how far it is, and how it ended.

use std::{
    any::Any,
    error::Error,
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
    time::Instant,
};

use crate::{Board, Cancelled, Clock, Control, JobKind, JobState, Progress};

/// Names a job; no two jobs of a process have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u64);

impl JobId {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The number, for clients that speak JSON.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for JobId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What came of work that did all it had to do.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    message: Option<String>,
    value: Option<Arc<dyn Any + Send + Sync>>,
}

impl Outcome {
    /// With a sentence for the user.
    #[must_use]
    pub fn saying(message: Option<String>) -> Self {
        Self { message, value: None }
    }

    /// With a value for whoever hears of the end; [`JobSnapshot::value`] gives it.
    #[must_use]
    pub fn with(mut self, value: impl Any + Send + Sync) -> Self {
        self.value = Some(Arc::new(value));
        self
    }
}

/// Why work ended before all was done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The user ended it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// It could not go on; the error's words are a sentence for the user.
    #[error("{0}")]
    Failed(Arc<dyn Error + Send + Sync>),
}

impl JobError {
    /// An error of the caller's, or a sentence. [`JobSnapshot::error`] gives it back as what it is.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into().into())
    }
}

/// A job as it is now, or as it ended.
#[derive(Debug, Clone)]
pub struct JobSnapshot {
    /// Which one.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// With what, in the user's words: the name of a pack; may be empty.
    pub subject: String,
    /// Where it stands.
    pub state: JobState,
    /// How far it is.
    pub progress: Progress,
    /// Once it ended: why it failed, or what it has to say.
    pub message: Option<String>,
    error: Option<Arc<dyn Error + Send + Sync>>,
    value: Option<Arc<dyn Any + Send + Sync>>,
}

impl JobSnapshot {
    /// What the work of a finished job brought, where it brought such a thing.
    #[must_use]
    pub fn value<T: Any>(&self) -> Option<&T> {
        self.value.as_deref().and_then(|value| value.downcast_ref())
    }

    /// Why it failed, where it failed with such an error.
    #[must_use]
    pub fn error<E: Error + 'static>(&self) -> Option<&E> {
        self.error.as_deref().and_then(|error| error.downcast_ref())
    }
}

/// A job, shared by the threads that do it and by everybody who looks at it.
pub struct Job {
    id: JobId,
    kind: JobKind,
    subject: Mutex<String>,
    control: Control,
    board: Board,
    /// The thread that does it.
    thread: OnceLock<ThreadId>,
    /// Set once; its lock also keeps pause and resume in one order for control and board.
    end: Mutex<Option<JobSnapshot>>,
    ended: Condvar,
}

impl Job {
    /// A job of no registry, for a caller who does its work on a thread of its own and tells of it
    /// himself.
    #[must_use]
    pub fn new(kind: JobKind, subject: &str) -> Self {
        Self::with_clock(kind, subject, Arc::new(Instant::now))
    }

    pub(crate) fn with_clock(kind: JobKind, subject: &str, clock: Clock) -> Self {
        Self {
            id: JobId::next(),
            kind,
            subject: Mutex::new(subject.to_owned()),
            control: Control::default(),
            board: Board::with_clock(kind, clock),
            thread: OnceLock::new(),
            end: Mutex::default(),
            ended: Condvar::new(),
        }
    }

    /// Names it.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.id
    }

    /// What it does.
    #[must_use]
    pub fn kind(&self) -> JobKind {
        self.kind
    }

    /// With what.
    #[must_use]
    pub fn subject(&self) -> String {
        self.subject.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says with what, where that comes out only at work.
    pub fn set_subject(&self, subject: &str) {
        subject.clone_into(&mut self.subject.lock().unwrap_or_else(PoisonError::into_inner));
        self.board.touch();
    }

    /// What the user wants of it.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// How far it is.
    #[must_use]
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// [`Control::checkpoint`].
    ///
    /// # Errors
    /// [`Cancelled`] once the job is to end.
    #[inline]
    pub fn checkpoint(&self) -> Result<(), Cancelled> {
        self.control.checkpoint()
    }

    /// Holds it at its next checkpoint.
    pub fn pause(&self) {
        let end = self.end();
        if end.is_none() && !self.control.is_cancelled() {
            self.control.pause();
            self.board.hold();
        }
    }

    /// Lets it go on.
    pub fn resume(&self) {
        let end = self.end();
        if end.is_none() && self.control.is_paused() {
            self.board.go_on();
            self.control.resume();
        }
    }

    /// Ends it at its next checkpoint, also when it is paused. [`Job::wait`] waits for that.
    pub fn cancel(&self) {
        self.control.cancel();
        self.board.touch();
    }

    /// As it is now, or as it ended.
    #[must_use]
    pub fn snapshot(&self) -> JobSnapshot {
        self.end().clone().unwrap_or_else(|| self.now())
    }

    /// Waits for its end. On the thread that does its work, which would wait for itself, it answers at
    /// once.
    #[must_use]
    pub fn wait(&self) -> JobSnapshot {
        if self.thread.get() == Some(&thread::current().id()) {
            return self.snapshot();
        }
        let end = self.ended.wait_while(self.end(), |end| end.is_none());
        let end = end.unwrap_or_else(PoisonError::into_inner).clone();
        end.unwrap_or_else(|| self.now())
    }

    /// This thread does it.
    pub(crate) fn begin(&self) {
        // Set once: a job has one thread.
        let _ = self.thread.set(thread::current().id());
    }

    /// It ended; wakes whoever waits.
    pub(crate) fn close(&self, result: Result<Outcome, JobError>) -> JobSnapshot {
        let mut end = self.end();
        self.board.close();
        let mut snapshot = self.now();
        match result {
            Ok(outcome) => {
                snapshot.state = JobState::Finished;
                snapshot.message = outcome.message;
                snapshot.value = outcome.value;
            }
            Err(JobError::Cancelled(Cancelled)) => snapshot.state = JobState::Cancelled,
            Err(JobError::Failed(error)) => {
                snapshot.state = JobState::Failed;
                snapshot.message = Some(error.to_string());
                snapshot.error = Some(error);
            }
        }
        *end = Some(snapshot.clone());
        drop(end);
        self.ended.notify_all();
        snapshot
    }

    fn now(&self) -> JobSnapshot {
        JobSnapshot {
            id: self.id,
            kind: self.kind,
            subject: self.subject(),
            state: if self.control.is_paused() { JobState::Paused } else { JobState::Running },
            progress: self.board.progress(),
            message: None,
            error: None,
            value: None,
        }
    }

    fn end(&self) -> MutexGuard<'_, Option<JobSnapshot>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}
