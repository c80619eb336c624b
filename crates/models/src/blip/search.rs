//! Which tokens a caption is made of: greedy and beam search over one picture, as transformers'
//! `generate` does them (`early_stopping=False`). No tensors here: logits in, choices out.
//!
//! Lengths count every token of the sequence, the start token and the prompt included.

use vitrine_kernels::{Isa, log_softmax};

use super::nucleus::{Nucleus, Rules};
use super::options::{Decoding, SearchLimits};

/// A caption in the making, for one picture.
pub(super) trait Search {
    /// Takes the logits of the next token, one row of the vocabulary for each present hypothesis (one for
    /// all at the first call), and moves on. Returns, for each hypothesis that is now present, the index
    /// of the row that it grew from.
    fn advance(&mut self, rows: &[Vec<f32>]) -> Vec<usize>;
    /// The newest token of each present hypothesis.
    fn last_tokens(&self) -> Vec<u32>;
    /// Whether nothing can change any more.
    fn is_done(&self) -> bool;
    /// The best sequence so far.
    fn into_best(self: Box<Self>) -> Sequence;
}

/// Ids from the start token on, and how likely those after the prompt are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sequence {
    pub(super) ids: Vec<u32>,
    /// Sum over the tokens after the prompt.
    pub(super) log_prob: f32,
}

/// The search for one picture; `digest` stands for its content.
pub(super) fn new(
    decoding: Decoding,
    prompt: &[u32],
    limits: SearchLimits,
    digest: &[u8; 32],
) -> Box<dyn Search> {
    let start = Sequence { ids: prompt.to_vec(), log_prob: 0.0 };
    match decoding {
        Decoding::Greedy => Box::new(Greedy { sequence: start, done: false, limits }),
        Decoding::Nucleus { top_p, top_k, repetition_penalty, temperature, seed } => {
            let rules = Rules { top_p, top_k, repetition_penalty, temperature };
            Box::new(Nucleus::new(start, rules, limits, seed, digest))
        }
        Decoding::Beam { width, length_penalty } => Box::new(Beams {
            width: width.max(1),
            length_penalty,
            n_prompt: prompt.len(),
            running: vec![start],
            finished: Vec::new(),
            done: false,
            limits,
        }),
    }
}

/// The most likely token, each time.
struct Greedy {
    sequence: Sequence,
    done: bool,
    limits: SearchLimits,
}

impl Search for Greedy {
    fn advance(&mut self, rows: &[Vec<f32>]) -> Vec<usize> {
        let rows = allowed_log_probs(rows, self.sequence.ids.len(), self.limits);
        if let Some(best) = top(&rows, &[0.0], 1).first() {
            self.sequence.ids.push(best.token);
            self.sequence.log_prob += best.score;
            self.done = best.token == self.limits.end || self.sequence.ids.len() >= self.limits.max_length;
        }
        vec![0]
    }

    fn last_tokens(&self) -> Vec<u32> {
        self.sequence.ids.last().copied().into_iter().collect()
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn into_best(self: Box<Self>) -> Sequence {
        self.sequence
    }
}

/// Several hypotheses side by side.
struct Beams {
    width: usize,
    length_penalty: f32,
    n_prompt: usize,
    /// Best first.
    running: Vec<Sequence>,
    /// Best first, at most `width`, with their scores.
    finished: Vec<(f32, Sequence)>,
    done: bool,
    limits: SearchLimits,
}

impl Search for Beams {
    fn advance(&mut self, rows: &[Vec<f32>]) -> Vec<usize> {
        let n_ids = self.running.first().map_or(0, |sequence| sequence.ids.len());
        let rows = allowed_log_probs(rows, n_ids, self.limits);
        let scores: Vec<f32> = self.running.iter().map(|sequence| sequence.log_prob).collect();
        // Twice the width, so that enough go on even if every hypothesis ends.
        let candidates = top(&rows, &scores, 2 * self.width);
        let full = n_ids + 1 >= self.limits.max_length;
        let ends = |candidate: &Candidate| full || candidate.token == self.limits.end;
        let grown = |candidate: &Candidate| {
            let mut ids = self.running[candidate.row].ids.clone();
            ids.push(candidate.token);
            Sequence { ids, log_prob: candidate.score }
        };

        let length = ((n_ids + 1 - self.n_prompt) as f32).powf(self.length_penalty);
        // Only the best `width` may end; the others are there to go on.
        for candidate in candidates.iter().take(self.width).filter(|c| ends(c)) {
            self.finished.push((candidate.score / length, grown(candidate)));
        }
        self.finished.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.finished.truncate(self.width);

        let going_on: Vec<&Candidate> = candidates.iter().filter(|c| !ends(c)).take(self.width).collect();
        let parents = going_on.iter().map(|candidate| candidate.row).collect();
        let running: Vec<Sequence> = going_on.into_iter().map(grown).collect();
        // No hypothesis can get better than the worst finished one: a log-probability only falls.
        let improvable = match (running.first(), self.finished.last()) {
            (None, _) => false,
            (Some(best), Some((worst, _))) if self.finished.len() == self.width => {
                best.log_prob / length > *worst
            }
            _ => true,
        };
        self.done = !improvable;
        self.running = running;
        parents
    }

