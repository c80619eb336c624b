//! Thumbnails: what the grid shows in place of the photo.

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::ImageRef};
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, RgbImage, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use vitrine_photo::DecodedPhoto;

/// The longest side: a tile of 256 CSS pixels stays sharp at a scale of 1.25.
pub const THUMBNAIL_SIDE: u32 = 320;
const QUALITY: u8 = 82;
/// No loss that a model would see.
const COPY_QUALITY: u8 = 96;

/// A small picture and the photo's average colour.
pub struct Thumbnail {
    /// A JPEG file, or a PNG file of a product that was cut out.
    pub file: Vec<u8>,
    /// `0xRRGGBB`
    pub color: u32,
}

/// Makes a thumbnail; none when the photo is of no size at all.
pub fn thumbnail(photo: &DecodedPhoto) -> Option<Thumbnail> {
    let small = fit(&photo.pixels, THUMBNAIL_SIDE)?;
    let color = average(&small);
    let file = match &photo.cutout {
        // The window's own mat shows through.
        Some(cutout) => encode_png(&fit_cutout(cutout, THUMBNAIL_SIDE)?)?,
        None => encode_jpeg(&small, QUALITY)?,
    };
    Some(Thumbnail { file, color })
}

/// A JPEG whose longest side is at most `side`, close to the original; none as [`thumbnail`].
pub fn small_copy(pixels: &RgbImage, side: u32) -> Option<Vec<u8>> {
    encode_jpeg(&fit(pixels, side)?, COPY_QUALITY)
}

/// A copy whose longest side is at most `side`; smaller photos stay as they are.
pub(crate) fn fit(pixels: &RgbImage, side: u32) -> Option<RgbImage> {
    let Some((width, height)) = smaller(pixels.dimensions(), side) else { return Some(pixels.clone()) };
    let target = DynamicImage::new_rgb8(width, height);
    Some(resized(pixels.as_raw(), pixels.dimensions(), PixelType::U8x3, target)?.into_rgb8())
}

/// The same of a cut-out; colours count by how much of them is seen.
pub(super) fn fit_cutout(pixels: &RgbaImage, side: u32) -> Option<RgbaImage> {
    let Some((width, height)) = smaller(pixels.dimensions(), side) else { return Some(pixels.clone()) };
    let target = DynamicImage::new_rgba8(width, height);
    Some(resized(pixels.as_raw(), pixels.dimensions(), PixelType::U8x4, target)?.into_rgba8())
}

/// The size of a smaller copy; none where it is small enough.
fn smaller((width, height): (u32, u32), side: u32) -> Option<(u32, u32)> {
    let longest = width.max(height);
    let scaled =
        |length: u32| (u64::from(length) * u64::from(side)).div_ceil(u64::from(longest)).max(1) as u32;
    (longest > side).then(|| (scaled(width), scaled(height)))
}

fn resized(
    samples: &[u8],
    (width, height): (u32, u32),
    kind: PixelType,
    mut target: DynamicImage,
) -> Option<DynamicImage> {
    let source = ImageRef::new(width, height, samples, kind).ok()?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    Some(target)
}

pub(super) fn encode_jpeg(pixels: &RgbImage, quality: u8) -> Option<Vec<u8>> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .write_image(pixels.as_raw(), pixels.width(), pixels.height(), ExtendedColorType::Rgb8)
        .ok()?;
    Some(jpeg)
}

pub(super) fn encode_png(pixels: &RgbaImage) -> Option<Vec<u8>> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(pixels.as_raw(), pixels.width(), pixels.height(), ExtendedColorType::Rgba8)
        .ok()?;
    Some(png)
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
