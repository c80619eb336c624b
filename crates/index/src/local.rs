//! An index in this process's memory.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use rayon::prelude::*;
use roaring::RoaringBitmap;

use crate::{
    Answer, Change, Hit, IndexError, Layout, Originals, Probe, VectorIndex, Way, best::keep_best,
    graph::Graph, rows::Rows,
};

/// No slot.
const NONE: u32 = u32::MAX;

/// What a probe reads and a change writes.
pub(crate) struct Held {
    /// The slot of each id; [`NONE`] of one that is not held.
    pub(crate) slots: Vec<u32>,
    pub(crate) ids: RoaringBitmap,
    pub(crate) graph: Option<Graph>,
    /// Slots that the graph does not hold yet.
    pub(crate) waiting: BTreeSet<u32>,
    /// Slots of rows that are gone and that the graph has forgotten.
    pub(crate) free: Vec<u32>,
    pub(crate) position: u64,
    /// How often something changed, by which a save sees that it is not of one moment.
    pub(crate) n_changes: u64,
}

/// Vectors by id, and their nearest neighbours.
pub struct LocalIndex {
    pub(crate) rows: Arc<Rows>,
    originals: Arc<dyn Originals>,
    held: RwLock<Held>,
    /// Held by whoever works on the graph or saves. Changes do not wait for it, and so no probe does that has
    /// to catch up first.
    working: Mutex<()>,
    exact_limit: usize,
    n_unsaved: AtomicUsize,
}

impl LocalIndex {
    /// With no more numbers than this in all vectors together every answer comes from the exact scan, which reads
    /// each of them: 500,000 vectors of 1,280, more than a million of 512. The scan misses nothing and needs no graph,
    /// which takes minutes to make for so many. Measured through the window's call (`large_catalog`, 2 cores,
    /// 130,000 x 1,280, 740 hits): a search takes 15 ms by the walk and 16 ms by the scan, recall@10 0.995 and 1.000.
    pub const EXACT_NUMBERS: usize = 640_000_000;
    /// The walk is at least as wide as one in so many of all vectors. Goods of one kind lie close together, and a
    /// narrower walk ends among those that it meets first. Measured (`large_catalog`, 1,300,000 x 1,280 around 400
    /// kinds), recall@10: 740 wide 0.73, 2,000 wide 0.92, 3,000 wide 0.95.
    const WIDE: u64 = 400;
    /// Up to so many hits the graph is asked; a walk that wide costs as much as a scan.
    pub const GRAPH_DEPTH: usize = 4_096;
    /// So many of the best scores are computed from the originals: more than a page shows, and each may be a
    /// read from the disk.
    pub const RESCORED: usize = 128;
    /// One row in so many, and the last [`LocalIndex::N_LAST`], are compared with every query beside the walk, by
    /// the part that weighs most in it. Where one of them is among the best and the walk did not meet it, the walk
    /// starts again from there, [`LocalIndex::N_STARTS`] times at most. A group of vectors that lies apart from all
    /// others is tied to the rest by few edges, far from where the walk for words passes by. Measured
    /// (`examples/limits.rs`, 120,000 x 512), recall@10 without and with it: of a group of 160 0.92 and 1.00, of 40
    /// 0.72 and 1.00, of 10 0.66 and 1.00. One in 32 and the last 4,096 find no more and take three times as long.
    const SAMPLED: usize = 64;
    const N_LAST: usize = 1_024;
    const N_STARTS: usize = 3;
    /// Neighbours of each such row.
    const AROUND: usize = 64;
    /// Rows that are added to the graph while probes wait.
    const ADDED_AT_ONCE: usize = 32;
    /// A filter that keeps less than one in so many is scanned exactly, as is one that keeps no more than the
    /// exact limit. Measured (`examples/limits.rs`, 2 cores, 200,000 x 512, median): of one in 2 a scan takes
    /// 7.4 ms and a walk 7.5, of one in 4 8.0 and 24, of one in 8 4.9 and 63.
    const NARROW: u64 = 3;

    /// An empty index.
    pub fn new(layout: Layout, originals: Arc<dyn Originals>) -> Self {
        let exact_limit = Self::exact_limit(&layout);
        Self::with_exact_limit(layout, originals, exact_limit)
    }

