//! Transparency: a product that was cut out, and what it stands on for the models.

use image::{DynamicImage, RgbImage, RgbaImage};

use crate::MAX_DECODED_BYTES;

const WHITE: u8 = 255;

/// What a white product stands on, as in a studio.
const GREY: u8 = 160;

/// From this lightness on a pixel is lost on white.
const NEAR_WHITE: u8 = 232;

/// Up to this lightness a pixel is lost on a dark window.
const NEAR_BLACK: u8 = 48;

/// What share of a product must be lost on a ground for it to need another.
const LOST: f64 = 0.7;

/// A photo on a ground.
pub(crate) struct Grounded {
    pub(crate) pixels: RgbImage,
    /// With its transparency, where it has any and needs no ground of its own.
    pub(crate) cutout: Option<RgbaImage>,
    /// It would vanish on a light or a dark window.
    pub(crate) needs_ground: bool,
}

/// A cut-out is kept beside the photo on its ground as long as both are within what one photo may take.
const MOST_PIXELS_TWICE: u64 = MAX_DECODED_BYTES / 7;

/// RGB on a ground that the product can be told from, and the cut-out where anything is transparent.
pub(crate) fn on_ground(image: DynamicImage) -> Grounded {
    let rgba = match image {
        DynamicImage::ImageRgba8(rgba) => rgba,
        other => return Grounded { pixels: other.into_rgb8(), cutout: None, needs_ground: false },
    };
    let size = rgba.dimensions();
    let (pixels, _) = rgba.as_raw().as_chunks::<4>();
    let is_opaque = pixels.iter().all(|pixel| pixel[3] == 255);
    let is_white = !is_opaque && is_mostly(pixels, |pixel| pixel.into_iter().min() >= Some(NEAR_WHITE));
    let is_black = !is_opaque && is_mostly(pixels, |pixel| pixel.into_iter().max() <= Some(NEAR_BLACK));
    let needs_ground = is_white || is_black;
    let ground = if is_white { GREY } else { WHITE };
    let is_kept = !is_opaque && !needs_ground && pixels.len() as u64 <= MOST_PIXELS_TWICE;
    let cutout = is_kept.then(|| rgba.clone());
    // In place: what is written lies before what is still to be read.
    let mut samples = rgba.into_raw();
    let n_pixels = samples.len() / 4;
    for at in 0..n_pixels {
        let alpha = samples[at * 4 + 3];
        for channel in 0..3 {
            samples[at * 3 + channel] = blend(samples[at * 4 + channel], alpha, ground);
        }
    }
    samples.truncate(n_pixels * 3);
    // Three numbers a pixel by construction.
    let pixels = RgbImage::from_raw(size.0, size.1, samples).unwrap_or_default();
    Grounded { pixels, cutout, needs_ground }
}

fn blend(channel: u8, alpha: u8, ground: u8) -> u8 {
    let (channel, alpha) = (u32::from(channel), u32::from(alpha));
    ((channel * alpha + u32::from(ground) * (255 - alpha) + 127) / 255) as u8
}

/// Whether most of what is seen is so.
fn is_mostly(pixels: &[[u8; 4]], is_so: impl Fn([u8; 3]) -> bool) -> bool {
    let (mut n_seen, mut n_so) = (0_u64, 0_u64);
    for &[red, green, blue, alpha] in pixels {
        n_seen += u64::from(alpha);
        if is_so([red, green, blue]) {
            n_so += u64::from(alpha);
        }
    }
    n_seen > 0 && n_so as f64 >= LOST * n_seen as f64
}
