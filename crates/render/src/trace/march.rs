//! Following rays through distance fields: hits, normals, shadows, occlusion.

use glam::Vec3;

use crate::scene::{Placed, Scene};
use crate::sdf::smoothstep;

/// What a ray met.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    /// Distance along the ray.
    pub(super) t: f32,
    /// Which of the scene's items.
    pub(super) item: usize,
    /// Which part of it.
    pub(super) part: usize,
}

/// Entry and exit of a ray through a box, if it meets it.
fn slab(lo: Vec3, hi: Vec3, origin: Vec3, inverse: Vec3) -> Option<(f32, f32)> {
    let (a, b) = ((lo - origin) * inverse, (hi - origin) * inverse);
    let enter = a.min(b).max_element().max(0.0);
    let leave = a.max(b).min_element();
    (enter < leave).then_some((enter, leave))
}

/// The first product that a ray meets within `limit`.
pub(super) fn nearest(scene: &Scene, origin: Vec3, direction: Vec3, pixel: f32, limit: f32) -> Option<Hit> {
    let mut found: Option<Hit> = None;
    for (item, placed) in scene.items.iter().enumerate() {
        let farthest = found.map_or(limit, |h| h.t);
        if let Some((t, part)) = march(placed, origin, direction, pixel, 0.0, farthest) {
            found = Some(Hit { t, item, part });
        }
    }
    found
}

/// Follows a ray until it meets a product; answers how far, and which part.
fn march(
    placed: &Placed,
    origin: Vec3,
    direction: Vec3,
    pixel: f32,
    from: f32,
    limit: f32,
) -> Option<(f32, usize)> {
    let o = placed.local(origin);
    let d = placed.rotation.inverse() * direction;
    let (lo, hi) = placed.product.bounds;
    let (enter, leave) = slab(lo, hi, o, d.recip())?;
    let mut t = enter.max(from / placed.scale);
    let leave = leave.min(limit / placed.scale);
    let caution = placed.product.caution;
    for _ in 0..110 {
        if t >= leave {
            return None;
        }
        let near = (placed.product.field)(o + d * t);
        if near.distance < (pixel * t * 0.4).max(2e-4) {
            return Some((t * placed.scale, near.part));
        }
        t += near.distance * caution;
    }
    None
}

/// Direction in which `field` grows fastest at `p`, by four samples `e` away.
pub(super) fn gradient(field: &impl Fn(Vec3) -> f32, p: Vec3, e: f32) -> Vec3 {
    const K: [Vec3; 4] = [
        Vec3::new(1.0, -1.0, -1.0),
        Vec3::new(-1.0, -1.0, 1.0),
        Vec3::new(-1.0, 1.0, -1.0),
        Vec3::new(1.0, 1.0, 1.0),
    ];
    K.iter().map(|&k| k * field(p + k * e)).sum::<Vec3>().normalize_or(Vec3::Y)
}

/// Share of the key light that reaches `p`, 0 to 1.
pub(super) fn shadow(scene: &Scene, p: Vec3, facing: Vec3) -> f32 {
    let key = scene.lights.key;
    let start = p + facing * 0.004;
    let mut lit = 1.0_f32;
    for placed in &scene.items {
        let o = placed.local(start);
        let d = placed.rotation.inverse() * key;
        let (lo, hi) = placed.product.bounds;
        // Half-shadows reach as far beyond the box as the light is wide.
        let pad = Vec3::splat(0.1 + scene.lights.size * if scene.fine { 0.9 } else { 0.4 });
        let Some((enter, leave)) = slab(lo - pad, hi + pad, o, d.recip()) else { continue };
        let mut t = enter.max(0.012);
        let mut res = 1.0_f32;
        for _ in 0..if scene.fine { 80 } else { 26 } {
            let h = (placed.product.field)(o + d * t).distance;
            res = res.min(0.5 + 0.5 * h / (scene.lights.size * t));
            if res < 0.01 || t > leave {
                break;
            }
            t += (h * 0.85).clamp(if scene.fine { 0.012 } else { 0.025 }, 0.2);
        }
        lit *= smoothstep(0.0, 1.0, res);
    }
    lit
}

/// Openness of `p` towards `n`, 0 (in a crevice) to 1.
pub(super) fn openness(scene: &Scene, p: Vec3, n: Vec3, reach: f32) -> f32 {
    const STEPS: usize = 5;
    let mut open = 1.0;
    for placed in &scene.items {
        let (o, d) = (placed.local(p), placed.rotation.inverse() * n);
        let (lo, hi) = placed.product.bounds;
        let away = (lo - o).max(o - hi).max(Vec3::ZERO).length() * placed.scale;
        if away > reach {
            continue;
        }
        let (mut hidden, mut weight) = (0.0, 1.0);
        for i in 0..STEPS {
            let h = reach * (0.06 + 0.94 * (i as f32 / (STEPS - 1) as f32).powi(2)) / placed.scale;
            hidden += weight * (h - (placed.product.field)(o + d * h).distance).max(0.0) / h;
            weight *= 0.82;
        }
        open *= (1.0 - hidden / 3.2).clamp(0.0, 1.0);
    }
    // The ground is open to the sky above; what is near it is not.
    let over = p.dot(scene.ground.normal) - scene.ground.level;
    let down = -n.dot(scene.ground.normal);
    if over > 1e-3 { open * (1.0 - 0.45 * (0.5 + 0.5 * down) * smoothstep(0.5, 0.0, over)) } else { open }
}
