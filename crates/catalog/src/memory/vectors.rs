//! The fused vectors of a pack's models, in the index.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use vitrine_index::{Change, Layout, LocalIndex, Originals, VectorIndex};

use super::{MOST_STEPS, STEP};
use crate::{
    CatalogError,
    store::{PartLens, PictureId, Store},
    tuning::FusedSource,
};

/// Who hears of how many vectors more were read, and can end that.
type Told<'a> = &'a mut dyn FnMut(u64) -> Result<(), CatalogError>;

/// Vectors that one step moves into the graph.
const GRAPH_STEP: usize = 512;

enum State {
    NotLoaded,
    /// No vector is known, and so no length of one; with where in the log that was so.
    Empty(u64),
    Loaded(Arc<LocalIndex>, PartLens),
}

/// The vectors of one pack, filled from the store when they are first asked for.
pub(crate) struct Vectors {
    state: RwLock<State>,
    /// Held by whoever loads or catches up.
    following: Mutex<()>,
    source: FusedSource,
    fingerprint: String,
    file: PathBuf,
}

/// The vectors as they are, for the last digit of the best scores.
struct StoredVectors {
    store: Arc<Store>,
    source: FusedSource,
    lens: PartLens,
}

impl Originals for StoredVectors {
    fn read(
        &self,
        ids: &[u32],
        take: &mut dyn FnMut(u32, &[f32]),
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let pictures = ids.iter().copied().map(PictureId::new);
        Ok(self.source.of(&self.store, self.lens, pictures, |id, vector| take(id.get(), vector))?)
    }
}

impl Vectors {
    /// Those of this source; `key` names the models that made them.
    pub(crate) fn new(library: &Path, source: FusedSource, key: &str) -> Self {
        let key = [key, source.key()].join("-");
        let key = key.trim_end_matches('-').to_owned();
        let name: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        Self {
            state: RwLock::new(State::NotLoaded),
            following: Mutex::new(()),
            source,
            fingerprint: key,
            file: library.join("cache").join(format!("{name}.index")),
        }
    }

    /// Where the vectors come from.
    pub(crate) fn source(&self) -> &FusedSource {
        &self.source
    }

