//! Photoshop's PSD and PSB: the merged picture that it keeps beside the layers, else the small preview.
//!
//! By "Adobe Photoshop File Formats Specification".

use crate::{
    Doubt, Format, PhotoError, Wanted,
    colour::{Colour, lab_to_srgb},
    raster::{Channels, Raster, Samples},
    room::Room,
};

use super::jpeg;

/// Color modes.
const GREY: u16 = 1;
const INDEXED: u16 = 2;
const RGB: u16 = 3;
const CMYK: u16 = 4;
const DUOTONE: u16 = 8;
const LAB: u16 = 9;

/// Image resources.
const PREVIEW: u16 = 1_036;
const ICC_PROFILE: u16 = 1_039;

/// Before a preview's JPEG: format, sizes, bits, planes.
const PREVIEW_HEAD: usize = 28;

/// Decodes the merged picture, else the preview.
pub(super) fn read(bytes: &[u8], wanted: Wanted, room: &mut Room) -> Result<Raster, PhotoError> {
    let file = File::of(bytes).ok_or(PhotoError::Damaged)?;
    let merged = file.merged(room);
    let (Err(error), Some(preview)) =
        (&merged, file.resource(PREVIEW).and_then(|body| body.get(PREVIEW_HEAD..)))
    else {
        return merged;
    };
    let Ok(mut raster) = jpeg::read(preview, wanted, room) else { return Err(*error) };
    raster.doubt = Some(Doubt::Preview);
    Ok(raster)
}

struct File<'a> {
    is_large: bool,
    n_channels: usize,
    size: (u32, u32),
    n_bits: u16,
    mode: u16,
    palette: &'a [u8],
    resources: &'a [u8],
    picture: &'a [u8],
}

/// Takes so many bytes from the front.
fn take<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(n)?;
    *rest = after;
    Some(taken)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

