//! Cameras' own formats: the largest preview that the camera put into its file.
//!
//! Each maker keeps previews elsewhere, but all of them are JPEGs, and a JPEG can be told wherever it lies.

use image::metadata::Orientation;

use super::{jpeg, tiff};
use crate::{
    Doubt, Format, PhotoError, Wanted,
    raster::{Raster, Whole},
    room::Room,
};

/// Smaller ones are signs for a list of files, not photos.
const LEAST_SIDE: u32 = 160;

/// No camera's file holds more.
const MAX_PREVIEWS: usize = 64;
const MOST_LOOKED_AT: usize = 16;

/// Whether a TIFF file is a camera's.
pub(crate) fn is_raw_tiff(bytes: &[u8]) -> bool {
    use tiff::{
        photometric::{CFA, LINEAR_RAW},
        tag,
    };
    if bytes.get(8..10) == Some(b"CR") {
        return true;
    }
    let pages = tiff::pages(bytes);
    let is_raw = |page: &tiff::Directory| {
        matches!(page.number(tag::PHOTOMETRIC), Some(CFA | LINEAR_RAW))
            || page.number(tag::DNG_VERSION).is_some()
    };
    // A camera says it in its first directories.
    pages.iter().take(MOST_LOOKED_AT).any(|page| is_raw(page) || page.inner(bytes).iter().any(is_raw))
}

/// Decodes the largest preview.
pub(super) fn read(bytes: &[u8], wanted: Wanted, room: &mut Room) -> Result<Raster, PhotoError> {
    let mut previews: Vec<_> = memchr::memmem::find_iter(bytes, b"\xff\xd8\xff")
        .filter_map(|start| jpeg::size_of(&bytes[start..]).map(|size| (start, size)))
        .filter(|(_, (width, height))| width.min(height) >= &LEAST_SIDE)
        .take(MAX_PREVIEWS)
        .collect();
    previews.sort_by_key(|(_, (width, height))| std::cmp::Reverse(u64::from(*width) * u64::from(*height)));
    for (start, _) in previews {
        let Ok(mut raster) = jpeg::read(&bytes[start..], wanted, room) else { continue };
        if raster.whole != Whole::Yes {
            continue;
        }
        // A preview without a block of its own is turned as its file says.
        if raster.orientation == Orientation::NoTransforms {
            raster.orientation = orientation_of(bytes);
        }
        raster.doubt = Some(Doubt::Preview);
        return Ok(raster);
    }
    Err(PhotoError::NoPreview(Format::Raw))
}

/// How the camera was held: the file's own directory says it, or Canon's within its boxes.
fn orientation_of(bytes: &[u8]) -> Orientation {
    let tiff = match memchr::memmem::find(bytes, b"CMT1") {
        Some(at) if bytes.get(4..8) == Some(b"ftyp") => &bytes[at + 4..],
        _ => bytes,
    };
    tiff::pages(tiff).first().map_or(Orientation::NoTransforms, tiff::orientation_of)
}
