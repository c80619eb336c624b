//! An order: the look that a product is asked to have, and the choices left open.

use fastrand::Rng;
use glam::Vec3;

use crate::material::{Material, bare_wood};
use crate::palette::{Colour, from_hex};
use crate::pattern::Pattern;
use crate::product::{Mapping, Part};

/// The look that a product is asked to have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Style {
    /// Main colour.
    pub colour: Colour,
    /// Second colour, of the pattern or of a second part.
    pub second: Colour,
    /// Main material.
    pub material: Material,
    /// Pattern of the main part.
    pub pattern: Pattern,
}

/// Everything that the maker of a product needs.
pub(crate) struct Order<'a> {
    /// The look asked for.
    pub style: &'a Style,
    /// The source of variety in shape and shade.
    pub rng: &'a mut Rng,
    /// Cells along the longer side of baked outlines.
    pub cells: usize,
}

impl Order<'_> {
    /// A number between `low` and `high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.rng.f32()
    }

    /// One of `n` variants.
    pub(crate) fn variant(&mut self, n: usize) -> usize {
        self.rng.usize(..n)
    }

    /// True in `share` of the cases.
    pub(crate) fn chance(&mut self, share: f32) -> bool {
        self.rng.f32() < share
    }

    /// The main colour as light; bare wood when wood is asked for in brown or beige.
    pub(crate) fn colour(&mut self) -> Vec3 {
        let style = self.style;
        if style.material == Material::Wood && matches!(style.colour, Colour::Brown | Colour::Beige) {
            return bare_wood(style.colour == Colour::Brown) * self.between(0.85, 1.12);
        }
        let shade = style.colour.shade(self.rng, 1.0);
        // Indigo fades: denim is never as bright as paint.
        if style.material == Material::Denim { shade.lerp(Vec3::new(0.09, 0.13, 0.2), 0.5) } else { shade }
    }

    /// The second colour as light.
    pub(crate) fn second(&mut self) -> Vec3 {
        self.style.second.shade(self.rng, 1.0)
    }

    /// The main part: asked material, colour and pattern, with repeats of `repeat`.
    pub(crate) fn main(&mut self, mapping: Mapping, repeat: f32) -> Part {
        let colour = self.colour();
        let mut part = Part::new(self.style.material, colour).mapped(mapping);
        part.pattern = self.style.pattern;
        part.second = self.second();
        part.accent = match self.style.pattern {
            Pattern::Floral => from_choice(self.rng, &[0xE0_B0_3A, 0x4E_7F_45, 0xD9_6A_5B]),
            _ => part.second * 0.7,
        };
        part.repeat = repeat * self.between(0.8, 1.25);
        part
    }

    /// A plain part in the main colour and material.
    pub(crate) fn plain(&mut self, mapping: Mapping) -> Part {
        let mut part = self.main(mapping, 0.2);
        part.pattern = Pattern::Plain;
        part
    }

    /// A fitting of polished metal: steel, brass or black iron.
    pub(crate) fn fitting(&mut self) -> Part {
        let hex = [0xC4_C6_C9, 0xC4_C6_C9, 0xC9_A0_55, 0x2A_2A_2C][self.variant(4)];
        Part::new(Material::Metal, from_hex(hex))
    }

    /// A piece of bare wood, light or dark.
    pub(crate) fn timber(&mut self) -> Part {
        let dark = self.chance(0.4);
        let tone = self.between(0.85, 1.12);
        Part::new(Material::Wood, bare_wood(dark) * tone)
    }
}

fn from_choice(rng: &mut Rng, hexes: &[u32]) -> Vec3 {
    from_hex(hexes[rng.usize(..hexes.len())])
}
