//! High dynamic range into what an ordinary screen and the models know.
//!
//! PQ is SMPTE ST 2084, HLG is ARIB STD-B67 as in ITU-R BT.2100; white paper lies at 203 nits (ITU-R BT.2408).

use moxcms::ColorProfile;

use super::{Colour, profile};
use crate::raster::{Channels, Raster, Samples};

const PQ: u8 = 16;
const HLG: u8 = 18;

/// Of white paper and clothes.
const WHITE_NITS: f32 = 203.;

/// What pictures are usually mastered for; brighter is white.
const PEAK_NITS: f32 = 1_000.;

/// Up to here, of white, nothing is changed.
const KNEE: f32 = 0.75;

/// How to bring a picture's light into sRGB.
pub(super) struct ToneMap {
    /// The light of each of 65,536 levels, 1 at [`WHITE_NITS`].
    light: Vec<f32>,
    is_hlg: bool,
    /// To sRGB's primaries.
    matrix: [[f32; 3]; 3],
}

/// How to, for high dynamic range; none for all else.
pub(super) fn tone_map_of(colour: &Colour) -> Option<ToneMap> {
    let &Colour::Coded { primaries, transfer } = colour else { return None };
    let is_hlg = transfer == HLG;
    if transfer != PQ && !is_hlg {
        return None;
    }
    let level = |at: u32| at as f32 / 65_535.;
    let light = (0..=65_535).map(|at| if is_hlg { hlg(level(at)) } else { pq(level(at)) / WHITE_NITS });
    let matrix = profile::coded(primaries, 8).map_or([[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]], |linear| {
        linear.transform_matrix(&ColorProfile::new_srgb()).v.map(|row| row.map(|value| value as f32))
    });
    Some(ToneMap { light: light.collect(), is_hlg, matrix })
}

impl ToneMap {
    /// RGB or RGBA samples to the same in sRGB, eight bits.
    pub(super) fn apply(&self, raster: Raster) -> Raster {
        let n = raster.channels.count();
        let size = (raster.width, raster.height);
        let has_alpha = raster.channels.has_alpha();
        let samples = match raster.samples {
            Samples::Sixteen(samples) => samples,
            Samples::Eight(samples) => samples.into_iter().map(|sample| u16::from(sample) * 257).collect(),
        };
        let mut out = Vec::with_capacity(samples.len());
        for pixel in samples.chunks_exact(n) {
            out.extend(self.pixel([pixel[0], pixel[1], pixel[2]]));
            if has_alpha {
                out.push(super::eight(pixel[3]));
            }
        }
        Raster::new(size, if has_alpha { Channels::Rgba } else { Channels::Rgb }, Samples::Eight(out))
    }

    fn pixel(&self, levels: [u16; 3]) -> [u8; 3] {
        let mut light = levels.map(|level| self.light[usize::from(level)]);
        if self.is_hlg {
            // The screen's own part: brighter scenes are shown brighter than they are told.
            let luminance = 0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2];
            let gain = luminance.max(0.).powf(0.2) * PEAK_NITS / WHITE_NITS;
            light = light.map(|value| value * gain);
        }
        let rgb = self.matrix.map(|row| row[0] * light[0] + row[1] * light[1] + row[2] * light[2]);
        // By the strongest channel, so that hues stay.
        let strongest = rgb[0].max(rgb[1]).max(rgb[2]);
        let gain = if strongest > KNEE { shoulder(strongest) / strongest } else { 1. };
        rgb.map(|value| encode_srgb(value * gain))
    }
}

/// What is brighter than the knee, rolled off so that the peak is white.
fn shoulder(light: f32) -> f32 {
    let over = |value: f32| (value - KNEE) / (1. - KNEE);
    let (here, peak) = (over(light), over(PEAK_NITS / WHITE_NITS));
    let rolled = here * (1. + here / (peak * peak)) / (1. + here);
    KNEE + (1. - KNEE) * rolled.min(1.)
}

/// PQ's light in nits.
fn pq(level: f32) -> f32 {
    const M1: f32 = 2_610. / 16_384.;
    const M2: f32 = 2_523. / 4_096. * 128.;
    const C1: f32 = 3_424. / 4_096.;
    const C2: f32 = 2_413. / 4_096. * 32.;
    const C3: f32 = 2_392. / 4_096. * 32.;
    let power = level.powf(1. / M2);
    10_000. * ((power - C1).max(0.) / (C2 - C3 * power)).powf(1. / M1)
}

/// HLG's light of the scene, 0 to 1.
fn hlg(level: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 1. - 4. * A;
    const C: f32 = 0.559_910_7;
    if level <= 0.5 { level * level / 3. } else { (((level - C) / A).exp() + B) / 12. }
}

/// sRGB's level of a linear light, 0 to 1.
pub(super) fn encode_srgb(linear: f32) -> u8 {
    let linear = linear.clamp(0., 1.);
    let encoded = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1. / 2.4) - 0.055 };
    (encoded * 255. + 0.5) as u8
}
