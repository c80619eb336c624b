//! OKLab: lightness 0 to 1, and two axes of colour around 0.

use palette::{FromColor, IntoColor, Srgb};

/// A colour in OKLab.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Oklab {
    /// Lightness, 0 black to 1 white.
    pub(super) l: f32,
    /// Green (negative) to red.
    pub(super) a: f32,
    /// Blue (negative) to yellow.
    pub(super) b: f32,
}

impl Oklab {
    pub(super) fn from_srgb([r, g, b]: [u8; 3]) -> Self {
        let lab = palette::Oklab::from_color(Srgb::new(r, g, b).into_format::<f32>());
        Self { l: lab.l, a: lab.a, b: lab.b }
    }

    /// Out-of-gamut means are clipped.
    pub(super) fn to_srgb(self) -> [u8; 3] {
        let srgb: Srgb<f32> = palette::Oklab::new(self.l, self.a, self.b).into_color();
        let bytes: Srgb<u8> = srgb.into_format();
        [bytes.red, bytes.green, bytes.blue]
    }

    /// How different two colours look: about 0.02 is just visible.
    pub(super) fn distance(self, other: Self) -> f32 {
        ((self.l - other.l).powi(2) + self.hue_distance(other).powi(2)).sqrt()
    }

    /// The same with lightness left out, which light and shadow change.
    pub(super) fn hue_distance(self, other: Self) -> f32 {
        ((self.a - other.a).powi(2) + (self.b - other.b).powi(2)).sqrt()
    }

    /// Whether light and shadow alone may make one of the other.
    pub(super) fn is_shade_of(self, other: Self) -> bool {
        /// Lightness of the darker over that of the lighter: a quarter of the light. Greys are told
        /// apart by lightness alone, so they are given less room.
        const DARKEST: f32 = 0.64;
        const DARKEST_GREY: f32 = 0.8;
        const GREY_CHROMA: f32 = 0.025;
        /// How far apart the axes over the lightness may be; dark pixels are noisy.
        const APART: f32 = 0.045;
        let (dark, light) = if self.l < other.l { (self, other) } else { (other, self) };
        let (dark_l, light_l) = (dark.l.max(0.05), light.l.max(0.05));
        let (da, db) = (dark.a / dark_l - light.a / light_l, dark.b / dark_l - light.b / light_l);
        let is_grey = light.a.hypot(light.b) < GREY_CHROMA;
        dark_l / light_l > if is_grey { DARKEST_GREY } else { DARKEST }
            && (da * da + db * db).sqrt() < APART + 0.01 / dark_l
    }
}
