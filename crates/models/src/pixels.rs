//! From a decoded picture to what a model looks at, as transformers' PIL processors do it.
//!
//! In: RGB bytes in sRGB, EXIF orientation applied, alpha flattened on white; any size from 1 x 1.
//! Out: the square of bytes that the model reads, with the numbers that turn a byte into the model's
//! input. Bytes are a quarter of the floats, so a queue of prepared pictures stays small.
//!
//! CLIP: the shortest side is brought to `shortest_edge` with antialiased bicubic and the centre is cut
//! out. BLIP: the picture is squashed to the square. Only the part that survives the cut is computed, so
//! a picture of 1 x 20,000 pixels costs no more than a square one.
//!
//! Tolerance: within 2 of 255 levels of Pillow (fixed-point weights of another width);
//! `tests/parity/pixels.rs` holds this.

use std::ops::Range;
use std::path::Path;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use serde::Deserialize;
use serde_json::Value;

use crate::{ModelError, json_file};

/// Grows when prepared pixels change, so that vectors made before and after never meet.
pub const PREPROCESSING_VERSION: u32 = 1;

/// No model of these kinds takes more.
const MAX_SIDE: u32 = 4096;

/// Between the two passes of resizing at most this many pixels exist (48 MB). Only pictures thousands of
/// times higher than wide need more; for them the passes change places.
const MAX_BETWEEN_PIXELS: u64 = 16 << 20;

/// What the two processors assume where `preprocessor_config.json` is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defaults {
    /// `CLIPImageProcessor`: shortest edge, then the centre.
    Clip,
    /// `BlipImageProcessor`: squashed to the square.
    Blip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resize {
    /// Not at all: the picture is cut out as it is.
    Keep,
    /// The shorter side becomes this; the longer one keeps the proportion.
    ShortestEdge(u32),
    /// Exactly this square; the proportion is lost.
    Square(u32),
}

/// How one model wants its pictures. Cheap to copy; safe to use from many threads.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagePreprocess {
    resize: Resize,
    algorithm: ResizeAlg,
    side: u32,
    /// input = byte * scale + shift, for each channel
    scale: [f32; 3],
    shift: [f32; 3],
}

/// A picture as a model looks at it: a square of RGB bytes and how they become numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelTensor {
    side: u32,
    rgb: Vec<u8>,
    scale: [f32; 3],
    shift: [f32; 3],
}

impl PixelTensor {
    /// Side of the square in pixels.
    #[must_use]
    pub fn side(&self) -> u32 {
        self.side
    }

    /// The bytes after resizing, `[side, side, 3]`.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The model's input, `[3, side, side]`, normalised.
    #[must_use]
    pub fn to_chw(&self) -> Vec<f32> {
        let channel = |c: usize| self.rgb.iter().skip(c).step_by(3).map(move |&byte| self.value(c, byte));
        (0..3).flat_map(channel).collect()
    }

    /// The model's input as one row per patch, `[(side / patch)^2, 3 * patch * patch]`: what the patch
    /// convolution multiplies with its kernel. Appended to `out`.
    pub(crate) fn append_patches(&self, patch: usize, out: &mut Vec<f32>) {
        let side = self.side as usize;
        let grid = side / patch;
        out.reserve(grid * grid * 3 * patch * patch);
        for row in 0..grid {
            for column in 0..grid {
                for c in 0..3 {
                    for y in 0..patch {
                        let start = ((row * patch + y) * side + column * patch) * 3 + c;
                        let line = self.rgb[start..].iter().step_by(3).take(patch);
                        out.extend(line.map(|&byte| self.value(c, byte)));
                    }
                }
            }
        }
    }

    fn value(&self, channel: usize, byte: u8) -> f32 {
        f32::from(byte) * self.scale[channel] + self.shift[channel]
    }
}

impl ImagePreprocess {
    /// Reads `preprocessor_config.json` for a model that takes `side` pixels a side.
    pub(crate) fn load(folder: &Path, defaults: Defaults, side: usize) -> Result<Self, ModelError> {
        let path = folder.join("preprocessor_config.json");
        let config: Config = json_file::read(&path)?;
        config.resolve(defaults, side).map_err(|reason| ModelError::config(&path, reason))
    }

