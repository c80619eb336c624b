//! The text towers of CLIP, SigLIP and MobileCLIP, transformers with their layer norms first.
//!
//! CLIP's is causal and takes the vector at the end token: nothing after it can change the vector, so padding is never
//! computed beyond the longest text of a batch, and shorter texts share its mask. SigLIP's and MobileCLIP's read in both
//! directions and were taught on texts that are padded to a fixed length, whose padding they read like words; SigLIP's
//! takes the vector at the last token, MobileCLIP's at the end token.

use candle_core::{Device, Tensor};

use super::{Projection, TextTower};
use crate::ModelError;
use crate::dense::Dense;
use crate::encoder::{Encoder, EncoderConfig, Naming, causal_mask};
use crate::norm::Norm;
use crate::tokenizer::TextTokenizer;
use crate::weights::{Table, Weights};

/// What a text tower is made of, and how its checkpoint names that.
#[derive(Debug, Clone)]
pub(in crate::clip) struct TransformerLayout {
    pub(in crate::clip) encoder: EncoderConfig,
    pub(in crate::clip) vocab_size: usize,
    pub(in crate::clip) max_tokens: usize,
    pub(in crate::clip) reading: Reading,
    pub(in crate::clip) tokens: &'static str,
    pub(in crate::clip) positions: &'static str,
    pub(in crate::clip) layers: &'static str,
    pub(in crate::clip) naming: Naming,
    pub(in crate::clip) norm: &'static str,
    pub(in crate::clip) projection: Projection,
}

/// How texts are read, and which token stands for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::clip) enum Reading {
    /// From left to right.
    Causal(EndToken),
    /// In both directions, padded to the full length.
    Both { end: EndToken, padding: Padding },
}

/// The id that texts are filled up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::clip) enum Padding {
    /// What the tokenizer says, and where it says nothing, this.
    OfTokenizer(u32),
    Always(u32),
}

/// The token that stands for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::clip) enum EndToken {
    /// The first of the highest id.
    Highest,
    /// The first of this id.
    Id(u32),
    /// The last one.
    Last,
}

pub(in crate::clip) struct TransformerText {
    tokenizer: TextTokenizer,
    /// `[vocabulary, hidden]`
    pub(in crate::clip) tokens: Table,
    /// `[positions, hidden]`
    pub(in crate::clip) positions: Tensor,
    pub(in crate::clip) encoder: Encoder,
    norm: Norm,
    projection: Dense,
    max_tokens: usize,
    reading: Reading,
    /// What texts are filled up with, where they are.
    padding: Option<u32>,
    pub(in crate::clip) device: Device,
}

impl TransformerText {
    pub(in crate::clip) fn load(
        weights: &Weights,
        layout: &TransformerLayout,
        dim: usize,
        tokenizer: TextTokenizer,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let h = layout.encoder.hidden;
        let padding = match layout.reading {
            Reading::Causal(_) => None,
            Reading::Both { padding: Padding::Always(id), .. } => Some(id),
            Reading::Both { padding: Padding::OfTokenizer(usual), .. } => {
                Some(tokenizer.padding().unwrap_or(usual))
            }
        };
        let tower = Self {
            tokens: weights.table(layout.tokens, layout.vocab_size, h)?,
            positions: weights.get(layout.positions, &[layout.max_tokens, h])?,
            encoder: Encoder::load(weights, layout.layers, &layout.encoder, &layout.naming)?,
            norm: weights.layer_norm(layout.norm, h, layout.encoder.eps)?,
            projection: layout.projection.load(weights, h, dim)?,
            max_tokens: layout.max_tokens,
            reading: layout.reading,
            padding,
            device: device.clone(),
            tokenizer,
        };
        tower.check_tokenizer(layout.vocab_size)?;
        Ok(tower)
    }

    /// Hidden states of the tokens that stand for texts to vectors: `[batch, hidden]` to `[batch, projection]`.
    pub(in crate::clip) fn project(&self, ends: &Tensor) -> Result<Tensor, ModelError> {
        self.projection.forward(&self.norm.forward(ends)?)
    }

    /// Index of the token at which the vector is taken.
    pub(in crate::clip) fn end_of(&self, ids: &[u32]) -> u32 {
        let (Reading::Causal(end) | Reading::Both { end, .. }) = self.reading;
        let end = match end {
            EndToken::Highest => ids.iter().max().copied(),
            EndToken::Id(id) => Some(id),
            EndToken::Last => return u32::try_from(ids.len().saturating_sub(1)).unwrap_or(0),
        };
        let index = ids.iter().position(|&id| Some(id) == end).unwrap_or(0);
        u32::try_from(index).unwrap_or(0)
    }

    /// A tokenizer of another model would give silent nonsense.
    fn check_tokenizer(&self, vocab_size: usize) -> Result<(), ModelError> {
        let wrong = |reason: &str| Err(self.tokenizer.error(reason));
        if self.tokenizer.n_ids() > vocab_size {
            return wrong("it has more entries than config.json's vocab_size");
        }
        match (self.token_ids("")?.as_slice(), self.reading) {
            (ids, Reading::Causal(EndToken::Id(eos))) if !ids.contains(&eos) => {
                wrong("it does not end texts with config.json's eos_token_id")
            }
            (ids, _) if ids.len() < 2 => wrong("it puts no start and end around a text"),
            _ => Ok(()),
        }
    }
}

impl TextTower for TransformerText {
    fn token_ids(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let mut ids = self.tokenizer.encode_at_most(text, self.max_tokens)?;
        if let Some(padding) = self.padding {
            ids.resize(self.max_tokens, padding);
        }
        Ok(ids)
    }

    fn n_pieces(&self, text: &str) -> Result<usize, ModelError> {
        Ok(self.tokenizer.encode(text, false)?.len())
    }

    fn forward(&self, ids: &[Vec<u32>]) -> Result<Tensor, ModelError> {
        let ends: Vec<u32> = ids.iter().map(|ids| self.end_of(ids)).collect();
        let n_tokens = match self.reading {
            Reading::Causal(_) => ends.iter().max().map_or(1, |&end| end as usize + 1),
            // What follows the end is read as well.
            Reading::Both { .. } => self.max_tokens,
        };
        let batch = ids.len();
        let padded: Vec<u32> = ids
            .iter()
            .flat_map(|ids| ids.iter().copied().chain(std::iter::repeat(0)).take(n_tokens))
            .collect();
        let x = self.tokens.rows(&padded)?;
        let x = x.reshape((batch, n_tokens, ()))?.broadcast_add(&self.positions.narrow(0, 0, n_tokens)?)?;
        let mask = match self.reading {
            Reading::Causal(_) => Some(causal_mask(n_tokens, &self.device)?),
            Reading::Both { .. } => None,
        };
        self.project(&self.encoder.forward_to_token(x, mask.as_ref(), &ends)?)
    }

    fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    fn causal(&self) -> Option<&TransformerText> {
        matches!(self.reading, Reading::Causal(_)).then_some(self)
    }
}
