//! CLIP (Radford et al. 2021, <https://arxiv.org/abs/2103.00020>): pictures and texts as vectors of one
//! space, in which a cosine says how well they belong together.
//!
//! In: prepared pictures ([`crate::ImagePreprocess`]) or texts. Out: vectors of length 1.
//!
//! The files are those of transformers' `CLIPModel`. Activation, sizes, epsilon and end token come from
//! `config.json`, so OpenAI's and LAION's checkpoints both work.

mod config;
mod continuation;
mod heat;
mod text;

use std::path::Path;

use candle_core::{D, DType, Tensor};

use self::config::ClipConfig;
pub(crate) use self::continuation::TextPrefix;
use self::text::TextTower;
use crate::batching::BatchSize;
use crate::dense::Dense;
use crate::encoder::{Encoder, Naming};
use crate::norm::Norm;
use crate::patches::{PatchConfig, PatchEmbedding};
use crate::pixels::Defaults;
use crate::tokenizer::{TextTokenizer, Vocabulary};
use crate::weights::Weights;
use crate::{ImagePreprocess, ModelDevice, ModelError, PixelTensor, memory, summary};

/// Pictures that go through the model together; more would only take more memory.
const IMAGE_BATCH: usize = 16;
/// Texts that go through the model together.
const TEXT_BATCH: usize = 64;

/// A loaded CLIP model.
pub struct Clip {
    preprocess: ImagePreprocess,
    image: ImageTower,
    text: TextTower,
    dim: usize,
    logit_scale: f32,
    image_batch: BatchSize,
    text_batch: BatchSize,
}

struct ImageTower {
    patches: PatchEmbedding,
    pre_norm: Norm,
    encoder: Encoder,
    post_norm: Norm,
    projection: Dense,
    /// Of every layer norm.
    eps: f64,
}

impl Clip {
    /// Loads a `CLIPModel` from a folder in the Hugging Face layout.
    ///
    /// # Errors
    /// A file that is missing, unreadable or does not fit the others; the error names it.
    pub fn load(folder: &Path, device: &ModelDevice) -> Result<Self, ModelError> {
        let path = folder.join("config.json");
        summary::require_architecture(&path, &["CLIPModel", "clip"], "CLIPModel")?;
        let config = ClipConfig::load(&path)?;
        let in_config = |reason: String| ModelError::config(&path, reason);
        let side = config.vision_config.image_size.get().map_err(in_config)?;
        let patch = config.vision_config.patch_size.get().map_err(in_config)?;
        let preprocess = ImagePreprocess::load(folder, Defaults::Clip, side)?;
        let tokenizer = TextTokenizer::load(folder, Vocabulary::ClipBpe)?;

        let weights = Weights::open(folder, device)?;
        let device = &device.device;
        let encoder = config.vision_config.encoder().map_err(in_config)?;
        let h = encoder.hidden;
        let patches = PatchConfig { hidden: h, side, patch };
        let projection = weights.get("visual_projection.weight", &[config.projection_dim, h])?;
        let image = ImageTower {
            patches: PatchEmbedding::load_clip(&weights, "vision_model.embeddings", &patches, device)?,
            // The checkpoints spell it so.
            pre_norm: weights.layer_norm("vision_model.pre_layrnorm", h, encoder.eps)?,
            encoder: Encoder::load(&weights, "vision_model.encoder", &encoder, Naming::Clip)?,
            post_norm: weights.layer_norm("vision_model.post_layernorm", h, encoder.eps)?,
            projection: weights.dense("visual_projection", projection, None)?,
            eps: encoder.eps,
        };
        let text = TextTower::load(&weights, &config.text_config, config.projection_dim, tokenizer, device)?;
        let logit_scale = if weights.contains("logit_scale") {
            weights.get("logit_scale", &[])?.to_dtype(DType::F32)?.to_scalar::<f32>()?
        } else {
            config.logit_scale_init_value
        };
        Ok(Self {
            preprocess,
            image,
            text,
            dim: config.projection_dim,
            logit_scale: logit_scale.exp(),
            image_batch: BatchSize::new(IMAGE_BATCH),
            text_batch: BatchSize::new(TEXT_BATCH),
        })
    }

