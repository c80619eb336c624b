//! A photo large, for the detail pane.

use vitrine_photo::{Format, Wanted};

use super::{Skip, decode, thumbnail};

/// Beyond this a window takes too long to draw a file; it gets a smaller copy.
const MAX_SIDE: u32 = 2_560;
const MAX_RAW_BYTES: usize = 3_000_000;
const QUALITY: u8 = 90;

/// What a window can show, in the colours of the thumbnail: its MIME type and bytes. A modest JPEG, PNG, WebP or
/// GIF that every program shows alike goes as it is (so that animations move); everything else becomes a copy
/// in sRGB of at most 2,560 pixels a side, a JPEG or, where it is transparent, a PNG.
pub fn for_screen(bytes: &[u8]) -> Result<(&'static str, Vec<u8>), Skip> {
    let photo = decode(bytes, Wanted::ShorterSide(MAX_SIDE))?;
    let is_modest = bytes.len() <= MAX_RAW_BYTES && photo.size.0.max(photo.size.1) <= MAX_SIDE;
    let mime = match photo.format {
        Format::Jpeg => Some("image/jpeg"),
        Format::Png => Some("image/png"),
        Format::WebP => Some("image/webp"),
        Format::Gif => Some("image/gif"),
        _ => None,
    };
    if let (true, true, Some(mime)) = (is_modest, photo.is_plain, mime) {
        return Ok((mime, bytes.to_vec()));
    }
    let copy = match &photo.cutout {
        Some(cutout) => thumbnail::fit_cutout(cutout, MAX_SIDE)
            .and_then(|small| thumbnail::encode_png(&small))
            .map(|png| ("image/png", png)),
        None => thumbnail::fit(&photo.pixels, MAX_SIDE)
            .and_then(|small| thumbnail::encode_jpeg(&small, QUALITY))
            .map(|jpeg| ("image/jpeg", jpeg)),
    };
    copy.ok_or_else(Skip::damaged)
}
