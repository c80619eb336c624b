//! OpenCLIP's own layout: `open_clip_config.json` and weights under OpenCLIP's names. Its CLIP (LAION's checkpoints),
//! and models whose image tower is timm's: SigLIP (`ViT-B-16-SigLIP` and what was made of it, Marqo's models among
//! them), and FastViT (`MobileCLIP-S1` and its like).
//!
//! Names and defaults are those of open_clip 3 (`model.py`, `transformer.py`) and timm 1 (`vision_transformer.py`,
//! `fastvit.py`).

use std::path::Path;

use serde::Deserialize;

use super::{Layout, Preparation, Scale};
use crate::activation::Activation;
use crate::clip::image::{
    FastVitLayout, ImageLayout, PoolAttention, PoolNaming, Pooling, Projection, VisionLayout,
};
use crate::clip::text::{EndToken, Padding, Reading, TextLayout, TransformerLayout};
use crate::encoder::{EncoderConfig, Naming, QkvNaming};
use crate::limits::{ImageSide, check_patches, check_tower, in_range};
use crate::patches::PatchNaming;
use crate::pixels::OpenClipConfig as PreprocessConfig;
use crate::tokenizer::{Cleaning, Vocabulary};
use crate::{ModelError, json_file};

/// The file's name.
pub(super) const FILE: &str = "open_clip_config.json";

#[derive(Debug, Deserialize)]
struct Config {
    model_cfg: ModelConfig,
    #[serde(default)]
    preprocess_cfg: PreprocessConfig,
}

