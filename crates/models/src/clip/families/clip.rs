//! transformers' `CLIPModel`: OpenAI's and LAION's checkpoints, with transformers' defaults for what `config.json`
//! leaves out.

use std::path::Path;

use serde::Deserialize;

use super::{Layout, Preparation, Scale};
use crate::clip::image::{ImageLayout, Pooling, Projection, VisionLayout};
use crate::clip::text::{EndToken, Reading, TextLayout, TransformerLayout};
use crate::encoder::Naming;
use crate::limits::{ImageSide, check_patches, in_range, tower_of};
use crate::patches::PatchNaming;
use crate::pixels::Defaults;
use crate::tokenizer::{Cleaning, Vocabulary};
use crate::weights::TRANSFORMERS;
use crate::{ModelError, json_file};

/// `eos_token_id` of checkpoints saved before transformers wrote the true one: the end token is then
/// the highest id of a text.
const LEGACY_EOS: u32 = 2;

#[derive(Debug, Deserialize)]
struct ClipConfig {
    text_config: TextConfig,
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
    eos_token_id: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct VisionConfig {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    image_size: ImageSide,
    patch_size: ImageSide,
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

/// What `config.json` says.
pub(super) fn layout(path: &Path) -> Result<Layout, ModelError> {
    let config: ClipConfig = json_file::read(path)?;
    config.layout().map_err(|reason| ModelError::config(path, reason))
}

impl ClipConfig {
    fn layout(&self) -> Result<Layout, String> {
        let (text, vision) = (&self.text_config, &self.vision_config);
        let text_encoder = tower_of!("text_config", text)?;
        in_range("projection_dim", self.projection_dim, 1, 16_384)?;
        in_range("max_position_embeddings", text.max_position_embeddings, 2, 8192)?;
        Ok(Layout {
            image: vision.layout()?,
            text: TextLayout::Transformer(Box::new(TransformerLayout {
                encoder: text_encoder,
                vocab_size: text.vocab_size,
                max_tokens: text.max_position_embeddings,
                reading: Reading::Causal(match text.eos_token_id {
                    None | Some(LEGACY_EOS) => EndToken::Highest,
                    Some(id) => EndToken::Id(id),
                }),
                tokens: "text_model.embeddings.token_embedding.weight",
                positions: "text_model.embeddings.position_embedding.weight",
                layers: "text_model.encoder",
                naming: Naming::CLIP,
                norm: "text_model.final_layer_norm",
                projection: plain("text_projection"),
            })),
            name: "CLIPModel",
            dim: self.projection_dim,
            scale: Scale { name: "logit_scale", initial: self.logit_scale_init_value },
            preparation: Preparation::File(Defaults::Clip),
            vocabulary: Vocabulary::ClipBpe,
            cleaning: Cleaning::NONE,
            weights: TRANSFORMERS,
        })
    }
}

/// A projection as transformers stores it.
pub(super) fn plain(name: &'static str) -> Projection {
    Projection { name, transposed: false, has_bias: false }
}

impl VisionConfig {
    /// The vision transformer of `CLIPModel` and of `ChineseCLIPModel`.
    pub(super) fn layout(&self) -> Result<ImageLayout, String> {
        let encoder = tower_of!("vision_config", self)?;
        check_patches(self.image_size, self.patch_size)?;
        Ok(ImageLayout::Transformer(Box::new(VisionLayout {
            encoder,
            side: self.image_size.get()?,
            patch: self.patch_size.get()?,
            patches: PatchNaming::CLIP,
            // The checkpoints spell it so.
            pre_norm: Some("vision_model.pre_layrnorm"),
            layers: "vision_model.encoder",
            naming: Naming::CLIP,
            post_norm: "vision_model.post_layernorm",
            pooling: Pooling::ClassToken,
            projection: Some(plain("visual_projection")),
        })))
    }
}
