//! Animations: the first frame that shows something.

use image::{Frames, RgbaImage};

use crate::{Format, PhotoError, raster::Raster};

/// A longer blank beginning is no beginning.
pub(super) const MAX_LOOKED_AT: usize = 50;

/// Pixels that may be looked at for that: some seconds' work.
const MOST_PIXELS: u64 = 400_000_000;

/// The first frame that is not of one colour or wholly transparent; the first of all where each is.
pub(super) fn first_that_shows(frames: Frames<'_>, format: Format) -> Result<Raster, PhotoError> {
    let (mut first, mut n_pixels) = (None, 0);
    for frame in frames.take(MAX_LOOKED_AT) {
        if n_pixels > MOST_PIXELS {
            break;
        }
        let frame = match frame {
            Ok(frame) => frame.into_buffer(),
            // Of an animation that is cut the frames that are there are whole.
            Err(_) if first.is_some() => break,
            Err(error) => return Err(super::explain(&error, format)),
        };
        n_pixels += u64::from(frame.width()) * u64::from(frame.height());
        if shows_something(&frame) {
            let is_later_frame = first.is_some();
            return Ok(Raster { is_later_frame, ..Raster::from_rgba(frame) });
        }
        first.get_or_insert(frame);
    }
    first.map(Raster::from_rgba).ok_or(PhotoError::Damaged)
}

fn shows_something(frame: &RgbaImage) -> bool {
    let mut pixels = frame.pixels().map(|pixel| if pixel.0[3] == 0 { [0; 4] } else { pixel.0 });
    let first = pixels.next();
    pixels.any(|pixel| Some(pixel) != first)
}