    /// As OpenAI's CLIP checkpoints have it: shortest side to 224, the centre cut out.
    #[must_use]
    pub fn clip_default() -> Self {
        Self::new(Resize::ShortestEdge(224), 224)
    }

    /// As BLIP's checkpoints have it: squashed to 384 x 384.
    #[must_use]
    pub fn blip_default() -> Self {
        Self::new(Resize::Square(384), 384)
    }

    fn new(resize: Resize, side: u32) -> Self {
        let (scale, shift) = affine(1.0 / 255.0, CLIP_MEAN, CLIP_STD);
        Self { resize, algorithm: ResizeAlg::Convolution(FilterType::CatmullRom), side, scale, shift }
    }

    /// Side of the model's square in pixels.
    #[must_use]
    pub fn side(&self) -> u32 {
        self.side
    }

    /// A source whose shorter side has at least this many pixels loses nothing: decoders that can
    /// shrink while decoding should not go below it. Twice the side, because shrinking a JPEG to
    /// exactly the side changes the result visibly (measured: 22 of 255 levels, against 4).
    #[must_use]
    pub fn shortest_side_hint(&self) -> u32 {
        let target = match self.resize {
            Resize::Keep => return u32::MAX,
            Resize::ShortestEdge(edge) | Resize::Square(edge) => edge,
        };
        target.saturating_mul(2)
    }

    /// Prepares one picture. Any size works, down to 1 x 1; a picture without pixels comes out black.
    #[must_use]
    pub fn apply(&self, image: &RgbImage) -> PixelTensor {
        let side = self.side as usize;
        let mut rgb = vec![0_u8; side * side * 3];
        let (width, height) = image.dimensions();
        if width > 0 && height > 0 {
            let (to_width, to_height) = self.resized(width, height);
            let x = Span::new(width, to_width, self.side);
            let y = Span::new(height, to_height, self.side);
            if let Some(part) = self.resample(image, &x, &y) {
                for (row, line) in part.chunks_exact(x.len as usize * 3).enumerate() {
                    let start = ((y.at as usize + row) * side + x.at as usize) * 3;
                    rgb[start..start + line.len()].copy_from_slice(line);
                }
            }
        }
        PixelTensor { side: self.side, rgb, scale: self.scale, shift: self.shift }
    }

    /// Width and height after resizing and before the centre is cut out; fractions are dropped, as
    /// transformers' `get_resize_output_image_size` does.
    fn resized(&self, width: u32, height: u32) -> (u64, u64) {
        let (w, h) = (u64::from(width), u64::from(height));
        match self.resize {
            Resize::Keep => (w, h),
            Resize::Square(side) => (side.into(), side.into()),
            Resize::ShortestEdge(edge) => {
                let edge = u64::from(edge);
                if w <= h { (edge, edge * h / w) } else { (edge * w / h, edge) }
            }
        }
    }

    /// The part of the resized picture that the square keeps, `[y.len, x.len, 3]`.
    ///
    /// Two passes, across and then down, because that is Pillow's order: between the passes values are
    /// rounded and clipped to bytes, which shows at sharp edges (20 levels when done the other way).
    fn resample(&self, image: &RgbImage, x: &Span, y: &Span) -> Option<Vec<u8>> {
        let source = ImageRef::new(image.width(), image.height(), image.as_raw(), PixelType::U8x3).ok()?;
        let rows = y.needed(image.height(), support(self.algorithm));
        let n_rows = rows.end - rows.start;
        if u64::from(n_rows) * u64::from(x.len) > MAX_BETWEEN_PIXELS {
            return self.resize_part(&source, (x.from, y.from), (x.from_len, y.from_len), (x.len, y.len));
        }
        let top = f64::from(rows.start);
        let across =
            self.resize_part(&source, (x.from, top), (x.from_len, f64::from(n_rows)), (x.len, n_rows))?;
        let across = ImageRef::new(x.len, n_rows, &across, PixelType::U8x3).ok()?;
        self.resize_part(&across, (0.0, y.from - top), (f64::from(x.len), y.from_len), (x.len, y.len))
    }