impl<'a> File<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes.get(4..)?;
        let is_large = number(take(&mut rest, 2)?) == 2;
        take(&mut rest, 6)?;
        let n_channels = number(take(&mut rest, 2)?) as usize;
        let height = number(take(&mut rest, 4)?) as u32;
        let width = number(take(&mut rest, 4)?) as u32;
        let n_bits = number(take(&mut rest, 2)?) as u16;
        let mode = number(take(&mut rest, 2)?) as u16;
        let mut section = |n_length: usize| {
            let length = usize::try_from(number(take(&mut rest, n_length)?)).ok()?;
            take(&mut rest, length)
        };
        let palette = section(4)?;
        let resources = section(4)?;
        section(if is_large { 8 } else { 4 })?;
        Some(Self {
            is_large,
            n_channels,
            size: (width, height),
            n_bits,
            mode,
            palette,
            resources,
            picture: rest,
        })
    }

    fn resource(&self, wanted: u16) -> Option<&'a [u8]> {
        let mut rest = self.resources;
        loop {
            take(&mut rest, 4)?;
            let id = number(take(&mut rest, 2)?) as u16;
            // A name, with its length before it, and what follows take an even number of bytes.
            let n_name = number(rest.get(..1)?) as usize + 1;
            take(&mut rest, n_name + n_name % 2)?;
            let length = number(take(&mut rest, 4)?) as usize;
            let body = take(&mut rest, length)?;
            if id == wanted {
                return Some(body);
            }
            take(&mut rest, length % 2)?;
        }
    }

    fn merged(&self, room: &mut Room) -> Result<Raster, PhotoError> {
        let unsupported = || PhotoError::UnsupportedKind(Format::Photoshop);
        let n_colours = match self.mode {
            GREY | INDEXED | DUOTONE => 1,
            RGB | LAB => 3,
            CMYK => 4,
            _ => return Err(unsupported()),
        };
        if !matches!(self.n_bits, 8 | 16) || self.n_channels < n_colours {
            return Err(unsupported());
        }
        let bytes_per_sample = usize::from(self.n_bits / 8);
        // The planes, and the pixels that are made of them.
        room.claim_output(self.size, (2 * n_colours * bytes_per_sample) as u64)?;
        let plane_bytes = self.size.0 as usize * self.size.1 as usize * bytes_per_sample;
        let planes = self.planes(n_colours, plane_bytes).ok_or(PhotoError::Damaged)?;
        let n_pixels = plane_bytes / bytes_per_sample;
        let at = |plane: usize, pixel: usize| plane * plane_bytes + pixel * bytes_per_sample;
        let mut samples = if bytes_per_sample == 1 {
            let pixels = (0..n_pixels).flat_map(|pixel| (0..n_colours).map(move |plane| (plane, pixel)));
            Samples::Eight(pixels.map(|(plane, pixel)| planes[at(plane, pixel)]).collect())
        } else {
            let pixels = (0..n_pixels).flat_map(|pixel| (0..n_colours).map(move |plane| (plane, pixel)));
            let sample =
                |(plane, pixel)| u16::from_be_bytes([planes[at(plane, pixel)], planes[at(plane, pixel) + 1]]);
            Samples::Sixteen(pixels.map(sample).collect())
        };
        let channels = match self.mode {
            GREY | DUOTONE => Channels::Grey,
            CMYK => Channels::Cmyk,
            _ => Channels::Rgb,
        };
        match (&mut samples, self.mode) {
            // 255 is no ink.
            (Samples::Eight(inks), CMYK) => inks.iter_mut().for_each(|ink| *ink = 255 - *ink),
            (Samples::Sixteen(inks), CMYK) => inks.iter_mut().for_each(|ink| *ink = 65_535 - *ink),
            (Samples::Eight(indices), INDEXED) => {
                let level = |plane: usize, at: u8| {
                    self.palette.get(plane * 256 + usize::from(at)).copied().unwrap_or(0)
                };
                let colours =
                    indices.iter().flat_map(|&at| [level(0, at), level(1, at), level(2, at)]).collect();
                samples = Samples::Eight(colours);
            }
            (Samples::Eight(lab), LAB) => {
                let pixels = lab.as_chunks::<3>().0.iter();
                let pixels =
                    pixels.map(|&[l, a, b]| [f32::from(l) / 2.55, f32::from(a) - 128., f32::from(b) - 128.]);
                samples = Samples::Eight(lab_to_srgb(pixels));
            }
            (Samples::Sixteen(_), INDEXED | LAB) => return Err(unsupported()),
            _ => {}
        }
        let mut raster = Raster::new(self.size, channels, samples);
        if let (Some(profile), false) = (self.resource(ICC_PROFILE), matches!(self.mode, INDEXED | LAB)) {
            raster.colour = Colour::Icc(profile.to_vec());
        }
        Ok(raster)
    }

    /// The first planes, one after the other.
    fn planes(&self, n_planes: usize, plane_bytes: usize) -> Option<Vec<u8>> {
        const RAW: u64 = 0;
        const PACK_BITS: u64 = 1;
        let mut rest = self.picture;
        let total = n_planes.checked_mul(plane_bytes)?;
        match number(take(&mut rest, 2)?) {
            RAW => Some(take(&mut rest, total)?.to_vec()),
            PACK_BITS => {
                // Before the rows stand the packed lengths of all of them, of every channel.
                let n_length = if self.is_large { 4 } else { 2 };
                take(&mut rest, n_length * self.n_channels * self.size.1 as usize)?;
                unpack_bits(rest, total)
            }
            _ => None,
        }
    }
}

/// PackBits, until so many bytes came out.
fn unpack_bits(mut rest: &[u8], n: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(n);
    while out.len() < n {
        let head = take(&mut rest, 1)?[0] as i8;
        match head {
            -128 => {}
            0.. => out.extend_from_slice(take(&mut rest, head as usize + 1)?),
            _ => {
                let value = take(&mut rest, 1)?[0];
                out.extend(std::iter::repeat_n(value, 1 + usize::from(head.unsigned_abs())));
            }
        }
    }
    out.truncate(n);
    Some(out)
}
