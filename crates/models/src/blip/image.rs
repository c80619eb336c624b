//! BLIP's image tower, and what it makes of pictures: computed once, used by whatever asks about them.
//!
//! In: prepared pictures. Out: [`ImageTokens`], which matching (both kinds) and captions take any number of
//! times. The captioner and the matcher of one family are often trained from the same image tower; where
//! the weights are equal, the tokens of one model serve the other.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use candle_core::{Device, Tensor};
use sha2::{Digest, Sha256};

use super::config::VisionConfig;
use crate::batching::BatchSize;
use crate::encoder::{Encoder, EncoderConfig, Naming};
use crate::norm::Norm;
use crate::patches::{PatchConfig, PatchEmbedding, PatchNaming};
use crate::weights::Weights;
use crate::{ImagePreprocess, ModelDevice, ModelError, PixelTensor, Precision};

/// Pictures that go through the tower together: their hidden states take about 30 MB each in the base model.
pub(super) const BATCH: usize = 8;

/// Names of the tower's tensors begin with it.
const PREFIX: &str = "vision_model.";

pub(super) struct ImageTower {
    /// Whose weights these are.
    folder: PathBuf,
    preprocess: ImagePreprocess,
    config: EncoderConfig,
    patches: PatchEmbedding,
    encoder: Encoder,
    norm: Norm,
    device: Device,
    precision: Precision,
    batch: BatchSize,
    /// What comparing weights with other towers gave. A `Weak` keeps the address from being given to
    /// another tower.
    compared: Mutex<Vec<(Weak<ImageTower>, bool)>>,
}

/// Pictures as BLIP's image tower sees them, `[1 + patches, hidden]` each: what texts are compared with and
/// captions are made from. Cheap to clone. Holds the image tower that made it in memory.
#[derive(Clone)]
pub struct ImageTokens {
    pictures: Vec<EncodedPicture>,
    tower: Arc<ImageTower>,
}

#[derive(Clone)]
pub(super) struct EncodedPicture {
    /// `[1 + patches, hidden]`
    pub(super) tokens: Tensor,
    /// SHA-256 of the pixels: chance that depends on the picture and not on its place in a batch.
    pub(super) digest: [u8; 32],
}

impl ImageTokens {
    /// How many pictures these are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// Whether these are no pictures at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// How much memory they take, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let of =
            |picture: &EncodedPicture| picture.tokens.elem_count() * picture.tokens.dtype().size_in_bytes();
        self.pictures.iter().map(of).sum()
    }

    /// One of the pictures alone, without a copy; `None` past the end. For asking different things about
    /// each picture of a batch.
    #[must_use]
    pub fn picture(&self, index: usize) -> Option<Self> {
        let picture = self.pictures.get(index)?.clone();
        Some(Self { pictures: vec![picture], tower: self.tower.clone() })
    }
}

impl fmt::Debug for ImageTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageTokens").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl ImageTower {
    /// The tower of the model in `folder`; the one `beside` it where that is the same, so that it stands in
    /// memory once.
    pub(super) fn load(
        folder: &Path,
        weights: &Weights,
        config: &VisionConfig,
        preprocess: ImagePreprocess,
        model_device: &ModelDevice,
        beside: Option<&Arc<Self>>,
    ) -> Result<Arc<Self>, ModelError> {
        let invalid = |reason: String| ModelError::Compute { reason };
        let encoder = config.tower().map_err(invalid)?;
        let (device, precision) = (&model_device.device, model_device.report().precision);
        if let Some(other) = beside
            && other.preprocess == preprocess
            && other.config == encoder
            && other.device.same_device(device)
            && other.precision == precision
            && weights.are_same_under(PREFIX, &Weights::open(&other.folder, model_device)?)
        {
            return Ok(other.clone());
        }
        let h = encoder.hidden;
        let side = config.image_size.get().map_err(invalid)?;
        let patches = PatchConfig { hidden: h, side, patch: config.patch_size.get().map_err(invalid)? };
        Ok(Arc::new(Self {
            folder: folder.to_path_buf(),
            preprocess,
            patches: PatchEmbedding::load(weights, &PatchNaming::BLIP, &patches, device)?,
            encoder: Encoder::load(weights, "vision_model.encoder", &encoder, &Naming::BLIP)?,
            norm: weights.layer_norm("vision_model.post_layernorm", h, encoder.eps)?,
            config: encoder,
            device: device.clone(),
            precision,
            batch: BatchSize::new(BATCH),
            compared: Mutex::default(),
        }))
    }

    pub(super) fn preprocess(&self) -> &ImagePreprocess {
        &self.preprocess
    }

    /// Length of a token's vector.
    pub(super) fn hidden(&self) -> usize {
        self.config.hidden
    }

    pub(super) fn encode(self: &Arc<Self>, pictures: &[PixelTensor]) -> Result<ImageTokens, ModelError> {
        let pictures = self.batch.run_in_parts(&self.device, pictures, |batch| {
            let x = self.encoder.forward(self.patches.forward(batch)?, None)?;
            let tokens = self.norm.forward(&x)?;
            let encoded = |(i, picture): (usize, &PixelTensor)| {
                let digest = Sha256::digest(picture.rgb()).into();
                Ok(EncodedPicture { tokens: tokens.get(i)?, digest })
            };
            batch.iter().enumerate().map(encoded).collect()
        })?;
        Ok(ImageTokens { pictures, tower: self.clone() })
    }

    /// The pictures, if they were made by this tower or by one with the same weights.
    pub(super) fn accept<'a>(
        self: &Arc<Self>,
        tokens: &'a ImageTokens,
    ) -> Result<&'a [EncodedPicture], ModelError> {
        if self.is_same_as(&tokens.tower) {
            Ok(&tokens.pictures)
        } else {
            Err(ModelError::ForeignImageTokens)
        }
    }

    /// Whether both make the same of every picture: equal preparation, sizes and weights. The weights are
    /// compared bit by bit up to the first difference, once for each pair of towers.
    pub(super) fn is_same_as(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        if Arc::ptr_eq(self, other) {
            return true;
        }
        if self.preprocess != other.preprocess
            || self.config != other.config
            || !self.device.same_device(&other.device)
            || self.precision != other.precision
        {
            return false;
        }
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        compared.retain(|(tower, _)| tower.strong_count() > 0);
        let known = compared.iter().find(|(tower, _)| std::ptr::eq(tower.as_ptr(), Arc::as_ptr(other)));
        if let Some((_, same)) = known {
            return *same;
        }
        let same = self.has_weights_of(other).unwrap_or(false);
        compared.push((Arc::downgrade(other), same));
        same
    }

    fn has_weights_of(&self, other: &Self) -> Result<bool, ModelError> {
        Ok(self.patches.is_same_as(&other.patches)?
            && self.norm.is_same_as(&other.norm)?
            && self.encoder.is_same_as(&other.encoder)?)
    }
}

/// Several pictures as one batch, `[pictures, 1 + patches, hidden]`.
pub(super) fn stack(pictures: &[EncodedPicture]) -> Result<Tensor, ModelError> {
    let tokens: Vec<&Tensor> = pictures.iter().map(|picture| &picture.tokens).collect();
    Ok(Tensor::stack(&tokens, 0)?)
}
