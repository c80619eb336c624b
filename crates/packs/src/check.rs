//! Whether the models of a folder are of a kind that Vitrine runs, and load.

use std::path::Path;

use serde_json::Value;
use vitrine_jobs::{Job, Stage};
use vitrine_models::{Captioner, Clip, DevicePreference, Matcher, Pack, regular_file, select_device};

use crate::PackError;
use crate::layout::Layout;
use crate::offer::Role;

/// What Vitrine runs, in a message.
const KINDS: &str = "CLIPModel, ChineseCLIPModel, SiglipModel, Siglip2Model, OpenCLIP's CLIP and SigLIP, BlipForConditionalGeneration and \
                     BlipForImageTextRetrieval";
/// Files that say what a model is, the one that is believed first.
pub(crate) const CONFIGS: [&str; 2] = ["config.json", "open_clip_config.json"];
/// A `config.json` has a few kilobytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// What the model of a configuration is for, and how its files are laid out; `model` names it in the message when it
/// is for nothing.
pub(crate) fn kind_of(config: &Path, model: &str) -> Result<(Role, Layout), PackError> {
    let text = match regular_file::read(config, MAX_CONFIG_BYTES) {
        Ok((_, text)) => text,
        // No configuration is that large: it is for nothing that is known.
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => Vec::new(),
        Err(source) => return Err(PackError::io(config, source)),
    };
    let json: Value = serde_json::from_slice(&text).unwrap_or_default();
    if config.ends_with(CONFIGS[1]) && json["model_cfg"].is_object() {
        return Ok((Role::Clip, Layout::OpenClip));
    }
    let found = json["architectures"][0].as_str().or_else(|| json["model_type"].as_str());
    match found {
        Some("CLIPModel" | "clip" | "ChineseCLIPModel" | "chinese_clip") => {
            Ok((Role::Clip, Layout::Transformers))
        }
        Some("SiglipModel" | "siglip" | "Siglip2Model" | "siglip2") => Ok((Role::Clip, Layout::Siglip)),
        Some("BlipForConditionalGeneration") => Ok((Role::Caption, Layout::Transformers)),
        Some("BlipForImageTextRetrieval") => Ok((Role::Match, Layout::Transformers)),
        other => Err(PackError::Unsupported {
            model: model.to_owned(),
            found: other.map_or_else(|| "that its config.json does not tell".to_owned(), str::to_owned),
            expected: KINDS,
        }),
    }
}

/// What the model in a folder is for: as `config.json` says, or, where that names nothing that is known, OpenCLIP's.
pub(crate) fn kind_in(folder: &Path) -> Result<(Role, Layout), PackError> {
    let model = folder.display().to_string();
    let [own, open_clip] = CONFIGS.map(|name| folder.join(name));
    if !own.is_file() {
        return kind_of(&open_clip, &model);
    }
    kind_of(&own, &model)
        .or_else(|error| if open_clip.is_file() { kind_of(&open_clip, &model) } else { Err(error) })
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
