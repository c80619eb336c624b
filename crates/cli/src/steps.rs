//! What is being done, told to whoever waits, until Ctrl-C ends it.

use std::{
    cell::Cell,
    io::IsTerminal,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use indicatif::ProgressBar;

use crate::{LINE_EVERY, output};

/// Work that asks at every step whether it is to go on.
pub struct Steps {
    bar: Option<ProgressBar>,
    last_line: Cell<Instant>,
    is_stopped: Arc<AtomicBool>,
}

impl Steps {
    /// Takes Ctrl-C over; once in a process.
    pub fn new() -> anyhow::Result<Self> {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = is_stopped.clone();
        ctrlc::set_handler(move || stop.store(true, Ordering::Release))?;
        let bar = std::io::stderr().is_terminal().then(ProgressBar::new_spinner);
        Ok(Self { bar, last_line: Cell::new(Instant::now()), is_stopped })
    }

    /// Tells a step; false where nobody waits any more.
    pub fn go_on(&self, step: &str) -> bool {
        match &self.bar {
            Some(bar) => {
                bar.set_message(output::visible(step));
                bar.tick();
            }
            // Some work takes minutes: a script's log must not look as if nothing happened.
            None if self.last_line.get().elapsed() >= LINE_EVERY => {
                self.last_line.set(Instant::now());
                note!("{step}");
            }
            None => {}
        }
        !self.is_stopped.load(Ordering::Acquire)
    }

    /// Clears the line, before what came of it is printed.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
