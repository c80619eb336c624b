//! What a model is, told without loading it: from `config.json` and the header of the weights.

use std::path::Path;

use serde::Deserialize;

use crate::memory::Needs;
use crate::weights::Weights;
use crate::{DevicePreference, ModelError, Precision, blip, clip, json_file, memory, select_device};

/// A model in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSummary {
    /// The class that `config.json` names, such as `CLIPModel`.
    pub architecture: String,
    /// Numbers that were learned.
    pub n_parameters: u64,
    /// Length of the weights in bytes, all parts together.
    pub size_bytes: u64,
    needs: Needs,
}

impl ModelSummary {
    /// Memory that the loaded model takes while it works, in bytes, with its weights in `precision`: that
    /// of [`crate::DeviceReport`] for the device it is loaded onto. An estimate: the peak that was measured
    /// for CLIP ViT-B/32 and BLIP base lies within 15 % of it. On a graphics card the driver's own memory,
    /// some hundred megabytes, comes on top.
    #[must_use]
    pub fn memory_bytes(&self, precision: Precision) -> u64 {
        memory::estimate(self.n_parameters, self.needs, precision)
    }
}

#[derive(Deserialize)]
struct Architectures {
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    model_type: Option<String>,
}

/// The class that a `config.json` names, or its `model_type`.
pub(crate) fn architecture(path: &Path) -> Result<String, ModelError> {
    let config: Architectures = json_file::read(path)?;
    config
        .architectures
        .and_then(|names| names.into_iter().next())
        .or(config.model_type)
        .ok_or_else(|| ModelError::config(path, "it names no architecture"))
}

/// An error unless `config.json` names one of `accepted`.
pub(crate) fn require_architecture(
    path: &Path,
    accepted: &[&str],
    expected: &'static str,
) -> Result<(), ModelError> {
    let found = architecture(path)?;
    if accepted.contains(&found.as_str()) {
        return Ok(());
    }
    Err(ModelError::UnsupportedArchitecture { path: path.to_path_buf(), found, expected })
}

pub(crate) fn of_folder(folder: &Path) -> Result<ModelSummary, ModelError> {
    let cpu = select_device(DevicePreference::Cpu);
    let (architecture, needs, weights) = match clip::summary(folder)? {
        Some(outline) => {
            let weights = Weights::open_named(folder, outline.weights, &cpu)?;
            (outline.name.to_owned(), outline.needs, weights)
        }
        None => {
            let config = folder.join("config.json");
            let architecture = architecture(&config)?;
            let needs = match architecture.as_str() {
                "BlipForConditionalGeneration" => blip::needs(&config, true)?,
                "BlipForImageTextRetrieval" => blip::needs(&config, false)?,
                // What cannot be loaded needs nothing to compute.
                _ => Needs::default(),
            };
            (architecture, needs, Weights::open(folder, &cpu)?)
        }
    };
    Ok(ModelSummary {
        architecture,
        n_parameters: weights.n_parameters(),
        size_bytes: weights.size_bytes(),
        needs,
    })
}
