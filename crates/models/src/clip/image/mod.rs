//! The image tower: a picture to one vector. One kind a file or folder.

mod convolution;
mod fast_vit;
mod pooling;
mod transformer;

use candle_core::{Device, Tensor};

use self::fast_vit::FastVit;
pub(super) use self::fast_vit::FastVitLayout;
pub(super) use self::pooling::{PoolAttention, PoolNaming};
use self::transformer::VisionTransformer;
pub(super) use self::transformer::{Pooling, VisionLayout};
use crate::dense::Dense;
use crate::heat::Watched;
use crate::weights::Weights;
use crate::{ModelError, PixelTensor};

/// What an image tower is made of, and how its checkpoint names that.
#[derive(Debug, Clone)]
pub(super) enum ImageLayout {
    Transformer(Box<VisionLayout>),
    FastVit(FastVitLayout),
}

/// A loaded image tower.
pub(super) trait ImageTower: Send + Sync {
    /// `[batch, dim]`, not normalised.
    fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError>;

    /// What the last layer holds of every place, `[batch, tokens, hidden]`, before what makes one vector of it.
    fn hidden_states(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError>;

    /// [`ImageTower::forward`] of one picture in operations that can be differentiated.
    fn watched(&self, picture: &PixelTensor) -> Result<WatchedPicture, ModelError>;
}

/// A picture's vector that remembers how it came to be.
pub(super) struct WatchedPicture {
    /// `[.., dim]` in f32, not normalised.
    pub(super) vector: Tensor,
    pub(super) watched: Watched,
    /// Of what is watched, how many parts come before those of the picture's places.
    pub(super) n_before: usize,
}

impl ImageLayout {
    pub(super) fn load(
        &self,
        weights: &Weights,
        dim: usize,
        device: &Device,
    ) -> Result<Box<dyn ImageTower>, ModelError> {
        Ok(match self {
            Self::Transformer(layout) => Box::new(VisionTransformer::load(weights, layout, dim, device)?),
            Self::FastVit(layout) => Box::new(FastVit::load(weights, layout, dim, device)?),
        })
    }

    /// Pixels of a side of the pictures it takes.
    pub(super) fn side(&self) -> usize {
        match self {
            Self::Transformer(layout) => layout.side,
            Self::FastVit(layout) => layout.side,
        }
    }

    /// Numbers that stand in memory together beside the weights; see [`crate::memory::tower`].
    pub(super) fn n_working(&self, batch: usize) -> u64 {
        match self {
            Self::Transformer(layout) => layout.n_working(batch),
            Self::FastVit(layout) => layout.n_working(batch),
        }
    }
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
        weights.dense(self.name, || {
            let weight = match self.transposed {
                true => weights.get(self.name, &[hidden, dim])?.t()?.contiguous()?,
                false => weights.get(&format!("{}.weight", self.name), &[dim, hidden])?,
            };
            let bias =
                self.has_bias.then(|| weights.get(&format!("{}.bias", self.name), &[dim])).transpose()?;
            Ok((weight, bias))
        })
    }
}
