//! transformers' `ChineseCLIPModel` (Yang et al. 2022, <https://arxiv.org/abs/2211.01335>): CLIP's image tower, and a BERT
//! that reads Chinese.

use std::path::Path;

use serde::Deserialize;

use super::clip::{VisionConfig, plain};
use super::{Layout, Preparation, Scale};
use crate::bert::BertSizes;
use crate::clip::text::{BertLayout, TextLayout};
use crate::limits::{in_range, tower_of};
use crate::pixels::Defaults;
use crate::tokenizer::{Cleaning, Vocabulary};
use crate::weights::TRANSFORMERS;
use crate::{ModelError, json_file};

#[derive(Debug, Deserialize)]
struct ChineseClipConfig {
    #[serde(default)]
    text_config: TextConfig,
    #[serde(default)]
    vision_config: VisionConfig,
    #[serde(default = "d512")]
    projection_dim: usize,
    #[serde(default = "ln_1_over_007")]
    logit_scale_init_value: f32,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct TextConfig {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
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
            vocab_size: 30_522,
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            max_position_embeddings: 512,
            hidden_act: "gelu".to_owned(),
            layer_norm_eps: 1e-12,
        }
    }
}

/// What `config.json` says.
pub(super) fn layout(path: &Path) -> Result<Layout, ModelError> {
    let config: ChineseClipConfig = json_file::read(path)?;
    config.layout().map_err(|reason| ModelError::config(path, reason))
}

impl ChineseClipConfig {
    fn layout(&self) -> Result<Layout, String> {
        let text = &self.text_config;
        let tower = tower_of!("text_config", text)?;
        in_range("vocab_size", text.vocab_size, 8, 1 << 20)?;
        in_range("max_position_embeddings", text.max_position_embeddings, 2, 8192)?;
        in_range("projection_dim", self.projection_dim, 1, 16_384)?;
        let (vocab_size, n_positions) = (text.vocab_size, text.max_position_embeddings);
        Ok(Layout {
            image: self.vision_config.layout()?,
            text: TextLayout::Bert(BertLayout {
                sizes: BertSizes { tower, vocab_size, n_positions, image_hidden: None },
                prefix: "text_model",
                projection: plain("text_projection"),
            }),
            name: "ChineseCLIPModel",
            dim: self.projection_dim,
            scale: Scale { name: "logit_scale", initial: self.logit_scale_init_value },
            preparation: Preparation::File(Defaults::Clip),
            vocabulary: Vocabulary::BertWordPiece,
            cleaning: Cleaning::NONE,
            weights: TRANSFORMERS,
        })
    }
}