    /// Length of the vectors.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// What the model multiplies cosines with before a softmax over texts: the exponential of the
    /// checkpoint's learned `logit_scale`, about 100 for the released ones (Radford et al. 2021, 2.3).
    #[must_use]
    pub fn logit_scale(&self) -> f32 {
        self.logit_scale
    }

    /// How pictures are prepared for this model.
    #[must_use]
    pub fn preprocess(&self) -> ImagePreprocess {
        self.preprocess.clone()
    }

    /// One vector of length 1 for each picture, `[dim]`, in the order given.
    ///
    /// # Errors
    /// A picture prepared for another model, or arithmetic that failed.
    pub fn embed_images(&self, pictures: &[PixelTensor]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.image_batch
            .run_in_parts(&self.text.device, pictures, |batch| normalised(&self.image.forward(batch)?))
    }

    /// One vector of length 1 for each text, `[dim]`, in the order given. The empty text has one too.
    /// Texts beyond the model's length (77 tokens for most) are cut.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn embed_texts(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let ids = texts.iter().map(|text| self.text.token_ids(text)).collect::<Result<Vec<_>, _>>()?;
        // Texts of like length together: a batch costs as much as its longest.
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|&i| ids[i].len());
        let sorted = self.text_batch.run(&order, |batch| {
            let batch_ids: Vec<Vec<u32>> = batch.iter().map(|&i| ids[i].clone()).collect();
            normalised(&self.text.forward(&batch_ids)?)
        })?;
        let mut vectors = vec![Vec::new(); ids.len()];
        for (i, vector) in order.into_iter().zip(sorted) {
            vectors[i] = vector;
        }
        Ok(vectors)
    }

    /// The token ids of a text as the model reads it: start, words, end.
    ///
    /// # Errors
    /// A tokenizer that fails on this text.
    pub fn token_ids(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        self.text.token_ids(text)
    }

    /// Texts longer than this many tokens, start and end included, are cut.
    #[must_use]
    pub fn max_tokens(&self) -> usize {
        self.text.max_tokens()
    }

    /// What the image tower's last layer holds for every token of each picture, before any norm:
    /// `[1 + patches][hidden]`, the class token first. For region-wise use and for comparison with
    /// transformers' `vision_model(...).last_hidden_state`.
    ///
    /// # Errors
    /// As [`Clip::embed_images`].
    pub fn image_hidden_states(&self, picture: &PixelTensor) -> Result<Vec<Vec<f32>>, ModelError> {
        let x = self.image.embed(std::slice::from_ref(picture))?;
        Ok(self.image.encoder.forward(x, None)?.squeeze(0)?.to_dtype(DType::F32)?.to_vec2()?)
    }
}

impl ImageTower {
    fn embed(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        self.pre_norm.forward(&self.patches.forward(pictures)?)
    }

    /// `[batch, dim]`, not normalised.
    fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let x = self.embed(pictures)?;
        let class_token = self.encoder.forward_to_token(x, None, &vec![0; pictures.len()])?;
        self.projection.forward(&self.post_norm.forward(&class_token)?)
    }
}

/// Numbers that the usual batch needs beside the weights, from a `config.json` alone; see [`memory`].
pub(crate) fn n_working(config_path: &Path) -> Result<u64, ModelError> {
    let config = ClipConfig::load(config_path)?;
    let in_config = |reason: String| ModelError::config(config_path, reason);
    let (vision, text) = (&config.vision_config, &config.text_config);
    let side = vision.image_size.get().map_err(in_config)?;
    let n_patches = (side / vision.patch_size.get().map_err(in_config)?).pow(2);
    let image = memory::tower(IMAGE_BATCH, 1 + n_patches, &vision.encoder().map_err(in_config)?);
    let text = memory::tower(TEXT_BATCH, text.max_position_embeddings, &text.encoder().map_err(in_config)?);
    Ok(image.max(text))
}

/// Rows of length 1, in f32 whatever the model computes in.
pub(crate) fn normalised(rows: &Tensor) -> Result<Vec<Vec<f32>>, ModelError> {
    let rows = rows.to_dtype(DType::F32)?;
    let norms = rows.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
    Ok(rows.broadcast_div(&norms)?.to_vec2()?)
}
