//! The transformer that three of the four towers share: CLIP's image and text towers and BLIP's image
//! tower. Layer norm first, then attention, then two linear layers (Dosovitskiy et al. 2020,
//! <https://arxiv.org/abs/2010.11929>; Radford et al. 2021, <https://arxiv.org/abs/2103.00020>).
//!
//! In: `[batch, tokens, hidden]`. Out: the same, after the last layer and before any final norm; or the
//! one token per row that the caller needs, whose last layer is then computed for that token alone.
//!
//! A causal tower can also go on from [`KeyValues`], what it kept of the tokens before: a beginning that
//! many texts share is then computed once.

use candle_core::{D, Tensor};
use vitrine_kernels::Precision;

use crate::activation::Activation;
use crate::dense::Dense;
use crate::norm::Norm;
use crate::softmax::softmax;
use crate::weights::Weights;
use crate::{ModelError, on_cpu};

/// Sizes of one tower.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EncoderConfig {
    pub(crate) hidden: usize,
    pub(crate) intermediate: usize,
    pub(crate) n_layers: usize,
    pub(crate) n_heads: usize,
    pub(crate) activation: Activation,
    pub(crate) eps: f64,
}

/// How a checkpoint names the parts of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Naming {
    /// Between the tower's name and a layer's number.
    pub(crate) layers: &'static str,
    pub(crate) norm1: &'static str,
    pub(crate) qkv: QkvNaming,
    pub(crate) out: &'static str,
    pub(crate) norm2: &'static str,
    pub(crate) up: &'static str,
    pub(crate) down: &'static str,
}

/// How a checkpoint names the layers that make queries, keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QkvNaming {
    /// Three layers below this.
    Three { below: &'static str, parts: [&'static str; 3] },
    /// One, of which this names weight and bias.
    One { layer: &'static str, weight: &'static str, bias: &'static str },
}

impl Naming {
    /// Of transformers' `CLIPModel`, `SiglipModel` and their like.
    pub(crate) const CLIP: Self = Self {
        layers: "layers",
        norm1: "layer_norm1",
        qkv: QkvNaming::Three { below: "self_attn", parts: ["q_proj", "k_proj", "v_proj"] },
        out: "self_attn.out_proj",
        norm2: "layer_norm2",
        up: "mlp.fc1",
        down: "mlp.fc2",
    };
    /// Of BLIP's image tower in transformers.
    pub(crate) const BLIP: Self = Self {
        qkv: QkvNaming::One {
            layer: "self_attn",
            weight: "self_attn.qkv.weight",
            bias: "self_attn.qkv.bias",
        },
        out: "self_attn.projection",
        ..Self::CLIP
    };
}

pub(crate) struct Encoder {
    layers: Vec<Layer>,
}

/// What every layer keeps of tokens already seen: keys and values, each `[1, heads, tokens, head]`.
#[derive(Debug, Clone)]
pub(crate) struct KeyValues {
    layers: Vec<(Tensor, Tensor)>,
}

impl KeyValues {
    /// Those of the first `n_tokens` alone.
    pub(crate) fn first(&self, n_tokens: usize) -> Result<Self, ModelError> {
        let cut = |(k, v): &(Tensor, Tensor)| -> candle_core::Result<(Tensor, Tensor)> {
            Ok((k.narrow(2, 0, n_tokens)?, v.narrow(2, 0, n_tokens)?))
        };
        Ok(Self { layers: self.layers.iter().map(cut).collect::<Result<_, _>>()? })
    }
}

impl Encoder {
    pub(crate) fn load(
        weights: &Weights,
        prefix: &str,
        config: &EncoderConfig,
        naming: &Naming,
    ) -> Result<Self, ModelError> {
        let layer =
            |i: usize| Layer::load(weights, &format!("{prefix}.{}.{i}", naming.layers), config, naming);
        Ok(Self { layers: (0..config.n_layers).map(layer).collect::<Result<_, _>>()? })
    }

