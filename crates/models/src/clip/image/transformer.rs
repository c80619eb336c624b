//! Vision transformers.
//!
//! Patches with their positions go through the transformer; then the class token stands for the picture (CLIP), or a
//! learned question gathers it from all patches (SigLIP). A projection may follow.

use candle_core::{DType, Device, Tensor};

use super::pooling::{AttentionPool, PoolNaming};
use super::{ImageTower, Projection, WatchedPicture};
use crate::dense::Dense;
use crate::encoder::{Encoder, EncoderConfig, Naming};
use crate::heat::{Watched, attend_watched, layer_norm, linear, mlp_plus, split_heads};
use crate::norm::Norm;
use crate::patches::{PatchConfig, PatchEmbedding, PatchNaming};
use crate::weights::Weights;
use crate::{ModelError, PixelTensor, memory};

/// What an image tower is made of, and how its checkpoint names that.
#[derive(Debug, Clone)]
pub(in crate::clip) struct VisionLayout {
    pub(in crate::clip) encoder: EncoderConfig,
    /// Pixels a side, of the picture and of a patch.
    pub(in crate::clip) side: usize,
    pub(in crate::clip) patch: usize,
    pub(in crate::clip) patches: PatchNaming,
    /// The norm before the first layer, where there is one.
    pub(in crate::clip) pre_norm: Option<&'static str>,
    pub(in crate::clip) layers: &'static str,
    pub(in crate::clip) naming: Naming,
    pub(in crate::clip) post_norm: &'static str,
    pub(in crate::clip) pooling: Pooling,
    pub(in crate::clip) projection: Option<Projection>,
}

impl VisionLayout {
    pub(super) fn n_working(&self, batch: usize) -> u64 {
        memory::tower(batch, 1 + (self.side / self.patch).pow(2), &self.encoder)
    }
}

/// What stands for the whole picture.
#[derive(Debug, Clone, Copy)]
pub(in crate::clip) enum Pooling {
    ClassToken,
    Attention(PoolNaming),
}

pub(super) struct VisionTransformer {
    patches: PatchEmbedding,
    pre_norm: Option<Norm>,
    encoder: Encoder,
    post_norm: Norm,
    pool: Pool,
    projection: Option<Dense>,
    /// Of every layer norm.
    eps: f64,
}

enum Pool {
    ClassToken,
    Attention(Box<AttentionPool>),
}

impl VisionTransformer {
    pub(super) fn load(
        weights: &Weights,
        layout: &VisionLayout,
        dim: usize,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let VisionLayout { encoder, side, patch, .. } = layout;
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
        })
    }

    /// What goes into the first layer, `[batch, tokens, hidden]`.
    fn embed(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let x = self.patches.forward(pictures)?;
        match &self.pre_norm {
            Some(norm) => norm.forward(&x),
            None => Ok(x),
        }
    }

    /// The class token after the last norm, `[1, 1, hidden]`, and its attention in the last layer.
    fn watched_class_token(&self, picture: &PixelTensor) -> Result<(Tensor, Watched), ModelError> {
        let (last, x) = self.encoder.before_last(self.embed(std::slice::from_ref(picture))?)?;
        let x = x.to_dtype(DType::F32)?;
        let qkv = linear(last.qkv, &layer_norm(last.norm1, self.eps, &x)?)?;
        let parts = split_heads(&qkv, 3, last.n_heads)?;
        // The class token alone goes on.
        let query = parts[0].narrow(2, 0, 1)?.contiguous()?;
        let (context, watched) = attend_watched(&query, &parts[1], &parts[2])?;
        let x = (linear(last.out, &context)? + x.narrow(1, 0, 1)?)?;
        let x = mlp_plus(last.mlp, &layer_norm(last.norm2, self.eps, &x)?, &x)?;
        Ok((layer_norm(&self.post_norm, self.eps, &x)?, watched))
    }
}

impl ImageTower for VisionTransformer {
    fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
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

    fn hidden_states(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        self.encoder.forward(self.embed(pictures)?, None)
    }

    fn watched(&self, picture: &PixelTensor) -> Result<WatchedPicture, ModelError> {
        let (n_before, (pooled, watched)) = match &self.pool {
            Pool::ClassToken => (1, self.watched_class_token(picture)?),
            Pool::Attention(pool) => {
                let tokens = self.post_norm.forward(&self.hidden_states(std::slice::from_ref(picture))?)?;
                (0, pool.watched(&tokens.to_dtype(DType::F32)?, self.eps)?)
            }
        };
        let vector = match &self.projection {
            Some(projection) => linear(projection, &pooled)?,
            None => pooled,
        };
        Ok(WatchedPicture { vector, watched, n_before })
    }
}
