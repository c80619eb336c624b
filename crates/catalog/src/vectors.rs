//! The index in memory, filled from the store when it is first asked for.

use std::{
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use vitrine_index::{Hit, VectorIndex};

use crate::{CatalogError, store::Store};

/// Vectors that one hold of the lock moves into the graph: some ten milliseconds' work, so that a
/// search never waits longer.
const GRAPH_STEP: usize = 64;

enum State {
    NotLoaded,
    /// None as long as there is no vector, and so no length of one.
    Loaded(Option<Box<VectorIndex>>),
}

/// The vectors of the model in use.
pub(crate) struct Vectors {
    state: RwLock<State>,
    model_id: u64,
    fingerprint: String,
    graph_file: PathBuf,
    version: AtomicU64,
    /// The version that the graph's file holds.
    saved: AtomicU64,
}

impl Vectors {
    /// Those of the model `model_id` in the store, whose key is `clip_key`.
    pub(crate) fn new(library: &Path, model_id: u64, clip_key: &str) -> Self {
        let name: String =
            clip_key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        Self {
            state: RwLock::new(State::NotLoaded),
            model_id,
            fingerprint: clip_key.to_owned(),
            graph_file: library.join("cache").join(format!("{name}.graph")),
            version: AtomicU64::new(0),
            saved: AtomicU64::new(0),
        }
    }

    /// Rises with every change.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(crate) fn len(&self, store: &Store) -> Result<usize, CatalogError> {
        self.read(store, |index| Ok(index.map_or(0, VectorIndex::len)))
    }

    /// The `k` nearest.
    pub(crate) fn search(&self, store: &Store, query: &[f32], k: usize) -> Result<Vec<Hit>, CatalogError> {
        self.read(store, |index| match index {
            Some(index) => Ok(index.search(query, k)?),
            None => Ok(Vec::new()),
        })
    }

    /// Adds vectors that the store holds already.
    pub(crate) fn add(&self, store: &Store, batch: &[(u64, Vec<f32>)]) -> Result<(), CatalogError> {
        self.change(store, |slot| {
            for (id, vector) in batch {
                slot.get_or_insert_with(|| Box::new(VectorIndex::new(vector.len()))).add(*id, vector)?;
            }
            Ok(())
        })
    }

    /// Takes pictures out of the answers.
    pub(crate) fn remove(&self, store: &Store, ids: &[u64]) -> Result<(), CatalogError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.change(store, |slot| {
            if let Some(index) = slot {
                for &id in ids {
                    index.remove(id)?;
                }
            }
            Ok(())
        })
    }

    /// Brings pictures that came back (a file that was away) into the answers again.
    pub(crate) fn restore(&self, store: &Store, id: u64) -> Result<(), CatalogError> {
        let is_in = self.read(store, |index| Ok(index.is_some_and(|index| index.contains(id))))?;
        if !is_in && let Some(vector) = store.vector(self.model_id, id)? {
            self.add(store, &[(id, vector)])?;
        }
        Ok(())
    }

    /// Moves some waiting vectors into the graph; answers how many still wait.
    pub(crate) fn advance_graph(&self, store: &Store) -> Result<usize, CatalogError> {
        let is_small =
            self.read(store, |index| Ok(index.is_none_or(|i| i.len() <= VectorIndex::EXACT_LIMIT)))?;
        if is_small {
            return Ok(0);
        }
        let mut left = 0;
        self.change(store, |slot| {
            if let Some(index) = slot {
                left = index.advance_graph(GRAPH_STEP)?;
            }
            Ok(())
        })?;
        Ok(left)
    }

    /// Writes the graph's cache, where it changed.
    pub(crate) fn save(&self, store: &Store) -> Result<(), CatalogError> {
        let version = self.version();
        if self.saved.swap(version, Ordering::AcqRel) == version {
            return Ok(());
        }
        if let Some(folder) = self.graph_file.parent() {
            std::fs::create_dir_all(folder).map_err(CatalogError::io("making the cache folder"))?;
        }
        self.read(store, |index| match index {
            Some(index) => Ok(index.save_graph(&self.graph_file, &self.fingerprint)?),
            None => Ok(()),
        })
    }

    fn read<R>(
        &self,
        store: &Store,
        f: impl FnOnce(Option<&VectorIndex>) -> Result<R, CatalogError>,
    ) -> Result<R, CatalogError> {
        loop {
            {
                let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
                if let State::Loaded(index) = &*state {
                    return f(index.as_deref());
                }
            }
            self.change(store, |_| Ok(()))?;
        }
    }

    fn change(
        &self,
        store: &Store,
        f: impl FnOnce(&mut Option<Box<VectorIndex>>) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if let State::NotLoaded = &*state {
            *state = State::Loaded(self.load(store)?);
        }
        self.version.fetch_add(1, Ordering::AcqRel);
        match &mut *state {
            State::Loaded(index) => f(index),
            State::NotLoaded => Ok(()),
        }
    }

    fn load(&self, store: &Store) -> Result<Option<Box<VectorIndex>>, CatalogError> {
        let mut index: Option<Box<VectorIndex>> = None;
        store.each_vector(self.model_id, |id, vector| {
            index
                .get_or_insert_with(|| Box::new(VectorIndex::new(vector.len())))
                .add(id, vector)
                .map_err(CatalogError::from)
        })?;
        if let Some(index) = &mut index
            && self.graph_file.exists()
            && let Err(error) = index.load_graph(&self.graph_file, &self.fingerprint)
        {
            // A cache: without it the graph is built again.
            tracing::warn!(%error, "the search graph's file is not used");
        }
        Ok(index)
    }
}
