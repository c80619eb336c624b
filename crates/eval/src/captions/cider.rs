//! CIDEr-D (Vedantam et al., CIDEr: consensus-based image description evaluation, CVPR 2015, sec. 5.2).
//!
//! What `pycocoevalcap` calls CIDEr is CIDEr-D, with weights from the corpus at hand: words that many items'
//! references share count little. So figures compare only on the same items.

use std::collections::HashMap;

use super::{
    Texts, Word,
    ngrams::{Counts, MAX_N, counts},
};

/// Words by which a caption may differ in length before that costs much.
const SIGMA: f64 = 6.0;

/// Each caption's.
pub(super) fn score(texts: &[Texts]) -> Vec<f64> {
    let references: Vec<Vec<[Counts<'_>; MAX_N]>> = texts
        .iter()
        .map(|texts| texts.references.iter().map(|reference| counts(reference)).collect())
        .collect();
    let idf = Idf::new(&references);
    texts
        .iter()
        .zip(&references)
        .map(|(texts, references)| {
            let candidate = Vector::new(&counts(&texts.candidate), &idf);
            let similarities =
                references.iter().map(|reference| candidate.similarity(&Vector::new(reference, &idf)));
            10.0 * similarities.sum::<f64>() / references.len() as f64
        })
        .collect()
}

/// How much a run tells items apart: the logarithm of all items over those that have it in a reference.
struct Idf<'a> {
    n_items_with: HashMap<&'a [Word], usize>,
    log_n_items: f64,
}

impl<'a> Idf<'a> {
    fn new(references: &[Vec<[Counts<'a>; MAX_N]>]) -> Self {
        let mut n_items_with = HashMap::new();
        for item in references {
            let mut runs: Vec<&[Word]> = item.iter().flatten().flatten().map(|(run, _)| *run).collect();
            runs.sort_unstable();
            runs.dedup();
            for run in runs {
                *n_items_with.entry(run).or_default() += 1;
            }
        }
        Self { n_items_with, log_n_items: (references.len() as f64).ln() }
    }

    fn of(&self, run: &[Word]) -> f64 {
        let n = self.n_items_with.get(run).copied().unwrap_or(0);
        self.log_n_items - (n.max(1) as f64).ln()
    }
}

/// A text as the weights of its runs.
struct Vector<'a> {
    weights: [Vec<(&'a [Word], f64)>; MAX_N],
    norms: [f64; MAX_N],
    /// `pycocoevalcap` compares the numbers of pairs of words, where the paper compares those of words.
    n_pairs: u32,
}

impl<'a> Vector<'a> {
    fn new(counts: &[Counts<'a>; MAX_N], idf: &Idf<'_>) -> Self {
        let weights = counts
            .each_ref()
            .map(|runs| runs.iter().map(|&(run, n)| (run, f64::from(n) * idf.of(run))).collect::<Vec<_>>());
        let norms = weights
            .each_ref()
            .map(|weights| weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt());
        Self { weights, norms, n_pairs: counts[1].iter().map(|(_, n)| n).sum() }
    }

    /// The cosine with a reference, of weights that are cut to the reference's, less what another length
    /// costs; the mean over the lengths of runs.
    fn similarity(&self, reference: &Self) -> f64 {
        let difference = f64::from(self.n_pairs) - f64::from(reference.n_pairs);
        let penalty = (-difference * difference / (2.0 * SIGMA * SIGMA)).exp();
        let cosines = (0..MAX_N).map(|at| {
            let norms = self.norms[at] * reference.norms[at];
            if norms > 0.0 { clipped_product(&self.weights[at], &reference.weights[at]) / norms } else { 0.0 }
        });
        penalty * cosines.sum::<f64>() / MAX_N as f64
    }
}

/// Both are sorted by their runs.
fn clipped_product(candidate: &[(&[Word], f64)], reference: &[(&[Word], f64)]) -> f64 {
    let mut rest = reference;
    let mut sum = 0.0;
    for (run, weight) in candidate {
        rest = &rest[rest.partition_point(|(other, _)| other < run)..];
        if let Some((_, of_reference)) = rest.first().filter(|(other, _)| other == run) {
            sum += weight.min(*of_reference) * of_reference;
        }
    }
    sum
}
