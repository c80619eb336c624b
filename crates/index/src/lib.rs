//! Nearest neighbours of a vector, by cosine.
//!
//! In: vectors of one model, each under an id. Out: ids in the order of their
//! similarity to a query. [`VectorIndex`] hides that there are two ways:
//!
//! - the **exact scan** ([`flat`]) compares the query with every vector. Up to
//!   about 100,000 products it costs a few milliseconds, so it is the way for
//!   nearly every shop, for every deep page, and for vectors that the graph
//!   does not hold yet;
//! - the **graph** ([`graph`], usearch's HNSW) takes over above
//!   [`VectorIndex::EXACT_LIMIT`]. It is filled little by little
//!   ([`VectorIndex::advance_graph`]), so that adding a photo never waits for it.
//!
//! Invariants: all vectors have one length and are of unit length; an id stands
//! once; answers are sorted by falling score and, among equals, by rising id;
//! a file of this crate is a cache, checked before it is believed.

pub mod flat;
pub mod graph;

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use flat::FlatVectors;
use graph::Graph;

/// A product and its cosine similarity to the query, from -1 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The id under which the vector was added.
    pub id: u64,
    /// Cosine similarity.
    pub score: f32,
}

/// What can go wrong here.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A vector of another model, or no vector at all.
    #[error("a vector has {found} numbers where the index holds vectors of {expected}")]
    WrongLength {
        /// The length that this index was made for.
        expected: usize,
        /// The length that came.
        found: usize,
    },
    /// The graph library refused; its words.
    #[error("the search graph failed: {0}")]
    Graph(String),
    /// The cache file is cut, altered or of another make: drop it and go on without.
    #[error("the search graph's file is damaged or of another version")]
    DamagedCache,
    /// The cache file cannot be read or written.
    #[error("the search graph's file cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

/// Vectors by id, and their nearest neighbours.
pub struct VectorIndex {
    flat: FlatVectors,
    slots: HashMap<u64, usize>,
    graph: Option<Graph>,
    /// Ids that the graph does not hold yet.
    waiting: BTreeSet<u64>,
    exact_limit: usize,
}

impl VectorIndex {
    /// With no more vectors than this every answer comes from the exact scan.
    pub const EXACT_LIMIT: usize = 100_000;
    /// Deeper than this the exact scan is faster than a graph walk of that width.
    const GRAPH_DEPTH: usize = 500;

    /// An empty index for vectors of `dim` numbers.
    pub fn new(dim: usize) -> Self {
        Self::with_exact_limit(dim, Self::EXACT_LIMIT)
    }

    /// As [`VectorIndex::new`], with the number of vectors from which the graph answers.
    pub fn with_exact_limit(dim: usize, exact_limit: usize) -> Self {
        Self {
            flat: FlatVectors::new(dim),
            slots: HashMap::new(),
            graph: None,
            waiting: BTreeSet::new(),
            exact_limit,
        }
    }

    /// How many vectors it holds.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Length of its vectors.
    pub fn dim(&self) -> usize {
        self.flat.dim()
    }

    /// Whether `id` is in it.
    pub fn contains(&self, id: u64) -> bool {
        self.slots.contains_key(&id)
    }

    /// Adds a unit vector `[dim]`, or puts it in the place of an older one with the same id.
    pub fn add(&mut self, id: u64, vector: &[f32]) -> Result<(), IndexError> {
        self.check_length(vector)?;
        self.remove(id)?;
        self.slots.insert(id, self.flat.push(id, vector));
        if self.graph.is_some() {
            self.waiting.insert(id);
        }
        Ok(())
    }

    /// Takes `id` out; says whether it was in.
    pub fn remove(&mut self, id: u64) -> Result<bool, IndexError> {
        let Some(slot) = self.slots.remove(&id) else { return Ok(false) };
        self.flat.clear(slot);
        if let Some(graph) = &mut self.graph {
            graph.remove(id)?;
            self.waiting.remove(&id);
        }
        if self.flat.is_sparse() {
            self.slots = self.flat.compact();
        }
        Ok(true)
    }

    /// The `k` vectors most similar to the unit vector `query` `[dim]`, best first.
    ///
    /// Exact up to the exact limit and below the graph's depth; above, HNSW.
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<Hit>, IndexError> {
        self.check_length(query)?;
        let k = k.min(self.len());
        match &self.graph {
            Some(graph) if self.uses_graph() && k <= Self::GRAPH_DEPTH => {
                let mut hits = graph.search(query, k)?;
                let query = self.flat.encode(query);
                let slots = self.waiting.iter().filter_map(|id| Some((*id, *self.slots.get(id)?)));
                hits.extend(slots.map(|(id, slot)| Hit { id, score: self.flat.score(&query, slot) }));
                flat::keep_best(&mut hits, k);
                Ok(hits)
            }
            _ => Ok(self.flat.scan(query, k)),
        }
    }

    /// Moves up to `n_max` vectors into the graph, where the catalog is large enough to need one.
    /// Answers how many still wait; call it again until that is 0.
    pub fn advance_graph(&mut self, n_max: usize) -> Result<usize, IndexError> {
        if self.len() <= self.exact_limit {
            self.graph = None;
            self.waiting.clear();
            return Ok(0);
        }
        let graph = match &mut self.graph {
            Some(graph) => graph,
            empty => {
                self.waiting = self.flat.ids().collect();
                empty.insert(Graph::new(self.flat.dim())?)
            }
        };
        graph.reserve(n_max.min(self.waiting.len()))?;
        for _ in 0..n_max {
            let Some(id) = self.waiting.pop_first() else { break };
            if let Some(&slot) = self.slots.get(&id) {
                graph.add(id, &self.flat.decode(slot))?;
            }
        }
        Ok(self.waiting.len())
    }

    /// Writes the graph to a temporary file beside `file` and renames it.
    /// `fingerprint` names the vectors it was built from. Without a graph the file goes away.
    pub fn save_graph(&self, file: &Path, fingerprint: &str) -> Result<(), IndexError> {
        match &self.graph {
            Some(graph) => graph.save(file, fingerprint),
            None => match std::fs::remove_file(file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            },
        }
    }

    /// Takes a saved graph over. Call it after every vector was added: what the graph holds
    /// beyond them is dropped, what it lacks waits for [`VectorIndex::advance_graph`].
    pub fn load_graph(&mut self, file: &Path, fingerprint: &str) -> Result<(), IndexError> {
        let mut graph = Graph::load(file, self.dim(), fingerprint)?;
        for id in graph.ids() {
            if !self.slots.contains_key(&id) {
                graph.remove(id)?;
            }
        }
        self.waiting = self.flat.ids().filter(|&id| !graph.contains(id)).collect();
        self.graph = Some(graph);
        Ok(())
    }

    /// Whether the graph holds enough to answer.
    pub fn uses_graph(&self) -> bool {
        self.len() > self.exact_limit && self.graph.as_ref().is_some_and(|graph| graph.len() * 2 > self.len())
    }

    fn check_length(&self, vector: &[f32]) -> Result<(), IndexError> {
        if vector.len() == self.dim() {
            Ok(())
        } else {
            Err(IndexError::WrongLength { expected: self.dim(), found: vector.len() })
        }
    }
}
