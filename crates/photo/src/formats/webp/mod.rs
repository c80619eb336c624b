//! WebP by libwebp, which reduces while it decodes; animations by the `image` crate.

mod still;

use std::io::Cursor;

use image::{AnimationDecoder, ImageDecoder, codecs::webp::WebPDecoder};

use super::frames;
use crate::{Format, PhotoError, Wanted, colour::Colour, exif, raster::Raster, room::Room};

/// Decodes, reduced where enough is left; a file that is cut gives the rows that are there.
pub(super) fn read(bytes: &[u8], wanted: Wanted, room: &mut Room) -> Result<Raster, PhotoError> {
    let header = still::Header::of(bytes)?;
    let mut raster = if header.is_animated {
        read_animation(bytes, header.size, room)?
    } else {
        still::read(bytes, header, wanted, room)?
    };
    if let Some(profile) = chunk(bytes, b"ICCP") {
        raster.colour = Colour::Icc(profile.to_vec());
    }
    if let Some(block) = chunk(bytes, b"EXIF") {
        raster.orientation = exif::orientation(block);
    }
    Ok(raster)
}

fn read_animation(bytes: &[u8], size: (u32, u32), room: &mut Room) -> Result<Raster, PhotoError> {
    // The frame itself, the canvas that it is drawn on, and a copy that is given out.
    room.claim_output(size, 12)?;
    let explain = |error| super::explain(&error, Format::WebP);
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(explain)?;
    if decoder.dimensions() != size {
        return Err(PhotoError::Damaged);
    }
    frames::first_that_shows(decoder.into_frames(), Format::WebP)
}

/// A chunk of the RIFF container, wherever it lies.
fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.get(12..)?;
    while let Some((head, body)) = rest.split_at_checked(8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        if head.starts_with(name) {
            return body.get(..length);
        }
        rest = body.get(length.checked_add(length & 1)?..)?;
    }
    None
}
