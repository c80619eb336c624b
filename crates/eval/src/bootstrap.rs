//! How sure a mean is: percentile bootstrap over queries.
//!
//! Queries are drawn with replacement, as many as there are, and the mean taken, a thousand times and more;
//! the middle 95 % of those means is the interval (Efron and Tibshirani, An Introduction to the Bootstrap,
//! 1993, ch. 13). Percentiles are interpolated linearly between the two nearest means, as NumPy and SciPy do.
//! For two systems on the same queries the differences are resampled, which takes out how hard the queries
//! are: an interval without 0 says more than two intervals that do not touch.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde::Serialize;

/// Fewer leave the ends of a 95 % interval to chance.
pub const MIN_RESAMPLES: usize = 1_000;

/// Of the means, this part lies below an interval, and the same above.
const TAIL: f64 = 0.025;

/// How resamples are drawn. The same values and the same resampling give the same interval, to the bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Resampling {
    n_resamples: usize,
    seed: u64,
}

impl Resampling {
    /// So many resamples, at least [`MIN_RESAMPLES`], of this seed's draws.
    #[must_use]
    pub fn new(n_resamples: usize, seed: u64) -> Self {
        Self { n_resamples: n_resamples.max(MIN_RESAMPLES), seed }
    }

    /// How many.
    #[must_use]
    pub fn n_resamples(self) -> usize {
        self.n_resamples
    }

    /// Of which seed.
    #[must_use]
    pub fn seed(self) -> u64 {
        self.seed
    }
}

impl Default for Resampling {
    fn default() -> Self {
        Self::new(MIN_RESAMPLES, 1)
    }
}

/// A mean with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The mean of the values themselves.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many values. From few, a percentile interval comes out too narrow.
    pub n: usize,
}

impl Interval {
    /// Whether 0 lies outside: of a difference, that it is unlikely to be chance.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Two systems were not asked the same queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("One system has {a} values and the other {b}. Compare them on the same queries, in the same order.")]
pub struct UnequalLengths {
    /// Values of the first.
    pub a: usize,
    /// Values of the second.
    pub b: usize,
}

/// The mean of `values` with its interval; none where there is no value, or one that is not finite.
#[must_use]
pub fn mean_interval(values: &[f64], resampling: Resampling) -> Option<Interval> {
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let mut rng = ChaCha8Rng::seed_from_u64(resampling.seed);
    let mut means: Vec<f64> = (0..resampling.n_resamples)
        .map(|_| (0..n).map(|_| values[below(n, &mut rng)]).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    Some(Interval { mean, low: percentile(&means, TAIL), high: percentile(&means, 1.0 - TAIL), n })
}

/// The mean of `a - b` with its interval, of values that belong together by their places. Pairs of which one
/// is missing are left out: both systems have none where a query has no relevant item.
///
/// # Errors
/// [`UnequalLengths`].
pub fn paired_difference(
    a: &[Option<f64>],
    b: &[Option<f64>],
    resampling: Resampling,
) -> Result<Option<Interval>, UnequalLengths> {
    if a.len() != b.len() {
        return Err(UnequalLengths { a: a.len(), b: b.len() });
    }
    let differences: Vec<f64> = a.iter().zip(b).filter_map(|(a, b)| Some((*a)? - (*b)?)).collect();
    Ok(mean_interval(&differences, resampling))
}

/// A draw from 0 to n - 1: the upper half of a product (Lemire, Fast random integer generation in an
/// interval, 2019). Without his rejection some are likelier by n / 2^64, which no resampling shows.
fn below(n: usize, rng: &mut ChaCha8Rng) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

/// Between the two nearest of sorted values.
fn percentile(sorted: &[f64], part: f64) -> f64 {
    let at = part * (sorted.len() - 1) as f64;
    let (low, share) = (at.floor() as usize, at.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + share * (sorted[high] - sorted[low])
}
