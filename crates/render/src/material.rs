//! Materials: how a surface answers light, its grain and its relief.

use glam::{Vec2, Vec3};

use crate::noise::{cell, fractal, noise, scattered, whole};
use crate::palette::from_hex;
use crate::sdf::smoothstep;

/// What a part is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum Material {
    Ceramic,
    Stoneware,
    Enamel,
    Glass,
    Metal,
    Wood,
    Leather,
    Cotton,
    Canvas,
    Denim,
    Knit,
    Felt,
    Velvet,
    Plastic,
    Rubber,
    Paper,
    Wicker,
    Wax,
}

/// How a surface reflects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finish {
    /// 0 is a mirror, 1 is chalk.
    pub roughness: f32,
    /// Share of light mirrored when seen head on.
    pub mirror: f32,
    /// Soft brightening towards the edges, as on cloth.
    pub sheen: f32,
    /// How strongly the relief tilts the surface; 0 has none.
    pub relief: f32,
}

impl Material {
    /// The word that a merchant uses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ceramic => "ceramic",
            Self::Stoneware => "stoneware",
            Self::Enamel => "enamel",
            Self::Glass => "glass",
            Self::Metal => "metal",
            Self::Wood => "wood",
            Self::Leather => "leather",
            Self::Cotton => "cotton",
            Self::Canvas => "canvas",
            Self::Denim => "denim",
            Self::Knit => "knit",
            Self::Felt => "felt",
            Self::Velvet => "velvet",
            Self::Plastic => "plastic",
            Self::Rubber => "rubber",
            Self::Paper => "paper",
            Self::Wicker => "wicker",
            Self::Wax => "wax",
        }
    }

    /// How it reflects.
    pub(crate) fn finish(self) -> Finish {
        let (roughness, mirror, sheen, relief) = match self {
            Self::Ceramic => (0.12, 0.045, 0.0, 0.0),
            Self::Stoneware => (0.5, 0.035, 0.0, 0.15),
            Self::Enamel => (0.08, 0.05, 0.0, 0.0),
            Self::Glass => (0.03, 0.05, 0.0, 0.0),
            Self::Metal => (0.22, 0.7, 0.0, 0.0),
            Self::Wood => (0.45, 0.035, 0.0, 0.1),
            Self::Leather => (0.38, 0.04, 0.0, 0.5),
            Self::Cotton => (0.9, 0.02, 0.12, 0.3),
            Self::Canvas | Self::Denim => (0.85, 0.02, 0.1, 0.6),
            Self::Knit => (0.95, 0.015, 0.2, 1.3),
            Self::Felt => (0.95, 0.015, 0.22, 0.25),
            Self::Velvet => (0.8, 0.02, 0.55, 0.1),
            Self::Plastic => (0.25, 0.04, 0.0, 0.0),
            Self::Rubber => (0.6, 0.035, 0.0, 0.1),
            Self::Paper => (0.75, 0.03, 0.0, 0.0),
            Self::Wicker => (0.6, 0.03, 0.0, 1.6),
            Self::Wax => (0.4, 0.035, 0.15, 0.0),
        };
        Finish { roughness, mirror, sheen, relief }
    }

    /// The colour of the material at a point: `base` with its grain. `p` is in the
    /// product's own space, `uv` lies along the surface, both in scene units.
    pub(crate) fn grain(self, base: Vec3, p: Vec3, uv: Vec2) -> Vec3 {
        match self {
            Self::Wood => wood(base, p),
            Self::Stoneware => {
                let speck = smoothstep(0.16, 0.07, scattered(uv * 34.0))
                    * cell(whole(uv.x * 34.0), whole(uv.y * 34.0), 2);
                base * (0.93 + 0.14 * fractal(p * 5.0, 3)) * (1.0 - 0.6 * speck)
            }
            Self::Denim => {
                base * (0.72
                    + 0.5 * fractal(Vec3::new(uv.x * 160.0, uv.y * 24.0, 0.0), 2)
                    + 0.2 * noise(p * 4.0))
            }
            Self::Leather => base * (0.85 + 0.28 * fractal(p * 6.0, 3)),
            Self::Canvas | Self::Cotton | Self::Felt => base * (0.95 + 0.1 * fractal(p * 40.0, 2)),
            Self::Knit => base * (0.72 + 0.36 * knit(uv)),
            Self::Wicker => {
                base * (0.5 + 0.62 * wicker(uv))
                    * (0.85 + 0.3 * noise(Vec3::new(uv.x * 30.0, uv.y * 90.0, 1.0)))
            }
            Self::Metal => base * (0.96 + 0.08 * noise(Vec3::new(p.x * 3.0, p.y * 160.0, p.z * 3.0))),
            _ => base,
        }
    }

    /// Height of the relief at a point, 0 to 1.
    pub(crate) fn relief(self, p: Vec3, uv: Vec2) -> f32 {
        match self {
            Self::Knit => 0.014 * knit(uv),
            Self::Wicker => 0.02 * wicker(uv),
            Self::Leather => {
                0.008 * scattered(Vec2::new(uv.x, uv.y) * 55.0).min(0.6) + 0.004 * noise(p * 30.0)
            }
            Self::Canvas | Self::Denim => {
                0.003 * fractal(Vec3::new(uv.x * 150.0, uv.y * 60.0, 0.0), 2) + 0.003 * noise(p * 45.0)
            }
            Self::Cotton => 0.004 * fractal(p * 24.0, 2),
            Self::Felt | Self::Stoneware | Self::Rubber | Self::Velvet => 0.004 * fractal(p * 55.0, 2),
            Self::Wood => 0.003 * noise(Vec3::new(p.x * 60.0, p.y * 6.0, p.z * 60.0)),
            _ => 0.0,
        }
    }

    /// Whether the relief is coarse enough to see in a small picture.
    pub(crate) fn coarse(self) -> bool {
        matches!(self, Self::Knit | Self::Wicker | Self::Leather)
    }
}

