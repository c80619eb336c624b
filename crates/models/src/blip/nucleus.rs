//! Nucleus sampling: a token by chance among the likely ones (Holtzman et al. 2019,
//! <https://arxiv.org/abs/1904.09751>).
//!
//! In: logits and the tokens so far. Out: the tokens to choose from with their probabilities, and a choice.
//! The logits are changed in the order of transformers' `generate`: repetition penalty, least length,
//! temperature, the `top_k` best, the nucleus of `top_p`.
//!
//! Chance is ChaCha8 with a key made of the caller's seed and the picture's content, so it depends neither
//! on the place in a batch nor on the machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};
use vitrine_kernels::{Isa, log_softmax};

use super::options::SearchLimits;
use super::search::{Search, Sequence};

/// The numbers of [`super::Decoding::Nucleus`], within their bounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) top_p: f32,
    pub(super) top_k: usize,
    pub(super) repetition_penalty: f32,
    pub(super) temperature: f32,
}

impl Rules {
    /// The tokens that may follow `ids`, the most likely first, and their probabilities, which add up to 1.
    pub(super) fn choices(&self, logits: &[f32], ids: &[u32], limits: SearchLimits) -> Vec<(u32, f32)> {
        let mut logits = logits.to_vec();
        let mut seen = ids.to_vec();
        seen.sort_unstable();
        seen.dedup();
        for id in seen {
            if let Some(logit) = logits.get_mut(id as usize) {
                *logit = if *logit < 0.0 {
                    *logit * self.repetition_penalty
                } else {
                    *logit / self.repetition_penalty
                };
            }
        }
        if ids.len() < limits.min_length
            && let Some(end) = logits.get_mut(limits.end as usize)
        {
            *end = f32::NEG_INFINITY;
        }
        let mut ranked: Vec<(u32, f32)> = (0_u32..)
            .zip(logits)
            .filter(|(_, logit)| *logit > f32::NEG_INFINITY)
            .map(|(id, logit)| (id, logit / self.temperature))
            .collect();
        let by_logit = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if self.top_k < ranked.len() {
            ranked.select_nth_unstable_by(self.top_k, by_logit);
            ranked.truncate(self.top_k);
        }
        ranked.sort_unstable_by(by_logit);
        self.cut_to_nucleus(ranked)
    }

    /// Keeps the first tokens until their probabilities reach `top_p`, one at least; logits, sorted, to
    /// probabilities.
    fn cut_to_nucleus(&self, mut ranked: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
        let max = ranked.first().map_or(0.0, |(_, logit)| *logit);
        for (_, x) in &mut ranked {
            *x = (*x - max).exp();
        }
        let sum: f64 = ranked.iter().map(|(_, weight)| f64::from(*weight)).sum();
        let mut kept = 0.0;
        let mut n_kept = 0;
        for (_, weight) in &ranked {
            if n_kept > 0 && kept >= f64::from(self.top_p) * sum {
                break;
            }
            kept += f64::from(*weight);
            n_kept += 1;
        }
        ranked.truncate(n_kept);
        for (_, weight) in &mut ranked {
            *weight = (f64::from(*weight) / kept) as f32;
        }
        ranked
    }
}

/// One caption, token by token.
pub(super) struct Nucleus {
    sequence: Sequence,
    rules: Rules,
    limits: SearchLimits,
    chance: ChaCha8Rng,
    done: bool,
}

impl Nucleus {
    pub(super) fn new(
        start: Sequence,
        rules: Rules,
        limits: SearchLimits,
        seed: u64,
        digest: &[u8; 32],
    ) -> Self {
        let key = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(digest).finalize();
        Self { sequence: start, rules, limits, chance: ChaCha8Rng::from_seed(key.into()), done: false }
    }

