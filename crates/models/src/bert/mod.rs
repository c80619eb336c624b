//! BERT: layer norm last (Devlin et al. 2018, <https://arxiv.org/abs/1810.04805>); inside both of BLIP's text models with
//! cross-attention to a picture's tokens (Li et al. 2022, <https://arxiv.org/abs/2201.12086>), and alone in Chinese CLIP.
//!
//! The decoder runs it causally over what is new, with a cache; the text encoder runs it over whole texts,
//! with or without the pictures. Both go through [`Layer::forward`], and differ in what they hand it.
//!
//! Keys and values of a picture are computed once ([`Bert::picture_keys_values`]) and serve every text and
//! every hypothesis about it: those are further queries to the same keys.

mod text_encoder;

use std::sync::Arc;

use candle_core::{Device, Tensor};

pub(crate) use self::text_encoder::TextEncoder;
use crate::ModelError;
use crate::dense::Dense;
use crate::encoder::{EncoderConfig, Mlp, attend, heads_together, split_heads, with_scaled_queries};
use crate::norm::Norm;
use crate::weights::{Table, Weights};

/// Keys and values, `[rows or pictures, heads, tokens, head]` each; those of pictures in bf16 on processors, where the
/// layer that made them has fewer bits than f32.
pub(crate) type KeysValues = [Tensor; 2];

/// Sizes of a BERT.
#[derive(Debug, Clone)]
pub(crate) struct BertSizes {
    pub(crate) tower: EncoderConfig,
    pub(crate) vocab_size: usize,
    pub(crate) n_positions: usize,
    /// Numbers of an image token, where layers attend to pictures.
    pub(crate) image_hidden: Option<usize>,
}

pub(crate) struct Bert {
    /// `[vocabulary, hidden]`
    words: Words,
    /// `[positions, hidden]`
    positions: Tensor,
    norm: Norm,
    /// Of every layer norm.
    pub(crate) eps: f64,
    pub(crate) layers: Vec<Layer>,
    pub(crate) device: Device,
}

/// What each word is before it is read.
pub(crate) enum Words {
    /// `[vocabulary, hidden]`
    Table(Table),
    /// The weights of a layer whose outputs are the words: the decoder's head, which then stands in memory once.
    Tied(Arc<Dense>),
}

pub(crate) struct Layer {
    pub(crate) self_attention: SelfAttention,
    /// None where it reads texts alone.
    pub(crate) cross_attention: Option<CrossAttention>,
    pub(crate) mlp: Mlp,
    pub(crate) norm: Norm,
}

pub(crate) struct SelfAttention {
    pub(crate) qkv: Dense,
    pub(crate) out: Dense,
    pub(crate) norm: Norm,
    pub(crate) n_heads: usize,
}

pub(crate) struct CrossAttention {
    pub(crate) query: Dense,
    pub(crate) key_value: Dense,
    pub(crate) out: Dense,
    pub(crate) norm: Norm,
    pub(crate) n_heads: usize,
}

/// What a layer attends to besides its input.
#[derive(Default)]
pub(crate) struct Context<'a> {
    /// Added to the scores of self-attention; broadcast to `[rows, heads, new tokens, past + new tokens]`.
    pub(crate) mask: Option<&'a Tensor>,
    /// Keys and values of the tokens before, replaced by those of all tokens so far.
    pub(crate) past: Option<&'a mut Option<KeysValues>>,
    /// Keys and values of pictures, each of which owns the same number of neighbouring rows. Without them
    /// the layer has no cross-attention.
    pub(crate) picture: Option<&'a KeysValues>,
}

impl Bert {
    /// `prefix` is where the checkpoint keeps it: `text_decoder.bert`, `text_encoder`, `text_model`. `words` is a layer
    /// whose weights are the word embeddings, where there is one.
    pub(crate) fn load(
        weights: &Weights,
        prefix: &str,
        sizes: &BertSizes,
        words: Option<Arc<Dense>>,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let c = &sizes.tower;
        let (h, embeddings) = (c.hidden, format!("{prefix}.embeddings"));
        let layer =
            |i: usize| Layer::load(weights, &format!("{prefix}.encoder.layer.{i}"), c, sizes.image_hidden);
        let positions =
            weights.get(&format!("{embeddings}.position_embeddings.weight"), &[sizes.n_positions, h])?;
        // Of two kinds of text, of which all of ours are the first.
        let kinds = format!("{embeddings}.token_type_embeddings.weight");
        let positions = match sizes.image_hidden.is_none() && weights.contains(&kinds) {
            true => positions.broadcast_add(&weights.get(&kinds, &[2, h])?.narrow(0, 0, 1)?)?,
            false => positions,
        };
        Ok(Self {
            words: match words {
                Some(layer) => Words::Tied(layer),
                None => Words::Table(weights.table(
                    &format!("{embeddings}.word_embeddings.weight"),
                    sizes.vocab_size,
                    h,
                )?),
            },
            positions,
            norm: weights.layer_norm(&format!("{embeddings}.LayerNorm"), h, c.eps)?,
            eps: c.eps,
            layers: (0..c.n_layers).map(layer).collect::<Result<_, _>>()?,
            device: device.clone(),
        })
    }

