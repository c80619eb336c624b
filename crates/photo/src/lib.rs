//! From a picture file's bytes to upright pixels in sRGB, as the picture's maker saw it.
//!
//! A file is hostile input: it is sniffed, not believed ([`Format::of`]); its size in pixels is checked
//! against [`MAX_PIXELS`] and what decoding takes against [`MAX_DECODED_BYTES`] before anything is decoded; and
//! however many threads decode, [`budget`] bounds the pixels that are in memory at once. Each
//! format is a file under `formats/`, which gives a [`raster::Raster`]: samples as they are stored, and
//! what the file says of their colours. What follows is the same for all: colours into sRGB
//! ([`colour`]), transparency ([`alpha`]), orientation.
//!
//! Whatever cannot be read is a [`PhotoError`]; what can be read in part, or not as its maker meant, is
//! shown and told as a [`Doubt`].

mod alpha;
pub mod budget;
mod colour;
mod error;
mod exif;
mod formats;
mod raster;
mod room;
mod sniff;

use image::{RgbImage, RgbaImage};

pub use error::{Doubt, PhotoError};
pub use sniff::Format;

/// The most pixels that a photo may have: beyond today's largest cameras (150 megapixels).
pub const MAX_PIXELS: u64 = 160_000_000;

/// The longest side that a photo may have, which is JPEG's own limit.
pub const MAX_SIDE: u32 = 65_535;

/// The most bytes that a decoder may hold for one photo: [`MAX_PIXELS`] with transparency, at eight bits a
/// channel. Of pictures with sixteen bits a channel that is half as many pixels.
pub const MAX_DECODED_BYTES: u64 = MAX_PIXELS * 4;

/// What share of a cut file's rows must be there for it to be shown: with less nobody, person or
/// model, can tell what it is a photo of.
pub const LEAST_SHARE: f32 = 0.25;

/// A photo, upright and in sRGB.
pub struct DecodedPhoto {
    /// `[height, width, 3]`, where it is transparent on white, or on grey where it would vanish on white.
    pub pixels: RgbImage,
    /// The same with its transparency, not premultiplied, where it has any and can be seen on light and dark.
    pub cutout: Option<RgbaImage>,
    /// Width and height of the whole photo, upright; [`Self::pixels`] may be a reduced copy.
    pub size: (u32, u32),
    /// What it is a file of.
    pub format: Format,
    /// Whether any program that knows nothing of colour profiles shows the file in the same way.
    pub is_plain: bool,
    /// What a person should know of it.
    pub doubts: Vec<Doubt>,
    /// Holds the photo's place in the pixel budget for as long as it lives.
    _place: Option<budget::Place>,
}

/// How large a photo is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// As it is.
    Whole,
    /// Its shorter side may be reduced to no less than this, which is faster for JPEG and WebP.
    ShorterSide(u32),
}

impl Wanted {
    /// The largest reduction to `1 / 2^k` that keeps enough of this size, at most 1/8.
    fn reduction(self, (width, height): (u32, u32)) -> u32 {
        let Self::ShorterSide(least) = self else { return 1 };
        let shorter = width.min(height);
        [8, 4, 2].into_iter().find(|by| shorter / by >= least.max(1)).unwrap_or(1)
    }
}

/// Decodes a file's bytes. Of an animation it takes the first frame that shows something, of several pages the largest.
///
/// Waits for a place in the pixel budget.
///
/// # Errors
/// When the bytes are no picture, are of a format that is not read, are damaged or cut so that hardly anything is left,
/// or are of a picture beyond the limits.
pub fn decode(bytes: &[u8], wanted: Wanted) -> Result<DecodedPhoto, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    let (format, picture) = sniff::find(bytes)?;
    let mut room = room::Room::default();
    let raster = formats::read(format, picture, wanted, &mut room)?;
    let mut doubts = Vec::new();
    match raster.whole {
        raster::Whole::Yes => {}
        raster::Whole::Rows(share) if share < LEAST_SHARE => {
            return Err(PhotoError::HardlyAnything { share });
        }
        raster::Whole::Rows(share) => doubts.push(Doubt::CutShort { share }),
        raster::Whole::Coarse => doubts.push(Doubt::Coarse),
        raster::Whole::Garbled => doubts.push(Doubt::Garbled),
    }
    doubts.extend(raster.doubt);
    let (orientation, full) = (raster.orientation, raster.full);
    // Other programs find no picture behind bytes that do not belong to it.
    let is_stored_plainly = raster.is_plain() && picture.len() == bytes.len();
    let coloured = colour::to_srgb(raster)?;
    doubts.extend(coloured.doubt);
    let mut image = coloured.image;
    image.apply_orientation(orientation);
    let size = if raster::swaps_sides(orientation) { (full.1, full.0) } else { full };
    let alpha::Grounded { pixels, cutout, needs_ground } = alpha::on_ground(image);
    let is_plain = is_stored_plainly && coloured.was_srgb && !needs_ground && doubts.is_empty();
    Ok(DecodedPhoto { pixels, cutout, size, format, is_plain, doubts, _place: room.place })
}
