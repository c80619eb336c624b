//! What is to be scanned, and the thread that does it.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{RunState, backlog, ingest};
use crate::{CatalogError, library::Inner};

/// A part of a source that is to be looked at: all of it, or what a watcher saw change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) source_id: u64,
    pub(crate) root: PathBuf,
}

#[derive(Default)]
struct Queue {
    scopes: Vec<Scope>,
    is_running: bool,
    /// Raised by every start, so that one that comes while the run ends is not lost.
    wanted: bool,
}

/// The queue of scopes and its worker.
#[derive(Default)]
pub(crate) struct Work {
    queue: Mutex<Queue>,
    ended: Condvar,
}

impl Work {
    /// Queues scopes and starts a run if none is under way; one that is paused stays paused, with
    /// more to do. Without scopes it finishes what is unfinished.
    pub(crate) fn start(library: &Arc<Inner>, scopes: Vec<Scope>) -> Result<(), CatalogError> {
        let mut queue = library.work.lock();
        for scope in scopes {
            let is_covered =
                |other: &Scope| other.source_id == scope.source_id && scope.root.starts_with(&other.root);
            if !queue.scopes.iter().any(is_covered) {
                queue.scopes.push(scope);
            }
        }
        queue.wanted = true;
        if queue.is_running {
            return Ok(());
        }
        library.control.reset();
        library.board.begin();
        let own = library.clone();
        std::thread::Builder::new()
            .name("vitrine-run".into())
            .spawn(move || own.work.serve(&own))
            .map_err(CatalogError::io("starting the index run"))?;
        queue.is_running = true;
        Ok(())
    }

    pub(crate) fn pause(&self, library: &Inner) {
        if self.lock().is_running {
            library.control.pause();
            library.board.set_state(RunState::Paused, None);
        }
    }

    pub(crate) fn resume(&self, library: &Inner) {
        if self.lock().is_running && library.board.state() == RunState::Paused {
            library.board.set_state(RunState::Running, None);
        }
        library.control.resume();
    }

    /// Drops what is queued of a source that was removed.
    pub(crate) fn forget(&self, source_id: u64) {
        self.lock().scopes.retain(|scope| scope.source_id != source_id);
    }

    /// Waits until no run is under way.
    pub(crate) fn wait(&self) {
        let mut queue = self.lock();
        while queue.is_running {
            queue = self.ended.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether something new came, for which a backlog should be left.
    pub(crate) fn has_scopes(&self) -> bool {
        !self.lock().scopes.is_empty()
    }

    fn serve(&self, library: &Inner) {
        loop {
            let result = self.run(library);
            if let Ok(models) = &library.models {
                models.release_captioner();
            }
            let mut queue = self.lock();
            if result.is_ok() && queue.wanted {
                continue;
            }
            queue.scopes.clear();
            queue.wanted = false;
            queue.is_running = false;
            match result {
                Ok(()) => library.board.set_state(RunState::Finished, self.closing_words(library)),
                Err(CatalogError::Cancelled) => library.board.set_state(RunState::Cancelled, None),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the index run failed");
                    library.board.set_state(RunState::Failed, Some(sentence(&error)));
                }
            }
            library.events.changed();
            self.ended.notify_all();
            return;
        }
    }

    /// Works until nothing is wanted.
    fn run(&self, library: &Inner) -> Result<(), CatalogError> {
        loop {
            let scopes = {
                let mut queue = self.lock();
                queue.wanted = false;
                std::mem::take(&mut queue.scopes)
            };
            if !scopes.is_empty() {
                ingest::ingest(library, &scopes)?;
            }
            if library.models.is_ok() {
                backlog::embed(library)?;
                if self.has_scopes() {
                    continue;
                }
                backlog::describe(library)?;
            }
            if self.has_scopes() {
                continue;
            }
            while library.vectors.advance_graph(&library.store)? > 0 {
                library.control.checkpoint()?;
            }
            return library.vectors.save(&library.store);
        }
    }

    /// What a finished run has to say: without models nothing was made searchable.
    fn closing_words(&self, library: &Inner) -> Option<String> {
        library
            .models
            .as_ref()
            .err()
            .map(|reason| format!("Photos can be browsed, but not searched. {reason}"))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error with its causes, as one line.
fn sentence(error: &CatalogError) -> String {
    let mut line = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
