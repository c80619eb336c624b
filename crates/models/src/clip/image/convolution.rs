//! Convolutions as FastViT has them: trained as several branches with a norm each, computed as one (Ding et al. 2021,
//! <https://arxiv.org/abs/2101.03697>).
//!
//! Pictures lie as `[batch, height, width, channels]`: a convolution over one place is then a product, and one over its
//! neighbours goes channel by channel.

use candle_core::{DType, Device, Tensor};

use crate::activation::Activation;
use crate::dense::Dense;
use crate::weights::Weights;
use crate::{ModelError, on_cpu};

/// What batch norms add to a variance: torch's default.
const EPS: f64 = 1e-5;

/// Sizes of a convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) n_in: usize,
    pub(super) n_out: usize,
    /// Whether each channel is looked at by itself.
    pub(super) by_channel: bool,
    /// Of the kernel.
    pub(super) side: usize,
    pub(super) stride: usize,
}

impl Sizes {
    /// Over one place.
    pub(super) fn of_places(n_in: usize, n_out: usize) -> Self {
        Self { n_in, n_out, by_channel: false, side: 1, stride: 1 }
    }

    /// Over the neighbours, channel by channel.
    pub(super) fn of_channels(n_in: usize, n_out: usize, side: usize, stride: usize) -> Self {
        Self { n_in, n_out, by_channel: true, side, stride }
    }

    /// Channels that a kernel looks at.
    fn per_kernel(self) -> usize {
        if self.by_channel { 1 } else { self.n_in }
    }
}

/// A linear map of neighbourhoods, in f32: the sum of what it was trained as.
pub(super) struct Folded {
    /// `[n_out, channels of a kernel, side, side]`
    kernel: Tensor,
    /// `[n_out]`
    bias: Tensor,
}

impl Folded {
    /// A convolution without a bias, and the norm after it.
    pub(super) fn convolution(weights: &Weights, name: &str, sizes: Sizes) -> Result<Self, ModelError> {
        let Sizes { n_out, side, .. } = sizes;
        let shape = [n_out, sizes.per_kernel(), side, side];
        let kernel = weights.get(&format!("{name}.conv.weight"), &shape)?.to_dtype(DType::F32)?;
        let (scale, bias) = batch_norm(weights, &format!("{name}.bn"), n_out)?;
        Ok(Self { kernel: kernel.broadcast_mul(&scale.reshape((n_out, 1, 1, 1))?)?, bias })
    }

    /// A convolution with a bias and no norm.
    pub(super) fn plain(weights: &Weights, name: &str, sizes: Sizes) -> Result<Self, ModelError> {
        let shape = [sizes.n_out, sizes.per_kernel(), sizes.side, sizes.side];
        Ok(Self {
            kernel: weights.get(&format!("{name}.weight"), &shape)?.to_dtype(DType::F32)?,
            bias: weights.get(&format!("{name}.bias"), &[sizes.n_out])?.to_dtype(DType::F32)?,
        })
    }

    /// A norm alone.
    pub(super) fn norm(weights: &Weights, name: &str, sizes: Sizes) -> Result<Self, ModelError> {
        let (scale, bias) = batch_norm(weights, name, sizes.n_out)?;
        Ok(Self { kernel: identity(&scale, sizes)?, bias })
    }

    /// What comes in.
    pub(super) fn identity(sizes: Sizes, device: &Device) -> Result<Self, ModelError> {
        let ones = Tensor::ones(sizes.n_out, DType::F32, device)?;
        Ok(Self { kernel: identity(&ones, sizes)?, bias: ones.zeros_like()? })
    }

    /// MobileOne's block: a kernel, one over the place itself, and the norm of what comes in, where that has the shape
    /// of what comes out (Vasu et al. 2022, <https://arxiv.org/abs/2206.04040>).
    pub(super) fn mobile_one(weights: &Weights, name: &str, sizes: Sizes) -> Result<Self, ModelError> {
        let mut sum = Self::convolution(weights, &format!("{name}.conv_kxk.0"), sizes)?;
        if sizes.side > 1 {
            let scale =
                Self::convolution(weights, &format!("{name}.conv_scale"), Sizes { side: 1, ..sizes })?;
            sum = sum.plus(&scale)?;
        }
        if sizes.n_in == sizes.n_out && sizes.stride == 1 {
            sum = sum.plus(&Self::norm(weights, &format!("{name}.identity"), sizes)?)?;
        }
        Ok(sum)
    }

