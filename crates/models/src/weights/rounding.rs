//! Which layers are rounded, on a processor, and to what.
//!
//! A model's folder may hold `rounding.json`, which names layers that int8 would harm and that stay in bf16 then:
//!
//! ```json
//! { "bf16": ["vision_model.encoder.layers.11.mlp", "text_decoder.cls.predictions"] }
//! ```
//!
//! Each is the beginning of names of tensors. The file belongs to the model, as its configuration does: with another
//! one, the model gives other vectors, under another key.

use std::path::Path;

use serde::Deserialize;
use vitrine_kernels as kernels;

use super::located::Files;
use crate::{ModelError, Precision, json_file};

/// The name of the file.
pub(super) const FILE: &str = "rounding.json";

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rounding {
    /// Beginnings of names of layers.
    #[serde(default)]
    bf16: Vec<String>,
}

impl Rounding {
    /// What the folder says; nothing where it has no such file.
    pub(super) fn of_folder(folder: &Path, files: &Files) -> Result<Self, ModelError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let rounding: Self = json_file::read(&path)?;
        let is_known = |layer: &&String| files.tensors.keys().any(|name| name.starts_with(*layer));
        match rounding.bf16.iter().find(|layer| !is_known(layer)) {
            None => Ok(rounding),
            Some(layer) => Err(ModelError::config(
                &path,
                format!("the weights have no layer whose name begins {layer:?}"),
            )),
        }
    }

    /// What products of a layer are made of, on a processor, in a model of this precision.
    pub(super) fn of_layer(&self, name: &str, precision: Precision) -> kernels::Precision {
        match precision {
            Precision::Int8 if self.bf16.iter().any(|layer| name.starts_with(layer)) => {
                kernels::Precision::Bf16
            }
            Precision::Int8 => kernels::Precision::Int8,
            Precision::Bf16 => kernels::Precision::Bf16,
            Precision::Auto | Precision::F32 | Precision::F16 => kernels::Precision::F32,
        }
    }
}