    /// Vectors of this layout up to which every answer comes from the exact scan.
    pub fn exact_limit(layout: &Layout) -> usize {
        Self::EXACT_NUMBERS / layout.width().max(1)
    }

    /// As [`LocalIndex::new`], with the number of vectors from which the graph answers.
    pub fn with_exact_limit(layout: Layout, originals: Arc<dyn Originals>, exact_limit: usize) -> Self {
        let held = Held {
            slots: Vec::new(),
            ids: RoaringBitmap::new(),
            graph: None,
            waiting: BTreeSet::new(),
            free: Vec::new(),
            position: 0,
            n_changes: 0,
        };
        Self::of_parts(Arc::new(Rows::new(layout)), held, originals, exact_limit)
    }

    pub(crate) fn of_parts(
        rows: Arc<Rows>,
        held: Held,
        originals: Arc<dyn Originals>,
        exact_limit: usize,
    ) -> Self {
        Self {
            rows,
            originals,
            held: RwLock::new(held),
            working: Mutex::new(()),
            exact_limit,
            n_unsaved: AtomicUsize::new(0),
        }
    }

    /// Takes vectors in that belong before everything in the log: how an index is filled for the first time.
    ///
    /// # Errors
    /// A vector of another length.
    pub fn fill(&self, vectors: Vec<Change>) -> Result<(), IndexError> {
        self.change(vectors, None)
    }

    /// Whether the graph holds enough to answer.
    pub fn uses_graph(&self) -> bool {
        self.graph_answers(&self.read())
    }

    /// Moves up to `n_max` vectors into the graph, where there are enough to need one. Answers how many still
    /// wait; call it again until that is 0. Probes are answered meanwhile.
    ///
    /// # Errors
    /// The graph library's.
    pub fn advance_graph(&self, n_max: usize) -> Result<usize, IndexError> {
        let _working = self.working();
        let step: Vec<u32> = {
            if self.read().ids.len() <= self.exact_limit as u64 {
                if self.read().graph.is_some() {
                    let mut held = self.write();
                    held.graph = None;
                    held.waiting.clear();
                }
                return Ok(0);
            }
            let needs_graph = self.read().graph.is_none();
            if !needs_graph && self.read().waiting.is_empty() {
                return Ok(0);
            }
            let mut held = self.write();
            if held.graph.is_none() {
                held.waiting = held.slots.iter().copied().filter(|&slot| slot != NONE).collect();
                held.graph = Some(Graph::new(&self.rows)?);
            }
            let step: Vec<u32> = held.waiting.iter().copied().take(n_max).collect();
            if let Some(graph) = &mut held.graph {
                graph.reserve(step.len())?;
            }
            step
        };
        // usearch reads neighbours without locks while it searches, so nobody may search while rows are added:
        // a few at a time, that a probe waits for some milliseconds at most.
        for few in step.chunks(Self::ADDED_AT_ONCE) {
            let mut held = self.write();
            // A row may have gone, and its slot been taken by another, since the step was chosen.
            let few: Vec<u32> = few.iter().copied().filter(|slot| held.waiting.contains(slot)).collect();
            if let Some(graph) = &held.graph {
                // The first of all has to be in before others can be added beside each other.
                let (first, others) = few.split_at(usize::from(graph.len() == 0));
                first.iter().try_for_each(|&slot| graph.add(slot))?;
                others.par_iter().with_min_len(4).try_for_each(|&slot| graph.add(slot))?;
            }
            for slot in &few {
                held.waiting.remove(slot);
            }
        }
        self.n_unsaved.fetch_add(step.len(), Ordering::Relaxed);
        Ok(self.read().waiting.len())
    }

    /// Whether enough changed since the file was written that writing it again is worth it: less is caught up
    /// with from the log.
    pub fn is_worth_saving(&self) -> bool {
        let n_held = self.len();
        let n_unsaved = self.n_unsaved.load(Ordering::Relaxed);
        // A small index is filled from the originals as quickly as from a file.
        n_held > 10_000 && n_unsaved > (n_held / 20).max(1_000)
    }

    pub(crate) fn saved(&self) {
        self.n_unsaved.store(0, Ordering::Relaxed);
    }

    fn graph_answers(&self, held: &Held) -> bool {
        let n = held.ids.len();
        n > self.exact_limit as u64
            && held.graph.as_ref().is_some_and(|graph| graph.len() as u64 * 10 >= n * 9)
    }

