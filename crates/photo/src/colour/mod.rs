//! Colours as they are stored, into sRGB.

mod hdr;
mod lab;
mod profile;

use image::{DynamicImage, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

pub(crate) use lab::lab_to_srgb;

use crate::{
    Doubt, PhotoError,
    raster::{Channels, Raster, Samples},
};

/// What a file says of its colours.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Colour {
    /// sRGB, or nothing, which is read as sRGB; inks as plain inks.
    Srgb,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273.
    Coded { primaries: u8, transfer: u8 },
    /// PNG's gAMA (the exponent that encoded) and cHRM (white, red, green, blue as x, y).
    Calibrated { gamma: Option<f32>, chromaticities: Option<[f32; 8]> },
}

/// A picture in sRGB, and what became of the file's colours on the way.
pub(crate) struct Coloured {
    /// RGB or RGBA of eight bits.
    pub(crate) image: DynamicImage,
    /// Nothing was to be converted.
    pub(crate) was_srgb: bool,
    pub(crate) doubt: Option<Doubt>,
}

/// So many pixels are converted at once: little enough to stay in a core's cache.
const AT_ONCE: usize = 4_096;

/// Converts into sRGB. A profile that cannot be used is passed over, and told.
pub(crate) fn to_srgb(mut raster: Raster) -> Result<Coloured, PhotoError> {
    if raster.is_premultiplied {
        undo_premultiplication(&mut raster);
    }
    let colour = std::mem::replace(&mut raster.colour, Colour::Srgb);
    if let Some(tone_map) = hdr::tone_map_of(&colour) {
        let image = image_of(tone_map.apply(expanded(raster)))?;
        return Ok(Coloured { image, was_srgb: false, doubt: None });
    }
    let profile = match profile::of(&colour) {
        Ok(None) => return Ok(Coloured { image: plain(raster)?, was_srgb: true, doubt: None }),
        Ok(Some(profile)) => profile,
        Err(profile::BadProfile) => return passed_over(raster),
    };
    // A grey picture with a profile of RGB is common: it is grey in that space.
    if profile.color_space == DataColorSpace::Rgb
        && matches!(raster.channels, Channels::Grey | Channels::GreyAlpha)
    {
        raster = expanded(raster);
    }
    if !profile::fits(&profile, raster.channels) {
        return passed_over(raster);
    }
    if profile::is_srgb(&profile) {
        return Ok(Coloured { image: plain(raster)?, was_srgb: true, doubt: None });
    }
    match convert(&raster, &profile) {
        Some(converted) => Ok(Coloured { image: image_of(converted)?, was_srgb: false, doubt: None }),
        None => passed_over(raster),
    }
}

/// As if there were no profile, which is told.
fn passed_over(raster: Raster) -> Result<Coloured, PhotoError> {
    Ok(Coloured { image: plain(raster)?, was_srgb: true, doubt: Some(Doubt::BadProfile) })
}

/// Through a profile; none where it cannot be used.
fn convert(raster: &Raster, profile: &ColorProfile) -> Option<Raster> {
    let from = match raster.channels {
        Channels::Grey => Layout::Gray,
        Channels::GreyAlpha => Layout::GrayAlpha,
        Channels::Rgb => Layout::Rgb,
        Channels::Rgba | Channels::Cmyk => Layout::Rgba,
    };
    let (to, channels) = if raster.channels.has_alpha() {
        (Layout::Rgba, Channels::Rgba)
    } else {
        (Layout::Rgb, Channels::Rgb)
    };
    let (srgb, options) = (ColorProfile::new_srgb(), TransformOptions::default());
    let n = (raster.channels.count(), channels.count());
    let samples = match &raster.samples {
        Samples::Eight(samples) => {
            let transform = profile.create_transform_8bit(from, &srgb, to, options).ok()?;
            through(&*transform, samples, n, |sample| sample)?
        }
        Samples::Sixteen(samples) => {
            let transform = profile.create_transform_16bit(from, &srgb, to, options).ok()?;
            through(&*transform, samples, n, eight)?
        }
    };
    Some(Raster::new((raster.width, raster.height), channels, Samples::Eight(samples)))
}

