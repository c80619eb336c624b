//! Thumbnails: what the grid shows in place of the photo.

use fast_image_resize::{ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};

/// The longest side: a tile of 256 CSS pixels stays sharp at a scale of 1.25.
pub const THUMBNAIL_SIDE: u32 = 320;
const QUALITY: u8 = 82;
/// No loss that a model would see.
const COPY_QUALITY: u8 = 96;

/// A small JPEG and the photo's average colour.
pub struct Thumbnail {
    /// The JPEG file.
    pub jpeg: Vec<u8>,
    /// `0xRRGGBB`
    pub color: u32,
}

/// Makes a thumbnail; none when the photo is of no size at all.
pub fn thumbnail(pixels: &RgbImage) -> Option<Thumbnail> {
    let small = fit(pixels, THUMBNAIL_SIDE)?;
    let color = average(&small);
    Some(Thumbnail { jpeg: encode_jpeg(&small, QUALITY)?, color })
}

/// A JPEG whose longest side is at most `side`, close to the original; none as [`thumbnail`].
pub fn small_copy(pixels: &RgbImage, side: u32) -> Option<Vec<u8>> {
    encode_jpeg(&fit(pixels, side)?, COPY_QUALITY)
}

/// A copy whose longest side is at most `side`; smaller photos stay as they are.
pub(crate) fn fit(pixels: &RgbImage, side: u32) -> Option<RgbImage> {
    let (width, height) = pixels.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return Some(pixels.clone());
    }
    let scaled =
        |length: u32| (u64::from(length) * u64::from(side)).div_ceil(u64::from(longest)).max(1) as u32;
    let mut small = DynamicImage::new_rgb8(scaled(width), scaled(height));
    let source = fast_image_resize::images::ImageRef::new(
        width,
        height,
        pixels.as_raw(),
        fast_image_resize::PixelType::U8x3,
    )
    .ok()?;
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(fast_image_resize::FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut small, &options).ok()?;
    Some(small.into_rgb8())
}

pub(super) fn encode_jpeg(pixels: &RgbImage, quality: u8) -> Option<Vec<u8>> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .write_image(pixels.as_raw(), pixels.width(), pixels.height(), image::ExtendedColorType::Rgb8)
        .ok()?;
    Some(jpeg)
}

fn average(pixels: &RgbImage) -> u32 {
    let n_pixels = u64::from(pixels.width()) * u64::from(pixels.height());
    let sums = pixels.pixels().fold([0_u64; 3], |mut sums, pixel| {
        for (sum, channel) in sums.iter_mut().zip(pixel.0) {
            *sum += u64::from(channel);
        }
        sums
    });
    sums.iter().fold(0, |color, sum| (color << 8) | (sum / n_pixels.max(1)) as u32)
}
