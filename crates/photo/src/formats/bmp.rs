//! BMP.

use std::{borrow::Cow, io::Cursor};

use image::{DynamicImage, ImageDecoder, codecs::bmp::BmpDecoder};

use crate::{
    Format, PhotoError,
    raster::{Channels, Raster, Samples, Whole},
    room::Room,
};

/// Decodes; a file that is cut gives the rows that are there.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Raster, PhotoError> {
    let (bytes, share) = padded(bytes);
    let explain = |error| super::explain(&error, Format::Bmp);
    let decoder = BmpDecoder::new(Cursor::new(&bytes[..])).map_err(explain)?;
    let size = decoder.dimensions();
    room.claim_output(size, u64::from(decoder.color_type().bytes_per_pixel()))?;
    let image = DynamicImage::from_decoder(decoder).map_err(explain)?;
    let mut raster = match image {
        DynamicImage::ImageRgba8(mut rgba) => {
            // Many programs leave the fourth byte unused. A picture without any opaque pixel is none.
            if rgba.pixels().all(|pixel| pixel.0[3] == 0) {
                rgba.pixels_mut().for_each(|pixel| pixel.0[3] = 255);
            }
            Raster::from_rgba(rgba)
        }
        DynamicImage::ImageLuma8(grey) => Raster::new(size, Channels::Grey, Samples::Eight(grey.into_raw())),
        other => Raster::new(size, Channels::Rgb, Samples::Eight(other.into_rgb8().into_raw())),
    };
    raster.whole = share.map_or(Whole::Yes, Whole::Rows);
    Ok(raster)
}

/// A file that ends early filled up with white, and the share of its rows that is there.
fn padded(bytes: &[u8]) -> (Cow<'_, [u8]>, Option<f32>) {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let needed = || {
        let (start, width, height) = (number(10)?, number(18)?, (number(22)? as i32).unsigned_abs());
        let (bits, compression) = (number(28)? & 0xffff, number(30)?);
        // Only rows of a fixed length can be counted.
        let is_sized = width <= crate::MAX_SIDE && height <= crate::MAX_SIDE && bits <= 64;
        let is_fixed = is_sized && matches!(compression, 0 | 3 | 6) && number(14)? >= 40;
        if !is_fixed {
            return None;
        }
        let line = (u64::from(width) * u64::from(bits)).div_ceil(32) * 4;
        let n_rows = line * u64::from(height);
        (n_rows > 0 && n_rows <= crate::MAX_DECODED_BYTES).then_some((u64::from(start), n_rows))
    };
    let Some((start, n_rows)) = needed() else { return (Cow::Borrowed(bytes), None) };
    let n_there = (bytes.len() as u64).saturating_sub(start);
    if n_there >= n_rows || start > bytes.len() as u64 {
        return (Cow::Borrowed(bytes), None);
    }
    let mut filled = bytes.to_vec();
    filled.resize((start + n_rows) as usize, 255);
    (Cow::Owned(filled), Some(n_there as f32 / n_rows as f32))
}
