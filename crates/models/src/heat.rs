//! Where in a picture a model sees what words say: the gradient of their score times the attention (Chefer et al.
//! 2021, <https://arxiv.org/abs/2103.15679>; for BLIP's matcher as Selvaraju et al. 2017,
//! <https://arxiv.org/abs/1610.02391>, is used on its cross-attention).
//!
//! The models' own layers compute in place and keep no graph, so this file has the same arithmetic once more in
//! operations that candle can differentiate. The image towers of `clip/image` and `blip/heat.rs` put them together; all
//! are compared with the models' own forward pass.
//!
//! A gradient with respect to attention probabilities, which are no variables, is that of zeros added to them.

use candle_core::{D, DType, Tensor, Var};

use crate::ModelError;
use crate::activation::Activation;
use crate::dense::Dense;
use crate::encoder::Mlp;
use crate::norm::Norm;

/// Where in a picture is what some words say.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// Cells of a side of the square that the model looks at.
    pub side: usize,
    /// `[side * side]`, row by row, from 0 to 1.
    pub cells: Vec<f32>,
}

impl HeatMap {
    /// From what each patch gave, `[patches]`; nothing below 0, the largest 1.
    pub(crate) fn of_patches(patches: &[f32]) -> Self {
        let side = patches.len().isqrt();
        let most = patches.iter().copied().fold(0.0_f32, f32::max);
        // Divided, not multiplied by an inverse: rounding would leave the largest a little below 1.
        let cell = |x: &f32| if most > 0.0 { (x / most).max(0.0) } else { 0.0 };
        let cells = patches[..side * side].iter().map(cell).collect();
        Self { side, cells }
    }
}

/// What is asked, once a score has been computed, what each part of a picture gave to it.
pub(crate) enum Watched {
    /// Attention: gradient times attention.
    Attention {
        /// `[rows, heads, queries, keys]`
        probabilities: Tensor,
        /// Zeros that were added to them.
        zeros: Var,
    },
    /// A mean over places (Zhou et al. 2016, <https://arxiv.org/abs/1512.04150>): the gradient of the mean times what a
    /// place holds.
    Mean {
        /// `[places, channels]`
        places: Tensor,
        /// `[1, channels]`, zeros that were added to their mean.
        zeros: Var,
    },
}

impl Watched {
    /// What each part gave, `[keys]` or `[places]`, where that speaks for the words.
    pub(crate) fn gave(&self, grads: &candle_core::backprop::GradStore) -> Result<Tensor, ModelError> {
        let (Self::Attention { zeros, .. } | Self::Mean { zeros, .. }) = self;
        let gradient = grads.get(zeros.as_tensor()).ok_or_else(|| ModelError::Compute {
            reason: "no gradient came back to what was watched".to_owned(),
        })?;
        Ok(match self {
            Self::Attention { probabilities, .. } => {
                (gradient * probabilities)?.relu()?.detach().sum((0, 1, 2))?
            }
            Self::Mean { places, .. } => places.broadcast_mul(gradient)?.sum(D::Minus1)?.relu()?.detach(),
        })
    }
}

/// The mean of `places`, `[places, channels]`, to be asked what each of them gave: `[1, channels]`.
pub(crate) fn mean_watched(places: &Tensor) -> Result<(Tensor, Watched), ModelError> {
    let mean = places.mean_keepdim(0)?;
    let zeros = Var::zeros(mean.shape(), DType::F32, mean.device())?;
    let watched = (mean + zeros.as_tensor())?;
    Ok((watched, Watched::Mean { places: places.detach(), zeros }))
}

/// `linear(x)` for `x` of `[.., n]`.
pub(crate) fn linear(linear: &Dense, x: &Tensor) -> Result<Tensor, ModelError> {
    let (weight, bias) = linear.tensors()?;
    let weight = weight.to_dtype(DType::F32)?;
    let mut dims = x.dims().to_vec();
    let flat = x.reshape(((), weight.dim(1)?))?.matmul(&weight.t()?)?;
    let y = match bias {
        Some(bias) => flat.broadcast_add(&bias.to_dtype(DType::F32)?)?,
        None => flat,
    };
    if let Some(last) = dims.last_mut() {
        *last = weight.dim(0)?;
    }
    Ok(y.reshape(dims)?)
}

/// Layer norm over the last dimension.
pub(crate) fn layer_norm(norm: &Norm, eps: f64, x: &Tensor) -> Result<Tensor, ModelError> {
    let (weight, bias) = norm.tensors()?;
    let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let spread = (centred.sqr()?.mean_keepdim(D::Minus1)? + eps)?.sqrt()?;
    let y = centred.broadcast_div(&spread)?.broadcast_mul(&weight.to_dtype(DType::F32)?)?;
    Ok(match bias {
        Some(bias) => y.broadcast_add(&bias.to_dtype(DType::F32)?)?,
        None => y,
    })
}

/// `mlp(x) + residual`.
pub(crate) fn mlp_plus(mlp: &Mlp, x: &Tensor, residual: &Tensor) -> Result<Tensor, ModelError> {
    let up = linear(&mlp.up, x)?;
    let active = match mlp.activation {
        Activation::QuickGelu => (&up * sigmoid(&(&up * 1.702)?)?)?,
        Activation::Gelu => up.gelu_erf()?,
        Activation::GeluTanh => up.gelu()?,
    };
    Ok((linear(&mlp.down, &active)? + residual)?)
}

fn sigmoid(x: &Tensor) -> Result<Tensor, ModelError> {
    Ok((x.neg()?.exp()? + 1.0)?.recip()?)
}

/// `softmax(q k^T) v` with the heads side by side again, `[rows, queries, hidden]`, and the probabilities, to be
/// asked for their gradient. Queries carry the attention's scale.
pub(crate) fn attend_watched(q: &Tensor, k: &Tensor, v: &Tensor) -> Result<(Tensor, Watched), ModelError> {
    let scores = q.matmul(&k.t()?)?;
    let most = scores.max_keepdim(D::Minus1)?.detach();
    let exp = scores.broadcast_sub(&most)?.exp()?;
    let probabilities = exp.broadcast_div(&exp.sum_keepdim(D::Minus1)?)?;
    let zeros = Var::zeros(probabilities.shape(), DType::F32, probabilities.device())?;
    let watched = (&probabilities + zeros.as_tensor())?;
    let context = watched.matmul(v)?.transpose(1, 2)?.flatten_from(D::Minus2)?;
    Ok((context, Watched::Attention { probabilities: probabilities.detach(), zeros }))
}

/// `[rows, tokens, n * heads * head]` to `n` times `[rows, heads, tokens, head]`.
pub(crate) fn split_heads(x: &Tensor, n: usize, n_heads: usize) -> Result<Vec<Tensor>, ModelError> {
    let (rows, tokens, width) = x.dims3()?;
    let x = x.reshape((rows, tokens, n, n_heads, width / n / n_heads))?;
    let part = |i: usize| Ok(x.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous()?);
    (0..n).map(part).collect()
}
