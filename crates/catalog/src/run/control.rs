//! Pause, resume and cancel.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::CatalogError;

#[derive(Default)]
struct Flags {
    paused: bool,
    cancelled: bool,
}

/// What the user wants of the run; every stage asks it between two photos.
#[derive(Default)]
pub struct Control {
    flags: Mutex<Flags>,
    changed: Condvar,
}

impl Control {
    /// Goes on; waits as long as the run is paused.
    ///
    /// # Errors
    /// [`CatalogError::Cancelled`] once the run is to end.
    pub fn checkpoint(&self) -> Result<(), CatalogError> {
        let mut flags = self.lock();
        while flags.paused && !flags.cancelled {
            flags = self.changed.wait(flags).unwrap_or_else(PoisonError::into_inner);
        }
        if flags.cancelled { Err(CatalogError::Cancelled) } else { Ok(()) }
    }

    /// Holds every stage at its next checkpoint.
    pub fn pause(&self) {
        self.lock().paused = true;
    }

    /// Lets them go on.
    pub fn resume(&self) {
        self.lock().paused = false;
        self.changed.notify_all();
    }

    /// Ends them at their next checkpoint.
    pub fn cancel(&self) {
        self.lock().cancelled = true;
        self.changed.notify_all();
    }

    /// Fit for a new run.
    pub fn reset(&self) {
        *self.lock() = Flags::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Flags> {
        self.flags.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
