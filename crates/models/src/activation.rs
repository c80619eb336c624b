//! The two activations of these models, fused with the bias that comes before them; and the bias alone.
//!
//! On a processor candle computes bias and activation in separate passes of one thread, which costs as
//! much as a matrix product; here it is one pass on all threads, in f32. Other devices and half precision
//! use candle's operations.

use candle_core::{CpuStorage, DType, Error, InplaceOp2, InplaceOp3, Layout, Result, Tensor};
use rayon::prelude::*;

/// An activation by the name that `config.json` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// `x * sigmoid(1.702 x)`: OpenAI's CLIP.
    QuickGelu,
    /// `x / 2 * (1 + erf(x / sqrt 2))`: LAION's CLIP, BLIP.
    Gelu,
}

impl Activation {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "quick_gelu" => Some(Self::QuickGelu),
            "gelu" => Some(Self::Gelu),
            _ => None,
        }
    }

    /// `activation(x + bias)`; overwrites `x`, which must be contiguous, `[.., n]` for a bias `[n]`.
    pub(crate) fn apply_with_bias(self, x: Tensor, bias: &Tensor) -> Result<Tensor> {
        if is_fused(&x) {
            x.inplace_op2(bias, &BiasActivation(self))?;
            return Ok(x);
        }
        let x = x.broadcast_add(bias)?;
        match self {
            Self::QuickGelu => &x * candle_nn::ops::sigmoid(&(&x * 1.702)?)?,
            Self::Gelu => x.gelu_erf(),
        }
    }
}

/// `x + bias`; overwrites `x`.
pub(crate) fn add_bias(x: Tensor, bias: &Tensor) -> Result<Tensor> {
    if is_fused(&x) {
        x.inplace_op2(bias, &Bias)?;
        return Ok(x);
    }
    x.broadcast_add(bias)
}

/// `x + bias + residual`; overwrites `x`.
pub(crate) fn add_bias_and_residual(x: Tensor, bias: &Tensor, residual: &Tensor) -> Result<Tensor> {
    if is_fused(&x) {
        x.inplace_op3(bias, &residual.contiguous()?, &BiasResidual)?;
        return Ok(x);
    }
    x.broadcast_add(bias)? + residual
}

/// Whether the loops below take this tensor.
fn is_fused(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32
}

struct BiasActivation(Activation);

impl InplaceOp2 for BiasActivation {
    fn name(&self) -> &'static str {
        "bias-activation"
    }

    fn cpu_fwd(&self, x: &mut CpuStorage, lx: &Layout, bias: &CpuStorage, lb: &Layout) -> Result<()> {
        let bias = contiguous(bias, lb)?;
        let rows = |rows: &mut [f32]| match self.0 {
            Activation::QuickGelu => dispatch(rows, bias, quick_gelu),
            Activation::Gelu => dispatch(rows, bias, gelu),
        };
        contiguous_mut(x, lx)?.par_chunks_mut(rows_per_task(bias.len())).for_each(rows);
        Ok(())
    }
}

struct Bias;

impl InplaceOp2 for Bias {
    fn name(&self) -> &'static str {
        "bias"
    }

    fn cpu_fwd(&self, x: &mut CpuStorage, lx: &Layout, bias: &CpuStorage, lb: &Layout) -> Result<()> {
        let bias = contiguous(bias, lb)?;
        let rows = |rows: &mut [f32]| dispatch(rows, bias, |x| x);
        contiguous_mut(x, lx)?.par_chunks_mut(rows_per_task(bias.len())).for_each(rows);
        Ok(())
    }
}

struct BiasResidual;

impl InplaceOp3 for BiasResidual {
    fn name(&self) -> &'static str {
        "bias-residual"
    }

    fn cpu_fwd(
        &self,
        x: &mut CpuStorage,
        lx: &Layout,
        bias: &CpuStorage,
        lb: &Layout,
        residual: &CpuStorage,
        lr: &Layout,
    ) -> Result<()> {
        let (bias, residual) = (contiguous(bias, lb)?, contiguous(residual, lr)?);
        let x = contiguous_mut(x, lx)?;
        if x.len() != residual.len() {
            return Err(Error::Msg("bias-residual: the shapes differ".to_owned()));
        }
        let n = rows_per_task(bias.len());
        x.par_chunks_mut(n).zip(residual.par_chunks(n)).for_each(|(x, residual)| {
            for (x, residual) in x.chunks_mut(bias.len()).zip(residual.chunks(bias.len())) {
                for ((x, b), r) in x.iter_mut().zip(bias).zip(residual) {
                    *x += b + r;
                }
            }
        });
        Ok(())
    }
}

