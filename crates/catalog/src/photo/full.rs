//! A photo large, for the detail pane.

use super::{Skip, decode, thumbnail};

/// Beyond this a window takes too long to draw a file; it gets a smaller copy.
const MAX_SIDE: u32 = 2_560;
const MAX_RAW_BYTES: usize = 3_000_000;
const QUALITY: u8 = 90;

/// What a window can show: its MIME type and bytes. A modest JPEG, PNG, WebP or GIF goes as it
/// is (so that animations move); everything else becomes a JPEG of at most 2,560 pixels a side.
pub fn for_screen(bytes: &[u8]) -> Result<(&'static str, Vec<u8>), Skip> {
    if bytes.len() <= MAX_RAW_BYTES {
        let size = image::ImageReader::new(std::io::Cursor::new(bytes))
            .with_guessed_format()
            .ok()
            .and_then(|reader| reader.into_dimensions().ok());
        let is_modest = size.is_some_and(|(width, height)| width.max(height) <= MAX_SIDE);
        let mime = match image::guess_format(bytes) {
            Ok(image::ImageFormat::Jpeg) => Some("image/jpeg"),
            Ok(image::ImageFormat::Png) => Some("image/png"),
            Ok(image::ImageFormat::WebP) => Some("image/webp"),
            Ok(image::ImageFormat::Gif) => Some("image/gif"),
            _ => None,
        };
        if let (true, Some(mime)) = (is_modest, mime) {
            return Ok((mime, bytes.to_vec()));
        }
    }
    let photo = decode(bytes)?;
    let jpeg = thumbnail::fit(&photo.pixels, MAX_SIDE)
        .and_then(|small| thumbnail::encode_jpeg(&small, QUALITY))
        .ok_or_else(Skip::damaged)?;
    Ok(("image/jpeg", jpeg))
}
