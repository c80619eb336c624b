//! transformers' `SiglipModel` (Zhai et al. 2023, <https://arxiv.org/abs/2303.15343>) and `Siglip2Model` of one
//! resolution (Tschannen et al. 2025, <https://arxiv.org/abs/2502.14786>), with transformers' defaults for what
//! `config.json` leaves out.

use std::path::Path;

use serde::Deserialize;

use super::{Layout, Preparation, Scale};
use crate::clip::image::{ImageLayout, PoolAttention, PoolNaming, Pooling, Projection, VisionLayout};
use crate::clip::text::{EndToken, Padding, Reading, TextLayout, TransformerLayout};
use crate::encoder::{Naming, QkvNaming};
use crate::limits::{ImageSide, check_patches, in_range, tower_of};
use crate::patches::PatchNaming;
use crate::pixels::Defaults;
use crate::tokenizer::{Cleaning, TokenizerConfig, Vocabulary};
use crate::weights::TRANSFORMERS;
use crate::{ModelError, json_file};

#[derive(Debug, Deserialize)]
struct SiglipConfig {
    #[serde(default)]
    text_config: TextConfig,
    #[serde(default)]
    vision_config: VisionConfig,
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
    pad_token_id: Option<u32>,
    projection_size: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct VisionConfig {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    image_size: ImageSide,
    patch_size: ImageSide,
    hidden_act: String,
    layer_norm_eps: f64,
    vision_use_head: bool,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 32_000,
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            max_position_embeddings: 64,
            hidden_act: "gelu_pytorch_tanh".to_owned(),
            layer_norm_eps: 1e-6,
            pad_token_id: Some(1),
            projection_size: None,
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
            patch_size: ImageSide::One(16),
            hidden_act: "gelu_pytorch_tanh".to_owned(),
            layer_norm_eps: 1e-6,
            vision_use_head: true,
        }
    }
}

const PATCHES: PatchNaming = PatchNaming { has_bias: true, class_token: None, ..PatchNaming::CLIP };

const POOL: PoolNaming = PoolNaming {
    probe: "vision_model.head.probe",
    attention: PoolAttention::Together(QkvNaming::One {
        layer: "vision_model.head.attention",
        weight: "vision_model.head.attention.in_proj_weight",
        bias: "vision_model.head.attention.in_proj_bias",
    }),
    out: "vision_model.head.attention.out_proj",
    norm: "vision_model.head.layernorm",
    up: "vision_model.head.mlp.fc1",
    down: "vision_model.head.mlp.fc2",
};

/// What `config.json` says, and `tokenizer_config.json` beside it of texts.
pub(super) fn layout(folder: &Path, path: &Path) -> Result<Layout, ModelError> {
    let config: SiglipConfig = json_file::read(path)?;
    let class = TokenizerConfig::of_folder(folder)?.tokenizer_class.unwrap_or_default();
    // SigLIP 2 of one resolution calls itself SigLIP, and has Gemma's tokenizer, which keeps punctuation.
    let is_second =
        class.contains("Gemma") || class.contains("Siglip2") || config.text_config.vocab_size > 100_000;
    let cleaning = if is_second { Cleaning::LOWERCASE } else { Cleaning::SIGLIP };
    config.layout(cleaning).map_err(|reason| ModelError::config(path, reason))
}

impl SiglipConfig {
    fn layout(&self, cleaning: Cleaning) -> Result<Layout, String> {
        let (text, vision) = (&self.text_config, &self.vision_config);
        let text_encoder = tower_of!("text_config", text)?;
        let image_encoder = tower_of!("vision_config", vision)?;
        in_range("max_position_embeddings", text.max_position_embeddings, 2, 8192)?;
        check_patches(vision.image_size, vision.patch_size)?;
        if !vision.vision_use_head {
            return Err("a model without vision_use_head gives no vector of a picture".to_owned());
        }
        let dim = text.projection_size.unwrap_or(text.hidden_size);
        if dim != vision.hidden_size {
            return Err(format!("texts get {dim} numbers and pictures {}", vision.hidden_size));
        }
        Ok(Layout {
            image: ImageLayout::Transformer(Box::new(VisionLayout {
                encoder: image_encoder,
                side: vision.image_size.get()?,
                patch: vision.patch_size.get()?,
                patches: PATCHES,
                pre_norm: None,
                layers: "vision_model.encoder",
                naming: Naming::CLIP,
                post_norm: "vision_model.post_layernorm",
                pooling: Pooling::Attention(POOL),
                projection: None,
            })),
            text: TextLayout::Transformer(Box::new(TransformerLayout {
                encoder: text_encoder,
                vocab_size: text.vocab_size,
                max_tokens: text.max_position_embeddings,
                reading: Reading::Both {
                    end: EndToken::Last,
                    padding: Padding::OfTokenizer(text.pad_token_id.unwrap_or(1)),
                },
                tokens: "text_model.embeddings.token_embedding.weight",
                positions: "text_model.embeddings.position_embedding.weight",
                layers: "text_model.encoder",
                naming: Naming::CLIP,
                norm: "text_model.final_layer_norm",
                projection: Projection { name: "text_model.head", transposed: false, has_bias: true },
            })),
            name: "SiglipModel",
            dim,
            scale: Scale { name: "logit_scale", initial: 0.0 },
            preparation: Preparation::File(Defaults::Siglip),
            vocabulary: Vocabulary::SentencePiece,
            cleaning,
            weights: TRANSFORMERS,
        })
    }
}
