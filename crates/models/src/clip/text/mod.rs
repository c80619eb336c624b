//! The text tower: words to one vector. One kind a file.

mod bert;
mod transformer;

use candle_core::{Device, Tensor};

pub(super) use self::bert::BertLayout;
use self::bert::BertText;
pub(super) use self::transformer::{EndToken, Padding, Reading, TransformerLayout, TransformerText};
use super::image::Projection;
use crate::ModelError;
use crate::encoder::EncoderConfig;
use crate::tokenizer::TextTokenizer;
use crate::weights::Weights;

/// What a text tower is made of, and how its checkpoint names that.
#[derive(Debug, Clone)]
pub(super) enum TextLayout {
    Transformer(Box<TransformerLayout>),
    Bert(BertLayout),
}

/// Sizes of a text tower.
pub(super) struct TextSizes<'a> {
    pub(super) encoder: &'a EncoderConfig,
    pub(super) vocab_size: usize,
    /// Of a text.
    pub(super) max_tokens: usize,
}

/// A loaded text tower.
pub(super) trait TextTower: Send + Sync {
    /// The ids of a text, cut to the model's length with the end kept; where texts are padded, with the padding.
    fn token_ids(&self, text: &str) -> Result<Vec<u32>, ModelError>;

    /// Tokens of a text, without start, end and padding.
    fn n_pieces(&self, text: &str) -> Result<usize, ModelError>;

    /// Longer texts are cut.
    fn max_tokens(&self) -> usize;

    /// `[batch, dim]`, not normalised; `ids` of any lengths, as [`TextTower::token_ids`] gives them.
    fn forward(&self, ids: &[Vec<u32>]) -> Result<Tensor, ModelError>;

    /// Itself, where what is computed for a token depends on the tokens before it alone.
    fn causal(&self) -> Option<&TransformerText> {
        None
    }
}

impl TextLayout {
    pub(super) fn load(
        &self,
        weights: &Weights,
        dim: usize,
        tokenizer: TextTokenizer,
        device: &Device,
    ) -> Result<Box<dyn TextTower>, ModelError> {
        Ok(match self {
            Self::Transformer(layout) => {
                Box::new(TransformerText::load(weights, layout, dim, tokenizer, device)?)
            }
            Self::Bert(layout) => Box::new(BertText::load(weights, layout, dim, tokenizer, device)?),
        })
    }

    /// Whether the tokenizer's files say with what texts are filled up to one length.
    pub(super) fn asks_tokenizer_for_padding(&self) -> bool {
        let Self::Transformer(layout) = self else { return false };
        matches!(layout.reading, Reading::Both { padding: Padding::OfTokenizer(_), .. })
    }

    pub(super) fn sizes(&self) -> TextSizes<'_> {
        match self {
            Self::Transformer(layout) => TextSizes {
                encoder: &layout.encoder,
                vocab_size: layout.vocab_size,
                max_tokens: layout.max_tokens,
            },
            Self::Bert(BertLayout { sizes, .. }) => TextSizes {
                encoder: &sizes.tower,
                vocab_size: sizes.vocab_size,
                max_tokens: sizes.n_positions,
            },
        }
    }
}
