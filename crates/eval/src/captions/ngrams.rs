//! Runs of one to four words, counted.

use super::Word;

/// The longest runs.
pub(super) const MAX_N: usize = 4;

/// The runs of one length with their counts, in an order that is the same for all texts, so that two are
/// compared in one pass and sums come out the same each time.
pub(super) type Counts<'a> = Vec<(&'a [Word], u32)>;

/// By their length less one.
pub(super) fn counts(words: &[Word]) -> [Counts<'_>; MAX_N] {
    std::array::from_fn(|at| {
        let mut runs: Vec<&[Word]> = words.windows(at + 1).collect();
        runs.sort_unstable();
        runs.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
    })
}

/// How often a run stands in a text.
pub(super) fn count_of(counts: &Counts<'_>, run: &[Word]) -> u32 {
    counts.binary_search_by_key(&run, |(other, _)| other).map_or(0, |at| counts[at].1)
}
