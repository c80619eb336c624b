//! The weights of one model folder, tensor by tensor, with errors that name file and tensor.
//!
//! In: a folder with `model.safetensors` (memory-mapped) or `pytorch_model.bin`, in f32, f16 or bf16.
//! Out: tensors on the model's device, in its precision, of the shape that the caller states.

use std::path::{Path, PathBuf};

use candle_core::pickle::PthTensors;
use candle_core::safetensors::MmapedSafetensors;
use candle_core::{DType, Device, Tensor};
use candle_nn::{LayerNorm, Linear};

use crate::{ModelDevice, ModelError};

enum Source {
    Safetensors(MmapedSafetensors),
    Pickle(PthTensors),
}

pub(crate) struct Weights {
    path: PathBuf,
    source: Source,
    device: Device,
    dtype: DType,
}

impl Weights {
    /// Opens the folder's weights file; reads its header only.
    pub(crate) fn open(folder: &Path, device: &ModelDevice) -> Result<Self, ModelError> {
        let safetensors = folder.join("model.safetensors");
        let pickle = folder.join("pytorch_model.bin");
        let unreadable = |path: &Path, error: candle_core::Error| ModelError::Weights {
            path: path.to_path_buf(),
            reason: error.to_string(),
        };
        let (path, source) = if safetensors.exists() {
            // SAFETY: a pack is verified before it is used and its files are never rewritten in place
            // (a new revision is a new folder), so the mapped bytes do not change under us.
            let mapped =
                unsafe { MmapedSafetensors::new(&safetensors) }.map_err(|e| unreadable(&safetensors, e))?;
            (safetensors, Source::Safetensors(mapped))
        } else if pickle.exists() {
            let tensors = PthTensors::new(&pickle, None).map_err(|e| unreadable(&pickle, e))?;
            (pickle, Source::Pickle(tensors))
        } else if folder.join("model.safetensors.index.json").exists() {
            return Err(ModelError::Weights {
                path: folder.join("model.safetensors.index.json"),
                reason: "weights split over several files are not supported; save the model as one file"
                    .into(),
            });
        } else {
            return Err(ModelError::MissingFile { path: safetensors });
        };
        Ok(Self { path, source, device: device.device.clone(), dtype: device.dtype })
    }

    /// The tensor `name` of exactly this shape, in the model's precision on the model's device.
    pub(crate) fn get(&self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let missing = || ModelError::MissingTensor { path: self.path.clone(), tensor: name.to_owned() };
        let found = self.shape_of(name).ok_or_else(missing)?;
        if found != shape {
            return Err(ModelError::WrongShape {
                path: self.path.clone(),
                tensor: name.to_owned(),
                expected: shape.to_vec(),
                found,
            });
        }
        let broken = |error: candle_core::Error| ModelError::Weights {
            path: self.path.clone(),
            reason: format!("{name}: {error}"),
        };
        let tensor = match &self.source {
            Source::Safetensors(file) => file.load(name, &Device::Cpu).map_err(broken)?,
            Source::Pickle(file) => file.get(name).map_err(broken)?.ok_or_else(missing)?,
        };
        tensor.to_dtype(self.dtype).and_then(|t| t.to_device(&self.device)).map_err(broken)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.shape_of(name).is_some()
    }

    /// `{name}.weight` of shape `[out, in]` and `{name}.bias` of shape `[out]`.
    pub(crate) fn linear(&self, name: &str, n_in: usize, n_out: usize) -> Result<Linear, ModelError> {
        let weight = self.get(&format!("{name}.weight"), &[n_out, n_in])?;
        let bias = self.get(&format!("{name}.bias"), &[n_out])?;
        Ok(Linear::new(weight, Some(bias)))
    }

    /// Several layers with the same input as one of `names.len() * n_out` outputs, in this order:
    /// one large matrix product is faster than several small ones.
    pub(crate) fn fused_linear(
        &self,
        names: &[String],
        n_in: usize,
        n_out: usize,
    ) -> Result<Linear, ModelError> {
        let parts = names.iter().map(|name| self.linear(name, n_in, n_out)).collect::<Result<Vec<_>, _>>()?;
        let weights: Vec<&Tensor> = parts.iter().map(Linear::weight).collect();
        let biases: Vec<&Tensor> = parts.iter().filter_map(Linear::bias).collect();
        Ok(Linear::new(Tensor::cat(&weights, 0)?, Some(Tensor::cat(&biases, 0)?)))
    }

    pub(crate) fn layer_norm(&self, name: &str, size: usize, eps: f64) -> Result<LayerNorm, ModelError> {
        let weight = self.get(&format!("{name}.weight"), &[size])?;
        let bias = self.get(&format!("{name}.bias"), &[size])?;
        Ok(LayerNorm::new(weight, bias, eps))
    }

    /// Learned numbers in the file; integer tensors (position indices) are none.
    pub(crate) fn n_parameters(&self) -> u64 {
        let count = |dims: &[usize]| dims.iter().map(|&n| n as u64).product::<u64>();
        match &self.source {
            Source::Safetensors(file) => file
                .tensors()
                .iter()
                .filter(|(_, view)| DType::try_from(view.dtype()).is_ok_and(|dtype| dtype.is_float()))
                .map(|(_, view)| count(view.shape()))
                .sum(),
            Source::Pickle(file) => file
                .tensor_infos()
                .values()
                .filter(|info| info.dtype.is_float())
                .map(|info| count(info.layout.dims()))
                .sum(),
        }
    }

    pub(crate) fn size_bytes(&self) -> Result<u64, ModelError> {
        Ok(self.path.metadata().map_err(|source| ModelError::io(&self.path, source))?.len())
    }

    fn shape_of(&self, name: &str) -> Option<Vec<usize>> {
        match &self.source {
            Source::Safetensors(file) => file.get(name).ok().map(|view| view.shape().to_vec()),
            Source::Pickle(file) => file.tensor_infos().get(name).map(|info| info.layout.dims().to_vec()),
        }
    }
}
