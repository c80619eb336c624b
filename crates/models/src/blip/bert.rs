//! The BERT inside both of BLIP's text models: layer norm last, with cross-attention to a picture's tokens
//! (Devlin et al. 2018, <https://arxiv.org/abs/1810.04805>; Li et al. 2022,
//! <https://arxiv.org/abs/2201.12086>).
//!
//! The decoder runs it causally over what is new, with a cache; the text encoder runs it over whole texts,
//! with or without the pictures. Both go through [`Layer::forward`], and differ in what they hand it.
//!
//! Keys and values of a picture are computed once ([`Bert::picture_keys_values`]) and serve every text and
//! every hypothesis about it: those are further queries to the same keys.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::config::TextConfig;
use crate::ModelError;
use crate::dense::Dense;
use crate::encoder::{EncoderConfig, Mlp, attend, split_heads, with_scaled_queries};
use crate::norm::Norm;
use crate::weights::Weights;

/// Keys and values, `[rows or pictures, heads, tokens, head]` each.
pub(super) type KeysValues = [Tensor; 2];

pub(super) struct Bert {
    /// `[vocabulary, hidden]`
    words: Words,
    /// `[positions, hidden]`
    positions: Tensor,
    norm: Norm,
    /// Of every layer norm.
    pub(super) eps: f64,
    pub(super) layers: Vec<Layer>,
    pub(super) device: Device,
}

/// What each word is before it is read.
pub(super) enum Words {
    /// `[vocabulary, hidden]`
    Table(Tensor),
    /// The weights of a layer whose outputs are the words: the decoder's head, which then stands in memory once.
    Tied(Arc<Dense>),
}

pub(super) struct Layer {
    pub(super) self_attention: SelfAttention,
    pub(super) cross_attention: CrossAttention,
    pub(super) mlp: Mlp,
    pub(super) norm: Norm,
}

pub(super) struct SelfAttention {
    pub(super) qkv: Dense,
    pub(super) out: Dense,
    pub(super) norm: Norm,
    pub(super) n_heads: usize,
}

pub(super) struct CrossAttention {
    pub(super) query: Dense,
    pub(super) key_value: Dense,
    pub(super) out: Dense,
    pub(super) norm: Norm,
    pub(super) n_heads: usize,
}

/// What a layer attends to besides its input.
#[derive(Default)]
pub(super) struct Context<'a> {
    /// Added to the scores of self-attention; broadcast to `[rows, heads, new tokens, past + new tokens]`.
    pub(super) mask: Option<&'a Tensor>,
    /// Keys and values of the tokens before, replaced by those of all tokens so far.
    pub(super) past: Option<&'a mut Option<KeysValues>>,
    /// Keys and values of pictures, each of which owns the same number of neighbouring rows. Without them
    /// the layer has no cross-attention.
    pub(super) picture: Option<&'a KeysValues>,
}

impl Bert {
    /// `prefix` is where the checkpoint keeps it: `text_decoder.bert`, `text_encoder`. `words` is a layer whose weights
    /// are the word embeddings, where there is one.
    pub(super) fn load(
        weights: &Weights,
        prefix: &str,
        config: &TextConfig,
        image_hidden: usize,
        words: Option<Arc<Dense>>,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let c = config.tower().map_err(|reason| ModelError::Compute { reason })?;
        let (h, embeddings) = (c.hidden, format!("{prefix}.embeddings"));
        let layer = |i: usize| Layer::load(weights, &format!("{prefix}.encoder.layer.{i}"), &c, image_hidden);
        Ok(Self {
            words: match words {
                Some(layer) => Words::Tied(layer),
                None => Words::Table(
                    weights.get(&format!("{embeddings}.word_embeddings.weight"), &[config.vocab_size, h])?,
                ),
            },
            positions: weights.get(
                &format!("{embeddings}.position_embeddings.weight"),
                &[config.max_position_embeddings, h],
            )?,
            norm: weights.layer_norm(&format!("{embeddings}.LayerNorm"), h, c.eps)?,
            eps: c.eps,
            layers: (0..c.n_layers).map(layer).collect::<Result<_, _>>()?,
            device: device.clone(),
        })
    }

    /// `rows` runs of ids of equal length, which follow `n_past` others, to `[rows, new tokens, hidden]`.
    pub(super) fn embed(&self, ids: &[u32], rows: usize, n_past: usize) -> Result<Tensor, ModelError> {
        let n_new = ids.len() / rows;
        let x = match &self.words {
            Words::Table(table) => {
                table.index_select(&Tensor::from_slice(ids, ids.len(), &self.device)?, 0)?
            }
            Words::Tied(layer) => layer.rows(ids)?,
        };
        let x = x.reshape((rows, n_new, ()))?;
        let x = x.broadcast_add(&self.positions.narrow(0, n_past, n_new)?)?;
        self.norm.forward(&x)
    }

