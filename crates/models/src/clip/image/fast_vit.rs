//! FastViT (Vasu et al. 2023, <https://arxiv.org/abs/2303.14189>), the image tower of MobileCLIP (Vasu et al. 2024,
//! <https://arxiv.org/abs/2311.17049>): four stages of ever fewer places and more channels. Neighbours are mixed by
//! convolutions, in the last stage by attention; the mean of all places stands for the picture.
//!
//! Names and numbers are those of timm 1 (`fastvit.py`). Norms, branches and layer scales are folded into the layers
//! beside them when a model is loaded.

use candle_core::{DType, Device, Tensor};

use super::convolution::{ChannelConvolution, Folded, Sizes, batch_norm};
use super::{ImageTower, WatchedPicture};
use crate::activation::Activation;
use crate::dense::Dense;
use crate::encoder::{EncoderConfig, Mlp, attend, split_heads, with_scaled_queries};
use crate::heat::{linear, mean_watched};
use crate::weights::Weights;
use crate::{ModelError, PixelTensor, memory};

/// What a tower is made of.
#[derive(Debug, Clone, Copy)]
pub(in crate::clip) struct FastVitLayout {
    /// Pixels of a side of a picture.
    pub(in crate::clip) side: usize,
    /// Where the checkpoint keeps it.
    pub(in crate::clip) prefix: &'static str,
    /// Of each stage.
    pub(in crate::clip) widths: [usize; 4],
    pub(in crate::clip) depths: [usize; 4],
    /// Inner width of the two linear layers of a block, as a multiple of its width.
    pub(in crate::clip) expansion: usize,
}

/// Width of a head of the attention.
const HEAD: usize = 32;
/// Places of a side of the convolutions that go before linear layers and between stages.
const WIDE: usize = 7;
/// Places of a side of a picture that the stages and the stem bring down to one.
const REDUCTION: usize = 32;

impl FastVitLayout {
    /// That it can be what it says.
    pub(in crate::clip) fn check(&self) -> Result<(), String> {
        if self.side == 0 || self.side > 4_096 || !self.side.is_multiple_of(REDUCTION) {
            return Err(format!("image_size is {}, not a multiple of {REDUCTION} up to 4096", self.side));
        }
        Ok(())
    }

    /// The first stage has most places and most numbers.
    pub(super) fn n_working(&self, batch: usize) -> u64 {
        let (hidden, activation) = (self.widths[0], Activation::Gelu);
        let intermediate = hidden * self.expansion;
        let sizes = EncoderConfig { hidden, intermediate, n_layers: 0, n_heads: 0, activation, eps: 0.0 };
        memory::tower(batch, (self.side / 4).pow(2), &sizes)
    }
}

pub(super) struct FastVit {
    stem: Dense,
    stem_neighbours: ChannelConvolution,
    stem_places: Dense,
    stages: Vec<Stage>,
    last: ChannelConvolution,
    last_excitation: Excitation,
    head: Dense,
    side: usize,
    device: Device,
}

impl FastVit {
    pub(super) fn load(
        weights: &Weights,
        layout: &FastVitLayout,
        dim: usize,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let FastVitLayout { side, prefix, widths, depths, expansion } = *layout;
        let of = |part: &str| format!("{prefix}.{part}");
        let [first, .., last] = widths;
        let block = |name: &str, sizes: Sizes| Folded::mobile_one(weights, &of(name), sizes);
        let neighbours = Sizes::of_channels(first, first, 3, 2);
        let wide = Sizes::of_channels(last, 2 * last, 3, 1);
        let stages = (0..widths.len()).map(|stage| {
            let name = of(&format!("stages.{stage}"));
            let n_in = stage.checked_sub(1).map(|before| widths[before]);
            Stage::load(weights, &name, n_in, widths[stage], depths[stage], expansion, stage)
        });
        Ok(Self {
            stem: block("stem.0", Sizes { n_in: 3, n_out: first, by_channel: false, side: 3, stride: 2 })?
                .dense(weights, &of("stem.0"))?,
            stem_neighbours: block("stem.1", neighbours)?.by_channel(weights, neighbours)?,
            stem_places: block("stem.2", Sizes::of_places(first, first))?.dense(weights, &of("stem.2"))?,
            stages: stages.collect::<Result<_, _>>()?,
            last: block("final_conv", wide)?.by_channel(weights, wide)?,
            last_excitation: Excitation::load(weights, &of("final_conv.se"), 2 * last, last / 8)?,
            head: weights.linear(&of("head.fc"), 2 * last, dim)?,
            side,
            device: device.clone(),
        })
    }