/// Pixels of so many samples to pixels of so many others, in eight bits.
fn through<T: Copy + Default>(
    transform: &(dyn TransformExecutor<T> + Send + Sync),
    samples: &[T],
    (n_from, n_to): (usize, usize),
    narrow: impl Fn(T) -> u8,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(samples.len() / n_from * n_to);
    let mut part = vec![T::default(); AT_ONCE * n_to];
    for source in samples.chunks(AT_ONCE * n_from) {
        let target = &mut part[..source.len() / n_from * n_to];
        transform.transform(source, target).ok()?;
        out.extend(target.iter().map(|&sample| narrow(sample)));
    }
    Some(out)
}

/// Sixteen bits to eight, to the nearest.
fn eight(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// Without a profile: grey is repeated, inks are taken from white paper in the plain way.
fn plain(raster: Raster) -> Result<DynamicImage, PhotoError> {
    if raster.channels != Channels::Cmyk {
        return image_of(expanded(raster));
    }
    let size = (raster.width, raster.height);
    let inks = in_eight(raster.samples);
    let (pixels, _) = inks.as_chunks::<4>();
    let light = |ink: u8, black: u8| {
        let (ink, black) = (u32::from(255 - ink), u32::from(255 - black));
        ((ink * black + 127) / 255) as u8
    };
    let rgb = pixels.iter().flat_map(|&[c, m, y, k]| [light(c, k), light(m, k), light(y, k)]);
    image_of(Raster::new(size, Channels::Rgb, Samples::Eight(rgb.collect())))
}

/// Grey as RGB.
fn expanded(mut raster: Raster) -> Raster {
    fn repeat<T: Copy>(samples: &[T], has_alpha: bool) -> Vec<T> {
        if has_alpha {
            samples.as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
        } else {
            samples.iter().flat_map(|&grey| [grey; 3]).collect()
        }
    }
    let channels = match raster.channels {
        Channels::Grey => Channels::Rgb,
        Channels::GreyAlpha => Channels::Rgba,
        _ => return raster,
    };
    let has_alpha = raster.channels.has_alpha();
    raster.samples = match raster.samples {
        Samples::Eight(samples) => Samples::Eight(repeat(&samples, has_alpha)),
        Samples::Sixteen(samples) => Samples::Sixteen(repeat(&samples, has_alpha)),
    };
    raster.channels = channels;
    raster
}

fn in_eight(samples: Samples) -> Vec<u8> {
    match samples {
        Samples::Eight(samples) => samples,
        Samples::Sixteen(samples) => samples.into_iter().map(eight).collect(),
    }
}

/// An image of RGB or RGBA samples. A decoder that gave fewer than it said gave no picture.
fn image_of(raster: Raster) -> Result<DynamicImage, PhotoError> {
    let (width, height) = (raster.width, raster.height);
    let has_alpha = raster.channels.has_alpha();
    let samples = in_eight(raster.samples);
    let image = if has_alpha {
        RgbaImage::from_raw(width, height, samples).map(DynamicImage::ImageRgba8)
    } else {
        RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8)
    };
    image.ok_or(PhotoError::Damaged)
}

/// Colours divided by their alpha again. What is wholly transparent has no colour.
fn undo_premultiplication(raster: &mut Raster) {
    fn undo<T: Copy + Into<u32> + TryFrom<u32>>(samples: &mut [T], n: usize, most: u32) {
        for pixel in samples.chunks_exact_mut(n) {
            let Some((alpha, colours)) = pixel.split_last_mut() else { continue };
            let alpha: u32 = (*alpha).into();
            for colour in colours {
                let value: u32 = (*colour).into();
                let undone = (value * most + alpha / 2).checked_div(alpha).unwrap_or(0).min(most);
                if let Ok(undone) = T::try_from(undone) {
                    *colour = undone;
                }
            }
        }
    }
    let n = raster.channels.count();
    match &mut raster.samples {
        Samples::Eight(samples) => undo(samples, n, 255),
        Samples::Sixteen(samples) => undo(samples, n, 65_535),
    }
    raster.is_premultiplied = false;
}
