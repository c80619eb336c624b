//! Pause and cancel, as the work sees them.

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

/// The user ended the job before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("It was cancelled.")]
pub struct Cancelled;

const PAUSED: u8 = 1;
const CANCELLED: u8 = 2;

/// What the user wants of a job. Clones share it; the work asks it between two pieces.
#[derive(Debug, Clone, Default)]
pub struct Control(Arc<Wish>);

#[derive(Default)]
struct Wish {
    /// `PAUSED | CANCELLED`; changed under the lock, so that no waiter sleeps through a change.
    flags: AtomicU8,
    hooks: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
    changed: Condvar,
}

impl Control {
    /// Goes on; waits as long as the job is paused. Costs one load of an atomic when nothing is wanted.
    ///
    /// # Errors
    /// [`Cancelled`] once the job is to end.
    #[inline]
    pub fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.0.flags.load(Ordering::Acquire) == 0 { Ok(()) } else { self.hold() }
    }

    #[cold]
    fn hold(&self) -> Result<(), Cancelled> {
        let hooks = self.lock();
        let _hooks = self
            .0
            .changed
            .wait_while(hooks, |_| self.0.flags.load(Ordering::Acquire) == PAUSED)
            .unwrap_or_else(PoisonError::into_inner);
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Waits this long, and longer while the job is paused.
    ///
    /// # Errors
    /// [`Cancelled`], at once when the job is to end.
    pub fn sleep(&self, time: Duration) -> Result<(), Cancelled> {
        let hooks = self.lock();
        let woken = self.0.changed.wait_timeout_while(hooks, time, |_| !self.is_cancelled());
        drop(woken.unwrap_or_else(PoisonError::into_inner));
        self.checkpoint()
    }

    /// Ends the work at its next checkpoint, also when it is paused.
    pub fn cancel(&self) {
        let hooks = {
            let mut hooks = self.lock();
            self.0.flags.fetch_or(CANCELLED, Ordering::AcqRel);
            std::mem::take(&mut *hooks)
        };
        self.0.changed.notify_all();
        for hook in hooks {
            hook();
        }
    }

    /// Runs `hook` when the job is cancelled, on the thread that cancels it; at once when it was. For
    /// what waits where no checkpoint can be: a connection that has to be closed.
    pub fn on_cancel(&self, hook: impl FnOnce() + Send + 'static) {
        {
            let mut hooks = self.lock();
            if !self.is_cancelled() {
                hooks.push(Box::new(hook));
                return;
            }
        }
        hook();
    }

    /// Whether the job is to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.flags.load(Ordering::Acquire) & CANCELLED != 0
    }

    /// Whether the job is held and not to end.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.0.flags.load(Ordering::Acquire) == PAUSED
    }

    /// Holds the work at its next checkpoint.
    pub(crate) fn pause(&self) {
        let _hooks = self.lock();
        self.0.flags.fetch_or(PAUSED, Ordering::AcqRel);
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        {
            let _hooks = self.lock();
            self.0.flags.fetch_and(!PAUSED, Ordering::AcqRel);
        }
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Box<dyn FnOnce() + Send>>> {
        self.0.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wish").field("flags", &self.flags).finish_non_exhaustive()
    }
}
