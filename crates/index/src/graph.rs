//! usearch's HNSW graph, and its file.
//!
//! The file is `VITRINEG`, a version, the fingerprint of what it was built
//! from, its ids, and usearch's own bytes, with a BLAKE3 sum over all of it:
//! usearch trusts what it loads, so nothing unchecked reaches it.

use std::{collections::HashSet, fs, io::Write, path::Path};

use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use crate::{Hit, IndexError};

const MAGIC: &[u8; 8] = b"VITRINEG";
const VERSION: u32 = 1;
const SUM_LEN: usize = 32;

/// Edges of a node, and the width of the walk when adding and when searching. Measured at
/// 100,000 x 512 in bf16: recall 0.998 of the exact top 10 (`cargo run --example recall`).
const CONNECTIVITY: usize = 16;
const EXPANSION_ADD: usize = 128;
const EXPANSION_SEARCH: usize = 128;

/// A graph over some of the vectors.
pub struct Graph {
    index: Index,
    ids: HashSet<u64>,
}

impl Graph {
    /// An empty graph for vectors of `dim` numbers.
    pub fn new(dim: usize) -> Result<Self, IndexError> {
        let index = Index::new(&IndexOptions {
            dimensions: dim,
            metric: MetricKind::Cos,
            quantization: ScalarKind::BF16,
            connectivity: CONNECTIVITY,
            expansion_add: EXPANSION_ADD,
            expansion_search: EXPANSION_SEARCH,
            multi: false,
        })
        .map_err(graph_error)?;
        Ok(Self { index, ids: HashSet::new() })
    }

    /// How many vectors it holds.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether `id` is in it.
    pub fn contains(&self, id: u64) -> bool {
        self.ids.contains(&id)
    }

    /// Its ids, in no order.
    pub fn ids(&self) -> Vec<u64> {
        self.ids.iter().copied().collect()
    }

    /// Makes room for `n_more` vectors. usearch fails or worse when it is added to without room.
    pub fn reserve(&mut self, n_more: usize) -> Result<(), IndexError> {
        let wanted = self.index.size() + n_more;
        if wanted > self.index.capacity() {
            self.index.reserve(wanted.max(self.index.capacity() * 2).max(1_024)).map_err(graph_error)?;
        }
        Ok(())
    }

    /// Adds a vector; [`Graph::reserve`] made room for it.
    pub fn add(&mut self, id: u64, vector: &[f32]) -> Result<(), IndexError> {
        self.index.add(id, vector).map_err(graph_error)?;
        self.ids.insert(id);
        Ok(())
    }

    /// Takes a vector out, if it is in.
    pub fn remove(&mut self, id: u64) -> Result<(), IndexError> {
        if self.ids.remove(&id) {
            self.index.remove(id).map_err(graph_error)?;
        }
        Ok(())
    }

    /// About the `k` nearest, best first.
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<Hit>, IndexError> {
        let matches = self.index.search(query, k.min(self.len())).map_err(graph_error)?;
        let scores = matches.distances.iter().map(|distance| (1.0 - distance).clamp(-1.0, 1.0));
        Ok(matches.keys.iter().zip(scores).map(|(&id, score)| Hit { id, score }).collect())
    }

    /// Writes it to a temporary file beside `file` and renames that.
    pub fn save(&self, file: &Path, fingerprint: &str) -> Result<(), IndexError> {
        let mut bytes = Vec::with_capacity(self.index.serialized_length() + self.ids.len() * 8 + 256);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        push_block(&mut bytes, fingerprint.as_bytes());
        let ids: Vec<u8> = self.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        push_block(&mut bytes, &ids);
        let start = bytes.len();
        bytes.resize(start + self.index.serialized_length(), 0);
        self.index.save_to_buffer(&mut bytes[start..]).map_err(graph_error)?;
        let sum = blake3::hash(&bytes);
        let partial = file.with_extension("partial");
        let mut out = fs::File::create(&partial)?;
        out.write_all(sum.as_bytes())?;
        out.write_all(&bytes)?;
        out.sync_all()?;
        fs::rename(&partial, file)?;
        Ok(())
    }

    /// Reads a file that [`Graph::save`] wrote for the same `fingerprint` and `dim`.
    pub fn load(file: &Path, dim: usize, fingerprint: &str) -> Result<Self, IndexError> {
        let bytes = fs::read(file)?;
        let (sum, bytes) = bytes.split_at_checked(SUM_LEN).ok_or(IndexError::DamagedCache)?;
        if blake3::hash(bytes).as_bytes() != sum {
            return Err(IndexError::DamagedCache);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(IndexError::DamagedCache)?;
        let rest = rest.strip_prefix(&VERSION.to_le_bytes()).ok_or(IndexError::DamagedCache)?;
        let (made_for, rest) = take_block(rest).ok_or(IndexError::DamagedCache)?;
        let (ids, graph) = take_block(rest).ok_or(IndexError::DamagedCache)?;
        if made_for != fingerprint.as_bytes() {
            return Err(IndexError::DamagedCache);
        }
        let mut loaded = Self::new(dim)?;
        loaded.index.load_from_buffer(graph).map_err(graph_error)?;
        loaded.index.change_expansion_search(EXPANSION_SEARCH);
        loaded.ids = ids.as_chunks::<8>().0.iter().map(|id| u64::from_le_bytes(*id)).collect();
        if loaded.index.dimensions() != dim || loaded.index.size() != loaded.ids.len() {
            return Err(IndexError::DamagedCache);
        }
        Ok(loaded)
    }
}

fn push_block(bytes: &mut Vec<u8>, block: &[u8]) {
    bytes.extend_from_slice(&(block.len() as u64).to_le_bytes());
    bytes.extend_from_slice(block);
}

fn take_block(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)
}

fn graph_error(error: impl std::fmt::Display) -> IndexError {
    IndexError::Graph(error.to_string())
}
