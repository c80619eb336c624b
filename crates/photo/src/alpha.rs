//! Transparency: a product that was cut out, and what it stands on for the models.

use image::{RgbImage, RgbaImage};

use crate::colour::Pixels;

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

/// RGB on a ground that the product can be told from, and the cut-out where anything is transparent.
pub(crate) fn on_ground(pixels: Pixels) -> Grounded {
    let rgba = match pixels {
        Pixels::Rgb(pixels) => return Grounded { pixels, cutout: None, needs_ground: false },
        Pixels::Rgba(rgba) => rgba,
    };
    let (pixels, _) = rgba.as_raw().as_chunks::<4>();
    let is_opaque = pixels.iter().all(|pixel| pixel[3] == 255);
    let is_white = !is_opaque && is_mostly(pixels, |pixel| pixel.into_iter().min() >= Some(NEAR_WHITE));
    let is_black = !is_opaque && is_mostly(pixels, |pixel| pixel.into_iter().max() <= Some(NEAR_BLACK));
    let ground = if is_white { GREY } else { WHITE };
    let flat = pixels.iter().flat_map(|&[red, green, blue, alpha]| {
        [red, green, blue].map(|channel| {
            let (channel, alpha) = (u32::from(channel), u32::from(alpha));
            ((channel * alpha + u32::from(ground) * (255 - alpha) + 127) / 255) as u8
        })
    });
    // Three numbers a pixel by construction.
    let pixels = RgbImage::from_raw(rgba.width(), rgba.height(), flat.collect()).unwrap_or_default();
    let needs_ground = is_white || is_black;
    Grounded { pixels, cutout: (!is_opaque && !needs_ground).then_some(rgba), needs_ground }
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