    /// Whether both have the same weights, bit by bit.
    pub(crate) fn is_same_as(&self, other: &Self) -> Result<bool, ModelError> {
        if self.layers.len() != other.layers.len() {
            return Ok(false);
        }
        for (one, other) in self.layers.iter().zip(&other.layers) {
            if !one.is_same_as(other)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `[batch, tokens, hidden]` to the same shape. `mask` is added to the attention scores,
    /// `[tokens, tokens]`.
    pub(crate) fn forward(&self, x: Tensor, mask: Option<&Tensor>) -> Result<Tensor, ModelError> {
        self.layers.iter().try_fold(x, |x, layer| layer.forward(&x, mask))
    }

    /// The hidden state of one token of each row: `[batch, tokens, hidden]` to `[batch, hidden]`.
    /// `positions` holds one index per row; `mask` as in [`Encoder::forward`].
    pub(crate) fn forward_to_token(
        &self,
        x: Tensor,
        mask: Option<&Tensor>,
        positions: &[u32],
    ) -> Result<Tensor, ModelError> {
        let Some((last, first)) = self.layers.split_last() else {
            return Ok(pick(&x, positions)?);
        };
        let x = first.iter().try_fold(x, |x, layer| layer.forward(&x, mask))?;
        last.forward_to_token(&x, mask, positions)
    }

    /// The last layer, and what goes into it.
    pub(crate) fn before_last(&self, x: Tensor) -> Result<(LayerParts<'_>, Tensor), ModelError> {
        let Some((last, first)) = self.layers.split_last() else {
            return Err(ModelError::Compute { reason: "the tower has no layers".to_owned() });
        };
        let x = first.iter().try_fold(x, |x, layer| layer.forward(&x, None))?;
        let Layer { norm1, qkv, out, norm2, mlp, n_heads } = last;
        Ok((LayerParts { norm1, qkv, out, norm2, mlp, n_heads: *n_heads }, x))
    }

    /// Keys and values of `past` and of the tokens `x`, `[1, tokens, hidden]`, that follow it. `mask` is
    /// `[tokens, past + tokens]`.
    pub(crate) fn extend(
        &self,
        mut x: Tensor,
        past: Option<&KeyValues>,
        mask: &Tensor,
    ) -> Result<KeyValues, ModelError> {
        let mut layers = Vec::with_capacity(self.layers.len());
        for (i, layer) in self.layers.iter().enumerate() {
            let [q, k, v] = layer.queries_keys_values_after(&x, past.and_then(|past| past.layers.get(i)))?;
            // Nobody reads what comes out of the last layer.
            if i + 1 < self.layers.len() {
                x = layer.finish(&layer.attend(&q, &k, &v, Some(mask))?, &x)?;
            }
            layers.push((k, v));
        }
        Ok(KeyValues { layers })
    }

    /// The hidden states of the tokens `wanted` among `x`, `[1, tokens, hidden]`, which follows `past`:
    /// `[wanted, hidden]`. `mask` is `[tokens, past + tokens]`; it need not be a triangle, so `x` may hold
    /// many continuations of one beginning side by side.
    pub(crate) fn forward_after(
        &self,
        x: Tensor,
        past: &KeyValues,
        mask: &Tensor,
        wanted: &Tensor,
    ) -> Result<Tensor, ModelError> {
        let Some((last, first)) = self.layers.split_last() else {
            return Ok(x.squeeze(0)?.index_select(wanted, 0)?);
        };
        let mut x = x;
        for (layer, past) in first.iter().zip(&past.layers) {
            let [q, k, v] = layer.queries_keys_values_after(&x, Some(past))?;
            x = layer.finish(&layer.attend(&q, &k, &v, Some(mask))?, &x)?;
        }
        let [q, k, v] = last.queries_keys_values_after(&x, past.layers.last())?;
        let (q, mask) = (q.contiguous()?.index_select(wanted, 2)?, mask.index_select(wanted, 0)?);
        let attended = last.attend(&q, &k, &v, Some(&mask))?.squeeze(0)?;
        last.finish(&attended, &x.squeeze(0)?.index_select(wanted, 0)?)
    }
}

/// What a layer is made of, for [`crate::heat`].
pub(crate) struct LayerParts<'a> {
    pub(crate) norm1: &'a Norm,
    /// The query's part already carries the scale of the attention.
    pub(crate) qkv: &'a Dense,
    pub(crate) out: &'a Dense,
    pub(crate) norm2: &'a Norm,
    pub(crate) mlp: &'a Mlp,
    pub(crate) n_heads: usize,
}

struct Layer {
    norm1: Norm,
    /// Query, key and value at once; the query's part already carries the scale of the attention.
    qkv: Dense,
    out: Dense,
    norm2: Norm,
    mlp: Mlp,
    n_heads: usize,
}

impl Layer {
    fn load(
        weights: &Weights,
        prefix: &str,
        config: &EncoderConfig,
        naming: &Naming,
    ) -> Result<Self, ModelError> {
        let h = config.hidden;
        let of = |part: &str| format!("{prefix}.{part}");
        let (QkvNaming::Three { below: attention, .. } | QkvNaming::One { layer: attention, .. }) =
            naming.qkv;
        let qkv = || match naming.qkv {
            QkvNaming::Three { below, parts } => {
                weights.fused_linear(&parts.map(|part| of(&format!("{below}.{part}"))), h, h)
            }
            QkvNaming::One { weight, bias, .. } => {
                Ok((weights.get(&of(weight), &[3 * h, h])?, weights.get(&of(bias), &[3 * h])?))
            }
        };
        Ok(Self {
            norm1: weights.layer_norm(&of(naming.norm1), h, config.eps)?,
            qkv: with_scaled_queries(weights, &of(attention), qkv, h, config.n_heads)?,
            out: weights.linear(&of(naming.out), h, h)?,
            norm2: weights.layer_norm(&of(naming.norm2), h, config.eps)?,
            mlp: Mlp::load(weights, [&of(naming.up), &of(naming.down)], config)?,
            n_heads: config.n_heads,
        })
    }

