//! `preprocessor_config.json`, in all the forms that checkpoints have it.

use fast_image_resize::{FilterType, ResizeAlg};
use serde::Deserialize;
use serde_json::Value;

use super::{ImagePreprocess, Resize};

/// No model of these kinds takes more.
const MAX_SIDE: u32 = 4096;

/// What the processors assume where `preprocessor_config.json` is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defaults {
    /// `CLIPImageProcessor`: shortest edge, then the centre.
    Clip,
    /// `BlipImageProcessor`: squashed to the square.
    Blip,
    /// `SiglipImageProcessor`: squashed to the square, numbers from -1 to 1.
    Siglip,
}

/// `preprocessor_config.json`; every field may be absent or null.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    do_resize: Option<bool>,
    size: Option<Value>,
    resample: Option<u8>,
    do_center_crop: Option<bool>,
    crop_size: Option<Value>,
    do_rescale: Option<bool>,
    rescale_factor: Option<f64>,
    do_normalize: Option<bool>,
    image_mean: Option<[f64; 3]>,
    image_std: Option<[f64; 3]>,
}

/// The mean and deviation of CLIP's training pictures (OpenAI's `clip.py`); BLIP uses them too.
pub(super) const CLIP_MEAN: [f64; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
pub(super) const CLIP_STD: [f64; 3] = [0.268_629_54, 0.261_302_58, 0.275_777_11];

/// The mean and deviation of SigLIP's pictures.
const SIGLIP_MEAN: [f64; 3] = [0.5; 3];
const SIGLIP_STD: [f64; 3] = [0.5; 3];

impl Config {
    pub(super) fn resolve(&self, defaults: Defaults, side: usize) -> Result<ImagePreprocess, String> {
        let clip = defaults == Defaults::Clip;
        let resize = match (self.do_resize.unwrap_or(true), &self.size) {
            (false, _) => Resize::Keep,
            (true, Some(size)) => parse_size(size, clip)?,
            (true, None) => match defaults {
                Defaults::Clip => Resize::ShortestEdge(224),
                Defaults::Blip => Resize::Square(384),
                Defaults::Siglip => Resize::Square(224),
            },
        };
        let crop = self.do_center_crop.unwrap_or(clip);
        let out = if crop {
            match self.crop_size.as_ref().map(|size| parse_size(size, false)).transpose()? {
                Some(Resize::Square(side)) => side,
                None => 224,
                Some(_) => return Err("crop_size must be a square".into()),
            }
        } else if let Resize::Square(side) = resize {
            side
        } else {
            return Err("without do_center_crop, size must be a square".into());
        };
        if out as usize != side {
            return Err(format!("pictures come out at {out} pixels a side, but config.json says {side}"));
        }
        let (scale, shift) = self.affine(defaults)?;
        Ok(ImagePreprocess {
            resize,
            algorithm: algorithm(self.resample.unwrap_or(3))?,
            side: out,
            rounds_to_even: false,
            scale,
            shift,
        })
    }

    /// Rescaling and normalising as one multiplication and one addition.
    fn affine(&self, defaults: Defaults) -> Result<([f32; 3], [f32; 3]), String> {
        let factor =
            if self.do_rescale.unwrap_or(true) { self.rescale_factor.unwrap_or(1.0 / 255.0) } else { 1.0 };
        let (usual_mean, usual_std) = match defaults {
            Defaults::Clip | Defaults::Blip => (CLIP_MEAN, CLIP_STD),
            Defaults::Siglip => (SIGLIP_MEAN, SIGLIP_STD),
        };
        let (mean, std) = if self.do_normalize.unwrap_or(true) {
            (self.image_mean.unwrap_or(usual_mean), self.image_std.unwrap_or(usual_std))
        } else {
            ([0.0; 3], [1.0; 3])
        };
        check_numbers(factor, mean, std)?;
        Ok(affine(factor, mean, std))
    }
}

/// An error where normalising would give no numbers.
pub(super) fn check_numbers(factor: f64, mean: [f64; 3], std: [f64; 3]) -> Result<(), String> {
    if std.iter().any(|s| !s.is_normal()) || !factor.is_finite() || mean.iter().any(|m| !m.is_finite()) {
        return Err("image_mean, image_std or rescale_factor cannot be used".into());
    }
    Ok(())
}

/// `(byte * factor - mean) / std` as `byte * scale + shift`.
pub(super) fn affine(factor: f64, mean: [f64; 3], std: [f64; 3]) -> ([f32; 3], [f32; 3]) {
    let channels = [0, 1, 2];
    (channels.map(|c| (factor / std[c]) as f32), channels.map(|c| (-mean[c] / std[c]) as f32))
}

/// `224`, `{"shortest_edge": 224}` or `{"height": 224, "width": 224}`.
fn parse_size(size: &Value, int_is_shortest_edge: bool) -> Result<Resize, String> {
    let unknown = || format!("the size {size} is of no known form");
    let number = |value: &Value| {
        let n = value.as_u64().and_then(|n| u32::try_from(n).ok()).ok_or_else(unknown)?;
        if (1..=MAX_SIDE).contains(&n) { Ok(n) } else { Err(format!("the size {n} is out of range")) }
    };
    match size {
        Value::Number(_) if int_is_shortest_edge => Ok(Resize::ShortestEdge(number(size)?)),
        Value::Number(_) => Ok(Resize::Square(number(size)?)),
        Value::Object(map) => {
            let field = |name: &str| map.get(name).filter(|value| !value.is_null());
            match (field("shortest_edge"), field("longest_edge"), field("height"), field("width")) {
                (Some(edge), None, None, None) => Ok(Resize::ShortestEdge(number(edge)?)),
                (None, None, Some(height), Some(width)) if height == width => {
                    Ok(Resize::Square(number(height)?))
                }
                _ => Err(unknown()),
            }
        }
        _ => Err(unknown()),
    }
}

/// Pillow's filters by their number in `PIL.Image.Resampling`. Its bicubic has a = -0.5: Catmull-Rom.
pub(super) fn algorithm(resample: u8) -> Result<ResizeAlg, String> {
    Ok(match resample {
        0 => ResizeAlg::Nearest,
        1 => ResizeAlg::Convolution(FilterType::Lanczos3),
        2 => ResizeAlg::Convolution(FilterType::Bilinear),
        3 => ResizeAlg::Convolution(FilterType::CatmullRom),
        4 => ResizeAlg::Convolution(FilterType::Box),
        5 => ResizeAlg::Convolution(FilterType::Hamming),
        other => return Err(format!("resample {other} is no known filter")),
    })
}
