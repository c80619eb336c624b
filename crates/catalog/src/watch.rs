//! Watching what was added, while a window is open.
//!
//! The system tells of every write; a photo that is being copied is left alone
//! until nothing was heard of it for [`SETTLED`]. What changed then becomes the
//! scope of a run: that path and nothing else.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};

use crate::{CatalogError, library::Inner, run::Work};

/// Quiet for this long means that a file is whole.
const SETTLED: Duration = Duration::from_secs(2);
/// With more changed paths than this their folders are looked at instead.
const MAX_PATHS: usize = 200;

type Roots = Arc<Mutex<Vec<PathBuf>>>;

/// Watches until it is dropped.
pub(crate) struct Watcher {
    debouncer: Mutex<Debouncer<RecommendedWatcher, RecommendedCache>>,
    roots: Roots,
}

impl Watcher {
    pub(crate) fn start(library: &Arc<Inner>) -> Result<Self, CatalogError> {
        let roots = Roots::default();
        let (known, library) = (roots.clone(), Arc::downgrade(library));
        let heard = move |events: DebounceEventResult| hear(&library, &known, events);
        let debouncer = new_debouncer(SETTLED, None, heard).map_err(|error| CatalogError::Io {
            what: "watching folders".into(),
            source: std::io::Error::other(error),
        })?;
        Ok(Self { debouncer: Mutex::new(debouncer), roots })
    }

    /// Watches a source. One that cannot be watched (too many folders for the system, a network
    /// drive) is still found by "Look for changes", so it is told to the log alone.
    pub(crate) fn watch(&self, path: &Path) {
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        // A folder above it is watched already, and this one with it.
        if roots.iter().any(|root| path.starts_with(root)) {
            return;
        }
        let inside: Vec<PathBuf> = roots.iter().filter(|root| root.starts_with(path)).cloned().collect();
        roots.retain(|root| !root.starts_with(path));
        roots.push(path.to_path_buf());
        drop(roots);
        let mut debouncer = self.debouncer.lock().unwrap_or_else(PoisonError::into_inner);
        for root in inside {
            if let Err(error) = debouncer.unwatch(&root) {
                tracing::debug!(path = %root.display(), %error, "this folder was not watched");
            }
        }
        if let Err(error) = debouncer.watch(path, RecursiveMode::Recursive) {
            tracing::warn!(path = %path.display(), %error, "this folder is not watched");
        }
    }

    pub(crate) fn unwatch(&self, path: &Path) {
        self.roots.lock().unwrap_or_else(PoisonError::into_inner).retain(|root| root != path);
        let mut debouncer = self.debouncer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = debouncer.unwatch(path) {
            tracing::debug!(path = %path.display(), %error, "this folder was not watched");
        }
    }
}

fn hear(library: &Weak<Inner>, roots: &Roots, events: DebounceEventResult) {
    let Some(library) = library.upgrade() else { return };
    let roots = roots.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut changed: Vec<PathBuf> = match events {
        Ok(events) => events
            .into_iter()
            // Our own reading is no change.
            .filter(|event| !matches!(event.kind, EventKind::Access(_)))
            .flat_map(|event| event.event.paths)
            .collect(),
        // Events were lost: look at everything.
        Err(errors) => {
            tracing::warn!(?errors, "some changes of watched folders were missed");
            roots.clone()
        }
    };
    changed.retain(|path| !path.starts_with(&library.options.folder));
    changed.sort_unstable();
    changed.dedup();
    if changed.len() > MAX_PATHS {
        changed = changed.iter().filter_map(|path| path.parent().map(Path::to_path_buf)).collect();
        changed.dedup();
    }
    changed.retain(|path| roots.iter().any(|root| path.starts_with(root)));
    if changed.is_empty() {
        return;
    }
    if let Err(error) = Work::start(&library, changed) {
        tracing::warn!(%error, "the changed photos could not be looked at");
    }
}
