//! What is to be scanned, and the thread that does it.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{RunState, backlog, describe, ingest};
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
    /// What is to be done changed: a backlog is left for a look at it.
    changed: bool,
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

    /// Makes a run that is under way leave its backlog and find out anew what is to be done.
    pub(crate) fn look_again(&self) {
        self.lock().changed = true;
    }

    /// Whether a backlog should be left for something else.
    pub(crate) fn has_news(&self) -> bool {
        let queue = self.lock();
        queue.changed || !queue.scopes.is_empty()
    }

    fn serve(&self, library: &Inner) {
        loop {
            let result = self.run(library);
            for engine in library.engines.all() {
                engine.models.release_captioner();
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
                    library.board.set_state(RunState::Failed, Some(error.with_causes()));
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
                queue.changed = false;
                std::mem::take(&mut queue.scopes)
            };
            let engine = library.engines.working();
            if !scopes.is_empty() {
                ingest::ingest(library, engine.as_deref(), &scopes)?;
            }
            let Some(engine) = engine else {
                if self.has_news() {
                    continue;
                }
                return Ok(());
            };
            backlog::embed(library, &engine)?;
            if self.has_news() {
                continue;
            }
            while engine.vectors.advance_graph(&library.store)? > 0 {
                library.control.checkpoint()?;
            }
            engine.vectors.save(&library.store)?;
            // Everything that can be read has its vector: if this is a new pack, it answers now.
            library.engines.finish_change(&engine, &library.options, &library.store)?;
            library.events.changed();
            describe::describe(library, &engine)?;
            if !self.has_news() {
                return Ok(());
            }
        }
    }

    /// What a finished run has to say: without models nothing was made searchable, and a wrong list of
    /// the merchant's own must not go unnoticed.
    fn closing_words(&self, library: &Inner) -> Option<String> {
        match library.engines.problem() {
            Some(reason) => Some(format!("Photos can be browsed, but not searched. {reason}")),
            None => library.engines.lists().problem().map(str::to_owned),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
