//! CLIP's text tower: words to one vector, taken at the end token.
//!
//! The tower is causal, so nothing after the end token can change the vector: padding is never computed
//! beyond the longest text of a batch, and shorter texts share its mask.

use candle_core::{Device, Tensor};

use super::config::{LEGACY_EOS, TextConfig};
use crate::ModelError;
use crate::dense::Dense;
use crate::encoder::{Encoder, Naming, causal_mask};
use crate::norm::Norm;
use crate::tokenizer::TextTokenizer;
use crate::weights::Weights;

pub(super) struct TextTower {
    tokenizer: TextTokenizer,
    /// `[vocabulary, hidden]`
    pub(super) tokens: Tensor,
    /// `[positions, hidden]`
    pub(super) positions: Tensor,
    pub(super) encoder: Encoder,
    norm: Norm,
    projection: Dense,
    max_tokens: usize,
    eos: EndToken,
    pub(super) device: Device,
}

/// How the end of a text is found among its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EndToken {
    /// The first of the highest id.
    Highest,
    /// The first of this id.
    Id(u32),
}

impl TextTower {
    pub(super) fn load(
        weights: &Weights,
        config: &TextConfig,
        projection_dim: usize,
        tokenizer: TextTokenizer,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let encoder_config = config.encoder().map_err(|reason| ModelError::Compute { reason })?;
        let h = encoder_config.hidden;
        let projection = weights.get("text_projection.weight", &[projection_dim, h])?;
        let eos = match config.eos_token_id {
            None | Some(LEGACY_EOS) => EndToken::Highest,
            Some(id) => EndToken::Id(id),
        };
        let tower = Self {
            tokens: weights.get("text_model.embeddings.token_embedding.weight", &[config.vocab_size, h])?,
            positions: weights.get(
                "text_model.embeddings.position_embedding.weight",
                &[config.max_position_embeddings, h],
            )?,
            encoder: Encoder::load(weights, "text_model.encoder", &encoder_config, Naming::Clip)?,
            norm: weights.layer_norm("text_model.final_layer_norm", h, encoder_config.eps)?,
            projection: weights.dense("text_projection", projection, None)?,
            max_tokens: config.max_position_embeddings,
            eos,
            device: device.clone(),
            tokenizer,
        };
        tower.check_tokenizer(config.vocab_size)?;
        Ok(tower)
    }

    /// The ids of a text: start, words, end; cut to the model's length with the end kept.
    pub(super) fn token_ids(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let mut ids = self.tokenizer.encode(text, true)?;
        if ids.len() > self.max_tokens {
            let end = ids.last().copied();
            ids.truncate(self.max_tokens - 1);
            ids.extend(end);
        }
        Ok(ids)
    }

    /// `[batch, projection]`, not normalised; `ids` of any lengths.
    pub(super) fn forward(&self, ids: &[Vec<u32>]) -> Result<Tensor, ModelError> {
        let ends: Vec<u32> = ids.iter().map(|ids| self.end_of(ids)).collect();
        let n_tokens = ends.iter().max().map_or(1, |&end| end as usize + 1);
        let batch = ids.len();
        let padded: Vec<u32> = ids
            .iter()
            .flat_map(|ids| ids.iter().copied().chain(std::iter::repeat(0)).take(n_tokens))
            .collect();
        let x = self.tokens.index_select(&Tensor::from_vec(padded, batch * n_tokens, &self.device)?, 0)?;
        let x = x.reshape((batch, n_tokens, ()))?.broadcast_add(&self.positions.narrow(0, 0, n_tokens)?)?;
        let mask = causal_mask(n_tokens, &self.device)?;
        self.project(&self.encoder.forward_to_token(x, Some(&mask), &ends)?)
    }

    /// Hidden states of end tokens to vectors: `[batch, hidden]` to `[batch, projection]`.
    pub(super) fn project(&self, ends: &Tensor) -> Result<Tensor, ModelError> {
        self.projection.forward(&self.norm.forward(ends)?)
    }

    pub(super) fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// Index of the token at which the vector is taken.
    pub(super) fn end_of(&self, ids: &[u32]) -> u32 {
        let end = match self.eos {
            EndToken::Highest => ids.iter().max().copied(),
            EndToken::Id(id) => Some(id),
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
        match (self.token_ids("")?.as_slice(), self.eos) {
            (ids, EndToken::Id(eos)) if !ids.contains(&eos) => {
                wrong("it does not end texts with config.json's eos_token_id")
            }
            (ids, _) if ids.len() < 2 => wrong("it puts no start and end around a text"),
            _ => Ok(()),
        }
    }
}
