//! A prepared picture: bytes while it waits, numbers when a model reads it.

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

    fn value(&self, channel: usize, byte: u8) -> f32 {
        f32::from(byte) * self.scale[channel] + self.shift[channel]
    }
}
