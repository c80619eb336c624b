//! CIE L*a*b* into sRGB.

use moxcms::{ColorProfile, Lab};

/// moxcms gives XYZ as profiles store it, in which the largest number is 1 + 32767 / 32768.
const PCS_SCALE: f64 = 1. + 32_767. / 32_768.;

/// Lab under D50, as TIFF and Photoshop have it, into sRGB of eight bits.
pub(crate) fn lab_to_srgb(pixels: impl Iterator<Item = [f32; 3]>) -> Vec<u8> {
    // D50's XYZ to linear sRGB, Bradford-adapted.
    let to_rgb = ColorProfile::new_srgb().rgb_to_xyz_matrix().inverse();
    pixels
        .flat_map(|[l, a, b]| {
            let xyz = Lab::new(l, a, b).to_xyz();
            to_rgb.v.map(|row| {
                let linear =
                    row[0] * f64::from(xyz.x) + row[1] * f64::from(xyz.y) + row[2] * f64::from(xyz.z);
                super::hdr::encode_srgb((linear * PCS_SCALE) as f32)
            })
        })
        .collect()
}