#[derive(Debug, Deserialize)]
struct ModelConfig {
    embed_dim: usize,
    #[serde(default)]
    quick_gelu: bool,
    #[serde(default)]
    custom_text: bool,
    vision_cfg: VisionConfig,
    text_cfg: TextConfig,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct VisionConfig {
    timm_model_name: Option<String>,
    timm_pool: Option<String>,
    timm_proj: Option<String>,
    image_size: ImageSide,
    patch_size: ImageSide,
    width: usize,
    layers: usize,
    head_width: usize,
    mlp_ratio: f64,
    ls_init_value: Option<f64>,
    attentional_pool: bool,
    pool_type: String,
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            timm_model_name: None,
            timm_pool: None,
            timm_proj: None,
            image_size: ImageSide::One(224),
            patch_size: ImageSide::One(16),
            width: 768,
            layers: 12,
            head_width: 64,
            mlp_ratio: 4.0,
            ls_init_value: None,
            attentional_pool: false,
            pool_type: "tok".to_owned(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct TextConfig {
    hf_model_name: Option<String>,
    context_length: usize,
    vocab_size: usize,
    width: usize,
    heads: usize,
    layers: usize,
    mlp_ratio: f64,
    ls_init_value: Option<f64>,
    embed_cls: bool,
    pool_type: String,
    pad_id: u32,
    no_causal_mask: bool,
    use_pad_mask: bool,
    proj_bias: bool,
    norm_kwargs: NormConfig,
    act_kwargs: ActivationConfig,
    tokenizer_kwargs: TokenizerConfig,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            hf_model_name: None,
            context_length: 77,
            vocab_size: 49_408,
            width: 512,
            heads: 8,
            layers: 12,
            mlp_ratio: 4.0,
            ls_init_value: None,
            embed_cls: false,
            pool_type: "argmax".to_owned(),
            pad_id: 0,
            no_causal_mask: false,
            use_pad_mask: false,
            proj_bias: false,
            norm_kwargs: NormConfig::default(),
            act_kwargs: ActivationConfig::default(),
            tokenizer_kwargs: TokenizerConfig::default(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct NormConfig {
    eps: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
struct ActivationConfig {
    approximate: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct TokenizerConfig {
    clean: Option<String>,
}

const BLOCKS: Naming = Naming {
    layers: "resblocks",
    norm1: "ln_1",
    qkv: QkvNaming::One { layer: "attn", weight: "attn.in_proj_weight", bias: "attn.in_proj_bias" },
    out: "attn.out_proj",
    norm2: "ln_2",
    up: "mlp.c_fc",
    down: "mlp.c_proj",
};

const PATCHES: PatchNaming = PatchNaming {
    kernel: "visual.conv1",
    has_bias: false,
    class_token: Some(("visual.class_embedding", 0)),
    positions: ("visual.positional_embedding", 0),
};

const TIMM_BLOCKS: Naming = Naming {
    layers: "blocks",
    norm1: "norm1",
    qkv: QkvNaming::One { layer: "attn", weight: "attn.qkv.weight", bias: "attn.qkv.bias" },
    out: "attn.proj",
    norm2: "norm2",
    up: "mlp.fc1",
    down: "mlp.fc2",
};

const TIMM_PATCHES: PatchNaming = PatchNaming {
    kernel: "visual.trunk.patch_embed.proj",
    has_bias: true,
    class_token: None,
    positions: ("visual.trunk.pos_embed", 1),
};

const TIMM_POOL: PoolNaming = PoolNaming {
    probe: "visual.trunk.attn_pool.latent",
    attention: PoolAttention::Apart {
        query: "visual.trunk.attn_pool.q",
        key_value: "visual.trunk.attn_pool.kv",
    },
    out: "visual.trunk.attn_pool.proj",
    norm: "visual.trunk.attn_pool.norm",
    up: "visual.trunk.attn_pool.mlp.fc1",
    down: "visual.trunk.attn_pool.mlp.fc2",
};

/// What `open_clip_config.json` says.
pub(super) fn layout(path: &Path) -> Result<Layout, ModelError> {
    let config: Config = json_file::read(path)?;
    config.layout().map_err(|reason| ModelError::config(path, reason))
}

impl Config {
    fn layout(self) -> Result<Layout, String> {
        let model = &self.model_cfg;
        in_range("embed_dim", model.embed_dim, 1, 16_384)?;
        let vision = &model.vision_cfg;
        let image = match &vision.timm_model_name {
            Some(name) if name.starts_with("fastvit") => ImageLayout::FastVit(vision.fast_vit(name)?),
            Some(name) => ImageLayout::Transformer(Box::new(vision.timm(name, model.embed_dim)?)),
            None => ImageLayout::Transformer(Box::new(vision.own(model.quick_gelu)?)),
        };
        if let ImageLayout::Transformer(image) = &image {
            check_tower("vision_cfg", &image.encoder)?;
        }
        let text = model.text_cfg.layout(model.custom_text, model.quick_gelu)?;
        let is_sentence_piece = matches!(text.reading, Reading::Both { end: EndToken::Last, .. });
        let cleaning = match model.text_cfg.tokenizer_kwargs.clean.as_deref() {
            Some(name) => Cleaning::of_open_clip(name)
                .ok_or_else(|| format!("texts that are cleaned by {name:?} are not known here"))?,
            // The usual one of texts that transformers cuts into tokens, and of those that OpenCLIP does.
            None if is_sentence_piece => Cleaning { collapses_spaces: true, ..Cleaning::NONE },
            None => Cleaning::NONE,
        };
        Ok(Layout {
            image,
            text: TextLayout::Transformer(Box::new(text)),
            name: "OpenCLIP",
            dim: model.embed_dim,
            scale: Scale { name: "logit_scale", initial: (1.0_f32 / 0.07).ln() },
            preparation: Preparation::OpenClip(self.preprocess_cfg),
            vocabulary: if is_sentence_piece { Vocabulary::SentencePiece } else { Vocabulary::ClipBpe },
            cleaning,
            weights: &["open_clip_model", "open_clip_pytorch_model"],
        })
    }
}

impl VisionConfig {
    /// OpenCLIP's own vision transformer.
    fn own(&self, quick_gelu: bool) -> Result<VisionLayout, String> {
        if self.ls_init_value.is_some() || self.attentional_pool || self.pool_type != "tok" {
            return Err(
                "its image tower has layer scales or another pooling, which are not known here".into()
            );
        }
        in_range("vision_cfg.head_width", self.head_width, 1, 16_384)?;
        check_patches(self.image_size, self.patch_size)?;
        Ok(VisionLayout {
            encoder: EncoderConfig {
                hidden: self.width,
                intermediate: (self.width as f64 * self.mlp_ratio) as usize,
                n_layers: self.layers,
                n_heads: self.width / self.head_width,
                activation: usual_activation(quick_gelu),
                eps: 1e-5,
            },
            side: self.image_size.get()?,
            patch: self.patch_size.get()?,
            patches: PATCHES,
            pre_norm: Some("visual.ln_pre"),
            layers: "visual.transformer",
            naming: BLOCKS,
            post_norm: "visual.ln_post",
            pooling: Pooling::ClassToken,
            projection: Some(Projection { name: "visual.proj", transposed: true, has_bias: false }),
        })
    }

    /// timm's vision transformer with SigLIP's head.
    fn timm(&self, name: &str, dim: usize) -> Result<VisionLayout, String> {
        let unknown = || format!("the image tower {name} is not known here");
        let parts: Vec<&str> = name.split('_').collect();
        let ["vit", size, patch, "siglip", rest @ ..] = parts.as_slice() else { return Err(unknown()) };
        // Width, layers, heads, inner width.
        let (hidden, n_layers, n_heads, intermediate) = match *size {
            "base" => (768, 12, 12, 3_072),
            "large" => (1_024, 24, 16, 4_096),
            "so400m" => (1_152, 27, 16, 4_304),
            "giantopt" => (1_536, 40, 16, 6_144),
            _ => return Err(unknown()),
        };
        let is_map = self.timm_pool.as_deref() == Some("map");
        if rest.contains(&"gap") || !is_map || !self.has_no_projection() || hidden != dim {
            return Err(unknown());
        }
        let patch = patch.strip_prefix("patch").and_then(|patch| patch.parse().ok()).ok_or_else(unknown)?;
        check_patches(self.image_size, ImageSide::One(patch))?;
        // SigLIP's own is the tangent's; timm has erf where the models are older.
        let activation = match (*size, patch, self.image_size.get()?) {
            ("base", 32, _) | ("large", _, 512) | ("so400m", 16, _) | ("giantopt", ..) => {
                Activation::GeluTanh
            }
            _ => Activation::Gelu,
        };
        Ok(VisionLayout {
            encoder: EncoderConfig { hidden, intermediate, n_layers, n_heads, activation, eps: 1e-6 },
            side: self.image_size.get()?,
            patch,
            patches: TIMM_PATCHES,
            pre_norm: None,
            layers: "visual.trunk",
            naming: TIMM_BLOCKS,
            post_norm: "visual.trunk.norm",
            pooling: Pooling::Attention(TIMM_POOL),
            projection: None,
        })
    }
}

impl VisionConfig {
    /// timm's FastViT as MobileCLIP has it.
    fn fast_vit(&self, name: &str) -> Result<FastVitLayout, String> {
        let (widths, depths) = match name {
            "fastvit_mci0" => ([64, 128, 256, 512], [2, 6, 10, 2]),
            "fastvit_mci1" => ([64, 128, 256, 512], [4, 12, 20, 4]),
            "fastvit_mci2" => ([80, 160, 320, 640], [4, 12, 24, 4]),
            _ => return Err(format!("the image tower {name} is not known here")),
        };
        if self.timm_pool.as_deref() != Some("avg") || !self.has_no_projection() {
            return Err(format!("{name} with another pooling or a projection is not known here"));
        }
        let (side, prefix, expansion) = (self.image_size.get()?, "visual.trunk", 3);
        let layout = FastVitLayout { side, prefix, widths, depths, expansion };
        layout.check()?;
        Ok(layout)
    }

    /// Whether timm's tower gives vectors itself.
    fn has_no_projection(&self) -> bool {
        matches!(self.timm_proj.as_deref(), None | Some("none" | ""))
    }
}

impl TextConfig {
    fn layout(&self, is_custom: bool, quick_gelu: bool) -> Result<TransformerLayout, String> {
        if let Some(name) = &self.hf_model_name {
            return Err(format!("the text tower {name} is not known here"));
        }
        if self.ls_init_value.is_some() || self.embed_cls || self.use_pad_mask {
            return Err("its text tower has parts that are not known here".to_owned());
        }
        in_range("context_length", self.context_length, 2, 8_192)?;
        let activation = match self.act_kwargs.approximate.as_deref() {
            Some("tanh") => Activation::GeluTanh,
            _ => usual_activation(quick_gelu),
        };
        let encoder = EncoderConfig {
            hidden: self.width,
            intermediate: (self.width as f64 * self.mlp_ratio) as usize,
            n_layers: self.layers,
            n_heads: self.heads,
            activation,
            eps: self.norm_kwargs.eps.unwrap_or(1e-5),
        };
        check_tower("text_cfg", &encoder)?;
        let reading = match (self.no_causal_mask, self.pool_type.as_str()) {
            (false, "argmax") => Reading::Causal(EndToken::Highest),
            (true, "last") => {
                Reading::Both { end: EndToken::Last, padding: Padding::OfTokenizer(self.pad_id) }
            }
            // OpenCLIP's own tokenizer fills up with zeros, whatever is said elsewhere.
            (true, "argmax") => Reading::Both { end: EndToken::Highest, padding: Padding::Always(0) },
            (_, pool) => return Err(format!("texts whose vector is taken by {pool:?} are not known here")),
        };
        let [tokens, positions, layers, norm, projection] = match is_custom {
            true => [
                "text.token_embedding.weight",
                "text.positional_embedding",
                "text.transformer",
                "text.ln_final",
                "text.text_projection",
            ],
            false => [
                "token_embedding.weight",
                "positional_embedding",
                "transformer",
                "ln_final",
                "text_projection",
            ],
        };
        Ok(TransformerLayout {
            encoder,
            vocab_size: self.vocab_size,
            max_tokens: self.context_length,
            reading,
            tokens,
            positions,
            layers,
            naming: BLOCKS,
            norm,
            // A layer with a bias is stored as a layer, one without as the matrix itself.
            projection: Projection {
                name: projection,
                transposed: !self.proj_bias,
                has_bias: self.proj_bias,
            },
        })
    }
}

fn usual_activation(quick_gelu: bool) -> Activation {
    if quick_gelu { Activation::QuickGelu } else { Activation::Gelu }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A MobileCLIP with this in its parts.
    fn layout(vision: &str, text: &str) -> Result<Layout, String> {
        let config = format!(
            r#"{{"model_cfg": {{"embed_dim": 512, "custom_text": true,
                "vision_cfg": {{"timm_pool": "avg", "image_size": 256, {vision}}},
                "text_cfg": {{"no_causal_mask": true{text}}}}}}}"#
        );
        serde_json::from_str::<Config>(&config).map_err(|error| error.to_string())?.layout()
    }

    #[test]
    fn mobile_clips_are_known_by_name() {
        for name in ["fastvit_mci0", "fastvit_mci1", "fastvit_mci2"] {
            let layout = layout(&format!(r#""timm_model_name": "{name}""#), "");
            assert!(layout.is_ok_and(|layout| matches!(layout.image, ImageLayout::FastVit(_))), "{name}");
        }
    }

    #[test]
    fn what_is_not_known_is_named() {
        let check = |vision: &str, text: &str, expected: &str| {
            let error = layout(vision, text).err();
            assert!(error.as_ref().is_some_and(|error| error.contains(expected)), "{vision}: {error:?}");
        };
        check(r#""timm_model_name": "fastvit_mci3""#, "", "fastvit_mci3");
        check(r#""timm_model_name": "vit_base_mci_224""#, "", "vit_base_mci_224");
        check(r#""timm_model_name": "fastvit_mci1", "timm_proj": "linear""#, "", "a projection");
        check(r#""timm_model_name": "fastvit_mci1""#, r#", "use_pad_mask": true"#, "text tower");
        check(r#""timm_model_name": "fastvit_mci1""#, r#", "pool_type": "first""#, "first");
    }
}