    fn resize_part(
        &self,
        source: &ImageRef<'_>,
        (left, top): (f64, f64),
        (width, height): (f64, f64),
        (to_width, to_height): (u32, u32),
    ) -> Option<Vec<u8>> {
        let options =
            ResizeOptions::new().resize_alg(self.algorithm).crop(left, top, width, height).use_alpha(false);
        let mut target = Image::new(to_width, to_height, PixelType::U8x3);
        Resizer::new().resize(source, &mut target, &options).ok()?;
        Some(target.into_vec())
    }
}

/// One axis: which part of the source ends up where in the square.
struct Span {
    /// Start and length in the source, in fractions of its pixels.
    from: f64,
    from_len: f64,
    /// Start and length in the square.
    at: u32,
    len: u32,
}

impl Span {
    /// `source` pixels resized to `resized`, of which the middle `side` are kept; where there are
    /// fewer, they lie in the middle of black, as transformers' `center_crop` does it.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    fn new(source: u32, resized: u64, side: u32) -> Self {
        let kept = resized.min(u64::from(side));
        let start = (resized - kept) / 2;
        let step = f64::from(source) / resized as f64;
        let from = start as f64 * step;
        Self {
            from,
            from_len: (kept as f64 * step).min(f64::from(source) - from),
            at: (side - kept as u32).div_ceil(2),
            len: kept as u32,
        }
    }

    /// The source pixels that any output pixel sees, for a filter of this support.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn needed(&self, source: u32, support: f64) -> Range<u32> {
        let reach = (support * (self.from_len / f64::from(self.len)).max(1.0)).ceil() + 1.0;
        let start = (self.from - reach).floor().max(0.0) as u32;
        let end = (self.from + self.from_len + reach).ceil() as u32;
        start.min(source - 1)..end.clamp(1, source)
    }
}

/// `preprocessor_config.json`; every field may be absent or null.
#[derive(Debug, Deserialize)]
struct Config {
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
const CLIP_MEAN: [f64; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
const CLIP_STD: [f64; 3] = [0.268_629_54, 0.261_302_58, 0.275_777_11];

impl Config {
    fn resolve(&self, defaults: Defaults, side: usize) -> Result<ImagePreprocess, String> {
        let clip = defaults == Defaults::Clip;
        let resize = match (self.do_resize.unwrap_or(true), &self.size) {
            (false, _) => Resize::Keep,
            (true, Some(size)) => parse_size(size, clip)?,
            (true, None) if clip => Resize::ShortestEdge(224),
            (true, None) => Resize::Square(384),
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
        let (scale, shift) = self.affine()?;
        Ok(ImagePreprocess {
            resize,
            algorithm: algorithm(self.resample.unwrap_or(3))?,
            side: out,
            scale,
            shift,
        })
    }

    /// Rescaling and normalising as one multiplication and one addition.
    fn affine(&self) -> Result<([f32; 3], [f32; 3]), String> {
        let factor =
            if self.do_rescale.unwrap_or(true) { self.rescale_factor.unwrap_or(1.0 / 255.0) } else { 1.0 };
        let (mean, std) = if self.do_normalize.unwrap_or(true) {
            (self.image_mean.unwrap_or(CLIP_MEAN), self.image_std.unwrap_or(CLIP_STD))
        } else {
            ([0.0; 3], [1.0; 3])
        };
        if std.iter().any(|s| !s.is_normal()) || !factor.is_finite() || mean.iter().any(|m| !m.is_finite()) {
            return Err("image_mean, image_std or rescale_factor cannot be used".into());
        }
        Ok(affine(factor, mean, std))
    }
}

/// `(byte * factor - mean) / std` as `byte * scale + shift`.
#[allow(clippy::cast_possible_truncation)]
fn affine(factor: f64, mean: [f64; 3], std: [f64; 3]) -> ([f32; 3], [f32; 3]) {
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
fn algorithm(resample: u8) -> Result<ResizeAlg, String> {
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

/// How far a filter reaches, in pixels of the coarser side.
fn support(algorithm: ResizeAlg) -> f64 {
    match algorithm {
        ResizeAlg::Convolution(FilterType::Lanczos3) => 3.0,
        ResizeAlg::Convolution(FilterType::CatmullRom) => 2.0,
        _ => 1.0,
    }
}
