//! Signed distances: how far a point is from a solid, negative inside.
//!
//! The formulas for spheres, boxes, cylinders, cones, ellipsoids and polynomial
//! smooth unions are the well-known ones collected by Inigo Quilez
//! (iquilezles.org/articles/distfunctions). Lengths are in scene units: a product
//! is about one unit tall. `y` points up, `z` towards the viewer.

use glam::{Vec2, Vec3};

/// Union with a fillet of size `k`.
pub(crate) fn smin(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

/// Intersection with a rounded edge of size `k`.
pub(crate) fn smax(a: f32, b: f32, k: f32) -> f32 {
    -smin(-a, -b, k)
}

/// Hermite step from 0 at `a` to 1 at `b`.
pub(crate) fn smoothstep(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Linear interpolation from `a` to `b`.
pub(crate) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Shorthand: the constructors below are called with many literals.
pub(crate) fn v(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3::new(x, y, z)
}

/// Distance to an ellipsoid with half axes `r`; a good estimate, not exact.
pub(crate) fn ellipsoid(p: Vec3, r: Vec3) -> f32 {
    let k0 = (p / r).length();
    let k1 = (p / (r * r)).length();
    if k1 < 1e-6 { -r.min_element() } else { k0 * (k0 - 1.0) / k1 }
}

/// A box with half sizes `b`, edges rounded by `r` (inside the given size).
pub(crate) fn cuboid(p: Vec3, b: Vec3, r: f32) -> f32 {
    let q = p.abs() - b + r;
    q.max(Vec3::ZERO).length() + q.max_element().min(0.0) - r
}

/// A rectangle with half sizes `b`, corners rounded by `r`.
pub(crate) fn rectangle(p: Vec2, b: Vec2, r: f32) -> f32 {
    let q = p.abs() - b + r;
    q.max(Vec2::ZERO).length() + q.max_element().min(0.0) - r
}

/// An upright cylinder of half height `h` and radius `radius`, edges rounded by `r`.
pub(crate) fn cylinder(p: Vec3, h: f32, radius: f32, r: f32) -> f32 {
    let q = Vec2::new(p.x.hypot(p.z) - radius + r, p.y.abs() - h + r);
    q.max_element().min(0.0) + q.max(Vec2::ZERO).length() - r
}

/// A rod from `a` to `b`.
pub(crate) fn rod(p: Vec3, a: Vec3, b: Vec3, r: f32) -> f32 {
    taper(p, a, b, r, r)
}

/// A rod whose radius goes from `ra` at `a` to `rb` at `b`.
pub(crate) fn taper(p: Vec3, a: Vec3, b: Vec3, ra: f32, rb: f32) -> f32 {
    let (pa, ba) = (p - a, b - a);
    let h = (pa.dot(ba) / ba.length_squared()).clamp(0.0, 1.0);
    (pa - ba * h).length() - mix(ra, rb, h)
}

/// A ring lying flat, `major` from its centre to the middle of its tube.
pub(crate) fn torus(p: Vec3, major: f32, minor: f32) -> f32 {
    Vec2::new(p.x.hypot(p.z) - major, p.y).length() - minor
}

/// Adds depth to a flat outline: `d` is its distance in the plane, `across` the
/// coordinate out of the plane.
pub(crate) fn extrude(d: f32, across: f32, half: f32, round: f32) -> f32 {
    let w = Vec2::new(d + round, across.abs() - half + round);
    w.max_element().min(0.0) + w.max(Vec2::ZERO).length() - round
}

/// A round tube along a chain of points.
pub(crate) fn tube(p: Vec3, points: &[Vec3], r: f32) -> f32 {
    points.windows(2).map(|w| rod(p, w[0], w[1], r)).fold(f32::MAX, f32::min)
}

/// `n + 1` points of the cubic Bezier curve a, b, c, d.
pub(crate) fn bezier(a: Vec3, b: Vec3, c: Vec3, d: Vec3, n: usize) -> Vec<Vec3> {
    (0..=n)
        .map(|i| {
            let t = i as f32 / n as f32;
            let s = 1.0 - t;
            a * (s * s * s) + b * (3.0 * s * s * t) + c * (3.0 * s * t * t) + d * (t * t * t)
        })
        .collect()
}

/// Turns `(x, y)` by `angle` radians, anticlockwise.
pub(crate) fn turn(x: f32, y: f32, angle: f32) -> (f32, f32) {
    let (s, c) = angle.sin_cos();
    (c * x - s * y, s * x + c * y)
}

/// Folds the plane into one of `n` equal sectors around the origin; answers the
/// point in the sector around +x and the sector's number.
pub(crate) fn fan(x: f32, z: f32, n: f32) -> (f32, f32, f32) {
    let step = std::f32::consts::TAU / n;
    let sector = (z.atan2(x) / step).round();
    let (x, z) = turn(x, z, -sector * step);
    (x, z, sector)
}
