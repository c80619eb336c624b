//! Attention pooling: one learned question put to all patches (Zhai et al. 2022, <https://arxiv.org/abs/2106.04560>,
//! section 3.3), the head of SigLIP's image tower.

use candle_core::{DType, IndexOp, Tensor};

use crate::ModelError;
use crate::dense::Dense;
use crate::encoder::{EncoderConfig, Mlp, QkvNaming, attend, attention_scale};
use crate::heat::{Watched, attend_watched, layer_norm, linear, mlp_plus, split_heads};
use crate::norm::Norm;
use crate::weights::Weights;

/// How a checkpoint names the head's parts.
#[derive(Debug, Clone, Copy)]
pub(in crate::clip) struct PoolNaming {
    /// The question, `[1, 1, hidden]`.
    pub(in crate::clip) probe: &'static str,
    pub(in crate::clip) attention: PoolAttention,
    pub(in crate::clip) out: &'static str,
    pub(in crate::clip) norm: &'static str,
    pub(in crate::clip) up: &'static str,
    pub(in crate::clip) down: &'static str,
}

/// How the layers of queries, keys and values are stored.
#[derive(Debug, Clone, Copy)]
pub(in crate::clip) enum PoolAttention {
    /// All three in one, as torch's `MultiheadAttention` has them.
    Together(QkvNaming),
    /// A layer of queries, and one of keys and values.
    Apart { query: &'static str, key_value: &'static str },
}

pub(super) struct AttentionPool {
    /// What the probe asks, `[1, heads, 1, head]`, with the attention's scale.
    query: Tensor,
    /// Keys and values at once.
    key_value: Dense,
    out: Dense,
    norm: Norm,
    mlp: Mlp,
    n_heads: usize,
}

impl AttentionPool {
    pub(super) fn load(
        weights: &Weights,
        naming: &PoolNaming,
        config: &EncoderConfig,
    ) -> Result<Self, ModelError> {
        let (h, n_heads) = (config.hidden, config.n_heads);
        let ((query, query_bias), key_value, name) = match naming.attention {
            PoolAttention::Together(QkvNaming::One { layer, weight, bias }) => {
                let (weight, bias) = (weights.get(weight, &[3 * h, h])?, weights.get(bias, &[3 * h])?);
                let query = (weight.i(..h)?, bias.i(..h)?);
                (query, (weight.i(h..)?.contiguous()?, bias.i(h..)?.contiguous()?), layer)
            }
            PoolAttention::Together(QkvNaming::Three { below, parts }) => {
                let [q, k, v] = parts.map(|part| format!("{below}.{part}"));
                (weights.weight_and_bias(&q, h, h)?, weights.fused_linear(&[k, v], h, h)?, below)
            }
            PoolAttention::Apart { query, key_value } => (
                weights.weight_and_bias(query, h, h)?,
                weights.weight_and_bias(key_value, h, 2 * h)?,
                key_value,
            ),
        };
        let probe = weights.get(naming.probe, &[1, 1, h])?.reshape((1, h))?;
        // Always the same question: asked once, in the numbers of the checkpoint.
        let query = probe.matmul(&query.t()?)?.broadcast_add(&query_bias)?;
        let query = (query * attention_scale(h, n_heads))?.reshape((1, 1, n_heads, h / n_heads))?;
        Ok(Self {
            query: query.transpose(1, 2)?.contiguous()?,
            key_value: weights.dense(name, || Ok((key_value.0, Some(key_value.1))))?,
            out: weights.linear(naming.out, h, h)?,
            norm: weights.layer_norm(naming.norm, h, config.eps)?,
            mlp: Mlp::load(weights, [naming.up, naming.down], config)?,
            n_heads,
        })
    }

    /// `[batch, tokens, hidden]` to `[batch, hidden]`.
    pub(super) fn forward(&self, tokens: &Tensor) -> Result<Tensor, ModelError> {
        let (batch, n_tokens, h) = tokens.dims3()?;
        let head = h / self.n_heads;
        let both = self.key_value.forward(tokens)?.reshape((batch, n_tokens, 2, self.n_heads, head))?;
        let part = |i: usize| both.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2);
        let query = self.query.expand((batch, self.n_heads, 1, head))?.contiguous()?;
        let gathered =
            self.out.forward(&attend(self.key_value.precision(), &query, &part(0)?, &part(1)?, None)?)?;
        let pooled = self.mlp.forward_plus(&self.norm.forward(&gathered)?, &gathered)?;
        Ok(pooled.squeeze(1)?)
    }
    /// [`AttentionPool::forward`] of one picture, `[1, 1, hidden]`, and the attention to its patches.
    pub(super) fn watched(&self, tokens: &Tensor, eps: f64) -> Result<(Tensor, Watched), ModelError> {
        let parts = split_heads(&linear(&self.key_value, tokens)?, 2, self.n_heads)?;
        let query = self.query.to_dtype(DType::F32)?;
        let (context, watched) = attend_watched(&query, &parts[0], &parts[1])?;
        let x = linear(&self.out, &context)?;
        Ok((mlp_plus(&self.mlp, &layer_norm(&self.norm, eps, &x)?, &x)?, watched))
    }
}
