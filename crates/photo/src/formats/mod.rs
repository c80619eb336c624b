//! One file a format: from bytes to a [`Raster`].
//!
//! To add a format: its name and first bytes in [`crate::sniff`], its file here, its line in [`read`],
//! and files with known colours in `tests/files`.

mod avif;
mod bmp;
mod frames;
mod gif;
mod heic;
mod jpeg;
mod jpeg_xl;
mod photoshop;
mod png;
pub(crate) mod raw;
mod tiff;
mod webp;

use image::ImageError;

use crate::{Format, PhotoError, Wanted, colour::Colour, raster::Raster, room::Room};

/// Decodes bytes that were sniffed to be of this format.
pub(crate) fn read(
    format: Format,
    bytes: &[u8],
    wanted: Wanted,
    room: &mut Room,
) -> Result<Raster, PhotoError> {
    match format {
        Format::Jpeg => jpeg::read(bytes, wanted, room),
        Format::Png => png::read(bytes, room),
        Format::WebP => webp::read(bytes, wanted, room),
        Format::Gif => gif::read(bytes, room),
        Format::Bmp => bmp::read(bytes, room),
        Format::Tiff => tiff::read(bytes, room),
        Format::Avif => avif::read(bytes, room),
        Format::Heic => heic::read(bytes, room),
        Format::JpegXl => jpeg_xl::read(bytes, room),
        Format::Photoshop => photoshop::read(bytes, wanted, room),
        Format::Raw => raw::read(bytes, wanted, room),
        Format::Jpeg2000 | Format::Svg | Format::Icon | Format::Hdr | Format::Pdf => {
            Err(PhotoError::Unsupported(format))
        }
    }
}

/// Pictures that call their curve a camera's (BT.709 and its like) were made on screens of sRGB.
fn of_video(primaries: u8, transfer: u8) -> Colour {
    const SRGB: u8 = 13;
    let transfer = if matches!(transfer, 1 | 6 | 14 | 15) { SRGB } else { transfer };
    Colour::Coded { primaries, transfer }
}

/// What an error of the `image` crate means.
fn explain(error: &ImageError, format: Format) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::TooLarge { size: None },
        ImageError::Unsupported(_) => PhotoError::UnsupportedKind(format),
        _ => PhotoError::Damaged,
    }
}
