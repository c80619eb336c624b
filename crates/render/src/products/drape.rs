//! Cloth on an invisible wearer: an outline with thickness, folds and pleats.

use glam::{Vec2, Vec3};

use crate::noise::fractal;
use crate::outline::Outline;
use crate::sdf::{extrude, smoothstep};

/// Cloth around an outline: thick where a body would fill it, thin at its edges,
/// with folds that grow towards the hem.
pub(super) struct Drape {
    /// The outline; x is mirrored.
    pub(super) cut: Outline,
    /// How full each place of it is.
    pub(super) filling: Outline,
    /// Half the thickness where it is fullest.
    pub(super) depth: f32,
    /// Height of the folds.
    pub(super) folds: f32,
    /// Which folds.
    pub(super) seed: f32,
    /// Waves per unit of width, 0 for none.
    pub(super) pleats: f32,
}

impl Drape {
    /// Half the thickness of the cloth at `p`, `d` from the outline (negative inside).
    pub(super) fn half(&self, p: Vec3, d: f32) -> f32 {
        let soft = fractal(Vec3::new(p.x * 5.5 + p.y * 1.5, p.y * 2.4, self.seed), 2) - 0.5;
        let pleat = if self.pleats > 0.0 {
            smoothstep(0.62, 0.1, p.y) * 0.022 * (p.x * self.pleats + 3.0 * soft).sin()
        } else {
            0.0
        };
        let full = (self.filling.at(Vec2::new(p.x.abs(), p.y)) * 2.0 - 1.0).clamp(0.0, 1.0).sqrt();
        0.02 + self.depth * full + (soft * self.folds + pleat) * smoothstep(0.0, -0.05, d)
    }

    /// Distance to the cloth and to its outline in the plane.
    pub(super) fn at(&self, p: Vec3) -> (f32, f32) {
        let d = self.cut.at(Vec2::new(p.x.abs(), p.y));
        if d > 0.0 {
            // Beyond the outline the cloth is as thin as its edge, folds or not.
            return (extrude(d, p.z, 0.02, 0.02), d);
        }
        (extrude(d, p.z, self.half(p, d), 0.02), d)
    }
}

/// How far `p` is from the segment a-b in the plane.
pub(super) fn stroke(p: Vec2, a: Vec2, b: Vec2) -> f32 {
    let (pa, ba) = (p - a, b - a);
    (pa - ba * (pa.dot(ba) / ba.length_squared()).clamp(0.0, 1.0)).length()
}
