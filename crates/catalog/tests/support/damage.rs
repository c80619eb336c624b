//! Damages that are done to photos on purpose.

use image::{Rgb, RgbImage, imageops};

/// With other light.
pub fn lit(photo: &RgbImage, map: impl Fn(f32) -> f32) -> RgbImage {
    let mut photo = photo.clone();
    for Rgb(pixel) in photo.pixels_mut() {
        *pixel = pixel.map(|value| map(f32::from(value)) as u8);
    }
    photo
}

/// With so many pixels of a colour at both sides, and above and below.
pub fn framed(photo: &RgbImage, (x, y): (u32, u32), colour: [u8; 3]) -> RgbImage {
    let mut framed = RgbImage::from_pixel(photo.width() + 2 * x, photo.height() + 2 * y, Rgb(colour));
    imageops::replace(&mut framed, photo, i64::from(x), i64::from(y));
    framed
}
