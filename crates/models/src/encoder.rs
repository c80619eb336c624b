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
use candle_nn::{LayerNorm, Linear, Module};

use crate::ModelError;
use crate::activation::{Activation, add_bias, add_bias_and_residual};
use crate::few_rows;
use crate::softmax::softmax;
use crate::weights::Weights;

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
pub(crate) enum Naming {
    /// `q_proj`, `k_proj`, `v_proj`, `out_proj`.
    Clip,
    /// `qkv`, `projection`.
    Blip,
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
        naming: Naming,
    ) -> Result<Self, ModelError> {
        let layer = |i: usize| Layer::load(weights, &format!("{prefix}.layers.{i}"), config, naming);
        Ok(Self { layers: (0..config.n_layers).map(layer).collect::<Result<_, _>>()? })
    }

    /// Every weight, always in this order: towers of one configuration are the same if these are.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = &Tensor> {
        self.layers.iter().flat_map(|layer| {
            let linears = [&layer.qkv, &layer.out, &layer.mlp.up, &layer.mlp.down];
            let norms = [&layer.norm1, &layer.norm2];
            let linears = linears.into_iter().flat_map(|linear| [Some(linear.weight()), linear.bias()]);
            let norms = norms.into_iter().flat_map(|norm| [Some(norm.weight()), norm.bias()]);
            linears.chain(norms).flatten()
        })
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
                x = layer.finish(&attend(&q, &k, &v, Some(mask))?, &x)?;
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
            x = layer.finish(&attend(&q, &k, &v, Some(mask))?, &x)?;
        }
        let [q, k, v] = last.queries_keys_values_after(&x, past.layers.last())?;
        let (q, mask) = (q.index_select(wanted, 2)?, mask.index_select(wanted, 0)?);
        let attended = attend(&q, &k, &v, Some(&mask))?.squeeze(0)?;
        last.finish(&attended, &x.squeeze(0)?.index_select(wanted, 0)?)
    }
}

/// What a layer is made of, for [`crate::heat`].
pub(crate) struct LayerParts<'a> {
    pub(crate) norm1: &'a LayerNorm,
    /// The query's part already carries the scale of the attention.
    pub(crate) qkv: &'a Linear,
    pub(crate) out: &'a Linear,
    pub(crate) norm2: &'a LayerNorm,
    pub(crate) mlp: &'a Mlp,
    pub(crate) n_heads: usize,
}

struct Layer {
    norm1: LayerNorm,
    /// Query, key and value at once; the query's part already carries the scale of the attention.
    qkv: Linear,
    out: Linear,
    norm2: LayerNorm,
    mlp: Mlp,
    n_heads: usize,
}

