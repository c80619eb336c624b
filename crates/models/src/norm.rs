//! A layer norm.

use candle_core::{Device, Tensor};
use candle_nn::{LayerNorm, Module};
use vitrine_kernels::{Isa, normalize};

use crate::{ModelError, on_cpu};

/// Each row less its mean, by its spread, times a weight, plus a bias.
pub(crate) enum Norm {
    /// On a processor, in f32: weight and bias, `[n]` each.
    Numbers { weight: Vec<f32>, bias: Vec<f32>, eps: f64 },
    /// As candle has it.
    Tensors(LayerNorm),
}

impl Norm {
    /// Of weight and bias, `[n]` each.
    pub(crate) fn new(weight: Tensor, bias: Tensor, eps: f64) -> Result<Self, ModelError> {
        Ok(match on_cpu::takes(&weight) {
            true => Self::Numbers { weight: weight.to_vec1()?, bias: bias.to_vec1()?, eps },
            false => Self::Tensors(LayerNorm::new(weight, bias, eps)),
        })
    }

    /// `[.., n]` to the same shape.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        match self {
            Self::Numbers { weight, bias, eps } => {
                let normalized = on_cpu::numbers(&x.contiguous()?, |x| {
                    normalize(Isa::best(), x, weight, bias, *eps as f32)
                })?;
                Ok(Tensor::from_vec(normalized, x.shape(), &Device::Cpu)?)
            }
            Self::Tensors(norm) => Ok(norm.forward(x)?),
        }
    }

    /// Weight and bias as tensors.
    pub(crate) fn tensors(&self) -> Result<(Tensor, Option<Tensor>), ModelError> {
        match self {
            Self::Numbers { weight, bias, .. } => {
                let tensor = |numbers: &Vec<f32>| Tensor::from_slice(numbers, numbers.len(), &Device::Cpu);
                Ok((tensor(weight)?, Some(tensor(bias)?)))
            }
            Self::Tensors(norm) => Ok((norm.weight().clone(), norm.bias().cloned())),
        }
    }

    /// Whether both have the same numbers, bit by bit.
    pub(crate) fn is_same_as(&self, other: &Self) -> Result<bool, ModelError> {
        let ((weight, bias), (other_weight, other_bias)) = (self.tensors()?, other.tensors()?);
        Ok(on_cpu::are_same(&weight, &other_weight)?
            && match (bias, other_bias) {
                (Some(one), Some(other)) => on_cpu::are_same(&one, &other)?,
                (None, None) => true,
                _ => false,
            })
    }
}