    /// What the last convolution holds, `[batch, height, width, 2 * channels]`.
    fn features(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        let mut neighbourhoods = Vec::new();
        for picture in pictures {
            picture.require_side(self.side)?;
            picture.append_neighbourhoods(&mut neighbourhoods);
        }
        let half = self.side / 2;
        let x = Tensor::from_vec(neighbourhoods, (pictures.len(), half, half, 27), &self.device)?;
        let x = self.stem.forward_activated(Activation::Gelu, &x.to_dtype(self.stem.dtype())?)?;
        let x = self.stem_neighbours.forward(&x, Some(Activation::Gelu))?;
        let x = self.stem_places.forward_activated(Activation::Gelu, &x)?;
        let x = self.stages.iter().try_fold(x, |x, stage| stage.forward(x))?;
        self.last_excitation.forward(&self.last.forward(&x, None)?)
    }
}

impl ImageTower for FastVit {
    fn forward(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        self.head.forward(&mean_of_places(&self.features(pictures)?)?)
    }

    fn hidden_states(&self, pictures: &[PixelTensor]) -> Result<Tensor, ModelError> {
        Ok(self.features(pictures)?.flatten(1, 2)?)
    }

    fn watched(&self, picture: &PixelTensor) -> Result<WatchedPicture, ModelError> {
        let places = self.hidden_states(std::slice::from_ref(picture))?.squeeze(0)?.to_dtype(DType::F32)?;
        let (mean, watched) = mean_watched(&places)?;
        Ok(WatchedPicture { vector: linear(&self.head, &mean)?, watched, n_before: 0 })
    }
}

/// `[batch, height, width, channels]` to `[batch, channels]`.
fn mean_of_places(x: &Tensor) -> Result<Tensor, ModelError> {
    Ok(x.flatten(1, 2)?.mean(1)?)
}

/// Blocks of one width, and what leads from the stage before to them.
struct Stage {
    down: Option<Down>,
    positions: Option<ChannelConvolution>,
    blocks: Vec<Block>,
}

impl Stage {
    fn load(
        weights: &Weights,
        name: &str,
        n_in: Option<usize>,
        width: usize,
        depth: usize,
        expansion: usize,
        stage: usize,
    ) -> Result<Self, ModelError> {
        let down = n_in.map(|n_in| {
            // The later two weigh their channels.
            Down::load(weights, &format!("{name}.downsample.proj"), n_in, width, stage > 1)
        });
        let is_last = stage == 3;
        let positions = is_last.then(|| {
            let sizes = Sizes::of_channels(width, width, WIDE, 1);
            let learned = Folded::plain(weights, &format!("{name}.pos_emb.pos_enc"), sizes)?;
            learned.plus(&Folded::identity(sizes, weights.device())?)?.by_channel(weights, sizes)
        });
        let block = |i: usize| Block::load(weights, &format!("{name}.blocks.{i}"), width, expansion, is_last);
        Ok(Self {
            down: down.transpose()?,
            positions: positions.transpose()?,
            blocks: (0..depth).map(block).collect::<Result<_, _>>()?,
        })
    }

    fn forward(&self, x: Tensor) -> Result<Tensor, ModelError> {
        let x = match &self.down {
            Some(down) => down.forward(&x)?,
            None => x,
        };
        let x = match &self.positions {
            Some(positions) => positions.forward(&x, None)?,
            None => x,
        };
        self.blocks.iter().try_fold(x, |x, block| block.forward(&x))
    }
}

/// Half the places of a side, and more channels.
struct Down {
    neighbours: ChannelConvolution,
    excitation: Option<Excitation>,
    places: Dense,
}

