//! What clients hear without asking: progress and changes of the catalog,
//! no more often than a person can follow.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    library::{Inner, Summary},
    run::RunProgress,
};

/// News.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run went on.
    Progress(RunProgress),
    /// Photos came, went, or became searchable or described.
    CatalogChanged(Summary),
}

type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// How often progress is told, and how often the catalog is counted.
const PROGRESS_EVERY: Duration = Duration::from_millis(120);
const CHANGES_EVERY: Duration = Duration::from_millis(600);

/// Who listens, and what there is to tell.
#[derive(Default)]
pub(crate) struct Events {
    listeners: Mutex<Vec<Listener>>,
    changes: AtomicU64,
}

impl Events {
    /// The catalog changed.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds a listener; answers whether it is the first.
    pub(crate) fn listen(&self, listener: Listener) -> bool {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.push(listener);
        listeners.len() == 1
    }

    fn tell(&self, event: &Event) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener(event.clone());
        }
    }
}

/// Tells the news from a thread of its own until the library is gone.
pub(crate) fn start(library: Weak<Inner>) {
    let tell = move || {
        let (mut seen_progress, mut seen_changes) = (0, 0);
        let mut last_count = Instant::now() - CHANGES_EVERY;
        loop {
            std::thread::sleep(PROGRESS_EVERY);
            let Some(library) = library.upgrade() else { return };
            let progress = library.board.version();
            let is_new = progress != seen_progress;
            let changes = library.events.changes.load(Ordering::Relaxed);
            // Counts go before the progress that ends a run, so that a client that reads them at
            // the end reads the last ones.
            if changes != seen_changes && last_count.elapsed() >= CHANGES_EVERY {
                seen_changes = changes;
                last_count = Instant::now();
                match library.summary() {
                    Ok(summary) => library.events.tell(&Event::CatalogChanged(summary)),
                    Err(error) => tracing::warn!(%error, "the catalog could not be counted"),
                }
            }
            if is_new {
                seen_progress = progress;
                library.events.tell(&Event::Progress(library.board.snapshot()));
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("vitrine-events".into()).spawn(tell) {
        tracing::error!(%error, "no thread for events");
    }
}
