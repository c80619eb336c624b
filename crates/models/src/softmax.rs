//! Softmax over the last dimension, in place.
//!
//! Attention over 577 image tokens takes tens of millions of exponentials for each picture. candle calls
//! the library's for each; here they are the vector arithmetic of [`crate::activation::exp`]. For
//! processors and f32; candle's own does the rest.

use candle_core::{CpuStorage, D, DType, InplaceOp1, Layout, Result, Tensor};
use rayon::prelude::*;

use crate::activation::{contiguous_mut, exp, rows_per_task};

/// Maxima and sums side by side, so that they become vector arithmetic.
const LANES: usize = 16;

/// Overwrites `scores`, which nothing else may use, and which must be contiguous.
pub(crate) fn softmax(scores: Tensor) -> Result<Tensor> {
    if !scores.device().is_cpu() {
        return candle_nn::ops::softmax_last_dim(&scores);
    }
    if scores.dtype() != DType::F32 {
        // A sum of hundreds of half-precision numbers would be wrong in its third digit.
        let dtype = scores.dtype();
        return softmax(scores.to_dtype(DType::F32)?)?.to_dtype(dtype);
    }
    let width = scores.dim(D::Minus1)?;
    if width > 0 {
        scores.inplace_op1(&Softmax { width })?;
    }
    Ok(scores)
}

struct Softmax {
    width: usize,
}

impl InplaceOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, scores: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let width = self.width;
        contiguous_mut(scores, layout)?
            .par_chunks_mut(rows_per_task(width))
            .for_each(|rows| dispatch(rows, width));
        Ok(())
    }
}

fn dispatch(rows: &mut [f32], width: usize) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has what `rows_avx2` was compiled for.
        return unsafe { rows_avx2(rows, width) };
    }
    for row in rows.chunks_mut(width) {
        softmax_row(row);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn rows_avx2(rows: &mut [f32], width: usize) {
    for row in rows.chunks_mut(width) {
        softmax_row(row);
    }
}

#[inline(always)]
fn softmax_row(row: &mut [f32]) {
    let max = fold(row, f32::NEG_INFINITY, |a, b| if a > b { a } else { b });
    for x in &mut *row {
        *x = exp(*x - max);
    }
    let scale = 1.0 / fold(row, 0.0, |a, b| a + b);
    for x in row {
        *x *= scale;
    }
}

#[inline(always)]
fn fold(row: &[f32], start: f32, f: impl Fn(f32, f32) -> f32) -> f32 {
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold(start, |a, &b| f(a, b));
    let mut lanes = [start; LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = f(*lane, x);
        }
    }
    lanes.into_iter().fold(rest, f)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn it_is_the_softmax_at_every_width() {
        for width in [1, 2, 15, 16, 17, 577] {
            let scores = Tensor::randn(0.0_f32, 20.0, (3, 2, 5, width), &Device::Cpu).unwrap();
            let expected = candle_nn::ops::softmax_last_dim(&scores).unwrap();
            let apart = (softmax(scores.copy().unwrap()).unwrap() - expected).unwrap();
            let worst = apart.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(worst < 1e-6, "{width}: off by {worst}");
        }
    }

    #[test]
    fn what_is_masked_counts_for_nothing() {
        let row = [0.0, f32::NEG_INFINITY, 1.0_f32.ln(), f32::NEG_INFINITY];
        let found = softmax(Tensor::new(&[row], &Device::Cpu).unwrap()).unwrap();
        let found = found.to_vec2::<f32>().unwrap().concat();
        assert_eq!((found[0], found[2]), (0.5, 0.5));
        assert!(found[1] < 1e-37 && found[3] < 1e-37);
    }
}
