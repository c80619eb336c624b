//! Numbers that are learnt, by name.

use std::{collections::BTreeMap, path::Path};

use candle_core::{DType, Device, Tensor, Var};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::ModelError;

/// How numbers begin.
#[derive(Debug, Clone, Copy)]
pub(super) enum Start {
    /// What begins as nothing, so that the network begins as the identity.
    Zero,
    /// Drawn from -bound to bound, with bound = sqrt(3 / fan in): variance 1 / fan in (LeCun et al. 1998).
    Drawn,
    /// Each this number.
    Constant(f64),
}

/// All of them, in the order of their names.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters {
    by_name: BTreeMap<String, Var>,
    seed: u64,
}

impl Parameters {
    pub(super) fn new(seed: u64) -> Self {
        Self { by_name: BTreeMap::new(), seed }
    }

    /// Makes one of this shape, `[out, in]` for a matrix.
    pub(super) fn add(&mut self, name: &str, shape: &[usize], start: Start) -> Result<Var, ModelError> {
        let n: usize = shape.iter().product();
        let numbers: Vec<f32> = match start {
            Start::Zero => vec![0.0; n],
            Start::Constant(number) => vec![number as f32; n],
            Start::Drawn => {
                let bound = (3.0 / shape.last().copied().unwrap_or(1).max(1) as f32).sqrt();
                // Of its name alone, so that another layer beside it changes nothing.
                let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ hash(name));
                (0..n).map(|_| (unit(&mut rng) * 2.0 - 1.0) * bound).collect()
            }
        };
        let var = Var::from_tensor(&Tensor::from_vec(numbers, shape, &Device::Cpu)?)?;
        self.by_name.insert(name.to_owned(), var.clone());
        Ok(var)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.by_name.iter().map(|(name, var)| (name.as_str(), var))
    }

    /// Every number, in order.
    pub(super) fn n_numbers(&self) -> usize {
        self.by_name.values().map(|var| var.elem_count()).sum()
    }

    /// The tensors, to be written.
    pub(super) fn tensors(&self, prefix: &str) -> Vec<(String, Tensor)> {
        self.iter().map(|(name, var)| (format!("{prefix}{name}"), var.as_tensor().clone())).collect()
    }

    /// Takes over what a file has of every name.
    pub(super) fn take(
        &self,
        prefix: &str,
        from: &std::collections::HashMap<String, Tensor>,
        file: &Path,
    ) -> Result<(), ModelError> {
        for (name, var) in self.iter() {
            let name = format!("{prefix}{name}");
            let wrong = |reason: String| ModelError::Weights { path: file.to_owned(), reason };
            let tensor = from.get(&name).ok_or_else(|| wrong(format!("{name} is missing")))?;
            if tensor.dims() != var.dims() || tensor.dtype() != DType::F32 {
                let reason = format!("{name} has the shape {:?} in place of {:?}", tensor.dims(), var.dims());
                return Err(wrong(reason));
            }
            let is_finite = tensor.flatten_all()?.to_vec1::<f32>()?.iter().all(|number| number.is_finite());
            if !is_finite {
                return Err(wrong(format!("{name} holds what is no number")));
            }
            var.set(tensor)?;
        }
        Ok(())
    }
}

/// A number from 0 to below 1.
pub(super) fn unit(rng: &mut ChaCha8Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1_u32 << 24) as f32
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
