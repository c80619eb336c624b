//! A page's samples as colours.

use tiff::decoder::DecodingResult;

use super::{Directory, photometric, tag};
use crate::{
    Format, PhotoError,
    colour::lab_to_srgb,
    raster::{Channels, Raster, Samples},
};

/// TIFF's numbers of what further samples are.
const ASSOCIATED_ALPHA: u64 = 1;
const UNASSOCIATED_ALPHA: u64 = 2;

/// Other photometric interpretations, see [`photometric`].
const WHITE_IS_ZERO: u64 = 0;
const CMYK: u64 = 5;
const YCBCR: u64 = 6;

/// Makes colours of a page's samples.
pub(super) fn raster_of(
    bytes: &[u8],
    page: &Directory,
    size: (u32, u32),
    samples: DecodingResult,
) -> Result<Raster, PhotoError> {
    let n_bits = page.number(tag::BITS_PER_SAMPLE).unwrap_or(1);
    let n_samples = page.number(tag::SAMPLES_PER_PIXEL).unwrap_or(1).max(1) as usize;
    let n_pixels = size.0 as usize * size.1 as usize;
    let unsupported = || PhotoError::UnsupportedKind(Format::Tiff);
    let kind = page.number(tag::PHOTOMETRIC).ok_or_else(unsupported)?;
    let extra = page.number(tag::EXTRA_SAMPLES);
    let has_alpha = matches!(extra, Some(ASSOCIATED_ALPHA | UNASSOCIATED_ALPHA));

    let mut samples = match samples {
        DecodingResult::U8(packed) if n_bits < 8 => {
            Samples::Eight(unpacked(&packed, size, n_bits as u32, n_samples))
        }
        DecodingResult::U8(samples) => Samples::Eight(samples),
        DecodingResult::U16(samples) => Samples::Sixteen(samples),
        DecodingResult::U32(samples) => {
            Samples::Sixteen(samples.into_iter().map(|v| (v >> 16) as u16).collect())
        }
        DecodingResult::F32(samples) => Samples::Sixteen(samples.into_iter().map(from_float).collect()),
        DecodingResult::F16(samples) => {
            Samples::Sixteen(samples.into_iter().map(|v| from_float(v.to_f32())).collect())
        }
        _ => return Err(unsupported()),
    };
    // The reader leaves out what it takes for no part of the colour.
    let n_read = match &samples {
        Samples::Eight(samples) => samples.len() / n_pixels,
        Samples::Sixteen(samples) => samples.len() / n_pixels,
    };
    if n_read == 0 {
        return Err(PhotoError::Damaged);
    }
    if page.number(tag::PLANAR_CONFIGURATION) == Some(2) && n_read > 1 {
        samples = match samples {
            Samples::Eight(planes) => Samples::Eight(interleaved(&planes, n_pixels, n_read)),
            Samples::Sixteen(planes) => Samples::Sixteen(interleaved(&planes, n_pixels, n_read)),
        };
    }
    let (channels, n_used) = match kind {
        photometric::PALETTE => (Channels::Rgb, 1),
        WHITE_IS_ZERO | photometric::BLACK_IS_ZERO if has_alpha && n_read >= 2 => (Channels::GreyAlpha, 2),
        WHITE_IS_ZERO | photometric::BLACK_IS_ZERO => (Channels::Grey, 1),
        photometric::RGB if has_alpha && n_read >= 4 => (Channels::Rgba, 4),
        photometric::RGB | YCBCR | photometric::CIE_LAB | photometric::ICC_LAB => (Channels::Rgb, 3),
        CMYK => (Channels::Cmyk, 4),
        _ => return Err(unsupported()),
    };
    if n_read < n_used {
        return Err(unsupported());
    }
    samples = match samples {
        Samples::Eight(all) => Samples::Eight(first_of_each(all, n_read, n_used, n_pixels)),
        Samples::Sixteen(all) => Samples::Sixteen(first_of_each(all, n_read, n_used, n_pixels)),
    };
    if n_bits < 8 && channels == Channels::Grey {
        let most = (1_u32 << n_bits) - 1;
        if let Samples::Eight(samples) = &mut samples {
            samples.iter_mut().for_each(|sample| *sample = (u32::from(*sample) * 255 / most) as u8);
        }
    }
    let samples = match kind {
        photometric::PALETTE => {
            let map = page.numbers(bytes, tag::COLOR_MAP).ok_or(PhotoError::Damaged)?;
            Samples::Eight(from_palette(eight(samples), &map))
        }
        YCBCR => Samples::Eight(ycbcr_to_rgb(samples)),
        photometric::CIE_LAB | photometric::ICC_LAB => {
            Samples::Eight(lab_to_srgb(lab_of(samples, kind).into_iter()))
        }
        _ => samples,
    };
    let mut raster = Raster::new(size, channels, samples);
    raster.is_premultiplied = channels.has_alpha() && extra == Some(ASSOCIATED_ALPHA);
    Ok(raster)
}

