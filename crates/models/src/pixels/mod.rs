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

mod config;
mod open_clip;
mod tensor;

use std::ops::Range;
use std::path::Path;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

pub(crate) use self::config::Defaults;
use self::config::{CLIP_MEAN, CLIP_STD, Config, affine};
pub(crate) use self::open_clip::OpenClipConfig;
pub use self::tensor::PixelTensor;
use crate::{ModelError, json_file};

/// Grows when prepared pixels change, so that vectors made before and after never meet.
pub const PREPROCESSING_VERSION: u32 = 1;

/// Between the two passes of resizing at most this many pixels exist (48 MB). Only pictures thousands of
/// times higher than wide need more; for them the passes change places.
const MAX_BETWEEN_PIXELS: u64 = 16 << 20;

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
    /// Where an odd number of pixels is cut off, the centre begins at the even pixel, and not at the one before.
    rounds_to_even: bool,
    /// input = byte * scale + shift, for each channel
    scale: [f32; 3],
    shift: [f32; 3],
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
        let algorithm = ResizeAlg::Convolution(FilterType::CatmullRom);
        Self { resize, algorithm, side, rounds_to_even: false, scale, shift }
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
            let (x, y) = (self.span(width, to_width), self.span(height, to_height));
            if let Some(part) = self.resample(image, &x, &y) {
                for (row, line) in part.chunks_exact(x.len as usize * 3).enumerate() {
                    let start = ((y.at as usize + row) * side + x.at as usize) * 3;
                    rgb[start..start + line.len()].copy_from_slice(line);
                }
            }
        }
        PixelTensor { side: self.side, rgb, scale: self.scale, shift: self.shift }
    }

    /// Length of [`PixelTensor::rgb`].
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.side as usize * self.side as usize * 3
    }

    /// A picture that was prepared before, of its [`PixelTensor::rgb`]; none where they are of another length.
    #[must_use]
    pub fn restore(&self, rgb: Vec<u8>) -> Option<PixelTensor> {
        (rgb.len() == self.n_bytes()).then_some(PixelTensor {
            side: self.side,
            rgb,
            scale: self.scale,
            shift: self.shift,
        })
    }

    /// Which part of a picture of this size the square shows, in fractions of its width and height: left, top,
    /// width, height.
    #[must_use]
    pub fn window(&self, width: u32, height: u32) -> [f32; 4] {
        if width == 0 || height == 0 {
            return [0.0, 0.0, 1.0, 1.0];
        }
        let (to_width, to_height) = self.resized(width, height);
        let (x, y) = (self.span(width, to_width), self.span(height, to_height));
        let part = |span: &Span, of: u32| {
            // What lies outside of the picture is shown, too: black around one that is too small.
            let step = span.from_len / f64::from(span.len.max(1));
            let from = span.from - f64::from(span.at) * step;
            ((from / f64::from(of)) as f32, (step * f64::from(self.side) / f64::from(of)) as f32)
        };
        let ((left, w), (top, h)) = (part(&x, width), part(&y, height));
        [left, top, w, h]
    }

    fn span(&self, source: u32, resized: u64) -> Span {
        Span::new(source, resized, self.side, self.rounds_to_even)
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
    /// Pillow 13 goes down first where a picture is more than twice as high as wide; the checkpoints
    /// were trained with earlier versions, so theirs is the order here.
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
    fn new(source: u32, resized: u64, side: u32, rounds_to_even: bool) -> Self {
        let kept = resized.min(u64::from(side));
        let cut = resized - kept;
        let start = cut / 2 + u64::from(rounds_to_even && cut % 4 == 3);
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
    fn needed(&self, source: u32, support: f64) -> Range<u32> {
        let reach = (support * (self.from_len / f64::from(self.len)).max(1.0)).ceil() + 1.0;
        let start = (self.from - reach).floor().max(0.0) as u32;
        let end = (self.from + self.from_len + reach).ceil() as u32;
        start.min(source - 1)..end.clamp(1, source)
    }
}

/// How far a filter reaches, in pixels of the coarser side.
fn support(algorithm: ResizeAlg) -> f64 {
    match algorithm {
        ResizeAlg::Convolution(FilterType::Lanczos3) => 3.0,
        ResizeAlg::Convolution(FilterType::CatmullRom) => 2.0,
        _ => 1.0,
    }
}
