//! The activations of these models.

use candle_core::{Result, Tensor};

/// An activation by the name that `config.json` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// `x * sigmoid(1.702 x)`: OpenAI's CLIP.
    QuickGelu,
    /// `x / 2 * (1 + erf(x / sqrt 2))`: LAION's CLIP, BLIP.
    Gelu,
    /// `x / 2 * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`: SigLIP.
    GeluTanh,
}

impl Activation {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "quick_gelu" => Some(Self::QuickGelu),
            "gelu" => Some(Self::Gelu),
            "gelu_pytorch_tanh" | "gelu_new" => Some(Self::GeluTanh),
            _ => None,
        }
    }

    /// Of every number, on any device.
    pub(crate) fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::QuickGelu => x * candle_nn::ops::sigmoid(&(x * 1.702)?)?,
            Self::Gelu => x.gelu_erf(),
            Self::GeluTanh => x.gelu(),
        }
    }

    /// As a product on a processor is followed by it.
    pub(crate) fn kernel(self) -> vitrine_kernels::Activation {
        match self {
            Self::QuickGelu => vitrine_kernels::Activation::QuickGelu,
            Self::Gelu => vitrine_kernels::Activation::Gelu,
            Self::GeluTanh => vitrine_kernels::Activation::GeluTanh,
        }
    }
}
