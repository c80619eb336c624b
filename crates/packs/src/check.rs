//! Whether the models of a folder are of a kind that Vitrine runs, and load.

use std::path::Path;

use serde_json::Value;
use vitrine_jobs::{Job, Stage};
use vitrine_models::{Captioner, Clip, DevicePreference, Matcher, Pack, regular_file, select_device};

use crate::PackError;
use crate::offer::Role;

/// What Vitrine runs, in a message.
const KINDS: &str = "CLIPModel, BlipForConditionalGeneration and BlipForImageTextRetrieval";
/// A `config.json` has a few kilobytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// What the model of a `config.json` is for; `model` names it in the message when it is for nothing.
pub(crate) fn role_of(config: &Path, model: &str) -> Result<Role, PackError> {
    let text = match regular_file::read(config, MAX_CONFIG_BYTES) {
        Ok((_, text)) => text,
        // No configuration is that large: it is for nothing that is known.
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => Vec::new(),
        Err(source) => return Err(PackError::io(config, source)),
    };
    let json: Value = serde_json::from_slice(&text).unwrap_or_default();
    let found = json["architectures"][0].as_str().or_else(|| json["model_type"].as_str());
    match found {
        Some("CLIPModel" | "clip") => Ok(Role::Clip),
        Some("BlipForConditionalGeneration") => Ok(Role::Caption),
        Some("BlipForImageTextRetrieval") => Ok(Role::Match),
        other => Err(PackError::Unsupported {
            model: model.to_owned(),
            found: other.map_or_else(|| "that its config.json does not tell".to_owned(), str::to_owned),
            expected: KINDS,
        }),
    }
}

/// Opens the pack and loads its models, one after the other, on the CPU. That takes as much memory as
/// the largest of them and some seconds, and finds what no checksum does: a tensor that is missing or has
/// another shape, weights that hold more than tensors, a word list of another model, sizes that cannot be.
pub(crate) fn try_models(folder: &Path, job: &Job) -> Result<(), PackError> {
    let pack = Pack::open(folder)?;
    let manifest = pack.manifest();
    let n_models =
        [&manifest.clip, &manifest.caption, &manifest.matching].into_iter().flatten().count() as u64;
    job.board().begin(Stage::Try, n_models);
    let cpu = select_device(DevicePreference::Cpu);
    if manifest.clip.is_some() {
        job.checkpoint()?;
        Clip::load(&pack.clip_folder()?, &cpu)?;
        job.board().advance(Stage::Try, 1, None);
    }
    if manifest.caption.is_some() {
        job.checkpoint()?;
        Captioner::load(&pack.caption_folder()?, &cpu)?;
        job.board().advance(Stage::Try, 1, None);
    }
    if manifest.matching.is_some() {
        job.checkpoint()?;
        Matcher::load(&pack.match_folder()?, &cpu)?;
        job.board().advance(Stage::Try, 1, None);
    }
    Ok(())
}