    /// Takes changes in, up to `position` in the log; before everything in it where that is none.
    fn change(&self, changes: Vec<Change>, position: Option<u64>) -> Result<(), IndexError> {
        let width = self.rows.layout().width();
        for change in &changes {
            if let Change::Put { vector, .. } = change
                && vector.len() != width
            {
                return Err(IndexError::WrongLength { expected: width, found: vector.len() });
            }
        }
        // Encoded before the lock is taken.
        let changes: Vec<(u32, Option<_>)> = changes
            .into_par_iter()
            .with_min_len(256)
            .map(|change| match change {
                Change::Put { id, vector } => (id, Some(self.rows.encode(&vector))),
                Change::Remove { id } => (id, None),
            })
            .collect();
        let mut held = self.write();
        if position.is_some_and(|position| position <= held.position) {
            return Ok(());
        }
        self.n_unsaved.fetch_add(changes.len(), Ordering::Relaxed);
        held.n_changes += u64::from(!changes.is_empty());
        for (id, row) in changes {
            held.remove(&self.rows, id)?;
            // 0 is no id: it marks rows that are empty.
            let (Some(row), true) = (row, id != 0) else { continue };
            // Safety: the write lock is held, and everybody who reads holds it for reading.
            let slot = match held.free.pop() {
                Some(slot) => {
                    unsafe { self.rows.put(slot, id, &row) };
                    slot
                }
                None => unsafe { self.rows.push(id, &row)? },
            };
            held.insert(id, slot);
        }
        held.position = position.unwrap_or(held.position);
        Ok(())
    }

    /// Slots of allowed ids.
    fn slots_of(held: &Held, allowed: &RoaringBitmap) -> Vec<u32> {
        allowed.iter().filter_map(|id| held.slot(id)).collect()
    }

    fn candidates(
        &self,
        held: &Held,
        probe: &Probe<'_>,
        n_ranked: u64,
    ) -> Result<(Vec<Hit>, Way), IndexError> {
        let query = self.rows.sought(probe.query, probe.missing);
        // More than asked for, since the best are ranked again.
        let k = probe.k.max(Self::RESCORED);
        let is_narrow = probe.allowed.is_some()
            && (n_ranked <= self.exact_limit as u64 || n_ranked * Self::NARROW < held.ids.len());
        let exact = || match probe.allowed {
            Some(allowed) if is_narrow => self.rows.scan_slots(&query, &Self::slots_of(held, allowed), k),
            allowed => self.rows.scan(&query, allowed, k),
        };
        let Some(graph) = held.graph.as_ref().filter(|_| self.graph_answers(held)) else {
            return Ok((exact(), Way::Exact));
        };
        if is_narrow || k > Self::GRAPH_DEPTH {
            return Ok((exact(), Way::Exact));
        }
        let passes = |slot: u32| probe.allowed.is_none_or(|allowed| allowed.contains(self.rows.id(slot)));
        let filter: Option<&dyn Fn(u32) -> bool> = if probe.allowed.is_some() { Some(&passes) } else { None };
        // The walk is as wide as what it looks for, and a filter lets only a part of its way count.
        let one_in = usize::try_from(held.ids.len() / n_ranked.max(1)).unwrap_or(1).max(1);
        let wide = usize::try_from(held.ids.len() / Self::WIDE).unwrap_or(usize::MAX);
        let n_wanted = k.max(wide).saturating_mul(one_in).min(Self::GRAPH_DEPTH);
        let mut slots = graph.search(&query, n_wanted, filter)?;
        slots.extend(held.waiting.iter().copied().filter(|&slot| passes(slot)));
        slots.sort_unstable();
        let samples = self.rows.sampled(Self::SAMPLED, Self::N_LAST);
        let mut samples = self.rows.scan_heaviest(&query, samples, probe.allowed, k.min(Self::RESCORED));
        samples.retain(|sample| slots.binary_search(sample).is_err());
        slots.extend(&samples);
        let mut hits = self.rows.scan_slots(&query, &slots, k);
        // Whatever the walk should have met and did not, it did not come by.
        let near = hits.iter().take(n_rescored(probe.k)).filter_map(|hit| held.slot(hit.id));
        let starts: Vec<u32> = near.filter(|slot| samples.contains(slot)).take(Self::N_STARTS).collect();
        if !starts.is_empty() {
            for start in starts {
                slots.extend(graph.search(&self.rows.sought_like(start), Self::AROUND, filter)?);
            }
            slots.sort_unstable();
            slots.dedup();
            hits = self.rows.scan_slots(&query, &slots, k);
        }
        // A walk among many that are filtered out can end too early.
        if (hits.len() as u64) < (k as u64).min(n_ranked) {
            return Ok((exact(), Way::Exact));
        }
        Ok((hits, Way::Graph))
    }

