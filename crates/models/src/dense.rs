//! A linear layer, with what follows it.
//!
//! On a processor the weights are rounded and arranged for `vitrine-kernels` once, when the layer is loaded, and bias,
//! activation and sum are computed while the product is still in registers. Everywhere else the layer is candle's.

use candle_core::{DType, Device, Tensor};
use candle_nn::{Linear, Module};
use vitrine_kernels::{Matrix, Precision, Then};

use crate::{ModelError, activation::Activation, on_cpu};

/// `x` times the transpose of `[n_out, n_in]`, plus a bias.
pub(crate) enum Dense {
    /// Arranged for this processor, with the bias.
    Packed(Matrix),
    /// As candle has it.
    Tensors(Linear),
}

impl Dense {
    /// Of weights `[n_out, n_in]` and a bias `[n_out]`.
    /// `precision` is that of products on a processor; elsewhere the tensors say it.
    pub(crate) fn new(
        precision: Precision,
        weight: Tensor,
        bias: Option<Tensor>,
    ) -> Result<Self, ModelError> {
        if !on_cpu::takes(&weight) {
            return Ok(Self::Tensors(Linear::new(weight, bias)));
        }
        let n_in = weight.dim(1)?;
        let bias = bias.map(|bias| bias.to_vec1::<f32>()).transpose()?;
        on_cpu::numbers(&weight.contiguous()?, |weight| {
            Self::Packed(Matrix::pack(precision, weight, bias.as_deref(), n_in))
        })
    }

    /// `x` of `[.., n_in]` to `[.., n_out]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        match self {
            Self::Packed(matrix) => on_cpu::product(matrix, x, Then::Nothing),
            Self::Tensors(linear) => Ok(linear.forward(x)?),
        }
    }

    /// The activation of that.
    pub(crate) fn forward_activated(&self, activation: Activation, x: &Tensor) -> Result<Tensor, ModelError> {
        match self {
            Self::Packed(matrix) => on_cpu::product(matrix, x, Then::Activate(activation.kernel())),
            Self::Tensors(linear) => Ok(activation.apply(&linear.forward(x)?)?),
        }
    }

    /// The sum of that and `residual`, of the same shape as what comes out.
    pub(crate) fn forward_plus(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor, ModelError> {
        match self {
            Self::Packed(matrix) => on_cpu::numbers(&residual.contiguous()?, |residual| {
                on_cpu::product(matrix, x, Then::Add(residual))
            })?,
            Self::Tensors(linear) => Ok((linear.forward(x)? + residual)?),
        }
    }

    /// The weights of some outputs, `[ids, n_in]`: what each word is where a layer's outputs are words.
    pub(crate) fn rows(&self, ids: &[u32]) -> Result<Tensor, ModelError> {
        match self {
            Self::Packed(matrix) => {
                let mut rows = vec![0.0; ids.len() * matrix.n_in()];
                for (row, &id) in rows.chunks_exact_mut(matrix.n_in()).zip(ids) {
                    if id as usize >= matrix.n_out() {
                        return Err(ModelError::Compute { reason: format!("there is no word {id}") });
                    }
                    matrix.weights_of(id as usize, row);
                }
                Ok(Tensor::from_vec(rows, (ids.len(), matrix.n_in()), &Device::Cpu)?)
            }
            Self::Tensors(linear) => {
                let weight = linear.weight();
                Ok(weight.index_select(&Tensor::from_slice(ids, ids.len(), weight.device())?, 0)?)
            }
        }
    }

    /// That of its products on a processor; elsewhere the tensors say it.
    pub(crate) fn precision(&self) -> Precision {
        match self {
            Self::Packed(matrix) => matrix.precision(),
            Self::Tensors(_) => Precision::F32,
        }
    }

    /// What the layer computes in.
    pub(crate) fn dtype(&self) -> DType {
        match self {
            Self::Packed(_) => DType::F32,
            Self::Tensors(linear) => linear.weight().dtype(),
        }
    }

    /// Weights and bias as tensors: a copy, where they are arranged otherwise.
    pub(crate) fn tensors(&self) -> Result<(Tensor, Option<Tensor>), ModelError> {
        match self {
            Self::Packed(matrix) => {
                let weight =
                    Tensor::from_vec(matrix.weights(), (matrix.n_out(), matrix.n_in()), &Device::Cpu)?;
                let bias = Tensor::from_slice(matrix.bias(), matrix.n_out(), &Device::Cpu)?;
                Ok((weight, Some(bias)))
            }
            Self::Tensors(linear) => Ok((linear.weight().clone(), linear.bias().cloned())),
        }
    }

    /// Whether both have the same numbers, bit by bit.
    pub(crate) fn is_same_as(&self, other: &Self) -> Result<bool, ModelError> {
        Ok(match (self, other) {
            (Self::Packed(one), Self::Packed(other)) => one.is_same_as(other),
            (Self::Tensors(one), Self::Tensors(other)) => {
                on_cpu::are_same(one.weight(), other.weight())?
                    && match (one.bias(), other.bias()) {
                        (Some(one), Some(other)) => on_cpu::are_same(one, other)?,
                        (None, None) => true,
                        _ => false,
                    }
            }
            _ => false,
        })
    }
}
