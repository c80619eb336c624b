//! BLIP's text decoder: BERT with cross-attention to a picture's tokens, layer norm last (Devlin et al.
//! 2018, <https://arxiv.org/abs/1810.04805>; Li et al. 2022, <https://arxiv.org/abs/2201.12086>).
//!
//! In: the ids that are new since the last call, for every row of a batch. Out: the next token's logits.
//!
//! The [`Cache`] belongs to the caller, so the model keeps no state. It holds each layer's keys and
//! values of the text so far (one row per hypothesis) and of the picture (one row per picture, computed
//! once: all hypotheses of a picture attend to it in one product).

use candle_core::{DType, Device, Tensor};
use candle_nn::{LayerNorm, Linear, Module};

use super::config::TextConfig;
use crate::ModelError;
use crate::encoder::{
    EncoderConfig, Mlp, attend, attention_scale, linear_activated, linear_plus, scale_first_rows,
};
use crate::weights::Weights;

pub(super) struct Decoder {
    /// `[vocabulary, hidden]`
    words: Tensor,
    /// `[positions, hidden]`
    positions: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    head: Head,
    device: Device,
}

struct Layer {
    self_attention: SelfAttention,
    cross_attention: CrossAttention,
    mlp: Mlp,
    norm: LayerNorm,
}

struct SelfAttention {
    qkv: Linear,
    out: Linear,
    norm: LayerNorm,
    n_heads: usize,
}

struct CrossAttention {
    query: Linear,
    key_value: Linear,
    out: Linear,
    norm: LayerNorm,
    n_heads: usize,
}

/// From hidden states to logits.
struct Head {
    dense: Linear,
    norm: LayerNorm,
    decoder: Linear,
    config: EncoderConfig,
}

