//! Nearest neighbours of a vector, by inner product.
//!
//! In: changes from a log of the caller's (vectors of one [`Layout`], each under an id). Out: for a
//! [`Probe`] (a vector, the ids that are allowed, how many) the hits, best first. [`VectorIndex`] is that
//! contract; [`LocalIndex`] stands behind it and hides that there are two ways:
//!
//! - the **exact scan** ([`rows`]) compares the query with every allowed vector. It is the way for small
//!   catalogs, for narrow filters, for very deep pages, and for vectors that the graph does not hold yet;
//! - the **graph** ([`graph`], usearch's HNSW) takes over above [`LocalIndex::exact_limit`]. It is filled
//!   little by little ([`LocalIndex::advance_graph`]), so that adding a photo never waits for it.
//!
//! Vectors are held once, in 8 bits; the graph holds where they are. The best scores are computed again
//! from the caller's own vectors ([`Originals`]), so that they are exact to the last digit.
//!
//! Invariants: an id stands once; answers are sorted by falling score and, among equals, by rising id; a
//! change that was applied is in every answer from then on, and one that was not is in none; a file of this
//! crate is a cache, checked before it is believed.

mod best;
mod block;
mod file;
mod graph;
mod local;
mod rows;
#[cfg(feature = "synthetic")]
pub mod synthetic;

use numkong::Dot;
use roaring::RoaringBitmap;

pub use local::LocalIndex;

/// Lengths of a vector's parts, in order: one for a plain vector, several for one that is fused of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    parts: Vec<usize>,
    width: usize,
}

impl Layout {
    /// Parts of these lengths.
    pub fn new(parts: Vec<usize>) -> Self {
        let width = parts.iter().sum();
        Self { parts, width }
    }

    /// Numbers in a vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The parts' lengths.
    pub fn parts(&self) -> &[usize] {
        &self.parts
    }

    /// The slices of a vector `[width]` that are its parts, in order.
    pub fn split<'a>(&'a self, vector: &'a [f32]) -> impl Iterator<Item = &'a [f32]> {
        let mut rest = vector;
        self.parts.iter().map(move |&len| {
            let (part, more) = rest.split_at(len.min(rest.len()));
            rest = more;
            part
        })
    }

    /// The score of a vector by the definition, see [`Probe`].
    pub fn score(&self, vector: &[f32], query: &[f32], missing: &[f32]) -> f32 {
        // Summed in 64 bits and rounded once: the order of the sums then makes no difference.
        let mut sum = 0.0;
        for (at, (part, query)) in self.split(vector).zip(self.split(query)).enumerate() {
            sum += if part.iter().all(|x| *x == 0.0) {
                f64::from(missing.get(at).copied().unwrap_or(0.0))
            } else {
                // Both are of one length by construction.
                f32::dot(part, query).unwrap_or(0.0)
            };
        }
        sum as f32
    }
}

/// What happened to an id.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It has this vector from now on.
    Put {
        /// The id.
        id: u32,
        /// `[width]`: each part of unit length, or all zero where there is nothing to say.
        vector: Vec<f32>,
    },
    /// It is gone.
    Remove {
        /// The id.
        id: u32,
    },
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Probe<'a> {
    /// `[width]`: each part times its weight.
    pub query: &'a [f32],
    /// `[parts]`: what a part adds to the score of a vector that lacks it (all zero). The mean of what it adds to
    /// the others lets a missing part neither help nor hurt. Empty where that is nothing.
    pub missing: &'a [f32],
    /// The ids that may be among the hits; all where this is none.
    pub allowed: Option<&'a RoaringBitmap>,
    /// How many hits.
    pub k: usize,
}

/// An id and its inner product with the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The id under which the vector was put.
    pub id: u32,
    /// Inner product: the sum of the parts' cosines, each times its weight.
    pub score: f32,
}

/// How an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Every allowed vector was compared.
    Exact,
    /// The graph was asked, and what it does not hold yet compared.
    Graph,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How many ids the whole answer would rank: all that are held and allowed.
    pub n_ranked: u64,
    /// How they were found.
    pub way: Way,
}

/// The vectors as they are, wherever they are kept.
pub trait Originals: Send + Sync {
    /// Hands the vectors of `ids` to `take`, in any order; what is gone is left out.
    ///
    /// # Errors
    /// What keeps them from being read.
    fn read(
        &self,
        ids: &[u32],
        take: &mut dyn FnMut(u32, &[f32]),
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// The contract of an index, behind which a server could stand as well.
pub trait VectorIndex: Send + Sync {
    /// What its vectors are made of.
    fn layout(&self) -> &Layout;

    /// Everything up to here in the caller's log is in.
    fn position(&self) -> u64;

    /// How many vectors it holds.
    fn len(&self) -> usize;

    /// Whether it holds none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids that it holds.
    fn ids(&self) -> RoaringBitmap;

    /// Takes changes in, in order, up to `position` in the log. What it has behind it already is left alone,
    /// so that a log may be read twice.
    ///
    /// # Errors
    /// A vector of another length: then nothing of the batch is in.
    fn apply(&self, changes: Vec<Change>, position: u64) -> Result<(), IndexError>;

    /// The vectors of the largest inner products with the query.
    ///
    /// # Errors
    /// A query of another length; originals that cannot be read.
    fn probe(&self, probe: &Probe<'_>) -> Result<Answer, IndexError>;
}

/// What can go wrong here.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A vector of another model, or no vector at all; or not as many parts.
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
    /// The caller's vectors could not be read.
    #[error("the vectors could not be read: {0}")]
    Originals(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The cache file is cut, altered or of another make: drop it and go on without.
    #[error("the search index's file is damaged or of another version")]
    DamagedCache,
    /// The cache file cannot be read or written.
    #[error("the search index's file cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}
