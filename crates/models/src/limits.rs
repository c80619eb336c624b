//! What the sizes in a `config.json` may be. The file may come from anywhere: a size that would divide
//! by zero or ask for all memory is refused by name. Tensors are then checked against these sizes.

use serde::Deserialize;

use crate::activation::Activation;
use crate::encoder::EncoderConfig;

/// A side in pixels: `224`, or `[224, 224]` as newer files have it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(crate) enum ImageSide {
    One(usize),
    Two([usize; 2]),
}

impl ImageSide {
    /// The side of a square.
    pub(crate) fn get(self) -> Result<usize, String> {
        match self {
            Self::One(side) => Ok(side),
            Self::Two([height, width]) if height == width => Ok(height),
            Self::Two(sides) => Err(format!("the size {sides:?} is not a square")),
        }
    }
}

pub(crate) fn in_range(what: &str, n: usize, low: usize, high: usize) -> Result<(), String> {
    if (low..=high).contains(&n) { Ok(()) } else { Err(format!("{what} is {n}, not from {low} to {high}")) }
}

/// The tower that a `config.json` of transformers describes, once its sizes have been looked at.
pub(crate) fn tower(
    what: &str,
    [hidden, intermediate, n_layers, n_heads]: [usize; 4],
    activation: &str,
    eps: f64,
) -> Result<EncoderConfig, String> {
    let activation = Activation::from_name(activation)
        .ok_or_else(|| format!("the activation {activation} is not known here"))?;
    let config = EncoderConfig { hidden, intermediate, n_layers, n_heads, activation, eps };
    check_tower(what, &config)?;
    Ok(config)
}

/// [`tower`] of a part of `config.json` that is read into fields of transformers' names.
macro_rules! tower_of {
    ($what:literal, $config:expr) => {
        $crate::limits::tower(
            $what,
            [
                $config.hidden_size,
                $config.intermediate_size,
                $config.num_hidden_layers,
                $config.num_attention_heads,
            ],
            &$config.hidden_act,
            $config.layer_norm_eps,
        )
    };
}

pub(crate) use tower_of;

pub(crate) fn check_tower(what: &str, config: &EncoderConfig) -> Result<(), String> {
    in_range(&format!("{what}.hidden_size"), config.hidden, 1, 16_384)?;
    in_range(&format!("{what}.intermediate_size"), config.intermediate, 1, 65_536)?;
    in_range(&format!("{what}.num_hidden_layers"), config.n_layers, 1, 128)?;
    in_range(&format!("{what}.num_attention_heads"), config.n_heads, 1, config.hidden)?;
    if !config.hidden.is_multiple_of(config.n_heads) {
        return Err(format!("{what}.hidden_size is not a multiple of num_attention_heads"));
    }
    if !(config.eps > 0.0 && config.eps < 1.0) {
        return Err(format!("{what}.layer_norm_eps is {}", config.eps));
    }
    Ok(())
}

pub(crate) fn check_patches(image: ImageSide, patch: ImageSide) -> Result<(), String> {
    let (image, patch) = (image.get()?, patch.get()?);
    in_range("vision_config.image_size", image, 1, 4096)?;
    in_range("vision_config.patch_size", patch, 1, image)
}
