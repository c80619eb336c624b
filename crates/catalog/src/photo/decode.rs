//! Decoding: bytes to upright RGB.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::{MAX_DECODED_BYTES, MAX_PIXELS, MAX_SIDE, Skip, budget};

/// A photo, upright, without transparency.
pub struct DecodedPhoto {
    /// `[height, width, 3]`
    pub pixels: RgbImage,
    /// `JPEG`, `PNG` ...
    pub format: &'static str,
    /// Holds the photo's place in the pixel budget for as long as it lives.
    _place: budget::Place,
}

/// Decodes a file's bytes: the first frame of an animation, turned as EXIF says, flattened on
/// white, in 8 bits a channel. Waits for a place in the pixel budget.
pub fn decode(bytes: &[u8]) -> Result<DecodedPhoto, Skip> {
    if bytes.is_empty() {
        return Err(Skip::empty());
    }
    let format = sniff(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The header's size is checked below, before any pixel is allocated; these limits hold for
    // what a decoder allocates beside its output.
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| explain(&error, format))?;
    let (width, height) = decoder.dimensions();
    let n_pixels = u64::from(width) * u64::from(height);
    let n_bytes = n_pixels * u64::from(decoder.color_type().bytes_per_pixel());
    // A line of a hundred megapixels costs more to make smaller than any photo.
    if n_pixels > MAX_PIXELS || width.max(height) > MAX_SIDE || n_bytes > MAX_DECODED_BYTES {
        return Err(Skip::too_many_pixels(Some((width, height))));
    }
    if width == 0 || height == 0 {
        return Err(Skip::damaged());
    }
    let place = budget::PIXELS.claim(u64::from(width) * u64::from(height));
    // A damaged EXIF block is no reason to lose the photo.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| explain(&error, format))?;
    image.apply_orientation(orientation);
    Ok(DecodedPhoto { pixels: flatten(image), format: name(format), _place: place })
}

/// The format by the first bytes; names mean nothing.
fn sniff(bytes: &[u8]) -> Result<ImageFormat, Skip> {
    match image::guess_format(bytes) {
        Ok(
            format @ (ImageFormat::Jpeg
            | ImageFormat::Png
            | ImageFormat::WebP
            | ImageFormat::Gif
            | ImageFormat::Bmp
            | ImageFormat::Tiff),
        ) => Ok(format),
        Ok(other) => Err(Skip::unsupported(name(other))),
        Err(_) => Err(unreadable_kind(bytes).map_or_else(Skip::not_a_picture, Skip::unsupported)),
    }
}

/// Formats that the decoders do not know, by their first bytes.
fn unreadable_kind(bytes: &[u8]) -> Option<&'static str> {
    let brand = bytes.get(4..12)?;
    match brand {
        b"ftypheic" | b"ftypheix" | b"ftypmif1" | b"ftypmsf1" | b"ftyphevc" => return Some("HEIC"),
        b"ftypavif" | b"ftypavis" => return Some("AVIF"),
        b"ftypcrx " => return Some("camera raw"),
        _ => {}
    }
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"8BPS") {
        Some("Photoshop")
    } else if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL ") {
        Some("JPEG XL")
    } else if starts(b"\0\0\0\x0cjP  ") {
        Some("JPEG 2000")
    } else if starts(b"<svg") || (starts(b"<?xml") && bytes.windows(4).take(1_000).any(|w| w == b"<svg")) {
        Some("SVG")
    } else {
        None
    }
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::Avif => "AVIF",
        ImageFormat::Ico => "icon",
        ImageFormat::Hdr | ImageFormat::OpenExr => "HDR",
        ImageFormat::Dds => "DDS",
        _ => "such",
    }
}

fn explain(error: &ImageError, format: ImageFormat) -> Skip {
    match error {
        ImageError::Limits(_) => Skip::too_many_pixels(None),
        ImageError::Unsupported(_) => Skip::unsupported(&format!("this kind of {}", name(format))),
        _ => Skip::damaged(),
    }
}

/// Onto white, as CLIP's and BLIP's own preprocessing does not say and merchants expect.
fn flatten(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    let (width, height) = rgba.dimensions();
    let on_white = |channel: u8, alpha: u8| {
        let (channel, alpha) = (u32::from(channel), u32::from(alpha));
        ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    let pixels = rgba
        .as_raw()
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|&[r, g, b, a]| [on_white(r, a), on_white(g, a), on_white(b, a)])
        .collect();
    // Three numbers a pixel by construction.
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}
