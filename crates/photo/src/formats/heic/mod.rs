//! HEIC: HEVC pictures in HEIF, through libheif where the system has it.
//!
//! HEVC is patented, so no decoder for it is shipped with the program: it is looked for when the first such
//! photo comes.

mod libheif;

use self::libheif::{Context, LibHeif, Profile};
use crate::{
    Format, PhotoError,
    colour::Colour,
    raster::{Channels, Raster},
    room::Room,
};

/// Decodes the primary picture, upright as libheif turns it.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Raster, PhotoError> {
    let library = LibHeif::get().ok_or(PhotoError::NoDecoder(Format::Heic))?;
    let damaged = || PhotoError::Damaged;
    let context = Context::new(library, bytes).ok_or_else(damaged)?;
    let handle = context.primary().ok_or_else(damaged)?;
    let size = handle.size().ok_or_else(damaged)?;
    // The decoder's planes, what libheif makes of them, and a copy.
    room.claim_output(size, if handle.is_deep() { 14 } else { 8 })?;
    let (channels, n) = if handle.has_alpha() { (Channels::Rgba, 4) } else { (Channels::Rgb, 3) };
    let profile = handle.profile();
    let samples = match handle.decode(size, n) {
        Some(samples) => samples,
        // Installed, but without the part that reads HEVC.
        None if !library.reads_hevc() => return Err(PhotoError::NoDecoder(Format::Heic)),
        None => return Err(damaged()),
    };
    let mut raster = Raster::new(size, channels, samples);
    raster.colour = match profile {
        Profile::None => Colour::Srgb,
        Profile::Icc(profile) => Colour::Icc(profile),
        Profile::Coded { primaries, transfer } => super::of_video(primaries, transfer),
    };
    Ok(raster)
}