/// Whole rows, enough of them that a task outweighs handing it to another thread.
pub(crate) fn rows_per_task(row: usize) -> usize {
    (16_384 / row.max(1)).max(1) * row.max(1)
}

fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let (start, end) = layout.contiguous_offsets().ok_or_else(|| Error::Msg("not contiguous".to_owned()))?;
    Ok(&storage.as_slice::<f32>()?[start..end])
}

pub(crate) fn contiguous_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    let (start, end) = layout.contiguous_offsets().ok_or_else(|| Error::Msg("not contiguous".to_owned()))?;
    match storage {
        CpuStorage::F32(data) => Ok(&mut data[start..end]),
        _ => Err(Error::Msg("not f32".to_owned())),
    }
}

#[inline(always)]
fn apply(rows: &mut [f32], bias: &[f32], f: impl Fn(f32) -> f32) {
    for row in rows.chunks_mut(bias.len()) {
        for (x, b) in row.iter_mut().zip(bias) {
            *x = f(*x + b);
        }
    }
}

/// [`apply`], compiled once more for processors with 256-bit arithmetic.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn apply_avx2(rows: &mut [f32], bias: &[f32], f: impl Fn(f32) -> f32) {
    apply(rows, bias, f);
}

#[inline(always)]
fn dispatch(rows: &mut [f32], bias: &[f32], f: impl Fn(f32) -> f32) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has what `apply_avx2` was compiled for.
        return unsafe { apply_avx2(rows, bias, f) };
    }
    apply(rows, bias, f);
}

#[inline(always)]
fn quick_gelu(x: f32) -> f32 {
    x / (1.0 + exp(-1.702 * x))
}

/// With erf after Abramowitz and Stegun 7.1.26, whose error is below 1.5e-7.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series =
        ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let erf = 1.0 - series * exp(-z * z);
    0.5 * (x + x.abs() * erf)
}

/// e^x by splitting off the power of two and a series for the rest (Cephes `expf`): relative error
/// below 2e-7, no branches, so that compilers turn it into vector arithmetic.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 leaves no room for fractions: rounding without a library call.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let e = p * r * r + r + 1.0;
    let power = f32::from_bits((((n as i32) + 127) << 23) as u32);
    e * power
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    /// Against candle's own operations, over the range that matters and far beyond it.
    fn check(activation: Activation, reference: impl Fn(&Tensor) -> Result<Tensor>) {
        let n = 4001_u16;
        let values: Vec<f32> =
            (0..n).map(|i| (f32::from(i) - 2000.0) / 100.0).chain([-500.0, 500.0]).collect();
        let bias: Vec<f32> = values.iter().rev().map(|v| v / 50.0).collect();
        let cpu = Device::Cpu;
        let x = Tensor::new(vec![values.clone(), values], &cpu).unwrap();
        let bias = Tensor::new(bias, &cpu).unwrap();
        let expected = reference(&x.broadcast_add(&bias).unwrap()).unwrap();
        let found = activation.apply_with_bias(x.copy().unwrap(), &bias).unwrap();
        for (found, expected) in
            found.to_vec2::<f32>().unwrap().concat().iter().zip(expected.to_vec2::<f32>().unwrap().concat())
        {
            assert!((found - expected).abs() <= 2e-6 * expected.abs().max(1.0), "{found} {expected}");
        }
    }

    #[test]
    fn quick_gelu_is_x_times_a_sigmoid() {
        check(Activation::QuickGelu, |x| x * candle_nn::ops::sigmoid(&(x * 1.702)?)?);
    }

    #[test]
    fn gelu_is_the_exact_one() {
        check(Activation::Gelu, Tensor::gelu_erf);
    }
}
