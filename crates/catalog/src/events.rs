//! What clients hear without asking: jobs, changes of the catalog and of the pack in use, no more often than
//! a person can follow.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use vitrine_jobs::JobEvent;

use crate::library::{Inner, Summary};

/// News.
#[derive(Debug, Clone)]
pub enum Event {
    /// A job went on, or ended.
    Job(JobEvent),
    /// Photos came, went, or became searchable or described.
    CatalogChanged(Summary),
    /// Another pack answers, gets ready to, or no longer does, or searches go by other things learnt.
    PackChanged,
}

type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// How often the catalog is counted, at most.
const CHANGES_EVERY: Duration = Duration::from_millis(600);
/// How long the thread that tells waits before it looks whether the library is still there.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Who listens, and what there is to tell.
#[derive(Default)]
pub(crate) struct Events {
    listeners: Mutex<Vec<Listener>>,
    changes: AtomicU64,
    told: AtomicU64,
    rang: Arc<(Mutex<()>, Condvar)>,
}

impl Events {
    /// The catalog changed.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
        // With the lock, or it could ring between a look and the wait that follows.
        let _looking = self.rang.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.rang.1.notify_all();
    }

    /// Adds a listener; answers whether it is the first.
    pub(crate) fn listen(&self, listener: Listener) -> bool {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.push(listener);
        listeners.len() == 1
    }

    pub(crate) fn tell(&self, event: &Event) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener(event.clone());
        }
    }

    fn has_changes(&self) -> bool {
        self.changes.load(Ordering::Relaxed) != self.told.load(Ordering::Relaxed)
    }
}

/// Tells how the catalog stands, where that changed since it was told.
pub(crate) fn tell_changes(library: &Inner) {
    let changes = library.events.changes.load(Ordering::Relaxed);
    if library.events.told.swap(changes, Ordering::Relaxed) == changes {
        return;
    }
    match library.summary() {
        Ok(summary) => library.events.tell(&Event::CatalogChanged(summary)),
        Err(error) => tracing::warn!(%error, "the catalog could not be counted"),
    }
}

/// Tells the news from a thread of its own until the library is gone.
pub(crate) fn start(library: &Arc<Inner>) {
    let of_jobs = Arc::downgrade(library);
    library.jobs.subscribe(move |event| {
        if let Some(library) = of_jobs.upgrade() {
            library.events.tell(&Event::Job(event.clone()));
        }
    });
    let (rang, weak): (_, Weak<Inner>) = (library.events.rang.clone(), Arc::downgrade(library));
    let tell = move || {
        loop {
            {
                let Some(library) = weak.upgrade() else { return };
                if library.events.has_changes() {
                    tell_changes(&library);
                }
            }
            std::thread::sleep(CHANGES_EVERY);
            let waiting = rang.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is_idle = weak.upgrade().is_some_and(|library| !library.events.has_changes());
            if is_idle {
                drop(rang.1.wait_timeout(waiting, LOOK_EVERY));
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("vitrine-events".into()).spawn(tell) {
        tracing::error!(%error, "no thread for events");
    }
}
