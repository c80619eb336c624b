//! The modality fusion network: attention over all that is known of a product, then a gate and a correction of each
//! part.

use candle_core::{DType, Device, Result, Tensor};

use super::{
    Shape,
    examples::{N_KINDS, PhotoBatch},
    layers::{Attention, Linear, bounded_exp, normalized},
    parameters::{Parameters, Start},
};
use crate::ModelError;

/// A part's way into tokens and back.
#[derive(Debug, Clone)]
struct Part {
    token: Linear,
    correction: Linear,
}

#[derive(Debug, Clone)]
pub(super) struct Fusion {
    /// None of a part that the pack has not.
    parts: Vec<Option<Part>>,
    context: Linear,
    kinds: Linear,
    attention: Attention,
    inner: Linear,
    gates: Linear,
    width: usize,
}

impl Fusion {
    pub(super) fn new(p: &mut Parameters, shape: &Shape) -> std::result::Result<Self, ModelError> {
        let width = shape.width;
        let mut parts = Vec::new();
        for (at, len) in shape.lens().into_iter().enumerate() {
            let mut part = || -> std::result::Result<Part, ModelError> {
                let (token, correction) = (format!("fusion.token.{at}"), format!("fusion.correction.{at}"));
                Ok(Part {
                    token: Linear::new(p, &token, (len, width), Start::Drawn, true)?,
                    correction: Linear::new(p, &correction, (width, len), Start::Zero, false)?,
                })
            };
            parts.push((len > 0).then(&mut part).transpose()?);
        }
        Ok(Self {
            parts,
            context: Linear::new(p, "fusion.context", (shape.clip, width), Start::Drawn, true)?,
            kinds: Linear::new(p, "fusion.kinds", (N_KINDS, width), Start::Drawn, false)?,
            attention: Attention::new(p, "fusion.attention", width, shape.n_heads)?,
            inner: Linear::new(p, "fusion.inner", (2 * width, width), Start::Drawn, true)?,
            gates: Linear::new(p, "fusion.gates", (width, 1), Start::Zero, false)?,
            width,
        })
    }

    /// The parts, each of length 1 times its gate, 0 where it is missing.
    pub(super) fn forward(
        &self,
        adapted: &[Option<Tensor>],
        batch: &PhotoBatch,
    ) -> Result<Vec<Option<Tensor>>> {
        let n = batch.is_there.dim(0)?;
        let mut own = Vec::with_capacity(adapted.len());
        for (part, adapted) in self.parts.iter().zip(adapted) {
            own.push(match (part, adapted) {
                (Some(part), Some(adapted)) => part.token.forward(adapted)?,
                _ => Tensor::zeros((n, self.width), DType::F32, &Device::Cpu)?,
            });
        }
        // [n, parts, width]
        let own = Tensor::stack(&own, 1)?;
        let context = (self.context.forward(&batch.context)? + self.kinds.forward(&batch.kinds)?)?;
        let tokens = Tensor::cat(&[&own, &context], 1)?;
        let is_there = Tensor::cat(&[&batch.is_there, &batch.has_context], 1)?;
        let seen = self.attention.forward(&own, &tokens, &is_there)?;
        let inner = self.inner.forward(&Tensor::cat(&[&own, &seen], 2)?)?.gelu()?;
        let gates = bounded_exp(&self.gates.forward(&inner)?)?;
        let fused = self.parts.iter().zip(adapted).enumerate().map(|(at, (part, adapted))| {
            let (Some(part), Some(adapted)) = (part, adapted) else { return Ok(None) };
            let correction = part.correction.forward(&inner.narrow(1, at, 1)?.squeeze(1)?)?;
            let gate = (gates.narrow(1, at, 1)?.squeeze(1)? * batch.is_there.narrow(1, at, 1)?)?;
            Ok(Some(normalized(&(adapted + correction)?)?.broadcast_mul(&gate)?))
        });
        fused.collect()
    }
}
