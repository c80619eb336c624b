//! From a scene to a picture: rays through pixels, antialiasing, development, JPEG.

use anyhow::{Context, Result};
use glam::{Vec2, Vec3};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use rayon::prelude::*;

use crate::scene::Scene;
use crate::trace::{Seen, look};

/// How carefully a picture is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quality {
    /// Side of the square picture in pixels.
    pub size: usize,
    /// Extra samples per side of a pixel that holds an edge: 2 takes 4, 4 takes 16.
    pub grid: usize,
    /// Contrast between neighbours from which a pixel is sampled again.
    pub contrast: f32,
}

/// Takes the picture: `size * size` linear colours, row by row from the top.
pub(crate) fn take(scene: &Scene, quality: Quality) -> Vec<Vec3> {
    let size = quality.size;
    let scale = 2.0 / size as f32;
    let pixel = scale * scene.camera.pixel_scale();
    let at = |x: f32, y: f32| Vec2::new(x * scale - 1.0, 1.0 - y * scale);
    let see = |x: f32, y: f32| {
        let (o, d) = scene.camera.ray(at(x, y));
        look(scene, o, d, pixel)
    };
    let first: Vec<Seen> = (0..size * size)
        .into_par_iter()
        .with_min_len(size)
        .map(|i| see((i % size) as f32 + 0.5, (i / size) as f32 + 0.5))
        .collect();
    let develop = |c: Vec3| expose(c * scene.lights.exposure);
    let toned: Vec<Vec3> = first.iter().map(|s| develop(s.colour)).collect();
    let n = quality.grid;
    (0..size * size)
        .into_par_iter()
        .with_min_len(size)
        .map(|i| {
            let (x, y) = (i % size, i / size);
            let neighbours = [
                (x > 0).then(|| i - 1),
                (x + 1 < size).then_some(i + 1),
                (y > 0).then(|| i - size),
                (y + 1 < size).then_some(i + size),
            ];
            let edge = neighbours.into_iter().flatten().any(|j| {
                first[i].id != first[j].id || (toned[i] - toned[j]).abs().max_element() > quality.contrast
            });
            if !edge {
                return toned[i];
            }
            let mut sum = Vec3::ZERO;
            for k in 0..n * n {
                let (dx, dy) = ((k % n) as f32 + 0.5, (k / n) as f32 + 0.5);
                sum += develop(see(x as f32 + dx / n as f32, y as f32 + dy / n as f32).colour);
            }
            sum / (n * n) as f32
        })
        .collect()
}

/// Film: linear in shadows and mid-tones, so that colours keep their hue, with a soft
/// shoulder above.
fn expose(c: Vec3) -> Vec3 {
    const KNEE: f32 = 0.72;
    let shoulder = |x: f32| {
        if x <= KNEE {
            x.max(0.0)
        } else {
            let over = (x - KNEE) / (1.0 - KNEE);
            KNEE + (1.0 - KNEE) * (1.0 - (-over).exp())
        }
    };
    Vec3::new(shoulder(c.x), shoulder(c.y), shoulder(c.z))
}

/// Linear light, 0 to 1, to sRGB bytes.
pub(crate) fn to_bytes(pixels: &[Vec3]) -> Vec<u8> {
    let encode = |c: f32| {
        let c = c.clamp(0.0, 1.0);
        let s = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (s * 255.0 + 0.5) as u8
    };
    pixels.iter().flat_map(|p| [encode(p.x), encode(p.y), encode(p.z)]).collect()
}

/// Compresses `size * size` RGB bytes as a JPEG of the given quality (1 to 100).
///
/// # Errors
/// When `bytes` has not three values for every pixel.
pub(crate) fn to_jpeg(bytes: &[u8], size: usize, quality: u8) -> Result<Vec<u8>> {
    let side = u32::try_from(size)?;
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality)
        .write_image(bytes, side, side, ExtendedColorType::Rgb8)
        .context("the picture could not be compressed")?;
    Ok(out)
}
