//! What is measured in a photo's thumbnail.

use image::RgbImage;

use super::{frame::is_framed, sharpness::edge_width};

/// Counts the rules of measuring: after a change photos are measured once more.
pub(crate) const RULES: u32 = 1;

/// How a photo is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhotoQuality {
    /// How wide its sharpest edges are, in pixels of a thumbnail; none where there are too few to tell.
    pub edge_width: Option<f32>,
    /// Lightness below which a twentieth of it lies, 0 to 1.
    pub dark: f32,
    /// Mean lightness, 0 to 1.
    pub mean: f32,
    /// Lightness below which all but a twentieth of it lies, 0 to 1.
    pub light: f32,
    /// Whether bars or a frame lie around it.
    pub is_framed: bool,
    /// Whether the mark that many photos of its folder carry lies on it.
    pub is_marked: bool,
}

/// Measures a thumbnail; whether it is marked cannot be told from one photo alone.
#[must_use]
pub fn measure(pixels: &RgbImage) -> PhotoQuality {
    let luma = Luma::of(pixels);
    let (dark, mean, light) = luma.lightness();
    PhotoQuality {
        edge_width: edge_width(&luma),
        dark,
        mean,
        light,
        is_framed: is_framed(pixels),
        is_marked: false,
    }
}

/// How light each pixel is: 0 to 255, as it is encoded.
pub(super) struct Luma {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Luma {
    /// By the weights of ITU-R BT.601, as JPEG has them.
    pub(super) fn of(pixels: &RgbImage) -> Self {
        let values = pixels
            .pixels()
            .map(|image::Rgb([r, g, b])| {
                0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b)
            })
            .collect();
        Self { width: pixels.width() as usize, height: pixels.height() as usize, values }
    }

    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// The twentieth, the mean and the nineteen twentieth.
    fn lightness(&self) -> (f32, f32, f32) {
        let mut counts = [0_usize; 256];
        for value in &self.values {
            counts[value.round().clamp(0.0, 255.0) as usize] += 1;
        }
        let n = self.values.len().max(1);
        let below = |share: f32| {
            let wanted = (n as f32 * share) as usize;
            let mut met = 0;
            let at = counts.iter().position(|count| {
                met += count;
                met > wanted
            });
            at.unwrap_or(255) as f32 / 255.0
        };
        let mean = self.values.iter().sum::<f32>() / n as f32 / 255.0;
        (below(0.05), mean, below(0.95))
    }
}
