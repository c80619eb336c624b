//! How a camera was held.

use image::metadata::Orientation;

/// The orientation that an Exif block tells: the TIFF structure, with or without `Exif\0\0` before it.
/// A damaged block is no reason to lose the photo: it tells nothing.
pub(crate) fn orientation(exif: &[u8]) -> Orientation {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}
