//! AVIF: AV1 pictures in the boxes of HEIF, decoded by rav1d.
//!
//! ISO/IEC 23008-12 (HEIF), AV1 Image File Format 1.1.

mod av1;
mod boxes;
mod grid;
mod obus;
mod yuv;

use image::metadata::Orientation;

use self::boxes::{Item, Items};
use crate::{
    Format, PhotoError,
    colour::Colour,
    raster::{Channels, Raster, Samples},
    room::Room,
};

/// Decodes the primary picture, with its transparency.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Raster, PhotoError> {
    let items = Items::of(bytes).ok_or(PhotoError::Damaged)?;
    let primary = items.primary().ok_or(PhotoError::Damaged)?;
    let size = primary.size.ok_or(PhotoError::Damaged)?;
    let alpha = items.alpha_of(primary);
    // Planes of up to 16 bits, then RGB of 16 bits; transparency as much again for its own.
    let n_bytes = if alpha.is_some() { 14 } else { 9 };
    room.claim_output(size, n_bytes)?;

    let picture = decode(&items, bytes, primary, size)?;
    let alpha_planes = alpha.map(|item| decode(&items, bytes, item, size)).transpose()?;
    let samples = if picture.n_bits > 8 {
        Samples::Sixteen(samples_of(&picture, alpha_planes.as_ref())?)
    } else {
        Samples::Eight(samples_of(&picture, alpha_planes.as_ref())?)
    };
    let channels = if alpha.is_some() { Channels::Rgba } else { Channels::Rgb };
    let mut raster = Raster::new(picture.size, channels, samples);
    raster.is_premultiplied = alpha.is_some_and(|alpha| items.is_premultiplied(primary, alpha));
    raster.colour = match (&primary.profile, primary.coded) {
        (Some(profile), _) => Colour::Icc(profile.to_vec()),
        (None, Some(coded)) => super::of_video(coded.primaries, coded.transfer),
        (None, None) => super::of_video(picture.primaries, picture.transfer),
    };
    raster.orientation = orientation_of(primary);
    Ok(raster)
}

/// A picture of one item, or of the tiles that it is put together from.
fn decode(
    items: &Items<'_>,
    bytes: &[u8],
    item: &Item<'_>,
    size: (u32, u32),
) -> Result<yuv::Planes, PhotoError> {
    match &item.kind {
        b"av01" => {
            // What the boxes say was claimed; the stream may say more.
            let most_pixels = size.0.saturating_mul(size.1).max(1);
            av1::decode(&items.data(bytes, item).ok_or(PhotoError::Damaged)?, most_pixels)
        }
        b"grid" => grid::decode(items, bytes, item, size),
        _ => Err(PhotoError::UnsupportedKind(Format::Avif)),
    }
}

/// RGB, or RGBA where there is transparency.
fn samples_of<T: yuv::Sample>(
    picture: &yuv::Planes,
    alpha: Option<&yuv::Planes>,
) -> Result<Vec<T>, PhotoError> {
    let rgb = picture.to_rgb()?;
    let Some(alpha) = alpha else { return Ok(rgb) };
    let alpha: Vec<T> = alpha.to_grey();
    let (pixels, _) = rgb.as_chunks::<3>();
    if pixels.len() != alpha.len() {
        return Err(PhotoError::Damaged);
    }
    Ok(pixels.iter().zip(alpha).flat_map(|(&[red, green, blue], alpha)| [red, green, blue, alpha]).collect())
}

/// Rotated first, mirrored then, as HEIF has it; Exif's block has no say.
fn orientation_of(item: &Item<'_>) -> Orientation {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270,
        Rotate270FlipH,
    };
    // `irot` turns anticlockwise, `imir` 0 puts the top at the bottom.
    match (item.n_quarter_turns & 3, item.mirror) {
        (0, None) => NoTransforms,
        (1, None) => Rotate270,
        (2, None) => Rotate180,
        (_, None) => Rotate90,
        (0, Some(0)) | (2, Some(1)) => FlipVertical,
        (0, Some(_)) | (2, Some(_)) => FlipHorizontal,
        (1, Some(0)) | (3, Some(1)) => Rotate90FlipH,
        (_, Some(_)) => Rotate270FlipH,
    }
}