    fn is_same_as(&self, other: &Self) -> Result<bool, ModelError> {
        Ok(self.norm1.is_same_as(&other.norm1)?
            && self.qkv.is_same_as(&other.qkv)?
            && self.out.is_same_as(&other.out)?
            && self.norm2.is_same_as(&other.norm2)?
            && self.mlp.up.is_same_as(&other.mlp.up)?
            && self.mlp.down.is_same_as(&other.mlp.down)?)
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor, ModelError> {
        let [q, k, v] = self.queries_keys_values(x)?;
        let attended = self.attend(&q, &k, &v, mask)?;
        self.finish(&attended, x)
    }

    fn forward_to_token(
        &self,
        x: &Tensor,
        mask: Option<&Tensor>,
        positions: &[u32],
    ) -> Result<Tensor, ModelError> {
        let [q, k, v] = self.queries_keys_values(x)?;
        // Only one row of the scores is wanted, but those are cheap next to the linear layers.
        let attended = pick(&self.attend(&q, &k, &v, mask)?, positions)?;
        self.finish(&attended, &pick(x, positions)?)
    }

    fn attend(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        mask: Option<&Tensor>,
    ) -> Result<Tensor, ModelError> {
        attend(self.qkv.precision(), q, k, v, mask)
    }

    /// Everything after the attention.
    fn finish(&self, attended: &Tensor, x: &Tensor) -> Result<Tensor, ModelError> {
        let x = self.out.forward_plus(attended, x)?;
        self.mlp.forward_plus(&self.norm2.forward(&x)?, &x)
    }

    /// Each `[batch, heads, tokens, head]`, as they lie in what the layer gave.
    fn queries_keys_values(&self, x: &Tensor) -> Result<[Tensor; 3], ModelError> {
        Ok(split_heads(&self.qkv.forward(&self.norm1.forward(x)?)?, self.n_heads)?)
    }

    /// As [`Layer::queries_keys_values`], the keys and values behind those of `past`.
    fn queries_keys_values_after(
        &self,
        x: &Tensor,
        past: Option<&(Tensor, Tensor)>,
    ) -> Result<[Tensor; 3], ModelError> {
        let [q, k, v] = self.queries_keys_values(x)?;
        let (k, v) = (k.contiguous()?, v.contiguous()?);
        Ok(match past {
            Some((past_k, past_v)) => [q, Tensor::cat(&[past_k, &k], 2)?, Tensor::cat(&[past_v, &v], 2)?],
            None => [q, k, v],
        })
    }
}

/// Two linear layers with the activation between them.
pub(crate) struct Mlp {
    pub(crate) up: Dense,
    pub(crate) activation: Activation,
    pub(crate) down: Dense,
}

impl Mlp {
    /// Of the layers of these names.
    pub(crate) fn load(
        weights: &Weights,
        [up, down]: [&str; 2],
        config: &EncoderConfig,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            up: weights.linear(up, config.hidden, config.intermediate)?,
            activation: config.activation,
            down: weights.linear(down, config.intermediate, config.hidden)?,
        })
    }