/// Rows of interlocked stitches.
fn knit(uv: Vec2) -> f32 {
    let (u, w) = (uv.x * 34.0, uv.y * 30.0);
    let x = u - whole(u) as f32;
    let slant = w + 0.5 * (1.0 - (2.0 * x - 1.0).abs());
    let y = slant - whole(slant) as f32;
    let across = 1.0 - ((2.0 * x - 1.0).abs() - 0.5).abs() * 1.6;
    let along = 1.0 - (2.0 * y - 1.0).powi(2);
    (across.max(0.0) * (0.35 + 0.65 * along)).min(1.0)
}

/// Strands going over and under upright canes.
fn wicker(uv: Vec2) -> f32 {
    let (u, w) = (uv.x * 15.0, uv.y * 26.0);
    let row = whole(w);
    let phase = if row % 2 == 0 { 0.0 } else { 0.5 };
    let y = w - row as f32;
    let strand = (1.0 - (2.0 * y - 1.0).powi(2)).max(0.0).sqrt();
    let over = 0.5 + 0.5 * ((u + phase) * std::f32::consts::TAU).cos();
    (strand * (0.35 + 0.65 * over)).min(1.0)
}

fn wood(base: Vec3, p: Vec3) -> Vec3 {
    // Planks are sawn near the heart: long ovals, finest along the grain (y).
    let q = Vec3::new(p.x * 3.0 + 0.7, p.y * 0.55, p.z * 3.0 + 0.4);
    let ring = (q.x.hypot(q.z) * 4.2 + 1.6 * fractal(q * 1.3, 3)).fract();
    let line = smoothstep(0.0, 0.75, ring) * smoothstep(1.0, 0.88, ring);
    let fibre = noise(Vec3::new(p.x * 70.0, p.y * 5.0, p.z * 70.0));
    let tint = base * Vec3::new(0.72, 0.64, 0.55);
    base.lerp(tint, 0.55 * line) * (0.88 + 0.2 * fibre)
}

/// Bare wood by the name of its colour: beige is beech, brown is walnut.
pub(crate) fn bare_wood(dark: bool) -> Vec3 {
    from_hex(if dark { 0x6E_46_2B } else { 0xC9_9B_66 })
}
