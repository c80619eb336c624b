//! What a caller asks of captions, and what a caption is.

/// More hypotheses than this make no better captions.
pub(super) const MAX_BEAM_WIDTH: usize = 16;
/// What BLIP's authors caption with.
pub(super) const BEAM_WIDTH: usize = 3;
pub(super) const LENGTH_PENALTY: f32 = 1.0;

/// How the words of a caption are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decoding {
    /// The most likely token, each time: fastest.
    Greedy,
    /// The most likely of several sequences that are followed side by side.
    Beam {
        /// Sequences followed, 1 to 16; BLIP's authors use 3.
        width: usize,
        /// A finished sequence scores its log-probability divided by its length to this power; 1 is usual.
        length_penalty: f32,
    },
    /// By chance among the likely tokens (Holtzman et al. 2019, <https://arxiv.org/abs/1904.09751>), for
    /// captions that differ. [`Decoding::nucleus`] has BLIP's numbers. What is done to the logits, and in
    /// which order, is what transformers' `generate` does with `do_sample=True`.
    ///
    /// The same seed gives the same caption of the same picture, whichever pictures are captioned with it:
    /// chance is derived from the seed and the picture's content. For another caption take another seed.
    Nucleus {
        /// The most likely tokens whose probabilities add up to this are kept, 0 to 1 (all).
        top_p: f32,
        /// Of those at most this many; 0 is no bound. transformers' default, which BLIP's authors left in
        /// place, is 50.
        top_k: usize,
        /// Logits of tokens that are there already, the prompt's too, are divided (negative ones
        /// multiplied) by this: above 1 discourages repetition.
        repetition_penalty: f32,
        /// Logits are divided by this; below 1 prefers the likely.
        temperature: f32,
        /// Where chance starts from.
        seed: u64,
    },
}

impl Decoding {
    /// Nucleus sampling as BLIP's authors caption: 0.9 of the probability, repetition penalty 1.1.
    #[must_use]
    pub fn nucleus(seed: u64) -> Self {
        Self::Nucleus { top_p: 0.9, top_k: 50, repetition_penalty: 1.1, temperature: 1.0, seed }
    }

    /// With every number inside its bounds, for a model of `vocab_size` tokens.
    pub(super) fn bounded(self, vocab_size: usize) -> Self {
        let positive = |x: f32| if x.is_finite() { x.clamp(1e-3, 1e3) } else { 1.0 };
        match self {
            Self::Greedy => Self::Greedy,
            Self::Beam { width, length_penalty } => {
                Self::Beam { width: width.clamp(1, MAX_BEAM_WIDTH.min(vocab_size / 4)), length_penalty }
            }
            Self::Nucleus { top_p, top_k, repetition_penalty, temperature, seed } => Self::Nucleus {
                top_p: if top_p.is_finite() { top_p.clamp(0.0, 1.0) } else { 1.0 },
                top_k: if top_k == 0 { vocab_size } else { top_k.min(vocab_size) },
                repetition_penalty: positive(repetition_penalty),
                temperature: positive(temperature),
                seed,
            },
        }
    }
}

/// How captions are made. Lengths count tokens, the start token and the prompt included, as in
/// transformers' `generate`.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptionOptions {
    /// How words are chosen.
    pub decoding: Decoding,
    /// No caption ends before.
    pub min_length: usize,
    /// Every caption ends here at the latest.
    pub max_length: usize,
    /// Words that the caption starts with, such as "a picture of".
    pub prompt: Option<String>,
}

impl Default for CaptionOptions {
    /// Beam 3, 5 to 20 tokens, as BLIP's authors caption.
    fn default() -> Self {
        let decoding = Decoding::Beam { width: BEAM_WIDTH, length_penalty: LENGTH_PENALTY };
        Self { decoding, min_length: 5, max_length: 20, prompt: None }
    }
}

/// A description that a model made.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// The words, with those of the prompt.
    pub text: String,
    /// From the start token to the end token (absent where `max_length` cut the caption).
    pub token_ids: Vec<u32>,
    /// Mean natural logarithm of the probability that the model gave the tokens after the prompt, before
    /// any penalty or cut: 0 is certain.
    pub mean_log_prob: f32,
}

/// What a sequence must keep to.
#[derive(Debug, Clone, Copy)]
pub(super) struct SearchLimits {
    pub(super) end: u32,
    pub(super) min_length: usize,
    pub(super) max_length: usize,
}
