//! Colour profiles: from what a file says to one that can be applied.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformOptions,
};

use super::Colour;
use crate::raster::Channels;

/// A profile that cannot be read or used.
pub(super) struct BadProfile;

/// The profile of a file's colours; none where they are sRGB.
pub(super) fn of(colour: &Colour) -> Result<Option<ColorProfile>, BadProfile> {
    match colour {
        Colour::Srgb => Ok(None),
        Colour::Icc(bytes) => ColorProfile::new_from_slice(bytes).map(Some).map_err(|error| {
            tracing::debug!(%error, "bad colour profile");
            BadProfile
        }),
        Colour::Coded { primaries, transfer } => Ok(coded(*primaries, *transfer)),
        Colour::Calibrated { gamma, chromaticities } => calibrated(*gamma, chromaticities.as_ref()).map(Some),
    }
}

/// The colour space of H.273's code points; none where they are unspecified or sRGB's own.
pub(super) fn coded(primaries: u8, transfer: u8) -> Option<ColorProfile> {
    const UNSPECIFIED: u8 = 2;
    const SRGB: (u8, u8) = (1, 13);
    let primaries = if primaries == UNSPECIFIED { SRGB.0 } else { primaries };
    let transfer = if transfer == UNSPECIFIED { SRGB.1 } else { transfer };
    if (primaries, transfer) == SRGB {
        return None;
    }
    let color_primaries = CicpColorPrimaries::try_from(primaries).ok()?;
    let transfer_characteristics = TransferCharacteristics::try_from(transfer).ok()?;
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    // Of reserved numbers nothing is made.
    (profile.color_space == DataColorSpace::Rgb && profile.red_trc.is_some()).then_some(profile)
}

fn calibrated(gamma: Option<f32>, chromaticities: Option<&[f32; 8]>) -> Result<ColorProfile, BadProfile> {
    let mut profile = ColorProfile::new_srgb();
    if let Some(gamma) = gamma {
        if !(0.05..=5.).contains(&gamma) {
            return Err(BadProfile);
        }
        // sRGB's own curve is what a gAMA of 1 / 2.2 stands for.
        if (gamma - 0.45455).abs() > 0.001 {
            let curve = ToneReprCurve::Parametric(vec![1. / gamma]);
            profile.red_trc = Some(curve.clone());
            profile.green_trc = Some(curve.clone());
            profile.blue_trc = Some(curve);
            profile.cicp = None;
        }
    }
    if let Some(&[white_x, white_y, red_x, red_y, green_x, green_y, blue_x, blue_y]) = chromaticities {
        if [white_y, red_y, green_y, blue_y].iter().any(|&y| y < 1e-3) {
            return Err(BadProfile);
        }
        let primaries = ColorPrimaries {
            red: Chromaticity { x: red_x, y: red_y },
            green: Chromaticity { x: green_x, y: green_y },
            blue: Chromaticity { x: blue_x, y: blue_y },
        };
        profile.update_rgb_colorimetry(Chromaticity { x: white_x, y: white_y }.to_xyyb(), primaries);
        let colorants = profile.colorant_matrix();
        if colorants.v.as_flattened().iter().any(|value| !value.is_finite()) {
            return Err(BadProfile);
        }
    }
    Ok(profile)
}

/// Whether a profile is one of such samples.
pub(super) fn fits(profile: &ColorProfile, channels: Channels) -> bool {
    match channels {
        Channels::Grey | Channels::GreyAlpha => profile.color_space == DataColorSpace::Gray,
        Channels::Rgb | Channels::Rgba => profile.color_space == DataColorSpace::Rgb,
        Channels::Cmyk => profile.color_space == DataColorSpace::Cmyk,
    }
}

/// Whether converting would change nothing by more than a level, as with the profiles that cameras
/// and programs write for sRGB itself.
pub(super) fn is_srgb(profile: &ColorProfile) -> bool {
    const STEPS: [u8; 6] = [0, 51, 102, 153, 204, 255];
    let (layout, samples): (Layout, Vec<u8>) = match profile.color_space {
        DataColorSpace::Rgb => {
            let all = STEPS
                .iter()
                .flat_map(|&r| STEPS.iter().flat_map(move |&g| STEPS.iter().map(move |&b| [r, g, b])));
            (Layout::Rgb, all.flatten().collect())
        }
        DataColorSpace::Gray => (Layout::Gray, (0..=255).collect()),
        _ => return false,
    };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) =
        profile.create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default())
    else {
        return false;
    };
    let n = if layout == Layout::Gray { 1 } else { 3 };
    let mut converted = vec![0; samples.len() / n * 3];
    let is_done = transform.transform(&samples, &mut converted).is_ok();
    let as_stored = |at: usize| samples[if n == 1 { at / 3 } else { at }];
    is_done && converted.iter().enumerate().all(|(at, &value)| value.abs_diff(as_stored(at)) <= 1)
}
