//! Luma and colour differences into RGB (ITU-T H.273, section 8.3).

use crate::{Format, PhotoError};

/// Samples of one plane, row by row.
pub(super) struct Plane {
    pub(super) width: u32,
    pub(super) samples: Vec<u16>,
}

/// A picture as AV1 has it.
pub(super) struct Planes {
    pub(super) size: (u32, u32),
    pub(super) n_bits: u32,
    pub(super) luma: Plane,
    pub(super) chroma: Option<[Plane; 2]>,
    /// How often the planes of colour are halved, across and down.
    pub(super) shift: (u32, u32),
    pub(super) is_full_range: bool,
    /// Code points of H.273.
    pub(super) matrix: u8,
    pub(super) primaries: u8,
    pub(super) transfer: u8,
}

impl Planes {
    /// RGB, the whole range of the samples' type.
    pub(super) fn to_rgb<T: Sample>(&self) -> Result<Vec<T>, PhotoError> {
        const IDENTITY: u8 = 0;
        let Some([blue, red]) = &self.chroma else {
            return Ok(self.to_grey().into_iter().flat_map(|grey| [grey; 3]).collect());
        };
        let range = Range::of(self.n_bits, self.is_full_range);
        if self.matrix == IDENTITY {
            let planes = self.luma.samples.iter().zip(&blue.samples).zip(&red.samples);
            return Ok(planes.flat_map(|((&g, &b), &r)| [r, g, b].map(|v| T::of(range.luma(v)))).collect());
        }
        // The parts of red and blue in the luma.
        let (kr, kb) = match self.matrix {
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            // Unspecified is JPEG's.
            2 | 5 | 6 => (0.299, 0.114),
            7 => (0.212, 0.087),
            9 | 10 => (0.2627, 0.0593),
            _ => return Err(PhotoError::UnsupportedKind(Format::Avif)),
        };
        let kg = 1. - kr - kb;
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let mut rgb = Vec::with_capacity(width * height * 3);
        let lines = self.luma.samples.chunks_exact(width);
        for (y, line) in lines.take(height).enumerate() {
            let from = (y >> self.shift.1) * blue.width as usize;
            for (x, &luma) in line.iter().enumerate() {
                let at = from + (x >> self.shift.0);
                let luma = range.luma(luma);
                let (cb, cr): (f32, f32) = (range.chroma(blue.samples[at]), range.chroma(red.samples[at]));
                let (r, b) = (luma + 2. * (1. - kr) * cr, luma + 2. * (1. - kb) * cb);
                let g = (luma - kr * r - kb * b) / kg;
                rgb.extend([r, g, b].map(T::of));
            }
        }
        Ok(rgb)
    }

    /// The luma alone, the whole range of the samples' type.
    pub(super) fn to_grey<T: Sample>(&self) -> Vec<T> {
        let range = Range::of(self.n_bits, self.is_full_range);
        self.luma.samples.iter().map(|&sample| T::of(range.luma(sample))).collect()
    }
}

/// Of eight bits, or, for deeper pictures, of sixteen.
pub(super) trait Sample: Copy {
    /// Of a value of 0 to 1; what is beyond is cut off.
    fn of(value: f32) -> Self;
}

impl Sample for u8 {
    fn of(value: f32) -> Self {
        (value.clamp(0., 1.) * 255. + 0.5) as Self
    }
}

impl Sample for u16 {
    fn of(value: f32) -> Self {
        (value.clamp(0., 1.) * 65_535. + 0.5) as Self
    }
}

/// How levels stand for light.
struct Range {
    black: f32,
    luma_scale: f32,
    neutral: f32,
    chroma_scale: f32,
}

impl Range {
    fn of(n_bits: u32, is_full: bool) -> Self {
        let unit = (1_u32 << (n_bits.clamp(8, 16) - 8)) as f32;
        let most = 256. * unit - 1.;
        if is_full {
            Self { black: 0., luma_scale: 1. / most, neutral: 128. * unit, chroma_scale: 1. / most }
        } else {
            Self {
                black: 16. * unit,
                luma_scale: 1. / (219. * unit),
                neutral: 128. * unit,
                chroma_scale: 1. / (224. * unit),
            }
        }
    }

    fn luma(&self, level: u16) -> f32 {
        (f32::from(level) - self.black) * self.luma_scale
    }

    fn chroma(&self, level: u16) -> f32 {
        (f32::from(level) - self.neutral) * self.chroma_scale
    }
}
