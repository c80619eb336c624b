//! Smooth noise for wood, cloth, leather, stone and folds.

use glam::{Vec2, Vec3};

fn hash(x: i32, y: i32, z: i32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x8DA6_B343)
        ^ (y as u32).wrapping_mul(0xD816_3841)
        ^ (z as u32).wrapping_mul(0xCB1A_B31F);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    ((h ^ (h >> 15)) >> 8) as f32 / 16_777_216.0
}

/// The whole part below `x`, without the library call that `floor` is on plain x86-64.
pub(crate) fn whole(x: f32) -> i32 {
    let i = x as i32;
    if (i as f32) > x { i - 1 } else { i }
}

/// A random number, 0 to 1, that belongs to a cell of the plane.
pub(crate) fn cell(x: i32, y: i32, salt: i32) -> f32 {
    hash(x, y, salt)
}

/// Value noise, 0 to 1, one feature per unit.
pub(crate) fn noise(p: Vec3) -> f32 {
    let (i, j, k) = (whole(p.x), whole(p.y), whole(p.z));
    let f = p - Vec3::new(i as f32, j as f32, k as f32);
    let w = f * f * (Vec3::splat(3.0) - 2.0 * f);
    let at = |a: i32, b: i32, c: i32| hash(i + a, j + b, k + c);
    let x = |b: i32, c: i32| at(0, b, c) + (at(1, b, c) - at(0, b, c)) * w.x;
    let y = |c: i32| x(0, c) + (x(1, c) - x(0, c)) * w.y;
    y(0) + (y(1) - y(0)) * w.z
}

/// Noise with detail: `octaves` layers, each half as large and half as strong; 0 to 1.
pub(crate) fn fractal(p: Vec3, octaves: u32) -> f32 {
    let (mut sum, mut weight, mut total, mut q) = (0.0, 1.0, 0.0, p);
    for _ in 0..octaves {
        sum += weight * noise(q);
        total += weight;
        weight *= 0.5;
        q = q * 2.03 + Vec3::splat(17.1);
    }
    sum / total
}

/// Distance to the nearest of scattered points, one point per unit cell.
pub(crate) fn scattered(p: Vec2) -> f32 {
    let (i, j) = (whole(p.x), whole(p.y));
    let mut nearest = f32::MAX;
    for a in -1..=1 {
        for b in -1..=1 {
            let at = Vec2::new(
                (i + a) as f32 + 0.15 + 0.7 * hash(i + a, j + b, 5),
                (j + b) as f32 + 0.15 + 0.7 * hash(i + a, j + b, 9),
            );
            nearest = nearest.min((p - at).length_squared());
        }
    }
    nearest.sqrt()
}