    /// The token at a random point of the probabilities laid end to end.
    fn draw(&mut self, choices: &[(u32, f32)]) -> Option<u32> {
        // The upper 53 bits: every value of an f64 from 0 to below 1 in equal steps.
        let point = (self.chance.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let mut end = 0.0;
        for (id, probability) in choices {
            end += f64::from(*probability);
            if point < end {
                return Some(*id);
            }
        }
        choices.last().map(|(id, _)| *id)
    }
}

impl Search for Nucleus {
    fn advance(&mut self, rows: &[Vec<f32>]) -> Vec<usize> {
        let logits = rows.first().map(Vec::as_slice).unwrap_or_default();
        let choices = self.rules.choices(logits, &self.sequence.ids, self.limits);
        match self.draw(&choices) {
            Some(token) => {
                self.sequence.log_prob += log_softmax(Isa::best(), logits)[token as usize];
                self.sequence.ids.push(token);
                self.done = token == self.limits.end || self.sequence.ids.len() >= self.limits.max_length;
            }
            // No finite logit: nothing can follow.
            None => self.done = true,
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

#[cfg(test)]
mod tests {
    use super::*;

    const END: u32 = 0;

    fn rules(top_p: f32, top_k: usize) -> Rules {
        Rules { top_p, top_k, repetition_penalty: 1.0, temperature: 1.0 }
    }

    fn limits(min_length: usize) -> SearchLimits {
        SearchLimits { end: END, min_length, max_length: 100 }
    }

    fn logits(probabilities: &[f32]) -> Vec<f32> {
        probabilities.iter().map(|p| p.ln()).collect()
    }

    fn ids(choices: &[(u32, f32)]) -> Vec<u32> {
        choices.iter().map(|(id, _)| *id).collect()
    }

    #[test]
    fn the_nucleus_is_the_fewest_tokens_that_reach_top_p() {
        let logits = logits(&[0.1, 0.4, 0.3, 0.2]);
        let check = |top_p, top_k, expected: &[u32]| {
            assert_eq!(
                ids(&rules(top_p, top_k).choices(&logits, &[], limits(0))),
                expected,
                "{top_p} {top_k}"
            );
        };
        check(0.0, 4, &[1]);
        check(0.39, 4, &[1]);
        check(0.41, 4, &[1, 2]);
        check(0.89, 4, &[1, 2, 3]);
        check(1.0, 4, &[1, 2, 3, 0]);
        check(1.0, 2, &[1, 2]);
        // Of the two that top_k leaves, the first alone holds 0.57.
        check(0.5, 2, &[1]);
    }

    #[test]
    fn what_is_kept_adds_up_to_one() {
        let choices = rules(0.65, 4).choices(&logits(&[0.1, 0.4, 0.3, 0.2]), &[], limits(0));
        assert!((choices[0].1 - 4.0 / 7.0).abs() < 1e-6 && (choices[1].1 - 3.0 / 7.0).abs() < 1e-6);
    }

    #[test]
    fn repetition_is_penalised_once_whatever_its_sign() {
        let rules = Rules { repetition_penalty: 2.0, ..rules(1.0, 3) };
        let choices = rules.choices(&[-1.0, 3.0, 2.0], &[1, 0, 1, 1], limits(0));
        // 3 / 2, -1 * 2, and 2 as it was.
        assert_eq!(ids(&choices), [2, 1, 0]);
        assert!((choices[1].1 / choices[2].1 - (1.5_f32 + 2.0).exp()).abs() < 1e-2);
    }

    #[test]
    fn the_end_is_no_choice_before_the_least_length() {
        let logits = logits(&[0.97, 0.02, 0.01]);
        assert_eq!(ids(&rules(0.5, 3).choices(&logits, &[1, 1], limits(3))), [1]);
        assert_eq!(ids(&rules(0.5, 3).choices(&logits, &[1, 1], limits(2))), [END]);
    }

    fn sampled(seed: u64, digest: [u8; 32], n: usize, logits: &[f32]) -> Vec<u32> {
        let start = Sequence { ids: vec![2], log_prob: 0.0 };
        let limits = SearchLimits { end: u32::MAX, min_length: 0, max_length: n + 1 };
        let mut search = Nucleus::new(start, rules(0.8, 4), limits, seed, &digest);
        while !search.is_done() {
            search.advance(&[logits.to_vec()]);
        }
        Box::new(search).into_best().ids
    }

    #[test]
    fn samples_follow_the_distribution() {
        let logits = logits(&[0.1, 0.4, 0.3, 0.2]);
        let n = 20_000;
        let found = sampled(7, [0; 32], n, &logits);
        for (id, expected) in [(0, 0.0), (1, 4.0 / 9.0), (2, 3.0 / 9.0), (3, 2.0 / 9.0)] {
            let share = found[1..].iter().filter(|&&token| token == id).count() as f64 / n as f64;
            // Five standard deviations.
            let tolerance = 5.0 * (expected * (1.0_f64 - expected) / n as f64).sqrt();
            assert!((share - expected).abs() <= tolerance, "{id}: {share} instead of {expected}");
        }
    }

    #[test]
    fn chance_follows_the_seed_and_the_picture() {
        let logits = logits(&[0.1, 0.4, 0.3, 0.2]);
        let first = sampled(7, [1; 32], 50, &logits);
        assert_eq!(first, sampled(7, [1; 32], 50, &logits));
        assert_ne!(first, sampled(8, [1; 32], 50, &logits));
        assert_ne!(first, sampled(7, [2; 32], 50, &logits));
    }

    #[test]
    fn without_a_possible_token_the_caption_ends() {
        let mut search =
            Nucleus::new(Sequence { ids: vec![2], log_prob: 0.0 }, rules(0.9, 2), limits(0), 0, &[0; 32]);
        search.advance(&[vec![f32::NAN, f32::NEG_INFINITY]]);
        assert!(search.is_done());
    }
}
