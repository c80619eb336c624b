//! TIFF and BigTIFF: the largest page.
//!
//! The `tiff` crate reads the samples; what it takes for no picture (palettes, L*a*b*, LZMA) is
//! put before it as what it knows, and made into colours here.

mod directory;
mod lzma;
mod pixels;

use std::{borrow::Cow, io::Cursor};

use image::metadata::Orientation;
use tiff::{
    TiffError,
    decoder::{ChunkType, Decoder, DecodingResult, Limits},
};

pub(super) use directory::{Directory, pages, tag};

use crate::{
    Format, MAX_DECODED_BYTES, PhotoError,
    colour::Colour,
    raster::{Raster, Whole},
    room::Room,
};

const NO_COMPRESSION: u64 = 1;
const LZMA: u64 = 34_925;

/// How samples make colours (tag 262).
pub(super) mod photometric {
    pub(in super::super) const BLACK_IS_ZERO: u64 = 1;
    pub(in super::super) const RGB: u64 = 2;
    pub(in super::super) const PALETTE: u64 = 3;
    pub(in super::super) const CIE_LAB: u64 = 8;
    pub(in super::super) const ICC_LAB: u64 = 9;
    pub(in super::super) const CFA: u64 = 32_803;
    pub(in super::super) const LINEAR_RAW: u64 = 34_892;
}

/// Decodes the largest page; of one that is cut the rows that are there.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Raster, PhotoError> {
    let all = pages(bytes);
    let (at, page) = all
        .iter()
        .enumerate()
        // The first of the largest.
        .rev()
        .max_by_key(|(_, page)| page.n_pixels())
        .ok_or(PhotoError::Damaged)?;
    let (width, height) = (page.number(tag::WIDTH).unwrap_or(0), page.number(tag::HEIGHT).unwrap_or(0));
    let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
        return Err(PhotoError::TooLarge { size: None });
    };
    let n_bits = page
        .number(tag::BITS_PER_SAMPLE)
        .unwrap_or(1)
        .saturating_mul(page.number(tag::SAMPLES_PER_PIXEL).unwrap_or(1));
    let n_read = n_bits.div_ceil(8);
    // Colours that are stored pixel by pixel stay as they are read; of all else others are made beside them.
    let is_chunky = page.number(tag::PLANAR_CONFIGURATION).unwrap_or(1) == 1;
    let is_direct = page.number(tag::PHOTOMETRIC) == Some(photometric::RGB) && is_chunky;
    let n_made = if is_direct { 0 } else { n_read.max(3) };
    room.claim_output((width, height), n_read.saturating_add(n_made))?;

    let mut at = at;
    let mut bytes = Cow::Borrowed(bytes);
    if page.number(tag::COMPRESSION) == Some(LZMA) {
        bytes = Cow::Owned(lzma::uncompressed(&bytes, page)?);
        at = 0;
    }
    let all = pages(&bytes);
    let page = all.get(at).ok_or(PhotoError::Damaged)?;
    let cut = padded(&mut bytes, page);
    let stand_in = match page.number(tag::PHOTOMETRIC) {
        Some(photometric::PALETTE) => Some(photometric::BLACK_IS_ZERO),
        Some(photometric::CIE_LAB | photometric::ICC_LAB) => Some(photometric::RGB),
        _ => None,
    };
    if let Some(stand_in) = stand_in {
        page.set(bytes.to_mut(), tag::PHOTOMETRIC, stand_in);
    }
    let (samples, whole) = read_samples(&bytes, at, page)?;
    let mut raster = pixels::raster_of(&bytes, page, (width, height), samples)?;
    raster.whole = match (cut, whole) {
        (Some(share), _) => Whole::Rows(share),
        (None, whole) => whole,
    };
    // L*a*b* is no device's colours: its profile, where it has one, says nothing else.
    let is_lab = matches!(page.number(tag::PHOTOMETRIC), Some(photometric::CIE_LAB | photometric::ICC_LAB));
    if let (Some(profile), false) = (page.bytes(&bytes, tag::ICC_PROFILE), is_lab) {
        raster.colour = Colour::Icc(profile.to_vec());
    }
    raster.orientation = orientation_of(page);
    Ok(raster)
}

/// How the picture is to be turned.
pub(super) fn orientation_of(page: &Directory) -> Orientation {
    let number = page.number(tag::ORIENTATION).and_then(|number| u8::try_from(number).ok());
    number.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
}

fn read_samples(bytes: &[u8], at: usize, page: &Directory) -> Result<(DecodingResult, Whole), PhotoError> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MAX_DECODED_BYTES as usize;
    limits.intermediate_buffer_size = MAX_DECODED_BYTES as usize;
    limits.ifd_value_size = 16 << 20;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|error| explain(&error))?.with_limits(limits);
    decoder.seek_to_image(at).map_err(|error| explain(&error))?;
    let mut samples = DecodingResult::U8(Vec::new());
    let error = match decoder.read_image_to_buffer(&mut samples) {
        Ok(_) => return Ok((samples, Whole::Yes)),
        Err(error) => error,
    };
    let is_chunky = page.number(tag::PLANAR_CONFIGURATION).unwrap_or(1) == 1;
    if !is_chunky || decoder.get_chunk_type() != ChunkType::Strip {
        return Err(explain(&error));
    }
    read_strips(&mut decoder, samples).ok_or_else(|| explain(&error))
}

/// Strip by strip until one is not there.
fn read_strips(
    decoder: &mut Decoder<Cursor<&[u8]>>,
    mut samples: DecodingResult,
) -> Option<(DecodingResult, Whole)> {
    let (_, height) = decoder.dimensions().ok()?;
    let DecodingResult::U8(all) = &mut samples else { return None };
    all.fill(255);
    let (mut n_rows, mut start) = (0, 0);
    for at in 0..decoder.strip_count().ok()? {
        let Ok(DecodingResult::U8(strip)) = decoder.read_chunk(at) else { break };
        all.get_mut(start..start + strip.len())?.copy_from_slice(&strip);
        start += strip.len();
        n_rows += decoder.chunk_data_dimensions(at).1;
    }
    (n_rows > 0).then_some((samples, Whole::Rows(n_rows as f32 / height as f32)))
}

/// Fills up uncompressed samples that end early with white; gives the share that is there.
fn padded(bytes: &mut Cow<'_, [u8]>, page: &Directory) -> Option<f32> {
    if page.number(tag::COMPRESSION).unwrap_or(NO_COMPRESSION) != NO_COMPRESSION {
        return None;
    }
    let chunks = page.chunks(bytes)?;
    let length = bytes.len() as u64;
    let end = chunks.iter().map(|(start, n)| start.saturating_add(*n)).max()?;
    let n_all: u64 = chunks.iter().map(|(_, n)| *n).sum();
    if end <= length || n_all > MAX_DECODED_BYTES || end - length > n_all {
        return None;
    }
    let n_there: u64 = chunks.iter().map(|(start, n)| length.saturating_sub(*start).min(*n)).sum();
    bytes.to_mut().resize(end as usize, 255);
    Some(n_there as f32 / n_all as f32)
}

fn explain(error: &TiffError) -> PhotoError {
    match error {
        TiffError::LimitsExceeded => PhotoError::TooLarge { size: None },
        TiffError::UnsupportedError(_) => PhotoError::UnsupportedKind(Format::Tiff),
        _ => PhotoError::Damaged,
    }
}