/// The colours of a palette for its indices. `map` holds all reds, then all greens, then all blues, in 16 bits.
fn from_palette(indices: Vec<u8>, map: &[u64]) -> Vec<u8> {
    let n = map.len() / 3;
    let level = |at: usize| map.get(at).map_or(0, |&value| (value >> 8) as u8);
    let palette: Vec<[u8; 3]> = (0..n).map(|at| [level(at), level(n + at), level(2 * n + at)]).collect();
    indices.into_iter().flat_map(|at| palette.get(usize::from(at)).copied().unwrap_or_default()).collect()
}

/// Samples of less than eight bits, each in a byte of its own. Rows begin at whole bytes.
fn unpacked(packed: &[u8], size: (u32, u32), n_bits: u32, n_samples: usize) -> Vec<u8> {
    let n_row = size.0 as usize * n_samples;
    let line = (n_row * n_bits as usize).div_ceil(8);
    let mask = (1_u16 << n_bits) - 1;
    let mut samples = Vec::with_capacity(n_row * size.1 as usize);
    for row in packed.chunks_exact(line.max(1)) {
        samples.extend((0..n_row).map(|at| {
            let bit = at * n_bits as usize;
            // Samples of three bits and such may lie across two bytes.
            let pair = u16::from_be_bytes([row[bit / 8], row.get(bit / 8 + 1).copied().unwrap_or(0)]);
            ((pair >> (16 - bit % 8 - n_bits as usize)) & mask) as u8
        }));
    }
    samples
}

fn from_float(value: f32) -> u16 {
    (value.clamp(0., 1.) * 65_535. + 0.5) as u16
}

fn interleaved<T: Copy>(planes: &[T], n_pixels: usize, n_planes: usize) -> Vec<T> {
    (0..n_pixels).flat_map(|at| (0..n_planes).map(move |plane| planes[plane * n_pixels + at])).collect()
}

fn first_of_each<T: Copy>(all: Vec<T>, n_read: usize, n_used: usize, n_pixels: usize) -> Vec<T> {
    if n_read == n_used {
        return all;
    }
    all.chunks_exact(n_read).take(n_pixels).flat_map(|pixel| &pixel[..n_used]).copied().collect()
}

/// By ITU-R BT.601 in the full range, as JPEG has it.
fn ycbcr_to_rgb(samples: Samples) -> Vec<u8> {
    let samples = eight(samples);
    let rgb = samples.as_chunks::<3>().0.iter().flat_map(|&[y, cb, cr]| {
        let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128., f32::from(cr) - 128.);
        [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|value| (value + 0.5) as u8)
    });
    rgb.collect()
}

fn eight(samples: Samples) -> Vec<u8> {
    match samples {
        Samples::Eight(samples) => samples,
        Samples::Sixteen(samples) => samples.into_iter().map(|sample| (sample >> 8) as u8).collect(),
    }
}

/// L* 0 to 100, a* and b* about -128 to 127. In CIELAB the last two are signed, in ICC's they are offset.
fn lab_of(samples: Samples, kind: u64) -> Vec<[f32; 3]> {
    let is_signed = kind == photometric::CIE_LAB;
    match samples {
        Samples::Eight(samples) => {
            let axis = |v: u8| if is_signed { f32::from(v as i8) } else { f32::from(v) - 128. };
            let pixels = samples.as_chunks::<3>().0.iter();
            pixels.map(|&[l, a, b]| [f32::from(l) / 2.55, axis(a), axis(b)]).collect()
        }
        Samples::Sixteen(samples) => {
            let axis =
                |v: u16| if is_signed { f32::from(v as i16) / 256. } else { f32::from(v) / 256. - 128. };
            let pixels = samples.as_chunks::<3>().0.iter();
            pixels.map(|&[l, a, b]| [f32::from(l) / 655.35, axis(a), axis(b)]).collect()
        }
    }
}
