//! The first step of both image towers: cut the picture into squares, turn each into a vector, put the
//! class token before them, add positions.
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
    class_token: Tensor,
    /// `[1, 1 + patches, hidden]`
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

impl PatchConfig {
    fn n_tokens(&self) -> usize {
        1 + (self.side / self.patch).pow(2)
    }
}

impl PatchEmbedding {
    /// CLIP's names and shapes: no bias, the class token is `[hidden]`, positions are an embedding.
    pub(crate) fn load_clip(
        weights: &Weights,
        prefix: &str,
        config: &PatchConfig,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let h = config.hidden;
        let kernel =
            weights.get(&format!("{prefix}.patch_embedding.weight"), &[h, 3, config.patch, config.patch])?;
        let class_token = weights.get(&format!("{prefix}.class_embedding"), &[h])?;
        let positions =
            weights.get(&format!("{prefix}.position_embedding.weight"), &[config.n_tokens(), h])?;
        Self::new(
            weights.dense(&format!("{prefix}.patch_embedding"), kernel.flatten_from(1)?, None)?,
            &class_token,
            &positions,
            config,
            device,
        )
    }

    /// BLIP's names and shapes.
    pub(crate) fn load_blip(
        weights: &Weights,
        prefix: &str,
        config: &PatchConfig,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let h = config.hidden;
        let kernel =
            weights.get(&format!("{prefix}.patch_embedding.weight"), &[h, 3, config.patch, config.patch])?;
        let bias = weights.get(&format!("{prefix}.patch_embedding.bias"), &[h])?;
        let class_token = weights.get(&format!("{prefix}.class_embedding"), &[1, 1, h])?;
        let positions = weights.get(&format!("{prefix}.position_embedding"), &[1, config.n_tokens(), h])?;
        let kernel =
            weights.dense(&format!("{prefix}.patch_embedding"), kernel.flatten_from(1)?, Some(bias))?;
        Self::new(kernel, &class_token, &positions, config, device)
    }

    fn new(
        kernel: Dense,
        class_token: &Tensor,
        positions: &Tensor,
        config: &PatchConfig,
        device: &Device,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            kernel,
            class_token: class_token.reshape((1, 1, config.hidden))?,
            positions: positions.reshape((1, config.n_tokens(), config.hidden))?,
            side: config.side,
            patch: config.patch,
            device: device.clone(),
        })
    }

    /// Whether both have the same weights, bit by bit.
    pub(crate) fn is_same_as(&self, other: &Self) -> Result<bool, ModelError> {
        Ok(self.kernel.is_same_as(&other.kernel)?
            && on_cpu::are_same(&self.class_token, &other.class_token)?
            && on_cpu::are_same(&self.positions, &other.positions)?)
    }

    /// `[batch, 1 + patches, hidden]`.
    pub(crate) fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let mut patches = Vec::new();
        for picture in pictures {
            if picture.side() as usize != self.side {
                return Err(ModelError::PixelSize { expected: self.side as u32, found: picture.side() });
            }
            picture.append_patches(self.patch, &mut patches);
        }
        let (batch, n_patches) = (pictures.len(), (self.side / self.patch).pow(2));
        let patches =
            Tensor::from_vec(patches, (batch * n_patches, 3 * self.patch * self.patch), &self.device)?;
        let patches = patches.to_dtype(self.kernel.dtype())?;
        let embedded = self.kernel.forward(&patches)?;
        let hidden = embedded.dim(1)?;
        let class_tokens = self.class_token.expand((batch, 1, hidden))?;
        let tokens = Tensor::cat(&[class_tokens, embedded.reshape((batch, n_patches, hidden))?], 1)?;
        Ok(tokens.broadcast_add(&self.positions)?)
    }
}
