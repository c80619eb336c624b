//! The modality fusion network: attention over all that is known of a product, then a gate and a correction of each
//! part.

use candle_core::{DType, Device, Result, Tensor};

use super::{
    Design, Shape,
    examples::{N_KINDS, PhotoBatch},
    layers::{Attention, Linear, bounded_exp, normalized},
    parameters::{Parameters, Start},
};
use crate::ModelError;

/// Keeps a product without any part from dividing by 0.
const NOTHING: f64 = 1e-6;

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
    /// Of a plain design: all parts to all parts.
    plain: Option<[Linear; 2]>,
    design: Design,
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
                    correction: Linear::new(p, &correction, (width, len), shape.design.start(), false)?,
                })
            };
            parts.push((len > 0).then(&mut part).transpose()?);
        }
        let total: usize = shape.lens().iter().sum();
        let mut layer = |name: &str, sizes| Linear::new(p, name, sizes, Start::Drawn, true);
        let plain = match shape.design {
            Design::Plain => Some([
                layer("fusion.plain.inner", (total, 4 * width))?,
                layer("fusion.plain.outer", (4 * width, total))?,
            ]),
            _ => None,
        };
        Ok(Self {
            parts,
            plain,
            design: shape.design,
            context: Linear::new(p, "fusion.context", (shape.clip, width), Start::Drawn, true)?,
            kinds: Linear::new(p, "fusion.kinds", (N_KINDS, width), Start::Drawn, false)?,
            attention: Attention::new(p, "fusion.attention", width, shape.n_heads)?,
            inner: Linear::new(p, "fusion.inner", (2 * width, width), Start::Drawn, true)?,
            gates: Linear::new(p, "fusion.gates", (width, 1), shape.design.start(), false)?,
            width,
        })
    }

    /// The parts, each of length 1 times its gate, 0 where it is missing.
    pub(super) fn forward(
        &self,
        adapted: &[Option<Tensor>],
        batch: &PhotoBatch,
    ) -> Result<Vec<Option<Tensor>>> {
        if let Some(plain) = &self.plain {
            return concatenated(plain, adapted);
        }
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
        let seen = match self.design {
            Design::Gates => own.zeros_like()?,
            _ => self.attention.forward(&own, &tokens, &is_there)?,
        };
        let inner = self.inner.forward(&Tensor::cat(&[&own, &seen], 2)?)?.gelu()?;
        // [n, parts, 1]; what a product's parts count for together stays, so that none stands out for what is said of it.
        let gates = bounded_exp(&self.gates.forward(&inner)?)?;
        let there = batch.is_there.unsqueeze(2)?;
        let together = (gates.sqr()? * &there)?.sum_keepdim(1)?;
        let usual = there.sum_keepdim(1)?;
        let gates = gates.broadcast_mul(&((usual + NOTHING)? / (together + NOTHING)?)?.sqrt()?)?;
        let fused = self.parts.iter().zip(adapted).enumerate().map(|(at, (part, adapted))| {
            let (Some(part), Some(adapted)) = (part, adapted) else { return Ok(None) };
            let gate = (gates.narrow(1, at, 1)?.squeeze(1)? * batch.is_there.narrow(1, at, 1)?)?;
            let corrected = match self.design {
                Design::Gates => adapted.clone(),
                _ => (adapted + part.correction.forward(&inner.narrow(1, at, 1)?.squeeze(1)?)?)?,
            };
            Ok(Some(normalized(&corrected)?.broadcast_mul(&gate)?))
        });
        fused.collect()
    }
}

/// What a network of two layers makes of all parts one after the other, cut into parts again.
fn concatenated(layers: &[Linear; 2], adapted: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    let all: Vec<&Tensor> = adapted.iter().flatten().collect();
    let fused = layers[1].forward(&layers[0].forward(&Tensor::cat(&all, 1)?)?.gelu()?)?;
    let mut start = 0;
    let cut = adapted.iter().map(|part| {
        let Some(part) = part else { return Ok(None) };
        let len = part.dim(1)?;
        let cut = normalized(&fused.narrow(1, start, len)?)?;
        start += len;
        Ok(Some(cut))
    });
    cut.collect()
}
