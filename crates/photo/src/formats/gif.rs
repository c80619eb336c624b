//! GIF.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, MemoryLimit};
use image::{AnimationDecoder, codecs::gif::GifDecoder};

use super::frames;
use crate::{
    Format, MAX_DECODED_BYTES, PhotoError,
    colour::Colour,
    raster::{Channels, Raster, Samples, Whole},
    room::Room,
};

/// Decodes the first frame that shows something; of one that is cut in its first frame the rows that are there.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Raster, PhotoError> {
    let size = match bytes.get(6..10) {
        Some(&[width_low, width_high, height_low, height_high]) => (
            u32::from(u16::from_le_bytes([width_low, width_high])),
            u32::from(u16::from_le_bytes([height_low, height_high])),
        ),
        _ => return Err(PhotoError::Damaged),
    };
    // The canvas, a copy that is given out, one to compare with, and a frame, which may be larger than the canvas.
    let n_pixels = u64::from(size.0) * u64::from(size.1);
    room.claim(size, 12 * n_pixels + 4 * largest_frame(bytes), 0)?;
    let decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| super::explain(&error, Format::Gif))?;
    let mut raster = match frames::first_that_shows(decoder.into_frames(), Format::Gif) {
        Err(PhotoError::Damaged) => read_rows(bytes, size)?,
        other => other?,
    };
    if let Some(profile) = profile_of(bytes) {
        raster.colour = Colour::Icc(profile);
    }
    Ok(raster)
}

fn options() -> DecodeOptions {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.set_memory_limit(MemoryLimit::Bytes(
        std::num::NonZeroU64::new(MAX_DECODED_BYTES).unwrap_or(std::num::NonZeroU64::MIN),
    ));
    options
}

/// Pixels of the largest of the frames that may be decoded.
fn largest_frame(bytes: &[u8]) -> u64 {
    let mut options = options();
    options.skip_frame_decoding(true);
    let Ok(mut decoder) = options.read_info(bytes) else { return 0 };
    let mut largest = 0;
    for _ in 0..frames::MAX_LOOKED_AT {
        let Ok(Some(frame)) = decoder.next_frame_info() else { break };
        largest = largest.max(u64::from(frame.width) * u64::from(frame.height));
    }
    largest
}

fn profile_of(bytes: &[u8]) -> Option<Vec<u8>> {
    // It precedes the first frame, so nothing is decoded for it.
    memchr::memmem::find(bytes.get(..64 << 10).unwrap_or(bytes), b"ICCRGBG1012")?;
    let mut decoder = options().read_info(bytes).ok()?;
    decoder.next_frame_info().ok()?;
    decoder.icc_profile().map(<[u8]>::to_vec)
}

/// The first frame as far as it goes.
fn read_rows(bytes: &[u8], size: (u32, u32)) -> Result<Raster, PhotoError> {
    let damaged = |_| PhotoError::Damaged;
    let mut decoder = options().read_info(bytes).map_err(damaged)?;
    let frame = decoder.next_frame_info().map_err(damaged)?.ok_or(PhotoError::Damaged)?;
    if (u32::from(frame.width), u32::from(frame.height)) != size {
        return Err(PhotoError::Damaged);
    }
    let is_interlaced = frame.interlaced;
    let (height, line) = (size.1 as usize, decoder.line_length().max(1));
    let mut samples = vec![255; line * height];
    let order: Vec<usize> = if is_interlaced { interlaced(height).collect() } else { (0..height).collect() };
    let mut is_there = vec![false; height];
    for &at in &order {
        let row = &mut samples[at * line..(at + 1) * line];
        if !decoder.fill_buffer(row).unwrap_or(false) {
            row.fill(255);
            break;
        }
        is_there[at] = true;
    }
    let n_rows = is_there.iter().filter(|is_there| **is_there).count();
    let mut raster = Raster::new(size, Channels::Rgba, Samples::Eight(samples));
    raster.whole = if is_interlaced && n_rows >= height.div_ceil(8) {
        let Samples::Eight(samples) = &mut raster.samples else { return Err(PhotoError::Damaged) };
        // The first pass, which has every eighth row, begins with row 0.
        for at in (1..height).filter(|&at| !is_there[at]) {
            samples.copy_within((at - 1) * line..at * line, at * line);
        }
        Whole::Coarse
    } else {
        Whole::Rows(n_rows as f32 / height as f32)
    };
    Ok(raster)
}

/// The order of an interlaced frame's rows (GIF89a, appendix E).
fn interlaced(height: usize) -> impl Iterator<Item = usize> {
    [(0, 8), (4, 8), (2, 4), (1, 2)].into_iter().flat_map(move |(first, step)| (first..height).step_by(step))
}