    /// `mlp(x) + residual`.
    pub(crate) fn forward_plus(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor, ModelError> {
        self.down.forward_plus(&self.up.forward_activated(self.activation, x)?, residual)
    }
}

/// `[batch, tokens, 3 * hidden]` to queries, keys and values, `[batch, heads, tokens, head]` each, without a copy.
pub(crate) fn split_heads(qkv: &Tensor, n_heads: usize) -> candle_core::Result<[Tensor; 3]> {
    let (batch, tokens, width) = qkv.dims3()?;
    let qkv = qkv.reshape((batch, tokens, 3, n_heads, width / 3 / n_heads))?;
    let part = |i: usize| qkv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2);
    Ok([part(0)?, part(1)?, part(2)?])
}

/// `softmax(q k^T + mask) v`, with the heads side by side again: `[batch, tokens, hidden]`. `precision` is that of the
/// layer that made the queries.
pub(crate) fn attend(
    precision: Precision,
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    mask: Option<&Tensor>,
) -> Result<Tensor, ModelError> {
    if on_cpu::takes(q) {
        return on_cpu::attend(precision, q, k, v, mask);
    }
    let (q, k, v) = (q.contiguous()?, k.contiguous()?, v.contiguous()?);
    let scores = q.matmul(&k.t()?)?;
    let scores = match mask {
        Some(mask) => scores.broadcast_add(&mask.to_dtype(scores.dtype())?)?,
        None => scores,
    };
    let context = softmax(&scores)?.matmul(&v)?;
    Ok(context.transpose(1, 2)?.flatten_from(D::Minus2)?)
}

/// `[batch, tokens, parts, heads, head]` to `[parts, batch, heads, tokens, head]`: for whoever asks the same keys and values
/// again and again. On a processor in bf16 where `precision`, that of the layer that made them, has fewer bits than f32.
pub(crate) fn heads_together(precision: Precision, x: &Tensor) -> Result<Tensor, ModelError> {
    if on_cpu::takes(x) {
        return on_cpu::heads_together(precision, x);
    }
    Ok(x.permute((2, 0, 3, 1, 4))?.contiguous()?)
}

/// 1 / sqrt(size of a head).
pub(crate) fn attention_scale(hidden: usize, n_heads: usize) -> f64 {
    ((hidden / n_heads) as f64).powf(-0.5)
}

/// A layer whose first `hidden` outputs are queries, which carry the attention's scale from then on, so that it need not
/// be done for every score.
pub(crate) fn with_scaled_queries(
    weights: &Weights,
    name: &str,
    numbers: impl FnOnce() -> Result<(Tensor, Tensor), ModelError>,
    hidden: usize,
    n_heads: usize,
) -> Result<Dense, ModelError> {
    let scale = attention_scale(hidden, n_heads);
    let scaled = |t: &Tensor| -> candle_core::Result<Tensor> {
        let rest = t.dim(0)? - hidden;
        let first = (t.narrow(0, 0, hidden)? * scale)?;
        if rest == 0 { Ok(first) } else { Tensor::cat(&[first, t.narrow(0, hidden, rest)?], 0) }
    };
    weights.dense(name, || {
        let (weight, bias) = numbers()?;
        Ok((scaled(&weight)?, Some(scaled(&bias)?)))
    })
}

/// `[tokens, tokens]` to add to scores: no token sees a later one.
pub(crate) fn causal_mask(n_tokens: usize, device: &candle_core::Device) -> Result<Tensor, ModelError> {
    let cell = |i: usize| if i % n_tokens > i / n_tokens { f32::NEG_INFINITY } else { 0.0 };
    let cells: Vec<f32> = (0..n_tokens * n_tokens).map(cell).collect();
    Ok(Tensor::from_vec(cells, (n_tokens, n_tokens), device)?)
}

/// One token of each row: `[batch, tokens, hidden]` to `[batch, hidden]`.
fn pick(x: &Tensor, positions: &[u32]) -> candle_core::Result<Tensor> {
    let (batch, tokens, hidden) = x.dims3()?;
    let flat: Vec<u32> = (0_u32..).zip(positions).map(|(row, &p)| row * tokens as u32 + p).collect();
    let flat = Tensor::from_vec(flat, batch, x.device())?;
    x.reshape((batch * tokens, hidden))?.index_select(&flat, 0)
}
