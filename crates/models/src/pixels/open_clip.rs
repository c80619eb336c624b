//! `preprocess_cfg` of `open_clip_config.json`.

use serde::Deserialize;

use super::config::{CLIP_MEAN, CLIP_STD, affine, algorithm, check_numbers};
use super::{ImagePreprocess, Resize};

/// How OpenCLIP prepares pictures, with its defaults for what the file leaves out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OpenClipConfig {
    mean: Option<[f64; 3]>,
    std: Option<[f64; 3]>,
    interpolation: Option<String>,
    resize_mode: Option<String>,
}

impl OpenClipConfig {
    pub(crate) fn resolve(&self, side: usize) -> Result<ImagePreprocess, String> {
        let side = u32::try_from(side).map_err(|_| format!("the side {side} is out of range"))?;
        let resize = match self.resize_mode.as_deref() {
            None | Some("shortest") => Resize::ShortestEdge(side),
            Some("squash") => Resize::Square(side),
            Some(other) => return Err(format!("the resize_mode {other} is not known here")),
        };
        let resample = match self.interpolation.as_deref() {
            None | Some("bicubic" | "random") => 3,
            Some("bilinear") => 2,
            Some(other) => return Err(format!("the interpolation {other} is not known here")),
        };
        let (mean, std) = (self.mean.unwrap_or(CLIP_MEAN), self.std.unwrap_or(CLIP_STD));
        check_numbers(1.0 / 255.0, mean, std)?;
        let (scale, shift) = affine(1.0 / 255.0, mean, std);
        // torchvision rounds the corner of the centre to the even pixel.
        Ok(ImagePreprocess {
            resize,
            algorithm: algorithm(resample)?,
            side,
            rounds_to_even: true,
            scale,
            shift,
        })
    }
}
