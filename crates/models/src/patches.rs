//! The first step of image towers: cut the picture into squares, turn each into a vector, put a class token before
//! them where the model has one, add positions.
//!
//! A convolution whose stride is its kernel is one matrix product of `[patches, 3 * patch^2]` with the
//! kernel; the patches are cut straight from the picture's bytes, so no float image ever exists.

use candle_core::{Device, Tensor};

use crate::dense::Dense;
use crate::weights::Weights;
use crate::{ModelError, PixelTensor, on_cpu};

pub(crate) struct PatchEmbedding {
    kernel: Dense,
    /// `[1, 1, hidden]`
    class_token: Option<Tensor>,
    /// `[1, tokens, hidden]`
    positions: Tensor,
    side: usize,
    patch: usize,
    device: Device,
}

/// Sizes of the embedding.
pub(crate) struct PatchConfig {
    pub(crate) hidden: usize,
    pub(crate) side: usize,
    pub(crate) patch: usize,
}

/// How a checkpoint names the parts, and with how many dimensions of one it stores them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PatchNaming {
    /// The convolution, without `.weight`.
    pub(crate) kernel: &'static str,
    pub(crate) has_bias: bool,
    /// The class token, where there is one, and dimensions before its `[hidden]`.
    pub(crate) class_token: Option<(&'static str, usize)>,
    /// The positions, and dimensions before their `[tokens, hidden]`.
    pub(crate) positions: (&'static str, usize),
}

impl PatchNaming {
    /// Of transformers' `CLIPModel`.
    pub(crate) const CLIP: Self = Self {
        kernel: "vision_model.embeddings.patch_embedding",
        has_bias: false,
        class_token: Some(("vision_model.embeddings.class_embedding", 0)),
        positions: ("vision_model.embeddings.position_embedding.weight", 0),
    };
    /// Of BLIP in transformers.
    pub(crate) const BLIP: Self = Self {
        has_bias: true,
        class_token: Some(("vision_model.embeddings.class_embedding", 2)),
        positions: ("vision_model.embeddings.position_embedding", 1),
        ..Self::CLIP
    };
}

impl PatchEmbedding {
    pub(crate) fn load(
        weights: &Weights,
        naming: &PatchNaming,
        config: &PatchConfig,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let h = config.hidden;
        let of = |name: &str, n_before: usize, shape: &[usize]| {
            let stored: Vec<usize> = std::iter::repeat_n(1, n_before).chain(shape.iter().copied()).collect();
            weights.get(name, &stored)
        };
        let kernel = weights.dense(naming.kernel, || {
            let shape = [h, 3, config.patch, config.patch];
            let kernel = weights.get(&format!("{}.weight", naming.kernel), &shape)?.flatten_from(1)?;
            let bias =
                naming.has_bias.then(|| weights.get(&format!("{}.bias", naming.kernel), &[h])).transpose()?;
            Ok((kernel, bias))
        })?;
        let class_token = match naming.class_token {
            Some((name, n_before)) => Some(of(name, n_before, &[h])?.reshape((1, 1, h))?),
            None => None,
        };
        let n_tokens = (config.side / config.patch).pow(2) + usize::from(class_token.is_some());
        let (name, n_before) = naming.positions;
        let positions = of(name, n_before, &[n_tokens, h])?.reshape((1, n_tokens, h))?;
        let (side, patch) = (config.side, config.patch);
        Ok(Self { kernel, class_token, positions, side, patch, device: device.clone() })
    }

    /// Whether both have the same weights, bit by bit.
    pub(crate) fn is_same_as(&self, other: &Self) -> Result<bool, ModelError> {
        let has_same_class_token = match (&self.class_token, &other.class_token) {
            (Some(own), Some(other)) => on_cpu::are_same(own, other)?,
            (own, other) => own.is_none() && other.is_none(),
        };
        Ok(has_same_class_token
            && self.kernel.is_same_as(&other.kernel)?
            && on_cpu::are_same(&self.positions, &other.positions)?)
    }

    /// `[batch, tokens, hidden]`, the class token first.
    pub(crate) fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let mut patches = Vec::new();
        for picture in pictures {
            picture.require_side(self.side)?;
            picture.append_patches(self.patch, &mut patches);
        }
        let (batch, n_patches) = (pictures.len(), (self.side / self.patch).pow(2));
        let patches =
            Tensor::from_vec(patches, (batch * n_patches, 3 * self.patch * self.patch), &self.device)?;
        let patches = patches.to_dtype(self.kernel.dtype())?;
        let embedded = self.kernel.forward(&patches)?;
        let hidden = embedded.dim(1)?;
        let patches = embedded.reshape((batch, n_patches, hidden))?;
        let tokens = match &self.class_token {
            Some(token) => Tensor::cat(&[token.expand((batch, 1, hidden))?, patches], 1)?,
            None => patches,
        };
        Ok(tokens.broadcast_add(&self.positions)?)
    }
}
