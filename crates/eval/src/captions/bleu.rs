//! BLEU (Papineni et al., BLEU: a method for automatic evaluation of machine translation, ACL 2002).

use super::{
    Texts,
    ngrams::{MAX_N, count_of, counts},
};

/// What `pycocoevalcap` adds to numerators and denominators, so that nothing is divided by zero. Where no run
/// of four words is right, BLEU-4 is near 0 and not 0.
const TINY: f64 = 1e-15;
const SMALL: f64 = 1e-9;

/// What is summed over captions.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    n_words: usize,
    /// Words of the reference that is nearest in length; of two, the shorter.
    n_reference_words: usize,
    /// Runs of each length.
    n_runs: [usize; MAX_N],
    /// Those that a reference has, each no more often than in the reference that has it most.
    n_right: [usize; MAX_N],
}

impl Tally {
    fn of(texts: &Texts) -> Self {
        let n_words = texts.candidate.len();
        let lengths = texts.references.iter().map(Vec::len);
        let references: Vec<_> = texts.references.iter().map(|reference| counts(reference)).collect();
        let n_right = counts(&texts.candidate).map(|runs| {
            let right = runs.iter().map(|&(run, count)| {
                let most = references.iter().map(|reference| count_of(&reference[run.len() - 1], run)).max();
                count.min(most.unwrap_or(0)) as usize
            });
            right.sum()
        });
        Self {
            n_words,
            n_reference_words: lengths.min_by_key(|n| (n.abs_diff(n_words), *n)).unwrap_or(0),
            n_runs: std::array::from_fn(|at| n_words.saturating_sub(at)),
            n_right,
        }
    }

    fn add(&mut self, other: &Self) {
        self.n_words += other.n_words;
        self.n_reference_words += other.n_reference_words;
        for at in 0..MAX_N {
            self.n_runs[at] += other.n_runs[at];
            self.n_right[at] += other.n_right[at];
        }
    }

    /// BLEU-n: the geometric mean of the precisions of runs up to n words, less what brevity costs.
    fn bleu(&self) -> [f64; MAX_N] {
        let ratio = (self.n_words as f64 + TINY) / (self.n_reference_words as f64 + SMALL);
        let brevity = if ratio < 1.0 { (1.0 - 1.0 / ratio).exp() } else { 1.0 };
        let mut product = 1.0;
        std::array::from_fn(|at| {
            product *= (self.n_right[at] as f64 + TINY) / (self.n_runs[at] as f64 + SMALL);
            product.powf(1.0 / (at + 1) as f64) * brevity
        })
    }
}

/// Of the corpus, and of each caption.
pub(super) fn score(texts: &[Texts]) -> ([f64; MAX_N], Vec<[f64; MAX_N]>) {
    let mut corpus = Tally::default();
    let each = texts
        .iter()
        .map(|texts| {
            let tally = Tally::of(texts);
            corpus.add(&tally);
            tally.bleu()
        })
        .collect();
    (corpus.bleu(), each)
}
