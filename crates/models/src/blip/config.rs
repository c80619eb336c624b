//! `config.json` of a `BlipForConditionalGeneration` or `BlipForImageTextRetrieval`, with transformers'
//! defaults for what it leaves out.

use std::path::Path;

use serde::Deserialize;

use crate::bert::BertSizes;
use crate::encoder::EncoderConfig;
use crate::limits::{ImageSide, check_patches, in_range, tower_of};
use crate::{ModelError, json_file};

#[derive(Debug, Deserialize)]
pub(super) struct BlipConfig {
    pub(super) text_config: TextConfig,
    pub(super) vision_config: VisionConfig,
    /// Length of the vectors in which pictures and texts are compared.
    #[serde(default = "default_itc_dim")]
    pub(super) image_text_hidden_size: usize,
}

fn default_itc_dim() -> usize {
    256
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct TextConfig {
    pub(super) vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    pub(super) max_position_embeddings: usize,
    hidden_act: String,
    layer_norm_eps: f64,
    /// Starts a caption: `[DEC]`.
    pub(super) bos_token_id: u32,
    /// Ends a caption and every matched text: `[SEP]`. (`eos_token_id` is not used by BLIP's decoder.)
    pub(super) sep_token_id: u32,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct VisionConfig {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    pub(super) image_size: ImageSide,
    pub(super) patch_size: ImageSide,
    hidden_act: String,
    layer_norm_eps: f64,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_524,
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 512,
            hidden_act: "gelu".to_owned(),
            layer_norm_eps: 1e-12,
            bos_token_id: 30_522,
            sep_token_id: 102,
        }
    }
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            image_size: ImageSide::One(384),
            patch_size: ImageSide::One(16),
            hidden_act: "gelu".to_owned(),
            layer_norm_eps: 1e-5,
        }
    }
}

impl BlipConfig {
    pub(super) fn load(path: &Path) -> Result<Self, ModelError> {
        let config: Self = json_file::read(path)?;
        config.check().map_err(|reason| ModelError::config(path, reason))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let text = &self.text_config;
        text.tower()?;
        self.vision_config.tower()?;
        check_patches(self.vision_config.image_size, self.vision_config.patch_size)?;
        in_range("max_position_embeddings", text.max_position_embeddings, 4, 8192)?;
        in_range("vocab_size", text.vocab_size, 8, 1 << 20)?;
        in_range("image_text_hidden_size", self.image_text_hidden_size, 1, 16_384)?;
        in_range("bos_token_id", text.bos_token_id as usize, 0, text.vocab_size - 1)?;
        in_range("sep_token_id", text.sep_token_id as usize, 0, text.vocab_size - 1)
    }
}

impl TextConfig {
    pub(super) fn hidden(&self) -> usize {
        self.hidden_size
    }

    /// As a BERT that attends to pictures.
    pub(super) fn bert(&self, image_hidden: usize) -> Result<BertSizes, ModelError> {
        Ok(BertSizes {
            tower: self.tower().map_err(|reason| ModelError::Compute { reason })?,
            vocab_size: self.vocab_size,
            n_positions: self.max_position_embeddings,
            image_hidden: Some(image_hidden),
        })
    }

    pub(super) fn tower(&self) -> Result<EncoderConfig, String> {
        tower_of!("text_config", self)
    }
}

impl VisionConfig {
    pub(super) fn tower(&self) -> Result<EncoderConfig, String> {
        tower_of!("vision_config", self)
    }
}
