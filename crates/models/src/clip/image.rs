//! The image tower: a picture to one vector.
//!
//! Patches with their positions go through the transformer; then the class token stands for the picture (CLIP), or a
//! learned question gathers it from all patches (SigLIP). A projection may follow.

use candle_core::{Device, Tensor};

use super::pooling::{AttentionPool, PoolNaming};
use crate::dense::Dense;
use crate::encoder::{Encoder, EncoderConfig, Naming};
use crate::norm::Norm;
use crate::patches::{PatchConfig, PatchEmbedding, PatchNaming};
use crate::weights::Weights;
use crate::{ModelError, PixelTensor};

/// What an image tower is made of, and how its checkpoint names that.
#[derive(Debug, Clone)]
pub(super) struct ImageLayout {
    pub(super) encoder: EncoderConfig,
    /// Pixels a side, of the picture and of a patch.
    pub(super) side: usize,
    pub(super) patch: usize,
    pub(super) patches: PatchNaming,
    /// The norm before the first layer, where there is one.
    pub(super) pre_norm: Option<&'static str>,
    pub(super) layers: &'static str,
    pub(super) naming: Naming,
    pub(super) post_norm: &'static str,
    pub(super) pooling: Pooling,
    pub(super) projection: Option<Projection>,
}

/// What stands for the whole picture.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pooling {
    ClassToken,
    Attention(PoolNaming),
}

/// The last step to a vector, without or with a bias.
#[derive(Debug, Clone, Copy)]
pub(super) struct Projection {
    /// The layer, or the tensor itself where it is stored [`Projection::transposed`].
    pub(super) name: &'static str,
    /// Stored as `[hidden, dim]` and not, as a layer, `[dim, hidden]`.
    pub(super) transposed: bool,
    pub(super) has_bias: bool,
}

impl Projection {
    pub(super) fn load(&self, weights: &Weights, hidden: usize, dim: usize) -> Result<Dense, ModelError> {
        let weight = match self.transposed {
            true => weights.get(self.name, &[hidden, dim])?.t()?.contiguous()?,
            false => weights.get(&format!("{}.weight", self.name), &[dim, hidden])?,
        };
        let bias = match self.has_bias {
            true => Some(weights.get(&format!("{}.bias", self.name), &[dim])?),
            false => None,
        };
        weights.dense(self.name, weight, bias)
    }
}

pub(super) struct ImageTower {
    patches: PatchEmbedding,
    pre_norm: Option<Norm>,
    pub(super) encoder: Encoder,
    pub(super) post_norm: Norm,
    pub(super) pool: Pool,
    pub(super) projection: Option<Dense>,
    /// Of every layer norm.
    pub(super) eps: f64,
    pub(super) device: Device,
}

pub(super) enum Pool {
    ClassToken,
    Attention(Box<AttentionPool>),
}

impl ImageTower {
    pub(super) fn load(
        weights: &Weights,
        layout: &ImageLayout,
        dim: usize,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let ImageLayout { encoder, side, patch, .. } = layout;
        let (h, eps) = (encoder.hidden, encoder.eps);
        let sizes = PatchConfig { hidden: h, side: *side, patch: *patch };
        let pre_norm = layout.pre_norm.map(|name| weights.layer_norm(name, h, eps)).transpose()?;
        let projection = layout.projection.map(|layer| layer.load(weights, h, dim)).transpose()?;
        Ok(Self {
            patches: PatchEmbedding::load(weights, &layout.patches, &sizes, device)?,
            pre_norm,
            encoder: Encoder::load(weights, layout.layers, encoder, &layout.naming)?,
            post_norm: weights.layer_norm(layout.post_norm, h, eps)?,
            pool: match &layout.pooling {
                Pooling::ClassToken => Pool::ClassToken,
                Pooling::Attention(naming) => {
                    Pool::Attention(Box::new(AttentionPool::load(weights, naming, encoder)?))
                }
            },
            projection,
            eps,
            device: device.clone(),
        })
    }

    /// What goes into the first layer, `[batch, tokens, hidden]`.
    pub(super) fn embed(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let x = self.patches.forward(pictures)?;
        match &self.pre_norm {
            Some(norm) => norm.forward(&x),
            None => Ok(x),
        }
    }

    /// `[batch, dim]`, not normalised.
    pub(super) fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let x = self.embed(pictures)?;
        let pooled = match &self.pool {
            Pool::ClassToken => {
                let first = vec![0; pictures.len()];
                self.post_norm.forward(&self.encoder.forward_to_token(x, None, &first)?)?
            }
            Pool::Attention(pool) => {
                pool.forward(&self.post_norm.forward(&self.encoder.forward(x, None)?)?)?
            }
        };
        match &self.projection {
            Some(projection) => projection.forward(&pooled),
            None => Ok(pooled),
        }
    }

    /// `[batch, tokens, hidden]` after the last layer, before any norm.
    pub(super) fn hidden_states(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        self.encoder.forward(self.embed(pictures)?, None)
    }
}
