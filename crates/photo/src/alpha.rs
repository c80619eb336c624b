//! Transparency: a product that was cut out, and what it stands on for the models.

use image::{RgbImage, RgbaImage};

use crate::colour::Pixels;

const WHITE: u8 = 255;

/// What a white product stands on, as in a studio.
const GREY: u8 = 160;

/// From this lightness on a pixel is lost on white.
const NEAR_WHITE: u8 = 232;

/// What share of a product must be lost on white for it to get another ground.
const LOST: f64 = 0.7;

/// RGB on a ground that the product can be told from, and the cut-out where anything is transparent.
pub(crate) fn on_ground(pixels: Pixels) -> (RgbImage, Option<RgbaImage>) {
    let rgba = match pixels {
        Pixels::Rgb(rgb) => return (rgb, None),
        Pixels::Rgba(rgba) => rgba,
    };
    let (pixels, _) = rgba.as_raw().as_chunks::<4>();
    let is_opaque = pixels.iter().all(|pixel| pixel[3] == 255);
    let ground = if !is_opaque && would_vanish_on_white(pixels) { GREY } else { WHITE };
    let flat = pixels.iter().flat_map(|&[red, green, blue, alpha]| {
        [red, green, blue].map(|channel| {
            let (channel, alpha) = (u32::from(channel), u32::from(alpha));
            ((channel * alpha + u32::from(ground) * (255 - alpha) + 127) / 255) as u8
        })
    });
    // Three numbers a pixel by construction.
    let rgb = RgbImage::from_raw(rgba.width(), rgba.height(), flat.collect()).unwrap_or_default();
    (rgb, (!is_opaque).then_some(rgba))
}

fn would_vanish_on_white(pixels: &[[u8; 4]]) -> bool {
    let (mut n_seen, mut n_lost) = (0_u64, 0_u64);
    for &[red, green, blue, alpha] in pixels {
        n_seen += u64::from(alpha);
        if red.min(green).min(blue) >= NEAR_WHITE {
            n_lost += u64::from(alpha);
        }
    }
    n_seen > 0 && n_lost as f64 >= LOST * n_seen as f64
}