    /// The sum of both; a smaller kernel lies in the middle of the larger one.
    pub(super) fn plus(&self, other: &Self) -> Result<Self, ModelError> {
        let (own, others) = (self.kernel.dim(3)?, other.kernel.dim(3)?);
        let widened = |kernel: &Tensor, from: usize| {
            let rim = (own.max(others) - from) / 2;
            kernel.pad_with_zeros(2, rim, rim)?.pad_with_zeros(3, rim, rim)
        };
        let kernel = (widened(&self.kernel, own)? + widened(&other.kernel, others)?)?;
        Ok(Self { kernel, bias: (&self.bias + &other.bias)? })
    }

    /// What comes out of each channel times a number of `[n_out]`.
    pub(super) fn times(&self, factors: &Tensor) -> Result<Self, ModelError> {
        let kernel = self.kernel.broadcast_mul(&factors.reshape(((), 1, 1, 1))?)?;
        Ok(Self { kernel, bias: (&self.bias * factors)? })
    }

    /// As a product: of one place, or of what [`crate::PixelTensor::append_neighbourhoods`] gives.
    pub(super) fn dense(self, weights: &Weights, name: &str) -> Result<Dense, ModelError> {
        let dtype = weights.dtype();
        weights.dense(name, || {
            let kernel = self.kernel.flatten_from(1)?.to_dtype(dtype)?;
            Ok((kernel, Some(self.bias.to_dtype(dtype)?)))
        })
    }

    /// As a convolution of each channel by itself.
    pub(super) fn by_channel(
        self,
        weights: &Weights,
        sizes: Sizes,
    ) -> Result<ChannelConvolution, ModelError> {
        let kernel = self.kernel.reshape((sizes.n_out, sizes.side * sizes.side))?.t()?.contiguous()?;
        let bias = self.bias.to_dtype(weights.dtype())?;
        Ok(ChannelConvolution { kernel: kernel.to_dtype(weights.dtype())?, bias, sizes })
    }
}

/// `[n, channels of a kernel, side, side]`: each channel times its number.
fn identity(scale: &Tensor, sizes: Sizes) -> Result<Tensor, ModelError> {
    let n = sizes.n_out;
    let kernel = match sizes.by_channel {
        true => scale.reshape((n, 1, 1, 1))?,
        false => Tensor::eye(n, DType::F32, scale.device())?
            .broadcast_mul(&scale.reshape((n, 1))?)?
            .reshape((n, n, 1, 1))?,
    };
    let rim = sizes.side / 2;
    Ok(kernel.pad_with_zeros(2, rim, rim)?.pad_with_zeros(3, rim, rim)?)
}

/// A batch norm as a factor and a summand of each channel, `[n]` each in f32.
pub(super) fn batch_norm(weights: &Weights, name: &str, n: usize) -> Result<(Tensor, Tensor), ModelError> {
    let part = |part: &str| -> Result<Tensor, ModelError> {
        Ok(weights.get(&format!("{name}.{part}"), &[n])?.to_dtype(DType::F32)?)
    };
    let scale = (part("weight")? / (part("running_var")? + EPS)?.sqrt()?)?;
    let shift = (part("bias")? - (part("running_mean")? * &scale)?)?;
    Ok((scale, shift))
}

/// A convolution of each channel by itself.
pub(super) struct ChannelConvolution {
    /// `[side * side, n_out]`
    kernel: Tensor,
    bias: Tensor,
    sizes: Sizes,
}

impl ChannelConvolution {
    /// `[batch, height, width, n_in]` to `[batch, height / stride, width / stride, n_out]`, and its activation.
    pub(super) fn forward(&self, x: &Tensor, activation: Option<Activation>) -> Result<Tensor, ModelError> {
        let Sizes { n_in, n_out, side, stride, .. } = self.sizes;
        let x = match n_out / n_in {
            1 => x.clone(),
            n_each => {
                let (batch, height, width, _) = x.dims4()?;
                let many = x.unsqueeze(4)?.expand((batch, height, width, n_in, n_each))?;
                many.reshape((batch, height, width, n_out))?
            }
        };
        if on_cpu::takes(&x) {
            return on_cpu::convolve_channels(&x, &self.kernel, &self.bias, side, stride, activation);
        }
        let kernel = self.kernel.t()?.reshape((n_out, 1, side, side))?;
        let x = x.permute((0, 3, 1, 2))?.contiguous()?.conv2d(&kernel, side / 2, stride, 1, n_out)?;
        let x = x.permute((0, 2, 3, 1))?.contiguous()?.broadcast_add(&self.bias)?;
        Ok(match activation {
            Some(activation) => activation.apply(&x)?,
            None => x,
        })
    }
}
