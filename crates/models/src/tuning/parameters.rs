//! Numbers that are learnt, by name.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use candle_core::{DType, Device, Tensor, Var};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};

use crate::ModelError;

/// Names a file of ours.
const FORMAT: &str = "vitrine-tuning-1";

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
                // Of seed and name alone, so that another layer beside it changes nothing.
                let seed = Sha256::new().chain_update(self.seed.to_le_bytes()).chain_update(name).finalize();
                let mut rng = ChaCha8Rng::from_seed(seed.into());
                (0..n).map(|_| rng.random_range(-bound..bound)).collect()
            }
        };
        let var = Var::from_tensor(&Tensor::from_vec(numbers, shape, &Device::Cpu)?)?;
        self.by_name.insert(name.to_owned(), var.clone());
        Ok(var)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.by_name.iter().map(|(name, var)| (name.as_str(), var))
    }

    /// The tensors, to be written.
    pub(super) fn tensors(&self, prefix: &str) -> Vec<(String, Tensor)> {
        self.iter().map(|(name, var)| (format!("{prefix}{name}"), var.as_tensor().clone())).collect()
    }

    /// Takes over what a file has of every name.
    pub(super) fn take(
        &self,
        prefix: &str,
        from: &HashMap<String, Tensor>,
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

/// Tensors as the bytes of a file.
pub(super) fn to_bytes(tensors: &[(String, Tensor)]) -> Result<Vec<u8>, ModelError> {
    let described: HashMap<String, String> = [("format".to_owned(), FORMAT.to_owned())].into();
    let tensors = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    safetensors::serialize(tensors, Some(described))
        .map_err(|error| ModelError::Compute { reason: error.to_string() })
}

/// Tensors of the bytes of a file, which errors call `file`.
pub(super) fn of_bytes(bytes: &[u8], file: &Path) -> Result<HashMap<String, Tensor>, ModelError> {
    let wrong = |error: &dyn std::fmt::Display| ModelError::Weights {
        path: file.to_owned(),
        reason: error.to_string(),
    };
    let (_, header) = safetensors::SafeTensors::read_metadata(bytes).map_err(|error| wrong(&error))?;
    let format = header.metadata().as_ref().and_then(|metadata| metadata.get("format"));
    if format.map(String::as_str) != Some(FORMAT) {
        return Err(wrong(&"it was written by another program, or by another version of this one"));
    }
    candle_core::safetensors::load_buffer(bytes, &Device::Cpu).map_err(|error| wrong(&error))
}
