//! What memory BLIP needs, told from `config.json` alone; see [`crate::memory`].

use std::path::Path;

use super::config::BlipConfig;
use super::{captioner, image, matcher};
use crate::memory::Needs;
use crate::{ModelError, memory};

/// Numbers that the usual batch needs beside the weights: the image tower's, or the keys and values of
/// pictures, which the text model keeps while it writes or reads. A captioner's words are a layer of it, a matcher's are
/// looked up.
pub(crate) fn needs(config_path: &Path, is_captioner: bool) -> Result<Needs, ModelError> {
    let config = BlipConfig::load(config_path)?;
    let in_config = |reason: String| ModelError::config(config_path, reason);
    let vision = &config.vision_config;
    let side = vision.image_size.get().map_err(in_config)?;
    let n_tokens = 1 + (side / vision.patch_size.get().map_err(in_config)?).pow(2);
    let text = config.text_config.tower().map_err(in_config)?;
    let n_pictures = if is_captioner { captioner::BATCH } else { matcher::BATCH_PICTURES };
    let keys_and_values = 2 * text.n_layers * n_pictures * n_tokens * text.hidden;
    let image = memory::tower(image::BATCH, n_tokens, &vision.tower().map_err(in_config)?);
    let n_looked_up = if is_captioner { 0 } else { config.text_config.vocab_size * text.hidden };
    Ok(Needs { n_looked_up: n_looked_up as u64, n_working: image.max(keys_and_values as u64) })
}
