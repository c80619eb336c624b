//! usearch's HNSW graph over the rows.
//!
//! The graph must not hold a second copy of the vectors: what it takes for a vector are the four bytes of a
//! row's slot, and its metric looks the rows up. A query has no row; while it is looked for, its slot is
//! [`QUERY`], and the metric finds it in a variable of the thread that asks.
//!
//! Safety: the metric gets pointers to four bytes each, and reads rows through an `Arc` that it owns. It
//! runs inside of calls of this file alone, during which the caller holds a lock that keeps rows from being
//! written (see [`crate::rows`]).

use std::{cell::Cell, sync::Arc};

use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use crate::{
    IndexError,
    rows::{Rows, Sought},
};

/// The slot of whatever is looked for.
const QUERY: u32 = u32::MAX;

/// Edges of a node, and the width of the walk when adding. When searching it is as wide as what is looked for, and
/// no narrower than this.
const CONNECTIVITY: usize = 16;
const EXPANSION_ADD: usize = 128;
const EXPANSION_SEARCH: usize = 64;
/// Threads that may be inside at once.
const N_THREADS: usize = 64;

thread_local! {
    static SOUGHT: Cell<*const Sought> = const { Cell::new(std::ptr::null()) };
}

/// Sets the query of this thread for as long as it lives.
struct Seeking;

impl Seeking {
    fn start(query: &Sought) -> Self {
        SOUGHT.set(std::ptr::from_ref(query));
        Self
    }
}

impl Drop for Seeking {
    fn drop(&mut self) {
        SOUGHT.set(std::ptr::null());
    }
}

/// A graph over some of the rows.
pub(crate) struct Graph {
    index: Index,
}

impl Graph {
    /// An empty graph over `rows`.
    pub(crate) fn new(rows: &Arc<Rows>) -> Result<Self, IndexError> {
        let mut graph = Self::without_metric()?;
        set_metric(&mut graph.index, rows);
        Ok(graph)
    }

    fn without_metric() -> Result<Self, IndexError> {
        let index = Index::new(&IndexOptions {
            dimensions: size_of::<u32>(),
            metric: MetricKind::IP,
            quantization: ScalarKind::I8,
            connectivity: CONNECTIVITY,
            expansion_add: EXPANSION_ADD,
            expansion_search: EXPANSION_SEARCH,
            multi: false,
        })
        .map_err(graph_error)?;
        Ok(Self { index })
    }

    /// One that [`Graph::to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8], rows: &Arc<Rows>) -> Result<Self, IndexError> {
        let mut graph = Self::without_metric()?;
        graph.index.load_from_buffer(bytes).map_err(graph_error)?;
        // Loading sets the metric that the file names.
        set_metric(&mut graph.index, rows);
        graph.index.change_expansion_add(EXPANSION_ADD);
        graph.index.change_expansion_search(EXPANSION_SEARCH);
        graph.reserve(0)?;
        Ok(graph)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, IndexError> {
        let mut bytes = vec![0; self.index.serialized_length()];
        self.index.save_to_buffer(&mut bytes).map_err(graph_error)?;
        Ok(bytes)
    }

    /// How many rows it holds.
    pub(crate) fn len(&self) -> usize {
        self.index.size()
    }

    /// Makes room for `n_more` rows. usearch fails or worse when it is added to without room. Nobody may
    /// search meanwhile.
    pub(crate) fn reserve(&mut self, n_more: usize) -> Result<(), IndexError> {
        let wanted = self.index.size() + n_more;
        if n_more == 0 || wanted > self.index.capacity() {
            let capacity = wanted.max(self.index.capacity() + self.index.capacity() / 2).max(1_024);
            self.index.reserve_capacity_and_threads(capacity, N_THREADS).map_err(graph_error)?;
        }
        Ok(())
    }

    /// Adds a row; [`Graph::reserve`] made room for it. Others may add meanwhile, once the first row is in, and
    /// nobody may search.
    pub(crate) fn add(&self, slot: u32) -> Result<(), IndexError> {
        self.index.add(u64::from(slot), &bytes_of(slot)).map_err(graph_error)
    }

    /// Takes a row out, if it is in. Nobody may search meanwhile.
    pub(crate) fn remove(&mut self, slot: u32) -> Result<(), IndexError> {
        self.index.remove(u64::from(slot)).map_err(graph_error)?;
        Ok(())
    }

    /// About the `k` nearest that pass, as slots.
    pub(crate) fn search(
        &self,
        query: &Sought,
        k: usize,
        passes: Option<&dyn Fn(u32) -> bool>,
    ) -> Result<Vec<u32>, IndexError> {
        let _seeking = Seeking::start(query);
        let sought = bytes_of(QUERY);
        let found = match passes {
            None => self.index.search(&sought, k),
            // Keys are slots.
            Some(passes) => self.index.filtered_search(&sought, k, |key| passes(key as u32)),
        };
        let found = found.map_err(graph_error)?;
        Ok(found.keys.iter().map(|&key| key as u32).collect())
    }
}

fn bytes_of(slot: u32) -> [i8; 4] {
    slot.to_ne_bytes().map(u8::cast_signed)
}

fn set_metric(index: &mut Index, rows: &Arc<Rows>) {
    let rows = rows.clone();
    let distance = move |a: *const i8, b: *const i8| {
        // Safety: usearch hands out pointers to what was added or asked, four bytes each, of any alignment.
        let slots = unsafe { [a.cast::<u32>().read_unaligned(), b.cast::<u32>().read_unaligned()] };
        let score = match slots {
            // Safety: set by `search`, on this thread, for as long as it runs.
            [QUERY, slot] | [slot, QUERY] => rows.score(unsafe { &*SOUGHT.get() }, rows.row(slot)),
            [a, b] => rows.nearness(rows.row(a), rows.row(b)),
        };
        1.0 - score
    };
    index.change_metric::<i8>(Box::new(distance));
}

fn graph_error(error: impl std::fmt::Display) -> IndexError {
    IndexError::Graph(error.to_string())
}
