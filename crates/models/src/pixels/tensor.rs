//! A prepared picture: bytes while it waits, numbers when a model reads it.

use crate::ModelError;

/// A picture as a model looks at it: a square of RGB bytes and how they become numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelTensor {
    pub(super) side: u32,
    pub(super) rgb: Vec<u8>,
    /// input = byte * scale + shift, for each channel
    pub(super) scale: [f32; 3],
    pub(super) shift: [f32; 3],
}

impl PixelTensor {
    /// Side of the square in pixels.
    #[must_use]
    pub fn side(&self) -> u32 {
        self.side
    }

    /// That it is as large as a model's pictures are.
    pub(crate) fn require_side(&self, side: usize) -> Result<(), ModelError> {
        if self.side as usize == side {
            return Ok(());
        }
        Err(ModelError::PixelSize { expected: u32::try_from(side).unwrap_or(u32::MAX), found: self.side })
    }

    /// The bytes after resizing, `[side, side, 3]`.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The model's input, `[3, side, side]`, normalised.
    #[must_use]
    pub fn to_chw(&self) -> Vec<f32> {
        let channel = |c: usize| self.rgb.iter().skip(c).step_by(3).map(move |&byte| self.value(c, byte));
        (0..3).flat_map(channel).collect()
    }

    /// The model's input as one row per patch, `[(side / patch)^2, 3 * patch * patch]`: what the patch
    /// convolution multiplies with its kernel. Appended to `out`.
    pub(crate) fn append_patches(&self, patch: usize, out: &mut Vec<f32>) {
        let side = self.side as usize;
        let grid = side / patch;
        out.reserve(grid * grid * 3 * patch * patch);
        for row in 0..grid {
            for column in 0..grid {
                for c in 0..3 {
                    for y in 0..patch {
                        let start = ((row * patch + y) * side + column * patch) * 3 + c;
                        let line = self.rgb[start..].iter().step_by(3).take(patch);
                        out.extend(line.map(|&byte| self.value(c, byte)));
                    }
                }
            }
        }
    }

    /// What a convolution of 3 by 3 over every second place reads, with zeros beyond the edges, one row for each result:
    /// `[(side / 2)^2, 3 * 3 * 3]`, channels first. `side` is even. Appended to `out`.
    pub(crate) fn append_neighbourhoods(&self, out: &mut Vec<f32>) {
        let side = self.side as usize;
        out.reserve((side / 2).pow(2) * 27);
        for row in (0..side).step_by(2) {
            for column in (0..side).step_by(2) {
                for c in 0..3 {
                    for tap in 0..9 {
                        let place = (row + tap / 3).checked_sub(1).zip((column + tap % 3).checked_sub(1));
                        let number = |(y, x): (usize, usize)| {
                            let byte = (y < side && x < side).then(|| self.rgb[(y * side + x) * 3 + c])?;
                            Some(self.value(c, byte))
                        };
                        out.push(place.and_then(number).unwrap_or(0.0));
                    }
                }
            }
        }
    }

    fn value(&self, channel: usize, byte: u8) -> f32 {
        f32::from(byte) * self.scale[channel] + self.shift[channel]
    }
}
