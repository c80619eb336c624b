//! A text encoder: the BERT read in both directions, alone or before pictures.
//!
//! In: the ids of several texts, of any lengths. Out: the hidden state of each text's first token, which
//! stands for the whole text. Shorter texts are padded and the padding is masked, so a text gets what it
//! gets alone.

use candle_core::{Device, Tensor};

use super::{Bert, BertSizes, Context, KeysValues};
use crate::ModelError;
use crate::weights::Weights;

pub(crate) struct TextEncoder {
    bert: Bert,
}

/// Each layer's keys and values of some pictures.
pub(crate) struct PictureKeys {
    layers: Vec<KeysValues>,
    n_pictures: usize,
}

impl TextEncoder {
    /// `prefix` is where the checkpoint keeps it.
    pub(crate) fn load(
        weights: &Weights,
        prefix: &str,
        sizes: &BertSizes,
        device: &Device,
    ) -> Result<Self, ModelError> {
        Ok(Self { bert: Bert::load(weights, prefix, sizes, None, device)? })
    }

    pub(crate) fn bert(&self) -> &Bert {
        &self.bert
    }

    /// For pictures `[pictures, image tokens, image hidden]`; serves any number of texts.
    pub(crate) fn picture_keys(&self, image_tokens: &Tensor) -> Result<PictureKeys, ModelError> {
        let layers = self.bert.picture_keys_values(image_tokens)?;
        Ok(PictureKeys { layers, n_pictures: image_tokens.dim(0)? })
    }

    /// Every text alone: `[texts, hidden]`.
    pub(crate) fn read(&self, texts: &[&[u32]]) -> Result<Tensor, ModelError> {
        self.forward(texts, None)
    }

    /// Every text before every picture: `[pictures * texts, hidden]`, the texts of a picture together.
    pub(crate) fn read_before(&self, texts: &[&[u32]], pictures: &PictureKeys) -> Result<Tensor, ModelError> {
        self.forward(texts, Some(pictures))
    }

    fn forward(&self, texts: &[&[u32]], pictures: Option<&PictureKeys>) -> Result<Tensor, ModelError> {
        let n_tokens = texts.iter().map(|ids| ids.len()).max().unwrap_or(0);
        let n_pictures = pictures.map_or(1, |pictures| pictures.n_pictures);
        let rows = n_pictures * texts.len();
        let padded: Vec<u32> = texts
            .iter()
            .flat_map(|ids| ids.iter().copied().chain(std::iter::repeat(0)).take(n_tokens))
            .collect();
        let mask = self.padding_mask(texts, n_tokens, n_pictures)?;
        let mut x = self.bert.embed(&padded.repeat(n_pictures), rows, 0)?;
        let n_layers = self.bert.layers.len();
        for (i, layer) in self.bert.layers.iter().enumerate() {
            let picture = pictures.and_then(|pictures| pictures.layers.get(i));
            let context = Context { mask: mask.as_ref(), past: None, picture };
            // After the last layer only the first token is asked for.
            x = if i + 1 == n_layers {
                layer.forward_to_first(&x, context)?
            } else {
                layer.forward(&x, context)?
            };
        }
        Ok(x.narrow(1, 0, 1)?.squeeze(1)?)
    }

    /// `[rows, 1, 1, tokens]`: nothing looks at padding. Texts of equal length need no mask.
    fn padding_mask(
        &self,
        texts: &[&[u32]],
        n_tokens: usize,
        n_pictures: usize,
    ) -> Result<Option<Tensor>, ModelError> {
        if texts.iter().all(|ids| ids.len() == n_tokens) {
            return Ok(None);
        }
        let cells = |ids: &&[u32]| {
            let n_ids = ids.len();
            (0..n_tokens).map(move |i| if i < n_ids { 0.0 } else { f32::NEG_INFINITY })
        };
        let cells: Vec<f32> = texts.iter().flat_map(cells).collect();
        let shape = (n_pictures * texts.len(), 1, 1, n_tokens);
        Ok(Some(Tensor::from_vec(cells.repeat(n_pictures), shape, &self.bert.device)?))
    }
}
