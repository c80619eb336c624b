//! Softmax where candle computes it.

use candle_core::{DType, Result, Tensor};

/// Over the last dimension; in f32, since a sum of hundreds of half-precision numbers would be wrong in its third digit.
pub(crate) fn softmax(scores: &Tensor) -> Result<Tensor> {
    candle_nn::ops::softmax_last_dim(&scores.to_dtype(DType::F32)?)?.to_dtype(scores.dtype())
}
