//! Vectors in one block of memory, and the scan over all of them.
//!
//! They are kept in bf16: half the memory of f32, and the scan is bound by
//! memory. Rounding moves a cosine by less than 0.002.

use std::{cmp::Ordering, collections::HashMap};

use numkong::{Dot, bf16};
use rayon::prelude::*;

use crate::Hit;

/// Rows that one task of the scan compares: about a millisecond's work.
const ROWS_PER_TASK: usize = 8_192;

/// Rows of `dim` numbers; a cleared row stays until [`FlatVectors::compact`].
pub struct FlatVectors {
    dim: usize,
    /// The id of each row; none where it was cleared.
    ids: Vec<Option<u64>>,
    /// `[rows, dim]`
    rows: Vec<bf16>,
    n_cleared: usize,
}

impl FlatVectors {
    /// No rows yet, each to have `dim` numbers.
    pub fn new(dim: usize) -> Self {
        Self { dim, ids: Vec::new(), rows: Vec::new(), n_cleared: 0 }
    }

    /// Numbers in a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Appends a row `[dim]` and answers where it is.
    pub fn push(&mut self, id: u64, vector: &[f32]) -> usize {
        self.ids.push(Some(id));
        self.rows.extend(vector.iter().map(|&x| bf16::from_f32(x)));
        self.ids.len() - 1
    }

    /// Empties the row at `slot`.
    pub fn clear(&mut self, slot: usize) {
        if self.ids[slot].take().is_some() {
            self.n_cleared += 1;
        }
    }

    /// Whether a quarter of the rows or more are empty.
    pub fn is_sparse(&self) -> bool {
        self.n_cleared > 1_000 && self.n_cleared * 4 > self.ids.len()
    }

    /// Closes the gaps, in order, and answers where every id is now.
    pub fn compact(&mut self) -> HashMap<u64, usize> {
        let mut kept = 0;
        for slot in 0..self.ids.len() {
            if self.ids[slot].is_some() {
                self.ids[kept] = self.ids[slot];
                self.rows.copy_within(slot * self.dim..(slot + 1) * self.dim, kept * self.dim);
                kept += 1;
            }
        }
        self.ids.truncate(kept);
        self.rows.truncate(kept * self.dim);
        self.n_cleared = 0;
        self.ids.iter().enumerate().filter_map(|(slot, id)| id.map(|id| (id, slot))).collect()
    }

    /// Every id, in the order in which they came.
    pub fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        self.ids.iter().filter_map(|id| *id)
    }

    /// A query in the form that [`FlatVectors::score`] takes.
    pub fn encode(&self, query: &[f32]) -> Vec<bf16> {
        query.iter().map(|&x| bf16::from_f32(x)).collect()
    }

    /// The row at `slot`, as it was rounded.
    pub fn decode(&self, slot: usize) -> Vec<f32> {
        self.row(slot).iter().map(|x| x.to_f32()).collect()
    }

    /// Cosine of an encoded query with the row at `slot`.
    pub fn score(&self, query: &[bf16], slot: usize) -> f32 {
        // Rows and queries have one length by construction; without one there is no similarity.
        bf16::dot(query, self.row(slot)).unwrap_or(0.0).clamp(-1.0, 1.0)
    }

    /// The best `k` of all rows, best first.
    pub fn scan(&self, query: &[f32], k: usize) -> Vec<Hit> {
        let query = self.encode(query);
        let mut hits: Vec<Hit> = self
            .ids
            .par_chunks(ROWS_PER_TASK)
            .enumerate()
            .flat_map_iter(|(task, ids)| {
                let mut best: Vec<Hit> = ids
                    .iter()
                    .enumerate()
                    .filter_map(|(row, id)| id.map(|id| (row, id)))
                    .map(|(row, id)| Hit { id, score: self.score(&query, task * ROWS_PER_TASK + row) })
                    .collect();
                keep_best(&mut best, k);
                best
            })
            .collect();
        keep_best(&mut hits, k);
        hits
    }

    fn row(&self, slot: usize) -> &[bf16] {
        &self.rows[slot * self.dim..(slot + 1) * self.dim]
    }
}

/// Cuts `hits` down to the best `k`, best first; among equals the lower id comes first.
pub fn keep_best(hits: &mut Vec<Hit>, k: usize) {
    if k == 0 {
        hits.clear();
        return;
    }
    if hits.len() > k {
        hits.select_nth_unstable_by(k - 1, by_rank);
        hits.truncate(k);
    }
    hits.sort_unstable_by(by_rank);
}

fn by_rank(a: &Hit, b: &Hit) -> Ordering {
    b.score.total_cmp(&a.score).then(a.id.cmp(&b.id))
}