    fn last_tokens(&self) -> Vec<u32> {
        self.running.iter().filter_map(|sequence| sequence.ids.last().copied()).collect()
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn into_best(self: Box<Self>) -> Sequence {
        let finished = self.finished.into_iter().map(|(_, sequence)| sequence);
        finished.chain(self.running).next().unwrap_or(Sequence { ids: Vec::new(), log_prob: 0.0 })
    }
}

struct Candidate {
    row: usize,
    token: u32,
    score: f32,
}

/// The `n` best of `scores[row] + rows[row][token]`, best first; of equals the first.
fn top(rows: &[Vec<f32>], scores: &[f32], n: usize) -> Vec<Candidate> {
    let mut best: Vec<Candidate> = Vec::with_capacity(n + 1);
    for (row, (log_probs, base)) in rows.iter().zip(scores).enumerate() {
        for (token, log_prob) in (0_u32..).zip(log_probs) {
            let score = base + log_prob;
            if best.len() == n && best.last().is_some_and(|worst| score <= worst.score) {
                continue;
            }
            let at = best.partition_point(|candidate| candidate.score >= score);
            best.insert(at, Candidate { row, token, score });
            best.truncate(n);
        }
    }
    best
}

/// Log-probabilities, with no end before the least length.
fn allowed_log_probs(rows: &[Vec<f32>], n_ids: usize, limits: SearchLimits) -> Vec<Vec<f32>> {
    let mut rows: Vec<Vec<f32>> = rows.iter().map(|row| log_softmax(Isa::best(), row)).collect();
    if n_ids < limits.min_length {
        for end in rows.iter_mut().filter_map(|row| row.get_mut(limits.end as usize)) {
            *end = f32::NEG_INFINITY;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: u32 = 0;

    fn limits(min_length: usize, max_length: usize) -> SearchLimits {
        SearchLimits { end: END, min_length, max_length }
    }

    /// Searches a language whose next token depends on the last one only.
    fn search(decoding: Decoding, limits: SearchLimits, table: &[[f32; 4]; 4]) -> Vec<u32> {
        let mut search = new(decoding, &[3], limits, &[0; 32]);
        let mut last = vec![3_u32];
        while !search.is_done() {
            let row = |&token: &u32| log_softmax(Isa::best(), &table[token as usize].map(f32::ln));
            let rows: Vec<Vec<f32>> = last.iter().map(row).collect();
            search.advance(&rows);
            last = search.last_tokens();
        }
        search.into_best().ids
    }

    const BEAM: Decoding = Decoding::Beam { width: 2, length_penalty: 1.0 };

    /// 1 looks best at first, but only 2 ends well: greedy and beam differ.
    const GARDEN_PATH: [[f32; 4]; 4] =
        [[0.25; 4], [0.30, 0.40, 0.20, 0.10], [0.97, 0.01, 0.01, 0.01], [0.01, 0.50, 0.48, 0.01]];

    #[test]
    fn greedy_takes_the_best_token_and_the_beam_the_best_sequence() {
        assert_eq!(search(Decoding::Greedy, limits(0, 5), &GARDEN_PATH), [3, 1, 1, 1, 1]);
        assert_eq!(search(BEAM, limits(0, 5), &GARDEN_PATH), [3, 2, 0]);
    }

    #[test]
    fn no_caption_ends_before_the_least_length() {
        assert_eq!(search(Decoding::Greedy, limits(4, 6), &[[0.97, 0.01, 0.01, 0.01]; 4]).len(), 5);
        let ids = search(BEAM, limits(4, 6), &GARDEN_PATH);
        assert!(ids.len() >= 5 && !ids[..4].contains(&END), "{ids:?}");
    }

    #[test]
    fn no_caption_is_longer_than_the_greatest_length() {
        for decoding in [Decoding::Greedy, BEAM, Decoding::nucleus(1)] {
            let never_ends = [[1e-9, 0.4, 0.3, 0.3]; 4];
            assert_eq!(search(decoding, limits(0, 6), &never_ends).len(), 6);
        }
    }
}
