//! Merchants' colours: the names that a title uses, and the shades behind each name.
//!
//! A colour is linear light, RGB, 0 to 1. A name covers a family of shades, so each
//! use is varied a little in lightness, chroma and hue (in OKLab, Björn Ottosson's
//! perceptual space, bottosson.github.io/posts/oklab).

use fastrand::Rng;
use glam::Vec3;

macro_rules! colours {
    ($($variant:ident $name:literal $hex:literal;)*) => {
        /// A colour that a merchant would name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub(crate) enum Colour { $($variant),* }

        impl Colour {
            /// Every colour, metals last.
            pub(crate) const ALL: &[Colour] = &[$(Colour::$variant),*];

            /// The word for it.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Colour::$variant => $name),* }
            }

            fn hex(self) -> u32 {
                match self { $(Colour::$variant => $hex),* }
            }
        }
    };
}

colours! {
    White "white" 0xF1EFEA;
    Black "black" 0x232325;
    Grey "grey" 0x8B8D90;
    Red "red" 0xC22A2F;
    Orange "orange" 0xE57E2A;
    Yellow "yellow" 0xF0C33C;
    Green "green" 0x3F8B50;
    Turquoise "turquoise" 0x2FA6A0;
    Blue "blue" 0x2F68B8;
    Navy "navy" 0x202E56;
    Purple "purple" 0x71499F;
    Pink "pink" 0xE693AB;
    Brown "brown" 0x72492C;
    Beige "beige" 0xD9C6A3;
    Gold "gold" 0xD9A94A;
    Silver "silver" 0xC9CBCE;
    Copper "copper" 0xC77B55;
}

impl Colour {
    /// The colours of paint and cloth.
    pub(crate) fn paints() -> &'static [Colour] {
        &Self::ALL[..14]
    }

    /// The colours of bare metal.
    pub(crate) fn metals() -> &'static [Colour] {
        &Self::ALL[14..]
    }

    /// One shade of this colour, `amount` (0 to 1) away from the middle of its family.
    pub(crate) fn shade(self, rng: &mut Rng, amount: f32) -> Vec3 {
        let mut lab = to_oklab(from_hex(self.hex()));
        let spread = |rng: &mut Rng| (rng.f32() - 0.5) * 2.0 * amount;
        let (dl, dc, dh) = (spread(rng), spread(rng), spread(rng));
        lab.x += dl * if matches!(self, Colour::White | Colour::Black | Colour::Navy) { 0.03 } else { 0.07 };
        let (s, c) = (dh * 0.11).sin_cos();
        let grey = matches!(self, Colour::White | Colour::Black | Colour::Grey | Colour::Silver);
        let chroma = if grey { 1.0 + dc * 0.8 } else { 1.0 + dc * 0.16 };
        let (a, b) = (lab.y * chroma, lab.z * chroma);
        lab.y = c * a - s * b;
        lab.z = s * a + c * b;
        from_oklab(lab).clamp(Vec3::splat(0.008), Vec3::splat(0.92))
    }

    /// A colour that sets this one off, for patterns and second parts.
    pub(crate) fn partner(self, rng: &mut Rng) -> Colour {
        use Colour::{Beige, Black, Blue, Brown, Grey, Navy, Orange, Pink, Red, Turquoise, White, Yellow};
        let choices: &[Colour] = match self {
            White => &[Blue, Black, Navy, Red, Grey, Turquoise, Pink, Beige],
            Black => &[White, Grey, Beige, Red, Yellow],
            Grey => &[White, Black, Yellow, Pink, Navy],
            Red => &[White, White, Black, Beige, Navy],
            Orange => &[White, Navy, Beige, Brown],
            Yellow => &[White, Grey, Navy, Black],
            Colour::Green => &[White, Beige, Yellow, Black, Pink],
            Turquoise => &[White, Beige, Navy, Orange],
            Blue => &[White, White, Beige, Yellow, Red],
            Navy => &[White, White, Beige, Red, Pink],
            Colour::Purple => &[White, Pink, Beige, Grey],
            Pink => &[White, Grey, Red, Navy],
            Brown => &[Beige, White, Orange, Turquoise],
            Beige => &[White, Brown, Blue, Red, Black],
            Colour::Gold | Colour::Silver | Colour::Copper => &[White, Black, Beige],
        };
        choices[rng.usize(..choices.len())]
    }
}

/// Linear RGB of an sRGB hex colour such as `0xF1EFEA`.
pub(crate) fn from_hex(hex: u32) -> Vec3 {
    let channel = |shift: u32| {
        let c = (hex >> shift & 255) as f32 / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    Vec3::new(channel(16), channel(8), channel(0))
}

fn to_oklab(c: Vec3) -> Vec3 {
    let l = (0.412_221_46 * c.x + 0.536_332_55 * c.y + 0.051_445_995 * c.z).cbrt();
    let m = (0.211_903_5 * c.x + 0.680_699_5 * c.y + 0.107_396_96 * c.z).cbrt();
    let s = (0.088_302_46 * c.x + 0.281_718_85 * c.y + 0.629_978_7 * c.z).cbrt();
    Vec3::new(
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    )
}

fn from_oklab(c: Vec3) -> Vec3 {
    let l = (c.x + 0.396_337_78 * c.y + 0.215_803_76 * c.z).powi(3);
    let m = (c.x - 0.105_561_346 * c.y - 0.063_854_17 * c.z).powi(3);
    let s = (c.x - 0.089_484_18 * c.y - 1.291_485_5 * c.z).powi(3);
    Vec3::new(
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oklab_there_and_back() {
        for colour in Colour::ALL {
            let rgb = from_hex(colour.hex());
            assert!((from_oklab(to_oklab(rgb)) - rgb).length() < 1e-3, "{}", colour.name());
        }
    }

    #[test]
    fn an_unvaried_shade_is_the_named_colour() {
        let red = Colour::Red.shade(&mut Rng::with_seed(1), 0.0);
        assert!((red - from_hex(0xC2_2A_2F)).length() < 1e-3);
    }
}