    /// Each layer's keys and values of pictures, `[pictures, image tokens, image hidden]`.
    pub(super) fn picture_keys_values(&self, image_tokens: &Tensor) -> Result<Vec<KeysValues>, ModelError> {
        self.layers.iter().map(|layer| layer.cross_attention.keys_values(image_tokens)).collect()
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
        let qkv = ["query", "key", "value"].map(|part| format!("{own}.self.{part}"));
        let query = weights.weight_and_bias(&format!("{cross}.self.query"), h, h)?;
        let key_value = ["key", "value"].map(|part| format!("{cross}.self.{part}"));
        let (kv_weight, kv_bias) = weights.fused_linear(&key_value, image_hidden, h)?;
        Ok(Self {
            self_attention: SelfAttention {
                qkv: with_scaled_queries(weights, &own, weights.fused_linear(&qkv, h, h)?, h, c.n_heads)?,
                out: weights.linear(&format!("{own}.output.dense"), h, h)?,
                norm: weights.layer_norm(&format!("{own}.output.LayerNorm"), h, c.eps)?,
                n_heads: c.n_heads,
            },
            cross_attention: CrossAttention {
                query: with_scaled_queries(weights, &cross, query, h, c.n_heads)?,
                key_value: weights.dense(&cross, kv_weight, Some(kv_bias))?,
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

    /// `[rows, new tokens, hidden]` to the same shape.
    pub(super) fn forward(&self, x: &Tensor, context: Context<'_>) -> Result<Tensor, ModelError> {
        let x = self.self_attention.forward(x, x.dim(1)?, context.mask, context.past)?;
        self.after_self_attention(x, context.picture)
    }

    /// [`Layer::forward`] for the first token of each row alone, which still sees all others:
    /// `[rows, tokens, hidden]` to `[rows, 1, hidden]`.
    pub(super) fn forward_to_first(&self, x: &Tensor, context: Context<'_>) -> Result<Tensor, ModelError> {
        let x = self.self_attention.forward(x, 1, context.mask, context.past)?;
        self.after_self_attention(x, context.picture)
    }

    fn after_self_attention(&self, x: Tensor, picture: Option<&KeysValues>) -> Result<Tensor, ModelError> {
        let x = match picture {
            Some(picture) => self.cross_attention.forward(&x, picture)?,
            None => x,
        };
        self.norm.forward(&self.mlp.forward_plus(&x, &x)?)
    }
}

impl SelfAttention {
    /// What the first `n_queries` tokens become, `[rows, n_queries, hidden]`.
    fn forward(
        &self,
        x: &Tensor,
        n_queries: usize,
        mask: Option<&Tensor>,
        past: Option<&mut Option<KeysValues>>,
    ) -> Result<Tensor, ModelError> {
        let [query, mut keys, mut values] = split_heads(&self.qkv.forward(x)?, self.n_heads)?;
        let query = query.narrow(2, 0, n_queries)?;
        if let Some(past) = past {
            (keys, values) = (keys.contiguous()?, values.contiguous()?);
            if let Some([past_keys, past_values]) = past {
                keys = Tensor::cat(&[&*past_keys, &keys], 2)?;
                values = Tensor::cat(&[&*past_values, &values], 2)?;
            }
            *past = Some([keys.clone(), values.clone()]);
        }
        let attended = attend(&query, &keys, &values, mask)?;
        let residual = x.narrow(1, 0, n_queries)?;
        self.norm.forward(&self.out.forward_plus(&attended, &residual)?)
    }
}

impl CrossAttention {
    /// Keys and values of pictures: `[pictures, tokens, image hidden]` to twice
    /// `[pictures, heads, tokens, head]`.
    fn keys_values(&self, image_tokens: &Tensor) -> Result<KeysValues, ModelError> {
        let (pictures, tokens, _) = image_tokens.dims3()?;
        let kv = self.key_value.forward(image_tokens)?.reshape((pictures, tokens, 2, self.n_heads, ()))?;
        let part = |i: usize| kv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
        Ok([part(0)?, part(1)?])
    }

    fn forward(&self, x: &Tensor, [keys, values]: &KeysValues) -> Result<Tensor, ModelError> {
        let (rows, n_new, hidden) = x.dims3()?;
        let pictures = keys.dim(0)?;
        // All rows of a picture are further queries to the same keys.
        let query = self.query.forward(x)?;
        let query = query.reshape((pictures, rows / pictures * n_new, self.n_heads, ()))?;
        let query = query.transpose(1, 2)?;
        let attended = attend(&query, keys, values, None)?.reshape((rows, n_new, hidden))?;
        self.norm.forward(&self.out.forward_plus(&attended, x)?)
    }
}
