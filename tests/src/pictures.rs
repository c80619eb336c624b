//! Photos for a merchant who has none.

use std::path::Path;

use anyhow::Result;
use image::{Rgb, RgbImage};

/// Paints a round thing of one colour on a light ground, as a product photo of 160 x 120 pixels.
///
/// # Errors
/// When it cannot be written.
pub fn paint(path: &Path, color: [u8; 3]) -> Result<()> {
    let picture = RgbImage::from_fn(160, 120, |x, y| {
        let (x, y) = (f64::from(x) - 80.0, f64::from(y) - 60.0);
        if x.hypot(y) < 40.0 { Rgb(color) } else { Rgb([240, 240, 236]) }
    });
    Ok(picture.save(path)?)
}

/// Paints `n` photos that all differ, named `photo-0001.png` and so on.
///
/// # Errors
/// When they cannot be written.
pub fn paint_many(folder: &Path, n: u32) -> Result<()> {
    for i in 0..n {
        let [_, r, g, b] = i.wrapping_mul(2_654_435_761).to_be_bytes();
        paint(&folder.join(format!("photo-{:04}.png", i + 1)), [r, g, b])?;
    }
    Ok(())
}
