//! The families of models that can be the search model, each a file: what a folder's files say of the towers, and how
//! the weights are called there. Everything else is the same for all of them.
//!
//! ```text
//! chinese_clip.rs  transformers' ChineseCLIPModel
//! clip.rs          transformers' CLIPModel: OpenAI's CLIP, LAION's
//! siglip.rs        transformers' SiglipModel and Siglip2Model
//! open_clip.rs     OpenCLIP's own files: its CLIP, timm's SigLIP (Marqo's models among them), MobileCLIP
//! ```

mod chinese_clip;
mod clip;
mod open_clip;
mod siglip;

use std::path::Path;

use super::{image::ImageLayout, text::TextLayout};
use crate::pixels::{Defaults, OpenClipConfig};
use crate::tokenizer::{Cleaning, Vocabulary};
use crate::{ImagePreprocess, ModelError, summary};

/// What a model is made of.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) image: ImageLayout,
    pub(super) text: TextLayout,
    /// How summaries call it: transformers' class, or OpenCLIP.
    pub(super) name: &'static str,
    /// Length of the vectors.
    pub(super) dim: usize,
    pub(super) scale: Scale,
    pub(super) preparation: Preparation,
    /// What stands in for a missing `tokenizer.json`.
    pub(super) vocabulary: Vocabulary,
    pub(super) cleaning: Cleaning,
    /// What the files of weights may be called, without their endings.
    pub(super) weights: &'static [&'static str],
}

/// Where is said how pictures are prepared.
#[derive(Debug, Clone)]
pub(super) enum Preparation {
    /// In `preprocessor_config.json`, which may leave this out.
    File(Defaults),
    /// In `open_clip_config.json`.
    OpenClip(OpenClipConfig),
}

/// The families that `config.json` tells apart.
enum Family {
    Clip,
    ChineseClip,
    Siglip,
}

impl Family {
    /// By transformers' class or `model_type`.
    fn of(architecture: &str) -> Option<Self> {
        match architecture {
            "CLIPModel" | "clip" => Some(Self::Clip),
            "ChineseCLIPModel" | "chinese_clip" => Some(Self::ChineseClip),
            "SiglipModel" | "siglip" | "Siglip2Model" | "siglip2" => Some(Self::Siglip),
            _ => None,
        }
    }
}

/// What cosines are multiplied with: its logarithm is learned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) name: &'static str,
    /// Where the checkpoint has none.
    pub(super) initial: f32,
}

impl Layout {
    /// Whether a folder says that it holds a model of a family that is known.
    pub(super) fn is_in(folder: &Path) -> bool {
        let names = || summary::architecture(&folder.join("config.json"));
        folder.join(open_clip::FILE).exists() || names().is_ok_and(|name| Family::of(&name).is_some())
    }

    /// Of the model in a folder: as `config.json` says, or, where that names nothing that is known, OpenCLIP's.
    pub(super) fn of_folder(folder: &Path) -> Result<Self, ModelError> {
        let (path, open_clip) = (folder.join("config.json"), folder.join(open_clip::FILE));
        if open_clip.exists() && !path.exists() {
            return open_clip::layout(&open_clip);
        }
        let found = summary::architecture(&path)?;
        match Family::of(&found) {
            Some(Family::Clip) => clip::layout(&path),
            Some(Family::ChineseClip) => chinese_clip::layout(&path),
            Some(Family::Siglip) => siglip::layout(folder, &path),
            None if open_clip.exists() => open_clip::layout(&open_clip),
            None => Err(ModelError::UnsupportedArchitecture {
                path,
                found,
                expected: "CLIPModel, ChineseCLIPModel, SiglipModel or Siglip2Model, or OpenCLIP's own files",
            }),
        }
    }

    /// How pictures are prepared for the model in a folder.
    pub(super) fn preprocess(&self, folder: &Path) -> Result<ImagePreprocess, ModelError> {
        match &self.preparation {
            Preparation::File(defaults) => ImagePreprocess::load(folder, *defaults, self.image.side()),
            Preparation::OpenClip(config) => config
                .resolve(self.image.side())
                .map_err(|reason| ModelError::config(&folder.join(open_clip::FILE), reason)),
        }
    }
}