    /// Exact scores in the place of the best 8-bit ones.
    fn rescore(&self, probe: &Probe<'_>, hits: &mut Vec<Hit>) -> Result<(), IndexError> {
        let n = hits.len().min(n_rescored(probe.k));
        let mut deeper = hits.split_off(n);
        let ids: Vec<u32> = hits.iter().map(|hit| hit.id).collect();
        let mut exact = Vec::with_capacity(n);
        self.originals
            .read(&ids, &mut |id, vector| {
                if vector.len() == probe.query.len() {
                    let score = self.layout().score(vector, probe.query, probe.missing);
                    exact.push(Hit { id, score });
                }
            })
            .map_err(IndexError::Originals)?;
        keep_best(&mut exact, n);
        // Scores fall from rank to rank, also where exact ones meet those of 8 bits.
        if let Some(last) = exact.last() {
            for hit in &mut deeper {
                hit.score = hit.score.min(last.score);
            }
        }
        *hits = exact;
        hits.append(&mut deeper);
        Ok(())
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn working(&self) -> MutexGuard<'_, ()> {
        self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many scores are computed from the originals where `k` hits are asked for.
fn n_rescored(k: usize) -> usize {
    k.saturating_mul(4).clamp(32, LocalIndex::RESCORED)
}

impl Held {
    fn slot(&self, id: u32) -> Option<u32> {
        self.slots.get(id as usize).copied().filter(|&slot| slot != NONE)
    }

    pub(crate) fn insert(&mut self, id: u32, slot: u32) {
        let at = id as usize;
        if self.slots.len() <= at {
            self.slots.resize(at + 1, NONE);
        }
        self.slots[at] = slot;
        self.ids.insert(id);
        if self.graph.is_some() {
            self.waiting.insert(slot);
        }
    }

    fn remove(&mut self, rows: &Rows, id: u32) -> Result<(), IndexError> {
        let Some(slot) = self.slot(id) else { return Ok(()) };
        self.slots[id as usize] = NONE;
        self.ids.remove(id);
        // Safety: the write lock is held.
        unsafe { rows.clear(slot) };
        if !self.waiting.remove(&slot)
            && let Some(graph) = &mut self.graph
        {
            graph.remove(slot)?;
        }
        self.free.push(slot);
        Ok(())
    }
}

impl VectorIndex for LocalIndex {
    fn layout(&self) -> &Layout {
        self.rows.layout()
    }

    fn position(&self) -> u64 {
        self.read().position
    }

    fn len(&self) -> usize {
        usize::try_from(self.read().ids.len()).unwrap_or(usize::MAX)
    }

    fn ids(&self) -> RoaringBitmap {
        self.read().ids.clone()
    }

    fn apply(&self, changes: Vec<Change>, position: u64) -> Result<(), IndexError> {
        self.change(changes, Some(position))
    }

    fn probe(&self, probe: &Probe<'_>) -> Result<Answer, IndexError> {
        let width = self.rows.layout().width();
        if probe.query.len() != width {
            return Err(IndexError::WrongLength { expected: width, found: probe.query.len() });
        }
        let n_parts = self.rows.layout().parts().len();
        if !probe.missing.is_empty() && probe.missing.len() != n_parts {
            return Err(IndexError::WrongLength { expected: n_parts, found: probe.missing.len() });
        }
        let (mut hits, n_ranked, way) = {
            let held = self.read();
            let n_ranked = match probe.allowed {
                Some(allowed) => allowed.intersection_len(&held.ids),
                None => held.ids.len(),
            };
            let (hits, way) = self.candidates(&held, probe, n_ranked)?;
            (hits, n_ranked, way)
        };
        self.rescore(probe, &mut hits)?;
        hits.truncate(probe.k);
        Ok(Answer { hits, n_ranked, way })
    }
}