impl Down {
    fn load(
        weights: &Weights,
        name: &str,
        n_in: usize,
        n_out: usize,
        weighs_channels: bool,
    ) -> Result<Self, ModelError> {
        let sizes = Sizes::of_channels(n_in, n_out, WIDE, 2);
        let large = Folded::convolution(weights, &format!("{name}.0.large_conv"), sizes)?;
        let small =
            Folded::convolution(weights, &format!("{name}.0.small_conv"), Sizes { side: 3, ..sizes })?;
        let excitation = weighs_channels
            .then(|| Excitation::load(weights, &format!("{name}.0.se"), n_out, n_out.div_ceil(32) * 8));
        let places = format!("{name}.1");
        Ok(Self {
            neighbours: large.plus(&small)?.by_channel(weights, sizes)?,
            excitation: excitation.transpose()?,
            places: Folded::mobile_one(weights, &places, Sizes::of_places(n_out, n_out))?
                .dense(weights, &places)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let x = match &self.excitation {
            Some(excitation) => excitation.forward(&self.neighbours.forward(x, None)?)?,
            None => self.neighbours.forward(x, Some(Activation::Gelu))?,
        };
        self.places.forward_activated(Activation::Gelu, &x)
    }
}

/// Channels weighed by what the whole picture holds of them, and the activation of that (Hu et al. 2017,
/// <https://arxiv.org/abs/1709.01507>).
struct Excitation {
    squeeze: Dense,
    excite: Dense,
}

impl Excitation {
    fn load(weights: &Weights, name: &str, width: usize, inner: usize) -> Result<Self, ModelError> {
        let layer = |part: &str, n_in: usize, n_out: usize| {
            let name = format!("{name}.{part}");
            Folded::plain(weights, &name, Sizes::of_places(n_in, n_out))?.dense(weights, &name)
        };
        Ok(Self { squeeze: layer("fc1", width, inner)?, excite: layer("fc2", inner, width)? })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let squeezed = self.squeeze.forward(&mean_of_places(x)?)?.relu()?;
        let shares = candle_nn::ops::sigmoid(&self.excite.forward(&squeezed)?)?;
        let weighed = x.broadcast_mul(&shares.unsqueeze(1)?.unsqueeze(1)?)?;
        Ok(Activation::Gelu.apply(&weighed)?)
    }
}

/// Neighbours are mixed, then each place goes through two linear layers, which a convolution goes before.
struct Block {
    mixer: Mixer,
    neighbours: ChannelConvolution,
    mlp: Mlp,
}

enum Mixer {
    Convolution(ChannelConvolution),
    Attention(Box<Attention>),
}

struct Attention {
    qkv: Dense,
    out: Dense,
}

impl Block {
    fn load(
        weights: &Weights,
        name: &str,
        width: usize,
        expansion: usize,
        attends: bool,
    ) -> Result<Self, ModelError> {
        let scale = |part: &str| -> Result<Tensor, ModelError> {
            let name = format!("{name}.{part}.gamma");
            Ok(weights.get(&name, &[width, 1, 1])?.to_dtype(DType::F32)?.flatten_all()?)
        };
        let (mixer, mlp_scale) = match attends {
            true => (Mixer::attention(weights, name, width, &scale("layer_scale_1")?)?, "layer_scale_2"),
            false => {
                (Mixer::convolution(weights, name, width, &scale("token_mixer.layer_scale")?)?, "layer_scale")
            }
        };
        let sizes = Sizes::of_channels(width, width, WIDE, 1);
        let [up, down] = ["fc1", "fc2"].map(|part| format!("{name}.mlp.{part}"));
        let inner = width * expansion;
        Ok(Self {
            mixer,
            neighbours: Folded::convolution(weights, &format!("{name}.mlp.conv"), sizes)?
                .by_channel(weights, sizes)?,
            mlp: Mlp {
                up: Folded::plain(weights, &up, Sizes::of_places(width, inner))?.dense(weights, &up)?,
                activation: Activation::Gelu,
                down: Folded::plain(weights, &down, Sizes::of_places(inner, width))?
                    .times(&scale(mlp_scale)?)?
                    .dense(weights, &down)?,
            },
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let x = self.mixer.forward(x)?;
        self.mlp.forward_plus(&self.neighbours.forward(&x, None)?, &x)
    }
}

impl Mixer {
    /// What comes in, and the difference of a MobileOne block and a norm of it.
    fn convolution(weights: &Weights, name: &str, width: usize, scale: &Tensor) -> Result<Self, ModelError> {
        let sizes = Sizes::of_channels(width, width, 3, 1);
        let mixed = Folded::mobile_one(weights, &format!("{name}.token_mixer.mixer"), sizes)?;
        let normed = Folded::norm(weights, &format!("{name}.token_mixer.norm.identity"), sizes)?;
        let difference = mixed.plus(&normed.times(&scale.ones_like()?.neg()?)?)?.times(scale)?;
        let whole = difference.plus(&Folded::identity(sizes, scale.device())?)?;
        Ok(Self::Convolution(whole.by_channel(weights, sizes)?))
    }

    /// The norm before it goes into the queries, keys and values, the scale after it into the last layer.
    fn attention(weights: &Weights, name: &str, width: usize, scale: &Tensor) -> Result<Self, ModelError> {
        let (factors, shift) = batch_norm(weights, &format!("{name}.norm"), width)?;
        let qkv = format!("{name}.token_mixer.qkv");
        let weight = weights.get(&format!("{qkv}.weight"), &[3 * width, width])?.to_dtype(DType::F32)?;
        let bias = weight.matmul(&shift.reshape((width, 1))?)?.flatten_all()?;
        let weight = weight.broadcast_mul(&factors)?;
        let numbers = (weight.to_dtype(weights.dtype())?, bias.to_dtype(weights.dtype())?);
        let out = format!("{name}.token_mixer.proj");
        let scaled_out = || {
            let (weight, bias) = weights.weight_and_bias(&out, width, width)?;
            let scale = scale.to_dtype(weights.dtype())?;
            Ok((weight.broadcast_mul(&scale.reshape((width, 1))?)?, Some((bias * scale)?)))
        };
        Ok(Self::Attention(Box::new(Attention {
            qkv: with_scaled_queries(weights, &qkv, || Ok(numbers), width, width / HEAD)?,
            out: weights.dense(&out, scaled_out)?,
        })))
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        match self {
            Self::Convolution(convolution) => convolution.forward(x, None),
            Self::Attention(attention) => {
                let (batch, height, width, channels) = x.dims4()?;
                let qkv = attention.qkv.forward(x)?.flatten(1, 2)?;
                let [q, k, v] = split_heads(&qkv, channels / HEAD)?;
                let attended = attend(attention.qkv.precision(), &q, &k, &v, None)?
                    .reshape((batch, height, width, channels))?;
                attention.out.forward_plus(&attended, x)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use image::RgbImage;

    use super::*;
    use crate::pixels::OpenClipConfig;
    use crate::{DevicePreference, select_device};

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/fast_vit")
    }

    fn tower() -> FastVit {
        let device = select_device(DevicePreference::Cpu);
        let weights = Weights::open_named(&folder(), &["fast_vit"], &device).unwrap();
        let (widths, depths) = ([32, 32, 32, 64], [1, 1, 2, 2]);
        let layout = FastVitLayout { side: 96, prefix: "visual.trunk", widths, depths, expansion: 3 };
        layout.check().unwrap();
        FastVit::load(&weights, &layout, 24, &device.device).unwrap()
    }

    /// The pattern of `models/parity/families.py`.
    fn picture() -> PixelTensor {
        let config: OpenClipConfig =
            serde_json::from_str(r#"{"mean": [0, 0, 0], "std": [1, 1, 1]}"#).unwrap();
        let bytes = (0..96 * 96 * 3_u32).map(|i| ((i * 37 + i / 7 * 11) % 256) as u8).collect();
        config.resolve(96).unwrap().apply(&RgbImage::from_raw(96, 96, bytes).unwrap())
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn places_and_vectors_are_those_of_timm() {
        let expected = candle_core::safetensors::load(folder().join("expected.safetensors"), &Device::Cpu);
        let (expected, tower) = (expected.unwrap(), tower());
        let flat = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let two = [picture(), picture()];
        let check = |found: Tensor, name: &str| {
            assert_eq!(&found.dims()[1..], &expected[name].dims()[1..], "{name}");
            for i in 0..2 {
                let cosine = cosine(&flat(&found.get(i).unwrap()), &flat(&expected[name]));
                assert!(cosine > 0.999_99, "{name}: {cosine}");
            }
        };
        check(tower.hidden_states(&two).unwrap(), "image_hidden");
        check(tower.forward(&two).unwrap(), "image_vectors");
    }

    #[test]
    fn what_places_gave_is_what_they_add_to_the_vector() {
        let tower = tower();
        let watched = tower.watched(&picture()).unwrap();
        let own = tower.forward(&[picture()]).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let vector = watched.vector.flatten_all().unwrap();
        assert!(cosine(&vector.to_vec1::<f32>().unwrap(), &own) > 0.999_99);
        let grads = vector.sum_all().unwrap().backward().unwrap();
        let gave = watched.watched.gave(&grads).unwrap().to_vec1::<f32>().unwrap();
        // The sum of the vector's numbers is linear in the places: each gives what its channels weigh.
        let weights = tower.head.tensors().unwrap().0.sum(0).unwrap().to_vec1::<f32>().unwrap();
        let places = tower.hidden_states(&[picture()]).unwrap().squeeze(0).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(gave.len(), places.len());
        for (gave, place) in gave.iter().zip(places) {
            let due = place.iter().zip(&weights).map(|(x, w)| x * w).sum::<f32>().max(0.0);
            assert!((gave - due).abs() < 1e-4, "{gave} for {due}");
        }
        assert!(gave.iter().any(|gave| *gave > 0.0));
    }

    #[test]
    fn sides_that_leave_a_rest_are_refused() {
        let layout = FastVitLayout {
            side: 250,
            prefix: "visual.trunk",
            widths: [64; 4],
            depths: [1; 4],
            expansion: 3,
        };
        assert!(layout.check().unwrap_err().contains("250"));
    }
}
