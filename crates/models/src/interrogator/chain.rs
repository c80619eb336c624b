//! The chain: phrases appended one by one, each time the one after which the text is most like the
//! picture; or least like it.
//!
//! The algorithm is that of the CLIP Interrogator (pharmapsychotic/clip-interrogator, `chain`): the best
//! phrase of a step is kept when it brings the text nearer to the picture, and in the first
//! `min_phrases` steps in any case; the first step that brings nothing, or a text that fills the model's
//! length, ends it; the answer is the best text on the way. The original looks for the least similar with
//! a first similarity of the wrong sign; here every similarity has the same one.
//!
//! A step costs as much as its candidates have tokens of their own: the text so far is computed once
//! ([`crate::clip::TextPrefix`]) and longer by one phrase in the next step. Without a margin every phrase
//! is tried in every step, which is the original's answer. With one, a phrase is tried again only when
//! what it added at its last trial, and the margin, could make it the best: gains shrink as the text
//! grows, so few are tried twice (Minoux 1978, lazy greedy). A margin of 4 passes over nothing, because
//! two gains never differ by more.

use super::ranking::dot;
use super::wording::{fills, joined};
use super::{BestOptions, RankedTerm};
use crate::clip::TextPrefix;
use crate::{Clip, ModelError};

/// Phrases that one call of [`Chain::advance`] tries: about a second for the largest models.
const TRIED_AT_ONCE: usize = 256;
/// The same where phrases go in the order of their promise, and the first may settle it.
const TRIED_AT_ONCE_IN_ORDER: usize = 32;

/// Which way a chain goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Nearer,
    Farther,
}

impl Direction {
    /// Similarity as the chain climbs it.
    fn height(self, similarity: f32) -> f32 {
        match self {
            Self::Nearer => similarity,
            Self::Farther => -similarity,
        }
    }
}

/// A text on the way with its height, and how many of the chosen phrases it holds.
#[derive(Debug, Clone)]
struct Mark {
    text: String,
    height: f32,
    n_chosen: usize,
}

#[derive(Debug)]
struct Candidate {
    term: RankedTerm,
    /// Height of the text with this phrase less that without it, when it was last tried.
    gain: Option<f32>,
    chosen: bool,
}

/// The candidates of one step, those before `n_tried` already tried.
#[derive(Debug)]
struct Step {
    order: Vec<usize>,
    n_tried: usize,
    /// The best so far: candidate and height.
    leader: Option<(usize, f32)>,
    /// Whether `order` is that of promise, and the rest may be passed over.
    lazy: bool,
}

/// A chain under way. It owns all that it needs but the model.
#[derive(Debug)]
pub(super) struct Chain {
    image_vector: Vec<f32>,
    direction: Direction,
    options: BestOptions,
    candidates: Vec<Candidate>,
    chosen: Vec<RankedTerm>,
    /// The text so far; empty before the first phrase of a chain without a start.
    current: Mark,
    best: Mark,
    prefix: TextPrefix,
    step: Option<Step>,
    n_steps: usize,
    n_tried: usize,
    ended: bool,
}

impl Chain {
    /// `start` is a text and its similarity; without one the chain starts with the best phrase alone.
    pub(super) fn new(
        image_vector: &[f32],
        start: Option<(&str, f32)>,
        phrases: Vec<RankedTerm>,
        direction: Direction,
        options: BestOptions,
    ) -> Self {
        let (text, height) = match start {
            Some((text, similarity)) => (text.to_owned(), direction.height(similarity)),
            None => (String::new(), f32::NEG_INFINITY),
        };
        let start = Mark { text, height, n_chosen: 0 };
        let candidate = |term| Candidate { term, gain: None, chosen: false };
        Self {
            image_vector: image_vector.to_vec(),
            direction,
            options,
            candidates: phrases.into_iter().map(candidate).collect(),
            chosen: Vec::new(),
            current: start.clone(),
            best: start,
            prefix: TextPrefix::empty(),
            step: None,
            n_steps: 0,
            n_tried: 0,
            ended: false,
        }
    }

    /// Tries some phrases; whether the chain goes on.
    pub(super) fn advance(&mut self, clip: &Clip) -> Result<bool, ModelError> {
        if self.ended {
            return Ok(false);
        }
        let mut step = match self.step.take() {
            Some(step) => step,
            None => match self.begin_step(clip)? {
                Some(step) => step,
                None => return Ok(self.end()),
            },
        };
        self.try_some(clip, &mut step)?;
        if self.is_settled(&step) { self.finish_step(clip, &step) } else { Ok(self.keep(step)) }
    }