    /// Where in the log the vectors stand.
    pub(crate) fn position(&self) -> u64 {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::NotLoaded => 0,
            State::Empty(position) => *position,
            State::Loaded(index, _) => index.position(),
        }
    }

    /// The index, which holds everything that is in the store now; none where there is no vector.
    pub(crate) fn index(&self, store: &Arc<Store>) -> Result<Option<Arc<LocalIndex>>, CatalogError> {
        self.follow(store)?;
        Ok(self.loaded())
    }

    fn loaded(&self) -> Option<Arc<LocalIndex>> {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Loaded(index, _) => Some(index.clone()),
            State::NotLoaded | State::Empty(_) => None,
        }
    }

    /// How long the parts of what is held are.
    pub(crate) fn lens(&self) -> Option<PartLens> {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Loaded(_, lens) => Some(*lens),
            State::NotLoaded | State::Empty(_) => None,
        }
    }

    /// How many pictures can be found.
    pub(crate) fn len(&self, store: &Arc<Store>) -> Result<u64, CatalogError> {
        Ok(self.index(store)?.map_or(0, |index| index.len() as u64))
    }

    /// Catches up with the store's log.
    pub(crate) fn follow(&self, store: &Arc<Store>) -> Result<(), CatalogError> {
        self.follow_told(store, &mut |_| Ok(()))
    }

    /// As [`Vectors::follow`]; where everything has to be read, `told` hears of how many vectors more, and can end it.
    pub(crate) fn follow_told(&self, store: &Arc<Store>, told: Told<'_>) -> Result<(), CatalogError> {
        let log = store.log()?;
        let is_current = match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::NotLoaded => false,
            State::Empty(position) => *position == log.last,
            State::Loaded(index, _) => index.position() >= log.last,
        };
        if is_current {
            return Ok(());
        }
        let _following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(index) = self.loaded() else { return self.load(store, told) };
        // A part of which there was nothing until now has a length from now on.
        if self.lens() != self.source.lens(store)? {
            return self.load(store, told);
        }
        let behind = log.last.saturating_sub(index.position());
        if index.position() < log.floor || behind > STEP * MOST_STEPS {
            return self.load(store, told);
        }
        self.replay(store, &index, self.lens().unwrap_or_default(), log.last)
    }

    fn replay(
        &self,
        store: &Arc<Store>,
        index: &LocalIndex,
        lens: PartLens,
        upto: u64,
    ) -> Result<(), CatalogError> {
        while index.position() < upto {
            let changes = store.changes_after(index.position(), STEP)?;
            let Some(last) = changes.last().map(|change| change.seq) else { break };
            let mut pictures: Vec<PictureId> =
                changes.into_iter().filter(|change| change.is_place).map(|change| change.picture).collect();
            pictures.sort_unstable();
            pictures.dedup();
            let mut found = Vec::with_capacity(pictures.len());
            self.source.of(store, lens, pictures.iter().copied(), |id, vector| {
                found.push(Change::Put { id: id.get(), vector: vector.to_vec() });
            })?;
            let is_found: std::collections::HashSet<u32> = found
                .iter()
                .map(|change| match change {
                    Change::Put { id, .. } | Change::Remove { id } => *id,
                })
                .collect();
            let gone = pictures.iter().map(|id| id.get()).filter(|id| !is_found.contains(id));
            found.extend(gone.map(|id| Change::Remove { id }).collect::<Vec<_>>());
            index.apply(found, last)?;
        }
        Ok(())
    }

    /// From the cache and the log, where the cache can be believed; else from all vectors of the store.
    fn load(&self, store: &Arc<Store>, told: Told<'_>) -> Result<(), CatalogError> {
        let log = store.log()?;
        let loaded = match self.source.lens(store)? {
            None => None,
            Some(lens) => {
                let source = &self.source;
                let originals =
                    || Arc::new(StoredVectors { store: store.clone(), source: source.clone(), lens });
                let layout = Layout::new(lens.to_vec());
                let cached = self
                    .file
                    .exists()
                    .then(|| LocalIndex::open(&self.file, &self.fingerprint, layout.clone(), originals()));
                match cached {
                    Some(Ok(index)) if index.position() >= log.floor && index.position() <= log.last => {
                        self.replay(store, &index, lens, log.last)?;
                        Some((index, lens))
                    }
                    other => {
                        if let Some(Err(error)) = other {
                            // A cache: without it everything is read again.
                            tracing::warn!(%error, "the search index's file is not used");
                        }
                        Some((self.fill(store, LocalIndex::new(layout, originals()), lens, told)?, lens))
                    }
                }
            }
        };
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        *state = match loaded {
            Some((index, lens)) => State::Loaded(Arc::new(index), lens),
            None => State::Empty(log.last),
        };
        Ok(())
    }

    fn fill(
        &self,
        store: &Arc<Store>,
        index: LocalIndex,
        lens: PartLens,
        told: Told<'_>,
    ) -> Result<LocalIndex, CatalogError> {
        let mut batch = Vec::new();
        let position = self.source.each(store, lens, |id, vector| {
            batch.push(Change::Put { id: id.get(), vector: vector.to_vec() });
            if batch.len() as u64 >= STEP {
                told(batch.len() as u64)?;
                index.fill(std::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        index.apply(batch, position)?;
        Ok(index)
    }

    /// Moves some waiting vectors into the graph; answers how many still wait.
    pub(crate) fn advance_graph(&self, store: &Arc<Store>) -> Result<usize, CatalogError> {
        match self.index(store)? {
            Some(index) => Ok(index.advance_graph(GRAPH_STEP)?),
            None => Ok(0),
        }
    }

    /// Writes the index's cache, where enough changed that reading it is worth it.
    pub(crate) fn save(&self) -> Result<(), CatalogError> {
        let Some(index) = self.loaded() else { return Ok(()) };
        if !index.is_worth_saving() {
            return Ok(());
        }
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).map_err(CatalogError::io("making the cache folder"))?;
        }
        if !index.save(&self.file, &self.fingerprint)? {
            tracing::debug!("photos came while the search index was saved; it is saved after the next run");
        }
        Ok(())
    }
}