    /// `rows` runs of ids of equal length, which follow `n_past` others, to `[rows, new tokens, hidden]`.
    pub(crate) fn embed(&self, ids: &[u32], rows: usize, n_past: usize) -> Result<Tensor, ModelError> {
        let n_new = ids.len() / rows;
        let x = match &self.words {
            Words::Table(table) => table.rows(ids)?,
            Words::Tied(layer) => layer.rows(ids)?,
        };
        let x = x.reshape((rows, n_new, ()))?;
        let x = x.broadcast_add(&self.positions.narrow(0, n_past, n_new)?)?;
        self.norm.forward(&x)
    }

    /// Each layer's keys and values of pictures, `[pictures, image tokens, image hidden]`.
    pub(crate) fn picture_keys_values(&self, image_tokens: &Tensor) -> Result<Vec<KeysValues>, ModelError> {
        let attentions = self.layers.iter().filter_map(|layer| layer.cross_attention.as_ref());
        attentions.map(|attention| attention.keys_values(image_tokens)).collect()
    }
}

impl Layer {
    fn load(
        weights: &Weights,
        prefix: &str,
        c: &EncoderConfig,
        image_hidden: Option<usize>,
    ) -> Result<Self, ModelError> {
        let own = format!("{prefix}.attention");
        let h = c.hidden;
        let qkv = ["query", "key", "value"].map(|part| format!("{own}.self.{part}"));
        let cross = format!("{prefix}.crossattention");
        let cross_attention =
            image_hidden.map(|image_hidden| CrossAttention::load(weights, &cross, c, image_hidden));
        Ok(Self {
            self_attention: SelfAttention {
                qkv: with_scaled_queries(weights, &own, || weights.fused_linear(&qkv, h, h), h, c.n_heads)?,
                out: weights.linear(&format!("{own}.output.dense"), h, h)?,
                norm: weights.layer_norm(&format!("{own}.output.LayerNorm"), h, c.eps)?,
                n_heads: c.n_heads,
            },
            cross_attention: cross_attention.transpose()?,
            mlp: Mlp::load(
                weights,
                [&format!("{prefix}.intermediate.dense"), &format!("{prefix}.output.dense")],
                c,
            )?,
            norm: weights.layer_norm(&format!("{prefix}.output.LayerNorm"), h, c.eps)?,
        })
    }

    /// `[rows, new tokens, hidden]` to the same shape.
    pub(crate) fn forward(&self, x: &Tensor, context: Context<'_>) -> Result<Tensor, ModelError> {
        let x = self.self_attention.forward(x, x.dim(1)?, context.mask, context.past)?;
        self.after_self_attention(x, context.picture)
    }

    /// [`Layer::forward`] for the first token of each row alone, which still sees all others:
    /// `[rows, tokens, hidden]` to `[rows, 1, hidden]`.
    pub(crate) fn forward_to_first(&self, x: &Tensor, context: Context<'_>) -> Result<Tensor, ModelError> {
        let x = self.self_attention.forward(x, 1, context.mask, context.past)?;
        self.after_self_attention(x, context.picture)
    }

    fn after_self_attention(&self, x: Tensor, picture: Option<&KeysValues>) -> Result<Tensor, ModelError> {
        let x = match (&self.cross_attention, picture) {
            (Some(attention), Some(picture)) => attention.forward(&x, picture)?,
            _ => x,
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
        let attended = attend(self.qkv.precision(), &query, &keys, &values, mask)?;
        let residual = x.narrow(1, 0, n_queries)?;
        self.norm.forward(&self.out.forward_plus(&attended, &residual)?)
    }
}

impl CrossAttention {
    fn load(
        weights: &Weights,
        cross: &str,
        c: &EncoderConfig,
        image_hidden: usize,
    ) -> Result<Self, ModelError> {
        let h = c.hidden;
        let query = || weights.weight_and_bias(&format!("{cross}.self.query"), h, h);
        let key_value = || {
            let parts = ["key", "value"].map(|part| format!("{cross}.self.{part}"));
            let (weight, bias) = weights.fused_linear(&parts, image_hidden, h)?;
            Ok((weight, Some(bias)))
        };
        Ok(Self {
            query: with_scaled_queries(weights, cross, query, h, c.n_heads)?,
            key_value: weights.dense(cross, key_value)?,
            out: weights.linear(&format!("{cross}.output.dense"), h, h)?,
            norm: weights.layer_norm(&format!("{cross}.output.LayerNorm"), h, c.eps)?,
            n_heads: c.n_heads,
        })
    }

    /// Keys and values of pictures: `[pictures, tokens, image hidden]` to twice
    /// `[pictures, heads, tokens, head]`.
    fn keys_values(&self, image_tokens: &Tensor) -> Result<KeysValues, ModelError> {
        let (pictures, tokens, _) = image_tokens.dims3()?;
        let kv = self.key_value.forward(image_tokens)?.reshape((pictures, tokens, 2, self.n_heads, ()))?;
        let kv = heads_together(self.key_value.precision(), &kv)?;
        Ok([kv.get(0)?, kv.get(1)?])
    }

    fn forward(&self, x: &Tensor, [keys, values]: &KeysValues) -> Result<Tensor, ModelError> {
        let (rows, n_new, hidden) = x.dims3()?;
        let pictures = keys.dim(0)?;
        // All rows of a picture are further queries to the same keys.
        let query = self.query.forward(x)?;
        let query = query.reshape((pictures, rows / pictures * n_new, self.n_heads, ()))?;
        let query = query.transpose(1, 2)?;
        let attended =
            attend(self.query.precision(), &query, keys, values, None)?.reshape((rows, n_new, hidden))?;
        self.norm.forward(&self.out.forward_plus(&attended, x)?)
    }
}