/// What was computed for earlier tokens and for the pictures.
pub(super) struct Cache {
    /// Each layer's keys and values, `[rows, heads, tokens so far, head]`.
    text: Vec<Option<[Tensor; 2]>>,
    /// Each layer's keys and values, `[pictures, heads, image tokens, head]`.
    picture: Vec<[Tensor; 2]>,
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
        let c = config.decoder().map_err(|reason| ModelError::Compute { reason })?;
        let (h, bert) = (c.hidden, "text_decoder.bert");
        let words =
            weights.get(&format!("{bert}.embeddings.word_embeddings.weight"), &[config.vocab_size, h])?;
        let layer = |i: usize| Layer::load(weights, &format!("{bert}.encoder.layer.{i}"), &c, image_hidden);
        Ok(Self {
            positions: weights.get(
                &format!("{bert}.embeddings.position_embeddings.weight"),
                &[config.max_position_embeddings, h],
            )?,
            norm: weights.layer_norm(&format!("{bert}.embeddings.LayerNorm"), h, c.eps)?,
            layers: (0..c.n_layers).map(layer).collect::<Result<_, _>>()?,
            head: Head::load(weights, &c, config.vocab_size, &words)?,
            words,
            device: device.clone(),
        })
    }

    /// An empty text before these pictures, `[pictures, image tokens, image hidden]`.
    pub(super) fn start(&self, image_tokens: &Tensor) -> Result<Cache, ModelError> {
        let picture = self.layers.iter().map(|layer| layer.cross_attention.keys_values(image_tokens));
        Ok(Cache {
            text: self.layers.iter().map(|_| None).collect(),
            picture: picture.collect::<Result<_, _>>()?,
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
        let x = self.words.index_select(&Tensor::from_slice(ids, ids.len(), &self.device)?, 0)?;
        let x = x.reshape((rows, n_new, ()))?;
        let x = x.broadcast_add(&self.positions.narrow(0, cache.n_past, n_new)?)?;
        let mut x = self.norm.forward(&x)?;
        let mask = self.mask(cache.n_past, n_new)?;
        for ((layer, text), picture) in self.layers.iter().zip(&mut cache.text).zip(&cache.picture) {
            x = layer.forward(&x, text, picture, mask.as_ref())?;
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
        Ok(Some(Tensor::from_vec(cells, (n_new, width), &self.device)?))
    }
}

impl Layer {
    fn load(
        weights: &Weights,
        prefix: &str,
        c: &EncoderConfig,
        image_hidden: usize,
    ) -> Result<Self, ModelError> {
        let (own, cross) = (format!("{prefix}.attention"), format!("{prefix}.crossattention"));
        let h = c.hidden;
        let scale = attention_scale(h, c.n_heads);
        let qkv = ["query", "key", "value"].map(|part| format!("{own}.self.{part}"));
        let query = weights.linear(&format!("{cross}.self.query"), h, h)?;
        let key_value = ["key", "value"].map(|part| format!("{cross}.self.{part}"));
        Ok(Self {
            self_attention: SelfAttention {
                qkv: scale_first_rows(&weights.fused_linear(&qkv, h, h)?, h, scale)?,
                out: weights.linear(&format!("{own}.output.dense"), h, h)?,
                norm: weights.layer_norm(&format!("{own}.output.LayerNorm"), h, c.eps)?,
                n_heads: c.n_heads,
            },
            cross_attention: CrossAttention {
                query: scale_first_rows(&query, h, scale)?,
                key_value: weights.fused_linear(&key_value, image_hidden, h)?,
                out: weights.linear(&format!("{cross}.output.dense"), h, h)?,
                norm: weights.layer_norm(&format!("{cross}.output.LayerNorm"), h, c.eps)?,
                n_heads: c.n_heads,
            },
            mlp: Mlp {
                up: weights.linear(&format!("{prefix}.intermediate.dense"), h, c.intermediate)?,
                activation: c.activation,
                down: weights.linear(&format!("{prefix}.output.dense"), c.intermediate, h)?,
            },
            norm: weights.layer_norm(&format!("{prefix}.output.LayerNorm"), h, c.eps)?,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        text: &mut Option<[Tensor; 2]>,
        picture: &[Tensor; 2],
        mask: Option<&Tensor>,
    ) -> Result<Tensor, ModelError> {
        let x = self.self_attention.forward(x, text, mask)?;
        let x = self.cross_attention.forward(&x, picture)?;
        Ok(self.norm.forward(&self.mlp.forward_plus(&x, &x)?)?)
    }
}

impl SelfAttention {
    fn forward(
        &self,
        x: &Tensor,
        cache: &mut Option<[Tensor; 2]>,
        mask: Option<&Tensor>,
    ) -> Result<Tensor, ModelError> {
        let (rows, n_new, hidden) = x.dims3()?;
        let qkv = self.qkv.forward(x)?.reshape((rows, n_new, 3, self.n_heads, hidden / self.n_heads))?;
        let part = |i: usize| qkv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
        let (query, mut keys, mut values) = (part(0)?, part(1)?, part(2)?);
        if let Some([past_keys, past_values]) = cache {
            keys = Tensor::cat(&[&*past_keys, &keys], 2)?;
            values = Tensor::cat(&[&*past_values, &values], 2)?;
        }
        let attended = attend(&query, &keys, &values, mask)?;
        *cache = Some([keys, values]);
        Ok(self.norm.forward(&linear_plus(&self.out, &attended, x)?)?)
    }
}

impl CrossAttention {
    /// Keys and values of pictures: `[pictures, tokens, image hidden]` to twice
    /// `[pictures, heads, tokens, head]`.
    fn keys_values(&self, image_tokens: &Tensor) -> Result<[Tensor; 2], ModelError> {
        let (pictures, tokens, _) = image_tokens.dims3()?;
        let kv = self.key_value.forward(image_tokens)?.reshape((pictures, tokens, 2, self.n_heads, ()))?;
        let part = |i: usize| kv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
        Ok([part(0)?, part(1)?])
    }

    fn forward(&self, x: &Tensor, [keys, values]: &[Tensor; 2]) -> Result<Tensor, ModelError> {
        let (rows, n_new, hidden) = x.dims3()?;
        let pictures = keys.dim(0)?;
        // All rows of a picture are further queries to the same keys.
        let query = self.query.forward(x)?;
        let query = query.reshape((pictures, rows / pictures * n_new, self.n_heads, ()))?;
        let query = query.transpose(1, 2)?.contiguous()?;
        let attended = attend(&query, keys, values, None)?.reshape((rows, n_new, hidden))?;
        Ok(self.norm.forward(&linear_plus(&self.out, &attended, x)?)?)
    }
}

impl Head {
    fn load(
        weights: &Weights,
        config: &EncoderConfig,
        vocab_size: usize,
        words: &Tensor,
    ) -> Result<Self, ModelError> {
        let (h, cls) = (config.hidden, "text_decoder.cls.predictions");
        // Tied to the word embeddings; files of some versions store both, of others one, of others the
        // same numbers under both names.
        let untied = format!("{cls}.decoder.weight");
        let tied = "text_decoder.bert.embeddings.word_embeddings.weight";
        let weight = if weights.contains(&untied) && !weights.is_same(&untied, tied) {
            weights.get(&untied, &[vocab_size, h])?
        } else {
            words.clone()
        };
        let bias = [format!("{cls}.decoder.bias"), format!("{cls}.bias")];
        let bias = if weights.contains(&bias[0]) { &bias[0] } else { &bias[1] };
        Ok(Self {
            dense: weights.linear(&format!("{cls}.transform.dense"), h, h)?,
            norm: weights.layer_norm(&format!("{cls}.transform.LayerNorm"), h, config.eps)?,
            decoder: Linear::new(weight, Some(weights.get(bias, &[vocab_size])?)),
            config: config.clone(),
        })
    }

    /// `[.., hidden]` to `[.., vocabulary]`, in f32 whatever the model computes in.
    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let x = linear_activated(&self.dense, self.config.activation, x)?;
        Ok(self.decoder.forward(&self.norm.forward(&x)?)?.to_dtype(DType::F32)?)
    }
}