impl Layer {
    fn load(
        weights: &Weights,
        prefix: &str,
        config: &EncoderConfig,
        naming: Naming,
    ) -> Result<Self, ModelError> {
        let h = config.hidden;
        let attention = format!("{prefix}.self_attn");
        let (qkv, out) = match naming {
            Naming::Clip => {
                let parts = ["q_proj", "k_proj", "v_proj"].map(|part| format!("{attention}.{part}"));
                (weights.fused_linear(&parts, h, h)?, "out_proj")
            }
            Naming::Blip => (weights.linear(&format!("{attention}.qkv"), h, 3 * h)?, "projection"),
        };
        Ok(Self {
            norm1: weights.layer_norm(&format!("{prefix}.layer_norm1"), h, config.eps)?,
            qkv: scale_first_rows(&qkv, h, attention_scale(h, config.n_heads))?,
            out: weights.linear(&format!("{attention}.{out}"), h, h)?,
            norm2: weights.layer_norm(&format!("{prefix}.layer_norm2"), h, config.eps)?,
            mlp: Mlp {
                up: weights.linear(&format!("{prefix}.mlp.fc1"), h, config.intermediate)?,
                activation: config.activation,
                down: weights.linear(&format!("{prefix}.mlp.fc2"), config.intermediate, h)?,
            },
            n_heads: config.n_heads,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor, ModelError> {
        let [q, k, v] = self.queries_keys_values(x)?;
        let attended = attend(&q, &k, &v, mask)?;
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
        let attended = pick(&attend(&q, &k, &v, mask)?, positions)?;
        self.finish(&attended, &pick(x, positions)?)
    }

    /// Everything after the attention.
    fn finish(&self, attended: &Tensor, x: &Tensor) -> Result<Tensor, ModelError> {
        let x = linear_plus(&self.out, attended, x)?;
        self.mlp.forward_plus(&self.norm2.forward(&x)?, &x)
    }

    /// Each `[batch, heads, tokens, head]`, contiguous.
    fn queries_keys_values(&self, x: &Tensor) -> Result<[Tensor; 3], ModelError> {
        let (batch, tokens, hidden) = x.dims3()?;
        let qkv = linear(&self.qkv, &self.norm1.forward(x)?)?;
        let qkv = qkv.reshape((batch, tokens, 3, self.n_heads, hidden / self.n_heads))?;
        let part = |i: usize| qkv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
        Ok([part(0)?, part(1)?, part(2)?])
    }

    /// As [`Layer::queries_keys_values`], the keys and values behind those of `past`.
    fn queries_keys_values_after(
        &self,
        x: &Tensor,
        past: Option<&(Tensor, Tensor)>,
    ) -> Result<[Tensor; 3], ModelError> {
        let [q, k, v] = self.queries_keys_values(x)?;
        Ok(match past {
            Some((past_k, past_v)) => [q, Tensor::cat(&[past_k, &k], 2)?, Tensor::cat(&[past_v, &v], 2)?],
            None => [q, k, v],
        })
    }
}

/// Two linear layers with the activation between them.
pub(crate) struct Mlp {
    pub(crate) up: Linear,
    pub(crate) activation: Activation,
    pub(crate) down: Linear,
}

impl Mlp {
    /// `mlp(x) + residual`.
    pub(crate) fn forward_plus(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor, ModelError> {
        linear_plus(&self.down, &linear_activated(&self.up, self.activation, x)?, residual)
    }
}

/// `linear(x)`.
pub(crate) fn linear(linear: &Linear, x: &Tensor) -> Result<Tensor, ModelError> {
    let y = product(linear, x)?;
    Ok(match linear.bias() {
        Some(bias) => add_bias(y, bias)?,
        None => y,
    })
}

/// `activation(linear(x))`.
pub(crate) fn linear_activated(
    linear: &Linear,
    activation: Activation,
    x: &Tensor,
) -> Result<Tensor, ModelError> {
    let y = product(linear, x)?;
    let no_bias = || Tensor::zeros(linear.weight().dim(0)?, y.dtype(), y.device());
    let bias = linear.bias().cloned().map_or_else(no_bias, Ok)?;
    Ok(activation.apply_with_bias(y, &bias)?)
}

/// `linear(x) + residual`.
pub(crate) fn linear_plus(linear: &Linear, x: &Tensor, residual: &Tensor) -> Result<Tensor, ModelError> {
    let y = product(linear, x)?;
    Ok(match linear.bias() {
        Some(bias) => add_bias_and_residual(y, bias, residual)?,
        None => (y + residual)?,
    })
}

/// `softmax(q k^T + mask) v`, with the heads side by side again: `[batch, tokens, hidden]`.
pub(crate) fn attend(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    mask: Option<&Tensor>,
) -> Result<Tensor, ModelError> {
    let scores = q.matmul(&k.t()?)?;
    let scores = match mask {
        Some(mask) => scores.broadcast_add(&mask.to_dtype(scores.dtype())?)?,
        None => scores,
    };
    let context = softmax(scores)?.matmul(v)?;
    Ok(context.transpose(1, 2)?.flatten_from(D::Minus2)?)
}

/// 1 / sqrt(size of a head).
pub(crate) fn attention_scale(hidden: usize, n_heads: usize) -> f64 {
    ((hidden / n_heads) as f64).powf(-0.5)
}

/// The layer with its first `n` outputs multiplied by `scale`, so that it need not be done for every score.
pub(crate) fn scale_first_rows(linear: &Linear, n: usize, scale: f64) -> Result<Linear, ModelError> {
    let scaled = |t: &Tensor| -> candle_core::Result<Tensor> {
        let rest = t.dim(0)? - n;
        let first = (t.narrow(0, 0, n)? * scale)?;
        if rest == 0 { Ok(first) } else { Tensor::cat(&[first, t.narrow(0, n, rest)?], 0) }
    };
    let bias = linear.bias().map(scaled).transpose()?;
    Ok(Linear::new(scaled(linear.weight())?, bias))
}

/// `[tokens, tokens]` to add to scores: no token sees a later one.
pub(crate) fn causal_mask(n_tokens: usize, device: &candle_core::Device) -> Result<Tensor, ModelError> {
    let cell = |i: usize| if i % n_tokens > i / n_tokens { f32::NEG_INFINITY } else { 0.0 };
    let cells: Vec<f32> = (0..n_tokens * n_tokens).map(cell).collect();
    Ok(Tensor::from_vec(cells, (n_tokens, n_tokens), device)?)
}

fn product(linear: &Linear, x: &Tensor) -> candle_core::Result<Tensor> {
    let dims = x.dims();
    let (n_in, rows) = (dims[dims.len() - 1], dims[..dims.len() - 1].iter().product::<usize>());
    let x = x.reshape((rows, n_in))?;
    let y = match few_rows::product(&x, linear.weight())? {
        Some(y) => y,
        None => x.matmul(&linear.weight().t()?)?,
    };
    let mut out = dims.to_vec();
    out[dims.len() - 1] = linear.weight().dim(0)?;
    y.reshape(out)
}

/// One token of each row: `[batch, tokens, hidden]` to `[batch, hidden]`.
fn pick(x: &Tensor, positions: &[u32]) -> candle_core::Result<Tensor> {
    let (batch, tokens, hidden) = x.dims3()?;
    let flat: Vec<u32> = (0_u32..).zip(positions).map(|(row, &p)| row * tokens as u32 + p).collect();
    let flat = Tensor::from_vec(flat, batch, x.device())?;
    x.reshape((batch * tokens, hidden))?.index_select(&flat, 0)
}
