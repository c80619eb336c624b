//! The time that a job was at work: a clock that stands still while it is paused.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Tells the time. Tests give one of their own in place of [`Instant::now`].
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Counts the time since it was made, without the times in which it was held.
pub(crate) struct Stopwatch {
    clock: Clock,
    started: Instant,
    held: Duration,
    held_since: Option<Instant>,
}

impl Stopwatch {
    pub(crate) fn new(clock: Clock) -> Self {
        let started = clock();
        Self { clock, started, held: Duration::ZERO, held_since: None }
    }

    /// Time at work so far.
    pub(crate) fn now(&self) -> Duration {
        let now = self.held_since.unwrap_or_else(|| (self.clock)());
        now.saturating_duration_since(self.started).saturating_sub(self.held)
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held_since.is_some()
    }

    /// Stands still from now on.
    pub(crate) fn hold(&mut self) {
        self.held_since.get_or_insert_with(|| (self.clock)());
    }

    /// Goes on from where it stood.
    pub(crate) fn go_on(&mut self) {
        if let Some(since) = self.held_since.take() {
            self.held += (self.clock)().saturating_duration_since(since);
        }
    }
}
