//! A BERT as text tower: the first token stands for the text, padding is not looked at.

use candle_core::{Device, Tensor};

use super::{Projection, TextTower};
use crate::ModelError;
use crate::bert::{BertSizes, TextEncoder};
use crate::dense::Dense;
use crate::tokenizer::TextTokenizer;
use crate::weights::Weights;

/// What the tower is made of.
#[derive(Debug, Clone)]
pub(in crate::clip) struct BertLayout {
    pub(in crate::clip) sizes: BertSizes,
    /// Where the checkpoint keeps it.
    pub(in crate::clip) prefix: &'static str,
    pub(in crate::clip) projection: Projection,
}

pub(super) struct BertText {
    tokenizer: TextTokenizer,
    encoder: TextEncoder,
    projection: Dense,
    max_tokens: usize,
    /// `[CLS]` before each text and `[SEP]` after it.
    start: u32,
    end: u32,
}

impl BertText {
    pub(super) fn load(
        weights: &Weights,
        layout: &BertLayout,
        dim: usize,
        tokenizer: TextTokenizer,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let BertLayout { sizes, prefix, projection } = layout;
        if tokenizer.n_ids() > sizes.vocab_size {
            return Err(tokenizer.error("it has more entries than config.json's vocab_size"));
        }
        let special =
            |token: &str| tokenizer.id_of(token).ok_or_else(|| tokenizer.error(format!("it has no {token}")));
        Ok(Self {
            start: special("[CLS]")?,
            end: special("[SEP]")?,
            encoder: TextEncoder::load(weights, prefix, sizes, device)?,
            projection: projection.load(weights, sizes.tower.hidden, dim)?,
            max_tokens: sizes.n_positions,
            tokenizer,
        })
    }
}

impl TextTower for BertText {
    fn token_ids(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let words = self.tokenizer.encode(text, false)?.into_iter().take(self.max_tokens - 2);
        Ok(std::iter::once(self.start).chain(words).chain([self.end]).collect())
    }

    fn n_pieces(&self, text: &str) -> Result<usize, ModelError> {
        Ok(self.tokenizer.encode(text, false)?.len())
    }

    fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    fn forward(&self, ids: &[Vec<u32>]) -> Result<Tensor, ModelError> {
        let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        self.projection.forward(&self.encoder.read(&ids)?)
    }
}