    fn keep(&mut self, step: Step) -> bool {
        self.step = Some(step);
        true
    }

    fn end(&mut self) -> bool {
        self.ended = true;
        false
    }

    fn begin_step(&mut self, clip: &Clip) -> Result<Option<Step>, ModelError> {
        let mut order: Vec<usize> =
            (0..self.candidates.len()).filter(|&i| !self.candidates[i].chosen).collect();
        if order.is_empty() || self.n_steps == self.options.max_phrases {
            return Ok(None);
        }
        let beginning =
            if self.current.text.is_empty() { String::new() } else { format!("{},", self.current.text) };
        self.prefix = clip.prefix(&self.prefix, &beginning)?;
        let gain = |i: &usize| self.candidates[*i].gain;
        let lazy = self.options.margin.is_some() && order.iter().all(|i| gain(i).is_some());
        if lazy {
            order.sort_by(|a, b| gain(b).unwrap_or(f32::MAX).total_cmp(&gain(a).unwrap_or(f32::MAX)));
        } else {
            // Phrases that begin alike share what is computed.
            order.sort_by(|&a, &b| self.candidates[a].term.term.cmp(&self.candidates[b].term.term));
        }
        Ok(Some(Step { order, n_tried: 0, leader: None, lazy }))
    }

    fn try_some(&mut self, clip: &Clip, step: &mut Step) -> Result<(), ModelError> {
        let n_at_once = if step.lazy { TRIED_AT_ONCE_IN_ORDER } else { TRIED_AT_ONCE };
        let rest = &step.order[step.n_tried..];
        let part = &rest[..rest.len().min(n_at_once)];
        let ids = part
            .iter()
            .map(|&i| clip.token_ids(&joined(&self.current.text, &self.candidates[i].term.term)))
            .collect::<Result<Vec<_>, _>>()?;
        let vectors = clip.embed_after(&self.prefix, &ids)?;
        for (&i, vector) in part.iter().zip(vectors) {
            let height = self.direction.height(dot(&vector, &self.image_vector));
            // What a phrase is worth alone says nothing about what it adds.
            self.candidates[i].gain = (!self.current.text.is_empty()).then_some(height - self.current.height);
            // Of equals the one that ranks higher on its own.
            let leads = step.leader.is_none_or(|(leader, top)| height > top || (height == top && i < leader));
            if leads {
                step.leader = Some((i, height));
            }
        }
        step.n_tried += part.len();
        self.n_tried += part.len();
        Ok(())
    }

    /// Whether no phrase left in this step can become its best, or may be passed over.
    fn is_settled(&self, step: &Step) -> bool {
        let Some(&next) = step.order.get(step.n_tried) else { return true };
        let (Some((_, top)), Some(gain), Some(margin)) =
            (step.leader, self.candidates[next].gain, self.options.margin)
        else {
            return false;
        };
        step.lazy && self.current.height + gain + margin < top
    }

    fn finish_step(&mut self, clip: &Clip, step: &Step) -> Result<bool, ModelError> {
        let Some((leader, height)) = step.leader else { return Ok(self.end()) };
        let is_start = self.current.text.is_empty();
        if height <= self.current.height && self.n_steps >= self.options.min_phrases {
            return Ok(self.end());
        }
        let candidate = &mut self.candidates[leader];
        candidate.chosen = true;
        self.chosen.push(RankedTerm { similarity: self.direction.height(height), ..candidate.term.clone() });
        let text = joined(&self.current.text, &candidate.term.term);
        self.current = Mark { text, height, n_chosen: self.chosen.len() };
        if height > self.best.height {
            self.best = self.current.clone();
        }
        // The first phrase of a chain without a start takes the place of the start.
        if !is_start {
            self.n_steps += 1;
        }
        if fills(clip, &self.current.text)? {
            return Ok(self.end());
        }
        Ok(true)
    }

    /// The best text so far, and its phrases with the similarity of the text up to each.
    pub(super) fn best(&self) -> (&str, &[RankedTerm]) {
        (&self.best.text, &self.chosen[..self.best.n_chosen])
    }

    /// The text so far, with every phrase chosen.
    pub(super) fn text(&self) -> &str {
        &self.current.text
    }

    /// Phrases chosen so far.
    pub(super) fn n_chosen(&self) -> usize {
        self.chosen.len()
    }

    /// Texts computed so far.
    pub(super) fn n_tried(&self) -> usize {
        self.n_tried
    }
}
