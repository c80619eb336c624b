//! BLIP's text decoder: the BERT run causally, and a head that turns hidden states into logits.
//!
//! In: the ids that are new since the last call, for every row of a batch. Out: the next token's logits.
//!
//! The [`Cache`] belongs to the caller, so the model keeps no state. It holds each layer's keys and
//! values of the text so far (one row per hypothesis) and of the picture (one row per picture, computed
//! once: all hypotheses of a picture attend to it in one product).

use std::sync::Arc;

use candle_core::{DType, Device, Tensor};

use super::config::TextConfig;
use crate::ModelError;
use crate::bert::{Bert, Context, KeysValues};
use crate::dense::Dense;
use crate::encoder::EncoderConfig;
use crate::norm::Norm;
use crate::weights::Weights;

pub(super) struct Decoder {
    bert: Bert,
    head: Head,
}

/// From hidden states to logits.
struct Head {
    dense: Dense,
    norm: Norm,
    decoder: Arc<Dense>,
    config: EncoderConfig,
}

/// What was computed for earlier tokens and for the pictures.
pub(super) struct Cache {
    /// Each layer's keys and values, `[rows, heads, tokens so far, head]`.
    text: Vec<Option<KeysValues>>,
    /// Each layer's keys and values, `[pictures, heads, image tokens, head]`.
    picture: Vec<KeysValues>,
    n_past: usize,
    n_pictures: usize,
}

impl Cache {
    /// Makes the rows of the text `rows` (indices of present rows, any order, repeats allowed) and the
    /// pictures `pictures`; each picture must own the same number of neighbouring rows.
    pub(super) fn select(
        &mut self,
        rows: &[u32],
        pictures: &[u32],
        device: &Device,
    ) -> Result<(), ModelError> {
        let unchanged = rows.iter().copied().eq(0..rows.len() as u32) && self.n_rows() == Some(rows.len());
        if unchanged {
            return Ok(());
        }
        let index = Tensor::from_slice(rows, rows.len(), device)?;
        for [keys, values] in self.text.iter_mut().flatten() {
            *keys = keys.index_select(&index, 0)?;
            *values = values.index_select(&index, 0)?;
        }
        if pictures.len() != self.n_pictures {
            let index = Tensor::from_slice(pictures, pictures.len(), device)?;
            for [keys, values] in &mut self.picture {
                *keys = keys.index_select(&index, 0)?;
                *values = values.index_select(&index, 0)?;
            }
            self.n_pictures = pictures.len();
        }
        Ok(())
    }

    fn n_rows(&self) -> Option<usize> {
        self.text.iter().flatten().next().and_then(|[keys, _]| keys.dims().first().copied())
    }
}

impl Decoder {
    pub(super) fn load(
        weights: &Weights,
        config: &TextConfig,
        image_hidden: usize,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let c = config.tower().map_err(|reason| ModelError::Compute { reason })?;
        let (head, is_tied) = Head::load(weights, &c, config.vocab_size)?;
        let words = is_tied.then(|| head.decoder.clone());
        Ok(Self {
            bert: Bert::load(weights, "text_decoder.bert", &config.bert(image_hidden)?, words, device)?,
            head,
        })
    }

    /// An empty text before these pictures, `[pictures, image tokens, image hidden]`.
    pub(super) fn start(&self, image_tokens: &Tensor) -> Result<Cache, ModelError> {
        Ok(Cache {
            text: self.bert.layers.iter().map(|_| None).collect(),
            picture: self.bert.picture_keys_values(image_tokens)?,
            n_past: 0,
            n_pictures: image_tokens.dim(0)?,
        })
    }

    /// Logits after the last of the new ids, `[rows, vocabulary]`. `ids` holds `rows` runs of equal
    /// length; row `r` belongs to picture `r / (rows / pictures)`.
    pub(super) fn next_logits(
        &self,
        ids: &[u32],
        rows: usize,
        cache: &mut Cache,
    ) -> Result<Tensor, ModelError> {
        let hidden = self.hidden(ids, rows, cache)?;
        let last = hidden.narrow(1, hidden.dim(1)? - 1, 1)?.squeeze(1)?;
        self.head.forward(&last.contiguous()?)
    }

    /// Logits after every new id, `[rows, tokens, vocabulary]`.
    pub(super) fn all_logits(
        &self,
        ids: &[u32],
        rows: usize,
        cache: &mut Cache,
    ) -> Result<Tensor, ModelError> {
        self.head.forward(&self.hidden(ids, rows, cache)?)
    }

    fn hidden(&self, ids: &[u32], rows: usize, cache: &mut Cache) -> Result<Tensor, ModelError> {
        let n_new = ids.len() / rows;
        let mut x = self.bert.embed(ids, rows, cache.n_past)?;
        let mask = self.mask(cache.n_past, n_new)?;
        for ((layer, text), picture) in self.bert.layers.iter().zip(&mut cache.text).zip(&cache.picture) {
            let context = Context { mask: mask.as_ref(), past: Some(text), picture: Some(picture) };
            x = layer.forward(&x, context)?;
        }
        cache.n_past += n_new;
        Ok(x)
    }

    /// `[new, past + new]`: no token sees a later one. One token alone needs no mask.
    fn mask(&self, n_past: usize, n_new: usize) -> Result<Option<Tensor>, ModelError> {
        if n_new == 1 {
            return Ok(None);
        }
        let width = n_past + n_new;
        let cell = |i: usize| if i % width > n_past + i / width { f32::NEG_INFINITY } else { 0.0 };
        let cells: Vec<f32> = (0..n_new * width).map(cell).collect();
        Ok(Some(Tensor::from_vec(cells, (n_new, width), &self.bert.device)?))
    }
}

impl Head {
    /// And whether its last layer's weights are the word embeddings.
    fn load(
        weights: &Weights,
        config: &EncoderConfig,
        vocab_size: usize,
    ) -> Result<(Self, bool), ModelError> {
        let (h, cls) = (config.hidden, "text_decoder.cls.predictions");
        // Tied to the word embeddings; files of some versions store both, of others one, of others the
        // same numbers under both names.
        let untied = format!("{cls}.decoder.weight");
        let tied = "text_decoder.bert.embeddings.word_embeddings.weight";
        let is_tied = !weights.contains(&untied) || weights.is_same(&untied, tied);
        let words = || {
            let weight = weights.get(if is_tied { tied } else { &untied }, &[vocab_size, h])?;
            let bias = [format!("{cls}.decoder.bias"), format!("{cls}.bias")];
            let bias = if weights.contains(&bias[0]) { &bias[0] } else { &bias[1] };
            Ok((weight, Some(weights.get(bias, &[vocab_size])?)))
        };
        let head = Self {
            dense: weights.linear(&format!("{cls}.transform.dense"), h, h)?,
            norm: weights.layer_norm(&format!("{cls}.transform.LayerNorm"), h, config.eps)?,
            decoder: Arc::new(weights.dense(cls, words)?),
            config: config.clone(),
        };
        Ok((head, is_tied))
    }

    /// `[.., hidden]` to `[.., vocabulary]`, in f32 whatever the model computes in.
    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let x = self.dense.forward_activated(self.config.activation, x)?;
        Ok(self.decoder.forward(&self.norm.forward(&x)?)?.to_dtype(DType::F32)?)
    }
}
