//! JPEG by libjpeg-turbo's code, as mozjpeg carries it: it reduces while it decodes, and tells where data ended.

mod segments;
mod warnings;

use std::panic::{AssertUnwindSafe, catch_unwind};

use mozjpeg::{
    ColorSpace,
    decompress::{DecompressBuilder, DecompressStarted},
};

use self::segments::Segments;
use crate::{
    Format, PhotoError, Wanted,
    colour::Colour,
    exif,
    raster::{Channels, Raster, Samples, Whole},
    room::Room,
};

/// Beyond so many megapixels times scans a file was made to keep a decoder busy, not to be seen.
const MAX_SCANNED_MEGAPIXELS: u64 = 8_000;

/// Decodes, reduced to a half, a quarter or an eighth where enough is left.
pub(super) fn read(bytes: &[u8], wanted: Wanted, room: &mut Room) -> Result<Raster, PhotoError> {
    let bytes = without_zeros(bytes);
    let segments = Segments::of(bytes).ok_or(PhotoError::Damaged)?;
    let full = segments.size;
    let reduction = wanted.reduction(full);
    let n_pixels = u64::from(full.0) * u64::from(full.1);
    let n_components = segments.n_components.clamp(1, 4) as u64;
    let n_output = n_pixels / u64::from(reduction * reduction) * n_components.max(3);
    // Scans that come in passes are held as coefficients of two bytes each until the last one.
    let n_held = if segments.n_scans > 1 { segments.n_coefficients() * 2 } else { 0 };
    room.claim(full, n_output + n_held, 0)?;
    if n_pixels / 1_000_000 * segments.n_scans > MAX_SCANNED_MEGAPIXELS {
        return Err(PhotoError::UnsupportedKind(Format::Jpeg));
    }

    let mut decoded = None;
    // libjpeg's fatal errors unwind; what was decoded until then stays.
    let end = catch_unwind(AssertUnwindSafe(|| decompress(bytes, reduction, &mut decoded)));
    let mut decoded: Decoded = decoded.ok_or(PhotoError::Damaged)?;
    let is_fatal = !matches!(end, Ok(Ok(())));
    let whole = decoded.whole(is_fatal);
    if let Whole::Rows(share) = whole {
        decoded.whiten_below(share);
    }
    if decoded.channels == Channels::Cmyk {
        // As Photoshop stores them, and files without its marker too: 255 is no ink.
        decoded.samples.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    let size = (decoded.width as u32, decoded.height as u32);
    let mut raster = Raster::new(size, decoded.channels, Samples::Eight(decoded.samples));
    raster.full = full;
    raster.whole = whole;
    raster.orientation = segments.exif.map_or(raster.orientation, exif::orientation);
    if let Some(profile) = segments.profile() {
        raster.colour = Colour::Icc(profile);
    }
    Ok(raster)
}

/// Width and height of a picture that begins here, if it is one that is read.
pub(super) fn size_of(bytes: &[u8]) -> Option<(u32, u32)> {
    segments::frame_of(bytes)
}

/// A copy that broke off leaves zeros up to the size that was planned. They are no data.
fn without_zeros(bytes: &[u8]) -> &[u8] {
    const AT_LEAST: usize = 64;
    let n_used = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |at| at + 1);
    if bytes.len() - n_used >= AT_LEAST { &bytes[..n_used] } else { bytes }
}

/// What came out until the end, or until it went no further.
struct Decoded {
    width: usize,
    height: usize,
    channels: Channels,
    samples: Vec<u8>,
    n_rows: usize,
    end: Option<warnings::End>,
}

impl Decoded {
    fn whole(&self, is_fatal: bool) -> Whole {
        let rows_read = self.n_rows as f32 / self.height.max(1) as f32;
        match self.end {
            Some(warnings::End::InFirstPass { share }) => Whole::Rows(share.min(rows_read)),
            _ if self.n_rows < self.height => Whole::Rows(rows_read),
            Some(warnings::End::InLaterPass) => Whole::Coarse,
            Some(warnings::End::BadData) => Whole::Garbled,
            None if is_fatal => Whole::Garbled,
            None => Whole::Yes,
        }
    }

    /// What is not there is white, as the ground of product photos is, and not the grey of no data.
    fn whiten_below(&mut self, share: f32) {
        let line = self.width * self.channels.count();
        let from = (share * self.height as f32) as usize * line;
        if let Some(missing) = self.samples.get_mut(from..) {
            missing.fill(255);
        }
    }
}

fn decompress(bytes: &[u8], reduction: u32, decoded: &mut Option<Decoded>) -> std::io::Result<()> {
    warnings::forget();
    let mut decompress = DecompressBuilder::new().with_err(warnings::error_manager()).from_mem(bytes)?;
    decompress.scale((8 / reduction) as u8);
    let (channels, out) = match decompress.color_space() {
        ColorSpace::JCS_GRAYSCALE => (Channels::Grey, ColorSpace::JCS_GRAYSCALE),
        ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK => (Channels::Cmyk, ColorSpace::JCS_CMYK),
        _ => (Channels::Rgb, ColorSpace::JCS_RGB),
    };
    let mut started: DecompressStarted<_> = decompress.to_colorspace(out)?;
    let (width, height) = (started.width(), started.height());
    let line = width * channels.count();
    let decoded = decoded.insert(Decoded {
        width,
        height,
        channels,
        samples: vec![255; line * height],
        n_rows: 0,
        end: None,
    });
    for row in decoded.samples.chunks_exact_mut(line) {
        let is_read = started.read_scanlines_into(row);
        decoded.end = warnings::first();
        is_read?;
        decoded.n_rows += 1;
    }
    Ok(())
}
