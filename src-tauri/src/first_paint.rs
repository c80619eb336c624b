//! How long the window takes to show itself, for measuring.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

/// When the program started, and whether its first paint has been told.
pub(crate) struct FirstPaint {
    started: Instant,
    told: AtomicBool,
}

impl FirstPaint {
    pub(crate) fn new(started: Instant) -> FirstPaint {
        FirstPaint { started, told: AtomicBool::new(false) }
    }

    /// Writes the time to stderr, once, when `VITRINE_TIMING` is set; says whether to end here.
    #[allow(clippy::print_stderr, reason = "a measurement is read from the terminal")]
    pub(crate) fn happened(&self) -> bool {
        let elapsed = self.started.elapsed();
        if !self.told.swap(true, Ordering::Relaxed) && std::env::var_os("VITRINE_TIMING").is_some() {
            eprintln!("vitrine: first paint after {} ms", elapsed.as_millis());
        }
        std::env::var_os("VITRINE_EXIT_AFTER_PAINT").is_some()
    }
}
