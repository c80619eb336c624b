//! `config.json` of a `CLIPModel`, with transformers' defaults for what it leaves out.

use std::path::Path;

use serde::Deserialize;

use crate::encoder::EncoderConfig;
use crate::limits::{ImageSide, activation, check_patches, check_tower, in_range};
use crate::{ModelError, json_file};

/// `eos_token_id` of checkpoints saved before transformers wrote the true one: the end token is then
/// the highest id of a text.
pub(super) const LEGACY_EOS: u32 = 2;

#[derive(Debug, Deserialize)]
pub(super) struct ClipConfig {
    pub(super) text_config: TextConfig,
    pub(super) vision_config: VisionConfig,
    #[serde(default = "d512")]
    pub(super) projection_dim: usize,
    #[serde(default = "ln_1_over_007")]
    pub(super) logit_scale_init_value: f32,
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
    pub(super) eos_token_id: Option<u32>,
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

fn d512() -> usize {
    512
}

/// The logarithm of 1 / 0.07, from which training starts.
fn ln_1_over_007() -> f32 {
    2.6592
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49_408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: "quick_gelu".to_owned(),
            layer_norm_eps: 1e-5,
            eos_token_id: Some(49_407),
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
            image_size: ImageSide::One(224),
            patch_size: ImageSide::One(32),
            hidden_act: "quick_gelu".to_owned(),
            layer_norm_eps: 1e-5,
        }
    }
}

impl ClipConfig {
    pub(super) fn load(path: &Path) -> Result<Self, ModelError> {
        let config: Self = json_file::read(path)?;
        config.check().map_err(|reason| ModelError::config(path, reason))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        check_tower("text_config", &self.text_config.encoder()?)?;
        check_tower("vision_config", &self.vision_config.encoder()?)?;
        in_range("projection_dim", self.projection_dim, 1, 16_384)?;
        in_range("max_position_embeddings", self.text_config.max_position_embeddings, 2, 8192)?;
        check_patches(self.vision_config.image_size, self.vision_config.patch_size)
    }
}

impl TextConfig {
    pub(super) fn encoder(&self) -> Result<EncoderConfig, String> {
        Ok(EncoderConfig {
            hidden: self.hidden_size,
            intermediate: self.intermediate_size,
            n_layers: self.num_hidden_layers,
            n_heads: self.num_attention_heads,
            activation: activation(&self.hidden_act)?,
            eps: self.layer_norm_eps,
        })
    }
}

impl VisionConfig {
    pub(super) fn encoder(&self) -> Result<EncoderConfig, String> {
        Ok(EncoderConfig {
            hidden: self.hidden_size,
            intermediate: self.intermediate_size,
            n_layers: self.num_hidden_layers,
            n_heads: self.num_attention_heads,
            activation: activation(&self.hidden_act)?,
            eps: self.layer_norm_eps,
        })
    }
}
